"""Stretches of a paragraph's text and the runs that make them, cut where a stretch ends."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from rmdocs.comparison.blocks import Paragraph
from rmdocs.comparison.markup import SPACE, TEXT
from rmdocs.comparison.runs import Run


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A run, or a part of one, with its place in the text of its paragraph."""

    run: Run
    start: int
    end: int


def slices(paragraph: Paragraph) -> list[Slice]:
    """Return the runs that show something, with their places."""
    found: list[Slice] = []
    position = 0
    for run in paragraph.runs:
        if run.text:
            found.append(Slice(run, position, position + len(run.text)))
            position += len(run.text)
    return found


def cut(found: Iterable[Slice], places: Collection[int]) -> list[Slice]:
    """Return the slices cut at ``places``; their elements are cut too."""
    return [piece for whole in found for piece in _pieces(whole, sorted(set(places)))]


def _pieces(whole: Slice, places: Sequence[int]) -> Iterator[Slice]:
    rest = whole
    for place in places:
        if rest.start < place < rest.end:
            element, text = rest.run.elements[0], rest.run.text
            following = copy.deepcopy(element)
            element.addnext(following)
            length = place - rest.start
            _write(element, text[:length])
            _write(following, text[length:])
            yield Slice(Run((element,), text[:length]), rest.start, place)
            rest = Slice(Run((following,), text[length:]), place, rest.end)
    yield rest


def _write(run: etree._Element, text: str) -> None:
    for element in run.iter(TEXT):
        element.text = text
        element.set(SPACE, "preserve")


def between(found: Iterable[Slice], span: tuple[int, int]) -> list[Slice]:
    """Return the slices that lie in a span of the text."""
    start, end = span
    return [piece for piece in found if start <= piece.start and piece.end <= end]


def elements(found: Iterable[Slice]) -> list[etree._Element]:
    """Return the elements of slices, in order."""
    return [element for piece in found for element in piece.run.elements]
