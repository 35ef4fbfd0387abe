"""Verifying the order of each record's acts: which may follow which (F19, F20).

A record begins with its issue, once. Its editions count from 1 without a gap; each prints
the ledger as it stood then, and the unit it is of. A stage comes in its turn, and nothing
comes after a record has ended. All of it is judged under the form revision of that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from rmdocs import lifecycle
from rmdocs.audit.sealedfiles import record_of
from rmdocs.checkcodes import ENOUGH, CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, RmdocsError, UsageError
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    EditionIssued,
    FormRevision,
    OnEdition,
    RecordAmended,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    StageAdded,
    Unit,
    VoidRequested,
)
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.renditions import original_event

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.events.facts import EventFacts
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.lifecycle import StageKey
    from rmdocs.store.checkpoint import Checkpoint
    from rmdocs.store.event import Event

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_FIND_OUT = message("find out who sealed it: rmdocs refuses such an act")
_LONG_CODES = 3
"""The rules by which check codes tell 100 bits: what older ones let print is no fault."""


def order_findings(authority: Authority, events: Sequence[Event]) -> Iterator[Finding]:
    """Yield acts of a volume's records that could not follow those before them.

    :param events: all of the volume's events, by index.
    """
    orders: dict[str, _ActOrder] = {}
    at_once = _AtOnce()
    for event in events:
        at_once.count(event)
        number = record_of(event)
        if number is not None:
            order = orders.get(event.subject)
            if order is None:
                order = orders[event.subject] = _ActOrder(authority=authority, number=number)
            yield from order.findings(event, at_once)


@dataclass(slots=True, kw_only=True)
class _AtOnce:
    """Acts sealed at once: they are several commits, and all print what stood before the first.

    ``stood`` is how the ledger stood before each of these commits, up to that of the last act.
    """

    stood: list[Checkpoint | None] = field(default_factory=list)
    _last: Event | None = None

    def count(self, event: Event) -> None:
        """Count an act in; one of another time or actor begins anew."""
        last, self._last = self._last, event
        if last is None or last.time != event.time or last.actor != event.actor:
            self.stood = [event.previous]
        elif _size(event.previous) == _size(self.stood[-1]):
            self.stood[-1] = event.previous  # of the same commit
        else:
            self.stood.append(event.previous)

    def stood_at(self, printed: CheckCode) -> bool:
        """Return whether a code is of the ledger as it stood when the last act began."""
        return any(
            printed.is_of(stood.size, stood.root) if stood is not None else not printed.size
            for stood in chain(self.stood[-1:], self.stood)
        )


def _size(stood: Checkpoint | None) -> int:
    return stood.size if stood is not None else 0


@dataclass(slots=True, kw_only=True)
class _ActOrder:
    """One record, as the acts so far have made it."""

    authority: Authority
    number: RecordNumber
    _acts: list[Event] = field(default_factory=list)
    _present: list[StageKey] = field(default_factory=list)
    _under: FormRevision | None = None
    _unit: Unit | None = None
    _edition: int = 0
    _rendered: bool = False
    _voided: bool = False
    _disposed: bool = False

    def findings(self, event: Event, at_once: _AtOnce) -> Iterator[Finding]:
        """Yield why an act could not follow, then count it in.

        :param at_once: the acts that were sealed at once, of which it is the last by now.
        """
        said = read(event)
        if (event.kind == RecordIssued.KIND) == bool(self._acts):
            yield _wrong(
                "RECORD-BEGUN",
                event,
                message("a record begins with its issue, which is there once"),
            )
        if isinstance(said, EditionIssued):
            yield from self._edition_findings(event, said, at_once)
        if isinstance(said, RecordRegenerated) and self._under is not None:
            yield from self._carried(event, said, self._under)
        form = self._form()
        if form is not None:
            yield from self._turn(event, said, form)
        self._count(event, said)

    def _edition_findings(
        self, event: Event, said: EditionIssued, at_once: _AtOnce
    ) -> Iterator[Finding]:
        edition = said.edition
        if edition.number != self._edition + 1:
            yield _wrong(
                "EDITION-ORDER",
                event,
                message(
                    "it is edition {edition}, but {next} comes next",
                    edition=edition.number,
                    next=self._edition + 1,
                ),
            )
        code = _code(edition.pin)
        if code is None or not at_once.stood_at(code):
            reason = message("it prints {pin}, where the ledger never stood", pin=edition.pin)
            yield _wrong("EDITION-PIN", event, reason)
        elif code.size and code.bits < ENOUGH and (said.rules or 1) >= _LONG_CODES:
            reason = message(
                "its check code tells {bits} bits of the ledger's root; then it was {enough}",
                bits=code.bits,
                enough=ENOUGH,
            )
            yield _wrong("EDITION-PIN", event, reason)
        known = self._unit
        if known is None and event.relied_on is not None:
            known = self.authority.unit(str(self.number.series.unit), event)
        if edition.unit != known and event.relied_on is not None:
            yield _wrong(
                "EDITION-UNIT",
                event,
                message(
                    "it names the unit {named}, which was {known}",
                    named=edition.unit.full_name,
                    known=known.full_name if known is not None else Verbatim("-"),
                ),
            )

    def _carried(
        self, event: Event, said: RecordRegenerated, under: FormRevision
    ) -> Iterator[Finding]:
        """Yield a record carried over from another revision than it stood under, or backwards."""
        if said.from_revision != under.revision or said.under.form != under.form:
            yield _wrong(
                "REGENERATED-FROM",
                event,
                message(
                    "it stood under {form} {revision}", form=under.form, revision=under.revision
                ),
            )

    def _turn(self, event: Event, said: EventFacts, form: Form) -> Iterator[Finding]:
        status = lifecycle.record_status(
            form.stages,
            self._present,
            voided=self._voided,
            signed=self._rendered and original_event(self._acts, len(form.signing)) is not None,
            disposed=self._disposed,
        )
        try:
            if isinstance(said, StageAdded):
                lifecycle.require_stage(status, form.stages, self._present, said.key)
            elif isinstance(said, (RecordAmended, RecordRegenerated)):
                lifecycle.require_amendable(status)
            elif isinstance(said, (VoidRequested, RecordVoided)):
                lifecycle.require_voidable(status)
        except ControlError as problem:
            yield _wrong("ACT-OUT-OF-TURN", event, problem.reason)

    def _count(self, event: Event, said: EventFacts) -> None:
        self._acts.append(event)
        if isinstance(said, EditionIssued):
            self._edition = said.edition.number
            self._unit = self._unit or said.edition.unit
        if isinstance(said, (RecordIssued, RecordRegenerated)):
            self._under = said.under
        elif isinstance(said, StageAdded):
            self._present.append(said.key)
        self._rendered |= isinstance(said, OnEdition)
        self._voided |= isinstance(said, RecordVoided)
        self._disposed |= isinstance(said, RecordDisposed)

    def _form(self) -> Form | None:
        """Return the form that it stands under; None where it cannot be read, told elsewhere."""
        if self._under is None:
            return None
        forms = self.authority.forms
        try:
            return forms.load(forms.release(self._under.form, self._under.revision)).form
        except RmdocsError:
            return None


@lru_cache(maxsize=64)  # many acts at once print one
def _code(pin: str) -> CheckCode | None:
    try:
        return CheckCode.parse(pin)
    except UsageError:
        return None


def _wrong(code: str, event: Event, what: Text) -> Finding:
    return error(code, event.place, what, _FIND_OUT, clause=_CLAUSE)
