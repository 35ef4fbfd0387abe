"""Commits: written signed, read back with signer, trailers and parents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.store import sshsig
from rmdocs.store.event import Actor
from rmdocs.store.keys import PublicKey, SigningKey
from rmdocs.store.objects import ObjectReader

NAMESPACE = "git"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a commit says, before it is signed."""

    tree: str
    parent: str | None
    actor: Actor
    time: datetime
    subject_line: str
    trailers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as read.

    :param payload: the bytes its signature covers.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: datetime
    text: str
    signature: str
    payload: bytes

    @property
    def signer(self) -> PublicKey | None:
        """Return the key that signed, or None if the signature is not good."""
        return sshsig.verify(self.signature, self.payload, NAMESPACE)


def email(staff_no: str) -> str:
    """Return the address under which git names a person."""
    return f"{staff_no}@rmdocs.invalid"


def signed(draft: Draft, key: SigningKey) -> bytes:
    """Return the bytes of the commit, signed by ``key``."""
    person = f"{_clean(draft.actor.name)} <{email(draft.actor.staff_no)}>"
    stamp = f"{person} {int(draft.time.timestamp())} +0000"
    parent = f"parent {draft.parent}\n" if draft.parent else ""
    header = f"tree {draft.tree}\n{parent}author {stamp}\ncommitter {stamp}\n"
    trailers = "".join(f"{name}: {_clean(value)}\n" for name, value in draft.trailers.items())
    text = f"{_clean(draft.subject_line)}\n\n{trailers}"
    signature = sshsig.sign(key, f"{header}\n{text}".encode(), NAMESPACE)
    folded = signature.strip().replace("\n", "\n ")
    return f"{header}gpgsig {folded}\n\n{text}".encode()


def parse(oid: str, data: bytes) -> Commit:
    """Return the commit in ``data``.

    :raises StoreError: if it is not a commit.
    """
    header, _, text = data.decode("utf-8", "surrogateescape").partition("\n\n")
    unfolded = re.sub(r"\n ", "\0", header).split("\n")
    fields = [line.partition(" ")[::2] for line in unfolded]
    found = dict(fields)
    author = re.fullmatch(r"(.*) <(.*)> (\d+) [+-]\d{4}", found.get("author", ""))
    if author is None or "tree" not in found:
        raise StoreError(message("object {oid} is not a commit", oid=oid))
    kept = [line for line in unfolded if not line.startswith("gpgsig ")]
    payload = "\n".join(kept).replace("\0", "\n ") + "\n\n" + text
    return Commit(
        oid,
        found["tree"],
        tuple(value for name, value in fields if name == "parent"),
        author[1],
        author[2],
        datetime.fromtimestamp(int(author[3]), UTC),
        text,
        found.get("gpgsig", "").replace("\0", "\n"),
        payload.encode("utf-8", "surrogateescape"),
    )


def history(objects: ObjectReader, tip: str) -> Iterator[Commit]:
    """Yield commits from ``tip`` back to the first, along first parents."""
    oid: str | None = tip
    while oid:
        commit = parse(oid, objects.read(oid)[1])
        yield commit
        oid = commit.parents[0] if commit.parents else None


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[<>\x00-\x1f]", " ", text).split())
