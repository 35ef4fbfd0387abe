"""That no two records that are not void share a form's ``[unique]`` key.

The form says what must be unique and how to say it; the catalogue says who has it.
Where the form lets a record say what it ``replaces``, one more may stand beside those
there are if it names the newest of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, listed, message
from rmdocs.records.check import labelled
from rmdocs.records.context import record_names
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.catalogue import unread_findings, unreadable_findings
from rmdocs.registers.indexentries import unique_key
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import find_folder

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder

_PROPERTY = re.compile(r"content(\.\w+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueClaim:
    """What a record says of itself that no other one may.

    :param key: as the form's ``[unique]`` has it; empty if it has none.
    :param replaced: the number of the record that it takes the place of; empty if it says none.
    """

    key: str
    replaced: str

    @classmethod
    def of(cls, form: Form, names: Mapping[str, Any]) -> UniqueClaim:
        """Return what a record claims, by its names."""
        return cls(key=unique_key(form, names), replaced=_replaced(form, names))


def not_unique(
    registry: Registry, form: Form, claim: UniqueClaim, own: RecordNumber | None = None
) -> list[Finding]:
    """Return the findings that another record has the key already, as the form says it.

    The index must be up to date for the form.

    :param own: number of the record itself, where it has one. What came after it under
        the same key has been asked about it already.
    """
    if form.unique is None:
        return []
    key = claim.key
    sharing = registry.catalogue.with_key(form, key) if key else []
    ages = {RecordNumber.parse(one.number): one.issued for one in sharing}
    others = [number for number in ages if number != own]
    if form.unique.replaces is None:
        remedy = message("amend that record, or void it first")
        return _clash(form, others[0], remedy) if others else []
    later = {own} if own is not None else set()
    if own in ages:
        later |= {other for other in others if (ages[other], other) > (ages[own], own)}
    earlier = [other for other in others if other not in later]
    newest = max(earlier, key=lambda other: (ages[other], other), default=None)
    named = claim.replaced
    if not named:
        return _clash(form, newest, _or_replace(form, newest)) if newest else []
    if named == str(newest):
        return []
    fault = _not_to_be_replaced(registry, form, key, named, later)
    if newest is None:
        remedy = message("leave it out: no other record stands that this one could replace")
    else:
        remedy = message("name {number}, the newest that stands", number=newest)
        told = message("{newest} stands in place of {number}", newest=newest, number=named)
        fault = fault or ("REPLACES-OLD", told)
    return labelled([error(fault[0], _place(form), fault[1], remedy)], form) if fault else []


def not_compared(registry: Registry, form: Form) -> list[Finding]:
    """Return a warning if there are records of which it is not known what they must not share.

    The index must be up to date for the form.
    """
    broken = unreadable_findings(registry.catalogue.unreadable(form.number))
    found = [*registry.catalogue.lost(form.number), *broken]
    if form.unique is None:
        unread = registry.index.unread(Query(form=str(form.number)))
        told = message("whether this record is one of them is not known")
        return found + unread_findings(unread, told)
    unknown = registry.catalogue.without_key(form)
    if unknown:
        told = message(
            "{count} record(s) of {form} were not compared, since their contents or keys are not"
            " readable here: “{reason}” may hold of one of them, such as {number}",
            count=len(unknown),
            form=form.number,
            reason=form.unique.message,
            number=unknown[0],
        )
        remedy = message("ask whoever has their keys, or check where they can be read")
        found.append(warning("UNIQUE-UNSEEN", "$.content", told, remedy, clause=form.unique.clause))
    return found


def clash(form: Form, places: Sequence[str]) -> list[Finding]:
    """Return the finding that records of one batch share the key.

    :param places: file and row of each of the others.
    """
    return _clash(form, listed(places), message("keep one of them, and take out the others"))


def _clash(form: Form, other: object, remedy: Text) -> list[Finding]:
    if form.unique is None:
        return []
    reason = message("{reason} ({number})", reason=form.unique.message, number=str(other))
    return [error(form.unique.code, "$.content", reason, remedy, clause=form.unique.clause)]


def _or_replace(form: Form, newest: RecordNumber) -> Text:
    return message(
        "amend that record, or void it first; if this one takes its place,"
        " give {number} under “{title}”",
        number=newest,
        title=form.schema.title(_place(form)),
    )


def _replaced(form: Form, names: Mapping[str, Any]) -> str:
    """Return what a record says it replaces, empty if it says nothing that can be read."""
    if form.unique is None or form.unique.replaces is None:
        return ""
    try:
        value = form.unique.replaces.evaluate(names)
    except FindingsError:
        return ""
    return "" if value is None else str(value).strip()


def _place(form: Form) -> str:
    source = form.unique.replaces.source if form.unique and form.unique.replaces else ""
    return f"$.{source}" if _PROPERTY.fullmatch(source) else "$.content"


def _not_to_be_replaced(
    registry: Registry, form: Form, key: str, named: str, later: Collection[RecordNumber]
) -> tuple[str, Text] | None:
    """Return code and reason why a record cannot be the one that another one replaces.

    :param later: numbers that were not given before that of the other one.
    """
    try:
        number = RecordNumber.parse(named)
    except UsageError as problem:
        return "REPLACES-UNKNOWN", problem.reason
    try:
        folder = find_folder(registry.store, number)
    except ControlError:
        return "REPLACES-UNKNOWN", message("there is no record {number}", number=number)
    if folder.voided:
        return "REPLACES-VOID", message("{number} is void", number=number)
    if number in later:
        return "REPLACES-LATER", message(
            "{number} was not issued before this record", number=number
        )
    if not _has_key(registry, form, key, folder):
        reason = message("{number} is of another matter and cannot be replaced", number=number)
        return "REPLACES-OTHER", reason
    return None


def _has_key(registry: Registry, form: Form, key: str, folder: RecordFolder) -> bool:
    # A revision before may not have said yet what must be unique: the content has it.
    if folder.content is None or folder.form != form.number:
        return False
    draft, unit = RecordDraft.parse(folder.record), folder.unit.to_json()
    kept_as = draft.with_content(form.schema.normalise(draft.content))
    names = record_names(kept_as, form, unit, calendar=registry.calendars.now())
    return unique_key(form, names) == key
