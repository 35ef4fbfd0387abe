"""A record: where it stands, its documents, who did what when.

Its PDF and print set are made in the background, then there to be saved.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response

from rmdocs.audit.recorddocuments import documents
from rmdocs.errors import ControlError
from rmdocs.events.records import RecordAmended, RecordRegenerated, StageAdded
from rmdocs.files import File
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.identifiers import RecordNumber
from rmdocs.lifecycle import RecordAct
from rmdocs.messages import message
from rmdocs.registers.displaynames import ACT_NAMES, RECORD_STATUS_NAMES, named
from rmdocs.web.drawing import PageCell, PageRow
from rmdocs.web.pages import act, page, see, waiting
from rmdocs.workspace import nextacts, records, renditions

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from rmdocs.audit.recordview import TracedEvent
    from rmdocs.audit.trace import Trace
    from rmdocs.messages import Text
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.reports.report import Report
    from rmdocs.store.event import SealedFile
    from rmdocs.web.background import Outcome
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.opening import Workspace


_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}
"""What is sent as what it is; anything else as bytes, which no browser runs."""


DIFFERENCE_COLUMNS = (message("field"), message("before"), message("after"))
"""Of :func:`difference_rows`."""

_CHANGING = frozenset({StageAdded.KIND, RecordAmended.KIND, RecordRegenerated.KIND})
"""What makes an edition that says otherwise than the one before."""

_BEGUN = {RecordAct.STAGE: "stages/", RecordAct.AMEND: "amend"}
"""Acts that begin with a draft, and where, below the record's page."""

_PDF, _SET = "pdf", "set"
_COLUMNS = (
    message("time"),
    message("act"),
    message("by"),
    message("edition"),
    message("remark"),
    message("documents"),
)


def _record(visit: Visit) -> Response:
    number = number_in(visit)
    found = records.trace(visit.workspace, str(number))
    acts = visit.person is not None
    may_print = acts and renditions.not_to_make(visit.workspace, number) is None
    return visit.page(
        "record.html",
        found=found,
        status=named(RECORD_STATUS_NAMES, found.status),
        facts=tuple((name, values) for name, values in _facts(found) if values),
        columns=_COLUMNS,
        rows=tuple(_row(found, act) for act in reversed(found.acts)),
        begun=_BEGUN,
        prints=may_print and _has_no_pdf(found),
        printable=may_print,
        acts=nextacts.next_acts(visit.workspace, number) if acts else (),
    )


def _changes(visit: Visit) -> Response:
    """Show what an edition says that the one before did not, or said otherwise."""
    number, edition = number_in(visit), visit.request.path_params["edition"]
    if edition == 1:
        return see(f"/records/{number}")  # nothing came before it
    before, after = (records.show(visit.workspace, number, one) for one in (edition - 1, edition))
    return visit.page(
        "changes.html",
        found=after,
        columns=DIFFERENCE_COLUMNS,
        rows=difference_rows(records.differences(before, after)),
    )


def difference_rows(found: Iterable[records.Difference]) -> tuple[PageRow, ...]:
    """Return rows that show what differs, a value each."""
    return tuple(
        (one.label, PageCell(shown=one.old, kind="gone"), PageCell(shown=one.new, kind="come"))
        for one in found
    )


def _has_no_pdf(found: Trace) -> bool:
    """Return whether no formal PDF was made yet of the document that counts."""
    return all(
        Path(name).suffix != ".pdf" for act in _current(found) for name in map(_name_of, act.files)
    )


def _facts(found: Trace) -> Iterator[tuple[Text, tuple[PageCell | Text | str, ...]]]:
    """Yield what is known of a record beside what it says, by name; nothing where there is none."""
    yield (
        message("documents"),
        tuple(file for act in _current(found) for file in _files(found, act)),
    )
    if found.original:
        yield message("original"), (_file(found, found.current_edition, found.original),)
    if found.asked is not None:
        yield message("waiting"), (_asked(found.asked),)
    if found.tombstone is not None:
        yield (
            message("disposed of"),
            (
                str(found.tombstone.on),
                str(found.tombstone.certificate),
            ),
        )
    revision = message("revision {revision}", revision=found.revision)
    yield message("form"), (str(found.number.series.form), revision)
    yield message("edition"), (str(found.edition),)
    yield message("cites"), tuple(map(record_link, found.related))
    yield message("cited by"), tuple(map(record_link, found.related_from))
    signers = tuple(
        message("{place}: {value}", place=named(ROLE_NAMES, one.role), value=one.name)
        for one in found.signers
    )
    yield message("form approved by"), signers


def _current(found: Trace) -> list[TracedEvent]:
    """Return what made the edition that is shown, and what was made of it since."""
    return [act for act in found.acts if act.edition == found.edition and not act.superseded]


def _name_of(file: SealedFile) -> str:
    return Path(file.path).name


def _asked(request: ApprovalRequest) -> PageCell:
    asked = message(
        "{request}: {name} asked to {act}",
        request=request.number,
        name=request.asked.actor.name,
        act=named(ACT_NAMES, request.act),
    )
    return PageCell(shown=asked, href=f"/requests/{request.number}")


def record_link(number: str) -> PageCell:
    """Return the cell that leads to a record's page."""
    return PageCell(shown=number, href=f"/records/{number}", kind="code")


def _row(found: Trace, act: TracedEvent) -> PageRow:
    said = [one for one in (act.stage_title, act.party, act.reason, *act.remarks) if one]
    remark = tuple(PageCell(shown=one) for one in said)
    edition: Text | str = "" if act.edition is None else str(act.edition)
    if edition and act.superseded:
        edition = message("{edition} superseded", edition=edition)
    changes = PageCell(shown=message("what changed"), href=f"/records/{found.number}/{act.edition}")
    makes = act.kind in _CHANGING and bool(found.said)
    return (
        PageCell(shown=act.time.strftime("%Y-%m-%d %H:%M"), kind="date"),
        act.told,
        (PageCell(shown=act.name), PageCell(shown=act.staff_no, kind="code")),
        (PageCell(shown=edition), changes) if makes else edition,
        remark,
        _files(found, act),
    )


def _files(found: Trace, act: TracedEvent) -> tuple[PageCell, ...]:
    """Return links to the documents that an act sealed."""
    names = map(_name_of, act.files)
    edition = act.edition
    if edition is None:
        return ()
    return tuple(_file(found, edition, name) for name in names if Path(name).suffix in _TYPES)


def _file(found: Trace, edition: int, name: str) -> PageCell:
    href = f"/records/{found.number}/{edition}/{quote(name, safe='')}"
    return PageCell(shown=name, href=href, kind="file")


def _document(visit: Visit) -> Response:
    number, wanted = number_in(visit), visit.request.path_params["name"]
    edition = visit.request.path_params["edition"]
    for name, data in documents(visit.workspace.registry, number, edition):
        if name == wanted:
            return attachment(name, data)
    raise ControlError(
        message("{number} has no document {name}", number=number, name=wanted),
        message("choose one of those that its page lists"),
    )


def attachment(name: str, data: bytes) -> Response:
    """Return a file to be saved, under its name; no browser opens it as a page."""
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type=kind, headers=headers)


def workbook(name: str, report: Report, visit: Visit) -> Response:
    """Return a report as a workbook to be saved, in the language of whoever asks."""
    from rmdocs.reports.xlsx import write_xlsx  # noqa: PLC0415 - slow to import, seldom needed

    return attachment(f"{name}.xlsx", write_xlsx((report,), visit.session.language))


def number_in(visit: Visit) -> RecordNumber:
    """Return the number in the address, if its record is for whoever asks to see."""
    number = RecordNumber.parse(visit.request.path_params["number"])
    visit.require_unit(number.series.unit)
    return number


def _paper(visit: Visit) -> Response:
    number = number_in(visit)
    found = records.show(visit.workspace, number)
    made = _made(visit, number)
    return visit.page(
        "paper.html",
        found=found,
        status=named(RECORD_STATUS_NAMES, found.status),
        refusal=renditions.not_to_make(visit.workspace, number) if visit.person else None,
        running=any(running for running, _ in made.values()),
        outcomes={what: outcome for what, (_, outcome) in made.items()},
    )


def _make(visit: Visit) -> Response:
    """Begin to make what the button says; whoever asked may leave meanwhile."""
    number, what = number_in(visit), visit.field("make")
    refusal = renditions.not_to_make(visit.workspace, number)
    if refusal is not None:
        raise refusal
    site, session, actor = visit.site, visit.session, visit.session.actor
    make = _print_set if what == _SET else _pdf

    key = _key(visit, number, _SET if what == _SET else _PDF)

    def work() -> tuple[File, ...]:
        with site.pool.lent(actor) as workspace, site.signing.signing(session, workspace):
            return make(workspace, number)

    site.background.begin(key, work)
    return see(f"/records/{number}/paper")


def _pdf(workspace: Workspace, number: RecordNumber) -> tuple[File, ...]:
    made = renditions.make(workspace, [number])
    return tuple(File(name=one.name, data=one.pdf) for one in made)


def _print_set(workspace: Workspace, number: RecordNumber) -> tuple[File, ...]:
    made = renditions.print_sets(workspace, [number])
    return tuple(File(name=one.name, data=one.pdf) for one in made)


def _wait(visit: Visit) -> Response:
    number, background = number_in(visit), visit.site.background
    return waiting(visit, *((background, _key(visit, number, what)) for what in (_PDF, _SET)))


def _kept(visit: Visit) -> Response:
    number, wanted = number_in(visit), visit.request.path_params["name"]
    for _, outcome in _made(visit, number).values():
        for file in (outcome.made if outcome is not None else None) or ():
            if file.name == wanted:
                return attachment(file.name, file.data)
    raise ControlError(
        message("{name} is not kept any more", name=wanted),
        message("make it again; a sealed PDF is on the record's page"),
    )


def _made(
    visit: Visit, number: RecordNumber
) -> dict[str, tuple[bool, Outcome[tuple[File, ...]] | None]]:
    """Return of PDF and print set: whether it is being made, and if not, what came of it."""
    background = visit.site.background
    return {what: background.look(_key(visit, number, what)) for what in (_PDF, _SET)}


def _key(visit: Visit, number: RecordNumber, what: str) -> Hashable:
    return (visit.session.actor, number, what)


ROUTES = (
    page("/records/{number}", _record),
    page("/records/{number}/{edition:whole}", _changes),
    page("/records/{number}/{edition:whole}/{name}", _document),
    page("/records/{number}/paper", _paper),
    act("/records/{number}/paper", _make),
    page("/records/{number}/paper/wait", _wait),
    page("/records/{number}/paper/{name}", _kept),
)
