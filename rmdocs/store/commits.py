"""Commits: written signed, read back with signer, trailers and parents; and who signs them.

Only what the store writes is read: another header in a commit is refused. What
a commit may contain is the business of ``checking``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from rmdocs.classes import dataclass
from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.store import keys
from rmdocs.store.event import Actor
from rmdocs.store.files import read_plain
from rmdocs.store.keys import PublicKey, Signer
from rmdocs.store.objects import Objects

NAMESPACE = "git"
ZONE = "+0000"
"""In which the store's commits tell their time."""

_OID = rb"[0-9a-f]{40}"
_COMMIT = re.compile(
    rb"(?P<start>tree (?P<tree>" + _OID + rb")\n(?P<parents>(?:parent " + _OID + rb"\n)*)"
    rb"author (?P<author>(?P<name>[^<>\n]*) <(?P<address>[^<>\n]*)> (?P<seconds>\d{1,12})"
    rb" (?P<zone>[+-]\d{4}))\n"
    rb"committer (?P<committer>[^\n]*)\n)"
    rb"(?:gpgsig (?P<signature>[^\n]*(?:\n [^\n]*)*)\n)?(?P<text>\n.*)",
    re.DOTALL,
)
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCommit:
    """What a commit says, before it is signed.

    :param trailers: a value of several lines becomes several trailers.
    """

    tree: str
    parent: str | None
    actor: Actor
    time: datetime
    subject_line: str
    trailers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit as read.

    :param author: name of the person who acted; ``email`` their address.
    :param zone: that of the author's clock: ``+0000``, unless plain git wrote the commit.
    :param committed: name, address, time and zone of the committer are the author's.
    :param text: subject line, blank line, trailers.
    :param signature: armoured SSHSIG; empty if there is none.
    :param payload: the bytes its signature covers.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: datetime
    zone: str
    committed: bool
    text: str
    signature: str
    payload: bytes

    @property
    def signer(self) -> PublicKey | None:
        """Return the key that signed, or None if the signature is not good."""
        return keys.verify(self.signature, self.payload, NAMESPACE)

    @property
    def subject_line(self) -> str:
        """Return the first line of the text."""
        return self.text.partition("\n")[0]

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """Return the trailers in order; a name may occur several times."""
        block = self.text.rstrip("\n").rpartition("\n\n")[2]
        found = [_TRAILER.fullmatch(line) for line in block.split("\n")]
        return tuple((match[1], match[2]) for match in found if match)


def email(staff_no: str) -> str:
    """Return the address under which git names a person."""
    return f"{staff_no}@rmdocs.invalid"


def author(actor: Actor) -> tuple[str, str]:
    """Return name and address under which git names who acted."""
    return _clean(actor.name), email(_clean(actor.staff_no))


def said(subject_line: str, trailers: Mapping[str, str]) -> str:
    """Return the text of a commit; a value of several lines becomes several trailers."""
    lines = "".join(
        f"{name}: {_clean(line)}\n"
        for name, value in trailers.items()
        for line in value.splitlines()
    )
    return f"{_clean(subject_line)}\n\n{lines}"


def signed(draft: DraftCommit, key: Signer) -> bytes:
    """Return the bytes of the commit, signed by ``key``."""
    name, address = author(draft.actor)
    person = f"{name} <{address}>"
    stamp = f"{person} {int(draft.time.timestamp())} {ZONE}"
    parent = f"parent {draft.parent}\n" if draft.parent else ""
    header = f"tree {draft.tree}\n{parent}author {stamp}\ncommitter {stamp}\n"
    text = said(draft.subject_line, draft.trailers)
    signature = keys.sign(key, f"{header}\n{text}".encode(), NAMESPACE)
    folded = signature.strip().replace("\n", "\n ")
    return f"{header}gpgsig {folded}\n\n{text}".encode()


def parse(oid: str, data: bytes) -> Commit:
    """Return the commit in ``data``.

    :raises StoreError: if it is not a commit as the store writes them.
    """
    try:
        found = _fullmatch(data)
        name, address, seconds = found.group("name", "address", "seconds")
        return Commit(
            oid=oid,
            tree=found["tree"].decode(),
            parents=tuple(line.split(" ")[1] for line in found["parents"].decode().splitlines()),
            author=name.decode(),
            email=address.decode(),
            time=datetime.fromtimestamp(int(seconds), UTC),
            zone=found["zone"].decode(),
            committed=found["author"] == found["committer"],
            text=found["text"][1:].decode(),
            signature=(found["signature"] or b"").decode().replace("\n ", "\n"),
            payload=found["start"] + found["text"],
        )
    except (ValueError, OverflowError) as problem:
        raise StoreError(
            message("{oid} is not a commit as the store writes them", oid=oid),
            message("restore the store from another copy"),
        ) from problem


def history(objects: Objects, tip: str) -> Iterator[Commit]:
    """Yield commits from ``tip`` back to the first, along first parents.

    :raises StoreError: if one is missing, damaged or foreign.
    """
    oid: str | None = tip
    while oid:
        commit = parse(oid, objects.content(oid, "commit"))
        yield commit
        oid = commit.parents[0] if commit.parents else None


def _fullmatch(data: bytes) -> re.Match[bytes]:
    found = _COMMIT.fullmatch(data)
    if found is None:
        reason = "not a commit"
        raise ValueError(reason)
    return found


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[<>\x00-\x1f]", " ", text).split())


def walk_commits(
    objects: Objects, tip: str, *, oldest_first: bool = False, until: str | None = None
) -> Iterator[Commit]:
    """Yield the commits from ``tip`` back to the first, along first parents.

    :param oldest_first: yield them from the first to ``tip`` instead; those still to come are
        held in memory meanwhile, some 2 KB each.
    :param until: the commit before the first of them; None for all.
    :raises StoreError: if a commit is missing, damaged or foreign.
    """
    found = takewhile(lambda commit: commit.oid != until, history(objects, tip))
    if not oldest_first:
        yield from found
        return
    waiting = [*found]
    while waiting:
        yield waiting.pop()


class Signers:
    """The file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()

    def add(self, email: str, key_line: str) -> None:
        """Enter a signer, if not there yet; a key that revokes itself is there already."""
        line = _line(email, key_line)
        if line in self._known:
            return
        lines = self._read()
        if line not in lines:
            # One line, one write: another writer's line cannot come in between.
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        self._known = {*lines, line}

    def replace(self, people: Mapping[str, Sequence[str]], until: Mapping[str, datetime]) -> None:
        """Write the whole file anew, unless it says so: e-mail to key lines.

        :param until: when keys were revoked, by their fingerprints: plain git then takes what
            they signed later, by the date of the commit, for unsigned.
        """
        lines = [
            _line(email, key, until.get(PublicKey.parse(key).fingerprint))
            for email, keys in people.items()
            for key in keys
        ]
        with suppress(OSError, StoreError, UnicodeDecodeError):  # such a file is written anew
            if lines == self._read():
                return
        self._write(lines)

    def _read(self) -> list[str]:
        try:
            return read_plain(self._path).decode("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        partial = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self._path)
        self._known = set(text.splitlines())


def _line(email: str, key_line: str, until: datetime | None = None) -> str:
    key = " ".join(key_line.split()[:2])
    ends = f',valid-before="{until.astimezone(UTC):%Y%m%d%H%M%SZ}"' if until is not None else ""
    return f'{email} namespaces="git"{ends} {key}'
