"""Copies of what counts: a 复制件 of the signed original, or 作废 on a void record's last PDF.

A copy is made of the rendition's pages and bears its mark across each. It is
sealed nowhere and proves nothing; the file names the one it was made from by
its SHA-256. The record that the formal PDF carries does not come along.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError
from rmdocs.messages import message
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.flattening import flatten
from rmdocs.pdf.marks import Marks, Stamp, mark
from rmdocs.registers.renditions import RENDER, Rendition, formal, original, renditions
from rmdocs.renditions.making import Made
from rmdocs.renditions.records import Subject, at_edition, not_rendered, subject_or_void

if TYPE_CHECKING:
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.office import Office

_NAMES = {Stamp.COPY: "copy", Stamp.VOID: "void-copy"}
"""What the file name of a copy ends in."""
_COPIER = "rmdocs"


def copy_renditions(office: Office, number: RecordNumber) -> list[Made]:
    """Return marked copies of what counts of a record; nothing is sealed.

    The signed original if there is one; else the formal PDF of the newest
    edition, one for each of its documents. Of a void record the last there is.

    :raises ControlError: if there is no PDF to copy, or the record was disposed of.
    """
    one = subject_or_void(office, number)
    stamp = Stamp.VOID if one.is_void else Stamp.COPY
    return [_copied(one, rendition, stamp) for rendition in _counting(one)]


def _counting(one: Subject) -> list[Rendition]:
    """Return the files that count, at least one."""
    folder = one.folder
    signed = original(folder, one.form)
    if signed is not None:
        return [signed]
    edition = folder.current.number
    if one.is_void:
        # Nothing of it counts any more: the last there is shows what it was.
        made = [found.edition for found in renditions(folder) if found.kind == RENDER]
        edition = made[-1] if made else edition
    found = formal(folder, edition)
    if not found:
        raise _nothing(one)
    return list(found)


def _nothing(one: Subject) -> ControlError:
    if one.is_void:
        return ControlError(
            message("{number} is void, and no PDF was ever made of it", number=one.number),
            message("see what it said with: rmdocs export {number}", number=one.number),
        )
    return not_rendered(one)


def _copied(one: Subject, rendition: Rendition, stamp: Stamp) -> Made:
    then = at_edition(one, rendition.edition)
    path = PurePosixPath(rendition.file.path)
    marked = mark(flatten(one.content(rendition.file), path.name), Marks(stamp=stamp), path.name)
    about = About(
        number=str(one.number),
        revision=then.folder.revision,
        edition=rendition.edition,
        title=f"{then.form.title.zh}（{stamp}）",
        organisation=then.form.organisation.zh,
        moment=rendition.event.time,
        engine=rendition.event.facts.get("engine", _COPIER),
        copy_of=rendition.file.sha256,
    )
    return Made(one.number, f"{path.stem}-{_NAMES[stamp]}.pdf", finish(marked, about))
