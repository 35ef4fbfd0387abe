"""The composition root: one opened workspace and its use cases.

The only reader of working directory, environment, clock and configuration.
Commands ask here; nothing here decides what the floors below decide.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answers import IssueResult, NewKey, Outcome
from rmdocs.control import staff
from rmdocs.control.acting import Acting
from rmdocs.control.founding import FOUNDER, founder
from rmdocs.control.keyring import LEDGER_KEY_NAME, KeyRing
from rmdocs.errors import ConflictError, ControlError, FindingsError, UsageError
from rmdocs.findings import error
from rmdocs.identifiers import DocumentNumber, RecordNumber, StaffNumber, UnitCode
from rmdocs.issuing import later
from rmdocs.issuing.checking import CheckedCandidate, check_all
from rmdocs.issuing.issue import Issued, issue_all
from rmdocs.issuing.office import Office
from rmdocs.messages import message
from rmdocs.registers.index import Index, IndexedRecord, Query
from rmdocs.registers.people import Person, Unit
from rmdocs.store.commits import email
from rmdocs.store.git import GitStore

if TYPE_CHECKING:
    from rmdocs.audit.trace import Shown, Trace
    from rmdocs.audit.verify import Verification
    from rmdocs.intake.candidates import Candidate
    from rmdocs.schemas.fields import FieldTree
    from rmdocs.workspace.desk import Desk

STORE_PATH = Path("records") / "store.git"
INDEX_PATH = Path("records") / "index.sqlite"
CACHE_PATH = Path("records") / "cache"
KEYS_PATH = Path("keys")
KEYS_VARIABLE = "RMDOCS_KEYS"
PASSPHRASE_VARIABLE = "RMDOCS_PASSPHRASE"  # noqa: S105 - the name of a variable


class Workspace:
    """An opened workspace, and who acts in it.

    :param root: its directory.
    :param actor: whose key signs; None where only reading.
    :param clock: gives the present moment, with a time zone.
    """

    def __init__(
        self, root: Path, actor: StaffNumber | None, clock: Callable[[], datetime]
    ) -> None:
        self.root = root
        self._actor = actor
        self._clock = clock
        self.store = GitStore.open(root / STORE_PATH)
        self.index = Index(root / INDEX_PATH)
        self.office = Office(self.store, self.index, root / CACHE_PATH)
        self.keys = _key_ring(root)

    # Records -------------------------------------------------------------

    def check(self, files: Sequence[Path]) -> list[CheckedCandidate]:
        """Return every record in ``files`` with its findings; nothing is written."""
        return [checked for *_, checked in self._checked(files)]

    def issue(
        self,
        files: Sequence[Path],
        *,
        out: Path | None = None,
        skip_invalid: bool = False,
        again: bool = False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> IssueResult:
        """Issue the records in ``files``: all, or none unless ``skip_invalid``.

        :param progress: told how many records of how many are rendered.
        :raises ControlError: if nobody acts, or the actor may not.
        :raises FindingsError: if a document cannot be made.
        """
        acting = self.acting()
        checked = self._checked(files)
        refused = [entry for entry in checked if entry[-1].ready is None]
        if refused and not skip_invalid:
            outcomes = tuple(_outcome(one, None) for *_, one in checked)
            return IssueResult(outcomes, (), ())
        ready = [one for *_, one in checked if one.ready is not None]
        done = count(1)

        def step(_count: int) -> None:
            progress(next(done), len(ready))

        numbered = issue_all(self.office, ready, acting, again=again, progress=step)
        issued = {id(one.candidate): one for one in numbered}
        outcomes = tuple(_outcome(one, issued.get(id(one))) for *_, one in checked)
        written = [
            path
            for one in issued.values()
            if out is not None
            for path in self.export(one.number, out, 1)
        ]
        return IssueResult(outcomes, tuple(written), tuple(_write_rejected(files, refused)))

    def add(self, number: RecordNumber, stage: str, file: Path) -> later.Done:
        """Add a stage to a record from a file."""
        from rmdocs.intake.reading import read_value  # noqa: PLC0415 - keeps start-up light

        return later.add_stage(self.office, number, stage, read_value(file).value, self.acting())

    def amend(self, number: RecordNumber, file: Path, reason: str) -> later.Done:
        """Correct a record by the whole corrected record in a file."""
        from rmdocs.intake.reading import read_value  # noqa: PLC0415 - keeps start-up light

        return later.amend(self.office, number, read_value(file).value, reason, self.acting())

    def void(self, number: RecordNumber, reason: str, approver: StaffNumber) -> later.Done:
        """Void a record; the approver's key must be on this machine."""
        person = self.office.staff.person(approver)
        key = self.keys.load(str(approver))
        return later.void(
            self.office, number, reason, self.acting(), approver=person, approver_key=key
        )

    # Reading -------------------------------------------------------------

    def find(self, query: Query) -> Iterator[IndexedRecord]:
        """Yield the records that match."""
        self.office.catalogue.catch_up()
        return self.index.find(query)

    def show(self, number: RecordNumber, edition: int | None = None) -> Shown:
        """Return a record as it stands."""
        from rmdocs.audit import trace  # noqa: PLC0415 - keeps start-up light

        return trace.show(self.office, number, edition)

    def trace(self, target: str) -> Trace:
        """Return everything known of a number, a file or a SHA-256."""
        from rmdocs.audit import trace  # noqa: PLC0415 - keeps start-up light

        return trace.trace(self.office, target)

    def export(self, number: RecordNumber, out: Path, edition: int | None = None) -> list[Path]:
        """Write an edition's documents to a folder; return the files."""
        from rmdocs.audit import trace  # noqa: PLC0415 - keeps start-up light

        out.mkdir(parents=True, exist_ok=True)
        written = []
        for name, data in trace.documents(self.office, number, edition):
            target = out / name
            if target.exists() and target.read_bytes() != data:
                raise ConflictError(
                    message("{path} is there already, with other content", path=target),
                    message("move it away, or choose another folder"),
                )
            partial = out / f".{name}.part"
            partial.write_bytes(data)
            partial.replace(target)
            written.append(target)
        return written

    def verify(self) -> Verification:
        """Go through the whole store."""
        from rmdocs.audit import verify  # noqa: PLC0415 - keeps start-up light

        return verify.verify(self.store)

    # Groups ----------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """Return the forms on the officer's desk."""
        from rmdocs.workspace.desk import Desk  # noqa: PLC0415 - keeps start-up light

        return Desk(self)

    # People, units, keys ---------------------------------------------------

    def people(self) -> list[Person]:
        """Return the register of staff."""
        return list(self.office.staff.people())

    def units(self) -> list[Unit]:
        """Return the register of units."""
        return list(self.office.staff.units())

    def add_person(
        self, staff_no: StaffNumber, name: str, unit: UnitCode, roles: Sequence[str]
    ) -> None:
        """Enter a person with the key that lies on this machine."""
        earlier = self.office.staff.find_person(staff_no)
        line = self.keys.load(str(staff_no)).public_line
        kept = [known for known in (earlier.keys if earlier else ()) if known != line]
        person = Person(staff_no, name, unit, frozenset(roles), (*kept, line))
        staff.add_person(self.store, person, self.acting())
        self.reopen()
        self.write_signers()

    def add_unit(self, code: UnitCode, name: str, full_name: str) -> None:
        """Enter a unit."""
        staff.add_unit(self.store, Unit(code, name, full_name), self.acting())
        self.reopen()

    def new_key(self, staff_no: StaffNumber) -> NewKey:
        """Make a key for a person on this machine."""
        key = self.keys.create(str(staff_no), _passphrase(str(staff_no)))
        return NewKey(self.keys.path(str(staff_no)), key.fingerprint)

    def write_signers(self) -> None:
        """Write the file by which plain git knows the signers."""
        people = {email(str(person.staff_no)): person.keys for person in self.people()}
        self.store.write_signers(people)

    # Inside ----------------------------------------------------------------

    def reopen(self) -> None:
        """Read the registers again after changing them."""
        self.office = Office(self.store, self.index, self.root / CACHE_PATH)

    def today(self) -> date:
        """Return the date where the office is."""
        return self._clock().astimezone().date()

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
        present = now.astimezone(UTC).replace(microsecond=0)
        if self._actor == FOUNDER:
            return Acting(
                founder(ledger_key), ledger_key, ledger_key, present, now.astimezone().date()
            )
        person = self.office.staff.person(self._actor)
        key = self.keys.load(str(self._actor))
        return Acting(person, key, ledger_key, present, now.astimezone().date())

    def _checked(self, files: Sequence[Path]) -> list[tuple[Path, Candidate, CheckedCandidate]]:
        from rmdocs.intake.reading import read_records  # noqa: PLC0415 - keeps start-up light

        found = []
        for path in files:
            try:
                candidates = read_records(path, self._fields_of)
            except FindingsError as problem:
                refused = CheckedCandidate(path.name, 0, "", tuple(problem.findings), None)
                found.append((path, _unread(path), refused))
                continue
            checked = check_all(self.office, candidates, self.today())
            found += [(path, *pair) for pair in zip(candidates, checked, strict=True)]
        return found

    def _fields_of(self, form: str) -> FieldTree:
        try:
            number = DocumentNumber.parse(form)
            return self.office.form_in_force(number, self.today()).form.schema.fields()
        except (UsageError, ControlError) as problem:
            finding = error("FORM-UNKNOWN", "$.form", problem.reason, problem.remedy)
            raise FindingsError((finding,)) from problem


def open_workspace(root: Path, actor: StaffNumber | None) -> Workspace:
    """Open the workspace at ``root``.

    :raises StoreError: if there is none.
    """
    return Workspace(root, actor, lambda: datetime.now(UTC))


def _unread(path: Path) -> Candidate:
    from rmdocs.intake.candidates import Candidate  # noqa: PLC0415

    return Candidate(path.name, 0, None)


def _outcome(checked: CheckedCandidate, issued: Issued | None) -> Outcome:
    return Outcome(checked.source, checked.row, checked.form, checked.findings, issued)


def _write_rejected(
    files: Sequence[Path], refused: Sequence[tuple[Path, Candidate, CheckedCandidate]]
) -> Iterator[Path]:
    from rmdocs.intake.rejected import write_rejected  # noqa: PLC0415
    from rmdocs.messages import Language  # noqa: PLC0415

    for path in dict.fromkeys(files):
        rows = [
            (candidate, one.findings)
            for source, candidate, one in refused
            if source == path and one.row
        ]
        if rows:
            yield write_rejected(path, rows, Language.ZH)


def _key_ring(root: Path) -> KeyRing:
    directory = os.environ.get(KEYS_VARIABLE)
    return KeyRing(Path(directory) if directory else root / KEYS_PATH, _passphrase)


def _passphrase(_owner: str) -> bytes | None:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given.encode() if given else None
