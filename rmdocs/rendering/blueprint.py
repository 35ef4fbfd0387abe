"""A template as plain data: parts every document shares, and sources to fill.

Also how this is kept as bytes: a JSON head with lengths and a digest, then
the parts. No pickle and no compiled code, so reading it can run nothing.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.rendering.package import Member

_MAGIC = b"rmdocs-template-1\n"
_LENGTH = struct.Struct(">I")
_DIGEST_SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class PartSource:
    """One part that is filled: its name in the zip and its Jinja source."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A template taken apart.

    :param template: the whole template, needed again for pictures only.
    :param static: the parts every document shares, in the order written.
    :param filled: the parts with tags, the main document last.
    """

    template: bytes
    static: tuple[Member, ...]
    filled: tuple[PartSource, ...]

    def encode(self) -> bytes:
        """Return the blueprint as bytes, for ``decode`` in another process."""
        head = {
            "template": len(self.template),
            "static": [[m.name, m.method, m.crc, m.size, len(m.data)] for m in self.static],
            "filled": [[p.name, len(p.source.encode())] for p in self.filled],
        }
        written = json.dumps(head, ensure_ascii=True).encode()
        payload = b"".join(
            (
                _LENGTH.pack(len(written)),
                written,
                self.template,
                *(member.data for member in self.static),
                *(part.source.encode() for part in self.filled),
            )
        )
        return _MAGIC + hashlib.sha256(payload).digest() + payload

    @classmethod
    def decode(cls, data: bytes) -> Blueprint:
        """Return the blueprint ``encode`` wrote.

        :raises FindingsError: if the bytes are damaged or of another version.
        """
        start = len(_MAGIC) + _DIGEST_SIZE
        payload = data[start:]
        whole = data.startswith(_MAGIC) and len(payload) > _LENGTH.size
        if not whole or hashlib.sha256(payload).digest() != data[len(_MAGIC) : start]:
            finding = error(
                "TEMPLATE-CACHE",
                "$",
                message("the kept copy of the template is damaged or of another version"),
                message("delete the cache; it is made again from the template"),
            )
            raise FindingsError((finding,))
        return cls(*_parts(payload))


def _parts(
    payload: bytes,
) -> tuple[bytes, tuple[Member, ...], tuple[PartSource, ...]]:
    (length,) = _LENGTH.unpack_from(payload)
    start = _LENGTH.size + length
    head = json.loads(payload[_LENGTH.size : start])
    lengths = [head["template"], *(m[4] for m in head["static"]), *(p[1] for p in head["filled"])]
    pieces = _cut(payload, start, lengths)
    template = next(pieces)
    static = tuple(Member(m[0], m[1], m[2], m[3], next(pieces)) for m in head["static"])
    filled = tuple(PartSource(p[0], next(pieces).decode()) for p in head["filled"])
    return template, static, filled


def _cut(payload: bytes, start: int, lengths: list[int]) -> Iterator[bytes]:
    for length in lengths:
        yield payload[start : start + length]
        start += length
