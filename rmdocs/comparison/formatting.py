"""Where two templates look different: that it is so is told, in one line a place.

What a part looks like is what it says itself, its styles, its list and the defaults make
of it (§17.7.2). Two parts look alike where all of that is alike, by whatever names the
styles go. How they differ is for the redline to show, or for the pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from rmdocs.comparison.blocks import WordCell, WordParagraph, WordPart, WordTable
from rmdocs.comparison.matching import Met
from rmdocs.comparison.template import PlaceNames, Template
from rmdocs.comparison.textdiff import Overlap, overlaps, stretches, text_pieces
from rmdocs.forms.differences import Area, Change, What
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import PARAGRAPH_PROPERTIES, RUN_PROPERTIES, TABLE, value, word
from rmdocs.rendering.styles import measure, own
from rmdocs.rendering.visibleformat import LIST, Appearance, VisibleFormat, differing, hidden_in

_SIZE, _LEAST_WIDER = "sz val", 28.0
"""What makes a blank line higher; twips by which a column must become wider or narrower."""

_MARK = f"{PARAGRAPH_PROPERTIES}/{RUN_PROPERTIES}"
_STYLE = f"{PARAGRAPH_PROPERTIES}/{word('pStyle')}"
_TABLE_STYLE = f"{word('tblPr')}/{word('tblStyle')}"


class FormatComparison:
    """How two templates look, side by side."""

    def __init__(self, old: Template, new: Template) -> None:
        self.old, self.new = (
            Appearance(*map(one.related, ("styles", "numbering", "theme"))) for one in (old, new)
        )

    def of_text(self, old: WordParagraph, new: WordParagraph, part: Overlap) -> frozenset[str]:
        """Return in what text that stayed looks different, as far as it shows."""
        before = self.old.text(old.element, part.was.properties)
        after = self.new.text(new.element, part.now.properties)
        return differing(before, after) - hidden_in(part.text)

    def of_part(self, old: WordPart, new: WordPart) -> frozenset[str]:
        """Return in what two parts look different, apart from what they hold."""
        return differing(_formats_of(self.old, old), _formats_of(self.new, new))

    def causes(self, met: Met) -> Iterator[Text | None]:
        """Yield why a part looks different: its style, its list; None if it says so itself."""
        old, new = met.old, met.new
        if old is None or new is None:
            return
        style = _style(self.new, new)
        alike = self._say_the_same(_properties(old), _properties(new))
        for name in self.of_part(old, new):
            by_style = message("automatic numbering") if name.startswith(LIST) else style
            yield by_style if alike else None
        if isinstance(old, WordParagraph) and isinstance(new, WordParagraph):
            yield from self._of_runs(old, new, style)
        elif isinstance(old, WordTable) and isinstance(new, WordTable):
            yield from [None] * _differ_in_columns(old, new)

    def _of_runs(
        self, old: WordParagraph, new: WordParagraph, style: Text
    ) -> Iterator[Text | None]:
        if old.is_blank and new.is_blank:
            marks = old.element.find(_MARK), new.element.find(_MARK)
            both = self.old.text(old.element, marks[0]), self.new.text(new.element, marks[1])
            if _SIZE in differing(*both):  # a blank line is as high as its mark
                yield style if self._say_the_same(*marks) else None
            return
        named = old.element.find(_STYLE), new.element.find(_STYLE)
        same_style = self.old.style(named[0]) == self.new.style(named[1])
        for part in overlaps(old, new, stretches(text_pieces(old), text_pieces(new))):
            if self.of_text(old, new, part):
                was, now = part.was.properties, part.now.properties
                own_style = None if now is None else now.find(word("rStyle"))
                by_style = style if own_style is None else _called(self.new.style(own_style))
                yield by_style if same_style and self._say_the_same(was, now) else None

    def _say_the_same(self, old: etree._Element | None, new: etree._Element | None) -> bool:
        return self.old.said(old) == self.new.said(new)


def _formats_of(of: Appearance, part: WordPart) -> list[VisibleFormat]:
    if isinstance(part, WordParagraph):
        return of.paragraph(part.element)
    if isinstance(part, WordCell):
        return of.cell(part.element)
    if isinstance(part, WordTable):
        return of.table(part.element)
    return [of.visible(own(_properties(part)))]


def _properties(part: WordPart) -> etree._Element | None:
    """Return what a part says of itself: the ``w:pPr`` of a ``w:p``, and so on."""
    return part.element.find(f"{part.element.tag}Pr")


def _style(of: Appearance, part: WordPart) -> Text:
    """Return the style of a paragraph, or of the table that a part belongs to."""
    if isinstance(part, WordParagraph):
        return _called(of.style(part.element.find(_STYLE)))
    above = (part.element, *part.element.iterancestors())
    table = next(one for one in above if one.tag == TABLE)
    return _called(of.style(table.find(_TABLE_STYLE)))


def _called(style: str) -> Text:
    return message("style “{name}”", name=style) if style else message("default style")


def _differ_in_columns(old: WordTable, new: WordTable) -> bool:
    before, after = _columns(old), _columns(new)
    return len(before) == len(after) and any(
        abs(one - other) > _LEAST_WIDER for one, other in zip(before, after, strict=True)
    )


def _columns(table: WordTable) -> list[float]:
    """Return the widths of a table's columns in twips: its cells', else its grid's."""
    columns = table.element.findall(f"{word('tblGrid')}/{word('gridCol')}")
    grid = [measure(column, "w", 0) for column in columns]
    for row in table.rows:
        cells = [cell.element.find(f"{word('tcPr')}/{word('tcW')}") for cell in row.cells]
        if len(cells) == len(grid) and all(value(one, "type") == "dxa" for one in cells):
            return [measure(one, "w", 0) for one in cells]
    return grid


def formatting_changes(
    old: Template, new: Template, earlier: PlaceNames, places: PlaceNames, mets: Sequence[Met]
) -> Iterator[Change]:
    """Yield a change for each place that looks different, pages before what stands on them.

    What a style or a list changes is told of it, once, with how many places show it.

    :param earlier: where the parts of the old template stand, ``places`` of the new one.
    """
    formats = FormatComparison(old, new)
    yield from _pages(old, new, formats)
    shown_by: dict[Text, dict[Text, None]] = {}
    untracked: set[Text] = set()
    for met in mets:
        for cause in formats.causes(met):
            place = places.of(met.shown)
            what = cause or place
            shown = shown_by.setdefault(what, {})
            if cause is not None:
                shown.setdefault(place)
            if cause is not None or not isinstance(met.new, WordParagraph):
                untracked.add(what)
    for what, shown in shown_by.items():
        yield _changed(what, _sentence(what, [*shown], what in untracked))
    yield from _blank_lines(mets, earlier, places)


def _sentence(what: Text, places: Sequence[Text], untracked: bool) -> Text:  # noqa: FBT001
    if places:
        return message(
            "{style}: formatting changed in {count} place(s), first {place};"
            " no redline can show it: compare the pages.",
            style=what,
            count=len(places),
            place=places[0],
        )
    if untracked:
        return message(
            "{place}: formatting changed; no redline can show it: compare the pages.", place=what
        )
    return message("{place}: formatting changed; see the redline.", place=what)


def _changed(place: Text, sentence: Text, what: What = What.CHANGED) -> Change:
    return Change(area=Area.LAYOUT, place=place, what=what, sentence=sentence)


def _pages(old: Template, new: Template, formats: FormatComparison) -> Iterator[Change]:
    """Yield what changed of the pages of each section: they print on other paper, or otherwise."""
    before, after = old.sections, new.sections
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if differing([formats.old.visible(own(one))], [formats.new.visible(own(other))]):
            single = len(after) == 1
            place = message("page") if single else message("section {number}", number=number)
            sentence = message(
                "{place}: page setup changed; no redline can show it: compare the pages.",
                place=place,
            )
            yield _changed(place, sentence)
    if len(before) != len(after):
        sentence = message(
            "The template has {new} section(s) with pages of their own, before {old}.",
            old=len(before),
            new=len(after),
        )
        place = message("section {number}", number=min(len(before), len(after)) + 1)
        added = len(after) > len(before)
        yield _changed(place, sentence, What.ADDED if added else What.REMOVED)


def _blank_lines(mets: Sequence[Met], earlier: PlaceNames, places: PlaceNames) -> Iterator[Change]:
    """Yield how many empty lines came and went in a place, which changes where things stand."""
    counts: Counter[tuple[What, Text]] = Counter()
    for met in mets:
        part = met.shown
        if not (met.old and met.new) and isinstance(part, WordParagraph) and part.is_blank:
            place = (earlier if met.new is None else places).of(part)
            what = What.REMOVED if met.new is None else What.ADDED
            counts[what, place] += 1
    for (what, place), count in counts.items():
        sentence = (
            message("{count} empty line(s) added: {places}.", count=count, places=place)
            if what is What.ADDED
            else message("{count} empty line(s) removed: {places}.", count=count, places=place)
        )
        yield _changed(place, sentence, what)
