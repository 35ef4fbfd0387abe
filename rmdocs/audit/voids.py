"""Verifying that a second person of the unit had approved each void (F11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.approvals import second_person
from rmdocs.audit.authority import UNREADABLE, Authority
from rmdocs.audit.sealedfiles import record_of
from rmdocs.audit.twopeople import Approved, must_be_requested, names_request, unrequested
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import OnRecord, RecordVoided
from rmdocs.findings import Finding, error
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.records import read_folder

if TYPE_CHECKING:
    from rmdocs.forms.sections.roles import RolesSection
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head
    from rmdocs.store.vault import Vault

_CLAUSE = "ISO 9001 §7.5.3"
_FIND_OUT = message("find out who sealed it; what it printed may have to be recalled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """The event that declared a record void, on a state of control that was.

    :param vault: the keys of encrypted records; None where nobody gave any.
    """

    authority: Authority
    vault: Vault | None
    head: Head
    event: Event

    def findings(self, roles: RolesSection | None, events: Sequence[Event]) -> Iterator[Finding]:
        """Yield what is wrong with who asked for it, and who approved it.

        :param roles: of the form; None where it cannot be read.
        :param events: of the volume, by index.
        """
        event = self.event
        size = event.relied_on.size if event.relied_on is not None else 0
        approves = roles.void_approve if roles is not None else ()
        if names_request(event):
            approved = Approved(
                authority=self.authority,
                event=event,
                place=self.event.place,
                events=[one for one in events if one.subject == event.subject],
                asks=lambda _: (*roles.issue, *approves) if roles is not None else (),
                approves=lambda _: approves,
                reason=self._reason(),
            )
            yield from approved.findings()
            acts = [one for one in (approved.request(), event) if one is not None]
            people = [(one.actor.staff_no, self.authority.known(one)) for one in acts]
        elif must_be_requested(self.authority, event):
            yield unrequested(event, self.event.place)
            return
        else:
            statement = self._statement()
            yield from second_person(
                self.authority, event, statement, roles=approves, size=size, place=self.event.place
            )
            people = [(approval.staff_no, size) for approval in event.approvals]
        yield from self._own_unit(people)

    def _own_unit(self, people: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        """Yield who had a part in a void, but was of another unit than the record.

        :param people: staff numbers, each as control stood after so many events.
        """
        number = record_of(self.event)
        unit = number.series.unit if number is not None else None
        for staff_no, size in people:
            person = self.authority.person(staff_no, size)
            if person is not None and unit is not None and person.unit != unit:
                yield error(
                    "APPROVAL-UNIT",
                    self.event.place,
                    message(
                        "{name} belongs to {own} and may not act for {unit}",
                        name=person.name,
                        own=person.unit,
                        unit=unit,
                    ),
                    _FIND_OUT,
                    clause=_CLAUSE,
                )

    def _reason(self) -> Callable[[Event], str]:
        """Return how the reasons of acts on a record are read; as they stand in clear, if not."""
        try:
            return read_folder(self.head, RecordNumber.parse(self.event.subject)).reason
        except UNREADABLE:
            return lambda act: act.reason

    def _statement(self) -> bytes | None:
        """Return what the approver of a void signed; None where its record's key is gone."""
        reason: str | None = self.event.reason
        said = read_as(self.event, OnRecord)
        if said is not None and said.concealment is not None:
            reason = self._committed()
        if reason is None:
            return None
        return canonical.encode(
            {"act": RecordVoided.KIND, "number": self.event.subject, "reason": reason}
        )

    def _committed(self) -> str | None:
        try:
            number = RecordNumber.parse(self.event.subject)
            key = self.vault.find(number) if self.vault is not None else None
            folder = read_folder(self.head, number)
        except RmdocsError:
            return None
        if key is None or folder.content is None:
            return None
        return key.digest("reason", folder.reason(self.event).encode())
