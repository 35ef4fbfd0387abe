"""The officer's desk: a change proposed, its parts edited and checked, and its way to a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import UsageError
from rmdocs.identifiers import Revision, StaffNumber
from rmdocs.messages import Text, message
from rmdocs.web.documents import acts_of, no_part, number_in
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import attachment
from rmdocs.web.refusals import WebError
from rmdocs.workspace import deskparts, machine, people, revising, revisions

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.web.pages import Visit

_LIMIT = 21 << 20
"""Bytes of a part that may be sent: what the desk takes, and the form around it."""


# The desk ---------------------------------------------------------------------------


def _desk(visit: Visit) -> Response:
    number = number_in(visit)
    found = revisions.standing(visit.workspace, number)
    if found.change is None:
        return see(f"/documents/{number}")
    findings = revising.check(visit.workspace, number, fonts=machine.fonts())
    return visit.page(
        "desk.html",
        found=found,
        look=deskparts.look(visit.workspace, number),
        acts=acts_of(visit, number),
        findings=_by_part(findings),
        count=len(findings),
    )


def _by_part(findings: list[Finding]) -> tuple[tuple[Text, tuple[Finding, ...]], ...]:
    """Return findings by the part that they are in, in the order of the parts."""
    titles = deskparts.PARTS
    sorted_out: dict[str, list[Finding]] = {name: [] for name in (*titles, "")}
    for one in findings:
        sorted_out[deskparts.part_of(one)].append(one)
    return tuple(
        (titles.get(name, message("All of it")), tuple(found))
        for name, found in sorted_out.items()
        if found
    )


def _take(visit: Visit) -> Response:
    """Return a part as it lies on the desk, to be edited."""
    number, name = number_in(visit), visit.request.path_params["name"]
    for part in deskparts.look(visit.workspace, number).parts:
        if part.name == name and part.data is not None:
            return attachment(f"{number}-{name}", part.data)
    raise no_part(number, name)


def _put(visit: Visit) -> Response:
    number, name = number_in(visit), visit.request.path_params["name"]
    visit.require_person()
    deskparts.put(visit.workspace, number, name, visit.file("file"), visit.field("seen"))
    return see(f"/documents/{number}/desk")


# The way to a revision ----------------------------------------------------------------


def _propose(visit: Visit) -> Response:
    number = number_in(visit)
    visit.require_person()
    look = deskparts.look(visit.workspace, number)
    return visit.page(
        "propose.html",
        found=revisions.standing(visit.workspace, number),
        acts=acts_of(visit, number),
        today=visit.workspace.today(),
        reviewers=people.able(visit.workspace, "revision.review"),
        approvers=people.able(visit.workspace, "revision.approve"),
        edited=tuple(one.title for one in look.parts if one.edited and not one.shared),
    )


def _open(visit: Visit) -> Response:
    number = number_in(visit)
    effective = visit.day("effective")
    if effective is None:
        raise UsageError(
            message("the day from which it is in force is missing"), message("choose a day")
        )
    revising.propose(
        visit.workspace,
        number,
        visit.field("reason"),
        effective,
        reissue=visit.field("kind") == "reissue",
        reviewer=_person(visit.field("reviewer")),
        approver=_person(visit.field("approver")),
        fresh=visit.field("fresh") == "yes",
    )
    return see(f"/documents/{number}/desk")


def _person(text: str) -> StaffNumber | None:
    return StaffNumber.parse(text) if text else None


def _submit(visit: Visit) -> Response:
    number = number_in(visit)
    revising.submit(visit.workspace, number, digest=_digest(visit))
    return see(f"/documents/{number}")


def _review(visit: Visit) -> Response:
    number = number_in(visit)
    revising.review(visit.workspace, number, visit.field("remark"), _digest(visit))
    return see(f"/documents/{number}")


def _approve(visit: Visit) -> Response:
    number = number_in(visit)
    revising.approve(visit.workspace, number, visit.field("remark"), _digest(visit))
    return see(f"/documents/{number}")


def _return(visit: Visit) -> Response:
    number = number_in(visit)
    revising.return_(visit.workspace, number, visit.field("remark"))
    return see(f"/documents/{number}")


def _reject(visit: Visit) -> Response:
    number = number_in(visit)
    revising.reject(visit.workspace, number, visit.field("remark"))
    return see(f"/documents/{number}")


def _withdraw(visit: Visit) -> Response:
    number = number_in(visit)
    revision = Revision.parse(visit.field("revision"))
    day, reason = visit.day("on"), visit.field("reason")
    revising.withdraw(visit.workspace, number, revision, day, reason)
    return see(f"/documents/{number}")


def _confirm(visit: Visit) -> Response:
    number = number_in(visit)
    revising.confirm(visit.workspace, number, visit.field("remark"))
    return see(f"/documents/{number}")


def _digest(visit: Visit) -> str:
    """Return the SHA-256 of what whoever acts has looked at.

    :raises WebError: if the form does not say it (400).
    """
    said = visit.field("digest")
    if not said:
        raise WebError(
            400, message("it was not said what was looked at"), message("load the page again")
        )
    return said


ROUTES = (
    page("/documents/{number}/propose", _propose),
    act("/documents/{number}/propose", _open),
    page("/documents/{number}/desk", _desk),
    page("/documents/{number}/desk/{name}", _take),
    act("/documents/{number}/desk/{name}", _put, limit=_LIMIT, files=1, harmless=True),
    act("/documents/{number}/submit", _submit),
    act("/documents/{number}/review", _review),
    act("/documents/{number}/approve", _approve),
    act("/documents/{number}/return", _return),
    act("/documents/{number}/reject", _reject),
    act("/documents/{number}/withdraw", _withdraw),
    act("/documents/{number}/confirm", _confirm),
)
