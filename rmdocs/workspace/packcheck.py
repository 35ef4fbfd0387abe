"""What a pack that an auditor took along is worth: checked by keys alone, without the store.

The manifests of a bag tell accidents only: whoever changes a file writes them anew. So every file
that lies with a record is held against the acts that the proofs in the pack show, and the acts of
each record against the directory of its volume, which whoever did the last act in it signed: an
act that was left out is missed. That a whole record was left out shows only what is known from
outside: the pack's own SHA-256 as its maker told it, or the store.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer, WordlessAnswer
from rmdocs.characters import narrow
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.identifiers import RecordNumber, Volume
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.series import SERIES_NAME, SeriesState
from rmdocs.store.event import Event
from rmdocs.store.objects import object_name, parse_tree
from rmdocs.store.proof import Proven, directory_by, examine
from rmdocs.store.prooffile import read_keys
from rmdocs.store.protocol import EVENTS_NAME, ledger_origin
from rmdocs.workspace import proving
from rmdocs.workspace.auditpack import (
    DOCUMENTS,
    LEDGERS,
    PROOFS,
    RECORDS,
    SAMPLE,
    TREES,
    Packing,
    series_place,
    state_place,
)
from rmdocs.workspace.packwhole import (
    ASK,
    CLAUSE,
    SaidSample,
    absent,
    held_against,
    missing,
    sample_in,
    unsampled,
    wrong,
)

if TYPE_CHECKING:
    from rmdocs.store.witnesspolicy import WitnessPolicy
    from rmdocs.workspace.opening import Workspace

_STATEMENT = re.compile(
    "|".join(map(re.escape, (*Packing.PARTS, *Packing.OF_SAMPLE)))
    + rf"|{LEDGERS}/[^/]+/[^/]+/\d{{4}}/\d+/(last\.tlog-proof|series\.json)"
)
"""What a pack says of the store and of itself, which is not proved; and what else is proved by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLedger(WordlessAnswer):
    """How a volume stood whose records are in a pack, as whoever did its last act signed it.

    :param ledger: its name. :param events: how many it had. :param given: numbers given in it.
    :param packed: how many of those lie in the pack.
    """

    ledger: str
    events: int
    given: int
    packed: int

    @property
    def told(self) -> Text:
        """Return it as a sentence."""
        return message(
            "{ledger}: {packed} of {given} number(s) are in the pack, with all acts of theirs among"
            " its first {events} event(s)",
            ledger=self.ledger,
            packed=self.packed,
            given=self.given,
            events=self.events,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPack(Answer):
    """What a pack is worth, by the keys of who asks.

    :param ok: whether nothing in it was changed, every document is proved, and no act of a record
        is missing.
    :param documents: how many are proved.
    :param proved: how many other files of the records: their content, and acts.
    :param sha256: of the pack as a whole, of which its maker told one.
    :param known: whether that was given, and is the same: it is the pack as it was made.
    :param compared: whether it was held against a store.
    :param records: how many records lie in it.
    :param sample: what it says of the sample that they are; null if it says that of none.
    :param says: the same as a sentence: to be compared with what was asked for.
    :param ledgers: how the volumes stood that its records are in.
    :param findings: what is wrong, and what of the records no proof covers.
    """

    TOLD: ClassVar = (
        *("ok", "documents", "proved", "sha256", "known", "compared", "records", "sample"),
        *("says", "ledgers", "findings"),
    )
    ok: bool
    documents: int
    proved: int
    sha256: str
    known: bool
    compared: bool
    records: int
    sample: SaidSample | None
    ledgers: tuple[PackedLedger, ...]
    findings: tuple[Finding, ...]

    @property
    def says(self) -> Text:
        """Return what the pack says of how its records were chosen."""
        if self.sample is not None:
            return self.sample.told(self.records)
        return message(
            "the pack says of no sample: {packed} record(s) are in it that were named; compare"
            " them with what you asked for",
            packed=self.records,
        )

    @property
    def told_whole(self) -> Iterator[Text]:
        """Yield what is known of records that may have been left out."""
        if self.known:
            yield message(
                "it is the pack as it was made: nothing was left out of it, or changed, since then"
            )
        if self.compared and self.sample is not None:
            yield message(
                "held against the store: no record of its sample, and no act of its records, was"
                " left out; the store itself was not verified (rmdocs verify), and registers were"
                " not compared"
            )
        elif self.compared:
            yield message(
                "held against the store: no act of its records was left out; which records were"
                " asked for, the pack does not say; the store itself was not verified (rmdocs"
                " verify), and registers were not compared"
            )
        elif not self.known:
            yield message(
                "that no whole record was left out of it, a pack cannot show by itself: compare its"
                " SHA-256 with the one that its maker told you (--sha256), or hold it against the"
                " store (--against)"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPack:
    """A pack as somebody reads it.

    :param read: gives a file of it by its path; None where there is none.
    :param names: the paths of all files that are in it.
    :param changed: what of the bag is not as its manifests say.
    :param sha256: of the list that its manifests are in, and so of all of it.
    """

    read: Callable[[str], bytes | None]
    names: Sequence[str]
    changed: Sequence[Finding]
    sha256: str


def check(
    pack: ReadPack,
    keys: File,
    policy: File | None = None,
    *,
    known: str | None = None,
    against: Workspace | None = None,
) -> CheckedPack:
    """Return what the documents of a pack are worth, and what else of the records is proved.

    Whoever made the pack, or had it since, may have written its manifests and its list of
    proofs anew: every file that lies with a record is asked for an act that is proved, and every
    act that the record had is asked for.

    :param keys: what whoever asks trusts; not those that lie in the pack.
    :param policy: which witnesses must have cosigned each proof (c2sp.org/tlog-policy).
    :param known: the SHA-256 of the pack as its maker told it, as it was typed; None if not.
    :param against: the store that it is held against; None to ask none.
    :raises UsageError: if it is no such pack, ``known`` is no SHA-256, or ``keys`` are none.
    :raises FindingsError: if the policy cannot be read.
    """
    asked = proving.require_policy(policy)
    said = _digest(known) if known is not None else ""
    _require_keys(keys)
    judging = _Judging(read=pack.read, names=frozenset(pack.names), keys=keys, policy=policy)
    listed = pack.read(PROOFS)
    if listed is None and Packing.PARTS.keys() & {*pack.names}:
        listed = b"[]"  # a pack that lacks it, as is told below
    pairs = dict(_pairs(listed))
    documents = sum([judging.document(name, proof) for name, proof in pairs.items()])
    numbers = _numbers(pack.names)
    ledgers = [*judging.ledgers(numbers, asked)]
    for name in sorted({*pack.names} - {*pairs, *pairs.values()}):
        if not _STATEMENT.fullmatch(name):
            judging.other(name)
    sample = sample_in(pack.read(SAMPLE))
    findings = [*pack.changed, *absent(pack.names), *judging.findings, *judging.later()]
    findings += unsampled(sample, numbers)
    if said and said != pack.sha256:
        findings.append(_other_pack(pack.sha256))
    if against is not None:
        findings += held_against(against, pack.read, numbers, sample)
    if not documents and not findings:
        findings.append(wrong(PROOFS, message("no document is proved in it")))
    return CheckedPack(
        ok=not has_errors(findings),
        documents=documents,
        proved=judging.proved,
        sha256=pack.sha256,
        known=said == pack.sha256,
        compared=against is not None,
        records=len(numbers),
        sample=sample,
        ledgers=tuple(ledgers),
        findings=tuple(findings),
    )


# Inside ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProvedAct:
    """What an act that is proved seals.

    :param number: of the record.
    :param event: the digest of the event itself; empty if no proof of its own shows it.
    :param files: the event and its files, as stored and as read: the place in the record's
        folder, and the digest.
    :param concealed: whether the record is stored encrypted: of its content nothing is said.
    :param later: the digest of an act by which it is not the last word; empty if none is told.
    :param superseded: what is told of that; None likewise.
    """

    number: str
    event: str
    files: frozenset[tuple[str, str]]
    concealed: bool
    later: str = ""
    superseded: Finding | None = None

    def seals(self, place: str) -> bool:
        """Return whether it says what the file in a place is, as a reader gets it."""
        known = {one for one, _ in self.files}
        return place in known and (not self.concealed or place.startswith("events/"))


def _proved_act(proof: bytes, keys: bytes) -> _ProvedAct:
    """Return the act that a proof shows, by the keys of who asks.

    :raises FindingsError: if it shows none.
    """
    from rmdocs.audit.prooflimits import not_last

    proven = examine(proof, read_keys(keys))
    event, later = proven.event, proven.later
    return replace(
        _act(event),
        event=canonical.sha256(event.to_bytes()),
        later=canonical.sha256(later.to_bytes()) if later is not None else "",
        superseded=not_last(event.subject, later) if later is not None else None,
    )


def _act(event: Event) -> _ProvedAct:
    """Return what an act seals."""
    from rmdocs.events.kinds import read_as
    from rmdocs.events.records import OnRecord
    from rmdocs.registers.renditions import as_read

    said = read_as(event, OnRecord)
    digest = canonical.sha256(event.to_bytes())
    return _ProvedAct(
        number=event.subject,
        event="",
        files=frozenset(
            {
                (f"{EVENTS_NAME}/{event.file_name}", digest),
                *((_place(event, one.path), one.sha256) for one in as_read(event)),
                *((_place(event, one.path), one.sha256) for one in event.files),
            }
        ),
        concealed=said is not None and said.concealment is not None,
    )


def _place(event: Event, path: str) -> str:
    """Return where a file that an act sealed lies among those of its record."""
    return path.removeprefix(f"{RecordNumber.parse(event.subject).directory}/")


@dataclass(slots=True, kw_only=True)
class _Judging:
    """The acts that a pack's proofs show, and what of its files they seal.

    :param proved: files other than documents that are as an act sealed them, or are one.
    """

    read: Callable[[str], bytes | None]
    names: frozenset[str]
    keys: File
    policy: File | None = None
    proved: int = 0
    findings: list[Finding] = field(default_factory=list)
    _acts: dict[str, list[_ProvedAct]] = field(default_factory=dict)

    def document(self, name: str, proof: str) -> bool:
        """Return whether a document is what its proof shows, of the record that it lies with."""
        data, proved = self.read(name), self.read(proof)
        if data is None or proved is None:
            self._wrong(name, message("the document or its proof is missing"))
            return False
        path = PurePosixPath(name)
        judged = proving.judge(
            File(name=path.name, data=data),
            File(name=PurePosixPath(proof).name, data=proved),
            self.keys,
            self.policy,
        )
        if not judged.ok:
            self._wrong(name, message("it is not what its proof says was sealed"))
            self.findings += judged.findings
            return False
        place = name.removeprefix(f"{RECORDS}/{judged.number}/")
        if place == name:
            told = message("it is of {number}, and lies with another record", number=judged.number)
            self._wrong(name, told)
            return False
        act = _proved_act(proved, self.keys.data)
        if (place, judged.sha256) not in act.files:
            self._wrong(name, message("it was sealed under the name {name}", name=judged.sealed))
            return False
        self._acts.setdefault(act.number, []).append(act)
        return True

    def other(self, name: str) -> None:
        """Note whether a file that has no proof of its own was sealed by an act that has one."""
        number, _, place = name.removeprefix(f"{RECORDS}/").partition("/")
        digest = canonical.sha256(self.read(name) or b"")
        acts = self._acts.get(number, ())
        if any((place, digest) in one.files for one in acts):
            self.proved += 1
        elif any(one.seals(place) for one in acts):
            self._wrong(name, message("it is not what was sealed there"))
        elif PurePosixPath(name).suffix.lower() in DOCUMENTS:
            self._wrong(name, message("no proof of it lies in the pack"))
        else:
            self.findings.append(_unproved(name))

    def ledgers(
        self, numbers: Sequence[RecordNumber], policy: WitnessPolicy | None
    ) -> Iterator[PackedLedger]:
        """Yield how the volumes of the records stood; note acts of theirs that are missing."""
        trees = _trees(self.read(TREES))
        for volume in dict.fromkeys(number.volume for number in numbers):
            of_it = [number for number in numbers if number.volume == volume]
            state = self._state(volume, policy)
            if state is None:
                self.findings += (_untold(number) for number in of_it)
                continue
            for number in of_it:
                self._acts_of(number, state, trees)
            given = self._given(volume, state)
            if given is not None:
                yield PackedLedger(
                    ledger=state.checkpoint.origin,
                    events=state.checkpoint.size,
                    given=given,
                    packed=len(of_it),
                )

    def _state(self, volume: Volume, policy: WitnessPolicy | None) -> Proven | None:
        """Return how a volume stood, as whoever did its last act signed it; None if not told."""
        place = state_place(volume)
        proof = self.read(place)
        if proof is None:
            return None
        try:
            found = examine(proof, read_keys(self.keys.data), policy)
        except FindingsError as problem:
            self.findings += (replace(one, path=place) for one in problem.findings)
            return None
        its_own = found.checkpoint.origin == ledger_origin(volume.ref)
        return found if its_own and found.is_state else None

    def _given(self, volume: Volume, state: Proven) -> int | None:
        """Return how many numbers a volume gave; None, and a finding, if that is not told."""
        data = self.read(series_place(volume)) or b""
        try:
            known = parse_tree(state.directory).files.get(SERIES_NAME)
            if object_name("blob", data) == known:
                return SeriesState.from_json(canonical.decode(data)).given
        except RmdocsError:
            pass
        self._wrong(series_place(volume), message("it is not what the volume says"))
        return None

    def _acts_of(self, number: RecordNumber, state: Proven, trees: Mapping[str, bytes]) -> None:
        """Note each act that a record had and that is missing, or is another one."""
        path = f"{number.directory}/{EVENTS_NAME}"
        there = directory_by(state.directory, trees, path)
        if there is None:
            self.findings.append(_untold(number))
            return
        for file_name, oid in there.files.items():
            name = f"{RECORDS}/{number}/{EVENTS_NAME}/{file_name}"
            data = self.read(name)
            if data is None:
                self.findings.append(missing(name, message("an act of the record is missing")))
            elif object_name("blob", data) != oid:
                self._wrong(name, message("it is not what was sealed there"))
            else:
                self._sealed_by(number, data)

    def _sealed_by(self, number: RecordNumber, data: bytes) -> None:
        """Note an act that its volume shows, and what it sealed that is missing."""
        try:
            event = Event.from_bytes(data)
            act = _act(event)
        except RmdocsError:
            return  # signed as it is; what it seals cannot be told
        self._acts.setdefault(str(number), []).append(act)
        for file in event.files:
            name = f"{RECORDS}/{number}/{_place(event, file.path)}"
            if name not in self.names:
                self.findings.append(_not_packed(name, concealed=act.concealed))

    def later(self) -> Iterator[Finding]:
        """Yield what came after the acts that are proved, where the pack does not prove it."""
        for acts in self._acts.values():
            known = {one.event for one in acts} | {""}
            told = {one.later: one.superseded for one in acts if one.later not in known}
            yield from (one for one in told.values() if one is not None)

    def _wrong(self, name: str, reason: Text) -> None:
        self.findings.append(wrong(name, reason))


def _numbers(names: Sequence[str]) -> list[RecordNumber]:
    """Return the numbers of the records that lie in a pack."""
    found = set()
    for name in names:
        folder, _, rest = name.partition("/")
        try:
            found |= {RecordNumber.parse(rest.partition("/")[0])} if folder == RECORDS else set()
        except UsageError:
            continue  # what lies there is told file by file
    return sorted(found)


def _trees(data: bytes | None) -> dict[str, bytes]:
    """Return the directories that a pack tells of, by the names that git gives them."""
    try:
        told = canonical.decode(data or b"[]")
        trees = [base64.b64decode(one, validate=True) for one in told]
    except (FindingsError, TypeError, ValueError):
        return {}
    return {object_name("tree", tree): tree for tree in trees}


def _digest(typed: str) -> str:
    """Return the SHA-256 that somebody typed.

    :raises UsageError: if it is none.
    """
    plain = "".join(narrow(typed).lower().split())
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise UsageError(
            message("“{text}” is no SHA-256", text=typed),
            message("type the 64 characters that rmdocs audit pack printed"),
        )
    return plain


def _require_keys(keys: File) -> None:
    """Refuse what holds no keys, of which the pack is not to be blamed.

    :raises UsageError: if they cannot be read.
    """
    try:
        read_keys(keys.data)
    except FindingsError as problem:
        [found] = problem.findings
        raise UsageError(found.message, found.remedy) from problem


# What is told --------------------------------------------------------------------


def _pairs(data: bytes | None) -> Iterator[tuple[str, str]]:
    """Yield each document and its proof.

    :raises UsageError: if the list is missing, or not as a pack has it.
    """
    try:
        pairs = canonical.decode(data or b"")
        found = [(one["file"], one["proof"]) for one in pairs]
        sound = all(isinstance(path, str) for pair in found for path in pair)
    except (FindingsError, KeyError, TypeError):
        sound = False
    if not sound:
        raise UsageError(
            message("it is no pack of rmdocs audit pack: {name} cannot be read", name=PROOFS), ASK
        )
    yield from found


def _unproved(place: str) -> Finding:
    return warning(
        "PACK-UNPROVED",
        place,
        message("no proof in the pack covers it: whoever made the pack could have written it"),
        message("rely on the documents, or have it compared with the store"),
        clause=CLAUSE,
    )


def _not_packed(place: str, *, concealed: bool) -> Finding:
    """Return what is told of a file that an act sealed, and that is not in the pack."""
    if not concealed:
        return missing(place, message("an act of the record sealed it, and it is missing"))
    return warning(
        "PACK-MISSING",
        place,
        message(
            "an act of the record sealed it, and it is missing: it is stored encrypted, and may be"
            " without its key"
        ),
        message("ask whoever gave out the pack why it is not there"),
        clause=CLAUSE,
    )


def _untold(number: RecordNumber) -> Finding:
    return error(
        "PACK-ACTS",
        str(number),
        message("nothing in the pack shows which acts it had: one could have been left out"),
        by_command(message("have the pack made anew"), "rmdocs audit pack"),
        clause=CLAUSE,
    )


def _other_pack(sha256: str) -> Finding:
    return error(
        "PACK-OTHER",
        "",
        message(
            "it is not the pack that its maker told you of: its SHA-256 is {sha256}", sha256=sha256
        ),
        ASK,
        clause=CLAUSE,
    )
