"""Keeping the search index in step with the store.

Whoever asks first catches up from git, by comparing trees, so that only the
records that changed are read. What the index cannot show (a customer whose
form no longer says) is left empty, never guessed; of a record that was
disposed of it forgets all but number, state and digests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.characters import fold_number
from rmdocs.errors import FindingsError
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, Volume
from rmdocs.lifecycle import RecordStatus
from rmdocs.records.context import record_names, stages_view
from rmdocs.records.draft import RecordDraft
from rmdocs.records.due import awaited
from rmdocs.records.summary import Keeping, keeping, summarise
from rmdocs.registers.calendar import CalendarRegister
from rmdocs.registers.index import (
    Index,
    IndexedDue,
    IndexedFile,
    IndexedRecord,
    IndexEntry,
    words,
)
from rmdocs.registers.originals import edition_of
from rmdocs.registers.records import VOID, RecordFolder, as_read, read_folder
from rmdocs.registers.renditions import filed
from rmdocs.registers.series import known_volumes
from rmdocs.rules.environment import CALENDAR
from rmdocs.values import View

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.registers.forms import FormRegister
    from rmdocs.rules.expression import Expression
    from rmdocs.store.protocol import Head, Store


_BY = " by "
"""What stands in the index between a volume's commit and the working days it was read by."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The index and what it is made from."""

    store: Store
    index: Index
    forms: FormRegister
    calendars: CalendarRegister

    def catch_up(self) -> None:
        """Bring every volume up to date; forget volumes that are no longer there."""
        volumes = self._volumes()
        for gone in self.index.volumes() - {volume.name for volume in volumes}:
            self.index.forget(gone)
        for volume in volumes:
            self.catch_up_volume(volume)
        self.index.cleanse()

    def catch_up_form(self, form: DocumentNumber) -> None:
        """Bring the volumes of one form up to date."""
        for volume in self._volumes():
            if volume.series.form == form:
                self.catch_up_volume(volume)

    def _volumes(self) -> list[Volume]:
        return known_volumes(self.store.refs())

    def catch_up_volume(self, volume: Volume) -> None:
        """Bring one volume up to date, whoever else does so meanwhile."""
        days = self.calendars.digest()
        by = f"{_BY}{days}" if days else ""
        while True:
            # The index first: what it knows is then never newer than the head.
            known = self.index.head(volume.name)
            head = self.store.head(volume.ref)
            if head is None:
                return
            mark, readable = f"{head.commit}{by}", self._readable_now(volume)
            if mark == known and not readable:
                return
            commit, _, read_by = known.partition(_BY)
            if known and (read_by != days or not head.knows(commit)):
                # Other working days, or another history: nothing that was read counts here.
                self.index.forget(volume.name)
                continue
            changed = head.changed_since(commit) if known else _all(head)
            numbers = sorted({*_numbers_in(volume, changed), *readable})
            there = [number for number in numbers if head.list(number.directory)]
            entries = [self.entry(volume, read_folder(head, number)) for number in there]
            gone = [str(number) for number in numbers if number not in set(there)]
            if self.index.put(volume.name, known, mark, entries, gone):
                # Where somebody reads meanwhile, it is done when next asked.
                self.index.cleanse()
                return

    def _readable_now(self, volume: Volume) -> list[RecordNumber]:
        """Return the records whose keys were not here when they were read, and are now."""
        vault = self.store.vault
        unread = map(RecordNumber.parse, self.index.unread(volume.name))
        return [number for number in unread if vault is not None and vault.find(number) is not None]

    # The index finds, the store decides: whatever is told of one record, or refused
    # because of it, is read again from the store.

    def issued_before(self, digest: str) -> RecordNumber | None:
        """Return the first number under which a record was issued that is not void.

        :param digest: SHA-256 of the record as captured.
        """
        return self._first(
            self.index.by_digest(digest),
            lambda entry: entry.record.digest == digest and not _is_void(entry),
        )

    def with_key(self, form: str, key: str) -> list[IndexedRecord]:
        """Return the records of a form that are not void and have a unique key, by number."""
        entries = map(self._sealed, self.index.by_unique_key(form, key))
        return [
            entry.record
            for entry in entries
            if entry is not None and entry.record.unique_key == key and not _is_void(entry)
        ]

    def sealed_file(self, sha256: str) -> IndexedFile | None:
        """Return the sealed file with a digest, as its record's events have it."""
        for found in self.index.files(sha256):
            entry = self._sealed(found.number)
            for file in entry.files if entry else ():
                if file.sha256 == sha256:
                    return file
        return None

    def related_from(self, target: str) -> tuple[str, ...]:
        """Return the numbers of records that name ``target`` as related."""
        entries = map(self._sealed, self.index.related_from(target))
        return tuple(entry.record.number for entry in entries if entry and target in entry.related)

    def _first(
        self, numbers: Iterable[str], fits: Callable[[IndexEntry], bool]
    ) -> RecordNumber | None:
        for number in numbers:
            entry = self._sealed(number)
            if entry is not None and fits(entry):
                return RecordNumber.parse(number)
        return None

    def _sealed(self, text: str) -> IndexEntry | None:
        """Return what the store says of a record that the index named; None if it has none."""
        number = RecordNumber.parse(text)
        head = self.store.head(number.volume.ref)
        if head is None or not head.list(number.directory):
            return None
        return self.entry(number.volume, read_folder(head, number))

    def entry(self, volume: Volume, folder: RecordFolder) -> IndexEntry:
        """Return what lists and searches show of a record."""
        release = self.forms.release(
            DocumentNumber.parse(folder.form), Revision.parse(folder.revision)
        )
        form = self.forms.load(release).form
        outline = _outline(volume, folder, form)
        if folder.content is None:
            return outline
        draft = RecordDraft.parse(folder.record)
        unit = folder.events[0].facts["unit"]
        names = record_names(draft, form, unit, {}, calendar=self.calendars.now())
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
            digest=folder.facts(folder.events[0])["record_digest"],
            unique_key=unique_key(form, names),
            words=f"{number}\n"
            + words([folder.record, *(entry.content for entry in folder.stages)]),
            starts=kept.starts.isoformat() if kept and kept.starts else "",
            due=kept.ends.isoformat() if kept and kept.ends else "",
            years=kept.years if kept else 0,
            held=bool(kept and kept.held),
            ledger_key=ledger_key(form, names),
        )
        related = tuple(str(other) for other in draft.related)
        return IndexEntry(record, outline.files, related, tuple(_awaited(number, form, seen)))

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


@dataclass(frozen=True, slots=True)
class _Times:
    """When a record was issued, changed last, voided and disposed of; see ``IndexedRecord``."""

    issued: str
    changed: str
    voided: str
    disposed: str

    @classmethod
    def of(cls, folder: RecordFolder) -> _Times:
        voided = [event.time.isoformat() for event in folder.events if event.kind == VOID]
        return cls(
            folder.events[0].time.isoformat(),
            folder.events[-1].time.isoformat(),
            voided[0] if voided else "",
            folder.tombstone.on.isoformat() if folder.tombstone else "",
        )


def _outline(volume: Volume, folder: RecordFolder, form: Form) -> IndexEntry:
    """Return what may be known of a record also if its content is destroyed, or cannot be read."""
    number, times = folder.number, _Times.of(folder)
    record = IndexedRecord(
        number=str(number),
        volume=volume.name,
        form=folder.form,
        revision=folder.revision,
        unit=str(number.series.unit),
        year=number.series.year,
        serial=number.serial,
        date=str(folder.events[0].facts.get("issued_on", "")),
        status=folder.status(form).value,
        edition=folder.current.number,
        customer="",
        uscc="",
        subject="",
        rm="",
        rm_name="",
        digest="",
        unique_key="",
        words=str(number),
        issued=times.issued,
        changed=times.changed,
        voided=times.voided,
        disposed=times.disposed,
        encrypted=folder.encrypted,
    )
    return IndexEntry(record, tuple(_files(folder)), ())


def _files(folder: RecordFolder) -> Iterator[IndexedFile]:
    """Yield a record's files by every digest they are known by: as stored, and as read."""
    for event in folder.events:
        for file in dict.fromkeys((*event.files, *as_read(event))):
            yield IndexedFile(file.sha256, str(folder.number), edition_of(event) or 0, file.path)


def _with_filed(folder: RecordFolder, form: Form, names: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the names of a record, and since when what was signed is in the store."""
    return {**names, "filed": View(filed(folder, form))}


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
        yield IndexedDue(str(number), one.name, day, near)


def _asks_for_derived(form: Form) -> bool:
    parts = [form.retention.years, form.retention.starts, form.retention.hold_while]
    parts += [part for due in form.due for part in (due.on, due.when)]
    return any(part is not None and "derived" in part.source for part in parts)


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


def _is_void(entry: IndexEntry) -> bool:
    return entry.record.status == RecordStatus.VOIDED.value


def _all(head: Head) -> Iterator[str]:
    return (path for path, _ in head.walk())


def _numbers_in(volume: Volume, paths: Iterator[str]) -> Iterator[RecordNumber]:
    for path in paths:
        digits = path.split("/")[:3]
        if all(part.isdecimal() for part in digits):
            yield RecordNumber(volume.series, int("".join(digits)))
