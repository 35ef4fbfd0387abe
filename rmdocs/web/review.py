"""The page before the act: what will be issued, what is still told of it, and then the act.

Beside it, and beside the form before it, stand the pages as they will print. They are drawn in
the background, and asked for by themselves: neither typing nor checks nor keeping waits for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, ControlError, FindingsError
from rmdocs.intake.typed import write
from rmdocs.messages import message
from rmdocs.web.drafts import clock, heading, name_in
from rmdocs.web.drawing import draw
from rmdocs.web.fields import Known, drawn
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import DIFFERENCE_COLUMNS, attachment, difference_rows
from rmdocs.web.refusals import WebError
from rmdocs.workspace import drafts, laterdrafts
from rmdocs.workspace.draftfile import ChangedDraftError

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.issuing.editions import PrintedDraft
    from rmdocs.messages import Text
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
        preview=begin(visit, draft, printed),
        columns=DIFFERENCE_COLUMNS,
        changed="changed" in visit.request.query_params,
    )


def _differences(visit: Visit, draft: Draft, root: Field, value: JsonObject) -> tuple[PageRow, ...]:
    """Return what a correction changes, a row a value; nothing of what corrects nothing."""
    if not draft.record or draft.stage:
        return ()
    record = laterdrafts.record_before(visit.workspace, draft.record)
    return difference_rows(laterdrafts.differences(root, record.folder.record, value))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The pages of a draft, as far as they are drawn.

    :param version: of the draft, as it stands.
    :param said: what is told of them; None while nobody asked for them.
    :param drawing: whether they are being drawn.
    :param count: how many pages there are to be seen.
    """

    version: int
    said: Text | None = None
    drawing: bool = False
    count: int = 0


def look(visit: Visit, draft: Draft) -> Preview:
    """Return the pages of a draft as far as they are drawn; nothing is begun."""
    running, outcome = visit.site.previews.look(_key(visit, draft.version))
    if running:
        return Preview(
            version=draft.version,
            said=message("The pages are being drawn."),
            drawing=True,
        )
    if outcome is None:
        return Preview(version=draft.version)
    if not outcome.made:
        # They are a convenience: what keeps a document from being made is told at issue.
        return Preview(
            version=draft.version,
            said=message("The pages cannot be drawn here.")
            if draft.record
            else message("The pages cannot be drawn here: open the Word document."),
        )
    return Preview(
        version=draft.version,
        said=message(
            "As it was saved at {time}. Open a page to see it larger.", time=clock(visit, draft)
        ),
        count=len(outcome.made),
    )


def begin(visit: Visit, draft: Draft, printed: PrintedDraft | None = None) -> Preview:
    """Have the pages of a draft drawn, unless they are; return how far they are.

    Of one person one draft at a time waits to be drawn: the last that they asked for.

    :param printed: its documents, where they were made already.
    """
    there = look(visit, draft)
    if there.said is not None:
        return there
    made = printed or drafts.printed(visit.workspace, draft)
    if made is None:
        return Preview(
            version=draft.version,
            said=message("The pages are shown once something is changed, and nothing wrong.")
            if draft.record and not draft.stage
            else message("The pages are shown once everything needed is filled in."),
        )
    key = _key(visit, draft.version)
    visit.site.previews.begin(
        key,
        lambda: drafts.page_pictures(made, _ACROSS),
        instead_of=lambda other: other[0] == key[0] and other != key,
    )
    return look(visit, draft)


def _key(visit: Visit, version: int) -> tuple[object, ...]:
    """Return what the pages of a draft are kept under: whose they are, and all they follow from.

    Besides what is typed that is the day, and control: forms, units and people.
    """
    work = visit.workspace
    return visit.session.actor, name_in(visit), version, work.registry.control.commit, work.today()


def _pages(visit: Visit) -> Response:
    """Say how far the pages are, beginning to draw them; 202 while they are being drawn."""
    draft = drafts.read(visit.workspace, name_in(visit))
    there = begin(visit, draft)
    language = visit.session.language
    said = there.said.text(language) if there.said is not None else ""
    shown = {"name": name_in(visit), "preview": there}
    pictures = draw("pictures.html", language, shown) if there.count else ""
    return JSONResponse(
        {"said": said, "pictures": pictures}, status_code=202 if there.drawing else 200
    )


def _picture(visit: Visit) -> Response:
    """Return the picture of a page of a version of a draft."""
    draft = drafts.read(visit.workspace, name_in(visit))
    version: int = visit.request.path_params["version"]
    place: int = visit.request.path_params["place"]
    _, outcome = visit.site.previews.look(_key(visit, version))
    pages = (outcome.made or ()) if outcome is not None else ()
    if draft.issued or not 0 < place <= len(pages):
        raise WebError(404, message("there is no such page"), message("go back to the draft"))
    return Response(pages[place - 1], media_type="image/png")


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


ROUTES = (
    page("/drafts/{name}/review", _review),
    act("/drafts/{name}/issue", _issue),
    page("/drafts/{name}/documents/{place:whole}", _document),
    page("/drafts/{name}/pages", _pages),
    page("/drafts/{name}/pages/{version:whole}/{place:whole}.png", _picture),
)
