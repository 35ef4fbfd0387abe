"""Verifying what records say: judged again as it was then, each document made again (F24).

A document is a function of the form revision, the record and the facts of its issue, all of
them sealed: made again it has to be the same bytes. What an older renderer made is compared
by its words. What a record says is judged by its form's schema and rules as of the act that
added it; what rules of an older version let through is told, and is no fault (ADR 0018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from difflib import SequenceMatcher
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.audit.authority import UNREADABLE
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, UsageError, why
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    OnRecord,
    RecordAmended,
    RecordIssued,
    RecordRegenerated,
    StageAdded,
)
from rmdocs.findings import Finding, Severity, error
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing.checking import date_findings
from rmdocs.issuing.editions import render_documents
from rmdocs.issuing.openrecord import answered_for
from rmdocs.messages import Text, message
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.context import AddedStages
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import Migrated, changes, judge
from rmdocs.registers.officetime import CalendarRegister
from rmdocs.registers.records import RecordFolder, as_of, read_folder
from rmdocs.rendering import package
from rmdocs.rendering.compiled import RENDERER_VERSION, CompiledTemplate, printed_text
from rmdocs.values import texts

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.audit.authority import Authority
    from rmdocs.forms.form import Form
    from rmdocs.language.workingdays import WorkingDays
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_CLAUSE = "ISO 9001 §7.5.3"
_FIND_OUT = message("find out who sealed it; what it printed may have to be recalled")
_wrong = partial(error, remedy=_FIND_OUT, clause=_CLAUSE)
_JUDGED_BY = 2
"""The rules that these checks are part of: what older ones let through is no fault."""
_LONGEST = 60
"""Characters of a paragraph that a finding quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an edition added, as the program judges it now.

    :param checked: the record, where all of it is new; None where it is not, or would be refused.
    :param found: what is told of it.
    """

    checked: CheckedRecord | None = None
    found: tuple[Finding, ...] = ()


@dataclass(slots=True, kw_only=True)
class ContentAudit:
    """Goes through what the records of one volume after the other say and print.

    ``documents`` counts those that were made again, ``unread`` the editions whose content is
    destroyed or whose key is not here.
    """

    authority: Authority
    documents: int = 0
    unread: int = 0
    _templates: dict[str, CompiledTemplate] = field(default_factory=dict)
    _calendars: CalendarRegister | None = None

    def template(self, released: ReleasedForm) -> CompiledTemplate:
        """Return the compiled template of a revision, compiled once."""
        digest = released.release.digest
        if digest not in self._templates:
            self._templates[digest] = CompiledTemplate.compile(released.files.template)
        return self._templates[digest]

    def findings(self, head: Head, records: Sequence[str]) -> Iterator[Finding]:
        """Yield what is wrong with what records of a volume say and print.

        :param records: as its events name them.
        """
        for subject in records:
            try:
                number = RecordNumber.parse(subject)
            except UsageError:
                continue  # told elsewhere
            try:
                folder = read_folder(head, number)
                then = [as_of(head, folder, one.number) for one in folder.editions]
            except UNREADABLE as problem:
                yield _wrong(
                    "RECORD-UNREADABLE",
                    subject,
                    message("the record cannot be read: {problem}", problem=why(problem)),
                )
                continue
            before: RecordFolder | None = None
            for edition in then:
                if edition.content is None:
                    self.unread += 1
                    continue
                yield from self._of_edition(head, edition, before)
                before = edition

    def _of_edition(
        self, head: Head, then: RecordFolder, before: RecordFolder | None
    ) -> Iterator[Finding]:
        event, forms = then.current.event, self.authority.forms
        place = f"{then.number}/{event.file_name}"
        try:
            released = forms.load(forms.release(then.form, then.revision))
            judged = self._judged(then, before, released.form)
            for finding in judged.found:
                if finding.severity is Severity.ERROR:
                    yield _refusal(event, place, finding)
            made = self._made(then, released, judged.checked)
        except FindingsError as problem:
            for finding in problem.findings:
                yield _refusal(event, place, finding)
            return
        except UNREADABLE as problem:
            reason = message("it cannot be made again: {problem}", problem=why(problem))
            yield _wrong("DOCUMENT-OTHER", place, reason)
            return
        yield from self._compared(head, then, made)

    def _days(self, event: Event) -> WorkingDays:
        if self._calendars is None:
            self._calendars = CalendarRegister(self.authority.control)
        return self._calendars.then(event)

    def _judged(self, then: RecordFolder, before: RecordFolder | None, form: Form) -> Judged:
        """Return what an edition added as the program judges it now, by the kind of its act."""
        event = then.current.event
        said, days = read(event), self._days(event)
        if isinstance(said, RecordIssued):
            return self._issued(then, said, form, days)
        if isinstance(said, StageAdded):
            return Judged(found=_stage_added(then, form, days))
        if isinstance(said, RecordRegenerated):
            return Judged(found=_regenerated(then, form, days))
        if isinstance(said, RecordAmended) and before is not None:
            return Judged(found=_amended(then, before, form, days))
        return Judged()

    def _issued(
        self, then: RecordFolder, said: RecordIssued, form: Form, days: WorkingDays
    ) -> Judged:
        draft, event, day = RecordDraft.parse(then.record), then.current.event, _day(then)
        checked, found = check_record(draft, form, then.unit.to_json(), day, calendar=days)
        found += [*date_findings(draft, day), *self._captured(then, draft, event)]
        if checked is not None and said.record_digest not in {None, checked.draft.digest()}:
            reason = message("the digest that it names is that of another record")
            found.append(_wrong("RECORD-DIGEST", "$", reason))
        # What would be tidied up now was sealed as it stands, and printed so.
        tidy = checked is not None and checked.draft.content == draft.content
        return Judged(checked=checked if tidy else None, found=tuple(found))

    def _captured(self, then: RecordFolder, draft: RecordDraft, event: Event) -> Iterator[Finding]:
        """Yield a record of another series than its number, or by nobody of its unit."""
        yield from _same_series(then, draft)
        known = self.authority.known(event)
        person = self.authority.person(str(draft.prepared_by.staff_no), known)
        if person is None or person.name != draft.prepared_by.name or person.unit != draft.unit:
            yield _wrong(
                "STAFF-UNKNOWN",
                "$.prepared_by",
                message(
                    "{staff_no} {name} is not in the register of staff",
                    staff_no=draft.prepared_by.staff_no,
                    name=draft.prepared_by.name,
                ),
            )

    def _made(
        self, then: RecordFolder, released: ReleasedForm, checked: CheckedRecord | None
    ) -> Mapping[str, bytes]:
        """Return the documents of an edition, made again, by their file names.

        :param checked: what it says, where that was computed just now.
        """
        if self._calendars is None:
            self._calendars = CalendarRegister(self.authority.control)
        if checked is None:
            checked = self._calendars.printed(then, released.form)
        number, facts = then.number, then.current.facts
        documents = render_documents(
            self,
            released,
            checked,
            number=str(number),
            edition=facts.number,
            pin=facts.pin,
            issued_on=facts.issued_on,
        )
        return {
            number.document_name(facts.number, copy): document
            for copy, document in enumerate(documents)
        }

    def _compared(
        self, head: Head, then: RecordFolder, made: Mapping[str, bytes]
    ) -> Iterator[Finding]:
        sealed = {PurePosixPath(file.path).name: file for file in then.current.files}
        event = then.current.event
        for name in sorted(made.keys() - sealed.keys()):
            yield _wrong("DOCUMENT-OTHER", name, message("the record gives it, but it is missing"))
        for name in sorted(sealed.keys() - made.keys()):
            yield _wrong("DOCUMENT-OTHER", name, message("the record does not give it"))
        for name in sorted(sealed.keys() & made.keys()):
            path = sealed[name].path
            try:
                data = head.reveal(path, then.number)
            except RmdocsError as problem:
                yield _wrong("DOCUMENT-OTHER", path, problem.reason)
                continue
            if data is None:
                continue  # missing: told where the ledger is gone through
            self.documents += 1
            if data != made[name]:
                told = _difference(data, made[name], event.renderer)
                if told is not None:
                    yield _wrong("DOCUMENT-OTHER", path, told)


def _stage_added(then: RecordFolder, form: Form, days: WorkingDays) -> tuple[Finding, ...]:
    *before, (key, content) = _stages(then)
    _, found = check_stage(
        RecordDraft.parse(then.record),
        stages=before,
        key=key,
        content=content,
        form=form,
        unit=then.unit.to_json(),
        actor_name=then.current.event.actor.name,
        today=_day(then),
        calendar=days,
    )
    return tuple(found)


def _regenerated(then: RecordFolder, form: Form, days: WorkingDays) -> tuple[Finding, ...]:
    draft = RecordDraft.parse(then.record)
    migrated = Migrated(draft=draft, stages=_stages(then), changes=())
    _, found = judge(migrated, form, then.unit.to_json(), _day(then), calendar=days)
    return tuple(found)


def _amended(
    then: RecordFolder, before: RecordFolder, form: Form, days: WorkingDays
) -> tuple[Finding, ...]:
    """Return what is wrong with a change, but for what stood so before and nothing touched."""
    day, unit, stages = _day(then), then.unit.to_json(), _stages(then)
    standing = texts(before.record)

    def judged(record: RecordDraft) -> list[Finding]:
        _, found = check_record(
            record, form, unit, day, stages=stages, calendar=days, standing=standing
        )
        return [*found, *date_findings(record, day)]

    old, new = RecordDraft.parse(before.record), RecordDraft.parse(then.record)
    found = [*judged(new), *_same_series(then, new)]
    return tuple(answered_for(found, judged(old), changes(before.record, then.record), form))


def _day(then: RecordFolder) -> date:
    return then.current.facts.issued_on


def _stages(then: RecordFolder) -> AddedStages:
    return [(entry.key, entry.content) for entry in then.stages]


def _same_series(then: RecordFolder, draft: RecordDraft) -> Iterator[Finding]:
    series = then.number.series
    if (draft.form, draft.unit, draft.date.year) != (series.form, series.unit, series.year):
        yield _wrong(
            "RECORD-SERIES", "$", message("it is of another form, unit or year than its number")
        )


def _difference(sealed: bytes, made: bytes, renderer: str) -> Text | None:
    """Return what a sealed document prints otherwise than its record gives; None if nothing."""
    try:
        printed, given = (printed_text(one).split("\n") for one in (sealed, made))
    except FindingsError:
        return message("it cannot be read as a document")
    steps = SequenceMatcher(None, printed, given, autojunk=False).get_opcodes()
    for step, start, end, first, last in steps:
        if step != "equal":
            return message(
                "it prints “{printed}”, where its record gives “{given}”",
                printed=_quoted(printed[start:end]),
                given=_quoted(given[first:last]),
            )
    if renderer != RENDERER_VERSION:
        return None  # another renderer wrote the same words
    return message(
        "it prints the words of its record, but otherwise: {part}", part=_other_part(sealed, made)
    )


def _quoted(lines: Sequence[str]) -> str:
    text = " ".join(line.strip() for line in lines if line.strip())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _other_part(sealed: bytes, made: bytes) -> str:
    """Return the first part of two documents that is not the same in both."""
    one, other = ({part.name: part for part in package.read(data)} for data in (sealed, made))
    for name in dict.fromkeys([*one, *other]):
        if name not in one or name not in other or one[name].content() != other[name].content():
            return name
    return "zip"


def _refusal(event: Event, place: str, finding: Finding) -> Finding:
    """Return that what an act added would have been refused; an observation of older rules."""
    said = read(event)
    rules = (said.rules or 1) if isinstance(said, OnRecord) else _JUDGED_BY
    return Finding(
        code="CONTENT-REFUSED",
        severity=Severity.ERROR if rules >= _JUDGED_BY else Severity.WARNING,
        path=f"{place}:{finding.path}",
        message=message(
            "rmdocs refuses what it says: {reason} ({code})",
            reason=finding.message,
            code=finding.code,
        ),
        remedy=_FIND_OUT,
        clause=finding.clause or _CLAUSE,
        label=finding.label,
    )
