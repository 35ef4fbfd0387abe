"""That no two records that are not void share a form's ``[unique]`` key.

The form says what must be unique and how to say it; the catalogue says who has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.registers.catalogue import unique_key

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.office import Office


def other_with_key(
    office: Office, form: Form, names: Mapping[str, Any], besides: str = ""
) -> RecordNumber | None:
    """Return the number of another record with the same key, if there is one.

    The index must be up to date for the form.

    :param besides: number of the record itself, where it has one.
    """
    key = unique_key(form, names)
    return office.catalogue.other_with_key(str(form.number), key, besides) if key else None


def not_unique(form: Form, other: object) -> list[Finding]:
    """Return the finding that ``other`` has the key already, as the form says it."""
    return _clash(form, other, message("amend that record, or void it first"))


def clash(form: Form, places: Sequence[str]) -> list[Finding]:
    """Return the finding that records of one batch share the key.

    :param places: file and row of each of the others.
    """
    return _clash(form, "、".join(places), message("keep one of them, and take out the others"))


def _clash(form: Form, other: object, remedy: Text) -> list[Finding]:
    if form.unique is None:
        return []
    reason = message("{reason} ({number})", reason=form.unique.message, number=str(other))
    return [error(form.unique.code, "$.content", reason, remedy, clause=form.unique.clause)]
