"""Rendering an edition: record, number and facts of issue become sealed files.

The facts are kept in the event, so that anyone can render the same bytes
again from the store alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.records.context import template_context
from rmdocs.store.protocol import NewFile

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.office import Office
    from rmdocs.records.checked import CheckedRecord
    from rmdocs.registers.forms import ReleasedForm
    from rmdocs.registers.people import Unit

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """What an edition prints besides the record.

    :param pin: the volume's checkpoint before this edition; see ``Checkpoint.pin``.
    """

    number: RecordNumber
    edition: int
    issued_on: date
    pin: str
    unit: Unit

    def to_json(self) -> JsonObject:
        """Return the facts as the event keeps them."""
        return {
            "edition": self.edition,
            "issued_on": self.issued_on.isoformat(),
            "pin": self.pin,
            "unit": self.unit.to_json(),
        }


def render_edition(
    office: Office, released: ReleasedForm, checked: CheckedRecord, facts: EditionFacts
) -> tuple[NewFile, ...]:
    """Return the documents of an edition: the document, then one for each addressee.

    :raises FindingsError: if the template lacks a value, or a value is not
        found again in the finished document.
    """
    directory = f"{facts.number.directory}/editions/{facts.edition}"
    documents = render_documents(
        office,
        released,
        checked,
        number=str(facts.number),
        edition=facts.edition,
        pin=facts.pin,
        issued_on=facts.issued_on,
    )
    return tuple(
        NewFile(
            path=f"{directory}/{facts.number.document_name(facts.edition, copy)}",
            data=document,
            media_type=DOCX_TYPE,
        )
        for copy, document in enumerate(documents)
    )


def render_documents(  # noqa: PLR0913 - a document prints that much besides the record
    office: Office,
    released: ReleasedForm,
    checked: CheckedRecord,
    *,
    number: str,
    edition: int,
    pin: str,
    issued_on: date,
) -> tuple[bytes, ...]:
    """Return what a record prints: the document, then one for each addressee.

    :raises FindingsError: as :func:`render_edition`.
    """
    template = office.template(released)
    addressees: tuple[Any, ...] = (None, *released.form.addressees(checked.names))
    return tuple(
        template.render(
            template_context(
                checked,
                released.form,
                number=number,
                edition=edition,
                pin=pin,
                issued_on=issued_on,
                addressee=addressee,
            )
        )
        for addressee in addressees
    )


def not_made(problem: FindingsError) -> tuple[Finding, ...]:
    """Return the findings of rendering, and that therefore there is no document."""
    notice = error(
        "RENDER-FAILED",
        "$",
        message("the document could not be made, so the record got no number"),
        message("the findings say why; nothing was kept"),
    )
    return (*problem.findings, notice)
