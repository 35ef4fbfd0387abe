"""Proofs of single documents, made from a store and judged without one (docs/proof-format.md).

What a proof cannot show is told with it, by who makes it and by who judges it: that nothing
came later, that the person's key still was theirs when they acted, that nobody was shown
another history.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.audit.authority import LONGEST_RUN
from rmdocs.audit.trace import digest_of, identify, seal_findings
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.events.kinds import kind_of, read
from rmdocs.events.records import (
    EditionIssued,
    OnEdition,
    OnRecord,
    RecordDisposed,
    RecordVoided,
    SigningBegunAnew,
)
from rmdocs.files import File
from rmdocs.findings import NOTHING, Finding, error, has_errors, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, Verbatim, by_command, message
from rmdocs.registers.ledgerkeys import founding_key, ledger_keys
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import as_read, edition_of
from rmdocs.registers.revocations import RevocationRegister
from rmdocs.registers.staff import Person
from rmdocs.store.keys import PublicKey
from rmdocs.store.proof import Proven, StaffEntry, examine, written
from rmdocs.store.prooffile import keys_file, read_keys, refused
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.event import Event
    from rmdocs.store.head import LedgerStore

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_SUFFIX = ".tlog-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedDocument(Answer):
    """The proof of one document.

    :param number: of its record. :param edition: None if what is proved is of none.
    :param file: the proof, by the name that it is given out under.
    :param size: of the proof, in bytes.
    :param findings: what the proof does not show, and what is known here besides.
    """

    TOLD: ClassVar = ("number", "edition", "size", "findings")
    number: str
    edition: int | None
    file: File
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """Return how many bytes the proof has."""
        return len(self.file.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile(Answer):
    """What a proof says of a file; where it proves nothing, only why stands in it.

    :param ok: whether the file is what was sealed.
    :param sha256: of the file.
    :param number: of the record. :param edition: None if the file is of none.
    :param act: what was done. :param time: when, UTC, as the person and the ledger signed it.
    :param name: of who acted. :param staff_no: theirs.
    :param sealed: the file's name as it was sealed.
    :param ledger: the ledger that holds the act. :param events: how many it had.
    :param pin: its size and short root, as documents print it.
    :param findings: why not; or what is not shown.
    """

    ok: bool
    sha256: str
    number: str = ""
    edition: int | None = None
    act: Text = NOTHING
    time: datetime | None = None
    name: str = ""
    staff_no: str = ""
    sealed: str = ""
    ledger: str = ""
    events: int = 0
    pin: str = ""
    findings: tuple[Finding, ...]


def trusted(store: LedgerStore) -> bytes:
    """Return the keys by which proofs from a store are judged, as a file.

    :raises StoreError: if control does not name them.
    """
    return keys_file((founding_key(store.require_head(CONTROL_REF)),))


def prove(store: LedgerStore, registry: Registry, target: str | File) -> ProvedDocument:
    """Return the proof of a record's newest edition, or of a file that the store knows.

    :param target: a number, a file or a SHA-256.
    :raises ControlError: if the store does not know it.
    :raises FindingsError: if it is not as it was sealed, or would convince nobody.
    """
    registry.catalogue.catch_up()
    number, _, findings = identify(registry, target)
    folder = find_folder(registry.store, number)
    known = (*findings, *seal_findings(registry, folder, str(folder.revision)))
    if has_errors(known):
        told = message("{number} is not as it was sealed: there is nothing to prove", number=number)
        raise FindingsError(known, told)
    event = _sought(folder, digest_of(target))
    entries = _entries(registry, event)
    then = [one for one in entries if _known(one, event)]
    if not then:
        raise _not_theirs(event)
    keys = ledger_keys(registry.control)
    signer = keys.signer(store.require_head(number.volume.ref).note)
    data = written(
        store,
        number.volume.ref,
        event,
        then[-1],
        _later(folder, event),
        keys.chain(signer) if signer is not None else (),
    )
    proven = examine(data, (founding_key(registry.control),))
    edition = edition_of(event)
    name = f"{number}-e{edition}{_SUFFIX}" if edition else f"{number}-{event.index}{_SUFFIX}"
    return ProvedDocument(
        number=str(number),
        edition=edition,
        file=File(name=name, data=data),
        findings=(
            *known,
            *_since(event, entries, registry),
            *_lacking(proven),
        ),
    )


def judge(file: File, proof: bytes, keys: bytes) -> JudgedFile:
    """Return whether a file is what a proof says was sealed, by the keys of who asks.

    Needs no store; never fails, whatever the bytes are.
    """
    digest = canonical.sha256(file.data)
    try:
        proven = examine(proof, read_keys(keys))
        sealed = _sealed_as(proven.event, digest)
    except FindingsError as problem:
        return JudgedFile(ok=False, sha256=digest, findings=problem.findings)
    event, checkpoint = proven.event, proven.checkpoint
    return JudgedFile(
        ok=True,
        sha256=digest,
        number=event.subject,
        edition=edition_of(event),
        act=act_of(event),
        time=event.time,
        name=event.actor.name,
        staff_no=event.actor.staff_no,
        sealed=sealed,
        ledger=checkpoint.origin,
        events=checkpoint.size,
        pin=checkpoint.pin,
        findings=tuple(_lacking(proven)),
    )


def _sealed_as(event: Event, digest: str) -> str:
    """Return the name of the event's file that has a digest, as stored or as read."""
    found = [one for one in (*as_read(event), *event.files) if one.sha256 == digest]
    if found:
        return PurePosixPath(found[0].path).name
    raise refused(
        message(
            "the proof is sound, but of other bytes: of {number}, {act} on {time}",
            number=event.subject,
            act=act_of(event),
            time=_utc(event),
        ),
        "PROOF-FILE",
        by_command(
            message("the file was changed, or is another: ask for the proof of this very file"),
            "rmdocs prove FILE --out P",
        ),
    )


def _utc(event: Event) -> str:
    """Return when an act was, where nothing says what the clocks of the office showed."""
    return f"{event.time:%Y-%m-%d %H:%M}Z"


def act_of(event: Event) -> Text:
    """Return what an act is called."""
    kind = kind_of(event)
    return kind.TOLD if kind is not None else Verbatim(event.kind)


def _sought(folder: RecordFolder, digest: str | None) -> Event:
    """Return the act that sealed a file; that which issued the newest edition if none is named."""
    if digest is None:
        return folder.current.event
    sealing = [
        event
        for event in folder.events
        if any(digest == one.sha256 for one in (*as_read(event), *event.files))
    ]
    return sealing[-1]


def _later(folder: RecordFolder, event: Event) -> Event | None:
    """Return the last act by which an earlier one is not the last word; None if there is none."""
    edition = edition_of(event) or 0
    found = [one for one in folder.events if one.index > event.index and _ends(one, edition)]
    return found[-1] if found else None


def _ends(event: Event, edition: int) -> bool:
    said = read(event)
    if isinstance(said, EditionIssued):
        return said.edition.number > edition > 0
    if isinstance(said, SigningBegunAnew):
        return said.of_edition == edition
    return isinstance(said, (RecordVoided, RecordDisposed))


def _entries(registry: Registry, event: Event) -> list[StaffEntry]:
    """Return every entry of who acted in the register of staff, the first first."""
    control, place = registry.control, f"people/{event.actor.staff_no}"
    return [
        StaffEntry(event=one, data=data)
        for one in control.events(place)
        for file in one.files
        if (data := control.read(file.path)) is not None
    ]


def _known(entry: StaffEntry, event: Event) -> bool:
    return event.relied_on is not None and entry.event.index < event.relied_on.size


def _person(entry: StaffEntry) -> Person:
    return Person.from_json(canonical.decode(entry.data))


def _keys(entry: StaffEntry) -> list[str]:
    """Return the fingerprints of an entry's keys; the last one signs."""
    return [PublicKey.parse(line).fingerprint for line in _person(entry).keys]


def _not_theirs(event: Event) -> FindingsError:
    told = message(
        "the key {fingerprint} was not one of {staff_no} then",
        fingerprint=event.actor.fingerprint,
        staff_no=event.actor.staff_no,
    )
    remedy = by_command(message("have the store verified"), "rmdocs verify")
    return FindingsError((error("ACTOR-KEY-THEN", event.subject, told, remedy),))


def _since(event: Event, entries: list[StaffEntry], registry: Registry) -> Iterator[Finding]:
    """Yield what the register says today of who acted, which no proof of then can show.

    :raises FindingsError: if their key had been taken from them by the time they acted (F13).
    """
    key, late = event.actor.fingerprint, event.time - LONGEST_RUN
    unknown = [(one, _keys(one)) for one in entries if not _known(one, event)]
    if any(key not in keys and one.event.time <= late for one, keys in unknown):
        raise _not_theirs(event)
    after = [one for one, keys in unknown if key not in keys[-1:]]
    person = _person(after[-1]) if after else None
    register = RevocationRegister.of(registry.control)
    revoked = register.revoked(key)
    if revoked is not None:
        told = _revoked(revoked.event.day_in(registry.zone), register, event)
    elif person is not None and person.left is not None:
        told = message(
            "{name} left on {day}; what they signed before stays good",
            name=person.name,
            day=person.left,
        )
    elif after:
        told = message(
            "the key that signed was replaced on {day}; what it signed before stays good",
            day=after[0].event.day_in(registry.zone),
        )
    else:
        return
    yield warning("PROOF-SIGNER-SINCE", event.actor.staff_no, told)


def _revoked(day: date, register: RevocationRegister, event: Event) -> Text:
    """Return what is said of an act whose key was revoked since, or had been."""
    ledger = ledger_origin(RecordNumber.parse(event.subject).volume.ref)
    questioned = tuple(register.questioned(ledger, event))
    if not questioned:
        return message(
            "the key that signed was revoked on {day}; what it signed before stays good", day=day
        )
    if all(one.confirmed is not None for one in questioned):
        return message(
            "the key that signed was revoked on {day}, and this act was in question; who did it"
            " has confirmed that it is theirs",
            day=day,
        )
    return message("the key that signed was revoked on {day}, and this act is in doubt", day=day)


def _lacking(proven: Proven) -> Iterator[Finding]:
    """Yield what a proof does not show, and what it shows besides."""
    event, later, checkpoint = proven.event, proven.later, proven.checkpoint
    number, said = event.subject, read(event)
    if later is not None:
        yield not_last(number, later)
    if isinstance(said, OnRecord) and said.concealment is not None:
        yield warning(
            "PROOF-CONCEALED",
            number,
            message(
                "the record is stored encrypted: of the document its SHA-256 is proved, of what"
                " the record says nothing; that holds after its key is destroyed, too"
            ),
        )
    yield warning(
        "PROOF-UNTIL",
        number,
        message(
            "it is shown for the ledger as it stood at {count} event(s); whether the record was"
            " changed, voided or disposed of after that, no file can show",
            count=checkpoint.size,
        ),
        by_command(message("ask the branch what counts now"), f"rmdocs trace {number}"),
    )
    yield warning(
        "PROOF-KEY-THEN",
        event.actor.staff_no,
        message(
            "the key was entered as that of {name} before the act; that it had not been replaced"
            " or revoked, and that they had not left by then, is not shown",
            name=event.actor.name,
        ),
        by_command(message("have the whole store verified"), "rmdocs verify"),
    )
    if proven.machine:
        yield warning(
            "PROOF-LEDGER-KEY",
            checkpoint.origin,
            message(
                "the checkpoint is signed by the machine {machine}, to which the key that you trust"
                " leads; that its key had not ended by then is not shown",
                machine=proven.machine,
            ),
            by_command(message("have the whole store verified"), "rmdocs verify"),
        )
    yield warning("PROOF-UNWITNESSED", checkpoint.origin, _unwitnessed(proven), _COMPARE)


_COMPARE = message(
    "compare the check code (核验码) with a checkpoint that was kept elsewhere, or with the one"
    " printed on a later document"
)


def _unwitnessed(proven: Proven) -> Text:
    if proven.others:
        return message(
            "{count} more line(s) stand below the checkpoint as signatures, and were not judged:"
            " whoever has the ledger's key could show you another history than others",
            count=proven.others,
        )
    return message(
        "nobody but the ledger's own key signed the checkpoint: whoever has that key could show"
        " you another history than others"
    )


def not_last(number: str, later: Event) -> Finding:
    """Return what is told of an act by which an earlier one of the record is not the last word."""
    return warning(
        "PROOF-NOT-LAST",
        number,
        _superseded(later),
        by_command(message("ask for what counts now"), f"rmdocs trace {number}"),
    )


def _superseded(later: Event) -> Text:
    said, moment = read(later), _utc(later)
    if isinstance(said, RecordVoided):
        return message("the record was declared void (作废) on {day}", day=moment)
    if isinstance(said, RecordDisposed):
        return message("the record was disposed of on {day}", day=said.disposed_on)
    if isinstance(said, EditionIssued):
        return message(
            "edition {edition} replaced it on {day}",
            edition=said.edition.number,
            day=said.edition.issued_on,
        )
    if isinstance(said, OnEdition):
        return message(
            "signing began anew on {day}: what was signed before counts no more", day=moment
        )
    return message("{act} on {day}", act=act_of(later), day=moment)
