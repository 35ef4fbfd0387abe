"""The composition root: one opened workspace and its use cases.

Where its parts lie and what the environment says of them is read by ``places``.
Commands ask here; nothing here decides what the floors below decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rmdocs.answers import IssueResult, NewKey
from rmdocs.control import staff
from rmdocs.control.acting import Acting
from rmdocs.control.founding import FOUNDER, founder
from rmdocs.control.keyring import LEDGER_KEY_NAME
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.events.records import Unit
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, StaffNumber, UnitCode
from rmdocs.intake.candidates import ALL, Selection
from rmdocs.issuing import later
from rmdocs.issuing.checking import CheckedCandidate
from rmdocs.issuing.office import Office
from rmdocs.messages import Language, Text, message
from rmdocs.registers.catalogue import unread_findings, unreadable_findings
from rmdocs.registers.index import Index, IndexedRecord, Query
from rmdocs.registers.people import Person
from rmdocs.registers.zone import end_of
from rmdocs.store.commits import email
from rmdocs.store.git import GitStore
from rmdocs.store.keys import PublicKey
from rmdocs.workspace.incoming import check_files, issue_files
from rmdocs.workspace.places import (
    STORE_PATH,
    index_path,
    key_ring,
    passphrase,
    present,
    vault,
)
from rmdocs.workspace.saving import save

if TYPE_CHECKING:
    from rmdocs.audit.copies import CopyTrace
    from rmdocs.audit.trace import Shown, Trace
    from rmdocs.audit.verify import Verification
    from rmdocs.findings import Finding
    from rmdocs.store.head import LedgerStore
    from rmdocs.workspace.comparing import Comparing, Previewing
    from rmdocs.workspace.copies import Copies
    from rmdocs.workspace.desk import Desk
    from rmdocs.workspace.disposition import Disposition
    from rmdocs.workspace.documents import Documents
    from rmdocs.workspace.drafting import Drafting
    from rmdocs.workspace.due import DueDates
    from rmdocs.workspace.regeneration import Regeneration
    from rmdocs.workspace.registers import Calendars, Customers, Registers, Requests
    from rmdocs.workspace.renditions import Renditions
    from rmdocs.workspace.revising import Revising


class Workspace:
    """An opened workspace, and who acts in it; to be closed, best by ``with``.

    :param root: its directory.
    :param actor: whose key signs; None where only reading.
    :param clock: gives the present moment, with a time zone.
    :param store: what it works on, if not the one in its directory.
    """

    def __init__(
        self,
        root: Path,
        actor: StaffNumber | None,
        clock: Callable[[], datetime],
        store: LedgerStore | None = None,
    ) -> None:
        self.root = root
        self._actor = actor
        self._clock = clock
        self.store = store or GitStore.open(root / STORE_PATH, vault(root))
        self.index = Index(index_path(root))
        try:
            self.reopen()
        except RmdocsError:
            self.close()
            raise
        self.keys = key_ring(root)

    def __enter__(self) -> Self:
        """Return the workspace, to be closed at the end of the block."""
        return self

    def __exit__(self, *_problem: object) -> None:
        """Close the workspace."""
        self.close()

    def close(self) -> None:
        """Close what is open: the search index, and the packs of the store."""
        self.index.close()
        self.store.close()

    # Records -------------------------------------------------------------

    def check(self, files: Sequence[Path], selection: Selection = ALL) -> list[CheckedCandidate]:
        """Return every record in ``files`` with its findings; nothing is written.

        :param selection: which worksheet of a workbook, and what of it.
        """
        return [one.checked for one in check_files(self, files, selection=selection)]

    def issue(  # noqa: PLR0913 - each is an option of the command
        self,
        files: Sequence[Path],
        *,
        out: Path | None = None,
        skip_invalid: bool = False,
        again: bool = False,
        revision: Revision | None = None,
        selection: Selection = ALL,
        language: Language = Language.ZH,
        pdf: bool = False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> IssueResult:
        """Issue the records in ``files``: all, or none unless ``skip_invalid``.

        :param revision: of the form, as whoever issues means it.
        :param selection: which worksheet of a workbook, and what of it.
        :param language: in which it is said, beside refused rows, what is wrong with them.
        :param pdf: whether formal PDF is wanted; nothing is numbered that cannot be printed.
        :param progress: told how many records of how many are rendered.
        :raises ControlError: if nobody acts, the actor may not, or ``revision``
            is not in force.
        :raises FindingsError: if a document cannot be made.
        :raises MissingProgramError: if PDF is wanted and LibreOffice is not installed.
        """
        return issue_files(
            self,
            files,
            out=out,
            skip_invalid=skip_invalid,
            again=again,
            revision=revision,
            selection=selection,
            language=language,
            printable=self.renditions.printable() if pdf else lambda _name, _document: (),
            progress=progress,
        )

    def add(self, number: RecordNumber, stage: str, file: Path) -> later.Done:
        """Add a stage to a record from a file."""
        from rmdocs.intake.reading import read_value

        return later.add_stage(self.office, number, stage, read_value(file).value, self.acting())

    def amend(self, number: RecordNumber, file: Path, reason: str) -> later.Done:
        """Correct a record by the whole corrected record in a file: JSON, YAML or a sheet."""
        from rmdocs.workspace.correcting import read_corrected

        value, told = read_corrected(self.office, number, file)
        done = later.amend(self.office, number, value, reason, self.acting())
        return replace(done, findings=(*told, *done.findings))

    # Reading -------------------------------------------------------------

    def document(self, text: str, *, forms_only: bool = False) -> DocumentNumber:
        """Return the number of the form or document that a person calls ``text``.

        :param forms_only: whether only forms are meant.
        :raises UsageError: if nothing is called so, or more than one.
        """
        from rmdocs.workspace.kinds import document_named

        return document_named(self, text, forms_only=forms_only)

    def find(self, query: Query) -> Iterator[IndexedRecord]:
        """Yield the records that match."""
        self.office.catalogue.catch_up()
        return self.index.find(query)

    def unreadable(self, query: Query, consequence: Text | None = None) -> list[Finding]:
        """Return what :meth:`find` cannot answer for: records that are lost, or whose keys are.

        :param consequence: what is not told for want of keys, if not that it was not searched.
        """
        told = consequence or message("what they say was not searched, and is not shown")
        unread = unread_findings(self.index.unread(query), told)
        return [*unreadable_findings(self.index.unreadable(query.form)), *unread]

    def show(self, number: RecordNumber, edition: int | None = None) -> Shown:
        """Return a record as it stands."""
        from rmdocs.audit import trace

        return trace.show(self.office, number, edition)

    def trace(self, target: str) -> Trace:
        """Return everything known of a number, a file or a SHA-256."""
        from rmdocs.audit import trace

        return trace.trace(self.office, target)

    def trace_copy(self, target: str) -> CopyTrace | None:
        """Return the controlled copy that a number, a file or a SHA-256 is; None if it is none."""
        from rmdocs.audit import copies

        return copies.trace_copy(self.office, target, self.today())

    def export(self, number: RecordNumber, out: Path, edition: int | None = None) -> list[Path]:
        """Write an edition's documents to a folder; return the files."""
        from rmdocs.audit import trace

        found = trace.documents(self.office, number, edition)
        return [save(out / name, data) for name, data in found]

    def export_record(
        self, number: RecordNumber, out: Path, edition: int | None = None, *, sheet: bool = False
    ) -> Path:
        """Write what a record says as a file that ``amend`` takes; return the file.

        :param out: a folder, or a file that ends in ``.json`` or ``.xlsx``.
        :param sheet: whether as a spreadsheet; so is a file that ends in ``.xlsx``.
        """
        from rmdocs.workspace.correcting import write_record

        return write_record(self.office, number, out, edition, sheet=sheet)

    def reprint(self, number: RecordNumber, out: Path, day: date) -> list[Path]:
        """Write what was in force of a record on a day, marked as a reprint."""
        from rmdocs.audit.reprint import reprint

        found = reprint(self.office, number, day, self.today())
        return [save(out / name, data) for name, data in found]

    def verify(self, *, renditions: bool = False) -> Verification:
        """Go through the whole store; if asked, judge all signatures and read all scans again."""
        from rmdocs.audit import verify

        return verify.verify(self.store, self.renditions.trust() if renditions else None)

    # Groups ----------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """Return the forms on the officer's desk."""
        from rmdocs.workspace.desk import Desk

        return Desk(self)

    @property
    def revising(self) -> Revising:
        """Return the procedure of revising controlled documents."""
        from rmdocs.workspace.revising import Revising

        return Revising(self)

    @property
    def comparing(self) -> Comparing:
        """Return the comparison of revisions."""
        from rmdocs.workspace.comparing import Comparing

        return Comparing(self)

    @property
    def previewing(self) -> Previewing:
        """Return the pages of revisions before their release."""
        from rmdocs.workspace.comparing import Previewing

        return Previewing(self)

    @property
    def documents(self) -> Documents:
        """Return the controlled documents that are not forms."""
        from rmdocs.workspace.documents import Documents

        return Documents(self)

    @property
    def copies(self) -> Copies:
        """Return the controlled copies."""
        from rmdocs.workspace.copies import Copies

        return Copies(self)

    @property
    def registers(self) -> Registers:
        """Return the registers, derived from the ledger."""
        from rmdocs.workspace.registers import Registers

        return Registers(self)

    @property
    def due(self) -> DueDates:
        """Return what is due."""
        from rmdocs.workspace.due import DueDates

        return DueDates(self)

    @property
    def drafting(self) -> Drafting:
        """Return records being written."""
        from rmdocs.workspace.drafting import Drafting

        return Drafting(self)

    @property
    def customers(self) -> Customers:
        """Return the register of customers."""
        from rmdocs.workspace.registers import Customers

        return Customers(self)

    @property
    def calendars(self) -> Calendars:
        """Return the calendar of working days."""
        from rmdocs.workspace.registers import Calendars

        return Calendars(self)

    @property
    def disposition(self) -> Disposition:
        """Return holds, retention and disposition."""
        from rmdocs.workspace.disposition import Disposition

        return Disposition(self)

    @property
    def renditions(self) -> Renditions:
        """Return PDF, electronic signatures and scans."""
        from rmdocs.workspace.renditions import Renditions

        return Renditions(self)

    @property
    def requests(self) -> Requests:
        """Return what waits for a second person."""
        from rmdocs.workspace.registers import Requests

        return Requests(self)

    @property
    def regeneration(self) -> Regeneration:
        """Return the regeneration of records after a revision."""
        from rmdocs.workspace.regeneration import Regeneration

        return Regeneration(self)

    # People, units, keys ---------------------------------------------------

    def people(self) -> list[Person]:
        """Return the register of staff."""
        return list(self.office.staff.people())

    def units(self) -> list[Unit]:
        """Return the register of units."""
        return list(self.office.staff.units())

    def add_person(
        self,
        staff_no: StaffNumber,
        name: str,
        unit: UnitCode,
        roles: Sequence[str],
        public_key: str | None = None,
    ) -> list[Finding]:
        """Enter a person, or what has changed of one; return what is to be asked about it.

        :param public_key: the line of a key made on another machine; without it
            the key that lies here is entered, or the keys entered before stay.
        :raises ControlError: if there is no key at all, or the actor may not.
        :raises StoreError: if it is not a public key.
        """
        earlier = self.office.staff.find_person(staff_no)
        known = earlier.keys if earlier is not None else ()
        if public_key is not None:
            line = PublicKey.parse(public_key).line
        elif known and not self.keys.path(str(staff_no)).is_file():
            line = known[-1]
        else:
            line = self.keys.load(str(staff_no)).public_line
        kept = [one for one in known if one != line]
        person = Person(
            staff_no=staff_no, name=name, unit=unit, roles=frozenset(roles), keys=(*kept, line)
        )
        staff.add_person(self.store, person, self.acting())
        self.reopen()
        self.write_signers()
        return staff.namesake_findings(self.office.staff, person) if earlier is None else []

    def leave(self, staff_no: StaffNumber, on: date | None = None) -> Person:
        """Enter that a person has left; return their entry.

        :param on: their last day; today where it is not given.
        """
        person = staff.leave(self.store, staff_no, on or self.today(), self.acting())
        self.reopen()
        return person

    def add_unit(self, code: UnitCode, name: str, full_name: str) -> None:
        """Enter a unit."""
        staff.add_unit(self.store, Unit(code=code, name=name, full_name=full_name), self.acting())
        self.reopen()

    def policy_text(self) -> str:
        """Return the policy in force as a file."""
        from rmdocs.control.policy import policy_file

        return policy_file(self.office.control).decode()

    def new_key(self, staff_no: StaffNumber) -> NewKey:
        """Make a key for a person on this machine."""
        key = self.keys.create(str(staff_no), passphrase(str(staff_no)))
        return NewKey(path=self.keys.path(str(staff_no)), fingerprint=key.fingerprint)

    def write_signers(self) -> None:
        """Write the file by which plain git knows the signers."""
        register = self.office.staff
        people = {email(str(one.staff_no)): register.keys(one.staff_no) for one in self.people()}
        self.store.write_signers(people)

    # Inside ----------------------------------------------------------------

    def reopen(self) -> None:
        """Read the registers again after changing them."""
        self.office = Office(self.store, self.index)

    def now(self) -> datetime:
        """Return the present moment, UTC, whole seconds."""
        return self._clock().astimezone(UTC).replace(microsecond=0)

    def today(self) -> date:
        """Return the date where the office is."""
        return self.local(self._clock()).date()

    def local(self, moment: datetime) -> datetime:
        """Return a moment by the clock of the office."""
        return moment.astimezone(self.office.zone)

    def end_of(self, day: date | None) -> datetime | None:
        """Return the first moment after a day where the office is; None for no day.

        :raises UsageError: if the day is out of reach.
        """
        return None if day is None else end_of(day, self.office.zone)

    def person(self) -> Person | None:
        """Return who acts, as the register knows them; no key is asked for."""
        return self.office.staff.find_person(self._actor) if self._actor is not None else None

    def acting(self) -> Acting:
        """Return who acts now, with their key.

        :raises UsageError: if nobody does.
        :raises ControlError: if the person is unknown, or their key is not here.
        """
        if self._actor is None:
            raise UsageError(
                message("nobody acts: this changes the store"),
                message("say who you are with --as STAFF_NO, or RMDOCS_ACTOR"),
            )
        ledger_key = self.keys.load(LEDGER_KEY_NAME)
        now = self._clock()
        present, today = now.astimezone(UTC).replace(microsecond=0), self.local(now).date()
        if self._actor == FOUNDER:
            return Acting(
                person=founder(ledger_key),
                key=ledger_key,
                ledger_key=ledger_key,
                now=present,
                today=today,
            )
        person = self.office.staff.person(self._actor)
        key = self.keys.load(str(self._actor))
        return Acting(person=person, key=key, ledger_key=ledger_key, now=present, today=today)


def open_workspace(root: Path, actor: StaffNumber | None) -> Workspace:
    """Open the workspace at ``root``.

    :raises StoreError: if there is none.
    """
    return Workspace(root, actor, present)
