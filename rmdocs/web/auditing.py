"""What an auditor does: trace what comes from outside, and go through the whole store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from rmdocs import __version__, canonical
from rmdocs.audit.conformance import properties_of
from rmdocs.audit.trace import digest_of
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, RmdocsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, Severity, has_errors
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.identifiers import CopyNumber, RecordNumber
from rmdocs.messages import Text, message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.values import require_line
from rmdocs.web.background import VerificationRun
from rmdocs.web.drawing import PageCell, PageRow
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import attachment, number_in
from rmdocs.web.safety import whole
from rmdocs.workspace import copies, proving, records, registers, store

if TYPE_CHECKING:
    from rmdocs.audit.copytrace import CopyTrace
    from rmdocs.audit.outside import PaperTrace
    from rmdocs.audit.trace import Trace
    from rmdocs.audit.verify import Verification
    from rmdocs.audit.witnesses import WitnessStanding
    from rmdocs.web.pages import Visit
    from rmdocs.workspace.opening import Workspace

LIMIT = 50 << 20
"""Bytes of a file that is dropped: as many as any file that rmdocs takes."""
_LONGEST = 120
_TOLD_OF_A_CODE = 200
"""How many findings of one code a report lists; of the rest it tells how many there are."""

_LEDGER_COLUMNS = (
    message("ledger"),
    message("stood at"),
    message("events"),
    message("sealed files"),
)
_WITNESS_COLUMNS = (
    message("ledger"),
    message("witnesses"),
    message("cosigned by"),
    message("missing of the policy"),
    message("events that enough of them saw"),
    message("seen on"),
)


# Tracing -----------------------------------------------------------------------


def _ask(visit: Visit) -> Response:
    return _asking(visit)


def _asking(visit: Visit, refusal: RmdocsError | None = None) -> HTMLResponse:
    """Return the page that asks what is to be traced, and why what was given cannot be."""
    typed = {name: visit.field(name) for name in ("number", "edition", "pin")}
    return visit.page("trace.html", refusal=refusal, limit=LIMIT >> 20, **typed)


def _trace(visit: Visit) -> Response:
    """Tell what a file, or what a paper prints, is; nothing of either is kept."""
    file = next(visit.files("file"), None)
    try:
        return _traced_number(visit) if file is None else _traced_file(visit, file)
    except (UsageError, ControlError, FindingsError) as problem:
        return _asking(visit, problem)


def _traced_file(visit: Visit, file: File) -> Response:
    """Tell which sealed document has the very bytes of a file."""
    copy = copies.trace(visit.workspace, file)
    if copy is not None:
        return _copy_page(visit, copy, file)
    try:
        found = records.trace(visit.workspace, file)
    except ControlError:
        called = records.called(visit.workspace, file)
        if called is not None and visit.unit not in {"", str(called.number.series.unit)}:
            called = None
        return visit.page("foreign.html", file=_facts_of(file), called=called, name=file.base)
    visit.require_unit(found.number.series.unit)
    return _record_page(visit, found, file=file)


def _traced_number(visit: Visit) -> Response:
    """Tell what was sealed under a number, and whether edition and check code are as sealed."""
    text, edition, pin = (" ".join(visit.field(name).split()) for name in _TYPED)
    for name, typed in zip(_TYPED, (text, edition, pin), strict=True):
        require_line(typed, name, _LONGEST)
    if not text:
        raise UsageError(
            message("nothing was given to trace"),
            message("drop a file, or type the number that the paper prints"),
        )
    copy = _copy(visit.workspace, text)
    if copy is not None:
        return _copy_page(visit, copy)
    if digest_of(text) is not None:
        found = records.trace(visit.workspace, text)
        visit.require_unit(found.number.series.unit)
        return _record_page(visit, found)
    number = RecordNumber.typed(text)
    visit.require_unit(number.series.unit)
    if not edition and not pin:
        return _record_page(visit, records.trace(visit.workspace, str(number)))
    printed = whole(edition)
    if printed is None:
        raise UsageError(
            message("the edition of the paper is not known"),
            message("type it as it stands at the foot of the page, such as 1"),
        )
    paper = records.trace_paper(visit.workspace, number, printed, pin)
    return _record_page(visit, paper.trace, paper=paper)


_TYPED = ("number", "edition", "pin")


def _copy(workspace: Workspace, text: str) -> CopyTrace | None:
    """Return the controlled copy that a text is the number of; None if of none."""
    try:
        number = CopyNumber.typed(text)
    except UsageError:
        return None
    return copies.trace(workspace, str(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedFile:
    """A file that was dropped, as a page tells of it; its bytes are not kept.

    :param size: in bytes.
    """

    name: str
    size: int
    sha256: str


def _facts_of(file: File) -> HandedFile:
    return HandedFile(name=file.base, size=len(file.data), sha256=canonical.sha256(file.data))


def _record_page(
    visit: Visit, found: Trace, *, file: File | None = None, paper: PaperTrace | None = None
) -> Response:
    wrong = paper.whole.findings if paper is not None else found.findings
    return visit.page(
        "traced.html",
        found=found,
        file=_facts_of(file) if file is not None else None,
        paper=paper,
        findings=wrong,
        sound=not has_errors(wrong),
        status=named(RECORD_STATUS_NAMES, found.status),
        signers=tuple((named(ROLE_NAMES, one.role), one.name) for one in found.signers),
    )


def _copy_page(visit: Visit, found: CopyTrace, file: File | None = None) -> Response:
    return visit.page(
        "tracedcopy.html",
        found=found,
        copy=found.copy,
        file=_facts_of(file) if file is not None else None,
    )


def _proof(visit: Visit) -> Response:
    """Give out the proof of one sealed file of a record."""
    number = number_in(visit)
    found = proving.prove(visit.workspace, visit.request.path_params["sha256"])
    if found.number != str(number):
        raise ControlError(
            message("{number} has no such file", number=number),
            message("trace its number, and choose one of its files"),
        )
    return attachment(found.file.name, found.file.data)


def _ledger_key(visit: Visit) -> Response:
    """Give out the key by which proofs are judged."""
    found = proving.trusted(visit.workspace)
    return attachment(found.name, found.data)


# Verifying ---------------------------------------------------------------------


def _verification(visit: Visit) -> Response:
    visit.require_all_units()
    verifying = visit.site.verifying
    return visit.page(
        "verify.html",
        running=verifying.running,
        last=verifying.last,
        organisation=registers.organisation(visit.workspace),
        version=__version__,
        ledgers=_LEDGER_COLUMNS,
        witness_columns=_WITNESS_COLUMNS,
        **_report(verifying.last),
    )


def _report(run: VerificationRun | None) -> dict[str, object]:
    """Return what a page shows of a verification that has ended."""
    found = run.found if run is not None else None
    if found is None:
        return {"rows": (), "witnesses": (), "errors": (), "warnings": (), "properties": ()}
    return {
        "rows": tuple(_ledger_rows(found)),
        "witnesses": tuple(map(_witness_row, found.standings)),
        "properties": properties_of(found),
        "errors": _by_code(one for one in found.findings if one.severity is Severity.ERROR),
        "warnings": _by_code(one for one in found.findings if one.severity is Severity.WARNING),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOfCode:
    """The findings of one code.

    :param shown: the first of them. :param left_off: how many more there are.
    """

    code: str
    shown: Sequence[Finding]
    left_off: int

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.shown) + self.left_off


def _by_code(findings: Iterator[Finding]) -> tuple[FoundOfCode, ...]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.code, []).append(one)
    return tuple(
        FoundOfCode(
            code=code,
            shown=ones[:_TOLD_OF_A_CODE],
            left_off=max(len(ones) - _TOLD_OF_A_CODE, 0),
        )
        for code, ones in sorted(found.items())
    )


def _ledger_rows(found: Verification) -> Iterator[PageRow]:
    for one in found.ledgers:
        name: Text | str = message("control") if one.name == "control" else one.name
        pin: Text | str = one.pin or message("cannot be read")
        yield (
            PageCell(shown=name, kind="code"),
            PageCell(shown=pin, kind="code"),
            str(one.events),
            str(one.files),
        )


def _witness_row(one: WitnessStanding) -> PageRow:
    name: Text | str = message("control") if one.ledger == "control" else one.ledger
    return (
        PageCell(shown=name, kind="code"),
        str(len(one.present)),
        tuple(PageCell(shown=each) for each in one.present),
        tuple(PageCell(shown=each) for each in one.missing),
        message("{count} of {events}", count=one.witnessed, events=one.events),
        PageCell(shown=one.time, kind="date"),
    )


def _verify(visit: Visit) -> Response:
    """Begin to go through the store, unless somebody has it gone through already."""
    visit.require_all_units()
    site, actor = visit.site, visit.session.actor
    local = visit.workspace.local
    policy, days = next(visit.files("policy"), None), visit.field("within").strip()
    within = whole(days) if days else None
    if days and within is None:
        raise UsageError(
            message("within how many days is not a number"), message("type it in digits, such as 7")
        )
    store.asked_of_witnesses(visit.workspace, policy, within)  # what it cannot be is told at once
    run = VerificationRun(
        begun=local(visit.workspace.now()),
        asked_by=visit.session.reader or (visit.person.name if visit.person else ""),
        renditions=bool(visit.field("renditions")),
        contents=bool(visit.field("contents")),
        since=bool(visit.field("since")),
        policy=policy,
        within=within,
    )

    def work(begun: VerificationRun) -> Verification:
        with site.pool.lent(actor) as workspace:
            found = store.verify(
                workspace,
                renditions=begun.renditions,
                contents=begun.contents,
                since=store.LAST if begun.since else None,
                policy=begun.policy,
                within=begun.within,
                progress=begun.progress,
            )
            begun.ended = local(workspace.now())
        return found

    site.verifying.begin(run, work)
    return see("/verify")


def _progress(visit: Visit) -> Response:
    """Say how far it is (202), for a page that waits; nothing (204) once it has ended."""
    visit.require_all_units()
    running = visit.site.verifying.running
    if running is None:
        return Response(status_code=204)
    told = running.told.text(visit.session.language)
    return Response(told, 202, media_type="text/plain")


ROUTES = (
    page("/trace", _ask),
    act("/trace", _trace, harmless=True, limit=LIMIT, files=1),
    page("/records/{number}/proofs/{sha256}", _proof),
    page("/trace/key", _ledger_key),
    page("/verify", _verification),
    act("/verify", _verify, harmless=True, files=1),
    page("/verify/progress", _progress),
)
