"""Verifying acts on records: on which revision they were issued, and who approved a void (F9, F11).

An act names the control ledger it relied on. Whatever control had sealed a day
before the act had to be known to it as well: an old state of the registers is
no excuse for an old template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.audit.authority import LONGEST_RUN, Authority
from rmdocs.audit.voids import Void
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import WAITING
from rmdocs.errors import RmdocsError
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    EditionIssued,
    FormRevision,
    OnRecord,
    PaperFiled,
    PdfMade,
    PdfSigned,
    RecordAmended,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    RequestRejected,
    SigningBegunAnew,
    StageAdded,
    VoidRequested,
)
from rmdocs.findings import Finding, Severity, error
from rmdocs.identifiers import RecordNumber, UnitCode
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, message
from rmdocs.registers.approvalrequests import asked_for, decided_by, request_digest
from rmdocs.registers.displaynames import role_names

if TYPE_CHECKING:
    from rmdocs.control.policy import Policy
    from rmdocs.forms.form import Form
    from rmdocs.store.checkpoint import Checkpoint
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head
    from rmdocs.store.vault import Vault

CLAUSE = "ISO 9001 §7.5.3"
_FIND_OUT = message("find out who sealed it; what it printed may have to be recalled")
_TOLD = frozenset(
    kind.KIND
    for kind in (
        RecordIssued,
        RecordRegenerated,
        RecordVoided,
        PdfMade,
        PdfSigned,
        SigningBegunAnew,
        PaperFiled,
    )
)
"""Acts of which it is told elsewhere if control never stood as they say."""


@dataclass(slots=True, kw_only=True)
class Conduct:
    """Goes through the acts on records, one volume after the other.

    :param vault: the keys of encrypted records; None where nobody gave any.
    """

    authority: Authority
    vault: Vault | None
    _stands: dict[str, FormRevision] = field(default_factory=dict)

    def findings(self, head: Head, events: Iterable[Event], newest: int = 0) -> Iterator[Finding]:
        """Yield what is wrong with the acts of one volume.

        :param events: all events of its records, or of some, by index.
        :param newest: how many events of control the acts before these knew.
        """
        self._stands.clear()
        events = tuple(events)
        for event in events:
            if event.relied_on is not None:
                yield from self._key(event)
                yield from self._rules(event)
                yield from self._dated(event, event.relied_on)
                yield from self._back(event, event.relied_on, newest)
                newest = max(newest, event.relied_on.size)
            if event.kind not in _TOLD and not self._relies(event):
                # Without it nothing says which keys and roles the act is judged by.
                yield _wrong(
                    "RELIED-ON", event, message("the control ledger never stood as it says")
                )
            yield from _readable(event)
            yield from self._on_its_day(event)
            if event.kind in {RecordIssued.KIND, RecordRegenerated.KIND}:
                yield from self._issued(event)
            elif event.kind == VoidRequested.KIND and asked_for(event) is None:
                yield _wrong(
                    "REQUEST-UNREADABLE",
                    event,
                    message("it asks for something that cannot be read"),
                )
            elif event.kind == RecordVoided.KIND:
                if self._relies(event):
                    form = self._form(event.subject)
                    void = Void(authority=self.authority, vault=self.vault, head=head, event=event)
                    yield from void.findings(form.roles if form is not None else None, events)
                else:
                    yield _wrong(
                        "RELIED-ON", event, message("the control ledger never stood as it says")
                    )
            yield from self._may(event, events)

    def of_control(self) -> Iterator[Finding]:
        """Yield acts in control, after the founding, with a key that was not their actor's then."""
        for event in self.authority.events:
            if not self.authority.founds(event):
                yield from self._key(event)

    def _key(self, event: Event) -> Iterator[Finding]:
        """Yield an act with a key that had been taken from its actor by then (F13)."""
        if self.authority.acting(event) is None:
            yield _wrong(
                "ACTOR-KEY-THEN",
                event,
                message(
                    "the key {fingerprint} was not one of {staff_no} then",
                    fingerprint=event.actor.fingerprint,
                    staff_no=event.actor.staff_no,
                ),
            )

    def _dated(self, event: Event, relied_on: Checkpoint) -> Iterator[Finding]:
        """Yield an act dated before what it relied on was sealed: dates can be lied about (F4)."""
        if not self.authority.has_been(relied_on):
            return  # told as such
        begun = self.authority.begun(relied_on.size)
        if event.time >= begun - WAITING:
            return
        # While machines write whose clocks differ, hours are no proof.
        severe = event.time < begun - LONGEST_RUN
        yield Finding(
            code="RELIED-LATER",
            severity=Severity.ERROR if severe else Severity.WARNING,
            path=event.place,
            message=message(
                "it is dated {dated}, but relies on what control sealed only at {begun}",
                dated=self.authority.at_office(event.time, event),
                begun=self.authority.at_office(begun, event),
            ),
            remedy=_FIND_OUT,
            clause=CLAUSE,
        )

    def _back(self, event: Event, relied_on: Checkpoint, newest: int) -> Iterator[Finding]:
        """Yield an act that relies on an older state of control than one before it did (F12).

        A day's run may have begun with registers that others had changed since.

        :param newest: how many events of control an act before it in its ledger knew.
        """
        if relied_on.size >= newest or newest > len(self.authority.events):
            return  # what control never had is told as such
        if event.time - self.authority.begun(newest) > LONGEST_RUN:
            yield _wrong(
                "RELIED-BACK",
                event,
                message(
                    "it relies on control as it was with {size} event(s), but an act before it"
                    " knew {newest}",
                    size=relied_on.size,
                    newest=newest,
                ),
            )

    def _rules(self, event: Event) -> Iterator[Finding]:
        """Yield an act that names other rules than control had: nobody chooses older ones."""
        ruled = self.authority.policy(_size(event)).rules
        least = self.authority.policy(self.authority.known(event)).rules
        said = read_as(event, OnRecord)
        if said is None:
            return  # told of what it says
        named = said.rules or 1
        if named != ruled or named < least:
            yield _wrong(
                "RULES-OTHER",
                event,
                message(
                    "it names version {named} of the rules; then it was {ruled}",
                    named=named,
                    ruled=max(ruled, least),
                ),
            )

    def _issued(self, event: Event) -> Iterator[Finding]:
        """Yield an edition on a revision that was not in force (F9)."""
        if not self._relies(event):
            yield _wrong("RELIED-ON", event, message("the control ledger never stood as it says"))
            return
        said = read(event)
        if not isinstance(said, (RecordIssued, RecordRegenerated)):
            return  # told of what it says
        self._stands[event.subject] = said.under
        yield from self._in_force(event, said.under, said.edition.issued_on)

    def _on_its_day(self, event: Event) -> Iterator[Finding]:
        """Yield an edition that bears another day than it was sealed on (F4)."""
        said = read(event)
        if not isinstance(said, EditionIssued) or not self._relies(event):
            return  # told of what it says, or relies on
        day = said.edition.issued_on
        if not self.authority.may_be_dated(event, day):
            yield _wrong(
                "ISSUED-ON",
                event,
                message(
                    "it is dated {day}, but was sealed on {sealed}",
                    day=day,
                    sealed=self.authority.day_of(event),
                ),
            )

    def _in_force(self, event: Event, under: FormRevision, day: date) -> Iterator[Finding]:
        number, revision = under.form, under.revision
        validities = self.authority.validities(number, _size(event), event.time - LONGEST_RUN)
        found = next((one for one in validities if one.release.revision == revision), None)
        if found is None:
            yield _wrong(
                "REVISION-UNKNOWN",
                event,
                message("{form} {revision} was not released", form=number, revision=revision),
            )
        elif found.release.digest != under.digest:
            yield _wrong(
                "REVISION-DIGEST",
                event,
                message("it used another {form} {revision}", form=number, revision=revision),
            )
        elif (status := found.status(day)) is not RevisionStatus.EFFECTIVE:
            yield _wrong(
                "REVISION-NOT-IN-FORCE",
                event,
                message(
                    "{form} {revision} was {status} on {day}",
                    form=number,
                    revision=revision,
                    status=status.called,
                    day=day,
                ),
            )

    def _may(self, event: Event, events: Sequence[Event]) -> Iterator[Finding]:
        """Yield who captured, added or corrected something, or said no, and might not then.

        Who asked for a void, and who approved it, is told with the void; who made a
        rendition, with that.
        """
        known = self.authority.known(event)
        person, form = self.authority.person(event.actor.staff_no, known), self._form(event.subject)
        ruling = self.authority.policy(known)
        if person is None or form is None:
            return
        roles = _roles_for(event, events, form, ruling)
        if roles is None:
            return
        if not roles:
            told = message(
                "{form} has no such stage: {stage}", form=form.number, stage=_stage(event)
            )
            yield _wrong("STAGE-UNKNOWN", event, told)
        elif not person.roles & set(roles):
            yield _wrong(
                "ACTOR-ROLE",
                event,
                message(
                    "{name} ({staff_no}) signed, but was not {role} then",
                    name=person.name,
                    staff_no=person.staff_no,
                    role=role_names(roles),
                ),
            )
        unit = None if event.kind == RecordRegenerated.KIND else _unit(event.subject)
        if unit is not None and person.unit != unit:
            yield _wrong(
                "ACTOR-UNIT",
                event,
                message(
                    "{name} belongs to {own} and may not act for {unit}",
                    name=person.name,
                    own=person.unit,
                    unit=unit,
                ),
            )

    def _relies(self, event: Event) -> bool:
        return event.relied_on is not None and self.authority.has_been(event.relied_on)

    def _form(self, subject: str) -> Form | None:
        """Return a record's form as it stood by then; None where it cannot be read."""
        under, forms = self._stands.get(subject), self.authority.forms
        try:
            return forms.load(forms.release(under.form, under.revision)).form if under else None
        except RmdocsError:
            return None


def _roles_for(
    event: Event, events: Sequence[Event], form: Form, ruling: Policy
) -> Sequence[str] | None:
    """Return the roles that an act on a record took; None for what is judged elsewhere."""
    said = read(event)
    if isinstance(said, StageAdded):
        return next((one.roles for one in form.stages if one.name == said.stage), ())
    if event.kind == RecordIssued.KIND:
        return form.roles.issue
    if event.kind == RecordAmended.KIND:
        return form.roles.amend
    if event.kind == RecordRegenerated.KIND:
        return ruling.acts["regeneration.run"]
    if event.kind == RequestRejected.KIND:
        return None if _takes_back(event, events) else form.roles.void_approve
    return None


def _takes_back(event: Event, events: Sequence[Event]) -> bool:
    """Return whether who says no to a request is who asked."""
    decides = decided_by(event)
    return decides is not None and any(
        one.kind == VoidRequested.KIND
        and one.index < event.index
        and one.subject == event.subject
        and request_digest(one) == decides.digest
        and one.actor.is_same_as(event.actor)
        for one in events
    )


def _readable(event: Event) -> Iterator[Finding]:
    """Yield an act of which it cannot be read what it added."""
    said = read(event)
    if isinstance(said, (StageAdded, RecordAmended, RecordRegenerated)) and said.content not in {
        file.path for file in event.files
    }:
        yield _wrong(
            "RECORD-UNREADABLE", event, message("it names no file of its own that it adds")
        )


def _stage(event: Event) -> str:
    said = read_as(event, StageAdded)
    return "-" if said is None else said.stage


def _unit(subject: str) -> UnitCode | None:
    try:
        return RecordNumber.parse(subject).series.unit
    except RmdocsError:
        return None


def _size(event: Event) -> int:
    return event.relied_on.size if event.relied_on is not None else 0


def _wrong(code: str, event: Event, what: Text) -> Finding:
    return error(code, event.place, what, _FIND_OUT, clause=CLAUSE)
