"""Checking candidates: the record against form, registers and earlier records.

All findings of all candidates at once; nothing is written.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rmdocs import canonical
from rmdocs.answering import Answer, called
from rmdocs.bulk import Bulk, one_again
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Finding, error, has_errors, place_of, warning
from rmdocs.forms.sections.rules import RulesSection
from rmdocs.identifiers import DocumentNumber, RecordNumber, Series
from rmdocs.issuing.registerchecks import has_left, named_in_record
from rmdocs.issuing.uniquekeys import UniqueClaim, clash, not_compared, not_unique
from rmdocs.language.expression import Expression
from rmdocs.messages import by_command, message
from rmdocs.records.check import STAGES_LABEL, check_record
from rmdocs.records.draft import RecordDraft

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.events.records import Unit
    from rmdocs.forms.form import Form
    from rmdocs.intake.candidates import Candidate
    from rmdocs.issuing.registry import Elsewhere, Registry
    from rmdocs.registers.revisions import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A candidate that may be issued: what is sealed, from which all else follows again.

    :param release: of its form's revision.
    :param record: as it is sealed, tidied as the schema says: canonical JSON (RFC 8785).
    :param digest: SHA-256 of that. :param claim: what no other record may say.
    """

    release: Release
    series: Series
    unit: Unit
    record: bytes
    digest: str
    claim: UniqueClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCandidate(Answer):
    """A candidate with its findings.

    :param source: the name of its file.
    :param row: its place in the file, counted from 1; 0 if the file cannot be read.
    :param form: the number of its form; empty if none is named.
    :param findings: all that is wrong, or to be known.
    :param ready: None where an error stands.
    """

    TOLD: ClassVar = ("source", "row", "form", "ok", "findings")
    source: str = field(metadata=called("file"))
    row: int
    form: str
    findings: tuple[Finding, ...]
    ready: Ready | None

    @property
    def place(self) -> str:
        """Return file and row, as people are told them; the file alone if it cannot be read."""
        return place_of(self.source, self.row)

    @property
    def ok(self) -> bool:
        """Return whether it may be issued: no finding is an error."""
        return not has_errors(self.findings)

    def refused(self, findings: Iterable[Finding]) -> CheckedCandidate:
        """Return the candidate with further findings, for which it is not issued."""
        return replace(self, findings=(*self.findings, *findings), ready=None)


Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def check_all(  # noqa: PLR0913 - what is checked, by what, and by whom
    registry: Registry,
    candidates: Sequence[Candidate],
    today: date,
    *,
    again: bool = False,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> list[CheckedCandidate]:
    """Return every candidate checked against the forms in force today.

    What must be unique is looked for among the records there are, and among the
    candidates themselves: of those that share it none may be issued, since which
    of them is right only a person knows. Issuing looks again under the lock.

    :param again: whether what was issued before is to be issued again.
    :param executor: who checks besides this process; see ``bulk``.
    :param progress: told how many candidates of how many are checked.
    """
    here = partial(_check_piece, registry, today)
    bulk = Bulk(
        here=here,
        elsewhere=partial(_check_elsewhere, registry.elsewhere, today),
        executor=executor if registry.elsewhere is not None else None,
        stays=lambda piece: any(_stays(registry, one) for one in piece),
        agrees=partial(one_again, here),
    )
    checked: list[CheckedCandidate] = []
    for _, found in bulk.each(in_pieces(candidates), in_order=True):
        checked += found
        progress(len(checked), len(candidates))
    for form in {one.ready.release.number for one in checked if one.ready}:
        registry.catalogue.catch_up_form(form)
    checked = _told_of_unseen(registry, checked)
    # A record that was issued before is told by its first number, not refused.
    known = {
        id(one)
        for one in checked
        if one.ready and not again and registry.catalogue.issued_before(one.ready.digest)
    }
    alone = [one if id(one) in known else _unique(registry, one) for one in checked]
    asking = [(one, id(one) not in known) for one in alone]
    return _among_themselves(registry, asking, again=again)


def form_of(registry: Registry, ready: Ready) -> Form:
    """Return the form under which a candidate is issued."""
    return registry.forms.load(ready.release).form


_AT_ONCE = 25
"""Records that are one piece of work: few enough to lie in memory, many enough to be worth it."""

_Item = TypeVar("_Item")


def in_pieces(items: Sequence[_Item]) -> deque[Sequence[_Item]]:
    """Return items as pieces of bulk work."""
    return deque(items[first : first + _AT_ONCE] for first in range(0, len(items), _AT_ONCE))


def _stays(registry: Registry, candidate: Candidate) -> bool:
    """Return whether a candidate, or a record that it names, is one that must be destroyable."""
    value = candidate.value
    inner = value.get("record") if isinstance(value, dict) else None
    record = inner if isinstance(inner, dict) else value
    if not isinstance(record, dict):
        return True
    related = record.get("related") or []
    try:
        numbers = [RecordNumber.parse(str(one)) for one in related] if related else []
        forms = {
            DocumentNumber.parse(str(record.get("form"))),
            *(one.series.form for one in numbers),
        }
    except (TypeError, UsageError):
        return True
    return any(map(registry.forms.must_be_destroyable, forms))


def _check_piece(
    registry: Registry, today: date, candidates: Sequence[Candidate]
) -> list[CheckedCandidate]:
    return [_check(registry, candidate, today) for candidate in candidates]


def _check_elsewhere(
    there: Elsewhere | None, today: date, candidates: Sequence[Candidate]
) -> list[CheckedCandidate]:
    if there is None:
        raise ValueError(there)
    return _check_piece(there.registry(), today, candidates)


def _told_of_unseen(
    registry: Registry, checked: Sequence[CheckedCandidate]
) -> list[CheckedCandidate]:
    """Return the candidates, each told of records of its form with which it cannot be compared."""
    told: dict[DocumentNumber, list[Finding]] = {}

    def tell(one: CheckedCandidate, form: Form) -> CheckedCandidate:
        if form.number not in told:
            told[form.number] = not_compared(registry, form)
        return replace(one, findings=(*one.findings, *told[form.number]))

    return [
        one if one.ready is None else tell(one, form_of(registry, one.ready)) for one in checked
    ]


def _unique(registry: Registry, one: CheckedCandidate) -> CheckedCandidate:
    if one.ready is None:
        return one
    found = not_unique(registry, form_of(registry, one.ready), one.ready.claim)
    return one.refused(found) if found else one


def _among_themselves(
    registry: Registry, checked: Sequence[tuple[CheckedCandidate, bool]], *, again: bool
) -> list[CheckedCandidate]:
    """Return the candidates, those refused that share a unique key with another one.

    :param checked: each with whether it asks for a number.
    """
    sharing: dict[tuple[str, str], list[tuple[CheckedCandidate, Ready]]] = defaultdict(list)
    for one, asks in checked:
        if one.ready is not None and asks and one.ready.claim.key:
            sharing[one.form, one.ready.claim.key].append((one, one.ready))
    refused: dict[int, CheckedCandidate] = {}
    for group in sharing.values():
        for one, ready in group:
            # The same record twice gets one number, unless each is to have its own.
            others = [
                other.place
                for other, twin in group
                if other is not one and (again or twin.digest != ready.digest)
            ]
            if others:
                refused[id(one)] = one.refused(clash(form_of(registry, ready), others))
    return [refused.get(id(one), one) for one, _ in checked]


def _check(registry: Registry, candidate: Candidate, today: date) -> CheckedCandidate:
    findings: list[Finding] = []
    form, ready = "", None
    try:
        draft = RecordDraft.parse(candidate.value)
        form = str(draft.form)
        ready = _ready(registry, draft, today, findings)
    except FindingsError as problem:
        findings += problem.findings
    except ControlError as problem:
        findings.append(
            error("CONTROL", "$.form", problem.reason, problem.remedy, clause=problem.clause)
        )
    findings = [*candidate.findings, *candidate.news(findings)]
    kept = None if has_errors(findings) else ready
    return CheckedCandidate(
        source=candidate.source, row=candidate.row, form=form, findings=tuple(findings), ready=kept
    )


def _ready(
    registry: Registry, draft: RecordDraft, today: date, findings: list[Finding]
) -> Ready | None:
    released = registry.form_in_force(draft.form, today)
    findings += register_findings(registry, draft)
    findings += named_in_record(registry, draft, released.form)
    unit = registry.staff.find_unit(draft.unit)
    if unit is None:
        findings += _without_unit(registry, draft, released.form, today)
        return None
    checked, found = check_record(
        draft, released.form, unit.to_json(), today, calendar=registry.calendars.now()
    )
    findings += found
    findings += [*date_findings(draft, today), *_stage_findings(draft)]
    if checked is None:
        return None
    record = checked.draft.to_bytes()
    return Ready(
        release=released.release,
        series=Series(form=draft.form, unit=draft.unit, year=draft.date.year),
        unit=unit,
        record=record,
        digest=canonical.sha256(record),
        claim=UniqueClaim.of(released.form, checked.names),
    )


def _without_unit(registry: Registry, draft: RecordDraft, form: Form, today: date) -> list[Finding]:
    """Return what is wrong with a record of an unknown unit besides its unit."""
    return check_record(draft, unit_aside(form), {}, today, calendar=registry.calendars.now())[1]


def unit_aside(form: Form) -> Form:
    """Return a form without the rules that ask about a record's unit."""
    rules = tuple(rule for rule in form.rules if not any(map(_asks_unit, rule.conditions)))
    return form.having(RulesSection(rules=rules))


def _asks_unit(expression: Expression) -> bool:
    return any(path[0] == "unit" for path in expression.paths())


def register_findings(registry: Registry, draft: RecordDraft) -> list[Finding]:
    """Return where unit and preparer differ from the registers."""
    findings = []
    if registry.staff.find_unit(draft.unit) is None:
        findings.append(
            error(
                "UNIT-UNKNOWN",
                "$.unit",
                message("{code} is not in the register of units", code=draft.unit),
                by_command(message("compare with the register of units"), "rmdocs unit list"),
                clause="§2",
            )
        )
    person = registry.staff.find_person(draft.prepared_by.staff_no)
    if person is None or person.name != draft.prepared_by.name:
        findings.append(
            error(
                "STAFF-UNKNOWN",
                "$.prepared_by",
                message(
                    "{staff_no} {name} is not in the register of staff",
                    staff_no=draft.prepared_by.staff_no,
                    name=draft.prepared_by.name,
                ),
                by_command(
                    message("compare number and name with the register of staff"),
                    "rmdocs person list",
                ),
                clause="§2",
            )
        )
    elif person.left is not None and person.left < draft.date:
        findings.append(has_left(person.name, person.left, draft.date, "$.prepared_by"))
    elif person.unit != draft.unit:
        findings.append(
            error(
                "STAFF-UNIT",
                "$.unit",
                message(
                    "{name} belongs to {own}, not to {unit}",
                    name=person.name,
                    own=person.unit,
                    unit=draft.unit,
                ),
                message("write the unit of who prepared it, or who of the unit prepared it"),
            )
        )
    return findings


def date_findings(draft: RecordDraft, today: date) -> list[Finding]:
    """Return whether a record is dated after the act."""
    if draft.date <= today:
        return []
    return [
        error(
            "DATE-FUTURE",
            "$.date",
            message("the record's date {date} is after today", date=draft.date),
            message("date it on the day it is made"),
        )
    ]


def _stage_findings(draft: RecordDraft) -> list[Finding]:
    findings = []
    if draft.offered_stages:
        findings.append(
            warning(
                "STAGES-LATER",
                "$.stages",
                message("stages in the file are not issued with the record"),
                by_command(
                    message("add each once it is issued"), message("rmdocs add NUMBER STAGE FILE")
                ),
                label=STAGES_LABEL,
            )
        )
    return findings
