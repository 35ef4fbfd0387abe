"""How answers look: findings, facts, tables and reports, as text or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmdocs.answering import Answer, WordlessAnswer
from rmdocs.characters import visible
from rmdocs.cli import streams
from rmdocs.cli.context import Session
from rmdocs.cli.help import option
from rmdocs.cli.options import OUT_BOOK
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity, has_errors
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.messages import Language, Text, message
from rmdocs.registers import displaynames

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.errors import RmdocsError
    from rmdocs.reports.report import Report

_GAP = "  "
_NARROWEST = 8

STATUSES = displaynames.RECORD_STATUS_NAMES
ROLES = ROLE_NAMES
named = displaynames.named
_SEVERITIES: Mapping[Severity, Text] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
}


def echo_json(value: Mapping[str, Any], *, err: bool = False) -> None:
    """Print one JSON value on one line; what no reader sees is escaped as JSON escapes it."""
    text = json.dumps(value, ensure_ascii=False)
    click.echo(visible(text, lambda character: json.dumps(character)[1:-1]), err=err)


def echo_answer(answer: Answer | WordlessAnswer, session: Session) -> None:
    """Print an answer as JSON."""
    told = answer.to_json(session.language) if isinstance(answer, Answer) else answer.to_json()
    echo_json(told)


def echo_findings(
    findings: Iterable[Finding], language: Language, *, place: str = "", err: bool = False
) -> None:
    """Print findings as text, each with its place, remedy and clause.

    :param place: the file and row they concern, printed with each that does not say it.
    """
    for finding in findings:
        click.echo(finding_text(finding, language, place=place), err=err)


def echo_checked(findings: Sequence[Finding], session: Session, *, as_json: bool) -> None:
    """Print what a check found, and end with the exit code of findings if there are errors."""
    if as_json:
        for finding in findings:
            echo_answer(finding, session)
    else:
        echo_findings(findings, session.language)
        if not findings:
            click.echo(session.say(message("nothing found")))
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def finding_text(finding: Finding, language: Language, *, place: str = "") -> str:
    """Return a finding as a person reads it, on two or three lines."""
    severity = _SEVERITIES[finding.severity].text(language)
    path = "" if finding.path == "$" else finding.path  # The whole of it is no place.
    label = f"{finding.label} ({path})" if finding.label and path else finding.label or path
    around = "" if place and finding.path.startswith(place) else place
    where = _GAP.join(_one_line(part) for part in (around, finding.cell, label) if part)
    sentence = _one_line(finding.message.text(language))
    if finding.clause:
        sentence += f" [{finding.clause}]"
    lines = [f"{severity} {finding.code}{_GAP}{where}".rstrip(), f"    {sentence}"]
    if remedy := finding.remedy.text(language):
        lines.append(f"    → {_one_line(remedy)}")
    return "\n".join(lines)


def echo_table(headings: Sequence[Text], rows: Iterable[Sequence[str]], language: Language) -> None:
    """Print rows under headings, aligned by columns as a terminal counts them.

    On a terminal the last column is cut to fit; a pipe gets everything.
    """
    lines = [[heading.text(language) for heading in headings]]
    lines += [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(streams.width(line[place]) for line in lines) for place in range(len(headings))]
    room = _room(widths)
    for line in lines:
        padded = [streams.pad(cell, size) for cell, size in zip(line, widths, strict=True)]
        last = line[-1] if room is None else streams.cut(line[-1], room)
        click.echo(_GAP.join([*padded[:-1], last]).rstrip())


def _one_line(text: str) -> str:
    """Return a value as it stands in a line: its own lines begin none."""
    return visible(" ".join(text.split()))


def _room(widths: Sequence[int]) -> int | None:
    if not os.isatty(1):
        return None
    used = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    return max(streams.columns() - used, _NARROWEST)


def echo_facts(facts: Iterable[tuple[Text, str]], language: Language) -> None:
    """Print named facts, one a line, the empty ones left out."""
    lines = [(name.text(language), _one_line(value)) for name, value in facts if value]
    widest = max((streams.width(name) for name, _ in lines), default=0)
    for name, value in lines:
        click.echo(f"{streams.pad(name, widest)}{_GAP}{value}")


def echo_error(problem: RmdocsError, language: Language, *, as_json: bool) -> None:
    """Print why something was refused, what to do about it, and all findings."""
    if as_json:
        echo_json(problem.answer.to_json(language), err=True)
        return
    echo_findings(problem.findings, language, err=True)
    reason = _one_line(problem.reason.text(language))
    if problem.clause:
        reason += f" [{problem.clause}]"
    click.echo(f"rmdocs: {reason}", err=True)
    if remedy := problem.remedy.text(language):
        click.echo(f"    → {_one_line(remedy)}", err=True)


xlsx_option = option("--xlsx", type=OUT_BOOK, metavar="FILE", help="Write a spreadsheet to print.")


def echo_report(
    report: Report, session: Session, *, as_json: bool, xlsx: Path | None = None
) -> None:
    """Print a report as a table with its notes, or one JSON object a row.

    :param xlsx: write a workbook there instead.
    """
    from rmdocs.reports.report import note_texts, rows_json, text_rows

    if xlsx is not None:
        save_report(report, xlsx, session)
        return
    if as_json:
        for row in rows_json(report, session.language):
            echo_json(row)
        for lacking in report.lacks:
            click.echo(session.say(lacking), err=True)
        return
    headings = [column.title for column in report.columns]
    rows = text_rows(report, session.language)
    if rows:
        echo_table(headings, rows, session.language)
    else:
        click.echo(session.say(message("nothing to show")), err=True)
    for note in note_texts(report, session.language):
        click.echo(note, err=True)


def echo_to_come(day: date | None, session: Session) -> None:
    """Say of a day to come that what is in force then is told by the dates known today."""
    from rmdocs.workspace.registers import TO_COME

    if day is not None and day > session.workspace().today():
        click.echo(session.say(TO_COME), err=True)


def save_report(report: Report, path: Path, session: Session, *annexes: Report) -> None:
    """Save a report as a workbook (.xlsx) or a page (.html), and say so.

    :param annexes: what follows it in the same file, each on a sheet of its own.
    :raises UsageError: if the name ends otherwise, or it cannot be written.
    """
    from rmdocs import folders

    folders.save_report((report, *annexes), path, session.language)
    click.echo(session.say(message("wrote {path}", path=path)), err=True)
