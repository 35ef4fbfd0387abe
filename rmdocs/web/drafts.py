"""Drafts: a new record is begun, a stage, a correction; those there are, and their end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake.typed import WHETHER
from rmdocs.messages import message
from rmdocs.schemas.fields import split
from rmdocs.web.drawing import PageCell
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import number_in
from rmdocs.workspace import drafts

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.forms.form import Form
    from rmdocs.messages import Text
    from rmdocs.schemas.fields import Field
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft

DRAFT_COLUMNS = (message("customer"), message("form"), message("last changed"), message("act"))
"""Of :func:`draft_row`."""


def heading(form: Form, draft: Draft) -> Text:
    """Return what is written: a record of a form, a stage, or a correction."""
    stage = form.stage(draft.stage) if draft.stage else None
    if stage is not None:
        return stage.title
    return message("Amend: {title}", title=form.title) if draft.record else form.title


def name_in(visit: Visit) -> str:
    """Return the name of the draft that the address names."""
    visit.require_person()
    name: str = visit.request.path_params["name"]
    return name


def clock(visit: Visit, draft: Draft) -> str:
    """Return the time at which a draft was saved, as the office's clock shows it."""
    changed = draft.changed
    return visit.workspace.local(changed).strftime("%H:%M:%S") if changed is not None else ""


def root_of(visit: Visit, draft: Draft) -> Field:
    """Return what may be typed of a draft."""
    return drafts.fields_of(drafts.form_of(visit.workspace, draft), draft.stage)


def typed_in(visit: Visit, root: Field) -> Iterable[tuple[str, str]]:
    """Yield what the page sends of the fields of a form, and nothing else."""
    for name, text in visit.form.multi_items():
        steps = split(f"$.{name.removesuffix(WHETHER)}")
        if isinstance(text, str) and steps and root.at(steps) is not None:
            yield name, text


def _choose(visit: Visit) -> Response:
    visit.require_person()
    return visit.page(
        "new.html",
        forms=drafts.forms(visit.workspace),
        columns=DRAFT_COLUMNS,
        rows=[draft_row(visit, *one) for one in drafts.mine(visit.workspace)[0]],
    )


def draft_row(visit: Visit, name: str, draft: Draft) -> PageRow:
    """Return the row of a draft of whoever asks: whom it is about, which form, when."""
    title, about = _called(visit, draft)
    at = visit.workspace.local(draft.changed) if draft.changed is not None else None
    return (
        PageCell(shown=about or message("nothing said yet"), href=f"/drafts/{name}"),
        PageCell(shown=title),
        PageCell(shown=at.strftime("%Y-%m-%d %H:%M") if at else "", kind="date"),
        PageCell(shown=message("delete"), href=f"/drafts/{name}/drop"),
    )


def _called(visit: Visit, draft: Draft) -> tuple[Text, str]:
    """Return the title of a draft's form, and whom and what the draft is about."""
    try:
        form = drafts.form_of(visit.workspace, draft)
    except ControlError as problem:
        return problem.reason, ""
    if draft.record:
        return heading(form, draft), draft.record
    shown = (form.summary.customer, form.summary.subject)
    said = (draft.typed.get(one.source, "").strip() for one in shown if one is not None)
    return form.title, " ".join(filter(None, said))


def _begin(visit: Visit) -> Response:
    visit.require_person()
    name = drafts.begin(visit.workspace, DocumentNumber.parse(visit.field("form")))
    return see(f"/drafts/{name}")


def _ask_to_drop(visit: Visit) -> Response:
    draft = drafts.read(visit.workspace, name_in(visit))
    title, about = _called(visit, draft)
    return visit.page("drop.html", name=name_in(visit), title=title, about=about)


def _drop(visit: Visit) -> Response:
    draft = drafts.read(visit.workspace, name_in(visit))
    drafts.drop(visit.workspace, name_in(visit))
    return see(f"/records/{draft.record}" if draft.record else "/new")


def _begin_stage(visit: Visit) -> Response:
    visit.require_person()
    stage: str = visit.request.path_params["stage"]
    return see(f"/drafts/{drafts.begin_later(visit.workspace, number_in(visit), stage)}")


def _begin_amendment(visit: Visit) -> Response:
    visit.require_person()
    return see(f"/drafts/{drafts.begin_later(visit.workspace, number_in(visit))}")


ROUTES = (
    page("/new", _choose),
    act("/new", _begin, harmless=True),
    act("/records/{number}/amend", _begin_amendment, harmless=True),
    act("/records/{number}/stages/{stage}", _begin_stage, harmless=True),
    page("/drafts/{name}/drop", _ask_to_drop),
    act("/drafts/{name}/drop", _drop, harmless=True),
)
