"""What the registers know is looked up for a field: by a few letters, or on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from rmdocs.intake.typed import label_at
from rmdocs.schemas.fields import split
from rmdocs.web.controls import sent
from rmdocs.web.drafts import name_in, root_of, typed_in
from rmdocs.web.fields import identifier
from rmdocs.web.pages import act, page, see
from rmdocs.workspace import drafts, offers

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.web.pages import Visit


def _suggest(visit: Visit) -> Response:
    """Return as JSON what a field may say, of what has the letters typed so far."""
    found = _suggested(visit, visit.field("key"), visit.field("text"))
    language = visit.session.language
    return JSONResponse(
        [{"typed": dict(one.typed), "label": one.label.text(language)} for one in found]
    )


def _pick(visit: Visit) -> Response:
    """Return the page on which a value is looked for in the registers."""
    name, key = name_in(visit), visit.request.path_params["key"]
    draft = drafts.read(visit.workspace, name)
    root = root_of(visit, draft)
    return visit.page(
        "pick.html",
        name=name,
        key=key,
        id=identifier(key),
        label=label_at(root, split(f"$.{key}") or ()),
        text=visit.field("text"),
        version=draft.version,
        found=_suggested(visit, key, visit.field("text")),
    )


def _picked(visit: Visit) -> Response:
    """Type what was chosen into its fields; into a list as one more entry."""
    name, key = name_in(visit), visit.request.path_params["key"]
    draft = drafts.read(visit.workspace, name)
    root = root_of(visit, draft)
    chosen = sent(typed_in(visit, root))
    field = root.at(split(f"$.{key}") or ())
    if field is not None and field.item is not None:
        chosen[key] = f"{draft.typed.get(key, '').rstrip()}\n{chosen.get(key, '')}\n".lstrip()
    drafts.keep(visit.workspace, name, visit.number("version"), {**draft.typed, **chosen})
    return see(f"/drafts/{name}#{identifier(key)}")


def _suggested(visit: Visit, key: str, text: str) -> list[offers.Suggestion]:
    draft = drafts.read(visit.workspace, name_in(visit))
    root = root_of(visit, draft)
    return offers.suggested(visit.workspace, root, key, text, visit.unit)


ROUTES = (
    act("/drafts/{name}/suggest", _suggest, harmless=True),
    page("/drafts/{name}/pick/{key}", _pick),
    act("/drafts/{name}/pick/{key}", _pick, harmless=True),
    act("/drafts/{name}/picked/{key}", _picked, harmless=True),
)
