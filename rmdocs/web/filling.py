"""A draft is filled in: kept and checked while one types, or with each button.

What the registers know is looked up for a field: by a few letters, or on a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from rmdocs.classes import dataclass
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.typed import (
    WHETHER,
    filled_parts,
    label_at,
    taken,
    with_entry,
    without,
    write,
)
from rmdocs.messages import message
from rmdocs.schemas.fields import split
from rmdocs.schemas.wording import MISSING
from rmdocs.web import review
from rmdocs.web.controls import sent
from rmdocs.web.drafts import clock, heading, name_in, root_of, typed_in
from rmdocs.web.drawing import draw
from rmdocs.web.fields import DrawnPart, Known, drawn, identifier, keys
from rmdocs.web.pages import act, page, see
from rmdocs.workspace import drafts, records, suggestions
from rmdocs.workspace.draftfile import ChangedDraftError

if TYPE_CHECKING:
    from starlette.responses import Response

    from rmdocs.audit.recordview import TracedContent
    from rmdocs.findings import Finding
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.draftfile import Draft


_LIMIT = 4 << 20
"""Bytes of a form: one with long lists is larger than others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a draft now; the rest comes as the person gets there.

    :param missing: what must be filled in and is not.
    :param findings: what else is wrong.
    :param beside: everything that is told, by the key of the part that it stands beside.
    :param places: the identifier of the part that a finding's path concerns.
    """

    missing: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    beside: dict[str, tuple[Finding, ...]]
    places: dict[str, str]


def _told(
    found: drafts.CheckedDraft, parts: Iterable[DrawnPart], *, checked: bool, reached: str
) -> Told:
    """Return what is told of a draft now.

    :param parts: everything that is drawn of it.
    :param checked: whether the person asked for everything that is wrong.
    :param reached: the key of the last field that the person has been at; what is missing
        further down is not told yet.
    """
    order = {key: at for at, key in enumerate(keys(parts))}
    until, filled = order.get(reached, -1), filled_parts(found.draft.typed)
    shown = [
        (key, one)
        for key, one in sorted(found.findings, key=lambda told: order.get(told[0], -1))
        if checked
        or order.get(key, len(order)) <= until
        or (one.code != MISSING and (not key or key in filled))
    ]
    beside: dict[str, tuple[Finding, ...]] = {}
    for key, one in shown:
        if key in order:
            beside[key] = (*beside.get(key, ()), one)
    return Told(
        missing=tuple(one for key, one in shown if one.code == MISSING and key in order),
        findings=tuple(one for key, one in shown if one.code != MISSING or key not in order),
        beside=beside,
        places={one.path: identifier(key) for key, one in shown if key in order},
    )


def _fill(visit: Visit) -> Response:
    draft = drafts.read(visit.workspace, name_in(visit))
    if draft.issued:
        return see(f"/records/{draft.issued}")
    found = drafts.check(visit.workspace, draft)
    root = drafts.fields_of(found.form, draft.stage)
    offered = {} if draft.record else write(root, draft.offered)
    known = Known(typed=draft.typed, offered=offered)
    asked, reached = visit.request.query_params, visit.request.query_params.get("reached", "")
    shown_pages = review.begin if "pages" in asked else review.look
    told = _told(found, chain(*drawn(root, known)), checked="checked" in asked, reached=reached)
    around, content = drawn(root, replace(known, findings=told.beside))
    return visit.page(
        "draft.html",
        name=name_in(visit),
        told=told,
        around=around,
        content=content,
        draft=draft,
        form=found.form,
        checked="checked" in asked,
        reached=reached,
        heading=heading(found.form, draft),
        sources=_sources(visit, draft),
        said=_said(visit, draft),
        offered=bool(offered),
        stale=any(one.code == "DRAFT-CHANGED" for one in found.told),
        saved=clock(visit, draft),
        preview=shown_pages(visit, draft),
        pages="pages" in asked,
    )


def _said(visit: Visit, draft: Draft) -> tuple[TracedContent, ...]:
    """Return what the record says that a stage is added to: it is read before it is judged."""
    if not draft.stage:
        return ()
    return records.show(visit.workspace, RecordNumber.parse(draft.record)).said


def _sources(visit: Visit, draft: Draft) -> suggestions.Sources:
    """Return what is known of the customer of a new record."""
    if draft.record:
        return suggestions.Sources(customer=None, last=None)
    return suggestions.sources(visit.workspace, draft, visit.unit)


def _change(visit: Visit) -> Response:
    """Keep what was typed, and do what its button says: each answers with another page."""
    name, workspace = name_in(visit), visit.workspace
    draft = drafts.read(workspace, name)
    if draft.issued:
        return see(f"/records/{draft.issued}")
    typed = _typed(visit, draft)
    what, _, about = visit.field("do").partition(" ")
    anchor = ""
    match what:
        case "add":
            typed = with_entry(typed, about)
            anchor = _last_entry(typed, about)
        case "remove":
            typed, anchor = without(typed, about), about.rpartition("[")[0]
        case "pages":
            anchor = what
        case "take":
            offered = write(root_of(visit, draft), draft.offered)
            typed, anchor = taken(typed, offered, about), about
    try:
        draft = drafts.keep(workspace, name, visit.number("version"), typed)
    except ChangedDraftError as problem:
        return _conflict(visit, problem, typed)
    leads = _led_on(visit, draft, what, about)
    if leads:
        return see(leads)
    return see(f"/drafts/{name}{_asked(visit, what)}{'#' if anchor else ''}{identifier(anchor)}")


def _led_on(visit: Visit, draft: Draft, what: str, about: str) -> str:
    """Do what a button says beyond the texts; return the page that it leads to, if another."""
    name, workspace = name_in(visit), visit.workspace
    match what:
        case "refer":
            number = RecordNumber.parse(about) if "-" in about else None
            if number is not None:
                visit.require_unit(number.series.unit)
            drafts.refer(workspace, name, number, "" if number is not None else about)
        case "pick":
            return f"/drafts/{name}/pick/{about}"
        case "carry":
            drafts.carry_over(workspace, name, draft.version)
        case "review" if drafts.check(workspace, draft).value is not None:
            return f"/drafts/{name}/review"
    return ""


def _asked(visit: Visit, what: str) -> str:
    """Return what the next page is asked to tell."""
    asked = {"pages": "1"} if what == "pages" else {}
    if what in {"check", "review"} or visit.field("checked"):
        asked["checked"] = "1"
    elif visit.field("reached"):
        asked["reached"] = visit.field("reached")
    return f"?{urlencode(asked)}" if asked else ""


def _conflict(visit: Visit, problem: ChangedDraftError, typed: dict[str, str]) -> Response:
    """Return the page that asks which of two states of a draft is to stay."""
    form = drafts.form_of(visit.workspace, problem.draft)
    root, there = drafts.fields_of(form, problem.draft.stage), problem.draft.typed
    different = [key for key in {**typed, **there} if typed.get(key, "") != there.get(key, "")]
    return visit.page(
        "conflict.html",
        problem=problem,
        name=name_in(visit),
        typed=typed,
        columns=(message("field"), message("in this window"), message("kept meanwhile")),
        rows=tuple(
            (label_at(root, split(f"$.{key}") or ()), typed.get(key, ""), there.get(key, ""))
            for key in different
            if not key.endswith(WHETHER)
        ),
    )


def _check(visit: Visit) -> Response:
    """Keep what is typed, and say what is to be told of it now."""
    name = name_in(visit)
    draft = drafts.read(visit.workspace, name)
    typed = _typed(visit, draft)
    try:
        draft = drafts.keep(visit.workspace, name, visit.number("version"), typed)
    except ChangedDraftError as problem:
        said = problem.reason.text(visit.session.language)
        return JSONResponse({"conflict": said}, status_code=409)
    found = drafts.check(visit.workspace, draft)
    parts = chain(*drawn(drafts.fields_of(found.form, draft.stage), Known(typed=draft.typed)))
    told = _told(found, parts, checked=bool(visit.field("checked")), reached=visit.field("reached"))
    language = visit.session.language
    return JSONResponse(
        {
            "version": draft.version,
            "saved": message("saved {time}", time=clock(visit, draft)).text(language),
            "summary": draw("told.html", language, {"told": told, "findings": ()}),
            "told": {
                identifier(key): draw("told.html", language, {"told": None, "findings": beside})
                for key, beside in told.beside.items()
            },
        }
    )


def _typed(visit: Visit, draft: Draft) -> dict[str, str]:
    return sent(typed_in(visit, root_of(visit, draft)))


def _last_entry(typed: dict[str, str], key: str) -> str:
    return [name for name in typed if name.startswith(f"{key}[")][-1].removesuffix(WHETHER)


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


def _suggested(visit: Visit, key: str, text: str) -> list[suggestions.Suggestion]:
    draft = drafts.read(visit.workspace, name_in(visit))
    root = root_of(visit, draft)
    return suggestions.suggested(visit.workspace, root, key, text, visit.unit)


ROUTES = (
    page("/drafts/{name}", _fill),
    act("/drafts/{name}", _change, harmless=True, limit=_LIMIT),
    act("/drafts/{name}/check", _check, harmless=True, limit=_LIMIT),
    act("/drafts/{name}/suggest", _suggest, harmless=True),
    page("/drafts/{name}/pick/{key}", _pick),
    act("/drafts/{name}/pick/{key}", _pick, harmless=True),
    act("/drafts/{name}/picked/{key}", _picked, harmless=True),
)
