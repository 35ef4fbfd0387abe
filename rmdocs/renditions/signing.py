"""Signing a record's formal PDF electronically, party after party, each an event.

The form says who signs in which order and where; how a signature is made and
judged is ``signing``'s business. The private key of a party never enters the
store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.acting import require_key
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, has_errors, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.originals import SIGN, edition_of, standing_editions
from rmdocs.registers.records import as_read, read_folder
from rmdocs.registers.renditions import FILED_ON, Rendition, rendered, signed
from rmdocs.renditions.records import (
    Subject,
    at_edition,
    form_of_edition,
    not_rendered,
    rendition_deed,
    require_own,
    subject,
    subject_or_void,
    unchanged,
)
from rmdocs.signing.request import Level, SignatureRequest, beyond_limit
from rmdocs.signing.sign import sign
from rmdocs.signing.validate import validate

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.forms.parts import Party
    from rmdocs.issuing.office import Office
    from rmdocs.registers.records import RecordFolder
    from rmdocs.signing.authority import StampAuthority
    from rmdocs.signing.credential import Credential
    from rmdocs.signing.trust import Trust
    from rmdocs.signing.validation import Validation
    from rmdocs.store.event import Event


@dataclass(frozen=True, slots=True)
class Signing:
    """How a party signs.

    :param signatory: the name that is printed with it.
    :param moment: when, in the office's zone.
    :param font: a TrueType font for the name and the meaning.
    :param trust: what the signature will be judged by.
    """

    party: str
    signatory: str
    credential: Credential
    moment: datetime
    font: Path
    trust: Trust
    level: Level = Level.B_B
    authority: StampAuthority | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A record's PDF with one more signature.

    :param left: the parties that are still to sign, by their names.
    """

    number: RecordNumber
    party: str
    name: str
    pdf: bytes
    left: tuple[str, ...]


def sign_rendition(office: Office, number: RecordNumber, how: Signing, acting: Acting) -> Signed:
    """Sign a record's PDF as one of its parties, and seal it.

    That of the newest edition; what was begun on one that still stands is gone on with.

    :raises ControlError: if there is no formal PDF yet, the form knows no
        parties, or the actor may not.
    :raises FindingsError: if the party may not sign this record, its turn has
        not come, or its certificate is not good for it.
    """
    require_key(acting.person, acting.key)
    one = subject(office, number)
    require_own(one, acting, message("have {form} signed", form=one.form.number))
    parties = _parties(one)
    made = signed(one.folder)
    request = SignatureRequest(
        parties,
        how.party,
        how.signatory,
        how.moment,
        how.font,
        how.trust,
        how.level,
        how.authority,
        _times(made),
    )
    _require_within_limit(one, request.signer)
    before = _to_be_signed(one)
    pdf = sign(one.content(before.file), request, how.credential)
    edition = before.edition
    place = len(made) + 1
    stem = PurePosixPath(before.file.path).stem.split("-signed")[0]
    name = f"{stem}-signed-{how.party}.pdf"
    facts = {
        "party": how.party,
        "level": how.level.value,
        "signatory": how.signatory,
        "certificate": canonical.sha256(how.credential.certificate),
        FILED_ON: acting.today.isoformat(),
    }
    then = at_edition(one, edition)
    deed = rendition_deed(then, SIGN, f"signatures/{edition}/{place}/{name}", pdf, facts)
    with unchanged(one) as branch:
        acting.seal(
            branch,
            (deed,),
            subject_line=f"Sign {number} edition {edition} as {how.party}",
            trailers={"Event": SIGN, "Number": str(number), "Party": how.party},
        )
    left = tuple(party.name for party in parties[request.index + 1 :])
    return Signed(number, how.party, name, pdf, left)


def validate_rendition(office: Office, number: RecordNumber, trust: Trust) -> Validation:
    """Return what the signatures of a record's newest edition are worth.

    :raises ControlError: if it is not signed electronically.
    """
    one = subject_or_void(office, number)
    made = signed(one.folder)
    if not made:
        raise ControlError(
            message(
                "edition {edition} of {number} bears no electronic signature",
                edition=one.folder.current.number,
                number=number,
            ),
            message("have it signed with: rmdocs sign {number} --party a …", number=number),
        )
    # What was sealed is judged as of its sealing: certificates end, the signature stands.
    sealed = made[-1]
    found = validate(
        one.content(sealed.file), trust, sealed.event.time, _parties(one), since=_times(made)
    )
    return _told(found, _standing(one.folder, sealed.event))


def validate_file(office: Office, pdf: bytes, trust: Trust, now: datetime, name: str) -> Validation:
    """Return what the signatures of a file are worth, and what the store knows of it.

    :param now: by which a file is judged that the store does not know.
    :param name: what to call it in findings.
    :raises FindingsError: if it is no PDF that can be judged.
    """
    office.catalogue.catch_up()
    digest = canonical.sha256(pdf)
    known = office.catalogue.sealed_file(digest)
    if known is None:
        found = validate(pdf, trust, now, (), name)
        return _told(found, _unknown(name) if found.signatures else ())
    number = RecordNumber.parse(known.number)
    folder = read_folder(office.store.require_head(number.volume.ref), number)
    event = next(
        one
        for one in folder.events
        for file in (*as_read(one), *one.files)
        if file.sha256 == digest
    )
    # Who signs is asked of the form it was printed under: that stays when the record is void.
    form = form_of_edition(office, number, edition_of(event) or folder.current.number)
    since = tuple(
        one.time
        for one in folder.events
        if one.kind == SIGN and edition_of(one) == edition_of(event) and one.index <= event.index
    )
    found = validate(pdf, trust, event.time, form.signing, name, since=since)
    return _told(found, _standing(folder, event))


def _times(made: Iterable[Rendition]) -> tuple[datetime, ...]:
    """Return when signatures were sealed, in their order."""
    return tuple(one.event.time for one in made)


def _told(found: Validation, more: Iterable[Finding]) -> Validation:
    return replace(found, findings=(*found.findings, *more))


def _unknown(name: str) -> Iterator[Finding]:
    reason = message("no event of this store seals the file: nobody here made it to be signed")
    remedy = message("compare it with an export of the record whose number it prints")
    yield warning("FILE-UNKNOWN", name, reason, remedy, clause="ISO 9001 §7.5.3")


def _standing(folder: RecordFolder, event: Event) -> Iterator[Finding]:
    """Yield why good signatures count no more: the record is void, gone or corrected since."""
    number = str(folder.number)
    if folder.voided:
        yield warning("RECORD-VOID", number, message("the record was declared void (作废)"))
    elif edition_of(event) not in set(standing_editions(folder.events)):
        reason = message("a correction has replaced the edition that was signed")
        yield warning("EDITION-SUPERSEDED", number, reason)
    if folder.tombstone is not None:
        yield warning("RECORD-DISPOSED", number, folder.refusal().reason)


def _parties(one: Subject) -> tuple[Party, ...]:
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


def _to_be_signed(one: Subject) -> Rendition:
    # A stage may have come after the first party signed: what it signed still stands.
    made = signed(one.folder)
    found = made[-1] if made else rendered(one.folder)
    if found is None:
        raise not_rendered(one)
    return found
