"""What of a paragraph's text stayed, and what became something else.

A text is compared piece by piece: a tag is one piece, so is a word or number in Latin
letters and digits; Chinese has no spaces, so each of its characters is one. What
differs is told in stretches: runs of pieces, joined where a common piece between two
changes is too small to be worth telling. What stayed is looked at run by run, for it
may look otherwise.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import OBJECT, WordParagraph, WordRun
from rmdocs.rendering.markup import SPACE, TEXT

_PIECE = re.compile(
    r"(?P<tag>\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})"
    r"|(?P<word>[A-Za-z0-9_]+(?:[.,:/'-][A-Za-z0-9_]+)*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
STOPS = frozenset("。；;！!？?，,、：:.…\n\t\f")
"""Signs after which a person goes on reading afresh."""

_PUNCTUATION = STOPS | frozenset("“”‘’（）()《》〈〉【】〔〕「」 　\"'-—_/☐☑☒")
_TAG_WEIGHT, _PUNCTUATION_WEIGHT = 6.0, 0.5
_CRUMB = 1.0
"""A common piece of this weight between two changes is not worth telling."""

_LEAST_COMMON = 0.3
"""Texts that have less of the shorter one in common differ as a whole."""

Span = tuple[int, int]
"""Beginning and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """One piece of a text.

    :param key: what it is compared by.
    :param start: where it begins in the text, ``end`` where it ends.
    """

    key: str
    start: int
    end: int

    @property
    def weight(self) -> float:
        """Return how much it tells, a Chinese character being 1."""
        if self.key.startswith("{"):
            return _TAG_WEIGHT
        if self.key in _PUNCTUATION:
            return _PUNCTUATION_WEIGHT
        return max(1.0, (self.end - self.start) / 2) if self.key.isascii() else 1.0


def text_pieces(paragraph: WordParagraph) -> list[TextPiece]:
    """Return the pieces of a paragraph's text; together they are all of it.

    An object is compared by what tells it apart.
    """
    objects = (run.key for run in paragraph.objects)
    return [
        TextPiece(
            key=f"{OBJECT}{next(objects, '')}" if found[0] == OBJECT else found[0],
            start=found.start(),
            end=found.end(),
        )
        for found in _PIECE.finditer(paragraph.text)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of two texts that is the same in both, or differs as a whole.

    :param old: its span in the old text, ``new`` in the new one; empty where it has none.
    """

    same: bool
    old: Span
    new: Span

    @property
    def size(self) -> int:
        """Return how long its longer side is."""
        return max(_length(self.old), _length(self.new))

    def moved(self, start: int, end: int) -> Stretch:
        """Return the stretch with its beginning and its end moved in both texts."""
        (old_start, old_end), (new_start, new_end) = self.old, self.new
        return Stretch(
            same=self.same,
            old=(old_start + start, old_end + end),
            new=(new_start + start, new_end + end),
        )


def stretches(old: Sequence[TextPiece], new: Sequence[TextPiece]) -> tuple[Stretch, ...]:
    """Return what is the same and what differs, in order, covering both texts."""
    old_keys, new_keys = [piece.key for piece in old], [piece.key for piece in new]
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    found = [
        Stretch(same=kind == "equal", old=(old_start, old_end), new=(new_start, new_end))
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes()
    ]
    # So far spans are of pieces; at the end they are of characters.
    found = _at_stops(_without_crumbs(found, old), old_keys, new_keys)
    common = sum(_weight(old[slice(*stretch.old)]) for stretch in found if stretch.same)
    if common < _LEAST_COMMON * min(_weight(old), _weight(new)):
        found = [Stretch(same=False, old=(0, len(old)), new=(0, len(new)))]
    return tuple(
        Stretch(
            same=stretch.same,
            old=_characters(old, stretch.old),
            new=_characters(new, stretch.new),
        )
        for stretch in found
    )


def _weight(pieces: Sequence[TextPiece]) -> float:
    return sum(piece.weight for piece in pieces)


def _length(span: Span) -> int:
    return span[1] - span[0]


def _characters(pieces: Sequence[TextPiece], span: Span) -> Span:
    """Return a span of pieces as one of characters."""
    start, end = span
    end_of_all = pieces[-1].end if pieces else 0
    first = pieces[start].start if start < len(pieces) else end_of_all
    return first, pieces[end - 1].end if end > start else first


def _without_crumbs(found: list[Stretch], old: Sequence[TextPiece]) -> list[Stretch]:
    """Join changes that only a small common piece holds apart, until none is left."""
    position = 1
    while position < len(found) - 1:
        before, common, after = found[position - 1 : position + 2]
        weight = _weight(old[slice(*common.old)])
        # Small by itself, or beside the smaller of the changes around it.
        if common.same and (weight <= _CRUMB or 1.5 * weight <= min(before.size, after.size)):
            found[position - 1 : position + 2] = [
                Stretch(
                    same=False,
                    old=(before.old[0], after.old[1]),
                    new=(before.new[0], after.new[1]),
                )
            ]
            # The change has grown: what stood before it may be a crumb now.
            position = max(1, position - 2)
        else:
            position += 1
    return found


def _at_stops(found: list[Stretch], old: Sequence[str], new: Sequence[str]) -> list[Stretch]:
    """Move what was put in or taken out so that it begins after a stop where it can.

    In “甲,乙,丙” without 乙 either of two commas may have gone; the one that
    leaves “甲,” whole reads better.
    """
    moved: list[Stretch] = []
    owed = 0  # by how many pieces the next common stretch has to begin earlier
    for position, stretch in enumerate(found):
        back = 0
        one_sided = not (_length(stretch.old) and _length(stretch.new))
        if not stretch.same and position and one_sided:
            keys, span = (old, stretch.old) if _length(stretch.old) else (new, stretch.new)
            back = _steps_back(keys, span, moved[-1].size)
        if back:
            # The common stretch before gives up its end, the one after gets it back.
            moved[-1] = moved[-1].moved(0, -back)
        moved.append(stretch.moved(-owed if stretch.same else -back, -back))
        owed = back
    if owed:  # nothing common came after: what was given up comes last
        old_end, new_end = found[-1].old[1], found[-1].new[1]
        moved.append(
            Stretch(same=True, old=(old_end - owed, old_end), new=(new_end - owed, new_end))
        )
    return [stretch for stretch in moved if stretch.size]


def _steps_back(keys: Sequence[str], span: Span, most: int) -> int:
    """Return by how many pieces the span should begin earlier; 0 if it is well placed."""
    start, end = span
    for back in range(most + 1):
        if start - back == 0 or keys[start - back - 1] in STOPS:
            return back
        # Only if the piece before is also its last can both be told alike.
        if keys[start - back - 1] != keys[end - back - 1]:
            return 0
    return 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunPart:
    """A run, or a part of one, with its place in the text of its paragraph."""

    run: WordRun
    start: int
    end: int


def run_parts(paragraph: WordParagraph) -> list[RunPart]:
    """Return the runs that show something, with their places."""
    found: list[RunPart] = []
    position = 0
    for run in paragraph.runs:
        if run.text:
            found.append(RunPart(run=run, start=position, end=position + len(run.text)))
            position += len(run.text)
    return found


def cut(found: Iterable[RunPart], places: Collection[int]) -> list[RunPart]:
    """Return the runs cut at ``places``; their elements are cut too."""
    return [part for whole in found for part in _cut(whole, sorted(set(places)))]


def _cut(whole: RunPart, places: Sequence[int]) -> Iterator[RunPart]:
    rest = whole
    for place in places:
        if rest.start < place < rest.end:
            element, text = rest.run.elements[0], rest.run.text
            following = copy.deepcopy(element)
            element.addnext(following)
            length = place - rest.start
            yield RunPart(run=_written(element, text[:length]), start=rest.start, end=place)
            rest = RunPart(run=_written(following, text[length:]), start=place, end=rest.end)
    yield rest


def _written(run: etree._Element, text: str) -> WordRun:
    for element in run.iter(TEXT):
        element.text = text
        element.set(SPACE, "preserve")
    return WordRun(elements=(run,), text=text)


def between(found: Iterable[RunPart], span: Span) -> list[RunPart]:
    """Return the runs that lie in a span of the text."""
    return [part for part in found if span[0] <= part.start and part.end <= span[1]]


def elements(found: Iterable[RunPart]) -> list[etree._Element]:
    """Return the elements of runs, in order."""
    return [element for part in found for element in part.run.elements]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Overlap:
    """A stretch of text that stayed, within one run of the old and one of the new text.

    :param old: its span in the old text, ``new`` in the new one.
    :param was: the run it was part of, ``now`` the one it is part of.
    """

    old: Span
    new: Span
    text: str
    was: WordRun
    now: WordRun


def overlaps(old: WordParagraph, new: WordParagraph, found: Iterable[Stretch]) -> Iterator[Overlap]:
    """Yield what stayed, cut where a run of either text ends.

    :param found: what stayed and what did not.
    """
    before, after, text = run_parts(old), run_parts(new), new.text
    for stretch in (stretch for stretch in found if stretch.same):
        shift = stretch.new[0] - stretch.old[0]
        olds = [part for part in before if _meets(part, stretch.old)]
        for now in (part for part in after if _meets(part, stretch.new)):
            for was in olds:
                start = max(now.start, was.start + shift, stretch.new[0])
                end = min(now.end, was.end + shift, stretch.new[1])
                if start < end:
                    yield Overlap(
                        old=(start - shift, end - shift),
                        new=(start, end),
                        text=text[start:end],
                        was=was.run,
                        now=now.run,
                    )


def _meets(part: RunPart, span: Span) -> bool:
    return part.start < span[1] and span[0] < part.end
