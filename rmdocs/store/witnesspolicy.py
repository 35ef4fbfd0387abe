"""What whoever verifies asks of witnesses: a policy file (c2sp.org/tlog-policy).

It comes from the verifier, never from the store that is verified, and says which witnesses are
known, and which of them together are enough.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Mapping
from dataclasses import field

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import Text, message
from rmdocs.store.checkpoint import parse_verifier_line
from rmdocs.store.cosignature import Cosignature, WitnessKey
from rmdocs.store.keys import PublicKey

LARGEST_POLICY = 1 << 20
"""Bytes that a policy has at most."""

_OCTETS = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What editors put before a text unless told not to."""
_SPACES = re.compile(rb"[ \t]+")
_NUMBER = re.compile(rb"[1-9][0-9]{0,8}")
NOBODY = "none"
"""The quorum of a policy that asks for nobody."""
_NONE = NOBODY.encode()
_CLAUSE = "c2sp.org/tlog-policy"
_WORDS = {b"log": (2, 3), b"witness": (3, 4), b"quorum": (2, 2)}
"""How many words a line has, at least and at most, by its first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessGroup:
    """Witnesses and groups of which some are enough.

    :param least: how many of the members.
    """

    members: tuple[bytes, ...]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """Which witnesses are known, and which together are enough.

    :param logs: keys that stores were founded with, one of which it must be; any if none is
        named.
    :param witnesses: by the names that the policy gives them. :param groups: likewise, in the
        order in which they are formed.
    :param quorum: the witness or group that must have cosigned; ``none`` if nobody has to.
    """

    logs: tuple[PublicKey, ...] = ()
    witnesses: Mapping[bytes, WitnessKey] = field(default_factory=dict)
    groups: Mapping[bytes, WitnessGroup] = field(default_factory=dict)
    quorum: bytes = _NONE

    @property
    def asks(self) -> bool:
        """Return whether it asks for anybody's cosignature."""
        return self.quorum != _NONE

    def met(self, cosigned: Collection[bytes]) -> bool:
        """Return whether those witnesses are enough, by the names of the policy."""
        there = set(cosigned) & self.witnesses.keys()
        for name, group in self.groups.items():
            if sum(member in there for member in group.members) >= group.least:
                there.add(name)
        return not self.asks or self.quorum in there

    def cosignatures(self, body: str, lines: Collection[str]) -> dict[bytes, Cosignature]:
        """Return which witnesses cosigned a checkpoint, and how; see ``WitnessKey.on``.

        :raises ValueError: if a line says that it is by one of them, and is not.
        """
        found = {name: key.on(body, lines) for name, key in self.witnesses.items()}
        return {name: one for name, one in found.items() if one is not None}

    @classmethod
    def parse(cls, data: bytes) -> WitnessPolicy:
        """Return the policy in a file.

        :raises FindingsError: WITNESS-POLICY, naming the line, if it is none.
        """
        if data.startswith(_MARKS):
            raise _refused(0, message("it begins with a mark (BOM), which no policy does"))
        if b"\r\n" in data:
            raise _refused(0, message("its lines end with CR LF; those of a policy with LF alone"))
        if len(data) > LARGEST_POLICY or not _OCTETS.fullmatch(data) or not data.endswith(b"\n"):
            raise _refused(
                0,
                message(
                    "a policy is text whose lines end with a line feed alone, the last one, too,"
                    " without other control characters"
                ),
            )
        read = _PolicyLines()
        for number, line in enumerate(data[:-1].split(b"\n"), 1):
            words = [word for word in _SPACES.split(line) if word]
            if words and not words[0].startswith(b"#"):
                read.line(number, words)
        if read.quorum is None:
            raise _refused(0, message("a policy has one line that says the quorum; this has none"))
        return cls(
            logs=tuple(read.logs),
            witnesses=read.witnesses,
            groups=read.groups,
            quorum=read.quorum,
        )


_UNKNOWN = message("no line of a policy begins so, or has so many words")
_KEY = message("the key in this line is none that is known here, or was altered")


class _PolicyLines:
    """A policy as far as it was read."""

    def __init__(self) -> None:
        self.logs: list[PublicKey] = []
        self.witnesses: dict[bytes, WitnessKey] = {}
        self.groups: dict[bytes, WitnessGroup] = {}
        self.quorum: bytes | None = None
        self._members: set[bytes] = set()
        self._line = 0

    def line(self, number: int, words: list[bytes]) -> None:
        """Take in a line.

        :raises FindingsError: saying why it may not stand there.
        """
        self._line = number
        kind, rest = words[0], words[1:]
        least, most = _WORDS.get(kind, (4, len(words)))
        if kind not in {*_WORDS, b"group"} or not least <= len(words) <= most:
            raise self._no(_UNKNOWN)
        if kind == b"log":
            self._log(rest[0])
        elif kind == b"witness":
            self._witness(*rest[:2])
        elif kind == b"group":
            self._group(rest[0], rest[1], tuple(rest[2:]))
        else:
            self._quorum(rest[0])

    def _log(self, vkey: bytes) -> None:
        try:
            key = parse_verifier_line(vkey.decode("ascii"))
        except ValueError as problem:
            raise self._no(_KEY) from problem
        if key in self.logs:
            raise self._no(message("the key of this log stands in the policy twice"))
        self.logs.append(key)

    def _witness(self, name: bytes, vkey: bytes) -> None:
        try:
            key = WitnessKey.parse(vkey.decode("ascii"))
        except ValueError as problem:
            raise self._no(_KEY) from problem
        if any(one.public == key.public for one in self.witnesses.values()):
            raise self._no(message("the key of this witness stands in the policy twice"))
        self._require_new(name)
        self.witnesses[name] = key

    def _group(self, name: bytes, least: bytes, members: tuple[bytes, ...]) -> None:
        unknown = [one for one in members if one not in self._known()]
        if unknown:
            raise self._no(
                message("no line before this one says what {name} is", name=named(unknown[0]))
            )
        again = [one for at, one in enumerate(members) if one in {*self._members, *members[:at]}]
        if again:
            raise self._no(
                message("{name} is a member already, and would count twice", name=named(again[0]))
            )
        counts = {b"any": 1, b"all": len(members)}
        count = counts.get(least) or (int(least) if _NUMBER.fullmatch(least) else 0)
        if not 1 <= count <= len(members):
            raise self._no(
                message("a group takes all, any, or a number from 1 to that of its members")
            )
        self._require_new(name)
        self._members |= set(members)
        self.groups[name] = WitnessGroup(members=members, least=count)

    def _quorum(self, name: bytes) -> None:
        if self.quorum is not None:
            raise self._no(message("a policy has one line that says the quorum; this is another"))
        if name not in {*self._known(), _NONE}:
            raise self._no(message("no line before this one says what {name} is", name=named(name)))
        self.quorum = name

    def _no(self, reason: Text) -> FindingsError:
        return _refused(self._line, reason)

    def _known(self) -> set[bytes]:
        return {*self.witnesses, *self.groups}

    def _require_new(self, name: bytes) -> None:
        if name in {*self._known(), _NONE}:
            raise self._no(message("{name} is taken already", name=named(name)))


def named(name: bytes) -> str:
    """Return a name in a policy, as a person reads it."""
    return "".join(filter(str.isprintable, name.decode("utf-8", "replace")))


def _refused(line: int, reason: Text) -> FindingsError:
    whole = message("the policy of witnesses cannot be read")
    told = message("the policy of witnesses cannot be read: {reason}", reason=reason)
    if line:
        told = message(
            "line {line} of the policy of witnesses cannot be read: {reason}",
            line=line,
            reason=reason,
        )
    remedy = message(
        "write it as docs/proof-format.md says under “Policy”, and save it as UTF-8 without BOM"
        " (in Notepad: Save as, encoding UTF-8), with lines that end with LF: Notepad keeps CR LF,"
        " an editor such as Notepad++ or VS Code changes it"
    )
    return FindingsError((error("WITNESS-POLICY", "", told, remedy, clause=_CLAUSE),), whole)
