"""Making PDF of records' newest editions: converted in one batch, sealed one by one.

The same edition, engine and fonts give the same bytes: the moment in the file
is that of the edition, not of the making.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
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
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.issuing.registry import Registry
    from rmdocs.pdf.codes import DocumentCode
    from rmdocs.pdf.engine import Engine
    from rmdocs.store.protocol import NewEvent

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Answer):
    """A PDF that was made.

    :param number: of the record. :param name: its file name.
    :param already: whether it had been made before.
    """

    TOLD: ClassVar = ("number", "name", "already", "sha256")
    number: RecordNumber
    name: str
    pdf: bytes
    already: bool = False

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return canonical.sha256(self.pdf)


def make_renditions(
    registry: Registry,
    numbers: Sequence[RecordNumber],
    engine: Engine,
    acting: ActingPerson,
    progress: Progress = lambda _done, _total: None,
) -> list[Made]:
    """Seal the formal PDF of each record's newest edition; what was made before is kept.

    :raises ControlError: if a record is void or unknown, or the actor may not.
    :raises FindingsError: if a document cannot be converted, or its PDF says something
        else; nothing is sealed.
    :raises MissingProgramError: if the engine is not installed.
    """
    require_key(acting.person, acting.key)
    # Named twice, it is still made once.
    subjects = [subject(registry, number) for number in dict.fromkeys(numbers)]
    for one in subjects:
        require_own(one, acting.person, message("make PDF of {form}", form=one.form.number))
    wanted = [one for one in subjects if not _made(one, engine)]
    made = _rendered(wanted, engine) if wanted else {}
    found: list[Made] = []
    for done, one in enumerate(subjects, 1):
        kept = _made(one, engine)
        if kept:
            found += kept
        else:
            found += _seal(one, engine, made, acting)
        progress(done, len(subjects))
    return found


def preview(registry: Registry, number: RecordNumber, engine: Engine) -> list[Made]:
    """Return PDF of a record's newest edition, marked 预览; nothing is sealed.

    :raises FindingsError: if a document cannot be converted.
    """
    one = subject(registry, number)
    made = _rendered([one], engine, StampWord.PREVIEW)
    return [
        Made(number=number, name=f"{name.removesuffix('.pdf')}-preview.pdf", pdf=pdf)
        for name, pdf in made.items()
    ]


def document_code(one: Subject, copy: int = 0) -> DocumentCode:
    """Return what the pages of the edition that is newest in ``one`` bear.

    :param copy: which addressee's copy they are of; 0 is the document itself.
    """
    return page_code(one.folder, copy)


def _made(one: Subject, engine: Engine) -> list[Made]:
    """Return what this version of the engine made of the newest edition already."""
    return [
        Made(
            number=one.number,
            name=PurePosixPath(rendition.file.path).name,
            pdf=one.content(rendition.file),
            already=True,
        )
        for rendition in of_current(one.folder.events)
        if isinstance(rendition.said, PdfMade) and rendition.said.engine == called(engine)
    ]


def _rendered(
    subjects: Sequence[Subject], engine: Engine, stamp: StampWord | None = None
) -> dict[str, bytes]:
    """Return the finished PDF of every document of every newest edition, by its file name."""
    documents = {
        PurePosixPath(file.path).name: one.content(file)
        for one in subjects
        for file in one.folder.current.documents
    }
    converted = engine.convert(documents)
    if stamp is None:
        _require_agreement(documents, converted)
    return {
        pdf_name(name): _finished(one, name, converted[name], engine, stamp)
        for one in subjects
        for name in _names(one)
    }


def _require_agreement(documents: Mapping[str, bytes], converted: Mapping[str, bytes]) -> None:
    """Refuse PDF that does not say, page by page, what its document says.

    :raises FindingsError: with everything that differs.
    """
    found = [
        finding
        for name, document in documents.items()
        for finding in disagreements(name, document, converted[name])
    ]
    if found:
        raise FindingsError(tuple(found))


def pdf_name(name: str) -> str:
    """Return what the PDF of a document is called."""
    return f"{PurePosixPath(name).stem}.pdf"


def _names(one: Subject) -> Iterator[str]:
    return (PurePosixPath(file.path).name for file in one.folder.current.documents)


def _finished(
    one: Subject, name: str, pdf: bytes, engine: Engine, stamp: StampWord | None
) -> bytes:
    edition = one.folder.current
    marks = Marks(stamp=stamp)
    if stamp is None:
        # Only what may be signed bears codes by which it is filed.
        code = document_code(one, RecordNumber.copy_in(name))
        marks = Marks(code=code, slips=place_slips(pdf, one.form.slips, name))
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
    return finish(pdf, about, marks)


def called(engine: Engine) -> str:
    """Return the engine's name and version, as events and files write it."""
    return f"{engine.name} {engine.version}"


def _seal(one: Subject, engine: Engine, made: dict[str, bytes], acting: ActingPerson) -> list[Made]:
    edition = one.folder.current.number
    again = sum(rendition.is_formal for rendition in of_current(one.folder.events))
    place = f"renditions/{edition}" + (f"-{again + 1}" if again else "")
    names = [pdf_name(name) for name in _names(one)]
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
    return [Made(number=one.number, name=name, pdf=made[name]) for name in names]


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
    return Made(number=one.number, name=f"{path.stem}-{_NAMES[stamp]}.pdf", pdf=pdf)
