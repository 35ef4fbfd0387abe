"""What the search index keeps of a record, read from its folder by its form.

What cannot be shown (a customer whose form no longer says) is left empty, never guessed;
of a record that was disposed of it is number, state and digests. The file itself, and
asking it, is the business of ``index``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.characters import fold_number
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import PaperFiled, RecordIssued, RecordVoided, StageAdded
from rmdocs.forms.sections.oversight import ActivitySection
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, Volume
from rmdocs.language.sandbox import CALENDAR
from rmdocs.records.context import record_names, stages_view
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import Keeping, awaited, day_given, keeping, summarise
from rmdocs.registers.approvalrequests import refused_request, waiting_request
from rmdocs.registers.indexfile import (
    IndexedDue,
    IndexedFile,
    IndexedPerformed,
    IndexedRecord,
    IndexEntry,
)
from rmdocs.registers.officetime import CalendarRegister
from rmdocs.registers.records import RecordFolder
from rmdocs.registers.released import FormRegister
from rmdocs.registers.renditions import as_read, edition_of, filed
from rmdocs.values import View

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.events.records import Unit
    from rmdocs.forms.form import Form
    from rmdocs.language.expression import Expression
    from rmdocs.store.protocol import Head


def words(value: object) -> str:
    """Return all texts and numbers in a JSON value, joined for searching."""
    found: list[str] = []
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            waiting += reversed(item.values())
        elif isinstance(item, (list, tuple)):
            waiting += reversed(item)
        elif item is not None and not isinstance(item, bool):
            found.append(json.dumps(item))
    return "\n".join(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Reads what the index keeps, by the forms and the working days of the control ledger.

    :param control: as it stands where they are read.
    """

    control: Head
    forms: FormRegister
    calendars: CalendarRegister
    _rules: dict[DocumentNumber, Mapping[str, Form]] = field(default_factory=dict)
    _forms: dict[tuple[DocumentNumber, Revision], Form] = field(default_factory=dict)
    _units: dict[Unit, JsonObject] = field(default_factory=dict)

    @classmethod
    def at(cls, control: Head, forms: FormRegister | None = None) -> Entries:
        """Return what reads by control as it stood at a commit.

        :param forms: its register of forms, if it is there already.
        """
        forms = FormRegister(control) if forms is None else forms
        return cls(control=control, forms=forms, calendars=CalendarRegister(control))

    def unique_rules(self, number: DocumentNumber) -> Mapping[str, Form]:
        """Return a revision of a form for each ``[unique]`` it has or had, by its name.

        What must be unique now is looked for among what was issued before it had to be.
        """
        if number not in self._rules:
            found: dict[str, Form] = {}
            for release in self.forms.releases(number):
                try:
                    form = self.forms.load(release).form
                except RmdocsError:
                    continue  # Told by verifying; nothing is issued under it.
                if form.unique is not None:
                    found[unique_rule(form)] = form
            self._rules[number] = found
        return self._rules[number]

    def of(self, volume: Volume, folder: RecordFolder) -> IndexEntry:
        """Return what lists and searches show of a record."""
        form = self._form_of(folder)
        if folder.content is None:
            return _outline(volume, folder, form, self.unique_rules(folder.form))
        return self._entry(volume, folder, RecordDraft.sealed(folder.record))

    def of_issued(self, volume: Volume, folder: RecordFolder) -> IndexEntry:
        """Return what :meth:`of` does of a record that was issued just now."""
        return self._entry(volume, folder, RecordDraft.kept(folder.record))

    def _form_of(self, folder: RecordFolder) -> Form:
        under = (folder.form, folder.revision)
        if under not in self._forms:
            self._forms[under] = self.forms.load(self.forms.release(*under)).form
        return self._forms[under]

    def _unit_of(self, folder: RecordFolder) -> JsonObject:
        """Return what a record says of its unit: those of a volume mostly say the same."""
        if folder.unit not in self._units:
            self._units[folder.unit] = folder.unit.to_json()
        return self._units[folder.unit]

    def _entry(self, volume: Volume, folder: RecordFolder, draft: RecordDraft) -> IndexEntry:
        """Return the entry of a record that can be read."""
        form, rules = self._form_of(folder), self.unique_rules(folder.form)
        # As its form keeps what was captured: so keys are compared with those of new records.
        names = record_names(draft, form, self._unit_of(folder), calendar=self.calendars.now())
        outline = _outline(volume, folder, form, rules)
        summary = summarise(form, names)
        whole = self._whole(folder, form, names)
        seen = _with_filed(folder, form, whole)
        kept, number = _keeping(form, whole), folder.number
        record = replace(
            outline.record,
            date=draft.date.isoformat(),
            customer=summary.customer,
            uscc=summary.uscc,
            subject=summary.subject,
            rm=str(draft.prepared_by.staff_no),
            rm_name=draft.prepared_by.name,
            digest=_digest(folder),
            words=f"{number}\n"
            + words([folder.record, *(entry.content for entry in folder.stages)]),
            starts=kept.starts.isoformat() if kept and kept.starts else "",
            due=kept.ends.isoformat() if kept and kept.ends else "",
            years=kept.years if kept else 0,
            held=bool(kept and kept.held),
            ledger_key=ledger_key(form, names),
            done_on=_done_on(form, whole),
        )
        related = tuple(str(other) for other in draft.related)
        keys = {rule: unique_key(other, names) for rule, other in rules.items()}
        due = tuple(_awaited(number, form, seen))
        return IndexEntry(
            record=record,
            files=outline.files,
            related=related,
            awaited=due,
            performed=tuple(_performed(folder, form, seen)),
            keys=keys,
        )

    def _whole(
        self, folder: RecordFolder, form: Form, names: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the names of a record with its stages, and derived values where asked for.

        What was printed stays as it was counted; what is still due goes by the
        working days as they are known now.

        :param names: of the record without stages and derived values.
        """
        added = [(entry.key, entry.content) for entry in folder.stages]
        if _asks_for_derived(form):
            try:
                printed = self.calendars.printed(folder, form).names
            except FindingsError:
                pass
            else:
                return {**printed, CALENDAR: names[CALENDAR]}
        return {**names, "stages": stages_view(form, added)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """When a record was issued, changed last, voided and disposed of; see ``IndexedRecord``."""

    issued: str
    changed: str
    voided: str
    disposed: str
    scanned: str

    @classmethod
    def of(cls, folder: RecordFolder) -> _Times:
        voided = [one.time.isoformat() for one in folder.events if read_as(one, RecordVoided)]
        scanned = [one.time.isoformat() for one in folder.events if read_as(one, PaperFiled)]
        return cls(
            issued=folder.events[0].time.isoformat(),
            changed=folder.events[-1].time.isoformat(),
            voided=voided[0] if voided else "",
            disposed=folder.tombstone.on.isoformat() if folder.tombstone else "",
            scanned=scanned[-1] if scanned else "",
        )


def _outline(volume: Volume, folder: RecordFolder, form: Form, rules: Iterable[str]) -> IndexEntry:
    """Return what may be known of a record also if its content is destroyed, or cannot be read."""
    number, times = folder.number, _Times.of(folder)
    waiting, refused = waiting_request(folder), refused_request(folder)
    record = IndexedRecord(
        number=str(number),
        volume=volume.name,
        form=str(folder.form),
        revision=str(folder.revision),
        unit=str(number.series.unit),
        year=number.series.year,
        serial=number.serial,
        date=folder.issued.edition.issued_on.isoformat(),
        status=folder.status(form).value,
        edition=folder.current.number,
        customer="",
        uscc="",
        subject="",
        rm="",
        rm_name="",
        digest="",
        words=str(number),
        issued=times.issued,
        changed=times.changed,
        voided=times.voided,
        disposed=times.disposed,
        encrypted=folder.encrypted,
        asked="" if waiting is None else str(waiting.number),
        refused_to="" if refused is None else refused.asked.actor.staff_no,
        scanned=times.scanned,
    )
    return IndexEntry(
        record=record, files=tuple(_files(folder)), related=(), keys=dict.fromkeys(rules, "")
    )


def _digest(folder: RecordFolder) -> str:
    """Return the SHA-256 of the record as captured first; empty where that is not known here."""
    said = folder.said(folder.events[0])
    return (said.record_digest or "") if isinstance(said, RecordIssued) else ""


def _files(folder: RecordFolder) -> Iterator[IndexedFile]:
    """Yield a record's files by every digest they are known by: as stored, and as read."""
    for event in folder.events:
        for file in dict.fromkeys((*event.files, *as_read(event))):
            yield IndexedFile(
                sha256=file.sha256,
                number=str(folder.number),
                edition=edition_of(event) or 0,
                path=file.path,
            )


def _with_filed(folder: RecordFolder, form: Form, names: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the names of a record, and since when what was signed is in the store."""
    return {**names, "filed": View(filed(folder.events, form))}


def _keeping(form: Form, names: Mapping[str, Any]) -> Keeping | None:
    """Return how long a record is kept; None where its form cannot say."""
    try:
        return keeping(form, names)
    except FindingsError:
        return None


def _awaited(number: RecordNumber, form: Form, names: Mapping[str, Any]) -> Iterator[IndexedDue]:
    """Yield what must still happen to a record."""
    for one in awaited(form, names):
        day = one.on.isoformat() if one.on else ""
        near = one.near.isoformat() if one.near else ""
        yield IndexedDue(number=str(number), name=one.name, day=day, near=near)


def _performed(
    folder: RecordFolder, form: Form, names: Mapping[str, Any]
) -> Iterator[IndexedPerformed]:
    """Yield the stages that a record has and that had to be added by a day."""
    sealed = {
        said.key.name: event.time
        for event in reversed(folder.events)
        if (said := read_as(event, StageAdded)) is not None and said.key.repeat is None
    }
    for due in form.due:
        if due.name not in sealed:
            continue
        try:
            day = day_given(due.on, names)
        except FindingsError:
            continue
        if day is not None:
            done = sealed[due.name].isoformat()
            yield IndexedPerformed(
                number=str(folder.number), name=due.name, day=day.isoformat(), done=done
            )


def _done_on(form: Form, names: Mapping[str, Any]) -> str:
    """Return the day on which what a record counts as was done; empty where it is not known."""
    activity = form.section(ActivitySection)
    try:
        day = day_given(activity.on, names) if activity is not None else None
    except FindingsError:
        return ""
    return day.isoformat() if day is not None else ""


def _asks_for_derived(form: Form) -> bool:
    parts = [form.retention.years, form.retention.starts, form.retention.hold_while]
    parts += [part for due in form.due for part in (due.on, due.when)]
    activity = form.section(ActivitySection)
    parts += [activity.on] if activity is not None else []
    return any(part is not None and "derived" in part.source for part in parts)


def unique_rule(form: Form) -> str:
    """Return the name of a form's ``[unique]``: the same for the same expressions."""
    sources = [one.source for one in form.unique.key] if form.unique is not None else []
    return canonical.sha256(canonical.encode([str(form.number), *sources]))


def unique_key(form: Form, names: Mapping[str, Any]) -> str:
    """Return the record's key under the form's ``[unique]``, or an empty string."""
    return _key(form.unique.key if form.unique else (), names)


def ledger_key(form: Form, names: Mapping[str, Any]) -> str:
    """Return the record's key under the form's ``[ledger]``, or an empty string."""
    return _key(form.ledger.key if form.ledger else (), names)


def _key(expressions: Sequence[Expression], names: Mapping[str, Any]) -> str:
    if not expressions:
        return ""
    try:
        values = [expression.evaluate(names) for expression in expressions]
    except FindingsError:
        return ""
    # However a number was typed, it is one number: no key is got round by its width or brackets.
    told = [None if value is None else fold_number(str(value)) for value in values]
    return canonical.encode(told).decode()
