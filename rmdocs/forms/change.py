"""What a comparison tells: each change with its area, its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rmdocs.answering import Answer
from rmdocs.findings import NOTHING, Finding
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
    old: Text
    new: Text
    sentence: Text
    path: str = ""


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
        between.text(language).join(text.text(language) for text in found)
        for language in (Language.ZH, Language.EN)
    )
    return Bilingual(zh=zh, en=en)


def plain(content: str) -> Text:
    """Return a text that is the same in both languages."""
    return Verbatim(content) if content else NOTHING


def shortened(text: Text, longest: int) -> Text:
    """Return a text of at most ``longest`` signs; what is left out is shown by dots."""
    zh, en = (
        said if len(said) <= longest else f"{said[:longest].rstrip()}…"
        for said in (text.text(language) for language in (Language.ZH, Language.EN))
    )
    return Bilingual(zh=zh, en=en)


def reads_same(one: Text, other: Text) -> bool:
    """Return whether two texts are the same for a reader of either language."""
    return all(one.text(language) == other.text(language) for language in Language)
