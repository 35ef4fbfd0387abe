"""The mark of a sheet to fill: for which revision of which form it was made.

It stands on a worksheet of its own, where a person can read it and every
spreadsheet program keeps it. A sheet without it is anybody's, and accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake.cells import Cell, text
from rmdocs.messages import Language, Text, message

WORKSHEET = "版本"
_NUMBER, _REVISION, _TITLE, _NOTE = "表单编号", "版本", "名称", "说明"
_RECORD = "更正记录"
_SAID: Text = message(
    "This sheet is for the revision above only: if the form has a newer one, make the sheet"
    " again. Leave the hidden row under the titles as it is."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMark:
    """For which revision a sheet was made.

    :param title: the form's Chinese title, for whoever opens it.
    :param record: number of the record that it corrects; empty where it is for new ones.
    """

    number: DocumentNumber
    revision: Revision
    title: str = ""
    record: str = ""


def rows(mark: SheetMark, language: Language = Language.ZH) -> tuple[tuple[str, str], ...]:
    """Return the rows of the worksheet that says so."""
    corrects = ((_RECORD, mark.record),) if mark.record else ()
    return (
        (_NUMBER, str(mark.number)),
        (_REVISION, str(mark.revision)),
        (_TITLE, mark.title),
        *corrects,
        (_NOTE, _SAID.text(language)),
    )


def read(given: Sequence[Sequence[Cell]]) -> SheetMark | None:
    """Return the mark that the rows of a worksheet hold, or None if they hold none."""
    said = {text(row[0]).strip(): text(row[1]).strip() for row in given if len(row) > 1}
    if _NUMBER not in said or _REVISION not in said:
        return None
    try:
        number, revision = DocumentNumber.parse(said[_NUMBER]), Revision.parse(said[_REVISION])
    except UsageError:
        return None
    return SheetMark(
        number=number, revision=revision, title=said.get(_TITLE, ""), record=said.get(_RECORD, "")
    )
