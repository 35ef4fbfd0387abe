"""Controlled documents: forms and others, where each stands, its revisions and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ControlError
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Joined, Text, Verbatim, message
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.web.drawing import PageCell
from rmdocs.web.pages import event_rows, page
from rmdocs.web.record import attachment
from rmdocs.workspace import desk as forms
from rmdocs.workspace import deskparts, documents, nextacts, revisions, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rmdocs.errors import RmdocsError
    from rmdocs.registers.changerequests import ChangeRequest
    from rmdocs.registers.revisions import ReleaseValidity
    from rmdocs.registers.staff import Person
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.answers import RevisedRow
    from rmdocs.workspace.revisions import DocumentStanding
    from rmdocs.workspace.waiting import NextStep

_LISTED = (
    message("number"),
    message("title"),
    message("in force"),
    message("status"),
    message("effective from"),
    message("coming"),
)
_UNDER_WAY = (
    message("document"),
    message("what changes"),
    message("status"),
    message("to do"),
    message("by"),
    message("effective from"),
)
_REVISIONS = (
    message("revision"),
    message("status"),
    message("effective from"),
    message("until"),
    message("prepared, reviewed, approved"),
    message("files"),
)
_HAPPENED = (message("time"), message("act"), message("by"), message("remark"))


# The list ------------------------------------------------------------------------


def _documents(visit: Visit) -> Response:
    register = ChangeRegister(head=visit.workspace.registry.control)
    changes = [one for one in register.all() if one.is_open]
    return visit.page(
        "documents.html",
        under_way=_UNDER_WAY,
        changes=tuple(_change(visit, one) for one in changes),
        columns=_LISTED,
        parts=(
            (message("Forms"), tuple(map(_row, forms.rows(visit.workspace)))),
            (message("Other documents"), tuple(map(_row, documents.rows(visit.workspace)))),
        ),
    )


def _change(visit: Visit, change: ChangeRequest) -> PageRow:
    request, step = change.request, waiting.next_step(visit.workspace, change)
    return (
        (_link(request.document), PageCell(shown=message("to {to}", to=request.to_revision))),
        request.reason,
        PageCell(shown=change.change_status.called, kind="state"),
        step.what,
        _able(step),
        PageCell(shown=str(request.effective), kind="date"),
    )


def _row(row: RevisedRow) -> PageRow:
    return (
        _link(DocumentNumber.parse(row.number)),
        row.title,
        row.released,
        PageCell(shown=row.status, kind="state" if row.released else ""),
        PageCell(shown=row.effective, kind="date"),
        PageCell(shown=row.coming, kind="date"),
    )


def _link(number: DocumentNumber) -> PageCell:
    return PageCell(shown=str(number), href=f"/documents/{number}", kind="code")


def _able(step: NextStep) -> Text:
    """Return who may do what comes next, by name and number."""
    if not step.people:
        return message("nobody can: see the register of staff")
    return Joined(tuple(_named(one) for one in step.people))


def _named(person: Person) -> Text:
    return Verbatim(f"{person.name} {person.staff_no}")


# One document ----------------------------------------------------------------------


def _document(visit: Visit) -> Response:
    number = number_in(visit)
    found = revisions.standing(visit.workspace, number)
    every = ChangeRegister(head=visit.workspace.registry.control).of(number)
    return visit.page(
        "document.html",
        found=found,
        facts=tuple(_facts(visit, found)),
        acts=acts_of(visit, number),
        has_draft=found.change is not None and found.change.draft is not None,
        today=visit.workspace.today(),
        columns=_REVISIONS,
        rows=tuple(_revision(visit, found, place) for place in range(len(found.validities))),
        happened=_HAPPENED,
        changes=tuple((one, tuple(event_rows(visit, one.events))) for one in reversed(every)),
    )


def acts_of(visit: Visit, number: DocumentNumber) -> Mapping[str, RmdocsError | None]:
    """Return what may be done next, and why not; nothing where nobody acts."""
    return nextacts.revision_acts(visit.workspace, number) if visit.person else {}


def _facts(visit: Visit, found: DocumentStanding) -> Iterator[tuple[Text, PageRow]]:
    """Yield what is said of a document before all else, by name."""
    if found.in_force is not None:
        release = found.in_force.release
        since = message("since {day}", day=release.effective)
        yield message("in force"), (str(release.revision), since)
    change = found.change
    if change is None:
        yield message("change"), (message("none is under way"),)
        return
    request = change.request
    yield (
        message("change"),
        (
            PageCell(shown=str(change.number), kind="code"),
            message("to {to}", to=request.to_revision),
            PageCell(shown=change.change_status.called, kind="state"),
        ),
    )
    yield message("what changes"), (request.reason,)
    yield message("effective from"), (str(request.effective),)
    step = waiting.next_step(visit.workspace, change)
    yield message("to do"), (step.what, message("by"), _able(step))
    for finding in revisions.noted(visit.workspace, found.number):
        yield message("to be known"), (finding.message,)


def _revision(visit: Visit, found: DocumentStanding, place: int) -> PageRow:
    validity = found.validities[place]
    release, status = validity.release, validity.status(visit.workspace.today())
    until = min(filter(None, (validity.successor, validity.withdrawn)), default=None)
    signed = Joined(tuple(Verbatim(one.name) for one in release.approvals if one.name))
    return (
        PageCell(shown=str(release.revision), kind="code"),
        PageCell(shown=status.called, kind=f"state {status}"),
        PageCell(shown=str(release.effective), kind="date"),
        PageCell(shown=str(until or ""), kind="date"),
        signed,
        tuple(_files(visit, found, validity, place)),
    )


def _files(
    visit: Visit, found: DocumentStanding, validity: ReleaseValidity, place: int
) -> Iterator[PageCell]:
    """Yield what of a revision can be looked at or saved."""
    here = f"/documents/{found.number}"
    revision = validity.release.revision
    if place + 1 < len(found.validities):
        yield PageCell(shown=message("what changed"), href=f"{here}/changes/{revision}")
    if found.is_form:
        yield PageCell(shown=message("blank form"), href=f"{here}/{revision}/blank", kind="file")
    for name in revisions.released_files(visit.workspace, found.number, revision).contents():
        title = deskparts.PARTS[name]
        yield PageCell(shown=title, href=f"{here}/{revision}/files/{name}", kind="file")


def _blank(visit: Visit) -> Response:
    number, revision = number_in(visit), visit.request.path_params["revision"]
    made = forms.blank(visit.workspace, number, revision=revision)
    return attachment(made.name, made.data)


def _file(visit: Visit) -> Response:
    number, name = number_in(visit), visit.request.path_params["name"]
    revision = Revision.parse(visit.request.path_params["revision"])
    contents = revisions.released_files(visit.workspace, number, revision).contents()
    if name not in contents:
        raise no_part(number, name)
    return attachment(f"{number}-{revision}-{name}", contents[name])


def no_part(number: DocumentNumber, name: str) -> ControlError:
    """Return the refusal of a part that a document does not have."""
    return ControlError(
        message("{name} is no part of {number}", name=name, number=number),
        message("choose one of the parts that its page lists"),
    )


def number_in(visit: Visit) -> DocumentNumber:
    """Return the number of the document in the address."""
    return DocumentNumber.parse(visit.request.path_params["number"])


ROUTES = (
    page("/documents", _documents),
    page("/documents/{number}", _document),
    page("/documents/{number}/{revision}/blank", _blank),
    page("/documents/{number}/{revision}/files/{name}", _file),
)
