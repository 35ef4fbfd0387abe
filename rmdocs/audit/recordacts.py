"""Verifying acts on records: on which revision they were issued, and who approved a void (F9, F11).

An act names the control ledger it relied on. Whatever control had sealed a day
before the act had to be known to it as well: an old state of the registers is
no excuse for an old template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.approvals import second_person
from rmdocs.audit.authority import LONGEST_RUN, UNREADABLE, Authority
from rmdocs.audit.twopeople import Approved, must_be_requested, names_request, unrequested
from rmdocs.errors import RmdocsError
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
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
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber, UnitCode
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, message
from rmdocs.registers.approvalrequests import asked_for, decided_by, request_digest
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.records import read_folder

if TYPE_CHECKING:
    from rmdocs.control.policy import Policy
    from rmdocs.forms.form import Form
    from rmdocs.forms.sections.roles import RolesSection
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

    def findings(self, head: Head, events: Iterable[Event]) -> Iterator[Finding]:
        """Yield what is wrong with the acts of one volume.

        :param events: all of its events, by index.
        """
        self._stands.clear()
        events = tuple(events)
        for event in events:
            if event.relied_on is not None:
                yield from self._key(event)
                yield from self._rules(event)
            if event.kind not in _TOLD and not self._relies(event):
                # Without it nothing says which keys and roles the act is judged by.
                yield _wrong(
                    "RELIED-ON", event, message("the control ledger never stood as it says")
                )
            yield from _readable(event)
            if event.kind in {RecordIssued.KIND, RecordRegenerated.KIND}:
                yield from self._issued(event)
            elif event.kind == VoidRequested.KIND and asked_for(event) is None:
                yield _wrong(
                    "REQUEST-UNREADABLE",
                    event,
                    message("it asks for something that cannot be read"),
                )
            elif event.kind == RecordVoided.KIND:
                yield from self._voided(head, event, events)
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
        self._stands[event.subject], day = said.under, said.edition.issued_on
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
        yield from self._in_force(event, said.under, day)

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

    def _voided(self, head: Head, event: Event, events: Sequence[Event]) -> Iterator[Finding]:
        """Yield a void that no second person of the unit approved."""
        if not self._relies(event):
            yield _wrong("RELIED-ON", event, message("the control ledger never stood as it says"))
            return
        size = _size(event)
        roles = self._roles(event.subject)
        approves = roles.void_approve if roles is not None else ()
        if names_request(event):
            approved = Approved(
                authority=self.authority,
                event=event,
                place=_place(event),
                events=[one for one in events if one.subject == event.subject],
                asks=lambda _: (*roles.issue, *approves) if roles is not None else (),
                approves=lambda _: approves,
                reason=self._reason(head, event),
            )
            yield from approved.findings()
            acts = [one for one in (approved.request(), event) if one is not None]
            people = [(one.actor.staff_no, self.authority.known(one)) for one in acts]
        elif must_be_requested(self.authority, event):
            yield unrequested(event, _place(event))
            return
        else:
            statement = self._statement(head, event)
            yield from second_person(
                self.authority, event, statement, approves, size, _place(event)
            )
            people = [(approval.staff_no, size) for approval in event.approvals]
        yield from self._own_unit(event, people)

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

    def _own_unit(self, event: Event, people: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        """Yield who had a part in a void, but was of another unit than the record.

        :param people: staff numbers, each as control stood after so many events.
        """
        for staff_no, size in people:
            person = self.authority.person(staff_no, size)
            unit = _unit(event.subject)
            if person is not None and unit is not None and person.unit != unit:
                yield _wrong(
                    "APPROVAL-UNIT",
                    event,
                    message(
                        "{name} belongs to {own} and may not act for {unit}",
                        name=person.name,
                        own=person.unit,
                        unit=unit,
                    ),
                )

    def _reason(self, head: Head, event: Event) -> Callable[[Event], str]:
        """Return how the reasons of acts on a record are read; as they stand in clear, if not."""
        try:
            return read_folder(head, RecordNumber.parse(event.subject)).reason
        except UNREADABLE:
            return lambda act: act.reason

    def _relies(self, event: Event) -> bool:
        return event.relied_on is not None and self.authority.has_been(event.relied_on)

    def _roles(self, subject: str) -> RolesSection | None:
        """Return who may do what under a record's form; None where it cannot be read."""
        form = self._form(subject)
        return form.roles if form is not None else None

    def _form(self, subject: str) -> Form | None:
        """Return a record's form as it stood by then; None where it cannot be read."""
        under, forms = self._stands.get(subject), self.authority.forms
        try:
            return forms.load(forms.release(under.form, under.revision)).form if under else None
        except RmdocsError:
            return None

    def _statement(self, head: Head, event: Event) -> bytes | None:
        """Return what the approver of a void signed; None where its record's key is gone."""
        reason: str | None = event.reason
        said = read_as(event, OnRecord)
        if said is not None and said.concealment is not None:
            reason = self._committed(head, event)
        if reason is None:
            return None
        return canonical.encode(
            {"act": RecordVoided.KIND, "number": event.subject, "reason": reason}
        )

    def _committed(self, head: Head, event: Event) -> str | None:
        try:
            number = RecordNumber.parse(event.subject)
            key = self.vault.find(number) if self.vault is not None else None
            folder = read_folder(head, number)
        except RmdocsError:
            return None
        if key is None or folder.content is None:
            return None
        return key.digest("reason", folder.reason(event).encode())


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
        and one.subject == event.subject
        and request_digest(one) == decides.digest
        and one.actor.is_same_as(event.actor)
        for one in events[: event.index]
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
    return error(code, _place(event), what, _FIND_OUT, clause=CLAUSE)


def _place(event: Event) -> str:
    return f"{event.subject}/{event.file_name}"
