"""Who may read the pages from another machine: names, and a code for each, kept hashed.

A code is shown once, when it is given out. It is long enough never to be guessed, and hashed
(scrypt) all the same: whoever reads the file learns nobody's. Guessing is slowed down, for
each address and in all.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, ControlError, StoreError, UsageError
from rmdocs.messages import message
from rmdocs.values import is_blank, require_line
from rmdocs.web.refusals import WebError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "readers.json"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for others."""
_GROUPS, _GROUP = 5, 5
"""A code is five groups of five of them: 123 bits."""
_LONGEST = 60
_SALT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader(Answer):
    """Somebody who may read.

    :param name: who it is.
    :param since: the day on which the code was given out, ISO.
    """

    TOLD: ClassVar = ("name", "since")
    name: str
    since: str
    salt: str
    hashed: str

    def has(self, code: str) -> bool:
        """Return whether a code is theirs."""
        return secrets.compare_digest(_hashed(code, bytes.fromhex(self.salt)), self.hashed)


class Readers:
    """The readers of a workspace.

    :param folder: the private folder in which their file lies.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def all(self) -> Mapping[str, Reader]:
        """Return the readers, by name.

        :raises StoreError: if their file is damaged.
        """
        if not self._path.is_file():
            return {}
        try:
            entries = json.loads(self._path.read_bytes())
            return {name: Reader(name=name, **entry) for name, entry in sorted(entries.items())}
        except (ValueError, TypeError, AttributeError) as problem:
            raise StoreError(
                message("the list of readers {path} is damaged", path=self._path),
                message("move it away, and give out the codes again: rmdocs reader add NAME"),
            ) from problem

    def add(self, name: str, since: str) -> str:
        """Give out a code to a new reader; return it, for it is kept nowhere.

        :raises ConflictError: if there is a reader of that name.
        :raises UsageError: if it is no name.
        :raises FindingsError: if it is not one line that is read as it is.
        """
        known = dict(self.all())
        if is_blank(name) or len(name) > _LONGEST or name != name.strip():
            raise UsageError(
                message("“{name}” is no name of a reader", name=name[:_LONGEST]),
                message("write who it is, in at most {count} characters", count=_LONGEST),
            )
        require_line(name, "name", _LONGEST)
        if name in known:
            raise ConflictError(
                message("{name} is a reader already", name=name),
                message(
                    "for a new code take the old one away first: rmdocs reader remove {name}",
                    name=name,
                ),
            )
        code = "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
        )
        salt = secrets.token_bytes(_SALT)
        hashed = _hashed(code, salt)
        self._write({**known, name: Reader(name=name, since=since, salt=salt.hex(), hashed=hashed)})
        return code

    def remove(self, name: str) -> None:
        """Take a reader's code away; what they have open ends at once.

        :raises ControlError: if there is no such reader.
        """
        known = dict(self.all())
        if known.pop(name, None) is None:
            raise ControlError(
                message("there is no reader {name}", name=name),
                message("see: rmdocs reader list"),
            )
        self._write(known)

    def named(self, name: str, code: str) -> Reader | None:
        """Return the reader of a name and a code; None if they do not go together."""
        found = self.all().get(name.strip())
        # Of a name that is not there it takes as long.
        reader = found or Reader(name="", since="", salt="00" * _SALT, hashed="")
        return found if reader.has(code) else None

    def _write(self, readers: Mapping[str, Reader]) -> None:
        entries = {
            one.name: {"since": one.since, "salt": one.salt, "hashed": one.hashed}
            for one in readers.values()
        }
        partial = self._path.with_suffix(".part")
        partial.touch(mode=0o600)
        partial.write_text(
            f"{json.dumps(entries, ensure_ascii=False, indent=1)}\n", encoding="utf-8"
        )
        partial.replace(self._path)


def _hashed(code: str, salt: bytes) -> str:
    """Return the hash of a code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum()).encode(errors="replace")
    return hashlib.scrypt(plain, salt=salt, n=1 << 14, r=8, p=1).hex()


_FREE_HERE, _FREE_IN_ALL = 5, 50
"""Wrong codes from one address, and from all, before the next one has to wait."""
_LONGEST_WAIT, _LONGEST_WAIT_IN_ALL = 900.0, 30.0
"""Seconds: the second is short, so that nobody keeps all others out by guessing."""
_FORGOTTEN = 3600
_ADDRESSES = 10_000


@dataclass(slots=True, kw_only=True)
class _Count:
    wrong: int = 0
    last: float = 0.0

    def wait(self, free: int, longest: float) -> float:
        """Return how many seconds after the last wrong code the next may be tried."""
        return min(2.0 ** (self.wrong - free), longest) if self.wrong >= free else 0.0


@dataclass(slots=True, kw_only=True)
class Guesses:
    """Slows down whoever tries codes: each wrong one doubles the time to wait.

    :param clock: seconds that only grow.
    """

    clock: Callable[[], float] = time.monotonic
    _in_all: _Count = field(default_factory=_Count)
    _by_address: dict[str, _Count] = field(default_factory=dict)

    def require_allowed(self, address: str) -> None:
        """Refuse to try a code before its time.

        :raises WebError: saying how long to wait (429).
        """
        here = self._by_address.get(address, _Count())
        now = self.clock()
        until = max(
            here.last + here.wait(_FREE_HERE, _LONGEST_WAIT),
            self._in_all.last + self._in_all.wait(_FREE_IN_ALL, _LONGEST_WAIT_IN_ALL),
        )
        if until > now:
            raise WebError(
                429,
                message("too many wrong codes were tried"),
                message("wait {count} second(s), and try again", count=int(until - now) + 1),
            )

    def wrong(self, address: str) -> None:
        """Count a wrong code."""
        now = self.clock()
        if len(self._by_address) >= _ADDRESSES:
            self._by_address = {
                one: count
                for one, count in self._by_address.items()
                if now - count.last < _FORGOTTEN
            }
        for count in (self._in_all, self._by_address.setdefault(address, _Count())):
            count.wrong = 1 if now - count.last > _FORGOTTEN else count.wrong + 1
            count.last = now

    def right(self, address: str) -> None:
        """Forget the wrong codes of an address that had a right one."""
        self._by_address.pop(address, None)
