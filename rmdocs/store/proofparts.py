"""A proof in parts, each of which fits a QR code, and the proof again (docs/proof-format.md).

A part is text, so that whatever scanner reads it hands it on whole: a line that says which part
of which proof it is, then a piece of the proof. A piece neither begins nor ends with what such
programs cut off; how they write the ends of lines does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import ceil

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.messages import Text, listed, message
from rmdocs.store.prooffile import refused

MARK = b"rmdocs-proof/1 "
"""What every part begins with."""
MOST_PARTS = 6
_PIECE = 600
"""Bytes of a piece at least, unless there is only one: so many fit a code of 101 modules."""
_DIGEST = 16
_CUT = b" \r\n"
_PART = re.compile(rb"([1-9])/([1-9]) ([0-9a-f]{16})\r?\n(.+)", re.DOTALL)
_SCAN = message("scan the slip again, flat and whole, at 300 dpi, or ask for the proof as a file")


def parts_of(proof: bytes) -> tuple[bytes, ...]:
    """Return the parts of a proof, in order: one to six, as long as each other."""
    text, digest = proof.rstrip(_CUT), canonical.sha256(proof)[:_DIGEST]
    count = min(MOST_PARTS, ceil(len(text) / _PIECE))
    pieces, begin = [], 0
    for left in range(count, 0, -1):
        end = begin + ceil((len(text) - begin) / left)
        while end < len(text) and not _whole(text, end):
            end += 1
        pieces.append(text[begin:end])
        begin = end
    return tuple(
        b"%s%d/%d %s\n%s" % (MARK, at, count, digest.encode(), piece)
        for at, piece in enumerate(pieces, 1)
    )


def _whole(text: bytes, at: int) -> bool:
    """Return whether a text may be cut there: between two signs that are seen and are ASCII."""
    before, after = text[at - 1], text[at]
    return before not in _CUT and after not in _CUT and before < 0x80 and after < 0x80  # noqa: PLR2004 - ASCII


def joined(texts: Iterable[bytes]) -> bytes:
    """Return the proof whose parts stand in texts, in whatever order and how often each.

    :raises FindingsError: PROOF-PARTS, if one is missing, or they are of several proofs.
    """
    found: dict[bytes, tuple[int, dict[int, bytes]]] = {}
    for text in texts:
        for part in map(_PART.fullmatch, text.split(MARK)[1:]):
            if part is not None:
                _, pieces = found.setdefault(part[3], (int(part[2]), {}))
                pieces.setdefault(int(part[1]), part[4].rstrip(_CUT))
    if not found:
        raise _refused(message("there is no part of a proof in it"))
    if len(found) > 1:
        raise _refused(message("there are parts of {count} proofs in it", count=len(found)))
    [(digest, (count, pieces))] = found.items()
    missing = [at for at in range(1, count + 1) if at not in pieces]
    if missing:
        raise _refused(
            message(
                "of its {count} codes these are missing: {missing}",
                count=count,
                missing=listed(missing),
            )
        )
    proof = b"".join(pieces[at] for at in range(1, count + 1)).replace(b"\r\n", b"\n") + b"\n"
    if canonical.sha256(proof)[:_DIGEST].encode() != digest:
        raise _refused(message("a code of it was read wrongly"))
    return proof


def _refused(reason: Text) -> FindingsError:
    return refused(reason, "PROOF-PARTS", _SCAN)
