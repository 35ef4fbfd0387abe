"""Proofs of single documents, made from a store and judged without one (docs/proof-format.md).

What a proof cannot show is told with it, by who makes it and by who judges it: that nothing
came later, that the person's key still was theirs when they acted, that nobody was shown
another history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import IF_ANY, Answer, WordlessAnswer
from rmdocs.audit.authority import LONGEST_RUN
from rmdocs.audit.prooflimits import act_of, limits, moment_of
from rmdocs.audit.trace import digest_of, identify, seal_findings
from rmdocs.audit.witnesses import note_for_proof
from rmdocs.classes import dataclass
from rmdocs.errors import VERIFY_STORE, ControlError, FindingsError
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    EditionIssued,
    RecordDisposed,
    RecordVoided,
    SigningBegunAnew,
)
from rmdocs.files import File
from rmdocs.findings import NOTHING, Finding, error, has_errors, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.ledgerkeys import founding_key, ledger_keys
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import as_read, edition_of
from rmdocs.registers.revocations import RevocationRegister
from rmdocs.registers.staff import Person
from rmdocs.store.checkpoint import verify
from rmdocs.store.cosereceipt import is_receipt, proof_in, receipt, require_signed
from rmdocs.store.keys import PublicKey, Signer
from rmdocs.store.proof import StaffEntry, examine, last_event, written
from rmdocs.store.prooffile import Proof, keys_file, read_keys, refused
from rmdocs.store.protocol import CONTROL_REF, ledger_origin
from rmdocs.store.witnesspolicy import WitnessPolicy, named

if TYPE_CHECKING:
    from rmdocs.identifiers import Volume
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
class ProofWitness(WordlessAnswer):
    """Who cosigned the checkpoint of a proof.

    :param name: as the policy calls them. :param time: when, UTC.
    """

    name: str
    time: str


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
    :param witnesses: who of the policy cosigned that state of the ledger.
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
    witnesses: tuple[ProofWitness, ...] = field(default=(), metadata=IF_ANY)
    findings: tuple[Finding, ...]


def trusted(store: LedgerStore) -> bytes:
    """Return the keys by which proofs from a store are judged, as a file.

    :raises StoreError: if control does not name them.
    """
    return keys_file((founding_key(store.require_head(CONTROL_REF)),))


def prove(
    store: LedgerStore,
    registry: Registry,
    target: str | File,
    policy: WitnessPolicy | None = None,
) -> ProvedDocument:
    """Return the proof of a record's newest edition, or of a file that the store knows.

    :param target: a number, a file or a SHA-256.
    :param policy: which witnesses those who will judge it ask for.
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
    data = _written(store, registry, event, _later(folder, event), policy)
    proven = examine(data, (founding_key(registry.control),))
    try:
        proven = examine(data, (founding_key(registry.control),), policy)
    except FindingsError as problem:  # it is good, and not enough for whoever asks so
        known = (*known, *problem.findings)
    edition = edition_of(event)
    name = f"{number}-e{edition}{_SUFFIX}" if edition else f"{number}-{event.index}{_SUFFIX}"
    return ProvedDocument(
        number=str(number),
        edition=edition,
        file=File(name=name, data=data),
        findings=(
            *known,
            *_since(event, entries, registry),
            *limits(proven),
        ),
    )


def prove_state(store: LedgerStore, registry: Registry, volume: Volume) -> bytes:
    """Return the proof of the last act of a volume, which shows how its ledger stands.

    Whoever did it signed the directory of the whole volume: see :attr:`Proven.directory`.

    :raises FindingsError: if it would convince nobody.
    :raises StoreError: if the store lacks what it takes.
    """
    data = _written(store, registry, last_event(store, volume.ref), None, None)
    examine(data, (founding_key(registry.control),))
    return data


def _written(
    store: LedgerStore,
    registry: Registry,
    event: Event,
    later: Event | None,
    policy: WitnessPolicy | None,
) -> bytes:
    """Return the proof of an act, not examined here."""
    then = [one for one in _entries(registry, event) if _known(one, event)]
    if not then:
        raise _not_theirs(event)
    ref = RecordNumber.parse(event.subject).volume.ref
    keys = ledger_keys(registry.control)
    return written(
        store,
        ref,
        event,
        entered=then[-1],
        later=later,
        keys=keys,
        chosen=lambda least: note_for_proof(store, ref, keys, least, policy),
    )


def as_receipt(proved: ProvedDocument, key: Signer) -> ProvedDocument:
    """Return a proof as a COSE receipt (RFC 9942), signed once more by the ledger's key.

    :raises ControlError: if another key signed the checkpoint: only who has that one can.
    """
    data, name = proved.file.data, proved.file.name.removesuffix(_SUFFIX)
    if verify(Proof.parse(data).note, key.public) is None:
        raise ControlError(
            message("another key than that of this machine signed the checkpoint of the proof"),
            message("have the receipt made on the machine that sealed last in this ledger"),
        )
    return replace(proved, file=File(name=f"{name}.cose", data=receipt(data, key)))


def judge(file: File, proof: bytes, keys: bytes, policy: bytes | None = None) -> JudgedFile:
    """Return whether a file is what a proof says was sealed, by the keys of who asks.

    :param proof: or the receipt that it lies in.
    :param policy: which witnesses they ask for (c2sp.org/tlog-policy).
    Needs no store; never fails, whatever the bytes are.
    """
    digest = canonical.sha256(file.data)
    try:
        asked = WitnessPolicy.parse(policy) if policy is not None else None
        inner = proof_in(proof) if is_receipt(proof) else proof
        proven = examine(inner, read_keys(keys), asked)
        if inner is not proof:
            require_signed(proof, inner, proven.key)
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
        witnesses=tuple(
            ProofWitness(name=named(name), time=one.time)
            for name, one in sorted(proven.witnesses.items())
        ),
        findings=tuple(limits(proven)),
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
            time=moment_of(event),
        ),
        "PROOF-FILE",
        by_command(
            message("the file was changed, or is another: ask for the proof of this very file"),
            "rmdocs prove FILE --out P",
        ),
    )


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
    remedy = VERIFY_STORE
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
