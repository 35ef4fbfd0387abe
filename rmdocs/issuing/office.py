"""What issuing works with: the store, the registers at one commit, the templates.

An :class:`Office` is opened once a run. Form revisions are compiled once and
kept; the control checkpoint it stands on is named in every event, so that
roles, keys and the form revision are bound (ISO 9001 §7.5.3).
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from rmdocs.control.policy import Policy, policy_in_force
from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.registers.calendar import CalendarRegister
from rmdocs.registers.catalogue import Catalogue
from rmdocs.registers.entries import Entries
from rmdocs.registers.forms import FormRegister, ReleasedForm
from rmdocs.registers.people import StaffRegister
from rmdocs.registers.zone import zone_of
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.store.vault import key_absent

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
    from rmdocs.registers.index import Index
    from rmdocs.store.protocol import Head, Store
    from rmdocs.store.vault import RecordKey, Vault


class Office:
    """The store and what has been read of it in this run."""

    def __init__(self, store: Store, index: Index) -> None:
        self.store = store
        self.index = index
        self.control: Head = store.require_head(CONTROL_REF)
        self.staff = StaffRegister(self.control)
        self.forms = FormRegister(self.control)
        entries = Entries(self.forms, CalendarRegister(self.control))
        self.catalogue = Catalogue(store, index, entries)
        self._compiled: dict[str, CompiledTemplate] = {}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the office.

        :raises FindingsError: if the policy cannot be read.
        """
        return zone_of(self.control)

    @cached_property
    def policy(self) -> Policy:
        """Return the policy in force where the office stands.

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
        digest = released.release.digest
        if digest not in self._compiled:
            self._compiled[digest] = CompiledTemplate.compile(released.files.template)
        return self._compiled[digest]
