"""Saving what was made for a person: whole files, and never over something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import ConflictError, UsageError, system_problem
from rmdocs.messages import Language, message

if TYPE_CHECKING:
    from rmdocs.messages import Text
    from rmdocs.reports.report import Report


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
