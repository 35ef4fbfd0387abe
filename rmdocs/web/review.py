"""The page before the act: what will be issued, what is still told of it, and then the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import ConflictError, ControlError, FindingsError
from rmdocs.intake.typed import write
from rmdocs.messages import message
from rmdocs.web.drafts import heading, name_in
from rmdocs.web.fields import Known, drawn
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import DIFFERENCE_COLUMNS, attachment, difference_rows
from rmdocs.web.refusals import WebError
from rmdocs.workspace import drafts, laterdrafts
from rmdocs.workspace.draftfile import ChangedDraftError

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.issuing.editions import PrintedDraft
    from rmdocs.schemas.fields import Field
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft

_ACROSS = 900
"""Pixels across the picture of a page."""


def _review(visit: Visit) -> Response:
    name = name_in(visit)
    draft = drafts.read(visit.workspace, name)
    if draft.issued:
        return see(f"/records/{draft.issued}")
    found = drafts.check(visit.workspace, draft)
    if found.value is None:
        return see(f"/drafts/{name}?checked=1")
    # What is shown is what is sealed: as it was understood and tidied.
    root = drafts.fields_of(found.form, draft.stage)
    typed = write(root, found.value)
    around, content = drawn(root, Known(typed=typed))
    printed = drafts.documents(visit.workspace, draft)
    return visit.page(
        "review.html",
        name=name,
        draft=draft,
        form=found.form,
        findings=found.told,
        heading=heading(found.form, draft),
        differences=_differences(visit, draft, root, found.value),
        around=around,
        content=content,
        documents=len(printed.documents) if printed is not None else 0,
        pages=_pages(visit, draft, printed),
        columns=DIFFERENCE_COLUMNS,
        changed="changed" in visit.request.query_params,
    )


def _differences(visit: Visit, draft: Draft, root: Field, value: JsonObject) -> tuple[PageRow, ...]:
    """Return what a correction changes, a row a value; nothing of what corrects nothing."""
    if not draft.record or draft.stage:
        return ()
    record = laterdrafts.standing(visit.workspace, draft.record)
    return difference_rows(laterdrafts.differences(root, record.folder.record, value))


def _document(visit: Visit) -> Response:
    """Return a document of a draft at once, to be opened in Word or WPS."""
    draft = drafts.read(visit.workspace, name_in(visit))
    place: int = visit.request.path_params["place"]
    printed = drafts.documents(visit.workspace, draft)
    if printed is None or not 0 < place <= len(printed.documents):
        raise ControlError(
            message("there is no such document of the draft"),
            message("mend what is told of it first"),
        )
    copy = "" if place == 1 else f"-{place}"
    return attachment(f"{draft.form}-草稿{copy}.docx", printed.documents[place - 1])


def _picture(visit: Visit) -> Response:
    """Return the picture of a page; that it is not drawn yet (202), or that there is none."""
    draft = drafts.read(visit.workspace, name_in(visit))
    pages = _pages(visit, draft)
    place: int = visit.request.path_params["place"]
    if pages is None:
        return Response(status_code=202)
    if not 0 < place <= len(pages):
        raise WebError(404, message("there is no such page"), message("go back to the draft"))
    count = {"x-pages": str(len(pages))}
    return Response(pages[place - 1], media_type="image/png", headers=count)


def _pages(
    visit: Visit, draft: Draft, printed: PrintedDraft | None = None
) -> tuple[bytes, ...] | None:
    """Return the pictures of a draft's pages; None while they are being drawn.

    Where drawing fails there are none: they are a convenience, and what keeps a document from
    being made is told at issue.

    :param printed: its documents, where they were made already.
    """
    name, previews = name_in(visit), visit.site.previews
    running, outcome = previews.look((name, draft.version))
    if outcome is not None:
        return outcome.made or ()
    if running:
        return None
    made = printed or drafts.documents(visit.workspace, draft)
    if made is None:
        return ()
    previews.begin(
        (name, draft.version),
        lambda: drafts.page_pictures(made, _ACROSS),
        instead_of=lambda other: other[0] == name,
    )
    return None


def _issue(visit: Visit) -> Response:
    name = name_in(visit)
    try:
        version = visit.number("version")
        number = drafts.seal(visit.workspace, name, version, visit.field("reason"))
    except ChangedDraftError:
        return see(f"/drafts/{name}/review?changed=1")
    except (FindingsError, ConflictError):
        # What has become wrong since it was looked through is told beside its field.
        if drafts.check(visit.workspace, drafts.read(visit.workspace, name)).value is None:
            return see(f"/drafts/{name}?checked=1")
        raise
    return see(f"/records/{number}")


ROUTES = (
    page("/drafts/{name}/review", _review),
    page("/drafts/{name}/documents/{place:whole}", _document),
    page("/drafts/{name}/pages/{place:whole}.png", _picture),
    act("/drafts/{name}/issue", _issue),
)
