"""What differs between two revisions, told: a change with its area, place and sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Protocol, Self, TypeAlias, TypeVar

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.forms.properties import Renames
from rmdocs.forms.titles import Titles, Wording
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Saying
from rmdocs.messages import Bilingual, Called, Language, Text, Verbatim, message


class Area(Called):
    """What part of a form a change belongs to, in the order they are told."""

    IDENTITY = "identity", message("Identity of the form")
    TEXT = "text", message("Text of the template")
    FIELDS = "fields", message("Fields")
    DERIVED = "derived", message("Derived values")
    RULES = "rules", message("Rules")
    STAGES = "stages", message("Stages")
    HANDLING = "handling", message("Printing, signing and due dates")
    ROLES = "roles", message("Roles")
    RETENTION = "retention", message("Retention")
    MIGRATION = "migration", message("Migration")
    SAMPLE = "sample", message("Sample record")
    LAYOUT = "layout", message("Layout")
    OTHER = "other", message("Other")


class What(StrEnum):
    """What happened to a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Answer):
    """One difference between two revisions of a form.

    :param area: the part of the form.
    :param place: what a person recognises: 正文第3段, 字段“到期日”.
    :param old: how it was; empty where there was nothing.
    :param new: how it is; empty where there is nothing.
    :param sentence: all of it in a sentence of its own.
    :param path: where it stands in the files, such as ``$.content.maturity``.
    """

    TOLD: ClassVar = ("area", "what", "place", "path", "old", "new", "sentence")
    area: Area
    place: Text
    what: What
    old: Text = NOTHING
    new: Text = NOTHING
    sentence: Text
    path: str = ""

    @classmethod
    def added(cls, area: Area, place: Text, new: Text, sentence: Text, path: str = "") -> Self:
        """Return the change that something is there which was not."""
        return cls(area=area, place=place, what=What.ADDED, new=new, sentence=sentence, path=path)

    @classmethod
    def removed(cls, area: Area, place: Text, old: Text, sentence: Text, path: str = "") -> Self:
        """Return the change that something is no longer there."""
        return cls(area=area, place=place, what=What.REMOVED, old=old, sentence=sentence, path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Answer):
    """Everything that differs between two revisions of a form.

    :param changes: by area, within an area in the order of the form.
    :param findings: why a part could not be compared.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[Change], findings: Iterable[Finding]) -> Comparison:
        """Return the comparison, its changes put in the order of areas."""
        order = list(Area)
        told = sorted(changes, key=lambda change: order.index(change.area))
        return cls(changes=tuple(told), findings=tuple(findings))

    @property
    def is_empty(self) -> bool:
        """Return whether nothing differs and everything could be compared."""
        return not self.changes and not self.findings

    def in_area(self, area: Area) -> tuple[Change, ...]:
        """Return the changes of one area."""
        return tuple(change for change in self.changes if change.area is area)

    @property
    def summary(self) -> Text:
        """Return in a sentence how much differs, by area."""
        counts = [(area, len(self.in_area(area))) for area in Area]
        told = listed(
            message("{area}: {count}", area=area.called, count=count)
            for area, count in counts
            if count
        )
        if self.findings and not self.changes:
            return message("No difference was found, but not everything could be compared.")
        if not self.changes:
            return message("The two revisions do not differ.")
        if self.findings:
            return message(
                "{count} change(s): {areas}. Not everything could be compared.",
                count=len(self.changes),
                areas=told,
            )
        return message("{count} change(s): {areas}.", count=len(self.changes), areas=told)


def listed(texts: Iterable[Text], separator: Text | None = None) -> Text:
    """Return texts as one, separated as a list in a sentence is."""
    found = list(texts)
    between = separator or message("; ")
    zh, en = (
        between.text(language).join(text.text(language) for text in found) for language in Language
    )
    return Bilingual(zh=zh, en=en)


def plain(content: str) -> Text:
    """Return a text that is the same in both languages."""
    return Verbatim(content) if content else NOTHING


def shortened(text: Text, longest: int) -> Text:
    """Return a text of at most ``longest`` signs; what is left out is shown by dots."""
    zh, en = (
        said if len(said) <= longest else f"{said[:longest].rstrip()}…"
        for said in (text.text(language) for language in Language)
    )
    return Bilingual(zh=zh, en=en)


def reads_same(one: Text, other: Text) -> bool:
    """Return whether two texts are the same for a reader of either language."""
    return all(one.text(language) == other.text(language) for language in Language)


Aspect: TypeAlias = tuple[Text, Text, Text]
"""What of a thing is said, how it was, how it is."""


def became(area: Area, place: Text, old: Text, new: Text, path: str = "") -> Iterator[Change]:
    """Yield a change if two values of one thing read differently; an empty one is none."""
    if reads_same(old, new):
        return
    if reads_same(old, NOTHING):
        what, sentence = What.ADDED, message("{place}: {new} (before: none).", place=place, new=new)
    elif reads_same(new, NOTHING):
        what = What.REMOVED
        sentence = message("{place}: none any more (before: {old}).", place=place, old=old)
    elif any("“" in text.text(language) for text in (old, new) for language in Language):
        what = What.CHANGED  # quotes within quotes are hard to read
        sentence = message("{place}: {new} (before: {old}).", place=place, old=old, new=new)
    else:
        what = What.CHANGED
        sentence = message("{place}: from “{old}” to “{new}”.", place=place, old=old, new=new)
    yield Change(area=area, place=place, what=what, old=old, new=new, sentence=sentence, path=path)


def said_both(text: Bilingual) -> Verbatim:
    """Return both wordings of a text where they differ, whatever the reader's language.

    An officer who reads Chinese must learn that only the English was changed.
    """
    return Verbatim(text.zh if text.zh == text.en else f"{text.zh} / {text.en}")


def flag(on: bool) -> Text:  # noqa: FBT001 - the value itself, not an option
    """Return yes or no."""
    return message("yes") if on else message("no")


def aspect_of(place: Text, aspect: Text) -> Text:
    """Return the place of one thing that can be said of another."""
    return message("{place}, {aspect}", place=place, aspect=aspect)


def comma(texts: Iterable[Text]) -> Text:
    """Return texts as a list in a sentence, parted by commas."""
    return listed(texts, message(", "))


class NamedEntry(Protocol):
    """What goes by a name in a list of a manifest."""

    @property
    def name(self) -> str:
        """Return what commands and expressions call it."""

    @property
    def title(self) -> Bilingual:
        """Return what a person calls it."""


N = TypeVar("N", bound=NamedEntry)


class RevisionTerms:
    """The words of two revisions, and what the newer one calls the older one's names.

    :param old: the titles of the old revision's names, ``new`` those of the new one's.
    """

    def __init__(self, old: Titles, new: Titles, renames: Renames) -> None:
        self.old, self.new, self.renames = old, new, renames
        self._wordings = Wording(old), Wording(new)

    def within(
        self, old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]
    ) -> RevisionTerms:
        """Return the same where names stand for others, as in a loop."""
        return RevisionTerms(self.old.with_aliases(old), self.new.with_aliases(new), self.renames)

    def titled(self, name: str) -> Text:
        """Return what a person calls a name of either revision; itself if nobody does."""
        return self.new.title(name) or self.old.title(name) or plain(name)

    def expressions(self, old: Expression | None, new: Expression | None) -> tuple[Text, Text]:
        """Return two expressions in words, as they are written if the words are the same.

        Nothing twice if the new one only follows the new names of fields.
        """
        before, after = (item.source if item is not None else "" for item in (old, new))
        if self.renames.applied(before) == after:
            return NOTHING, NOTHING
        words = self.old.expression(before), self.new.expression(after)
        return (plain(before), plain(after)) if reads_same(*words) else words

    def keys(self, old: Sequence[Expression], new: Sequence[Expression]) -> tuple[Text, Text]:
        """Return two lists of expressions in words; nothing twice if they are the same."""
        if [self.renames.applied(key.source) for key in old] == [key.source for key in new]:
            return NOTHING, NOTHING
        return (
            comma(self.old.expression(key.source) for key in old),
            comma(self.new.expression(key.source) for key in new),
        )

    def sayings(self, old: Saying | None, new: Saying | None) -> tuple[Text, Text]:
        """Return two messages, their fields by title: each in the reader's language.

        Where only one language was changed, that one for every reader.
        """
        before, after = _sources(old), _sources(new)
        changed = [self.renames.applied(was) != now for was, now in zip(before, after, strict=True)]
        if not any(changed):
            return NOTHING, NOTHING
        (old_zh, old_en), (new_zh, new_en) = (
            tuple(map(wording.phrase, sources))
            for wording, sources in zip(self._wordings, (before, after), strict=True)
        )
        if not all(changed):
            return (old_zh, new_zh) if changed[0] else (old_en, new_en)
        return _both(old_zh, old_en), _both(new_zh, new_en)

    def each(
        self,
        path: str,
        sides: tuple[Sequence[N], Sequence[N]],
        place: Callable[[N], Text],
        aspects: Callable[[N | None, N], Iterable[Aspect]],
    ) -> Iterator[Change]:
        """Yield what differs in things that go by their names, and in their order.

        :param sides: as they were, and as they are.
        :param place: says which one it is.
        :param aspects: gives what may be said of one besides its title, as it was
            (None if it is new) and as it is.
        """

        def told_of(was: N | None, now: N) -> Iterator[Aspect]:
            yield message("title"), said_both(was.title) if was else NOTHING, said_both(now.title)
            yield from aspects(was, now)

        before, after = ({one.name: one for one in side} for side in sides)
        for name, one in after.items():
            here = f"{path}.{name}"
            if name in before:
                for what, was, now in told_of(before[name], one):
                    aspect = aspect_of(place(one), what)
                    yield from became(Area.HANDLING, aspect, was, now, here)
                continue
            told = listed(
                message("{aspect}: {value}", aspect=aspect, value=now)
                for aspect, _, now in told_of(None, one)
                if not reads_same(now, NOTHING)
            )
            said = message("{thing} was added: {told}.", thing=place(one), told=told)
            yield Change.added(Area.HANDLING, place(one), told, said, here)
        for name, one in before.items():
            if name not in after:
                said = message("{thing} was removed.", thing=place(one))
                gone = place(one)
                here = f"{path}.{name}"
                yield Change.removed(Area.HANDLING, gone, one.title, said, here)
        orders = [
            [name for name in side if name in before and name in after] for side in (before, after)
        ]
        if orders[0] != orders[1]:
            was, now = (
                comma(side[name].title for name in order)
                for side, order in zip((before, after), orders, strict=True)
            )
            order = message("order in [[{path}]]", path=path)
            yield from became(Area.HANDLING, order, was, now, path)

    def said(self, saying: Saying) -> Text:
        """Return a message of the new revision, its fields by title."""
        return _both(*map(self._wordings[1].phrase, _sources(saying)))

    def said_before(self, saying: Saying) -> Text:
        """Return a message of the old revision, its fields by title."""
        return _both(*map(self._wordings[0].phrase, _sources(saying)))


def _sources(saying: Saying | None) -> tuple[str, str]:
    return (saying.zh.source, saying.en.source) if saying is not None else ("", "")


def _both(zh: Text, en: Text) -> Text:
    return Bilingual(zh=zh.text(Language.ZH), en=en.text(Language.EN))
