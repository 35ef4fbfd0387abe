"""Cosignatures: a witness says that a checkpoint continues every one that it saw before.

As c2sp.org/tlog-cosignature has them, of the type for Ed25519: a line below the checkpoint, over
its text and the time. A witness never cosigns two histories of one ledger, so whoever asks for
the cosignatures of enough witnesses is shown what others are shown.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature

from rmdocs.classes import dataclass
from rmdocs.store.keys import PublicKey, Signer

_ED25519 = b"\x04"
"""Type of a key that cosigns, with the time (c2sp.org/signed-note)."""
_TIME = struct.Struct(">Q")
_LATEST = (1 << 63) - 1
_YEAR_10000 = 253_402_300_800
_ID, _SIGNATURE = 4, 64
_NONE = "not a cosignature"
_KEY_NAME = re.compile(r"[!-*,-~]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A good one.

    :param seconds: when, since 1970 UTC, by the clock of the witness.
    :param line: that says so below the checkpoint.
    """

    seconds: int
    line: str

    @property
    def time(self) -> str:
        """Return when, UTC, as a person reads it."""
        return told_time(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKey:
    """The public key of a witness, and what the witness is called on notes.

    :param name: such as ``rmdocs/witness/JN01``: printable ASCII without spaces and plus signs.
    """

    name: str
    public: PublicKey

    @classmethod
    def parse(cls, line: str) -> WitnessKey:
        """Return the key in a verifier key (C2SP vkey), exactly.

        :raises ValueError: if it is none, or of another type.
        """
        name, _, rest = line.partition("+")
        reason = "not the key of a witness"
        try:
            data = base64.b64decode(rest.partition("+")[2], validate=True)
            found = cls(name=name, public=PublicKey.of_raw(data[1:]))
        except ValueError as problem:
            raise ValueError(reason) from problem
        if not _KEY_NAME.fullmatch(name) or found.line != line:
            raise ValueError(reason)
        return found

    @property
    def line(self) -> str:
        """Return the key as whoever checks cosignatures keeps it (C2SP vkey)."""
        encoded = base64.b64encode(_ED25519 + self.public.raw).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @property
    def id(self) -> bytes:
        """Return the four bytes by which the key is known on notes."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public.raw
        return hashlib.sha256(named).digest()[:_ID]

    def cosigned(self, body: str, key: Signer, time: datetime) -> str:
        """Return the line by which a checkpoint is cosigned.

        :param body: the text of the checkpoint. :param time: of the cosignature, whole seconds.
        """
        seconds = int(time.timestamp())
        signature = key.sign(_said(body, seconds))
        encoded = base64.b64encode(self.id + _TIME.pack(seconds) + signature).decode()
        return f"— {self.name} {encoded}"

    def on(self, body: str, lines: Iterable[str]) -> Cosignature | None:
        """Return the newest cosignature of a checkpoint by this key; None if there is none.

        :param body: the text of the checkpoint.
        :param lines: of signatures that stand below it, see ``checkpoint.parted``.
        :raises ValueError: if one says that it is by this key, and is not: such a note is none.
        """
        found = [*self.each(body, lines)]
        if None in found:
            raise ValueError(_NONE)
        return newest_good(found)

    def each(self, body: str, lines: Iterable[str]) -> Iterator[Cosignature | None]:
        """Yield each cosignature that says it is by this key, judged by itself; None if it is not.

        :param body: the text of the checkpoint. :param lines: of signatures below it.
        """
        for line in lines:
            data = _data(line, self.name)
            if data is not None and data[:_ID] == self.id:
                try:
                    yield Cosignature(seconds=self._seconds(body, data), line=line)
                except ValueError:
                    yield None

    def _seconds(self, body: str, data: bytes) -> int:
        signature = data[_ID + _TIME.size :]
        if len(signature) != _SIGNATURE:
            raise ValueError(_NONE)
        (seconds,) = _TIME.unpack(data[_ID : _ID + _TIME.size])
        try:
            self.public.verifier().verify(signature, _said(body, seconds))
        except InvalidSignature as problem:
            raise ValueError(_NONE) from problem
        if seconds > _LATEST:
            raise ValueError(_NONE)
        return int(seconds)


def newest_good(cosignatures: Iterable[Cosignature | None]) -> Cosignature | None:
    """Return the newest of the good ones; None if none is."""
    good = (one for one in cosignatures if one is not None)
    return max(good, key=lambda one: one.seconds, default=None)


def told_time(seconds: int) -> str:
    """Return seconds since 1970 UTC as a person reads them; as a number after the year 9999."""
    if seconds >= _YEAR_10000:
        return str(seconds)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}Z"


def _said(body: str, seconds: int) -> bytes:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def _data(line: str, name: str) -> bytes | None:
    """Return what base64 on a line of signatures stands for; None if it is not by that name."""
    dash, _, rest = line.partition(" ")
    named, _, encoded = rest.partition(" ")
    if (dash, named) != ("—", name):
        return None
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == encoded else None
