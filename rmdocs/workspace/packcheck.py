"""What a pack that an auditor took along is worth: checked by keys alone, without the store.

The manifests of a bag tell accidents only: whoever changes a file writes them anew. So every file
that lies with a record is held against the acts that the proofs in the pack show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from pathlib import PurePosixPath

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, message
from rmdocs.workspace import proving
from rmdocs.workspace.auditpack import DOCUMENTS, KEYS, PROOFS, RECORDS

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_STATEMENT = re.compile(
    rf"{re.escape(PROOFS)}|{re.escape(KEYS)}|checkpoints\.txt|(verification|sample)\.json"
    r"|index\.html|registers/[a-z-]+\.html"
)
"""What a pack says of the store and of itself, which is not proved."""
_ASK = message("ask whoever gave out the pack for an unaltered one")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPack(Answer):
    """What a pack is worth, by the keys of who asks.

    :param ok: whether nothing in it was changed, and every document is proved.
    :param documents: how many are proved.
    :param proved: how many other files of the records: their content, and acts.
    :param findings: what is wrong, and what of the records no proof covers.
    """

    ok: bool
    documents: int
    proved: int
    findings: tuple[Finding, ...]


def check(
    read: Callable[[str], bytes | None],
    names: Sequence[str],
    keys: File,
    changed: Sequence[Finding],
    policy: File | None = None,
) -> CheckedPack:
    """Return what the documents of a pack are worth, and what else of the records is proved.

    Whoever made the pack, or had it since, may have written its manifests and its list of
    proofs anew: every file that lies with a record is asked for an act that is proved.

    :param read: gives a file of the pack by its path; None where there is none.
    :param names: the paths of all files that are in it.
    :param keys: what whoever asks trusts; not those that lie in the pack.
    :param changed: what of the bag is not as its manifests say, as who reads it found.
    :param policy: which witnesses must have cosigned each proof (c2sp.org/tlog-policy).
    :raises UsageError: if it is no such pack.
    :raises FindingsError: if the policy cannot be read.
    """
    proving.require_policy(policy)
    judging = _Judging(read=read, keys=keys, policy=policy)
    pairs = dict(_pairs(read(PROOFS)))
    documents = sum([judging.document(name, proof) for name, proof in pairs.items()])
    for name in sorted({*names} - {*pairs, *pairs.values()}):
        if not _STATEMENT.fullmatch(name):
            judging.other(name)
    findings = [*changed, *judging.findings, *judging.later()]
    if not documents and not findings:
        findings.append(_wrong(PROOFS, message("no document is proved in it")))
    return CheckedPack(
        ok=not has_errors(findings),
        documents=documents,
        proved=judging.proved,
        findings=tuple(findings),
    )


# Inside ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProvedAct:
    """What an act that is proved seals.

    :param number: of the record. :param event: the digest of the event itself.
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
    from rmdocs.events.kinds import read_as
    from rmdocs.events.records import OnRecord
    from rmdocs.registers.renditions import as_read
    from rmdocs.store.proof import examine
    from rmdocs.store.prooffile import read_keys

    proven = examine(proof, read_keys(keys))
    event, later = proven.event, proven.later
    digest, sealed = canonical.sha256(event.to_bytes()), (*as_read(event), *event.files)
    said = read_as(event, OnRecord)
    folder = f"{RecordNumber.parse(event.subject).directory}/"
    return _ProvedAct(
        number=event.subject,
        event=digest,
        files=frozenset(
            {
                (f"events/{event.file_name}", digest),
                *((one.path.removeprefix(folder), one.sha256) for one in sealed),
            }
        ),
        concealed=said is not None and said.concealment is not None,
        later=canonical.sha256(later.to_bytes()) if later is not None else "",
        superseded=not_last(event.subject, later) if later is not None else None,
    )


@dataclass(slots=True, kw_only=True)
class _Judging:
    """The acts that a pack's proofs show, and what of its files they seal.

    :param proved: files other than documents that are as an act sealed them, or are one.
    """

    read: Callable[[str], bytes | None]
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

    def later(self) -> Iterator[Finding]:
        """Yield what came after the acts that are proved, where the pack does not prove it."""
        for acts in self._acts.values():
            known = {one.event for one in acts}
            told = {one.later: one.superseded for one in acts if one.later not in known}
            yield from (one for one in told.values() if one is not None)

    def _wrong(self, name: str, reason: Text) -> None:
        self.findings.append(_wrong(name, reason))


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
            message("it is no pack of rmdocs audit pack: {name} cannot be read", name=PROOFS), _ASK
        )
    yield from found


def _wrong(place: str, reason: Text) -> Finding:
    return error("PACK-DOCUMENT", place, reason, _ASK, clause=_CLAUSE)


def _unproved(place: str) -> Finding:
    return warning(
        "PACK-UNPROVED",
        place,
        message("no proof in the pack covers it: whoever made the pack could have written it"),
        message("rely on the documents, or have it compared with the store"),
        clause=_CLAUSE,
    )
