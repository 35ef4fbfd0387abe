"""Saving what was made for a person, whole, and never over others; what scans leave to one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import ConflictError, UsageError, system_problem
from rmdocs.messages import Language, message
from rmdocs.reports.report import Column, Report
from rmdocs.scanning.documentpdf import pictures

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.messages import Text
    from rmdocs.scanning.pile import Pile


def save(path: Path, data: bytes, replaces: Callable[[bytes], bool] = lambda _there: False) -> Path:
    """Write a file whole; what is there already stays, unless it is the same.

    :param replaces: whether what is there may go, being an earlier state of the same.
    :raises ConflictError: if there is a file with other content.
    :raises UsageError: if it cannot be written.
    """
    try:
        there = path.read_bytes() if path.exists() else data
        if there != data and not replaces(there):
            raise ConflictError(
                message("{path} is there already, with other content", path=path),
                message("move it away, or choose another name"),
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as problem:
        raise UsageError(
            message(
                "{path} cannot be written: {problem}", path=path, problem=system_problem(problem)
            ),
            message("choose another place, or make room there"),
        ) from problem
    return path


def require_free(path: Path, remedy: Text) -> None:
    """Refuse a place where something is, before a person begins what will be written there.

    :raises ConflictError: with the remedy.
    """
    if path.exists():
        raise ConflictError(message("{path} is there already", path=path), remedy)


def save_report(report: Report, path: Path, language: Language) -> Path:
    """Write a report as a workbook (.xlsx) or a page (.html), by the file's name.

    :raises UsageError: if the name ends otherwise, or it cannot be written.
    :raises ConflictError: if there is a file with other content.
    """
    from rmdocs.reports.html import write_html
    from rmdocs.reports.xlsx import write_xlsx

    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return save(path, write_xlsx(report, language))
    if suffix in {".html", ".htm"}:
        return save(path, write_html((report,), language).encode())
    raise UsageError(
        message("{path} is neither .xlsx nor .html", path=path),
        message("choose a name that ends in .xlsx or .html"),
    )


LIST_NAME, TABLE_NAME = "review.json", "review.xlsx"
"""The lists in the review folder."""

_COLUMNS = (
    Column(name="place", title=message("file and page"), width=26),
    Column(name="document", title=message("document"), width=30),
    Column(name="what", title=message("what is in doubt"), width=34),
    Column(name="remedy", title=message("what to do"), width=34),
    Column(name="picture", title=message("picture"), width=34),
)


def write_review(pile: Pile, files: Sequence[Path], folder: Path, day: date) -> Path:
    """Write a pile's doubtful sheets to a folder that holds no other list; return it.

    :param files: the pile was read from. :param folder: gets a folder of the day
        inside where it holds a list already.
    """
    place = _free(folder, day)
    told = list(_told(pile, files, place))
    entries = [
        {**finding.to_json(Language.ZH), **({} if picture is None else {"picture": picture})}
        for finding, picture in told
    ]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    save(place / LIST_NAME, f"{text}\n".encode())
    save_report(_report(told, day), place / TABLE_NAME, Language.ZH)
    return place


def _free(folder: Path, day: date) -> Path:
    names = (folder / f"{day}{f'-{again}' if again > 1 else ''}" for again in count(1))
    places = (place for chain in ((folder,), names) for place in chain)
    return next(place for place in places if not (place / LIST_NAME).exists())


def _told(pile: Pile, files: Sequence[Path], folder: Path) -> Iterator[tuple[Finding, str | None]]:
    """Yield each finding with the name of its picture; empty if there is none, None for a set."""
    yield from ((finding, None) for finding in pile.findings)
    drawn = pictures([aside.sheet for aside in pile.review], files)
    for place, (aside, shown) in enumerate(zip(pile.review, drawn, strict=True), 1):
        sheet, name = aside.sheet, ""
        if shown is not None:
            name = f"{place:03d}-{aside.finding.code}-{Path(sheet.name).stem}-{sheet.number}.png"
            save(folder / name, shown)
        yield aside.finding, name


def _report(told: Sequence[tuple[Finding, str | None]], day: date) -> Report:
    rows = tuple(
        (finding.path, finding.label or None, finding.message, finding.remedy, picture or None)
        for finding, picture in told
    )
    title = message("Scanned sheets left to a person")
    return Report(name="review", title=title, columns=_COLUMNS, rows=rows, as_of=day)
