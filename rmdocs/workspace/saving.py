"""Saving what was made for a person, whole, and never over others; what scans leave to one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.folders import save, save_report
from rmdocs.messages import Language, message
from rmdocs.reports.report import Column, Report
from rmdocs.scanning.documentpdf import pictures

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.scanning.pile import Pile


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
