"""Verifying acts on records: on which revision they were issued, and who approved a void (F9, F11).

An act names the control ledger it relied on. Whatever control had sealed a day
before the act had to be known to it as well: an old state of the registers is
no excuse for an old template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.approvals import second_person
from rmdocs.audit.authority import LONGEST_RUN, Authority
from rmdocs.control.policy import RULES_FACT
from rmdocs.errors import RmdocsError
from rmdocs.findings import Finding, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, UnitCode
from rmdocs.lifecycle import STATUS_NAMES, RevisionStatus
from rmdocs.messages import Text, message
from rmdocs.registers.records import ENCRYPTION, ISSUE, REGENERATE, VOID, read_folder

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head
    from rmdocs.store.vault import Vault

CLAUSE = "ISO 9001 §7.5.3"
_FIND_OUT = message("find out who sealed it; what it printed may have to be recalled")


@dataclass(slots=True)
class Conduct:
    """Goes through the acts on records, one volume after the other.

    :param vault: the keys of encrypted records; None where nobody gave any.
    """

    authority: Authority
    vault: Vault | None
    _stands: dict[str, tuple[str, str]] = field(default_factory=dict)

    def findings(self, head: Head, events: Iterable[Event]) -> Iterator[Finding]:
        """Yield what is wrong with the acts of one volume.

        :param events: all of its events, by index.
        """
        self._stands.clear()
        for event in events:
            if event.relied_on is not None:
                yield from self._key(event)
                yield from self._rules(event)
            if event.kind in {ISSUE, REGENERATE}:
                yield from self._issued(event)
            elif event.kind == VOID:
                yield from self._voided(head, event)

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
        named = event.facts.get(RULES_FACT, 1)
        if type(named) is not int or named != ruled or named < least:
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
        try:
            number = DocumentNumber.parse(event.facts["form"])
            revision = Revision.parse(event.facts["revision"])
            digest, issued_on = event.facts["form_digest"], event.facts["issued_on"]
            day = date.fromisoformat(issued_on)
        except (RmdocsError, KeyError, TypeError, ValueError):
            yield _wrong(
                "ISSUED-ON", event, message("it does not say on what it was issued, or when")
            )
            return
        self._stands[event.subject] = (str(number), str(revision))
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
        yield from self._in_force(event, number, revision, str(digest), day)

    def _in_force(
        self, event: Event, number: DocumentNumber, revision: Revision, digest: str, day: date
    ) -> Iterator[Finding]:
        standings = self.authority.standings(number, _size(event), event.time - LONGEST_RUN)
        found = next((one for one in standings if one.release.revision == revision), None)
        if found is None:
            yield _wrong(
                "REVISION-UNKNOWN",
                event,
                message("{form} {revision} was not released", form=number, revision=revision),
            )
        elif found.release.digest != digest:
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
                    status=STATUS_NAMES[status],
                    day=day,
                ),
            )

    def _voided(self, head: Head, event: Event) -> Iterator[Finding]:
        """Yield a void that no second person of the unit approved."""
        if not self._relies(event):
            yield _wrong("RELIED-ON", event, message("the control ledger never stood as it says"))
            return
        size = _size(event)
        statement = self._statement(head, event)
        roles = self._void_roles(event.subject)
        yield from second_person(
            self.authority, event, statement, roles, size, f"{event.subject}/{event.file_name}"
        )
        yield from self._own_unit(event, size)

    def _own_unit(self, event: Event, size: int) -> Iterator[Finding]:
        """Yield an approver who is of another unit than the record."""
        for approval in event.approvals:
            person = self.authority.person(approval.staff_no, size)
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

    def _relies(self, event: Event) -> bool:
        return event.relied_on is not None and self.authority.has_been(event.relied_on)

    def _void_roles(self, subject: str) -> tuple[str, ...]:
        """Return the roles that might approve the void; none where the form cannot be read."""
        form, revision = self._stands.get(subject, ("", ""))
        forms = self.authority.forms
        try:
            release = forms.release(DocumentNumber.parse(form), Revision.parse(revision))
            return forms.load(release).form.roles.void_approve
        except RmdocsError:
            return ()

    def _statement(self, head: Head, event: Event) -> bytes | None:
        """Return what the approver of a void signed; None where its record's key is gone."""
        reason: str | None = event.reason
        if ENCRYPTION in event.facts:
            reason = self._committed(head, event)
        if reason is None:
            return None
        return canonical.encode({"act": VOID, "number": event.subject, "reason": reason})

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


def _unit(subject: str) -> UnitCode | None:
    try:
        return RecordNumber.parse(subject).series.unit
    except RmdocsError:
        return None


def _size(event: Event) -> int:
    return event.relied_on.size if event.relied_on is not None else 0


def _wrong(code: str, event: Event, what: Text) -> Finding:
    return error(code, f"{event.subject}/{event.file_name}", what, _FIND_OUT, clause=CLAUSE)
