"""Signing a record's formal PDF electronically, party after party, each an event.

The form says who signs in which order and where; how a signature is made and
judged is ``signing``'s business. The private key of a party never enters the
store.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_reason
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import OnEdition, PdfSigned, SigningBegunAnew
from rmdocs.findings import has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.renditions import (
    Rendition,
    edition_of,
    formal,
    original_event,
    signed,
    signing_edition,
)
from rmdocs.renditions.records import (
    Subject,
    at_edition,
    edition_event,
    not_rendered,
    rendition_event,
    require_own,
    subject,
    unchanged,
)
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.signaturerequest import LONGEST_REASON, SignatureRequest, beyond_limit
from rmdocs.values import require_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.forms.sections.signing import Party
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder
    from rmdocs.signing.credentials import Credential
    from rmdocs.signing.timestamps import StampAuthority
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import NewEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySigning:
    """How a party signs.

    :param signatory: the name that is printed with it.
    :param moment: when, in the office's zone.
    :param font: a TrueType font for the name and the meaning.
    :param trust: what the signature will be judged by.
    :param reason: why a certificate that names nobody concerned signs all the same, or,
        with ``again``, why signing begins anew: one of them excuses nothing of the other.
    :param again: begin signing anew with it.
    """

    party: str
    signatory: str
    credential: Credential
    moment: datetime
    font: Path
    trust: Trust
    level: Level = Level.B_B
    authority: StampAuthority | None = None
    reason: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Answer):
    """A record's PDF with one more signature.

    :param number: of the record. :param party: who signed, as the form calls the party.
    :param name: the name of the file.
    :param left: the parties that are still to sign, by their names.
    """

    TOLD: ClassVar = ("number", "party", "name", "left")
    number: RecordNumber
    party: str
    name: str
    pdf: bytes
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunAnew(Answer):
    """An edition that is to be signed from the beginning again.

    :param edition: counted from 1 within the record.
    :param set_aside: the parties whose signatures are kept but count no more.
    :param left: the parties that are to sign, by their names.
    """

    number: RecordNumber
    edition: int
    set_aside: tuple[str, ...]
    left: tuple[str, ...]


def begin_anew(
    registry: Registry, number: RecordNumber, reason: str, acting: ActingPerson
) -> BegunAnew:
    """Seal that the parties sign the same edition from the beginning again.

    What was signed is kept, and marked; the formal PDF is signed anew.

    :raises ControlError: if nobody signed yet, there is no reason, or the actor may not.
    """
    one = _allowed(registry, number, acting)
    made, edition = _set_aside(one, reason)
    new_event = _begun_event(at_edition(one, edition), reason)
    with unchanged(one) as branch:
        acting.seal(branch, (new_event,))
    left = tuple(party.name for party in parties_of(one))
    parties = tuple(rendition.party for rendition in made)
    return BegunAnew(number=number, edition=edition, set_aside=parties, left=left)


def sign_rendition(
    registry: Registry, number: RecordNumber, how: PartySigning, acting: ActingPerson
) -> Signed:
    """Sign a record's PDF as one of its parties, and seal it.

    That of the newest edition; what was begun on one that still stands is gone on with.

    :raises ControlError: if there is no formal PDF yet, the form knows no
        parties, or the actor may not.
    :raises FindingsError: if the party may not sign this record, its turn has
        not come, or its certificate is not good for it.
    """
    one = _allowed(registry, number, acting)
    parties, made = parties_of(one), signed(one.folder.events)
    if how.again:
        _set_aside(one, how.reason)
        made = ()
    base = _base(one, made)
    then = at_edition(one, base.edition)
    # Whom the document calls its parties is said by the edition that is signed.
    called = {party.name: party.called(then.names()) for party in then.form.signing}
    request = SignatureRequest(
        parties=parties,
        party=how.party,
        signatory=how.signatory,
        moment=how.moment,
        font=how.font,
        trust=how.trust,
        level=how.level,
        authority=how.authority,
        since=sealed_times(rendition.event for rendition in made),
        called=called,
        reason=(reason := "" if how.again else how.reason.strip()),
    )
    _require_within_limit(one, request.signer)
    pdf = sign(one.content(base.file), request, how.credential)
    name = _name(one, base, how)
    new_events = [_begun_event(then, how.reason)] if how.again else []
    place = _count(one, PdfSigned, base.edition) + 1
    new_events.append(
        rendition_event(
            then,
            _facts(then, request, how, acting),
            f"signatures/{base.edition}/{place}/{name}",
            pdf=pdf,
            ahead=len(new_events),
            reason=reason,
        )
    )
    with unchanged(one) as branch:
        acting.seal(branch, new_events)
    left = tuple(party.name for party in parties[request.index + 1 :])
    return Signed(number=number, party=how.party, name=name, pdf=pdf, left=left)


def _facts(
    then: Subject, request: SignatureRequest, how: PartySigning, acting: ActingPerson
) -> PdfSigned:
    return PdfSigned(
        rules=then.rules,
        of_edition=then.edition,
        party=how.party,
        level=how.level,
        signatory=how.signatory,
        certificate=canonical.sha256(how.credential.certificate),
        named=request.whom(how.credential.certificate),
        filed_on=acting.today,
    )


def _allowed(registry: Registry, number: RecordNumber, acting: ActingPerson) -> Subject:
    """Return the record if who acts may have it signed."""
    require_key(acting.person, acting.key)
    one = subject(registry, number)
    require_own(one, acting.person, message("have {form} signed", form=one.form.number))
    return one


def _set_aside(one: Subject, reason: str) -> tuple[tuple[Rendition, ...], int]:
    """Return what counts no more once signing begins anew, and of which edition it is."""
    require_reason(reason)
    require_line(reason, "reason", LONGEST_REASON)
    parties_of(one)
    made = signed(one.folder.events)
    if not made:
        raise unsigned(
            one,
            message(
                "{number} is not signed electronically: nothing begins anew", number=one.number
            ),
        )
    return made, made[-1].edition


def unsigned(one: Subject, reason: Text) -> ControlError:
    """Return the refusal where nothing is signed: what became of it, and whether to sign.

    :param reason: what is said where nobody ever signed it.
    """
    events = one.folder.events
    asides = [event for event in events if read_as(event, SigningBegunAnew)]
    if asides and edition_of(asides[-1]) == signing_edition(events):
        reason = message(
            "{number}: {story}; nobody has signed since",
            number=one.number,
            story=begun_anew(one.folder, asides[-1], one.registry.zone),
        )
    if one.is_void:
        return ControlError(
            message("{problem}; the record was declared void (作废)", problem=reason),
            by_command(
                message("look at what became of it"),
                message("rmdocs trace {number}", number=one.number),
            ),
        )
    if original_event(events, len(one.form.signing)) is not None:
        return ControlError(
            message("{problem}; it was signed on paper", problem=reason),
            by_command(
                message("look at what became of it"),
                message("rmdocs trace {number}", number=one.number),
            ),
        )
    return ControlError(
        reason,
        by_command(
            message("have it signed"),
            message(
                "rmdocs sign {number} --party {party} …",
                number=one.number,
                party=parties_of(one)[0].name,
            ),
        ),
    )


def begun_anew(folder: RecordFolder, begun: Event, zone: ZoneInfo) -> Text:
    """Return who had signing begin anew, on which edition, when and why."""
    return message(
        "{name} ({staff_no}) had the signing of edition {edition} begin anew at {time}: {reason}",
        name=begun.actor.name,
        staff_no=begun.actor.staff_no,
        edition=edition_of(begun),
        time=f"{begun.time.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        reason=folder.reason(begun),
    )


def _begun_event(then: Subject, reason: str) -> NewEvent:
    facts = SigningBegunAnew(rules=then.rules, of_edition=then.edition)
    return edition_event(then, facts, reason=reason)


def _count(one: Subject, kind: type[OnEdition], edition: int) -> int:
    acts = (read_as(event, kind) for event in one.folder.events)
    return sum(act is not None and act.of_edition == edition for act in acts)


def _name(one: Subject, base: Rendition, how: PartySigning) -> str:
    """Return the name of the file; each time signing begins anew has names of its own."""
    stem = PurePosixPath(base.file.path).stem.split("-signed")[0]
    begun = _count(one, SigningBegunAnew, base.edition) + how.again
    return f"{stem}-signed-{how.party}{f'-{begun + 1}' if begun else ''}.pdf"


def sealed_times(events: Iterable[Event]) -> tuple[datetime, ...]:
    """Return when signatures were sealed, in their order."""
    return tuple(one.time for one in events)


def parties_of(one: Subject) -> tuple[Party, ...]:
    """Return who signs a record, in their order.

    :raises ControlError: if its form is not signed electronically.
    """
    if not one.form.signing:
        raise ControlError(
            message("{form} is not signed electronically", form=one.form.number),
            message("say who signs under [signing] of form.toml, in a new revision"),
        )
    return one.form.signing


def _require_within_limit(one: Subject, party: Party) -> None:
    """Refuse a party whose authority (权限) the record exceeds."""
    findings = beyond_limit(party, one.names())
    if has_errors(findings):
        raise FindingsError(tuple(findings))


def _base(one: Subject, made: tuple[Rendition, ...]) -> Rendition:
    """Return the PDF that is signed next: with the last signature, or the formal one."""
    if made:
        return made[-1]
    begun = signing_edition(one.folder.events)
    edition = one.folder.current.number if begun is None else begun
    found = next(iter(formal(one.folder.events, edition)), None)
    if found is None:
        raise not_rendered(one)
    return found
