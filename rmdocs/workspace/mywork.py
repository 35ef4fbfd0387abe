"""My work: what waits for whoever acts, what is due of theirs, what others have to do first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

from rmdocs.classes import dataclass
from rmdocs.registers.lists.due import DueItem
from rmdocs.workspace.due import DueRecord, Wanted, besides, due_records, not_listed

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.findings import Finding
    from rmdocs.registers.staff import Person
    from rmdocs.workspace.opening import Workspace

_Entry: TypeAlias = DueItem | DueRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWork:
    """What whoever acts has to do with on a day; where nobody acts, what everybody has.

    Each list by its last days, and by number on the same; what has no day comes first.

    :param waiting: what waits to be decided, or for their opinion.
    :param due: what else it is their turn to do.
    :param others: what of their unit it is the turn of others to do.
    :param findings: what is told of records that cannot be read.
    """

    day: date
    waiting: Sequence[DueItem]
    due: Sequence[DueItem]
    others: Sequence[DueItem]
    findings: tuple[Finding, ...]


def of_whoever_acts(workspace: Workspace) -> MyWork:
    """Return what whoever acts has to do with, of their unit or of no unit at all.

    Who may see the records of all units has not to see to them all.
    """
    person = workspace.person()
    unit = "" if person is None else str(person.unit)
    lists: dict[str, list[_Entry]] = {"waiting": [], "due": [], "others": []}
    for item in besides(workspace, Wanted(), person):
        if not unit or item.unit in {"", unit}:
            lists[_place(item, person)].append(item)
    # Of thousands of records a page shows some. On which list one stands is the same for all
    # of a form that await the same, of the same manager: it is asked of the first of them.
    places: dict[tuple[str, ...], list[_Entry]] = {}
    for one in due_records(workspace, Wanted(unit=unit), [], person):
        due, record, _ = one
        alike = (record.form, record.revision, due.name, record.unit, record.rm)
        if alike not in places:
            places[alike] = lists[_place(one.item(), person)]
        places[alike].append(one)
    return MyWork(
        day=workspace.today(),
        findings=tuple(not_listed(workspace)),
        **{name: _Items(entries) for name, entries in lists.items()},
    )


def _place(item: DueItem, person: Person | None) -> str:
    """Return on which list of a person something stands."""
    if person is not None and not item.is_turn_of(str(person.staff_no), person.roles):
        return "others"
    opinion = person is not None and item.opinion and bool(person.roles & item.roles)
    return "waiting" if item.on is None or opinion else "due"


class _Items(Sequence[DueItem]):
    """What stands on a list, in order; each is made when somebody looks at it."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self._entries = sorted(entries, key=_order)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, at: int) -> DueItem: ...

    @overload
    def __getitem__(self, at: slice) -> list[DueItem]: ...

    def __getitem__(self, at: int | slice) -> DueItem | list[DueItem]:
        if isinstance(at, slice):
            return [_made(one) for one in self._entries[at]]
        return _made(self._entries[at])


def _made(entry: _Entry) -> DueItem:
    return entry.item() if isinstance(entry, DueRecord) else entry


def _order(entry: _Entry) -> tuple[str, str]:
    if isinstance(entry, DueRecord):
        return (entry.due.day, entry.due.number)
    return (str(entry.on or ""), entry.number)
