"""Giving copies out: issued (发放), swapped when damaged, issued again when lost.

The document is marked with its 受控号, holder and revision, and sealed as it
is given out. Which document that is, the caller makes for the revision in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.acting import require_reason
from rmdocs.control.staff import JSON_TYPE
from rmdocs.copies.entering import LockedControl, control_locked
from rmdocs.copies.standing import Revisions
from rmdocs.copies.states import CLAUSE
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.issuing.editions import DOCX_TYPE
from rmdocs.lifecycle import STATUS_NAMES
from rmdocs.messages import message
from rmdocs.registers.copies import (
    COPY_NAME,
    Copy,
    CopyAct,
    CopyStatus,
    CopyTerms,
    Holder,
    copy_directory,
    exemplar_path,
)
from rmdocs.registers.people import StaffRegister
from rmdocs.rendering.stamps import Stamp, stamp
from rmdocs.store.protocol import NewFile
from rmdocs.values import unprintable

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
    from rmdocs.registers.revisions import Release
    from rmdocs.store.protocol import Deed, Store

Source = Callable[["Release", "CopyNumber"], bytes]
"""Makes the document (.docx) of a released revision that a copy is given out of."""

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Lost:
    """A copy that was lost, and the one issued in its place, if any."""

    lost: Copy
    replacement: Copy | None


def outside_holder(name: str) -> Holder:
    """Return a holder who is not in the register of staff.

    :raises UsageError: if the name is empty or too long to stand on a page.
    :raises FindingsError: if it cannot be printed exactly.
    """
    plain = " ".join(name.split())
    findings = tuple(unprintable(plain, "$.holder"))
    if findings:
        raise FindingsError(findings)
    if not plain or len(plain) > _LONGEST_NAME:
        raise UsageError(
            message("“{name}” is no name of a holder", name=plain),
            message("give a name of at most {most} signs", most=_LONGEST_NAME),
        )
    return Holder(plain)


def issue_copy(
    store: Store,
    document: DocumentNumber,
    holder: StaffNumber | Holder,
    source: Source,
    acting: Acting,
) -> Copy:
    """Issue a copy of the revision in force today to a holder (发放).

    :param holder: a member of staff, or somebody outside (:func:`outside_holder`).
    :raises ControlError: if the actor may not, the holder is unknown, or no
        revision is in force.
    :raises FindingsError: if the document cannot be made or marked.
    """
    with control_locked(store, acting) as control:
        control.require("copy.issue")
        known = holder if isinstance(holder, Holder) else _of_staff(control, holder)
        release = Revisions(control.head).in_force(document, acting.today)
        number = control.copies.next_number(document)
        [copy] = control.enter([_issue(control, number, release, known, source)])
        return copy


def replace_copy(  # noqa: PLR0913 - a swap simply says that much
    store: Store,
    number: CopyNumber,
    reason: str,
    source: Source,
    acting: Acting,
    *,
    destroyed: bool = False,
) -> Copy:
    """Swap a damaged copy for a new exemplar under its number.

    :param destroyed: whether the damaged one was destroyed; else it was taken back.
    :raises ControlError: if the actor may not, the copy's status does not
        allow it, or its revision is no longer in force.
    :raises FindingsError: if the document cannot be made or marked.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.replace")
        copy = control.copy(number, CopyAct.REPLACE)
        release = _still_in_force(control, copy)
        exemplar = copy.exemplar + 1
        file = _exemplar(number, exemplar, copy.holder, release, source)
        deed = control.deed(
            number,
            CopyAct.REPLACE,
            reason=reason,
            files=(file,),
            facts={"exemplar": exemplar, "destroyed": destroyed},
        )
        [done] = control.enter([deed])
        return done


def lose_copy(
    store: Store, number: CopyNumber, reason: str, source: Source, acting: Acting
) -> Lost:
    """Enter a copy as lost: its number is void, and its holder gets another one.

    The new copy is of the revision in force. There is none if the lost one
    was recalled, or nothing is in force any more.

    :raises ControlError: if the actor may not, or the status does not allow it.
    :raises FindingsError: if the new document cannot be made or marked.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.lose")
        copy = control.copy(number, CopyAct.LOSE)
        release = Revisions(control.head).find_in_force(number.document, acting.today)
        if copy.status is CopyStatus.RECALLED or release is None:
            [lost] = control.enter([control.deed(number, CopyAct.LOSE, reason=reason)])
            return Lost(lost, None)
        control.require("copy.issue")
        new = control.copies.next_number(number.document)
        lose = control.deed(number, CopyAct.LOSE, reason=reason, facts={"replaced_by": str(new)})
        issue = _issue(control, new, release, copy.holder, source, replaces=number)
        lost, replacement = control.enter([lose, issue])
        return Lost(lost, replacement)


def mark(number: CopyNumber, exemplar: int, holder: Holder, revision: Revision) -> Stamp:
    """Return what is stamped on every page of an exemplar."""
    again = "" if exemplar == 1 else f"（第{exemplar}份）"
    return Stamp(("受控文件", f"受控号 {number}{again}", f"持有人 {holder}", f"版本 {revision}"))


def _of_staff(control: LockedControl, staff_no: StaffNumber) -> Holder:
    return Holder(StaffRegister(control.head).person(staff_no).name, staff_no)


def _issue(  # noqa: PLR0913 - a copy simply has that many facts
    control: LockedControl,
    number: CopyNumber,
    release: Release,
    holder: Holder,
    source: Source,
    *,
    replaces: CopyNumber | None = None,
) -> Deed:
    terms = CopyTerms(
        number, release.revision, release.digest, holder, control.acting.today, replaces
    )
    value = terms.to_json()
    path = f"{copy_directory(number)}/{COPY_NAME}"
    return control.deed(
        number,
        CopyAct.ISSUE,
        files=(
            NewFile(path, canonical.encode(value), JSON_TYPE),
            _exemplar(number, 1, holder, release, source),
        ),
        facts={**value, "exemplar": 1},
    )


def _exemplar(
    number: CopyNumber, exemplar: int, holder: Holder, release: Release, source: Source
) -> NewFile:
    stamped = stamp(source(release, number), mark(number, exemplar, holder, release.revision))
    return NewFile(exemplar_path(number, exemplar), stamped, DOCX_TYPE)


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
                status=STATUS_NAMES[revisions.status(document, revision, today)],
            ),
            message("take it back, and issue a copy of the revision in force"),
            clause=CLAUSE,
        )
    return release
