"""Runs of regeneration: which records were meant, and whether the run has ended.

Read from the control ledger; what became of each record is in its own events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, StoreError
from rmdocs.events.control import RegenerationEnded
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import by_command, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

REGENERATIONS = "regenerations"
PLAN_NAME, RESULT_NAME = "plan.json", "result.json"
DONE, ABANDONED = "done", "abandoned"
"""How a run ended: carried out, or given up for another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerationRun:
    """A run of regeneration.

    :param serial: counted from 1 over all forms.
    :param where: the condition it was restricted by; empty if by none.
    :param records: what it set out to regenerate.
    :param ended: None while it is to be gone on with.
    """

    serial: int
    form: DocumentNumber
    to: Revision
    where: str
    records: tuple[RecordNumber, ...]
    begun: Event
    ended: Event | None

    @property
    def name(self) -> str:
        """Return the serial as events and commands write it."""
        return f"{self.serial:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended.

    :param outcome: ``DONE`` or ``ABANDONED``.
    :param regenerated: the records that it gave a new edition.
    """

    outcome: str
    regenerated: tuple[RecordNumber, ...]


@dataclass(frozen=True, slots=True)
class RegenerationRegister:
    """Runs as of one commit of the control ledger."""

    head: Head

    def all(self) -> Iterator[RegenerationRun]:
        """Yield every run, oldest first."""
        for name in self.head.list(REGENERATIONS):
            yield self._read(name)

    def get(self, serial: int) -> RegenerationRun:
        """Return a run.

        :raises ControlError: if there is none with that serial.
        """
        name = f"{serial:04d}"
        if name not in self.head.list(REGENERATIONS):
            raise ControlError(
                message("there is no run {run} of regeneration", run=name),
                by_command(
                    message("look at the list of regenerations"), "rmdocs register regenerations"
                ),
            )
        return self._read(name)

    def open_for(self, form: DocumentNumber) -> RegenerationRun | None:
        """Return the run of a form that has not ended; there is at most one."""
        return next((run for run in self.all() if run.ended is None and run.form == form), None)

    def result(self, run: RegenerationRun) -> Result | None:
        """Return how a run ended, None while it is to be gone on with.

        :raises StoreError: if what it ended in cannot be read.
        """
        if run.ended is None:
            return None
        data = self.head.read(f"{REGENERATIONS}/{run.name}/{RESULT_NAME}")
        if data is None:
            raise _unreadable(run.name)
        value = canonical.decode(data)
        return Result(
            outcome=value["outcome"],
            regenerated=tuple(RecordNumber.parse(number) for number in value["regenerated"]),
        )

    def next_serial(self) -> int:
        """Return the serial of the next run."""
        return len(self.head.list(REGENERATIONS)) + 1

    def _read(self, name: str) -> RegenerationRun:
        directory = f"{REGENERATIONS}/{name}"
        data = self.head.read(f"{directory}/{PLAN_NAME}")
        events = sorted(self.head.events(directory), key=lambda event: event.index)
        if data is None or not events:
            raise _unreadable(name)
        value = canonical.decode(data)
        return RegenerationRun(
            serial=int(name),
            form=DocumentNumber.parse(value["form"]),
            to=Revision.parse(value["to"]),
            where=value["where"],
            records=tuple(RecordNumber.parse(number) for number in value["records"]),
            begun=events[0],
            ended=next((event for event in events if event.kind == RegenerationEnded.KIND), None),
        )


def _unreadable(name: str) -> StoreError:
    return DamagedError(message("the run {run} cannot be read", run=name))
