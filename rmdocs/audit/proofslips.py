"""A proof on paper: one page that says what it is of, and bears all of it as QR codes.

Whoever has the page and the keys checks it as they would the file (docs/proof-format.md). A code
bears a part of the proof as text, so that whatever scanner reads it hands it on whole: a line that
says which part of which proof it is, then a piece of the proof. A piece neither begins nor ends
with what such programs cut off; how they write the ends of lines does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from math import ceil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.audit.prooflimits import act_of
from rmdocs.audit.proofs import prove
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language, Text, listed, message
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.qrcodes import with_squares
from rmdocs.registers.ledgerkeys import founding_key
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import as_read
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.store.proof import examine
from rmdocs.store.prooffile import refused
from rmdocs.values import View

if TYPE_CHECKING:
    from rmdocs.issuing.registry import Registry
    from rmdocs.pdf.engine import Engine
    from rmdocs.store.event import Event
    from rmdocs.store.head import LedgerStore
    from rmdocs.store.witnesspolicy import WitnessPolicy


_TEMPLATE = Path(__file__).with_name("proof-slip.docx")
_MOST_FILES = 3
_GROUP = 16
"""Digits of a hash between two spaces, for eyes that compare them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSlip(Answer):
    """The proof of one document on a page.

    :param number: of its record. :param edition: None if what is proved is of none.
    :param codes: how many QR codes the proof takes.
    :param file: the page, a PDF.
    :param findings: what the proof does not show, and what is known here besides.
    """

    TOLD: ClassVar = ("number", "edition", "codes", "findings")
    number: str
    edition: int | None
    codes: int
    file: File
    findings: tuple[Finding, ...]


def slip_of(  # noqa: PLR0913, PLR0917 - what is proved, and by what it is drawn
    store: LedgerStore,
    registry: Registry,
    target: str | File,
    engine: Engine,
    now: datetime,
    policy: WitnessPolicy | None = None,
) -> ProofSlip:
    """Return the proof of a record's newest edition, or of a file that the store knows, as a page.

    :param policy: as :func:`~rmdocs.audit.proofs.prove` takes it.
    :param now: when it is made, in the office's time.
    :raises ControlError, FindingsError: as :func:`~rmdocs.audit.proofs.prove` does; or if the
        page cannot be laid out.
    """
    found = prove(store, registry, target, policy)
    proven = examine(found.file.data, (founding_key(registry.control),))
    event, checkpoint = proven.event, proven.checkpoint
    folder = find_folder(registry.store, RecordNumber.parse(found.number))
    form = registry.forms.load(registry.forms.release(folder.form, folder.revision)).form
    document = _compiled().render(
        {
            "organisation": form.organisation.zh,
            "number": found.number,
            "edition": found.edition,
            "form_title": form.title.zh,
            "form_number": str(folder.form),
            "revision": str(folder.revision),
            "act": act_of(event).text(Language.ZH),
            "moment": f"{event.time.astimezone(registry.zone):%Y-%m-%d %H:%M:%S}",
            "name": event.actor.name,
            "staff_no": event.actor.staff_no,
            "files": tuple(_files(event)),
            "ledger": checkpoint.origin,
            "events": checkpoint.size,
            "pin": checkpoint.pin,
            "printed_on": now.date(),
        }
    )
    name = f"{PurePosixPath(found.file.name).stem}-proof"
    parts = parts_of(found.file.data)
    about = About(
        number=found.number,
        revision=str(folder.revision),
        edition=found.edition or 1,
        title=form.title.zh,
        organisation=form.organisation.zh,
        moment=now,
        engine=f"{engine.name} {engine.version}",
    )
    page = finish(engine.convert({name: document})[name], about)
    return ProofSlip(
        number=found.number,
        edition=found.edition,
        codes=len(parts),
        file=File(name=f"{name}.pdf", data=with_squares(page, parts, name)),
        findings=found.findings,
    )


def _files(event: Event) -> Iterator[View]:
    """Yield the documents that an act sealed, as a reader gets them; of many, the first."""
    sealed = [one for one in as_read(event) if PurePosixPath(one.path).suffix != ".json"]
    for one in sealed[:_MOST_FILES]:
        groups = [one.sha256[at : at + _GROUP] for at in range(0, len(one.sha256), _GROUP)]
        yield View({"name": PurePosixPath(one.path).name, "sha256": " ".join(groups)})
    if len(sealed) > _MOST_FILES:
        yield View({"name": f"等，共 {len(sealed)} 个文件", "sha256": ""})


@cache
def _compiled() -> CompiledTemplate:
    return CompiledTemplate.compile(_TEMPLATE.read_bytes())


MARK = b"rmdocs-proof/1 "
"""What every part begins with."""
MOST_PARTS = 6
_PIECE = 600
"""Bytes of a piece at least, unless there is only one: so many fit a code of 101 modules."""
_DIGEST = 16
_CUT = b" \r\n"
_PART = re.compile(rb"([1-9])/([1-9]) ([0-9a-f]{16})\r?\n(.+)", re.DOTALL)
_SCAN = message("scan the slip again, flat and whole, at 300 dpi, or ask for the proof as a file")


def parts_of(proof: bytes) -> tuple[bytes, ...]:
    """Return the parts of a proof, in order: one to six, as long as each other."""
    text, digest = proof.rstrip(_CUT), canonical.sha256(proof)[:_DIGEST]
    count = min(MOST_PARTS, ceil(len(text) / _PIECE))
    pieces, begin = [], 0
    for left in range(count, 0, -1):
        end = begin + ceil((len(text) - begin) / left)
        while end < len(text) and not _whole(text, end):
            end += 1
        pieces.append(text[begin:end])
        begin = end
    return tuple(
        b"%s%d/%d %s\n%s" % (MARK, at, count, digest.encode(), piece)
        for at, piece in enumerate(pieces, 1)
    )


def _whole(text: bytes, at: int) -> bool:
    """Return whether a text may be cut there: between two signs that are seen and are ASCII."""
    before, after = text[at - 1], text[at]
    return before not in _CUT and after not in _CUT and before < 0x80 and after < 0x80  # noqa: PLR2004 - ASCII


def joined(texts: Iterable[bytes]) -> bytes:
    """Return the proof whose parts stand in texts, in whatever order and how often each.

    :raises FindingsError: PROOF-PARTS, if one is missing, or they are of several proofs.
    """
    found: dict[bytes, tuple[int, dict[int, bytes]]] = {}
    for text in texts:
        for part in map(_PART.fullmatch, text.split(MARK)[1:]):
            if part is not None:
                _, pieces = found.setdefault(part[3], (int(part[2]), {}))
                pieces.setdefault(int(part[1]), part[4].rstrip(_CUT))
    if not found:
        raise _refused(message("there is no part of a proof in it"))
    if len(found) > 1:
        raise _refused(message("there are parts of {count} proofs in it", count=len(found)))
    [(digest, (count, pieces))] = found.items()
    missing = [at for at in range(1, count + 1) if at not in pieces]
    if missing:
        raise _refused(
            message(
                "of its {count} codes these are missing: {missing}",
                count=count,
                missing=listed(missing),
            )
        )
    proof = b"".join(pieces[at] for at in range(1, count + 1)).replace(b"\r\n", b"\n") + b"\n"
    if canonical.sha256(proof)[:_DIGEST].encode() != digest:
        raise _refused(message("a code of it was read wrongly"))
    return proof


def _refused(reason: Text) -> FindingsError:
    return refused(reason, "PROOF-PARTS", _SCAN)
