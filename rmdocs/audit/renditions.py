"""Verifying renditions (F13, F19, F22): who made, signed or filed them, when, and of which edition.

A rendition is sealed by somebody of the record's unit who might issue its form
then, of an edition that stood, before the record was void or disposed of. What
the files themselves are is checked by ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rmdocs.audit.authority import UNREADABLE, Authority
from rmdocs.audit.evidence import CLAUSE, FIND_OUT, Evidence, wrong
from rmdocs.errors import why
from rmdocs.findings import Finding, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import message
from rmdocs.registers.originals import (
    AGAIN,
    EDITION,
    SCAN,
    SIGN,
    SLIP,
    signatures,
    valid_editions,
)
from rmdocs.registers.records import DISPOSE, VOID, read_folder
from rmdocs.registers.renditions import FILED_ON, RENDER
from rmdocs.registers.workingdays import CalendarRegister

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.registers.people import Person
    from rmdocs.registers.records import RecordFolder
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

KINDS = frozenset({RENDER, SIGN, AGAIN, SCAN})
_PLACES = {RENDER: "renditions", SIGN: "signatures", SCAN: "scans"}
"""Where the files of each kind lie in the record's directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionAudit:
    """Goes through the renditions of records, one volume after the other.

    :param trust: what signatures are judged by, and scans read again; None to
        compare only what costs little.
    """

    authority: Authority
    trust: Trust | None = None

    def findings(self, head: Head, events: Iterable[Event]) -> Iterator[Finding]:
        """Yield what is wrong with the renditions of one volume's records.

        :param events: all of its events, by index.
        """
        records: dict[str, list[Event]] = {}
        for event in events:
            records.setdefault(event.subject, []).append(event)
        for subject, own in records.items():
            if any(event.kind in KINDS for event in own):
                yield from self._of_record(head, subject, own)

    def _of_record(self, head: Head, subject: str, events: Sequence[Event]) -> Iterator[Finding]:
        try:
            number = RecordNumber.parse(subject)
        except UNREADABLE:
            return  # numbers are checked elsewhere
        ended = ""
        for place, event in enumerate(events):
            if event.kind in {VOID, DISPOSE}:
                ended = ended or event.kind
            if event.kind not in KINDS:
                continue
            if ended:
                yield wrong(
                    "RENDITION-ENDED", event, message("it came after the record had come to an end")
                )
            yield from self._conduct(event, number, events[: place + 1])
        try:
            folder = read_folder(head, number)
        except UNREADABLE as problem:
            yield error(
                "RECORD-UNREADABLE",
                subject,
                message("the record cannot be read: {problem}", problem=why(problem)),
                FIND_OUT,
                clause=CLAUSE,
            )
            return
        if folder.content is not None:
            yield from Evidence(
                head=head, folder=folder, form=self._form, names=self._names, trust=self.trust
            ).findings()

    def _conduct(
        self, event: Event, number: RecordNumber, until: Sequence[Event]
    ) -> Iterator[Finding]:
        """Yield what is wrong with an act, whatever it sealed.

        :param until: the record's events up to this one.
        """
        form = self._form_of(until)
        yield from self._actor(event, number, form)
        yield from _edition(event, number, until)
        yield from _facts(self.authority, event, form)

    def _actor(self, event: Event, number: RecordNumber, form: Form | None) -> Iterator[Finding]:
        """Yield why who sealed it may not have done so then."""
        if event.relied_on is None or not self.authority.has_been(event.relied_on):
            yield wrong("RELIED-ON", event, message("the control ledger never stood as it says"))
            return
        person = self.authority.acting(event)
        if person is None:
            return  # told of every event whose key is not its actor's
        yield from _allowed(event, person, number, form)

    def _form_of(self, until: Sequence[Event]) -> Form | None:
        """Return the form of the newest edition by then; None if it cannot be read."""
        facts = [event.facts for event in until if "edition" in event.facts]
        named = [one for one in facts if "revision" in one]
        try:
            return self._form(str(until[0].facts["form"]), str(named[-1]["revision"]))
        except (*UNREADABLE, IndexError):
            return None

    def _names(self, folder: RecordFolder, form: Form) -> Mapping[str, Any]:
        """Return the names that expressions see of a record as it stood."""
        return CalendarRegister(self.authority.control).printed(folder, form).names

    def _form(self, number: str, revision: str) -> Form:
        forms = self.authority.forms
        release = forms.release(DocumentNumber.parse(number), Revision.parse(revision))
        return forms.load(release).form


def _allowed(
    event: Event, person: Person, number: RecordNumber, form: Form | None
) -> Iterator[Finding]:
    if person.unit != number.series.unit:
        yield wrong(
            "RENDITION-UNIT",
            event,
            message(
                "{name} belongs to {own} and may not act for {unit}",
                name=person.name,
                own=person.unit,
                unit=number.series.unit,
            ),
        )
    if form is not None and not person.roles & set(form.roles.issue):
        yield wrong(
            "RENDITION-ROLE",
            event,
            message(
                "{name} ({staff_no}) might not issue {form} then",
                name=person.name,
                staff_no=person.staff_no,
                form=form.number,
            ),
        )


def _edition(event: Event, number: RecordNumber, until: Sequence[Event]) -> Iterator[Finding]:
    """Yield a rendition of an edition that was not there, or stood no more, or lies elsewhere."""
    edition = event.facts.get(EDITION)
    standing = list(valid_editions(until))
    # A formal PDF is made of the newest edition; what is signed may be an older one.
    wanted = standing[:1] if event.kind == RENDER else standing
    if not isinstance(edition, int) or edition not in wanted:
        yield wrong(
            "RENDITION-EDITION",
            event,
            message("it is of edition {edition}, which did not stand then", edition=str(edition)),
        )
    if event.kind == AGAIN:
        yield from _anew(event, until)
        return
    inside = f"{number.directory}/{_PLACES[event.kind]}/{edition}"
    paths = [file.path for file in event.files if file.path.endswith(".pdf")]
    if len(paths) != 1 or not all(
        path.removeprefix(inside)[:1] in {"/", "-"} and path.startswith(inside) for path in paths
    ):
        yield wrong("RENDITION-PLACE", event, message("its file does not lie where it belongs"))


def _anew(event: Event, until: Sequence[Event]) -> Iterator[Finding]:
    """Yield signing that began anew where nobody had signed, or with files of its own."""
    edition = event.facts.get(EDITION)
    if not isinstance(edition, int) or not signatures(until[:-1], edition):
        reason = message("signing began anew, where nobody had signed before")
        yield wrong("SIGN-ANEW", event, reason)
    if any(file.path.endswith(".pdf") for file in event.files):
        yield wrong("RENDITION-PLACE", event, message("its file does not lie where it belongs"))


def _facts(authority: Authority, event: Event, form: Form | None) -> Iterator[Finding]:
    """Yield a day, a party or a slip that cannot be."""
    if event.kind in {RENDER, AGAIN}:
        return
    try:
        day = date.fromisoformat(str(event.facts[FILED_ON]))
    except (KeyError, ValueError):
        day = date.min
    if not authority.may_be_dated(event, day):
        yield wrong(
            "RENDITION-DATE",
            event,
            message(
                "it is dated {day}, but was sealed on {sealed}",
                day=day,
                sealed=authority.day_of(event),
            ),
        )
    if form is None:
        return
    party, slip = event.facts.get("party"), event.facts.get(SLIP)
    parties, slips = ({one.name for one in known} for known in (form.signing, form.slips))
    if event.kind == SIGN and party not in parties:
        yield wrong("SIGN-PARTY", event, message("the form knows no party {party}", party=party))
    if event.kind == SCAN and slip is not None and slip not in slips:
        yield wrong("SCAN-SLIP", event, message("the form knows no slip {slip}", slip=slip))
