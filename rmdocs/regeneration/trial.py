"""A trial of a revision before it is released: its sample, and the newest records, under it.

Everything is carried over, judged and rendered as it would be, and nothing is
kept. It says what people would run into on the first day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity, warning
from rmdocs.forms.form import NAMES
from rmdocs.identifiers import RecordNumber, Revision
from rmdocs.issuing.checking import unit_aside
from rmdocs.issuing.editions import NO_NUMBER
from rmdocs.lifecycle import RecordStatus, stage_key
from rmdocs.records.check import accepted
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import Migrated, judge, route
from rmdocs.regeneration.plan import carry_over
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import find_folder
from rmdocs.rendering.compiled import CompiledTemplate

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.forms.form import Form, FormFiles
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.indexfile import IndexedRecord

NEWEST = 20
"""How many of the newest records are tried unless somebody says otherwise."""


_UNKNOWN = {"code": "AA00", "name": "未登记机构", "full_name": "未登记机构"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One record or sample under the new revision.

    :param source: the record's number, or the sample's file name.
    :param documents: what it prints (.docx), by what tells one from the other: the
        state of a sample (``issued``, ``complete``), the turn of an addressee (``c1``).
    """

    source: str
    findings: tuple[Finding, ...]
    documents: Mapping[str, bytes] = field(default_factory=dict)


def try_sample(registry: Registry, form: Form, files: FormFiles) -> Tried:
    """Return the form's own sample, with all its stages, under the form.

    Its errors keep a form from being submitted. A sample of a unit that the
    register does not have is not asked about it.
    """
    source = NAMES["sample"]
    documents: dict[str, bytes] = {}
    try:
        value = canonical.decode(files.sample)
        draft = RecordDraft.parse(value)
        stages = [
            (stage_key(form.stages, one.stage, one.content), one.content)
            for one in draft.offered_stages
        ]
        day = _last_day([one.content for one in draft.offered_stages], draft.date)
        registered = registry.staff.find_unit(draft.unit)
        unit = registered.to_json() if registered else _UNKNOWN
        judged = form if registered else unit_aside(form)
        checked, findings = judge(
            Migrated(draft=draft, stages=stages, changes=()),
            judged,
            unit,
            day,
            calendar=registry.calendars.now(),
        )
        if checked is not None:
            template = CompiledTemplate.compile(files.template)
            without = accepted(checked.draft, form, unit, calendar=registry.calendars.now())
            for state, one in {"issued": without, "complete": checked}.items():
                if state == "issued" or stages:
                    made = _rendered(form, template, one, day, NO_NUMBER)
                    documents |= _named(state, made.documents)
                    findings += made.findings
    except FindingsError as problem:
        return Tried(source=source, findings=tuple(problem.findings))
    return Tried(source=source, findings=tuple(findings), documents=documents)


def try_records(
    registry: Registry, form: Form, files: FormFiles, newest: int = NEWEST
) -> Iterator[Tried]:
    """Yield the newest records that are neither void nor disposed of, as the form has them.

    The newest, which comes first, is the one issued last; of those issued at once, that
    of the last number.

    Their errors are told as warnings: such records stay under their revision.
    """
    template = CompiledTemplate.compile(files.template)
    registry.catalogue.catch_up_form(form.number)
    listed = [
        record
        for record in registry.index.find(Query(form=str(form.number)))
        if record.status not in {RecordStatus.VOIDED.value, RecordStatus.DISPOSED.value}
    ]
    for record in sorted(listed, key=_turn, reverse=True)[:newest]:
        yield _tried(registry, form, template, RecordNumber.parse(record.number))


def _turn(record: IndexedRecord) -> tuple[str, int, int, str]:
    return record.issued, record.year, record.serial, record.number


def _tried(
    registry: Registry, form: Form, template: CompiledTemplate, number: RecordNumber
) -> Tried:
    folder = find_folder(registry.store, number)
    if folder.content is None:
        refusal = folder.refusal()
        unread = warning("CONTENT-UNREADABLE", str(number), refusal.reason, refusal.remedy)
        return Tried(source=str(number), findings=(unread,))

    def find(revision: Revision) -> Form | None:
        found = registry.forms.find(form.number, revision)
        return registry.forms.load(found.release).form if found else None

    documents: Mapping[str, bytes] = {}
    try:
        old = find(folder.revision)
        forms = (form,) if old is None else route(old.revision, form, find)
        _, checked, findings = carry_over(registry.calendars, folder, forms, {})
        if checked is not None:
            day = folder.current.facts.issued_on
            made = _rendered(form, template, checked, day, str(number))
            documents, findings = _named("", made.documents), (*findings, *made.findings)
    except FindingsError as problem:
        findings = tuple(problem.findings)
    told = tuple(replace(finding, severity=Severity.WARNING) for finding in findings)
    return Tried(source=str(number), findings=told, documents=documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The documents of one record, the first for the customer, and what kept others from it."""

    documents: tuple[bytes, ...]
    findings: tuple[Finding, ...]


def _rendered(
    form: Form, template: CompiledTemplate, checked: CheckedRecord, day: date, number: str
) -> _Made:
    documents: list[bytes] = []
    findings: list[Finding] = []
    for addressee in (None, *form.addressees(checked.names)):
        context = template_context(
            checked,
            form,
            number=number,
            edition=1,
            pin="0",
            issued_on=day,
            addressee=addressee,
        )
        try:
            documents.append(template.render(context))
        except FindingsError as problem:
            findings += problem.findings
    return _Made(documents=tuple(documents), findings=tuple(findings))


def _named(state: str, documents: Sequence[bytes]) -> dict[str, bytes]:
    """Return documents by what tells them apart; see :class:`Tried`."""
    return {
        "-".join(part for part in (state, f"c{turn}" if turn else "") if part): document
        for turn, document in enumerate(documents)
    }


def _last_day(stages: list[JsonObject], first: date) -> date:
    """Return the last date that the stages of a sample mention, or the record's."""
    days = [first]
    for text in _texts(stages):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            continue
    return max(days)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
