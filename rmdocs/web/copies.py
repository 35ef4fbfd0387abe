"""Controlled copies: who has which, issued and signed for, recalled, taken back, swapped, lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError
from rmdocs.identifiers import CopyNumber, DocumentNumber, StaffNumber
from rmdocs.messages import Text, message
from rmdocs.web.drawing import PageCell, linked
from rmdocs.web.pages import act, event_rows, page, see
from rmdocs.web.record import attachment
from rmdocs.web.refusals import WebError
from rmdocs.web.registers import drawn_report
from rmdocs.workspace import copies, documents, nextacts, people
from rmdocs.workspace import desk as forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.registers.copies import Copy
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit

_HAPPENED = (message("time"), message("act"), message("by"), message("remark"))


def _copies(visit: Visit) -> Response:
    if visit.unit:
        raise WebError(
            403,
            message("the register of copies is of all units: it is not yours to see"),
            message("what you hold yourself waits on your work page"),
        )
    language = visit.session.language
    acts = visit.person is not None
    return visit.page(
        "copies.html",
        recalls=drawn_report(copies.recalls(visit.workspace), language),
        report=drawn_report(copies.report(visit.workspace), language),
        not_to_issue=nextacts.not_to(visit.workspace, "copy.issue") if acts else None,
        not_to_recall=nextacts.not_to(visit.workspace, "copy.recall") if acts else None,
        documents=tuple(_issuable(visit)) if acts else (),
        staff=[one for one in people.staff(visit.workspace) if one.left is None],
        outdated=copies.outdated(visit.workspace),
    )


def _issuable(visit: Visit) -> Iterator[tuple[str, Text]]:
    """Yield the documents of which a copy can be issued: number and title."""
    for row in (*forms.rows(visit.workspace), *documents.rows(visit.workspace)):
        if row.released:
            yield row.number, row.title


def _issue(visit: Visit) -> Response:
    staff = visit.field("staff")
    copy = copies.issue(
        visit.workspace,
        DocumentNumber.parse(visit.field("document")),
        staff=StaffNumber.parse(staff) if staff else None,
        outside=visit.field("outside"),
        pdf=visit.field("pdf") == "yes",
    )
    return see(f"/copies/{copy.number}")


def _recall_superseded(visit: Visit) -> Response:
    document = DocumentNumber.parse(visit.field("document"))
    copies.recall_superseded(visit.workspace, document, visit.field("reason"))
    return see("/copies")


# One copy ---------------------------------------------------------------------------


def _copy(visit: Visit) -> Response:
    copy = _copy_in(visit)
    acts = nextacts.copy_acts(visit.workspace, copy) if visit.person is not None else {}
    return visit.page(
        "copy.html",
        copy=copy,
        facts=tuple(_facts(copy)),
        acts=acts,
        today=visit.workspace.today(),
        happened=_HAPPENED,
        events=tuple(event_rows(visit, copy.events)),
    )


def _facts(copy: Copy) -> Iterator[tuple[Text, PageRow]]:
    here, terms = f"/copies/{copy.number}", copy.terms
    yield message("document"), (linked(f"{copy.number.document} {terms.revision}"),)
    yield message("holder"), (str(copy.holder),)
    yield message("given out on"), (str(terms.issued_on),)
    if copy.signed_for is not None:
        yield message("signed for by"), (copy.signed_for.signed_by,)
    if terms.replaces is not None:
        yield message("in place of"), (linked(str(terms.replaces)),)
    if copy.replaced_by is not None:
        yield message("replaced by"), (linked(str(copy.replaced_by)),)
    files = [PageCell(shown=message("Word document"), href=f"{here}/document.docx", kind="file")]
    if copy.pdf(copy.exemplar) is not None:
        files.append(PageCell(shown=message("as PDF"), href=f"{here}/document.pdf", kind="file"))
    yield message("stamped document"), tuple(files)


def _document(visit: Visit) -> Response:
    """Return the stamped document, or its PDF."""
    copy = _copy_in(visit)
    if visit.request.path_params["suffix"] == "docx":
        made = copies.export(visit.workspace, copy.number)
        return attachment(made.name, made.data)
    pdf = copies.export_pdf(visit.workspace, copy.number)
    if pdf is None:
        raise ControlError(
            message("{copy} was given out without a PDF", copy=copy.number),
            message("save the Word document instead"),
        )
    return attachment(pdf.name, pdf.data)


def _acknowledge(visit: Visit) -> Response:
    copy = _copy_in(visit)
    copies.acknowledge(
        visit.workspace, copy.number, signed_by=visit.field("signed_by"), on=visit.day("on")
    )
    return see(f"/copies/{copy.number}")


def _recall(visit: Visit) -> Response:
    copy = _copy_in(visit)
    copies.recall(visit.workspace, copy.number, visit.field("reason"))
    return see(f"/copies/{copy.number}")


def _return(visit: Visit) -> Response:
    copy = _copy_in(visit)
    copies.return_(visit.workspace, copy.number, visit.field("reason"))
    return see(f"/copies/{copy.number}")


def _replace(visit: Visit) -> Response:
    copy = _copy_in(visit)
    destroyed = visit.field("destroyed") == "yes"
    copies.replace(visit.workspace, copy.number, visit.field("reason"), destroyed=destroyed)
    return see(f"/copies/{copy.number}")


def _lose(visit: Visit) -> Response:
    copy = _copy_in(visit)
    lost = copies.lose(visit.workspace, copy.number, visit.field("reason"))
    return see(f"/copies/{(lost.replacement or lost.lost).number}")


def _copy_in(visit: Visit) -> Copy:
    """Return the copy in the address, if it is for whoever asks to see: their own, or any.

    :raises WebError: if it is another's (403), whether it is there or not.
    """
    number = CopyNumber.parse(visit.request.path_params["number"])
    refusal = WebError(
        403,
        message("{number} is not yours to see", number=number),
        message("ask its holder or the records officer"),
    )
    try:
        copy = copies.get(visit.workspace, number)
    except ControlError as problem:
        raise (refusal if visit.unit else problem) from problem
    if visit.unit and (visit.person is None or copy.holder.staff_no != visit.person.staff_no):
        raise refusal
    return copy


ROUTES = (
    page("/copies", _copies),
    act("/copies", _issue),
    act("/copies/recall", _recall_superseded),
    page("/copies/{number}", _copy),
    page("/copies/{number}/document.{suffix}", _document),
    act("/copies/{number}/acknowledge", _acknowledge),
    act("/copies/{number}/recall", _recall),
    act("/copies/{number}/return", _return),
    act("/copies/{number}/replace", _replace),
    act("/copies/{number}/lose", _lose),
)
