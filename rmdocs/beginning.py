"""Beginning a workspace: the built-in forms and documents on the desk and in a new store.

A sample workspace gets an invented organisation with a key for everybody on
this machine, and says in its first event that it is a sample.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rmdocs import canonical
from rmdocs.control.founding import Foundation, found, founder
from rmdocs.control.releasing import APPROVER_ROLES
from rmdocs.control.requestkinds import announced
from rmdocs.errors import ConflictError, StoreError, system_problem
from rmdocs.events.records import Unit
from rmdocs.forms.desk import DIRECTORY, desk_documents, desk_numbers, read_desk, read_document
from rmdocs.forms.document import load_document
from rmdocs.forms.form import Form
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.language.workingdays import Arrangement
from rmdocs.messages import Text, message
from rmdocs.registers.staff import Person
from rmdocs.store.commits import email
from rmdocs.store.git import GitStore
from rmdocs.store.keys import SigningKey
from rmdocs.workspace.keyring import LEDGER_KEY_NAME, KeyRing
from rmdocs.workspace.opening import present
from rmdocs.workspace.places import KEYS_PATH, STORE_PATH, keys_elsewhere, seen_path
from rmdocs.workspace.seen import set_aside

SAMPLE = Path(__file__).parent / "sample"
SAMPLE_YEAR = 2026
"""The year of the samples."""
_DESK = ("forms", "schemas")
_PARTIAL = ".partial"


def built_in() -> Path:
    """Return the directory that holds the built-in forms and schemas.

    :raises StoreError: if the installation lacks them.
    """
    package = Path(__file__).parent
    for root in (package / "_builtin", package.parent):
        if (root / "forms").is_dir() and (root / "schemas").is_dir():
            return root
    raise StoreError(message("this installation has no forms"), message("install rmdocs again"))


def create(root: Path, *, sample: bool) -> None:
    """Make a workspace now; see :func:`begin`."""
    begin(root, sample=sample, now=present().replace(microsecond=0), keys=keys_elsewhere())


def begin(
    root: Path,
    *,
    sample: bool,
    now: datetime,
    desk: Path | None = None,
    keys: Path | None = None,
) -> None:
    """Make a workspace at ``root``: whole, or not at all.

    :param desk: directory with the forms, schemas and, if there are any, other
        documents to begin with, if not the built-in ones.
    :param keys: directory for the private keys, if not the workspace's own.
    :raises ConflictError: if there is something in the directory.
    :raises FindingsError: if a form or document has mistakes.
    """
    # A folder that is there stays, as it may be the one that somebody stands in.
    there = root.exists()
    partial = root / _PARTIAL if there else root.with_name(f".{root.name}{_PARTIAL}")
    if there and any(one != partial for one in root.iterdir()):
        raise ConflictError(
            message("{path} is not empty", path=root), message("choose another folder")
        )
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        ring = KeyRing(directory=keys or partial / KEYS_PATH)
        _fill(partial, desk or built_in(), ring, sample=sample, now=now)
        if there:
            _move(partial, root)
        else:
            partial.rename(root)
        set_aside(seen_path(root))
    except OSError as problem:
        raise StoreError(
            message("{path} cannot be made: {problem}", path=root, problem=_said(problem)),
            message("choose another place, or make room there"),
        ) from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _move(made: Path, root: Path) -> None:
    """Move a workspace into a folder; the store last: without it, it is none."""
    for one in sorted(made.iterdir(), key=lambda one: one.name in STORE_PATH.parts):
        one.rename(root / one.name)


def _said(problem: OSError) -> Text:
    """Return why it cannot be made; copying a tree does not say it in a way that can be read."""
    copied = isinstance(problem, shutil.Error)
    return message("a file cannot be copied there") if copied else system_problem(problem)


def _fill(root: Path, source: Path, keys: KeyRing, *, sample: bool, now: datetime) -> None:
    for name in _DESK:
        shutil.copytree(source / name, root / name)
    if (source / DIRECTORY).is_dir():
        shutil.copytree(source / DIRECTORY, root / DIRECTORY)
    forms = []
    for number in desk_numbers(root):
        files = read_desk(root, number)
        forms.append((Form.load(files), files))
    others = [read_document(root, number) for number in desk_documents(root)]
    ledger_key = keys.create(LEDGER_KEY_NAME)
    units, people, signing = _organisation(keys) if sample else ((), (), {})
    foundation = Foundation(
        purpose="sample" if sample else "production",
        units=units,
        people=people,
        forms=tuple(forms),
        approvers=_approvers(people, signing),
        documents=tuple((load_document(files), files) for files in others),
        years=tuple(_announced(now.year, sample=sample)),
    )
    store = GitStore.create(root / STORE_PATH)
    found(store, foundation, ledger_key, now)
    signers = {
        email(str(person.staff_no)): person.keys for person in (founder(ledger_key), *people)
    }
    store.write_signers(signers, {})
    (root / ".gitignore").write_text("/keys/\n/record-keys/\n/records/\n", encoding="utf-8")


def _announced(year: int, *, sample: bool) -> Iterator[tuple[Arrangement, str]]:
    """Yield what was announced of the years around the founding; the samples' year too."""
    years = {year - 1, year, year + 1} | ({SAMPLE_YEAR} if sample else set())
    for one in sorted(years):
        known = announced(one)
        if known is not None:
            yield known


def _organisation(
    keys: KeyRing,
) -> tuple[tuple[Unit, ...], tuple[Person, ...], dict[StaffNumber, SigningKey]]:
    value = canonical.decode((SAMPLE / "organisation.json").read_bytes())
    units = tuple(Unit.from_json(unit) for unit in value["units"])
    signing = {}
    people = []
    for entry in value["staff"]:
        staff_no = StaffNumber.parse(entry["staff_no"])
        signing[staff_no] = keys.create(str(staff_no))
        roles, line = frozenset(entry["roles"]), signing[staff_no].public_line
        people.append(
            Person(
                staff_no=staff_no,
                name=entry["name"],
                unit=UnitCode.parse(entry["unit"]),
                roles=roles,
                keys=(line,),
            )
        )
    return units, tuple(people), signing


def _approvers(
    people: tuple[Person, ...], signing: dict[StaffNumber, SigningKey]
) -> tuple[tuple[Person, SigningKey], ...]:
    found = [
        next(person for person in people if role in person.roles)
        for role in (APPROVER_ROLES if people else ())
    ]
    return tuple((person, signing[person.staff_no]) for person in found)
