"""A pack that an auditor takes along: documents, records, proofs and registers, and an index.

It is read without rmdocs, by any browser, and checked without the store: each document has its
proof (C2SP tlog-proof), and the pack itself is a bag whose manifests name every file (RFC 8493).
Who checks it brings the keys along: those that lie in it prove nothing by themselves.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from jinja2 import Environment, StrictUndefined

from rmdocs import __version__, canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import VERIFY_STORE, FindingsError, RmdocsError, UsageError, why
from rmdocs.files import File
from rmdocs.findings import Finding, error
from rmdocs.messages import Language, Text, message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, REGISTER_NAMES, named
from rmdocs.registers.lists.auditwork import sample_list
from rmdocs.registers.records import find_folder, volume_head
from rmdocs.registers.series import SERIES_NAME
from rmdocs.reports.report import write_html
from rmdocs.store.objects import parse_tree
from rmdocs.store.proof import directories, examine
from rmdocs.store.prooffile import read_keys
from rmdocs.store.protocol import EVENTS_NAME
from rmdocs.workspace import proving, records, registers, store
from rmdocs.workspace.places import PACK_CHECKPOINTS

if TYPE_CHECKING:
    from rmdocs.audit.verify import Verification
    from rmdocs.identifiers import RecordNumber, Volume
    from rmdocs.registers.lists.auditwork import Sample
    from rmdocs.workspace.opening import Workspace

PROOFS = "proofs.json"
"""Which proof is that of which document: a list of objects with ``file`` and ``proof``."""
KEYS = "keys/rmdocs-ledger.keys"
RECORDS = "records"
SAMPLE = "sample.json"
LEDGERS = "ledgers"
TREES = f"{LEDGERS}/trees.json"
"""The directories of the volumes that lead to the acts of each record: git trees, in base64."""
_INDEX = Path(__file__).with_name("auditpack.jinja")
DOCUMENTS = frozenset({".docx", ".pdf"})
_CLAUSE = "ISO 15489-1 §5.2.2.3"


def state_place(volume: Volume) -> str:
    """Return where the proof of a volume's last act lies, which shows how the volume stands."""
    return f"{LEDGERS}/{volume.name}/last.tlog-proof"


def series_place(volume: Volume) -> str:
    """Return where it stands which numbers a volume has given."""
    return f"{LEDGERS}/{volume.name}/{SERIES_NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPack(Answer):
    """What went into a pack.

    :param records: how many. :param documents: of those. :param proofs: of documents.
    :param files: how many files in all.
    :param ok: whether the store was found sound as a whole, without its records' contents.
    :param findings: what could not be put in, and what is wrong with what was.
    """

    records: int
    documents: int
    proofs: int
    files: int
    ok: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackedDocument:
    """A document in the pack, and where its proof lies; nowhere if that is empty."""

    path: str
    proof: str = ""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackedRecord:
    """A record in the pack, as the index tells of it."""

    number: str
    status: Text
    title: Text
    documents: tuple[_PackedDocument, ...]
    files: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class Packing:
    """A pack being made: gives one file after the other, the index last.

    :param numbers: of the records. :param sample: that they were taken by, if they were.
    :param progress: told how many records of how many are in.
    """

    workspace: Workspace
    numbers: Sequence[RecordNumber]
    language: Language
    sample: Sample | None = None
    progress: Callable[[int, int], None] = lambda _done, _total: None
    _packed: list[_PackedRecord] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)
    _files: int = 0
    _verified: Verification | None = None
    _roots: dict[Volume, bytes] = field(default_factory=dict)
    _trees: dict[str, None] = field(default_factory=dict)

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what the bag says of itself (RFC 8493 §2.2.2)."""
        return {
            "Bagging-Date": self.workspace.today().isoformat(),
            "Bag-Software-Agent": f"rmdocs {__version__}",
            "Source-Organization": registers.organisation(self.workspace).text(self.language),
        }

    def files(self) -> Iterator[File]:
        """Yield the files of the pack, each by its path in it.

        :raises UsageError: if there is no record to put in.
        :raises ControlError: if a number was never given.
        """
        if not self.numbers:
            raise UsageError(
                message("there is no record to put in"),
                message("name records, or have a sample taken: --sample COUNT"),
            )
        for one in self._all():
            self._files += 1
            yield one

    @property
    def done(self) -> AuditPack:
        """Return what went in, once all files were given."""
        verified = self._verified
        documents = [one for record in self._packed for one in record.documents]
        of_records = (one for record in self._packed for one in record.findings)
        return AuditPack(
            records=len(self._packed),
            documents=len(documents),
            proofs=sum(bool(one.proof) for one in documents),
            files=self._files,
            ok=verified is not None and verified.ok,
            findings=(
                *self._findings,
                *of_records,
                *(verified.findings if verified is not None else ()),
            ),
        )

    def _all(self) -> Iterator[File]:
        # Before the records: what is sealed meanwhile is more than was proved, never less.
        for volume in dict.fromkeys(number.volume for number in self.numbers):
            yield from self._state(volume)
        for at, number in enumerate(self.numbers):
            self.progress(at, len(self.numbers))
            yield from self._record(number)
        if self.sample is not None:
            for place, of_sample in self.OF_SAMPLE.items():
                yield File(name=place, data=of_sample(self, self.sample))
        for place, made in self.PARTS.items():
            yield File(name=place, data=made(self, place))

    def _state(self, volume: Volume) -> Iterator[File]:
        """Yield what shows which acts the records of a volume have, and which numbers it gave."""
        store = self.workspace.store
        try:
            proof = proving.prove_state(self.workspace, volume)
            root = examine(proof, read_keys(proving.trusted(self.workspace).data)).directory
            given = store.objects.content(parse_tree(root).files[SERIES_NAME], "blob")
        except FindingsError as problem:
            self._findings += problem.findings
        except (LookupError, RmdocsError) as problem:
            self._findings.append(_left_out(state_place(volume), why(problem)))
        else:
            self._roots[volume] = root
            yield File(name=state_place(volume), data=proof)
            yield File(name=series_place(volume), data=given)

    def _record(self, number: RecordNumber) -> Iterator[File]:
        """Yield what was sealed of a record, each act, and the proofs of its documents."""
        found = records.trace(self.workspace, str(number))
        folder, head = (
            find_folder(self.workspace.store, number),
            volume_head(self.workspace.store, number),
        )
        place, paths, documents = f"{RECORDS}/{number}", list[str](), list[_PackedDocument]()
        if (root := self._roots.get(number.volume)) is not None:
            objects, path = self.workspace.store.objects, f"{number.directory}/{EVENTS_NAME}"
            for tree in directories(objects, root, path):
                self._trees[base64.b64encode(tree).decode()] = None
        for event in folder.events:
            data = head.read(f"{number.directory}/events/{event.file_name}")
            if data is not None:
                paths.append(f"{place}/events/{event.file_name}")
                yield File(name=paths[-1], data=data)
            for sealed in event.files:
                name = sealed.path.removeprefix(f"{number.directory}/")
                try:
                    content = head.reveal(sealed.path, number)
                except RmdocsError as problem:
                    self._findings.append(_left_out(f"{number}/{name}", why(problem)))
                    continue
                if content is None:
                    continue  # told with the record
                paths.append(f"{place}/{name}")
                file = File(name=paths[-1], data=content)
                yield file
                if file.suffix in DOCUMENTS:
                    proof = self._proof(file)
                    proved = f"{place}/proofs/{file.base}.tlog-proof" if proof else ""
                    documents.append(_PackedDocument(path=file.name, proof=proved))
                    if proof is not None:
                        yield File(name=proved, data=proof)
        self._packed.append(
            _PackedRecord(
                number=str(number),
                status=named(RECORD_STATUS_NAMES, found.status),
                title=found.title,
                documents=tuple(documents),
                files=tuple(path for path in paths if path not in {one.path for one in documents}),
                findings=found.findings,
            )
        )

    def _proof(self, file: File) -> bytes | None:
        try:
            return proving.prove(self.workspace, File(name=file.base, data=file.data)).file.data
        except FindingsError as problem:
            self._findings += problem.findings
        except RmdocsError as problem:
            self._findings.append(_left_out(file.name, why(problem)))
        return None

    # What is no record's, each by its place -----------------------------------------

    def _of_ledgers(self, _place: str) -> bytes:
        return canonical.encode([*self._trees])

    def _proofs(self, _place: str) -> bytes:
        return canonical.encode(
            [
                {"file": one.path, "proof": one.proof}
                for record in self._packed
                for one in record.documents
                if one.proof
            ]
        )

    def _keys(self, _place: str) -> bytes:
        return proving.trusted(self.workspace).data

    def _checkpoints(self, _place: str) -> bytes:
        return store.checkpoint(self.workspace).text.encode()

    def _register(self, place: str) -> bytes:
        report = registers.report(self.workspace, PurePosixPath(place).stem)
        return write_html((report,), self.language).encode()

    def _sample_page(self, sample: Sample) -> bytes:
        report = sample_list(sample, registers.organisation(self.workspace))
        return write_html((report,), self.language).encode()

    def _sample_told(self, sample: Sample) -> bytes:
        return canonical.encode(sample.to_json(self.language))

    def _verification(self, _place: str) -> bytes:
        return canonical.encode(self._verify().to_json(self.language))

    def _verify(self) -> Verification:
        if self._verified is None:
            self._verified = store.verify(self.workspace)
        return self._verified

    def _index(self, _place: str) -> bytes:
        verified = self._verify()

        def say(text: Text) -> str:
            return text.text(self.language)

        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        registers_ = dict(REGISTER_NAMES)
        if self.sample is not None:
            registers_ = {"sample": message("Audit sample"), **registers_}
        page = environment.from_string(_INDEX.read_text(encoding="utf-8")).render(
            language=self.language.tag,
            told={name: say(text) for name, text in _TOLD.items()},
            head=(
                say(registers.organisation(self.workspace)),
                self.workspace.today().isoformat(),
                f"rmdocs {__version__}",
            ),
            records=self._packed,
            seed=say(message("seed: {seed}", seed=self.sample.seed)) if self.sample else "",
            registers={name: say(title) for name, title in registers_.items()},
            summary=say(verified.told_size),
            findings=(*self._findings, *verified.findings),
            say=say,
        )
        return page.encode()

    PARTS: ClassVar[Mapping[str, Callable[[Packing, str], bytes]]] = {
        TREES: _of_ledgers,
        PROOFS: _proofs,
        KEYS: _keys,
        PACK_CHECKPOINTS: _checkpoints,
        **dict.fromkeys((f"registers/{name}.html" for name in REGISTER_NAMES), _register),
        "verification.json": _verification,
        "index.html": _index,
    }
    """How each file is made that every pack has; who checks a pack asks for the same."""

    OF_SAMPLE: ClassVar[Mapping[str, Callable[[Packing, Sample], bytes]]] = {
        "registers/sample.html": _sample_page,
        SAMPLE: _sample_told,
    }
    """How each file is made that a pack of a sample has besides."""


def _left_out(place: str, reason: Text) -> Finding:
    return error(
        "PACK-LEFT-OUT",
        place,
        message("it, or its proof, could not be put in: {reason}", reason=reason),
        VERIFY_STORE,
        clause=_CLAUSE,
    )


_TOLD = {
    "title": message("Audit pack"),
    "whole": message("The store as a whole"),
    "records": message("Records"),
    "number": message("number"),
    "form": message("form"),
    "status": message("status"),
    "documents": message("documents and their proofs"),
    "rest": message("record and acts"),
    "proof": message("proof"),
    "no_proof": message("no proof"),
    "registers": message("Registers"),
    "how": message("How to check it"),
    "check": message(
        "With the keys that the records officer gave you by another way, without the store and"
        " without a network:"
    ),
    "keys": message(
        "The keys in the pack are for comparison only: whoever made it put them there. The"
        " manifests (RFC 8493) name the SHA-256 of every file."
    ),
}
