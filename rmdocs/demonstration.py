"""The demonstration: every sample issued and completed, a form revised, all verified."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmdocs.beginning import SAMPLE, begin
from rmdocs.errors import FindingsError, MissingProgramError
from rmdocs.folders import read, save, save_all, save_report
from rmdocs.identifiers import DocumentNumber, RecordNumber, StaffNumber
from rmdocs.messages import Language, Text, message
from rmdocs.workspace import (
    comparing,
    copies,
    people,
    records,
    regeneration,
    registers,
    renditions,
    requests,
    revising,
    store,
)
from rmdocs.workspace.opening import Workspace, present

if TYPE_CHECKING:
    from rmdocs.canonical import Json

ISSUED, PRINTED, REVISED, REGISTERS = "issued", "to-print", "revised", "registers"
"""Folders of a demonstration: documents as issued, what is printed to be signed, a form
being revised, registers."""

_HOUR = time(9, 0)
_FIRST, _LAST = date(2026, 1, 5), date(2026, 11, 24)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def demonstrate(root: Path, tell: Callable[[Text], None], now: datetime | None = None) -> None:
    """Walk through everything once in a new sample workspace.

    The clock stands on each record's last date, so that the samples mean the same in
    every year. No act is later than ``now``, so that the workspace can be gone on with;
    samples that are dated later are left out.

    :raises FindingsError: if the store does not verify at the end.
    """
    # The form is in force a day after the last record: by yesterday wherever the office is.
    last = min(_LAST, (now or present()).date() - timedelta(2))
    first = min(_FIRST, last)
    begin(root, sample=True, now=datetime.combine(first, _HOUR, UTC))
    tell(message("made the workspace {directory}", directory=root))
    samples = [json.loads(path.read_bytes()) for path in sorted(SAMPLE.glob("RXD*.json"))]
    ready = [sample for sample in samples if _last_day(sample) <= last]
    if len(ready) < len(samples):
        count = len(samples) - len(ready)
        tell(message("left out {count} sample(s): dated after {day}", count=count, day=last))
    numbers = [_walk(root, sample, tell) for sample in sorted(ready, key=_last_day)]
    _render(root, numbers, last, tell)
    _correct(root, numbers, last, tell)
    _print(root, numbers, last, tell)
    _revise(root, last, tell)
    with _at(root, None, last + timedelta(1)) as workspace:
        if numbers:
            number = numbers[-1]
            trace = records.trace(workspace, str(number))
            tell(
                message(
                    "{number} has {count} events, the last by {name}",
                    number=number,
                    count=len(trace.acts),
                    name=trace.acts[-1].name,
                )
            )
        result = store.verify(workspace)
    if result.findings:
        raise FindingsError(result.findings)
    tell(
        message(
            "verified {volumes} volumes, {events} events, {files} files: all as sealed",
            volumes=result.volumes,
            events=result.events,
            files=result.files,
        )
    )
    tell(message("the documents lie in {directory}", directory=root / ISSUED))
    tell(message("look around in a browser: rmdocs -w {directory} web", directory=root))


def free_directory() -> Path:
    """Return ``demo``, or ``demo-2`` and so on where that is taken."""
    names = (Path("demo" if number == 1 else f"demo-{number}") for number in count(1))
    return next(path for path in names if not path.exists())


def _render(
    root: Path, numbers: Sequence[RecordNumber], day: date, tell: Callable[[Text], None]
) -> None:
    """Make the formal PDF of what one unit hands to its customers."""
    handed = [
        number
        for number in (
            RecordNumber.parse(f"{form}-JN01-2026-0001") for form in ("RXD7200-01", "RXD7200-04")
        )
        if number in numbers
    ]
    try:
        with _at(root, StaffNumber.parse("JN01-0101"), day) as workspace:
            made = renditions.make(workspace, handed)
    except MissingProgramError as missing:
        tell(missing.reason)
        return
    for one in made:
        tell(message("wrote {path}", path=save(root / ISSUED / one.name, one.pdf)))


def _print(
    root: Path, numbers: Sequence[RecordNumber], day: date, tell: Callable[[Text], None]
) -> None:
    """Make the print set of an agreement that nobody has signed yet."""
    number = RecordNumber.parse("RXD7200-01-YT03-2026-0001")
    if number not in numbers:
        return
    try:
        with _at(root, StaffNumber.parse("YT03-0301"), day) as workspace:
            made = renditions.print_sets(workspace, [number])
    except MissingProgramError:
        return  # said where PDF was to be made
    for one in made:
        tell(message("wrote {path}", path=save(root / PRINTED / one.name, one.pdf)))


def _correct(
    root: Path, numbers: Sequence[RecordNumber], day: date, tell: Callable[[Text], None]
) -> None:
    """Amend one record and void another, as happens in every office."""
    rm, head = StaffNumber.parse("YT03-0301"), StaffNumber.parse("YT03-0001")
    amended = RecordNumber.parse("RXD7200-01-YT03-2026-0001")
    voided = RecordNumber.parse("RXD7200-02-YT03-2026-0001")
    if not {amended, voided} <= set(numbers):
        return
    source = root / "samples" / "amended.json"
    with _at(root, rm, day) as workspace:
        record = json.loads(json.dumps(records.show(workspace, amended).record))
        record["content"]["party_a"]["fax"] = "0535-5551031"
        source.write_text(json.dumps(record, ensure_ascii=False, indent=2), encoding="utf-8")
        records.amend(workspace, amended, read(source), "补填甲方传真")
        request = requests.void(workspace, voided, "与另一日志重复")
    with _at(root, head, day) as workspace:
        requests.approve(workspace, request.number)
    tell(message("amended {number}", number=amended))
    tell(message("voided {number}", number=voided))


def _revise(root: Path, day: date, tell: Callable[[Text], None]) -> None:
    """Revise a form as a quality officer does, from the proposal to the registers."""
    effective = day + timedelta(1)
    form = DocumentNumber("RXD7200-03")
    author, reviewer, approver, officer = (
        StaffNumber.parse(f"SD00-000{place}") for place in range(1, 5)
    )
    with _at(root, author, day) as workspace:
        change = revising.propose(workspace, form, "“风险控制措施”改为“风险防范措施”", effective)
    tell(message("{change}: {form} is to be revised", change=change.change.number, form=form))
    template = root / "forms" / str(form) / "template.docx"
    template.write_bytes(_reworded(template.read_bytes()))
    with _at(root, author, day) as workspace:
        for difference in comparing.diff(workspace, form).comparison.changes:
            tell(difference.sentence)
        redline = root / REVISED / f"{form}-redline.docx"
        save(redline, comparing.redline(workspace, form).document)
        tell(message("wrote {path}", path=redline))
        revising.submit(workspace, form)
    with _at(root, reviewer, day) as workspace:
        revising.review(workspace, form, "")
    with _at(root, approver, day) as workspace:
        release = revising.approve(workspace, form, "")
    tell(
        message(
            "{form} {revision} is approved by three people, in force from {day}",
            form=form,
            revision=release.revision,
            day=release.effective,
        )
    )
    with _at(root, officer, effective) as workspace:
        run = regeneration.run(workspace, regeneration.plan(workspace, form, release.revision))
        tell(message("{count} open record(s) carried over", count=len(run.records)))
        copy = copies.issue(workspace, DocumentNumber("IXD7200-01"), staff=officer)
        made = copies.export(workspace, copy.number)
        tell(message("wrote {path}", path=save(root / REVISED / made.name, made.data)))
        for name in ("documents", "history"):
            report, path = registers.report(workspace, name), root / REGISTERS / f"{name}.xlsx"
            tell(message("wrote {path}", path=save_report((report,), path, Language.ZH)))


def _reworded(document: bytes) -> bytes:
    """Return a Word document with a label reworded, as somebody would in Word."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as before, zipfile.ZipFile(made, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            if entry.filename == "word/document.xml":
                data = data.replace(">风险控制措施<".encode(), ">风险防范措施<".encode())
            after.writestr(entry, data)
    return made.getvalue()


def _walk(root: Path, sample: dict[str, Any], tell: Callable[[Text], None]) -> RecordNumber:
    record, day = sample["record"], _last_day(sample)
    source = root / "samples" / f"{record['form']}-{record['unit']}.json"
    source.parent.mkdir(exist_ok=True)
    source.write_text(json.dumps(sample, ensure_ascii=False, indent=2), encoding="utf-8")
    rm = StaffNumber.parse(record["prepared_by"]["staff_no"])
    with _at(root, rm, day) as workspace:
        result = records.issue(workspace, [read(source)])
    number = result.outcomes[0].number
    if number is None:
        raise FindingsError(result.outcomes[0].findings)
    tell(message("issued {number}", number=number))
    for stage in sample["stages"]:
        with _at(root, _who(root, record["form"], stage, rm, day), day) as workspace:
            records.add(workspace, number, stage["stage"], read(source))
        tell(message("added {stage} to {number}", stage=stage["stage"], number=number))
    with _at(root, None, day) as workspace:
        for path in save_all(root / ISSUED, records.export(workspace, number)):
            tell(message("wrote {path}", path=path))
    return number


def _who(root: Path, form: str, stage: dict[str, Any], rm: StaffNumber, day: date) -> StaffNumber:
    """Return who adds a stage: somebody of the unit who holds the role the form names."""
    with _at(root, None, day) as workspace:
        released = workspace.registry.form_in_force(DocumentNumber(form), day)
        staff = people.staff(workspace)
    known = released.form.stage(stage["stage"])
    roles = set(known.roles) if known else set()
    mine = next(person for person in staff if person.staff_no == rm)
    if mine.roles & roles:
        return rm
    return next(
        person.staff_no for person in staff if person.unit == mine.unit and person.roles & roles
    )


def _last_day(sample: dict[str, Any]) -> date:
    days = [date.fromisoformat(text) for text in _dates(sample["stages"])]
    return max([date.fromisoformat(sample["record"]["date"]), *days])


def _dates(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [
            found for key, item in value.items() if key != "planned_date" for found in _dates(item)
        ]
    if isinstance(value, list):
        return [found for item in value for found in _dates(item)]
    return [value] if isinstance(value, str) and _DAY.fullmatch(value) else []


def _at(root: Path, actor: StaffNumber | None, day: date) -> Workspace:
    moment = datetime.combine(day, _HOUR, UTC)
    return Workspace(root, actor, lambda: moment)
