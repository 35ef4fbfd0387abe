"""Two revisions beside each other: what changes in words, as a redline, and on the pages."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.forms.differences import Area
from rmdocs.messages import Text, Verbatim, message
from rmdocs.web.documents import acts_of, number_in
from rmdocs.web.pages import page, waiting
from rmdocs.web.record import attachment
from rmdocs.web.refusals import WebError
from rmdocs.workspace import comparing, deskparts, regeneration, revising, revisions
from rmdocs.workspace.revisions import DESK, DRAFT, form_files

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from rmdocs.control.covers import RevisionFiles
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.regeneration.trial import Tried
    from rmdocs.web.background import Outcome
    from rmdocs.web.pages import Visit

_ACROSS = 1600
"""Pixels across a picture of two pages side by side."""
_PICTURE = ".png"
_CHANGES = (message("place"), message("before"), message("after"))


def _comparison(visit: Visit) -> Response:
    workspace, number = visit.workspace, number_in(visit)
    which = visit.request.path_params["which"]
    found = revisions.standing(workspace, number)
    files = revisions.called_files(workspace, number, which)
    compared = comparing.diff(workspace, number, _before(visit), which, _desk(which, files))
    changes = compared.comparison
    outcome = _pages(visit, files) if found.is_form else None
    return visit.page(
        "comparison.html",
        found=found,
        which=which,
        compared=compared,
        columns=_CHANGES,
        areas=tuple((one, changes.in_area(one)) for one in Area if changes.in_area(one)),
        findings=(*changes.findings, *compared.noted),
        mistakes=tuple(revising.check(workspace, number, files)) if which == DESK else (),
        dropped=deskparts.dropped(workspace, number, files) if which == DESK else (),
        tried=_tried(visit, files) if which in {DESK, DRAFT} and found.is_form else (),
        acts=acts_of(visit, number) if which in {DESK, DRAFT} else {},
        outcome=outcome,
        drawn=_drawn(number, outcome),
    )


def _before(visit: Visit) -> str:
    """Return which revision is compared with: the one before a released one, else the last."""
    which = visit.request.path_params["which"]
    found = revisions.standing(visit.workspace, number_in(visit)).validities
    known = [str(one.release.revision) for one in found]
    place = known.index(which) + 1 if which in known else 0
    return known[place] if 0 < place < len(known) else ""


def _desk(which: str, files: RevisionFiles) -> RevisionFiles | None:
    return files if which == DESK else None


def _tried(visit: Visit, files: RevisionFiles) -> Sequence[Tried]:
    """Return the sample and the newest records under a revision that can be read."""
    try:
        return regeneration.trial(visit.workspace, form_files(files))
    except FindingsError:
        return ()  # the check says what is wrong


def _redline(visit: Visit) -> Response:
    """Return the Word file with tracked changes."""
    number, which = number_in(visit), visit.request.path_params["which"]
    drawn = comparing.redline(visit.workspace, number, _before(visit), which)
    return attachment(f"{number}-{which}-redline.docx", drawn.document)


# Pages --------------------------------------------------------------------------------


def _pages(visit: Visit, files: RevisionFiles) -> Outcome[tuple[File, ...]] | None:
    """Return what came of drawing the pages, begun if need be; None while they are drawn."""
    number, which = number_in(visit), visit.request.path_params["which"]
    site, actor, key = visit.site, visit.session.actor, _key(number, which, files)
    running, outcome = site.comparisons.look(key)
    if outcome is None and not running:

        def work() -> tuple[File, ...]:
            with site.pool.lent(actor) as workspace:
                desk = _desk(which, files)
                return regeneration.pictures(
                    workspace, number, which, newest=1, across=_ACROSS, desk=desk
                )

        site.comparisons.begin(key, work)
    return outcome


def _drawn(
    number: DocumentNumber, outcome: Outcome[tuple[File, ...]] | None
) -> list[tuple[Text, File, list[File]]]:
    """Return each PDF that was made: whose pages, and their pictures, which follow it."""
    drawn: list[tuple[Text, File, list[File]]] = []
    for file in (outcome.made if outcome is not None else None) or ():
        if file.suffix == _PICTURE:
            drawn[-1][2].append(file)
        else:
            drawn.append((_whose(number, file), file, []))
    return drawn


def _whose(number: DocumentNumber, file: File) -> Text:
    """Return what the pages of a PDF are of: a record, or the sample."""
    stem = file.stem.removesuffix("-beside")
    record = stem.rfind(f"{number}-")
    if record > 0:
        return Verbatim(stem[record:])
    if stem.endswith("-complete"):
        return message("Sample record, all its stages done")
    return message("Sample record, as issued")


def _wait(visit: Visit) -> Response:
    key = _key(number_in(visit), visit.request.path_params["which"], _files(visit))
    return waiting(visit, (visit.site.comparisons, key))


def _page(visit: Visit) -> Response:
    """Return a picture of the pages, or the PDF that it was drawn of."""
    number, which = number_in(visit), visit.request.path_params["which"]
    _, outcome = visit.site.comparisons.look(_key(number, which, _files(visit)))
    wanted = visit.request.path_params["name"]
    for file in (outcome.made if outcome is not None else None) or ():
        if file.name == wanted and file.suffix == _PICTURE:
            return Response(file.data, media_type="image/png")
        if file.name == wanted:
            return attachment(file.name, file.data)
    raise WebError(
        404,
        message("{name} is not kept any more", name=PurePath(wanted).name),
        message("load the page again: it is drawn anew"),
    )


def _files(visit: Visit) -> RevisionFiles:
    which = visit.request.path_params["which"]
    return revisions.called_files(visit.workspace, number_in(visit), which)


def _key(number: DocumentNumber, which: str, files: RevisionFiles) -> Hashable:
    return ("pages", number, which, files.digest())


ROUTES = (
    page("/documents/{number}/changes/{which}", _comparison),
    page("/documents/{number}/changes/{which}/redline.docx", _redline),
    page("/documents/{number}/changes/{which}/wait", _wait),
    page("/documents/{number}/changes/{which}/pages/{name}", _page),
)
