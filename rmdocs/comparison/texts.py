"""What differs in the text of two templates, told paragraph by paragraph.

Paragraphs are told as an officer reads them: tags, boxes and blanks in words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import (
    OBJECT,
    WordCell,
    WordParagraph,
    WordPart,
    WordRow,
    WordRun,
    WordTable,
    paragraphs,
)
from rmdocs.comparison.matching import Met
from rmdocs.comparison.template import PlaceNames, Template
from rmdocs.comparison.textdiff import STOPS, Stretch, TextPiece, stretches, text_pieces
from rmdocs.findings import NOTHING
from rmdocs.forms.differences import Area, Change, What, listed, reads_same, shortened
from rmdocs.forms.properties import Renames
from rmdocs.forms.titles import TAG, Titles, Wording, aliases, bracketed
from rmdocs.messages import Text, Verbatim, joined, message

_PIECE = re.compile(rf"{TAG.pattern}|[{OBJECT}\f\n\t]", re.DOTALL)
_BLANKS: dict[str, Text] = {
    " ": message("space"),
    "\u3000": message("wide space"),
    "\t": message("tab"),
    "\n": message("line break"),
    "\f": message("page break"),
}
_LONGEST_BOX = 40
"""Of the text of a box so much names it."""


class ParagraphWording(Wording):
    """Says what stands in the paragraphs of one template."""

    def whole(self, paragraph: WordParagraph, *, exactly: bool = False) -> Text:
        """Return all a paragraph shows.

        :param exactly: whether tags are said as they are written, tabs and breaks by name.
        """
        return self.part(paragraph, (0, len(paragraph.text)), exactly=exactly)

    def part(
        self, paragraph: WordParagraph, span: tuple[int, int], *, exactly: bool = False
    ) -> Text:
        """Return what a span of a paragraph shows; nothing but blanks is spelt out."""
        text = paragraph.text
        piece = text[slice(*span)]
        if piece and not piece.strip():
            return joined(bracketed(_BLANKS.get(sign, Verbatim(sign))) for sign in piece)
        before = text[: span[0]].count(OBJECT)
        objects = list(paragraph.objects)[before:]
        labels = (self.object(paragraph, run) for run in objects)
        return joined(self._shown(piece, labels, exactly=exactly))

    def object(self, paragraph: WordParagraph, run: WordRun) -> Text:
        """Return what a person calls an object of a paragraph: a text box by its text."""
        said = [
            self.whole(inner)
            for box in paragraph.boxes_in([run])
            for block in box.blocks
            for inner in paragraphs(block)
            if not inner.is_blank
        ]
        if not said:
            return run.label
        return message(
            "text box: {text}", text=shortened(listed(said, Verbatim(" | ")), _LONGEST_BOX)
        )

    def _shown(self, text: str, objects: Iterator[Text], *, exactly: bool) -> Iterator[Text]:
        position = 0
        for found in _PIECE.finditer(text):
            yield Verbatim(text[position : found.start()])
            position = found.end()
            if found[0] == OBJECT:
                yield bracketed(next(objects, Verbatim("?")))
            elif found[0] == "\f" or (exactly and found[0] in _BLANKS):
                yield bracketed(_BLANKS[found[0]])
            elif len(found[0]) == 1:
                yield Verbatim(" ")
            else:
                yield Verbatim(found[0]) if exactly else self.tag(found[0])
        yield Verbatim(text[position:])


_SHORT_TEXT = 24
"""A text up to this long is told as a whole, not by the pieces that differ."""

_MOST_PIECES = 4
"""A text that differs in more pieces is told as a whole too."""

_AROUND = 8
"""How much is quoted of what stands before and after a difference."""

_SHORT_PIECE = 6
"""A difference up to this long is quoted with what stands around it."""

_LONGEST = 120
"""Of what came, went or moved as a whole so much is quoted."""

_LEAST_MOVED = 4
"""Shorter texts occur more than once; that one was moved could not be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two templates: where its parts stand, and what they say."""

    places: PlaceNames
    wording: ParagraphWording

    @classmethod
    def of(cls, template: Template, titles: Titles) -> Side:
        """Return a template's side; its loops get names of their own.

        :param titles: what its fields are called.
        """
        stories = template.stories().values()
        held = (part for story in stories for block in story.blocks for part in paragraphs(block))
        known = titles.with_aliases(aliases(paragraph.text for paragraph in held))
        return cls(places=PlaceNames(stories), wording=ParagraphWording(known))

    def whole(self, part: WordPart, *, exactly: bool = False) -> Text:
        """Return all that a part shows, its paragraphs parted by strokes."""
        said = [
            self.wording.whole(paragraph, exactly=exactly)
            for paragraph in paragraphs(part)
            if not paragraph.is_blank
        ]
        return listed(said, Verbatim(" | "))


class Texts:
    """Tells the differences of the texts of two templates.

    :param renames: a tag that only follows a field's new name is no difference.
    """

    def __init__(self, old: Side, new: Side, renames: Renames | None = None) -> None:
        self._old, self._new, self._renames = old, new, renames or Renames({})

    def changes(self, mets: Iterable[Met]) -> Iterator[Change]:
        """Yield a change for each paragraph, row, cell or table that differs."""
        found = list(mets)
        moved = dict(_moved(found))
        left = set(moved.values())
        for met in found:
            if met in left or _is_blank(met):
                continue
            if met.new is not None and met in moved:
                yield self._moved(moved[met].old or met.new, met.new)
            elif met.old is None and met.new is not None:
                yield self._added(met.new)
            elif met.new is None and met.old is not None:
                yield self._removed(met.old)
            elif isinstance(met.old, WordParagraph) and isinstance(met.new, WordParagraph):
                yield from self._changed(met.old, met.new)

    def _moved(self, old: WordPart, new: WordPart) -> Change:
        whole, before, after = (
            self._new.whole(new),
            self._old.places.of(old),
            self._new.places.of(new),
        )
        sentence = message(
            "“{text}” was moved: earlier {before}, now {after}.",
            text=shortened(whole, _LONGEST),
            before=before,
            after=after,
        )
        return _change(after, What.MOVED, (before, after), sentence)

    def _added(self, new: WordPart) -> Change:
        whole, place = self._new.whole(new), self._new.places.of(new)
        sentence = _said_added(new, place, shortened(whole, _LONGEST))
        return _change(place, What.ADDED, (NOTHING, whole), sentence)

    def _removed(self, old: WordPart) -> Change:
        whole, place = self._old.whole(old), self._old.places.of(old)
        sentence = _said_removed(old, place, shortened(whole, _LONGEST))
        return _change(place, What.REMOVED, (whole, NOTHING), sentence)

    def _changed(self, old: WordParagraph, new: WordParagraph) -> Iterator[Change]:
        replaced = self._replaced(old, new)
        known = self._known(old, {one.key: other.key for one, other in replaced})
        for one, other in replaced:
            yield self._replacement(old, one, new, other)
        if old.unseen != new.unseen and not (old.is_blank or new.is_blank):
            yield self._redirected(old, new)
        if [piece.key for piece in known] == [piece.key for piece in text_pieces(new)]:
            return
        before, after = self._old.whole(old), self._new.whole(new)
        place = self._new.places.of(new)
        if old.is_blank or new.is_blank:
            yield self._added(new) if old.is_blank else self._removed(old)
            return
        if reads_same(before, after):
            before, after = self._old.whole(old, exactly=True), self._new.whole(new, exactly=True)
            sentence: Text = message(
                "{place}: the text reads the same, but is filled in differently:"
                " “{old}” became “{new}”.",
                place=place,
                old=before,
                new=after,
            )
        else:
            sentence = self._told(old, known, new, place)
        yield _change(place, What.CHANGED, (before, after), sentence)

    def _known(self, old: WordParagraph, replaced: Mapping[str, str]) -> list[TextPiece]:
        """Return the old paragraph's pieces by what they are known as in the new template.

        :param replaced: the new keys of its objects that were replaced, by the old ones.
        """
        known = []
        for piece in text_pieces(old):
            key = piece.key
            if key.startswith("{"):
                key = self._renames.applied(key)
            elif key.startswith(OBJECT):
                key = OBJECT + replaced.get(key[1:], key[1:])
            known.append(TextPiece(key=key, start=piece.start, end=piece.end))
        return known

    def _replaced(self, old: WordParagraph, new: WordParagraph) -> list[tuple[WordRun, WordRun]]:
        """Return the objects of both that go by one name but are not the same."""
        olds, news = list(old.objects), list(new.objects)
        if len(olds) != len(news):
            return []
        return [
            (one, other)
            for one, other in zip(olds, news, strict=True)
            if one.key != other.key and reads_same(one.label, other.label)
        ]

    def _replacement(
        self, old: WordParagraph, one: WordRun, new: WordParagraph, other: WordRun
    ) -> Change:
        place = self._new.places.of(new)
        before, after = self._old.wording.object(old, one), self._new.wording.object(new, other)
        sentence = message(
            "{place}: {object} was replaced, or has another size.", place=place, object=after
        )
        return _change(place, What.CHANGED, (before, after), sentence)

    def _redirected(self, old: WordParagraph, new: WordParagraph) -> Change:
        place = self._new.places.of(new)
        sentence = message("{place}: its links or fields say something else.", place=place)
        before, after = (Verbatim(" ".join(each.unseen).strip()) for each in (old, new))
        return _change(place, What.CHANGED, (before, after), sentence)

    def _told(
        self, old: WordParagraph, known: Sequence[TextPiece], new: WordParagraph, place: Text
    ) -> Text:
        found = stretches(known, text_pieces(new))
        differing = [
            (found[at - 1] if at else None, stretch, found[at + 1] if at + 1 < len(found) else None)
            for at, stretch in enumerate(found)
            if not stretch.same
        ]
        short = max(len(old.text), len(new.text)) <= _SHORT_TEXT
        if short or len(differing) > _MOST_PIECES or len(found) == 1:
            before, after = self._old.whole(old), self._new.whole(new)
            return message("{place}: “{old}” became “{new}”.", place=place, old=before, new=after)
        pieces = listed(self._piece(old, new, *around) for around in differing)
        return message("{place}: {pieces}.", place=place, pieces=pieces)

    def _piece(
        self,
        old: WordParagraph,
        new: WordParagraph,
        before: Stretch | None,
        differing: Stretch,
        after: Stretch | None,
    ) -> Text:
        """Return one difference within a paragraph, with so much around it that it is found."""
        lead = _tail(text_pieces(new), before.new) if before is not None else differing.new[0]
        said_old = self._old.wording.part(old, differing.old)
        said_new = self._new.wording.part(new, differing.new)
        text = self._new.wording.part(new, (lead, differing.new[0])) if before else NOTHING
        if differing.old[0] == differing.old[1]:
            if before is None:
                return message("“{new}” was added at the beginning", new=said_new)
            return message("“{new}” was added after “{before}”", new=said_new, before=text)
        if differing.new[0] == differing.new[1]:
            if before is None:
                return message("“{old}” was deleted at the beginning", old=said_old)
            return message("“{old}” was deleted after “{before}”", old=said_old, before=text)
        if differing.size <= _SHORT_PIECE:
            end = _head(text_pieces(new), after.new) if after is not None else differing.new[1]
            rest = self._new.wording.part(new, (differing.new[1], end)) if after else NOTHING
            said_old, said_new = (joined((text, said, rest)) for said in (said_old, said_new))
        return message("“{old}” became “{new}”", old=said_old, new=said_new)


def _change(place: Text, what: What, values: tuple[Text, Text], sentence: Text) -> Change:
    """Return a change of the text; ``values`` are what was and what is."""
    old, new = values
    return Change(area=Area.TEXT, place=place, what=what, old=old, new=new, sentence=sentence)


def _said_added(part: WordPart, place: Text, text: Text) -> Text:
    match part:
        case WordTable():
            return message("{place}: a table was added: “{text}”.", place=place, text=text)
        case WordRow():
            return message("{place}: a row was added: “{text}”.", place=place, text=text)
        case WordCell():
            return message("{place}: a cell was added: “{text}”.", place=place, text=text)
    return message("{place}: “{text}” was added.", place=place, text=text)


def _said_removed(part: WordPart, place: Text, text: Text) -> Text:
    said = {"place": place, "text": text}
    match part:
        case WordTable():
            return message("Earlier {place}: the table was removed: “{text}”.", **said)
        case WordRow():
            return message("Earlier {place}: the row was removed: “{text}”.", **said)
        case WordCell():
            return message("Earlier {place}: the cell was removed: “{text}”.", **said)
    return message("Earlier {place}: “{text}” was removed.", **said)


def _is_blank(met: Met) -> bool:
    parts = [part for part in (met.old, met.new) if part is not None]
    return all(paragraph.is_blank for part in parts for paragraph in paragraphs(part))


def _tail(found: Sequence[TextPiece], span: tuple[int, int]) -> int:
    """Return where a few words before the end of ``span`` begin, after a stop if there is one."""
    start = span[1]
    for piece in reversed([piece for piece in found if span[0] <= piece.start < span[1]]):
        if start < span[1] and (piece.key in STOPS or span[1] - piece.start > _AROUND):
            break
        start = piece.start
    return start


def _head(found: Sequence[TextPiece], span: tuple[int, int]) -> int:
    """Return where a few words after the beginning of ``span`` end, before a stop if possible."""
    end = span[0]
    for piece in found:
        if span[0] <= piece.start < span[1]:
            if piece.key in STOPS or piece.end - span[0] > _AROUND:
                break
            end = piece.end
    return end


def _moved(found: Sequence[Met]) -> Iterator[tuple[Met, Met]]:
    """Yield what is new with what is gone, if both hold the same and nothing else does."""
    gone = [met for met in found if met.old is not None and met.new is None]
    added = [met for met in found if met.old is None and met.new is not None]
    keys = {met: _content(met) for met in (*gone, *added)}
    single = [Counter(keys[met] for met in side) for side in (gone, added)]
    by_key = {keys[met]: met for met in gone}
    for met in added:
        key = keys[met]
        if len("".join(key[1])) >= _LEAST_MOVED and single[0][key] == single[1][key] == 1:
            yield met, by_key[key]


def _content(met: Met) -> tuple[str, tuple[str, ...]]:
    part = met.new if met.old is None else met.old
    if part is None:
        return "", ()
    return type(part).__name__, tuple(p.text.strip() for p in paragraphs(part))
