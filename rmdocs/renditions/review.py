"""What a pile of scans leaves to a person: pictures of sheets, and a list of what is in doubt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rmdocs.files import File
from rmdocs.messages import Language, message
from rmdocs.reports.report import Column, Report
from rmdocs.scanning.documentpdf import pictures

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.scanning.pile import Pile

LIST_NAME, TABLE_NAME = "review.json", "review.xlsx"
"""The lists: for a program, and for a person."""

_COLUMNS = (
    Column(name="place", title=message("file and page"), width=26),
    Column(name="document", title=message("document"), width=30),
    Column(name="what", title=message("what is in doubt"), width=34),
    Column(name="remedy", title=message("what to do"), width=34),
    Column(name="picture", title=message("picture"), width=34),
)


def review_files(
    pile: Pile, files: Sequence[Path], day: date, language: Language
) -> Iterator[File]:
    """Yield the pictures of a pile's doubtful sheets, then the lists of them (JSON, XLSX).

    :param files: the pile was read from.
    :param language: of the lists.
    """
    from rmdocs.reports.xlsx import write_xlsx  # noqa: PLC0415 - slow to import, seldom needed

    told: list[tuple[Finding, str | None]] = [(finding, None) for finding in pile.findings]
    drawn = pictures([aside.sheet for aside in pile.review], files)
    for place, (aside, shown) in enumerate(zip(pile.review, drawn, strict=True), 1):
        sheet, name = aside.sheet, ""
        if shown is not None:
            stem = PurePath(sheet.name).stem
            name = f"{place:03d}-{aside.finding.code}-{stem}-{sheet.number}.png"
            yield File(name=name, data=shown)
        told.append((aside.finding, name))
    entries = [
        {**finding.to_json(language), **({} if picture is None else {"picture": picture})}
        for finding, picture in told
    ]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    yield File(name=LIST_NAME, data=f"{text}\n".encode())
    yield File(name=TABLE_NAME, data=write_xlsx(_report(told, day), language))


def _report(told: Sequence[tuple[Finding, str | None]], day: date) -> Report:
    rows = tuple(
        (finding.path, finding.label or None, finding.message, finding.remedy, picture or None)
        for finding, picture in told
    )
    title = message("Scanned sheets left to a person")
    return Report(name="review", title=title, columns=_COLUMNS, rows=rows, as_of=day)
