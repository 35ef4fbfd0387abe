"""Giving copies out: issued (发放), swapped when damaged, issued again when lost.

The document is marked with its 受控号, holder and revision, and sealed as it
is given out. Which document that is, the caller makes for the revision in force.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_reason
from rmdocs.control.staff import JSON_TYPE
from rmdocs.copies.states import CLAUSE, LockedControl, Revisions, control_locked
from rmdocs.errors import ControlError, UsageError
from rmdocs.events.copies import CopyIssued, CopyLost, CopyReplaced, CopyTerms, Holder
from rmdocs.issuing.editions import DOCX_TYPE
from rmdocs.messages import message
from rmdocs.registers.copies import COPY_NAME, PDF, Copy, CopyStatus, copy_directory, exemplar_path
from rmdocs.registers.renditions import PDF_TYPE
from rmdocs.registers.staff import StaffRegister
from rmdocs.rendering.pageidentity import numbers_pages
from rmdocs.rendering.stamps import Stamp, stamp
from rmdocs.store.protocol import NewFile
from rmdocs.values import is_blank, require_readable

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
    from rmdocs.pdf.engine import Engine
    from rmdocs.registers.revisions import Release
    from rmdocs.store.protocol import NewEvent, Store


Source = Callable[["Release", "CopyNumber"], bytes]
"""Makes the document (.docx) of a released revision that a copy is given out of."""

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """One exemplar of a copy, as it is given out.

    :param serial: 1, and one more each time a damaged one is swapped.
    """

    number: CopyNumber
    serial: int
    holder: Holder
    release: Release

    @property
    def revision(self) -> Revision:
        """Return the revision that it is a copy of."""
        return self.release.revision


Printer = Callable[[bytes, Exemplar], bytes]
"""Makes the marked PDF of an exemplar out of its document (.docx), which bears no control_mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Answer):
    """A copy that was lost, and what its holder has now.

    :param lost: the copy as it stands. :param replacement: issued in its place, if any.
    """

    lost: Copy
    replacement: Copy | None


def outside_holder(name: str) -> Holder:
    """Return a holder who is not in the register of staff.

    :raises UsageError: if the name is empty or too long to stand on a page.
    :raises FindingsError: if it cannot be printed exactly, or is not read as it is.
    """
    plain = " ".join(name.split())
    require_readable(plain, "$.holder")
    if is_blank(plain) or len(plain) > _LONGEST_NAME:
        raise UsageError(
            message("“{name}” is no name of a holder", name=plain),
            message("give a name of at most {most} signs", most=_LONGEST_NAME),
        )
    return Holder(name=plain)


def issue_copy(  # noqa: PLR0913 - a copy simply says that much
    store: Store,
    document: DocumentNumber,
    holder: StaffNumber | Holder,
    source: Source,
    acting: ActingPerson,
    *,
    printer: Printer | None = None,
) -> Copy:
    """Issue a copy of the revision in force today to a holder (发放).

    :param holder: a member of staff, or somebody outside (:func:`outside_holder`).
    :param printer: if given, its PDF is sealed beside the document.
    :raises ControlError: if the actor may not, the holder is unknown, or no
        revision is in force.
    :raises FindingsError: if the document cannot be made or marked.
    """
    with control_locked(store, acting) as control:
        control.require("copy.issue")
        known = holder if isinstance(holder, Holder) else _of_staff(control, holder)
        release = Revisions(control.head).in_force(document, acting.today)
        number = control.copies.next_number(document)
        exemplar = Exemplar(number=number, serial=1, holder=known, release=release)
        files = _files(exemplar, source, printer)
        [copy] = control.enter([_issue(control, exemplar, files)])
        return copy


def replace_copy(  # noqa: PLR0913 - a swap simply says that much
    store: Store,
    number: CopyNumber,
    reason: str,
    source: Source,
    acting: ActingPerson,
    *,
    destroyed: bool = False,
    printer: Printer | None = None,
) -> Copy:
    """Swap a damaged copy for a new exemplar under its number.

    :param destroyed: whether the damaged one was destroyed; else it was taken back.
    :param printer: as for :func:`issue_copy`.
    :raises ControlError: if the actor may not, the copy's status does not
        allow it, or its revision is no longer in force.
    :raises FindingsError: if the document cannot be made or marked.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.replace")
        copy = control.copy(number, CopyReplaced)
        release = _still_in_force(control, copy)
        exemplar = Exemplar(
            number=number, serial=copy.exemplar + 1, holder=copy.holder, release=release
        )
        new_event = control.new_event(
            number,
            CopyReplaced(on=control.today, exemplar=exemplar.serial, destroyed=destroyed),
            reason=reason,
            files=_files(exemplar, source, printer),
        )
        [done] = control.enter([new_event])
        return done


def lose_copy(  # noqa: PLR0913 - as issuing one
    store: Store,
    number: CopyNumber,
    reason: str,
    source: Source,
    acting: ActingPerson,
    *,
    printer: Printer | None = None,
) -> Lost:
    """Enter a copy as lost: its number is void, and its holder gets another one.

    The new copy is of the revision in force. There is none if the lost one
    was recalled, or nothing is in force any more.

    :param printer: as for :func:`issue_copy`.
    :raises ControlError: if the actor may not, or the status does not allow it.
    :raises FindingsError: if the new document cannot be made or marked.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.lose")
        copy = control.copy(number, CopyLost)
        release = Revisions(control.head).find_in_force(number.document, acting.today)
        if copy.status is CopyStatus.RECALLED or release is None:
            facts = CopyLost(on=control.today)
            [lost] = control.enter([control.new_event(number, facts, reason=reason)])
            return Lost(lost=lost, replacement=None)
        control.require("copy.issue")
        new = control.copies.next_number(number.document)
        facts = CopyLost(on=control.today, replaced_by=new)
        lose = control.new_event(number, facts, reason=reason)
        exemplar = Exemplar(number=new, serial=1, holder=copy.holder, release=release)
        files = _files(exemplar, source, printer)
        issue = _issue(control, exemplar, files, replaces=number)
        lost, replacement = control.enter([lose, issue])
        return Lost(lost=lost, replacement=replacement)


def control_mark(number: CopyNumber, exemplar: int, holder: Holder, revision: Revision) -> Stamp:
    """Return what is stamped on every page of an exemplar."""
    again = "" if exemplar == 1 else f"（第{exemplar}份）"
    return Stamp(
        lines=("受控文件", f"受控号 {number}{again}", f"持有人 {holder}", f"版本 {revision}")
    )


def _of_staff(control: LockedControl, staff_no: StaffNumber) -> Holder:
    return Holder(name=StaffRegister(head=control.head).person(staff_no).name, staff_no=staff_no)


def _issue(
    control: LockedControl,
    exemplar: Exemplar,
    files: tuple[NewFile, ...],
    *,
    replaces: CopyNumber | None = None,
) -> NewEvent:
    number, release = exemplar.number, exemplar.release
    terms = CopyTerms(
        number=number,
        revision=release.revision,
        digest=release.digest,
        holder=exemplar.holder,
        issued_on=control.acting.today,
        replaces=replaces,
    )
    data, path = canonical.encode(terms.to_json()), f"{copy_directory(number)}/{COPY_NAME}"
    return control.new_event(
        number,
        CopyIssued(on=control.today, terms=terms, exemplar=exemplar.serial),
        files=(NewFile(path=path, data=data, media_type=JSON_TYPE), *files),
    )


def _files(exemplar: Exemplar, source: Source, printer: Printer | None) -> tuple[NewFile, ...]:
    """Return the marked document of an exemplar, and its PDF if one is asked for."""
    number, serial = exemplar.number, exemplar.serial
    document = source(exemplar.release, number)
    stamped = stamp(document, control_mark(number, serial, exemplar.holder, exemplar.revision))
    file = NewFile(path=exemplar_path(number, serial), data=stamped, media_type=DOCX_TYPE)
    if printer is None:
        return (file,)
    pdf = printer(document, exemplar)
    return (file, NewFile(path=exemplar_path(number, serial, PDF), data=pdf, media_type=PDF_TYPE))


def _still_in_force(control: LockedControl, copy: Copy) -> Release:
    """Return the release of a copy's revision.

    :raises ControlError: if it is not the one in force.
    """
    document, revision = copy.number.document, copy.terms.revision
    revisions, today = Revisions(control.head), control.acting.today
    release = revisions.find_in_force(document, today)
    if release is None or release.revision != revision:
        raise ControlError(
            message(
                "{copy} is of {document} {revision}, which is {status}: it is not swapped",
                copy=copy.number,
                document=document,
                revision=revision,
                status=revisions.status(document, revision, today).called,
            ),
            message("take it back, and issue a copy of the revision in force"),
            clause=CLAUSE,
        )
    return release


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPrinting:
    """What the PDF of a copy is made with.

    :param engine: a formal one.
    :param title: of the document, in Chinese; ``organisation`` likewise.
    :param moment: of the act that gives the copy out.
    """

    engine: Engine
    title: str
    organisation: str
    moment: datetime


def print_exemplar(document: bytes, exemplar: Exemplar, press: CopyPrinting) -> bytes:
    """Return the PDF of an exemplar; pages are numbered unless the document does so.

    :param document: the document (.docx) without any mark.
    :raises FindingsError: if it cannot be converted or marked.
    """
    from rmdocs.pdf.archive import About, finish  # noqa: PLC0415 - slow to import, seldom needed
    from rmdocs.pdf.marks import Marks  # noqa: PLC0415 - as above

    name = exemplar.number.document_name(exemplar.serial)
    pdf = press.engine.convert({name: document})[name]
    marks = Marks(control=control_text(exemplar), numbered=not numbers_pages(document))
    about = About(
        number=str(exemplar.number),
        revision=str(exemplar.revision),
        edition=exemplar.serial,
        title=press.title,
        organisation=press.organisation,
        moment=press.moment,
        engine=f"{press.engine.name} {press.engine.version}",
    )
    return finish(pdf, about, marks, name)


def control_text(exemplar: Exemplar) -> str:
    """Return what stands beside 受控号.

    Marks have few Chinese signs: of a holder the staff number is printed; the
    name, and who holds a copy outside, is in the register.
    """
    holder = exemplar.holder.staff_no
    parts = [
        str(exemplar.number),
        f"第{exemplar.serial}份" if exemplar.serial > 1 else "",
        f"持有人 {holder}" if holder else "",
        f"版本 {exemplar.revision}",
    ]
    return " ".join(filter(None, parts))
