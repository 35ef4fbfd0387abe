"""Print sets: documents in the copies wanted, each copy on sheets of its own.

Pages are those of the documents, untouched; where a copy ends on the front of
a sheet, its back stays blank. What is printed how often is the caller's affair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rmdocs.pdf.assembly import Blank, Duplex, Excerpt, assemble
from rmdocs.pdf.overlay import opened


@dataclass(frozen=True, slots=True)
class PrintItem:
    """A document to print.

    :param name: what a person calls it.
    """

    name: str
    pdf: bytes
    copies: int = 1


def page_count(pdf: bytes, name: str) -> int:
    """Return how many pages a PDF has.

    :param name: what a person calls it.
    :raises FindingsError: if it cannot be read.
    """
    return len(opened(pdf, name).pages)


def sheets(pages: int, sides: int) -> int:
    """Return how many sheets of paper ``pages`` take on 1 or 2 ``sides`` each."""
    return -(-pages // sides)


def print_set(items: Sequence[PrintItem], sides: int) -> bytes:
    """Return one PDF of all copies of all items, in order, copy after copy.

    :param sides: 1 or 2, the sides of a sheet that are printed on; the printer
        is asked for it, and for pages at their own size.
    :raises FindingsError: if an item cannot be read.
    """
    leaves = [leaf for item in items for leaf in _leaves(item, sides)]
    return assemble(leaves, Duplex.ONE if sides == 1 else Duplex.BOTH)


def _leaves(item: PrintItem, sides: int) -> Iterator[Excerpt | Blank]:
    pages = opened(item.pdf, item.name).pages
    last = pages[-1].mediabox
    blanks = [Blank(float(last.width), float(last.height))] * (-len(pages) % sides)
    for _ in range(item.copies):
        for index in range(len(pages)):
            yield Excerpt(item.pdf, item.name, index)
        yield from blanks
