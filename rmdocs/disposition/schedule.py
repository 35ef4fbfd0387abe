"""The retention schedule, applied: how long a record is kept, and from when it need not be.

The schedule is data of each form (``[retention]``); a record is kept under the
revision it stands under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.records.summary import Keeping, keeping, summarise
from rmdocs.registers.records import read_folder

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.office import Office
    from rmdocs.registers.records import RecordFolder


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a record is kept, and what it says that disposition must know.

    :param uscc: its customer's code; empty where it has none.
    """

    form: Form
    keeping: Keeping
    uscc: str


def kept(office: Office, folder: RecordFolder) -> Kept:
    """Return how long a record is kept.

    :raises ControlError: if it was disposed of.
    :raises KeyAbsentError: if its key is not here.
    :raises FindingsError: if its form's expressions have no value for it.
    """
    form = office.form_revision(
        DocumentNumber.parse(folder.form), Revision.parse(folder.revision)
    ).form
    names = office.calendars.printed(folder, form).names
    return Kept(form, keeping(form, names), summarise(form, names).uscc)


def due(office: Office, number: RecordNumber) -> date | None:
    """Return the first day on which a record need not be kept any longer; None while that is open.

    :raises: as :func:`kept`.
    """
    head = office.store.require_head(number.volume.ref)
    return kept(office, read_folder(head, number)).keeping.ends
