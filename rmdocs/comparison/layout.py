"""What differs in the look of two templates where the text did not change.

The same change in many places is told once, with how many places and where
the first is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from rmdocs.comparison import properties
from rmdocs.comparison.alignment import passages
from rmdocs.comparison.blocks import Cell, Paragraph, Row, Table
from rmdocs.comparison.lookwords import said, valued
from rmdocs.comparison.properties import Trait, twips
from rmdocs.comparison.sidebyside import Met, Places
from rmdocs.comparison.styles import Comparer, Difference, Overlap, Styles, differences, overlaps
from rmdocs.comparison.template import Template
from rmdocs.findings import NOTHING
from rmdocs.forms.change import Area, Change, What, listed, plain
from rmdocs.messages import Text, Verbatim, message
from rmdocs.rendering.markup import value, word

_MOST_PLACES = 3
"""So many places of one change are all named."""

_LONGEST_QUOTE = 20
_LEAST_WIDER = 28.0
"""Twips by which a column must become wider or narrower: half a millimetre."""

_TAG = "{"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDifference:
    """One difference of looks in one place.

    :param kind: what looks different; the same difference of one kind is told once.
    """

    kind: str
    place: Text
    difference: Difference


class Layout:
    """Tells the differences in looks of two templates."""

    def __init__(self, old: Template, new: Template, places: Places, earlier: Places) -> None:
        self._old, self._new = old, new
        self._styles = Styles(old), Styles(new)
        self._comparer = Comparer(*self._styles)
        self._places, self._earlier = places, earlier

    def changes(self, mets: Iterable[Met]) -> Iterator[Change]:
        """Yield a change for each difference in looks, pages before what stands on them."""
        found = list(mets)
        yield from self._sections()
        groups: dict[tuple[str, Difference], list[Text]] = {}
        for seen in (seen for met in found for seen in self._seen(met)):
            groups.setdefault((seen.kind, seen.difference), []).append(seen.place)
        for (_, difference), places in groups.items():
            yield _told(difference, _once(places))
        yield from self._grids(found)
        yield from self._blanks(found)

    def _sections(self) -> Iterator[Change]:
        old, new = self._old.sections, self._new.sections
        for number, (before, after) in enumerate(zip_longest(old, new), 1):
            place = message("page") if len(new) == 1 else message("section {number}", number=number)
            if before is None or after is None:
                sentence = message(
                    "The template has {new} section(s) with pages of their own, before {old}.",
                    old=len(old),
                    new=len(new),
                )
                what = What.ADDED if before is None else What.REMOVED
                yield Change(
                    area=Area.LAYOUT,
                    place=place,
                    what=what,
                    old=plain(str(len(old))),
                    new=plain(str(len(new))),
                    sentence=sentence,
                )
                return
            looks = properties.of_section(before), properties.of_section(after)
            for difference in differences(*looks):
                yield _told(difference, [place])

    def _seen(self, met: Met) -> Iterator[SeenDifference]:
        old, new = met.old, met.new
        if isinstance(old, Paragraph) and isinstance(new, Paragraph):
            yield from self._paragraph(old, new)
        elif isinstance(old, Row) and isinstance(new, Row):
            yield from self._all(
                "row", new, properties.of_row(old.element), properties.of_row(new.element)
            )
        elif isinstance(old, Cell) and isinstance(new, Cell):
            looks = properties.of_cell(old.element), properties.of_cell(new.element)
            yield from self._all("cell", new, *looks)
        elif isinstance(old, Table) and isinstance(new, Table):
            looks = self._styles[0].table(old), self._styles[1].table(new)
            yield from self._all("table", new, *looks)

    def _all(
        self, kind: str, part: Row | Cell | Table, old: properties.Looks, new: properties.Looks
    ) -> Iterator[SeenDifference]:
        for difference in differences(old, new):
            if kind != "cell" or difference.trait is not Trait.WIDTH:
                yield SeenDifference(kind=kind, place=self._places.of(part), difference=difference)

    def _paragraph(self, old: Paragraph, new: Paragraph) -> Iterator[SeenDifference]:
        place = self._places.of(new)
        for difference in self._comparer.reshaped(old, new):
            yield SeenDifference(kind="paragraph", place=place, difference=difference)
        if old.is_blank and new.is_blank:
            for difference in self._comparer.remarked(old, new):
                yield SeenDifference(kind="text", place=place, difference=difference)
            return
        for stretch in overlaps(old, new, passages(old.tokens, new.tokens)):
            for difference in self._comparer.restyled(old, new, stretch):
                if stretch.text.strip():
                    yield SeenDifference(
                        kind="text", place=_quoted(place, stretch, new), difference=difference
                    )

    def _grids(self, mets: Iterable[Met]) -> Iterator[Change]:
        """Yield a change for each table whose columns have other widths."""
        for met in mets:
            if isinstance(met.old, Table) and isinstance(met.new, Table):
                old, new = _columns(met.old), _columns(met.new)
                if _differ(old, new):
                    place = self._places.of(met.new)
                    before, after = _widths(old), _widths(new)
                    sentence = message(
                        "{place}: column widths from {old} to {new} mm.",
                        place=place,
                        old=before,
                        new=after,
                    )
                    yield Change(
                        area=Area.LAYOUT,
                        place=place,
                        what=What.CHANGED,
                        old=before,
                        new=after,
                        sentence=sentence,
                    )

    def _blanks(self, mets: Iterable[Met]) -> Iterator[Change]:
        """Yield how many empty paragraphs came and went, which change where things stand."""
        found = list(mets)
        added = [m.new for m in found if m.old is None and _is_empty(m.new)]
        gone = [m.old for m in found if m.new is None and _is_empty(m.old)]
        for parts, places, what in (
            (added, self._places, What.ADDED),
            (gone, self._earlier, What.REMOVED),
        ):
            where = [places.of(part) for part in parts if part is not None]
            if where:
                told = _places(_once(where))
                sentence = (
                    message("{count} empty line(s) added: {places}.", count=len(where), places=told)
                    if what is What.ADDED
                    else message(
                        "{count} empty line(s) removed: {places}.", count=len(where), places=told
                    )
                )
                yield Change(
                    area=Area.LAYOUT,
                    place=where[0],
                    what=what,
                    old=NOTHING,
                    new=NOTHING,
                    sentence=sentence,
                )


def _is_empty(part: object) -> bool:
    return isinstance(part, Paragraph) and part.is_blank


def _quoted(place: Text, stretch: Overlap, paragraph: Paragraph) -> Text:
    """Return the place, with the words meant if they are not all of the paragraph."""
    words = stretch.text.strip()
    if words == paragraph.text.strip() or _TAG in words:
        return place
    short = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
    return message("{place}, “{text}”", place=place, text=short)


def _told(difference: Difference, places: list[Text]) -> Change:
    what = said(difference)
    sentence = (
        message("{place}: {what}.", place=places[0], what=what)
        if len(places) == 1
        else message("{what}: {places}.", what=what, places=_places(places))
    )
    old, new = (
        valued(difference.trait, text) or Verbatim(text)
        for text in (difference.old, difference.new)
    )
    return Change(
        area=Area.LAYOUT,
        place=_places(places),
        what=What.CHANGED,
        old=old,
        new=new,
        sentence=sentence,
    )


def _places(places: list[Text]) -> Text:
    if len(places) <= _MOST_PLACES:
        return listed(places)
    return message("in {count} places, first {first}", count=len(places), first=places[0])


def _once(places: Iterable[Text]) -> list[Text]:
    """Return places without those that read as one before."""
    return list({repr(place): place for place in places}.values())


def _columns(table: Table) -> list[float]:
    """Return the widths of a table's columns in twips: its cells', else its grid's."""
    rows = [
        [cell.element.find(f"{word('tcPr')}/{word('tcW')}") for cell in row.cells]
        for row in table.rows
    ]
    grid = [
        twips(value(column, "w"))
        for column in table.element.findall(f"{word('tblGrid')}/{word('gridCol')}")
    ]
    for row in rows:
        exact = [width for width in row if width is not None and value(width, "type") == "dxa"]
        if len(exact) == len(row) == len(grid):
            return [twips(value(width, "w")) for width in exact]
    return grid


def _differ(old: list[float], new: list[float]) -> bool:
    return len(old) == len(new) and any(
        abs(before - after) > _LEAST_WIDER for before, after in zip(old, new, strict=True)
    )


def _widths(columns: list[float]) -> Text:
    return Verbatim(" | ".join(f"{width / twips('1mm'):.0f}" for width in columns))
