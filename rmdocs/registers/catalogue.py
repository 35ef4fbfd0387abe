"""Keeping the search index in step with the store.

Whoever asks first catches up from git, by comparing trees, so that only the
records that changed are read. What the index cannot show (a customer whose
form no longer says) is left empty, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.errors import FindingsError, UsageError
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, Volume
from rmdocs.records.context import record_names
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import summarise
from rmdocs.registers.index import Index, IndexedFile, IndexedRecord, IndexEntry, words
from rmdocs.registers.records import RecordFolder, read_folder
from rmdocs.store.protocol import RECORDS_PREFIX

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.registers.forms import FormRegister
    from rmdocs.store.protocol import Head, Store


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The index and what it is made from."""

    store: Store
    index: Index
    forms: FormRegister

    def catch_up(self) -> None:
        """Bring every volume up to date; forget volumes that are no longer there."""
        volumes = self._volumes()
        for gone in self.index.volumes() - {volume.name for volume in volumes}:
            self.index.forget(gone)
        for volume in volumes:
            self.catch_up_volume(volume)

    def catch_up_form(self, form: DocumentNumber) -> None:
        """Bring the volumes of one form up to date."""
        for volume in self._volumes():
            if volume.series.form == form:
                self.catch_up_volume(volume)

    def _volumes(self) -> list[Volume]:
        """Return the volumes there are; what only lies among them is for verify to tell."""
        found = []
        for ref in self.store.refs():
            if ref.startswith(RECORDS_PREFIX):
                with suppress(UsageError):
                    found.append(Volume.parse(ref.removeprefix(RECORDS_PREFIX)))
        return sorted(found)

    def catch_up_volume(self, volume: Volume) -> None:
        """Bring one volume up to date, whoever else does so meanwhile."""
        while True:
            # The index first: what it knows is then never newer than the head.
            known = self.index.head(volume.name)
            head = self.store.head(volume.ref)
            if head is None or head.commit == known:
                return
            changed = head.changed_since(known) if known else _all(head)
            numbers = sorted(set(_numbers_in(volume, changed)))
            entries = [self._entry(volume, read_folder(head, number)) for number in numbers]
            if self.index.put(volume.name, known, head.commit, entries):
                return

    def _entry(self, volume: Volume, folder: RecordFolder) -> IndexEntry:
        release = self.forms.release(
            DocumentNumber.parse(folder.form), Revision.parse(folder.revision)
        )
        form = self.forms.load(release).form
        draft = RecordDraft.parse(folder.record)
        unit = folder.events[0].facts["unit"]
        names = record_names(draft, form, unit, {})
        summary = summarise(form, names)
        number = folder.number
        record = IndexedRecord(
            number=str(number),
            volume=volume.name,
            form=folder.form,
            revision=folder.revision,
            unit=str(number.series.unit),
            year=number.series.year,
            serial=number.serial,
            date=draft.date.isoformat(),
            status=folder.status(form).value,
            edition=folder.current.number,
            customer=summary.customer,
            uscc=summary.uscc,
            subject=summary.subject,
            rm=str(draft.prepared_by.staff_no),
            rm_name=draft.prepared_by.name,
            digest=folder.events[0].facts["record_digest"],
            unique_key=unique_key(form, names),
            words=f"{number}\n"
            + words([folder.record, *(entry.content for entry in folder.stages)]),
        )
        files = tuple(
            IndexedFile(file.sha256, str(number), event.facts.get("edition", 0), file.path)
            for event in folder.events
            for file in event.files
        )
        return IndexEntry(record, files, tuple(str(other) for other in draft.related))


def unique_key(form: Form, names: Mapping[str, Any]) -> str:
    """Return the record's key under the form's ``[unique]``, or an empty string."""
    if form.unique is None:
        return ""
    try:
        values = [expression.evaluate(names) for expression in form.unique.key]
    except FindingsError:
        return ""
    return canonical.encode([None if value is None else str(value) for value in values]).decode()


def _all(head: Head) -> Iterator[str]:
    return (path for path, _ in head.walk())


def _numbers_in(volume: Volume, paths: Iterator[str]) -> Iterator[RecordNumber]:
    for path in paths:
        digits = path.split("/")[:3]
        if all(part.isdecimal() for part in digits):
            yield RecordNumber(volume.series, int("".join(digits)))
