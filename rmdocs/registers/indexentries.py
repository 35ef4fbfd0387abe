"""What the search index keeps of a record, read from its folder by its form, and what it is asked.

What cannot be shown (a customer whose form no longer says) is left empty, never guessed;
of a record that was disposed of it is number, state and digests. The file itself, and
asking it, is the business of ``index``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.characters import fold_number
from rmdocs.errors import FindingsError, RmdocsError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import RecordIssued, RecordVoided, StageAdded
from rmdocs.forms.sections.oversight import ActivitySection
from rmdocs.identifiers import DocumentNumber, RecordNumber, Volume
from rmdocs.language.sandbox import CALENDAR
from rmdocs.records.context import record_names, stages_view
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import Keeping, awaited, day_given, keeping, summarise
from rmdocs.registers.approvalrequests import refused_request, waiting_request
from rmdocs.registers.records import RecordFolder
from rmdocs.registers.renditions import as_read, edition_of, filed
from rmdocs.values import View

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.language.expression import Expression
    from rmdocs.registers.officetime import CalendarRegister
    from rmdocs.registers.released import FormRegister


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRecord(Answer):
    """A record as lists and searches show it.

    :param number: its own. :param revision: of its form, under which it stands.
    :param date: its own, ISO. :param status: where it stands. :param edition: the newest.
    :param customer: the customer's name. :param subject: what it is about.
    :param rm_name: who manages the customer, by name.
    :param digest: SHA-256 of the record as captured first; finds a second issue.
    :param words: all printable values, for free-text search.
    :param issued: when it got its number, ISO, UTC.
    :param changed: when anything last happened to it, ISO, UTC.
    :param voided: when it was declared void, ISO, UTC; empty if it was not.
    :param disposed: the day it was disposed of, ISO; empty if it was not.
    :param starts: the day from which its years of retention count, ISO; empty
        while that is open.
    :param due: the first day on which it need not be kept any longer, ISO;
        empty while that is open.
    :param years: how many it is kept.
    :param held: whether its own content forbids disposing of it.
    :param encrypted: whether its content is encrypted, and so can be destroyed.
    :param ledger_key: canonical key under the form's ``[ledger]``, or empty.
    :param asked: the request about it that waits for a second person, or empty.
    :param refused_to: staff number of who asked for something about it that was rejected
        last, while nothing else has happened to it since; else empty.
    :param done_on: the day on which its manager did what it is counted as (``[activity]``),
        ISO; empty where its form counts nothing.
    """

    TOLD: ClassVar = (
        *("number", "date", "status", "revision"),
        *("edition", "rm_name", "customer", "subject"),
    )
    number: str
    volume: str
    form: str
    revision: str
    unit: str
    year: int
    serial: int
    date: str
    status: str
    edition: int
    customer: str
    uscc: str
    subject: str
    rm: str
    rm_name: str
    digest: str
    words: str
    issued: str = ""
    changed: str = ""
    voided: str = ""
    disposed: str = ""
    starts: str = ""
    due: str = ""
    years: int = 0
    held: bool = False
    encrypted: bool = False
    ledger_key: str = ""
    asked: str = ""
    refused_to: str = ""
    done_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """A sealed file of a record, found by its digest."""

    sha256: str
    number: str
    edition: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDue:
    """Something that must still happen to a record, by its form's ``[[due]]``.

    :param day: the last day on which it is in time, ISO; empty where the form
        has no value for the record.
    :param near: the day from which it is told, ISO.
    """

    number: str
    name: str
    day: str
    near: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPerformed:
    """A stage that had to be added to a record by a day (``[[due]]`` of its name), and was.

    :param day: the last day on which it was in time, ISO.
    :param done: when it was sealed, ISO, UTC.
    """

    number: str
    name: str
    day: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """All that the index keeps of one record.

    :param keys: its canonical key, or an empty text, under each ``[unique]`` that its form
        has or had, by what :func:`unique_rule` calls that.
    """

    record: IndexedRecord
    files: tuple[IndexedFile, ...]
    related: tuple[str, ...]
    awaited: tuple[IndexedDue, ...] = ()
    performed: tuple[IndexedPerformed, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeUpdate:
    """What was read of a volume since it was read last.

    :param gone: numbers that the volume does not hold any longer.
    :param unreadable: records of which nothing can be read.
    """

    entries: tuple[IndexEntry, ...] = ()
    gone: tuple[str, ...] = ()
    unreadable: tuple[RecordNumber, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; an empty part does not restrict.

    :param text: words, each of which must occur somewhere in the record.
    :param first: earliest date, ISO. :param last: latest date, ISO.
    :param due: ISO; only records that need not be kept after that day.
    :param revision: the revision of its form that a record stands under.
    :param open_only: only records that are not closed, void or disposed of.
    :param asked_only: only records about which a request waits for a second person.
    :param refused_to: staff number of who was refused what they asked for about a record.
    :param done_from: earliest day on which what it counts as was done (``[activity]``), ISO.
    :param done_until: latest such day, ISO.
    :param changed_since: ISO, UTC; only records to which something happened since.
    """

    text: str = ""
    customer: str = ""
    uscc: str = ""
    form: str = ""
    unit: str = ""
    year: int | None = None
    rm: str = ""
    status: str = ""
    first: str = ""
    last: str = ""
    due: str = ""
    revision: str = ""
    open_only: bool = False
    asked_only: bool = False
    refused_to: str = ""
    done_from: str = ""
    done_until: str = ""
    changed_since: str = ""

    @property
    def in_clear(self) -> Query:
        """Return the same without what only the contents of records can answer."""
        bare = replace(self, text="", customer="", uscc="", rm="", due="")
        return replace(bare, done_from="", done_until="")


def words(value: object) -> str:
    """Return all texts and numbers in a JSON value, joined for searching."""
    return "\n".join(_leaves(value))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Reads what the index keeps, by the forms and the working days of the control ledger."""

    forms: FormRegister
    calendars: CalendarRegister
    _rules: dict[DocumentNumber, Mapping[str, Form]] = field(default_factory=dict)

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
        release = self.forms.release(folder.form, folder.revision)
        form = self.forms.load(release).form
        rules = self.unique_rules(folder.form)
        outline = _outline(volume, folder, form, rules)
        if folder.content is None:
            return outline
        draft = RecordDraft.parse(folder.record)
        unit = folder.unit.to_json()
        names = record_names(draft, form, unit, {}, calendar=self.calendars.now())
        # Keys are compared as new records have them: as the form keeps what was captured.
        kept_as = draft.with_content(form.schema.normalise(draft.content))
        tidy = record_names(kept_as, form, unit, {}, calendar=self.calendars.now())
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
            ledger_key=ledger_key(form, tidy),
            done_on=_done_on(form, whole),
        )
        related = tuple(str(other) for other in draft.related)
        keys = {rule: unique_key(other, tidy) for rule, other in rules.items()}
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

    @classmethod
    def of(cls, folder: RecordFolder) -> _Times:
        voided = [one.time.isoformat() for one in folder.events if read_as(one, RecordVoided)]
        return cls(
            issued=folder.events[0].time.isoformat(),
            changed=folder.events[-1].time.isoformat(),
            voided=voided[0] if voided else "",
            disposed=folder.tombstone.on.isoformat() if folder.tombstone else "",
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
