"""What a form says of itself: its cover, its revision table, what is pending, its review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.forms.differences import (
    Area,
    Change,
    RevisionTerms,
    became,
    comma,
    plain,
    said_both,
)
from rmdocs.forms.section import (
    MANIFEST_NAME,
    Manifest,
    Section,
    both,
    finding,
    list_of,
    table_of,
    text,
    texts,
    value,
)
from rmdocs.forms.tomltables import TomlTable
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema

MOST_MONTHS = 120
"""A controlled document is reviewed every ten years at least."""


class Access(StrEnum):
    """Who may see a form's records: the customer too, or the bank alone (§5.8).

    ``PERSONAL`` are internal records that hold personal data (含个人信息).
    """

    CUSTOMER = "customer"
    INTERNAL = "internal"
    PERSONAL = "personal"

    @property
    def marking(self) -> str:
        """Return what the header of a page prints."""
        return "受控文件" if self is Access.CUSTOMER else "内部资料"

    @property
    def destroyable(self) -> bool:
        """Return whether records must be destroyable once they need not be kept (PIPL Art. 47)."""
        return self is Access.PERSONAL


_ACCESS: Mapping[Access, Text] = {
    Access.CUSTOMER: message("the customer may see it"),
    Access.INTERNAL: message("internal"),
    Access.PERSONAL: message("internal, with personal data that must be destroyable"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySection(Section):
    """The ``[form]`` table: what the cover of the form says (ISO 9001 §7.5.2).

    :param parent: the document it belongs to, a register entry.
    :param prepared: who prepared, ``reviewed`` and ``approved`` it: three people.
    """

    table = "form"
    required = True
    schema = table_of(
        {
            "number": text("表单编号", "Number of the form", examples=["RXD7200-04"]),
            "revision": text("版本", "Revision of the form", examples=["1.0"]),
            "title": both("名称", "Title of the form"),
            "aliases": texts("别名", "Other names of the form"),
            "organisation": both("封面单位", "Organisation on the cover"),
            "parent": text("所属文件", "Document it belongs to", examples=["IXD7200-01"]),
            "annex": both("附录", "Annex it is"),
            "clause": text("依据条款", "Clause that asks for it"),
            "access": value("string", "知悉范围", "Who may see its records", enum=[*Access]),
            "effective": value("string", "生效日期", "Effective date", format="date"),
            "prepared": text("编制人", "Who prepared it"),
            "reviewed": text("审核人", "Who reviewed it"),
            "approved": text("批准人", "Who approved it"),
        },
        "aliases",
        title="表单",
        english="What the cover of the form says",
    )

    number: DocumentNumber
    revision: Revision
    title: Bilingual
    aliases: tuple[str, ...]
    organisation: Bilingual
    parent: DocumentNumber
    annex: Bilingual
    clause: str
    access: Access
    effective: date
    prepared: str
    reviewed: str
    approved: str

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what the cover says."""
        access, nowhere = table.text("access"), DocumentNumber("")
        return cls(
            number=table.parsed("number", DocumentNumber.parse, nowhere),
            revision=table.parsed("revision", Revision.parse, Revision(major=0, minor=0)),
            title=table.bilingual("title"),
            aliases=table.texts("aliases"),
            organisation=table.bilingual("organisation"),
            parent=table.parsed("parent", DocumentNumber.parse, nowhere),
            annex=table.bilingual("annex"),
            clause=table.text("clause"),
            access=Access(access) if access in set(Access) else Access.INTERNAL,
            effective=table.day("effective"),
            prepared=table.text("prepared"),
            reviewed=table.text("reviewed"),
            approved=table.text("approved"),
        )

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield whether one person does what takes three."""
        del manifest, schema
        if len({self.prepared, self.reviewed, self.approved}) != len(("p", "r", "a")):
            yield error(
                "FORM-THREE",
                f"{MANIFEST_NAME}:{self.table}",
                message("who prepares, reviews and approves a form are three people"),
                message("name three different people"),
                clause="ISO 9001 §7.5.2",
            )

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what differs on the cover; where there was none, all of it is new."""
        del telling
        before = old.said() if old is not None else {}
        for name, (place, now) in (new.said() if new is not None else {}).items():
            earlier = before[name][1] if name in before else NOTHING
            yield from became(Area.IDENTITY, place, earlier, now, f"form.{name}")

    def said(self) -> dict[str, tuple[Text, Text]]:
        """Return what the cover says: the manifest's name of each value, a person's, the value."""
        return {
            "number": (message("number of the form"), plain(str(self.number))),
            "revision": (message("revision of the form"), plain(str(self.revision))),
            "title": (message("title of the form"), said_both(self.title)),
            "aliases": (message("other names of the form"), comma(map(plain, self.aliases))),
            "organisation": (message("organisation on the cover"), said_both(self.organisation)),
            "parent": (message("document it belongs to"), plain(str(self.parent))),
            "annex": (message("annex it is"), said_both(self.annex)),
            "clause": (message("clause that asks for it"), plain(self.clause)),
            "access": (message("who may see its records"), _ACCESS[self.access]),
            "effective": (message("effective date of the form"), plain(str(self.effective))),
            "prepared": (message("who prepared the form"), plain(self.prepared)),
            "reviewed": (message("who reviewed the form"), plain(self.reviewed)),
            "approved": (message("who approved the form"), plain(self.approved)),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSection(Section):
    """The ``[pending]`` table: what the officer has yet to settle (待核定)."""

    table = "pending"
    required = True
    schema = table_of(
        {"items": list_of(both("待核定事项", "What is still to be settled"), title="待核定事项")},
        title="待核定",
        english="What its source does not hold and the officer has yet to settle",
    )

    items: tuple[Bilingual, ...]

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what is pending."""
        return cls(items=table.bilinguals("items"))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what was settled, and what is newly to be settled."""
        del telling
        before, after = (one.items if one is not None else () for one in (old, new))
        place = message("still to be settled")
        for item in before:
            if item not in after:
                said = said_both(item)
                sentence = message("No longer to be settled: “{item}”.", item=said)
                yield Change.removed(Area.IDENTITY, place, said, sentence, "pending")
        for item in after:
            if item not in before:
                said = said_both(item)
                sentence = message("Newly to be settled: “{item}”.", item=said)
                yield Change.added(Area.IDENTITY, place, said, sentence, "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionEntry:
    """A row of the revision table (修改记录)."""

    revision: Revision
    date: date
    change: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySection(Section):
    """``[[history]]``: the revision table of the cover (修改记录)."""

    table = "history"
    schema = list_of(
        table_of(
            {
                "revision": text("版本", "Revision", examples=["1.0"]),
                "date": value("string", "日期", "Day it takes effect", format="date"),
                "change": both("修改内容", "What it changed"),
            }
        ),
        title="修改记录",
        english="The revision table",
    )

    entries: tuple[RevisionEntry, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return the rows, in the order of the file."""
        return cls(
            entries=tuple(
                RevisionEntry(
                    revision=row.parsed("revision", Revision.parse, Revision(major=0, minor=0)),
                    date=row.day("date"),
                    change=row.bilingual("change"),
                )
                for row in root.tables(cls.table)
            )
        )

    @property
    def revisions(self) -> list[Revision]:
        """Return the revisions that have a row, in the order of the file."""
        return [entry.revision for entry in self.entries]

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield whether the revision has its row, and the rows their order."""
        del schema
        for reason, remedy in self.faults(manifest[IdentitySection].revision):
            yield finding("history", "FORM-HISTORY", reason, remedy)

    def faults(self, own: Revision) -> Iterator[tuple[Text, Text]]:
        """Yield what is wrong with the rows, and how to mend it.

        :param own: the revision they belong to.
        """
        if own not in self.revisions:
            reason = message("no row for the revision {revision}", revision=own)
            yield reason, message("add a row to [[history]]")
        if self.revisions != sorted(set(self.revisions)):
            reason = message("the rows are not in the order of revisions")
            yield reason, message("put them in order, each revision once")

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the rows that differ."""
        del telling
        before, after = (
            {row.revision: row for row in one.entries} if one is not None else {}
            for one in (old, new)
        )
        for revision in sorted({*before, *after}):
            place = message("revision table, row {revision}", revision=revision)
            rows = [
                NOTHING if row is None else plain(f"{row.date} {said_both(row.change).content}")
                for row in (before.get(revision), after.get(revision))
            ]
            yield from became(Area.IDENTITY, place, rows[0], rows[1], "history")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSection(Section):
    """The ``[review]`` table: how often the form is reviewed (ISO 9001 §7.5.2).

    :param months: 1 to 120.
    """

    table = "review"
    schema = table_of(
        {
            "months": value(
                "integer",
                "评审周期（月）",
                "Months between reviews",
                minimum=1,
                maximum=MOST_MONTHS,
            )
        },
        title="定期评审",
        english="How often it is reviewed",
    )

    months: int

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return how often it is reviewed."""
        return cls(months=table.whole("months"))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield another interval."""
        del telling
        was, now = (
            NOTHING if one is None else message("{count} months", count=one.months)
            for one in (old, new)
        )
        yield from became(Area.OTHER, message("review interval"), was, now, "review")
