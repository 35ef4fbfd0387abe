"""Making PDF of records' newest editions: converted some at a time, sealed one by one.

The same edition, engine and fonts give the same bytes: the moment in the file
is that of the edition, not of the making. Of many records, other processes make
pieces of the work; this one alone seals, each piece as soon as it is there, so that
what was broken off goes on where it ended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import PurePosixPath
from secrets import choice, randbelow
from typing import TYPE_CHECKING, ClassVar, Self

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.bulk import Bulk
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.records import PdfMade
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import by_command, message
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.flattening import flatten
from rmdocs.pdf.marks import Marks, StampWord, place_slips
from rmdocs.pdf.readback import disagreements
from rmdocs.registers.renditions import Rendition, formal, of_current, original, renditions
from rmdocs.renditions.records import (
    Subject,
    at_edition,
    not_rendered,
    page_code,
    rendition_event,
    require_own,
    subject,
    subject_or_void,
    unchanged,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.findings import Finding
    from rmdocs.forms.sections.slips import Slip
    from rmdocs.issuing.registry import Registry
    from rmdocs.pdf.codes import DocumentCode
    from rmdocs.pdf.engine import Engine
    from rmdocs.store.protocol import NewEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Answer):
    """A PDF that was made.

    :param number: of the record. :param name: its file name.
    :param sha256: of the file.
    :param already: whether it had been made before.
    """

    TOLD: ClassVar = ("number", "name", "already", "sha256")
    number: RecordNumber
    name: str
    sha256: str
    pdf: bytes = field(repr=False)
    already: bool = False

    @classmethod
    def of(cls, number: RecordNumber, name: str, pdf: bytes, *, already: bool = False) -> Self:
        """Return what was made, its digest taken."""
        return cls(number=number, name=name, sha256=canonical.sha256(pdf), pdf=pdf, already=already)


AT_ONCE = 25
"""Records that are converted together: all of them are sealed, or none."""
_IN_MEMORY = 16
"""How many such pieces of work are prepared at a time."""
_ONE_IN = 4
"""Of how many pieces that other machines made one is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A document of which PDF is wanted: all that the PDF hangs on.

    :param code: what its pages bear; None for a preview, which is stamped instead.
    :param slips: what is torn off it, and bears codes too.
    :param stays: whether it may not leave this machine: its record must be destroyable.
    """

    name: str
    document: bytes
    about: About
    code: DocumentCode | None
    slips: tuple[Slip, ...]
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _MadePiece:
    """What became of documents: PDF by its file name, or why there is none."""

    made: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def sealed_renditions(
    registry: Registry,
    numbers: Sequence[RecordNumber],
    engine: Engine,
    acting: ActingPerson,
    executor: Executor | None = None,
) -> Iterator[Made]:
    """Seal the formal PDF of each record's newest edition; what was made before is kept.

    Each is made and sealed when it is taken from what is returned, in the order of the numbers.

    :param executor: who makes PDF besides this process; see ``bulk``.
    :raises ControlError: if a record is void or unknown, or the actor may not; nothing
        is made.
    :raises FindingsError: with every document that cannot be converted, or whose PDF says
        something else; none of those ``AT_ONCE`` that are made with it is sealed.
    :raises MissingProgramError: if the engine is not installed.
    """
    require_key(acting.person, acting.key)
    # Named twice, it is still made once.
    subjects = [subject(registry, number) for number in dict.fromkeys(numbers)]
    for one in subjects:
        require_own(one, acting.person, message("make PDF of {form}", form=one.form.number))
    do = partial(_made_piece, engine)
    bulk = Bulk(
        here=do,
        elsewhere=do,
        executor=executor,
        stays=lambda piece: any(one.stays for one in piece),
        agrees=partial(_agrees, engine),
    )
    forms = registry.forms
    stay = {
        one.number
        for one in subjects
        if one.folder.encrypted or forms.must_be_destroyable(one.form.number)
    }
    return _sealed(subjects, stay, bulk, engine, acting)


def _sealed(
    subjects: Sequence[Subject],
    stay: Collection[RecordNumber],
    bulk: Bulk[tuple[_Wanted, ...], _MadePiece],
    engine: Engine,
    acting: ActingPerson,
) -> Iterator[Made]:
    groups = [subjects[at : at + AT_ONCE] for at in range(0, len(subjects), AT_ONCE)]
    findings: list[Finding] = []
    for first in range(0, len(groups), _IN_MEMORY):
        some = groups[first : first + _IN_MEMORY]
        pieces = deque(
            tuple(
                replace(wanted, stays=one.number in stay)
                for one in group
                if not _kept(one, engine)
                for wanted in _wanted(one, engine, coded=True)
            )
            for group in some
        )
        for group, (_, piece) in zip(some, bulk.each(pieces, in_order=True), strict=True):
            findings += piece.findings
            for one in group if not piece.findings else ():
                kept = _made(one, engine)
                yield from kept or _seal(one, engine, piece.made, acting)
    if findings:
        raise FindingsError(tuple(findings))


def _made_piece(engine: Engine, wanted: Sequence[_Wanted]) -> _MadePiece:
    try:
        return _MadePiece(made=_pdf_of(wanted, engine) if wanted else {})
    except FindingsError as problem:
        return _MadePiece(findings=problem.findings)


def _agrees(engine: Engine, wanted: Sequence[_Wanted], piece: _MadePiece) -> bool:
    """Return whether PDF made on another machine is of the documents, and, of some, one the same.

    Making it again takes what making it takes, but for the start of LibreOffice, so it is done
    of one document in a piece of every few.
    """
    if piece.findings or not wanted:
        return not piece.made
    if {*piece.made} != {pdf_name(one.name) for one in wanted}:
        return False
    if randbelow(_ONE_IN):
        return True
    one = choice(wanted)
    name = pdf_name(one.name)
    return _made_piece(engine, (one,)).made.get(name) == piece.made[name]


def preview(registry: Registry, number: RecordNumber, engine: Engine) -> list[Made]:
    """Return PDF of a record's newest edition, marked 预览; nothing is sealed.

    :raises FindingsError: if a document cannot be converted.
    """
    wanted = [*_wanted(subject(registry, number), engine, coded=False)]
    return [
        Made.of(number, f"{name.removesuffix('.pdf')}-preview.pdf", pdf)
        for name, pdf in _pdf_of(wanted, engine).items()
    ]


def document_code(one: Subject, copy: int = 0) -> DocumentCode:
    """Return what the pages of the edition that is newest in ``one`` bear.

    :param copy: which addressee's copy they are of; 0 is the document itself.
    """
    return page_code(one.folder, copy)


def _kept(one: Subject, engine: Engine) -> list[Rendition]:
    """Return what this version of the engine made of the newest edition already."""
    return [
        rendition
        for rendition in of_current(one.folder.events)
        if isinstance(rendition.said, PdfMade) and rendition.said.engine == called(engine)
    ]


def _made(one: Subject, engine: Engine) -> list[Made]:
    """Return the same, read again from the store."""
    return [
        Made.of(
            one.number,
            PurePosixPath(rendition.file.path).name,
            one.content(rendition.file),
            already=True,
        )
        for rendition in _kept(one, engine)
    ]


def _wanted(one: Subject, engine: Engine, *, coded: bool) -> Iterator[_Wanted]:
    """Yield the documents of a record's newest edition.

    :param coded: whether their pages bear codes; only what may be signed bears codes by
        which it is filed.
    """
    edition = one.folder.current
    about = About(
        number=str(one.number),
        revision=str(one.folder.revision),
        edition=edition.number,
        title=one.form.title.zh,
        organisation=one.form.organisation.zh,
        moment=edition.event.time,
        engine=called(engine),
        source=one.source(),
    )
    for file in edition.documents:
        name = PurePosixPath(file.path).name
        code = document_code(one, RecordNumber.copy_in(name)) if coded else None
        yield _Wanted(
            name=name,
            document=one.content(file),
            about=about,
            code=code,
            slips=one.form.slips if coded else (),
        )


def _pdf_of(wanted: Sequence[_Wanted], engine: Engine) -> dict[str, bytes]:
    """Return the finished PDF of every document, by its file name.

    :raises FindingsError: with everything that cannot be converted, or that a PDF to be
        sealed says otherwise, page by page, than its document.
    """
    converted = engine.convert({one.name: one.document for one in wanted})
    found = [
        finding
        for one in wanted
        if one.code is not None
        for finding in disagreements(one.name, one.document, converted[one.name])
    ]
    if found:
        raise FindingsError(tuple(found))
    return {pdf_name(one.name): _finished(one, converted[one.name]) for one in wanted}


def pdf_name(name: str) -> str:
    """Return what the PDF of a document is called."""
    return f"{PurePosixPath(name).stem}.pdf"


def _finished(one: _Wanted, pdf: bytes) -> bytes:
    if one.code is None:
        return finish(pdf, one.about, Marks(stamp=StampWord.PREVIEW))
    marks = Marks(code=one.code, slips=place_slips(pdf, one.slips, one.name))
    return finish(pdf, one.about, marks)


def called(engine: Engine) -> str:
    """Return the engine's name and version, as events and files write it."""
    return f"{engine.name} {engine.version}"


def _seal(
    one: Subject, engine: Engine, made: Mapping[str, bytes], acting: ActingPerson
) -> list[Made]:
    edition = one.folder.current.number
    again = sum(rendition.is_formal for rendition in of_current(one.folder.events))
    place = f"renditions/{edition}" + (f"-{again + 1}" if again else "")
    names = [pdf_name(PurePosixPath(file.path).name) for file in one.folder.current.documents]
    new_events: list[NewEvent] = [
        rendition_event(
            one,
            PdfMade(rules=one.rules, of_edition=edition, engine=called(engine), formal=True),
            f"{place}/{name}",
            made[name],
            ahead,
        )
        for ahead, name in enumerate(names)
    ]
    with unchanged(one) as branch:
        acting.seal(branch, new_events)
    return [Made.of(one.number, name, made[name]) for name in names]


_NAMES = {StampWord.COPY: "copy", StampWord.VOID: "void-copy"}
"""What the file name of a copy ends in."""
_COPIER = "rmdocs"


def copy_renditions(registry: Registry, number: RecordNumber) -> list[Made]:
    """Return marked copies of what counts of a record; nothing is sealed.

    The signed original if there is one; else the formal PDF of the newest
    edition, one for each of its documents. Of a void record the last there is.

    :raises ControlError: if there is no PDF to copy, or the record was disposed of.
    """
    one = subject_or_void(registry, number)
    stamp = StampWord.VOID if one.is_void else StampWord.COPY
    return [_copied(one, rendition, stamp) for rendition in _counting(one)]


def _counting(one: Subject) -> list[Rendition]:
    """Return the files that count, at least one."""
    folder = one.folder
    signed = original(folder.events, one.form)
    if signed is not None:
        return [signed]
    edition = folder.current.number
    if one.is_void:
        # Nothing of it counts any more: the last there is shows what it was.
        made = [found.edition for found in renditions(folder.events) if found.is_formal]
        edition = made[-1] if made else edition
    found = formal(folder.events, edition)
    if not found:
        raise _nothing(one)
    return list(found)


def _nothing(one: Subject) -> ControlError:
    if one.is_void:
        return ControlError(
            message("{number} is void, and no PDF was ever made of it", number=one.number),
            by_command(
                message("look at what it said"),
                message("rmdocs export {number}", number=one.number),
            ),
        )
    return not_rendered(one)


def _copied(one: Subject, rendition: Rendition, stamp: StampWord) -> Made:
    then = at_edition(one, rendition.edition)
    path = PurePosixPath(rendition.file.path)
    drawn = flatten(one.content(rendition.file), path.name)
    about = About(
        number=str(one.number),
        revision=str(then.folder.revision),
        edition=rendition.edition,
        title=f"{then.form.title.zh}（{stamp}）",
        organisation=then.form.organisation.zh,
        moment=rendition.event.time,
        engine=rendition.said.engine if isinstance(rendition.said, PdfMade) else _COPIER,
        copy_of=rendition.file.sha256,
    )
    pdf = finish(drawn, about, Marks(stamp=stamp), path.name)
    return Made.of(one.number, f"{path.stem}-{_NAMES[stamp]}.pdf", pdf)
