"""Verifying renditions (F13, F19, F22): who made, signed or filed them, when, and of which edition.

A rendition is sealed by somebody of the record's unit who might issue its form
then, of an edition that stood, before the record was void or disposed of. What
the files themselves are is checked by ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rmdocs.audit.authority import UNREADABLE, Authority
from rmdocs.audit.renditionfiles import CLAUSE, FIND_OUT, Evidence, wrong
from rmdocs.classes import dataclass
from rmdocs.errors import why
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    OnEdition,
    PaperFiled,
    PdfMade,
    PdfSigned,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    SigningBegunAnew,
)
from rmdocs.findings import Finding, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import message
from rmdocs.registers.officetime import CalendarRegister
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import OF_EDITIONS, signatures, valid_editions

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.staff import Person
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_PLACES: Mapping[type[OnEdition], str] = MappingProxyType(
    {PdfMade: "renditions", PdfSigned: "signatures", PaperFiled: "scans"}
)
"""Where the files of each kind lie in the record's directory."""
_ENDS = frozenset({RecordVoided.KIND, RecordDisposed.KIND})


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
            if any(event.kind in OF_EDITIONS for event in own):
                yield from self._of_record(head, subject, own)

    def _of_record(self, head: Head, subject: str, events: Sequence[Event]) -> Iterator[Finding]:
        try:
            number = RecordNumber.parse(subject)
        except UNREADABLE:
            return  # numbers are checked elsewhere
        ended = False
        for place, event in enumerate(events):
            ended = ended or event.kind in _ENDS
            if event.kind not in OF_EDITIONS:
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
        said = read_as(event, OnEdition)
        if said is not None:  # else told of what it says
            yield from _edition(event, said, number, until)
            yield from _facts(self.authority, event, said, form)

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
        acts = [read(event) for event in until]
        under = [act.under for act in acts if isinstance(act, (RecordIssued, RecordRegenerated))]
        try:
            return self._form(under[0].form, under[-1].revision)
        except (*UNREADABLE, IndexError):
            return None

    def _names(self, folder: RecordFolder, form: Form) -> Mapping[str, Any]:
        """Return the names that expressions see of a record as it stood."""
        return CalendarRegister(self.authority.control).printed(folder, form).names

    def _form(self, number: DocumentNumber, revision: Revision) -> Form:
        forms = self.authority.forms
        return forms.load(forms.release(number, revision)).form


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


def _edition(
    event: Event, said: OnEdition, number: RecordNumber, until: Sequence[Event]
) -> Iterator[Finding]:
    """Yield a rendition of an edition that was not there, or stood no more, or lies elsewhere."""
    edition = said.of_edition
    standing = list(valid_editions(until))
    # A formal PDF is made of the newest edition; what is signed may be an older one.
    wanted = standing[:1] if isinstance(said, PdfMade) else standing
    if edition not in wanted:
        yield wrong(
            "RENDITION-EDITION",
            event,
            message("it is of edition {edition}, which did not stand then", edition=edition),
        )
    if isinstance(said, SigningBegunAnew):
        yield from _anew(event, edition, until)
        return
    inside = f"{number.directory}/{_PLACES[type(said)]}/{edition}"
    paths = [file.path for file in event.files if file.path.endswith(".pdf")]
    if len(paths) != 1 or not all(
        path.removeprefix(inside)[:1] in {"/", "-"} and path.startswith(inside) for path in paths
    ):
        yield wrong("RENDITION-PLACE", event, message("its file does not lie where it belongs"))


def _anew(event: Event, edition: int, until: Sequence[Event]) -> Iterator[Finding]:
    """Yield signing that began anew where nobody had signed, or with files of its own."""
    if not signatures(until[:-1], edition):
        reason = message("signing began anew, where nobody had signed before")
        yield wrong("SIGN-ANEW", event, reason)
    if any(file.path.endswith(".pdf") for file in event.files):
        yield wrong("RENDITION-PLACE", event, message("its file does not lie where it belongs"))


def _facts(
    authority: Authority, event: Event, said: OnEdition, form: Form | None
) -> Iterator[Finding]:
    """Yield a day, a party or a slip that cannot be."""
    if not isinstance(said, (PdfSigned, PaperFiled)):
        return
    day = said.filed_on or date.min
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
    parties, slips = ({one.name for one in known} for known in (form.signing, form.slips))
    if isinstance(said, PdfSigned):
        if said.party not in parties:
            reason = message("the form knows no party {party}", party=said.party)
            yield wrong("SIGN-PARTY", event, reason)
    elif said.slip is not None and said.slip not in slips:
        reason = message("the form knows no slip {slip}", slip=said.slip)
        yield wrong("SCAN-SLIP", event, reason)
