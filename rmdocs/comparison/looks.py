"""Where two writings of one paragraph look different, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.comparison.blocks import Paragraph
from rmdocs.comparison.properties import Looks, Trait, differ
from rmdocs.comparison.runs import Run
from rmdocs.comparison.slices import Slice, slices
from rmdocs.comparison.styles import Styles
from rmdocs.comparison.tokens import Passage

_EAST = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_LATIN = re.compile(r"[!-~]")


@dataclass(frozen=True, slots=True)
class Difference:
    """One trait that differs; a value is empty where nothing is said."""

    trait: Trait
    old: str
    new: str


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """A stretch of text that stayed, within one run of the old and one of the new text.

    :param old: its span in the old text, ``new`` in the new one.
    :param was: the run it was part of, ``now`` the one it is part of.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    text: str
    was: Run
    now: Run


def differences(old: Looks, new: Looks) -> tuple[Difference, ...]:
    """Return the traits that differ, in the order of ``Trait``."""
    return tuple(
        Difference(trait, old.get(trait, ""), new.get(trait, ""))
        for trait in Trait
        if differ(trait, old.get(trait, ""), new.get(trait, ""))
    )


def of_text(old: Looks, new: Looks, text: str) -> tuple[Difference, ...]:
    """Return the traits that differ and can be seen in ``text``: fonts by script."""
    east, latin = _EAST.search(text), _LATIN.search(text)
    return tuple(
        difference
        for difference in differences(old, new)
        if (difference.trait is not Trait.EAST_FONT or east)
        and (difference.trait is not Trait.LATIN_FONT or latin)
    )


class Comparer:
    """Compares the looks of paragraphs of two templates."""

    def __init__(self, old: Styles, new: Styles) -> None:
        self._old, self._new = old, new

    def restyled(self, old: Paragraph, new: Paragraph, stretch: Overlap) -> tuple[Difference, ...]:
        """Return in what a stretch of two paragraphs that stayed looks different."""
        looks = self._old.run(stretch.was, old), self._new.run(stretch.now, new)
        return of_text(*looks, stretch.text)

    def reshaped(self, old: Paragraph, new: Paragraph) -> tuple[Difference, ...]:
        """Return in what two paragraphs differ as paragraphs."""
        return differences(self._old.paragraph(old), self._new.paragraph(new))

    def remarked(self, old: Paragraph, new: Paragraph) -> tuple[Difference, ...]:
        """Return in what the marks of two blank paragraphs differ: how high they are."""
        both = self._old.mark(old), self._new.mark(new)
        return tuple(item for item in differences(*both) if item.trait is Trait.SIZE)


def overlaps(old: Paragraph, new: Paragraph, found: tuple[Passage, ...]) -> Iterator[Overlap]:
    """Yield what stayed, cut where a run of either text ends.

    :param found: what stayed and what did not.
    """
    before, after, text = slices(old), slices(new), new.text
    for passage in (passage for passage in found if passage.same):
        shift = passage.new[0] - passage.old[0]
        olds = [piece for piece in before if _meets(piece, passage.old)]
        for now in (piece for piece in after if _meets(piece, passage.new)):
            for was in olds:
                start = max(now.start, was.start + shift, passage.new[0])
                end = min(now.end, was.end + shift, passage.new[1])
                if start < end:
                    span = start - shift, end - shift
                    yield Overlap(span, (start, end), text[start:end], was.run, now.run)


def _meets(piece: Slice, span: tuple[int, int]) -> bool:
    return piece.start < span[1] and span[0] < piece.end
