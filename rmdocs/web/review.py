"""The page before the act: what will be issued, what is still told of it, and then the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.errors import ConflictError, FindingsError
from rmdocs.intake.typed import write
from rmdocs.web import preview
from rmdocs.web.drafts import heading, name_in
from rmdocs.web.fields import Known, drawn
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import DIFFERENCE_COLUMNS, difference_rows
from rmdocs.workspace import drafts, laterdrafts
from rmdocs.workspace.draftfile import ChangedDraftError

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.canonical import JsonObject
    from rmdocs.schemas.fields import Field
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft


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
        preview=preview.begin(visit, draft, printed),
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


ROUTES = (
    page("/drafts/{name}/review", _review),
    act("/drafts/{name}/issue", _issue),
)
