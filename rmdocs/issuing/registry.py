"""What issuing works with: the store, the registers at one commit, the templates.

A :class:`Registry` stands on one commit of control, whose checkpoint is named in
every event, so that roles, keys and the form revision are bound (ISO 9001 §7.5.3).
Form revisions are read and compiled once, also where it is read again.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.policy import Policy, policy_in_force
from rmdocs.errors import FindingsError, StoreError
from rmdocs.events.records import Concealment, OnRecord
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.records.check import STAGE_PATH, STAGES_LABEL
from rmdocs.registers.catalogue import Catalogue
from rmdocs.registers.indexentries import Entries
from rmdocs.registers.officetime import CalendarRegister, zone_of
from rmdocs.registers.released import FormRegister, ReleasedForm
from rmdocs.registers.staff import StaffRegister
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.store.protocol import CONTROL_REF, NewFile
from rmdocs.store.vault import CIPHER, key_absent

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from rmdocs.canonical import Json, JsonObject
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
    from rmdocs.registers.index import Index
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.protocol import Head, NewEvent, Store
    from rmdocs.store.vault import RecordKey, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Form revisions and their compiled templates, each by the SHA-256 of the revision."""

    forms: dict[str, ReleasedForm] = field(default_factory=dict)
    templates: dict[str, CompiledTemplate] = field(default_factory=dict)


class Registry:
    """The store and what has been read of it.

    :param read: what was read of form revisions already; more is added.
    :param control: where it stands; as control is now, if it is not given.
    """

    def __init__(
        self,
        store: Store,
        index: Index,
        read: Read | None = None,
        control: Head | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.control: Head = control or store.require_head(CONTROL_REF)
        self._read = Read() if read is None else read
        self.staff = StaffRegister(head=self.control)
        self.forms = FormRegister(self.control, self._read.forms)
        entries = Entries.at(self.control, self.forms)
        self.catalogue = Catalogue(store=store, index=index, entries=entries)

    def again(self) -> Registry:
        """Return the registry as control stands now."""
        return Registry(self.store, self.index, self._read)

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Return how another process stands where this one does; None where none can."""
        reopen = self.store.reopen
        return None if reopen is None else Elsewhere(reopen=reopen, control=self.control.commit)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the office.

        :raises FindingsError: if the policy cannot be read.
        """
        return zone_of(self.control)

    @cached_property
    def policy(self) -> Policy:
        """Return the policy in force where the registry stands.

        :raises FindingsError: if it cannot be read, as one of a newer rmdocs.
        """
        return policy_in_force(self.control)

    @property
    def calendars(self) -> CalendarRegister:
        """Return the register of working days."""
        return self.catalogue.entries.calendars

    def form_in_force(self, number: DocumentNumber, on: date) -> ReleasedForm:
        """Return the revision of a form in force on a date.

        :raises ControlError: if there is none.
        """
        return self.forms.load(self.forms.in_force(number, on))

    def form_revision(self, number: DocumentNumber, revision: Revision) -> ReleasedForm:
        """Return the revision a record was issued under, superseded or not."""
        return self.forms.load(self.forms.release(number, revision))

    def form_of(self, folder: RecordFolder) -> Form:
        """Return the form that a record stands under."""
        return self.form_revision(folder.form, folder.revision).form

    def vault(self) -> Vault:
        """Return the keys of encrypted records.

        :raises StoreError: if the store was opened without.
        """
        if self.store.vault is None:
            raise StoreError(
                message("this needs the record keys, and the store was opened without them"),
                message("do it on the machine that has the record keys"),
            )
        return self.store.vault

    def record_key(self, number: RecordNumber) -> RecordKey:
        """Return the key of an encrypted record.

        :raises KeyAbsentError: if it is not here.
        """
        key = self.vault().find(number)
        if key is None:
            raise key_absent(number)
        return key

    def template(self, released: ReleasedForm) -> CompiledTemplate:
        """Return the compiled template of a revision; compiled once a run, of sealed bytes."""
        digest, compiled = released.release.digest, self._read.templates
        if digest not in compiled:
            compiled[digest] = CompiledTemplate.compile(released.files.template)
        return compiled[digest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where a registry stands, for another process that reads the same.

    :param control: the commit of control.
    """

    reopen: Callable[[], Store]
    control: str

    def registry(self) -> Registry:
        """Return the registry there, opened once; it has no search index."""
        return _opened(self)


@lru_cache(maxsize=1)
def _opened(there: Elsewhere) -> Registry:
    from rmdocs.registers.index import Index  # noqa: PLC0415 - a process that is asked needs it

    store = there.reopen()
    return Registry(store, Index(None), control=store.at(there.control))


def offered_content(value: Json, stage: str, title: Text, folder: RecordFolder) -> JsonObject:
    """Return the content of ``stage`` in a file: bare, wrapped, or among a record's stages.

    :raises FindingsError: if the file offers no such stage.
    """
    if isinstance(value, dict) and isinstance(value.get("stages"), list) and "record" in value:
        added = sum(entry.key.name == stage for entry in folder.stages)
        named = [
            item
            for item in value["stages"]
            if isinstance(item, dict) and item.get("stage") == stage
        ]
        if added < len(named):
            return _object(named[added].get("content"))
        if named:
            raise FindingsError((_all_added(title),))
    elif isinstance(value, dict) and set(value) == {"stage", "content"}:
        if value["stage"] == stage:
            return _object(value["content"])
    elif isinstance(value, dict):
        return value
    raise FindingsError(
        (
            error(
                "STAGE-ABSENT",
                STAGE_PATH,
                message("the file holds no stage “{stage}”", stage=title),
                message("give the stage's content, or a record file with that stage"),
                label=STAGES_LABEL,
            ),
        )
    )


def _object(value: Json) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise FindingsError(
        (
            error(
                "STAGE-CONTENT",
                STAGE_PATH,
                message("the stage's content must be an object"),
                message("give the stage's content, or a record file with that stage"),
                label=STAGES_LABEL,
            ),
        )
    )


def _all_added(title: Text) -> Finding:
    return error(
        "STAGE-ADDED",
        STAGE_PATH,
        message("every stage “{stage}” in the file was added before", stage=title),
        message("what was added stays as it is; give only what comes after it"),
        label=STAGES_LABEL,
    )


READ = ("/editions/", "/renditions/", "/signatures/", "/scans/")
"""Where files lie that people hold copies of: documents and their renditions."""


def concealed(new_event: NewEvent, key: RecordKey, place: int) -> NewEvent:
    """Return an event on a destroyable record as it is sealed.

    :param place: of its event among the record's own, counted from 1.
    """
    facts = new_event.facts
    if not isinstance(facts, OnRecord):
        raise TypeError(new_event.kind)
    path = f"{new_event.directory}/notes/{place:02d}.json"
    notes = canonical.encode({"reason": new_event.reason, "facts": facts.concealed})
    files = (*new_event.files, NewFile(path=path, data=notes, media_type="application/json"))
    documents = {
        PurePosixPath(file.path).name: canonical.sha256(file.data)
        for file in new_event.files
        if any(place in file.path for place in READ)
    }
    return replace(
        new_event,
        files=tuple(replace(file, data=key.encrypt(file.path, file.data)) for file in files),
        reason="",
        facts=facts.with_concealment(Concealment(cipher=CIPHER, notes=path, documents=documents)),
    )
