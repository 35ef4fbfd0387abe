"""Scans of signed paper: handed in, read while one may leave, decided about, filed by one act."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.pdf.codes import PageCode
from rmdocs.scanning.frames import FORMATS
from rmdocs.web.background import told_step
from rmdocs.web.drawing import PageCell
from rmdocs.web.pages import act, page, see, waiting
from rmdocs.web.refusals import WebError
from rmdocs.workspace import piles, requests
from rmdocs.workspace.pilefile import set_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from rmdocs.files import File
    from rmdocs.messages import Text
    from rmdocs.scanning.pile import Aside, ScannedDocument, ScannedSheet
    from rmdocs.web.drawing import PageRow
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.pilefile import SheetPlace
    from rmdocs.workspace.piles import SortedPile

LIMIT = 200 << 20
"""Bytes that may be sent at a time: two hundred pages at 300 dpi."""
_MOST = 200
"""Files that may be sent at a time."""
_OUT, _TYPED = "out", "typed"
"""What a person says of a sheet, where they do not choose a page."""
_TURNS = (0, 90, 180, 270)

_KINDS = ",".join(f".{one.lower()}" for one in ("pdf", *FORMATS, "jpg", "tif"))
"""Endings of the files that a browser offers to choose from."""

COLUMNS = (
    message("number"),
    message("customer"),
    message("subject"),
    message("edition"),
    message("pages"),
    message("scanned sheets"),
)
"""Of sets that can be filed, or are."""
PILE_COLUMNS = (message("handed in"), message("files"), message("sheets"), message("state"))


def _choose(visit: Visit) -> Response:
    visit.require_person()
    found, told = piles.all_of(visit.workspace)
    return visit.page(
        "scans.html",
        limit=LIMIT >> 20,
        kinds=_KINDS,
        columns=PILE_COLUMNS,
        rows=tuple(pile_rows(visit, found)),
        findings=told,
    )


def pile_rows(visit: Visit, found: Iterable[SortedPile]) -> Iterator[PageRow]:
    """Yield a row for each pile of scans."""
    for one in found:
        begun = visit.workspace.local(one.kept.begun).strftime("%Y-%m-%d %H:%M")
        yield (
            PageCell(shown=begun, href=f"/scans/{one.name}", kind="date"),
            str(len(one.kept.names)),
            str(len(one.kept.reading.sheets)),
            _state(one),
        )


def _state(one: SortedPile) -> PageCell | tuple[PageCell, ...]:
    """Return what is to be done about a pile."""
    if one.waits:
        return PageCell(shown=message("being read"), kind="state")
    told = [
        (one.in_doubt, message("{count} to decide", count=one.in_doubt), "state over"),
        (len(one.absent), message("{count} missing", count=len(one.absent)), "state over"),
        (len(one.ready), message("{count} to file", count=len(one.ready)), "state now"),
    ]
    found = tuple(PageCell(shown=text, kind=kind) for count, text, kind in told if count)
    return found or PageCell(shown=message("done"), kind="state")


def _hand_in(visit: Visit) -> Response:
    visit.require_person()
    return see(f"/scans/{piles.begin(visit.workspace, _sent(visit))}")


def _add(visit: Visit) -> Response:
    name = _name(visit)
    piles.add(visit.workspace, name, _sent(visit))
    return see(f"/scans/{name}")


def _sent(visit: Visit) -> Iterator[File]:
    """Yield the files that were sent; there is at least one.

    :raises WebError: if there is none (400).
    """
    sent = 0
    for sent, file in enumerate(visit.files("files"), 1):  # noqa: B007 - counted
        yield file
    if not sent:
        yield visit.file("files")


def _pile(visit: Visit) -> Response:
    name = _name(visit)
    found = piles.look(visit.workspace, name)
    background, key = visit.site.scans, _key(visit)
    running, outcome = background.look(key)
    if found.waits and not running and (outcome is None or outcome.refusal is None):
        _go_on(visit)
        running, outcome = background.look(key)
    bare = {page.sheet for one in found.unsigned for page in one.pages}
    sheets = [one for one in found.pile.review if not one.sheet.blank and one.sheet not in bare]
    return visit.page(
        "scan.html",
        name=name,
        found=found,
        begun=visit.workspace.local(found.kept.begun).strftime("%Y-%m-%d %H:%M"),
        running=running,
        step=told_step(background.done(key)) if running else None,
        refusal=outcome.refusal if outcome is not None else None,
        asides=[one for one in sheets if one.finding.code != piles.WAITING],
        others=[one for one in sheets if one.finding.code == piles.WAITING],
        findings=[replace(one, label=one.path) for one in found.pile.findings],
        blank=sum(one.sheet.blank for one in found.pile.review),
        unsigned=tuple(_unsigned(found)),
        can_be_placed=piles.can_be_placed,
        turns=_TURNS,
        columns=COLUMNS,
        ready=tuple(_row(visit, one) for one in found.ready.values()),
        filed=tuple(_row(visit, one.document, one.name) for one in found.filed),
        keys=tuple(found.ready),
        limit=LIMIT >> 20,
        kinds=_KINDS,
    )


def _unsigned(found: SortedPile) -> Iterator[tuple[str, ScannedDocument, list[Aside]]]:
    """Yield the sets that nobody signed, by key, with what is told of the pages where it is."""
    for one in found.unsigned:
        sheets = {page.sheet for page in one.pages}
        bare = [
            aside
            for aside in found.pile.review
            if aside.sheet in sheets and aside.finding.code != piles.WAITING
        ]
        yield set_key(one), one, bare


def _row(visit: Visit, document: ScannedDocument, name: str = "") -> PageRow:
    """Return a row for a set.

    :param name: of the file that it is with its record, if it is.
    """
    code = document.code
    customer, subject = requests.summary(visit.workspace, code.number)
    number = PageCell(shown=str(code.number), href=f"/records/{code.number}", kind="code")
    href = f"/records/{code.number}/{code.edition}/{name}"
    said: Text | str = message("slip") if document.slip else str(len(document.pages))
    return (
        (number, PageCell(shown=name, href=href, kind="file")) if name else number,
        customer,
        subject,
        str(code.edition),
        said,
        tuple(_picture(visit, page.sheet) for page in document.pages),
    )


def _picture(visit: Visit, sheet: ScannedSheet) -> PageCell:
    href = f"/scans/{_name(visit)}/{sheet.file}/{sheet.number}.jpg"
    return PageCell(shown=sheet.place, href=href)


def _go_on(visit: Visit) -> None:
    site, actor, name, key = visit.site, visit.session.actor, _name(visit), _key(visit)

    def work() -> None:
        with site.pool.lent(actor) as workspace:
            piles.go_on(workspace, name, partial(site.scans.tell, key))

    site.scans.begin(key, work)


def _again(visit: Visit) -> Response:
    """Try once more what ended in a refusal."""
    _go_on(visit)
    return see(f"/scans/{_name(visit)}")


def _file(visit: Visit) -> Response:
    """File what the page said was ready; whoever asked may leave meanwhile."""
    site, session, name, key = visit.site, visit.session, _name(visit), _key(visit)
    wanted = [str(key) for key in visit.form.getlist("set")]
    actor = session.actor

    def work() -> None:
        with site.pool.lent(actor) as workspace:
            with site.signing.signing(session, workspace):
                piles.file(workspace, name, wanted, partial(site.scans.tell, key))
            piles.go_on(workspace, name, partial(site.scans.tell, key))

    if wanted:
        site.scans.begin(key, work)
    return see(f"/scans/{name}")


def _decide(visit: Visit) -> Response:
    decisions = tuple(_decisions(visit))
    looked = [str(key) for key in visit.form.getlist("looked")]
    piles.decide(visit.workspace, _name(visit), decisions, looked)
    return see(f"/scans/{_name(visit)}")


def _decisions(visit: Visit) -> Iterator[piles.SheetDecision]:
    """Yield what the form says of each sheet that it shows."""
    for field in visit.form:
        at = _place(field)
        if at is not None:
            said, which = visit.field(field), field.removeprefix("say")
            number = visit.field(f"number{which}").strip()
            typed = said == _TYPED or (not said and bool(number))
            turn = visit.number(f"turn{which}")
            yield piles.SheetDecision(
                at=at,
                out=said == _OUT,
                code=PageCode.decode(said) if said not in {"", _OUT, _TYPED} else None,
                number=RecordNumber.parse(number) if typed else None,
                page=visit.number(f"page{which}"),
                turn=turn if turn in _TURNS else 0,
            )


def _place(field: str) -> SheetPlace | None:
    """Return which sheet a field says something of."""
    parts = field.split("-")
    if parts[0] != "say":
        return None
    with suppress(ValueError):
        _, file, number = parts
        return int(file), int(number)
    raise UsageError(
        message("what was sent is no form of these pages"), message("load the page again")
    )


def _put_away(visit: Visit) -> Response:
    piles.put_away(visit.workspace, _name(visit))
    return see("/scans")


def _wait(visit: Visit) -> Response:
    return waiting(visit, (visit.site.scans, _key(visit)))


def _sheet(visit: Visit) -> Response:
    params = visit.request.path_params
    data = piles.shown(visit.workspace, _name(visit), (params["file"], params["number"]))
    if data is None:
        raise WebError(
            404,
            message("there is no picture of this sheet"),
            message("look at the paper, or scan it again"),
        )
    return Response(data, media_type="image/jpeg")


def _name(visit: Visit) -> str:
    visit.require_person()
    return str(visit.request.path_params["name"])


def _key(visit: Visit) -> Hashable:
    return ("scans", visit.session.actor, _name(visit))


ROUTES = (
    page("/scans", _choose),
    act("/scans", _hand_in, limit=LIMIT, files=_MOST, harmless=True),
    page("/scans/{name}", _pile),
    act("/scans/{name}/add", _add, limit=LIMIT, files=_MOST, harmless=True),
    act("/scans/{name}/again", _again, harmless=True),
    act("/scans/{name}/decide", _decide, harmless=True),
    act("/scans/{name}/file", _file),
    act("/scans/{name}/away", _put_away, harmless=True),
    page("/scans/{name}/wait", _wait),
    page("/scans/{name}/{file:whole}/{number:whole}.jpg", _sheet),
)
