"""What an auditor does: trace what comes from outside, and go through the whole store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from rmdocs import canonical
from rmdocs.audit.report import by_code
from rmdocs.audit.trace import digest_of
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, RmdocsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Severity, has_errors
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.identifiers import CopyNumber, RecordNumber, or_none
from rmdocs.messages import message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.reports.report import write_html
from rmdocs.values import require_line
from rmdocs.web.background import VerificationRun
from rmdocs.web.pages import act, page, see
from rmdocs.web.record import attachment, number_in
from rmdocs.web.registers import drawn_report
from rmdocs.web.safety import whole
from rmdocs.workspace import copies, proving, records, store

if TYPE_CHECKING:
    from rmdocs.audit.copytrace import CopyTrace
    from rmdocs.audit.outside import PaperTrace
    from rmdocs.audit.report import FoundOfCode
    from rmdocs.audit.trace import Trace
    from rmdocs.audit.verify import Verification
    from rmdocs.reports.report import Report
    from rmdocs.web.pages import Visit
    from rmdocs.web.registers import DrawnReport
    from rmdocs.workspace.opening import Workspace

LIMIT = 50 << 20
"""Bytes of a file that is dropped: as many as any file that rmdocs takes."""
_LONGEST = 120


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
    number = or_none(CopyNumber.typed, text)
    return None if number is None else copies.trace(workspace, str(number))


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
    """Give out the proof of one sealed file of a record, good for a policy if one is handed in.

    :raises FindingsError: if not enough of those whom the policy asks for cosigned any state.
    """
    number = number_in(visit)
    policy = next(visit.files("policy"), None)
    found = proving.prove(visit.workspace, visit.request.path_params["sha256"], policy)
    wrong = tuple(one for one in found.findings if one.severity is Severity.ERROR)
    if wrong:
        raise FindingsError(wrong, wrong[0].message, wrong[0].remedy)
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
    last = verifying.last
    report = _report(visit, last) if last is not None and last.found is not None else None
    return visit.page("verify.html", running=verifying.running, last=last, report=report)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnVerification:
    """What a page shows of a verification that has ended.

    :param findings: by their code, errors first. :param errors: how many there are.
    :param annexes: of the report that is saved, what the page does not show in its own way.
    """

    properties: DrawnReport
    annexes: tuple[DrawnReport, ...]
    findings: tuple[FoundOfCode, ...]
    errors: int


def _report(visit: Visit, run: VerificationRun) -> DrawnVerification:
    found = run.found
    properties, *annexes = (drawn_report(one, visit.session.language) for one in _reports(visit))
    findings = by_code(found.findings) if found is not None else ()
    return DrawnVerification(
        properties=properties,
        annexes=tuple(annexes[1:] if findings else annexes),
        findings=findings,
        errors=sum(one.count for one in findings if one.severity is Severity.ERROR),
    )


def _reports(visit: Visit) -> tuple[Report, ...]:
    """Return the report of the last verification.

    :raises ControlError: if there was none.
    """
    run = visit.site.verifying.last
    if run is None or run.found is None:
        raise ControlError(
            message("the store was not gone through here yet"), message("have it verified first")
        )
    asked = store.VerificationAsked(
        begun=run.begun, ended=run.ended, by=run.asked_by, within=run.within
    )
    return store.report(visit.workspace, run.found, asked)


def _saved_report(visit: Visit) -> Response:
    """Give out the report, as one page to be kept and printed."""
    visit.require_all_units()
    made = _reports(visit)
    page_ = write_html(made, visit.session.language)
    day = made[0].as_of
    return attachment(f"verification-{day}.html", page_.encode())


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
    act("/records/{number}/proofs/{sha256}", _proof, harmless=True, files=1),
    page("/trace/key", _ledger_key),
    page("/verify", _verification),
    page("/verify/report.html", _saved_report),
    act("/verify", _verify, harmless=True, files=1),
    page("/verify/progress", _progress),
)
