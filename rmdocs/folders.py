"""A person's own folders: files read from them, and saved to them, whole and never over others.

For the fronts; what they call takes and returns files by themselves (``files``).
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from logging import NullHandler
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.errors import ConflictError, FindingsError, UsageError, system_problem, why
from rmdocs.files import File
from rmdocs.findings import Finding, error
from rmdocs.forms.sections.ledger import LOCAL_NAME
from rmdocs.intake.candidates import LARGEST_FILE, Unread, refuse, too_large
from rmdocs.messages import Language, Text, listed, message

if TYPE_CHECKING:
    from rmdocs.intake.candidates import Selection
    from rmdocs.issuing.maturities import LoanLedger
    from rmdocs.reports.report import Report

LARGEST = 2**30
"""Bytes of the largest document or scan that is read whole: none that is sealed is larger."""


def read(path: Path, name: str = "") -> File:
    """Return a file of records, or of a part of one.

    :param name: what it is called, if not by its name without folders.
    :raises FindingsError: if it is larger than any that is read, or cannot be read.
    """
    try:
        with path.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            data = b"" if size > LARGEST_FILE else opened.read(LARGEST_FILE + 1)
    except OSError as problem:
        raise refuse(
            str(path),
            "FILE-READ",
            message("the file cannot be read: {problem}", problem=system_problem(problem)),
            message("check where the file lies and who may read it"),
        ) from problem
    if (size := max(size, len(data))) > LARGEST_FILE:
        raise too_large(path.name, size)
    return File(name=name or path.name, data=data)


def called(paths: Sequence[Path]) -> dict[Path, str]:
    """Return what files are called: by their names, with folders where two have one name."""
    names = Counter(path.name for path in dict.fromkeys(paths))
    return {path: path.name if names[path.name] == 1 else str(path) for path in paths}


def read_all(paths: Sequence[Path]) -> list[File | Unread]:
    """Return files of records, one that cannot be read as what says why."""
    names = called(paths)
    found: list[File | Unread] = []
    for path in paths:
        try:
            found.append(read(path, names[path]))
        except FindingsError as problem:
            found.append(Unread(name=path.name, findings=tuple(problem.findings)))
    return found


def ledger(path: Path, selection: Selection) -> LoanLedger:
    """Return a loan ledger, with what ``loans.toml`` beside it says of its columns.

    :raises FindingsError: if either cannot be read.
    """
    from rmdocs.issuing.maturities import LoanLedger

    titles = path.with_name(LOCAL_NAME)
    return LoanLedger(
        file=read(path),
        titles=read(titles) if titles.is_file() else None,
        selection=selection,
    )


def find(text: str) -> File | None:
    """Return the file that a text names, whatever it holds; None where no such file can be.

    :raises UsageError: if it is there but cannot be read.
    """
    path = Path(text)
    try:
        if not path.is_file():
            return None
    except OSError:
        return None
    return whole(path)


def whole(path: Path) -> File:
    """Return a file, whatever it holds.

    :raises UsageError: if it cannot be read, or is larger than :data:`LARGEST`.
    """
    file = beginning(path, LARGEST + 1)
    if len(file.data) > LARGEST:
        raise _too_large(path)
    return file


def _too_large(path: Path) -> UsageError:
    return UsageError(
        message(
            "{path} cannot be read: it is larger than {most} MB", path=path, most=LARGEST // 2**20
        ),
        message("name the document itself: none that is sealed is so large"),
    )


def beginning(path: Path, size: int) -> File:
    """Return so many bytes of a file, whatever it holds.

    :raises UsageError: if it cannot be read.
    """
    try:
        with path.open("rb") as opened:
            # What is known to be too large is not read before it is refused.
            if size > LARGEST < os.fstat(opened.fileno()).st_size:
                raise _too_large(path)
            return File(name=path.name, data=opened.read(size))
    except OSError as problem:
        raise UsageError(
            message("{path} cannot be read: {problem}", path=path, problem=system_problem(problem)),
            message("check where the file lies and who may read it"),
        ) from problem


def save(path: Path, data: bytes, replaces: Callable[[bytes], bool] = lambda _there: False) -> Path:
    """Write a file whole; what is there already stays, unless it is the same.

    :param replaces: whether what is there may go, being an earlier state of the same.
    :raises ConflictError: if there is a file with other content.
    :raises UsageError: if it cannot be written.
    """
    require_writable(path)
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
        raise _unwritable(path, problem) from problem
    return path


def _unwritable(path: Path, problem: OSError) -> UsageError:
    return UsageError(
        message("{path} cannot be written: {problem}", path=path, problem=system_problem(problem)),
        message("choose another place, or make room there"),
    )


def _is_of_git(folder: Path) -> bool:
    return (folder / "objects").is_dir() and (folder / "refs").is_dir()


def require_writable(path: Path) -> None:
    """Refuse a place for a file or folder where none can be, before what it is to hold is sealed.

    :raises UsageError: if a device or pipe is there, if it lies in a folder of git's own, where
        git and verify would meet what nobody sealed, or if the system lets nobody write there.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UsageError(
                message("{path} cannot be written: it is a device or a pipe, no file", path=path),
                message("name a file"),
            )
        whole = Path(os.path.realpath(path))
        if any(_is_of_git(one) for one in (whole, *whole.parents)):
            raise UsageError(
                message(
                    "{path} lies in a folder of git's own, such as the records store: nothing else"
                    " belongs there",
                    path=path,
                ),
                message("choose a place outside of it"),
            )
        there = next(one for one in (whole, *whole.parents) if one.exists())
        folder = there.parent if there == whole and there.is_file() else there
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "")
    except OSError as problem:
        raise _unwritable(path, problem) from problem


_KINDS = frozenset(
    {
        *(".docx", ".doc", ".wps", ".rtf", ".odt", ".pdf", ".xlsx", ".xls", ".et", ".ods", ".csv"),
        *(".html", ".htm", ".json", ".jsonl", ".yaml", ".toml", ".ics", ".png", ".jpg", ".jpeg"),
        *(".tif", ".tiff", ".zip", ".bundle", ".tlog-proof", ".cose", ".keys", ".tst"),
    }
)
"""Endings of files that somebody here gives out or takes in."""


def require_kind(path: Path, endings: Sequence[str], *, exactly: bool = False) -> None:
    """Refuse the name of another kind of file: a proof that is called a document is taken for one.

    :param endings: of what is written; a name with none of the known endings may be its, too.
    :param exactly: a name with another ending is refused in any case.
    :raises UsageError: if the name ends as that of another kind does.
    """
    ending = path.suffix.lower()
    if ending in _KINDS - {*endings}:
        reason = message(
            "{path} is the name of another kind of file than the one to be written", path=path
        )
    elif exactly and ending not in endings:
        reason = message("the name {path} does not say which kind of file it is", path=path)
    else:
        return
    raise UsageError(
        reason, message("choose a name that ends in {endings}", endings=listed(endings))
    )


def save_all(folder: Path, files: Iterable[File]) -> list[Path]:
    """Save files to a folder and return where they are, as :func:`save` does."""
    return [save(folder / file.name, file.data) for file in files]


def save_bag(folder: Path, files: Iterable[File], facts: Mapping[str, str]) -> Path:
    """Save files as a bag (BagIt, RFC 8493): all of them, with manifests of SHA-256, or none.

    :param files: each by its path in the bag's ``data``.
    :param facts: what the bag says of itself (``bag-info.txt``).
    :raises ConflictError: if there is something already.
    :raises UsageError: if it cannot be written.
    """
    import shutil

    import bagit

    require_free(folder, message("choose another folder"))
    partial = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        save_all(partial, files)
        bagit.make_bag(str(partial), bag_info=dict(facts), checksums=["sha256"])
        partial.replace(folder)
    except (OSError, bagit.BagError) as problem:
        raise UsageError(
            message("{path} cannot be written: {problem}", path=folder, problem=why(problem)),
            message("choose another place, or make room there"),
        ) from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


_OF_A_BAG = frozenset(
    {"bagit.txt", "bag-info.txt", "data", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
)


def bag_findings(folder: Path) -> Iterator[Finding]:
    """Yield what of a bag is not as its manifests say (RFC 8493 §3).

    :raises UsageError: if it is no bag.
    """
    import bagit

    # It would say in its own words on standard error what is told here.
    bagit.LOGGER.addHandler(NullHandler())
    bagit.LOGGER.propagate = False
    try:
        bag = bagit.Bag(str(folder))
        there = {path.name for path in folder.iterdir()}
        for name in sorted(there - _OF_A_BAG):
            yield _changed(
                name, message("it lies beside what is packed, and is no part of the pack"), 2
            )
        for path in sorted(folder.rglob("*")):
            # Neither manifests nor bagit see where a link to a folder leads.
            if path.is_symlink():
                name = path.relative_to(folder).as_posix()
                yield _changed(
                    name, message("it is a link: what it leads to is no part of the pack"), 2
                )
        by_manifest = message("it is missing, changed or no part of the pack, by its manifests")
        lacking = _OF_A_BAG - there
        yield from (_changed(name, by_manifest) for name in sorted(lacking))
        bag.validate()
    except bagit.BagValidationError as problem:
        for name in (str(getattr(detail, "path", folder.name)) for detail in problem.details):
            if name not in lacking:
                yield _changed(name, by_manifest)
        if not problem.details:
            yield _changed(
                folder.name,
                message("files are missing from the pack, or there are others, by its manifests"),
            )
    except (bagit.BagError, OSError, ValueError) as problem:
        raise UsageError(
            message("{path} is no pack", path=folder),
            message("name the folder that rmdocs audit pack made"),
        ) from problem


def bag_digest(folder: Path) -> str:
    """Return the SHA-256 of a bag: of the list that names its manifests, and so all of it.

    Empty where there is no such list.
    """
    path = folder / "tagmanifest-sha256.txt"
    return canonical.sha256(path.read_bytes()) if path.is_file() else ""


def _changed(name: str, reason: Text, section: int = 3) -> Finding:
    remedy = message("ask whoever gave out the pack for an unaltered one")
    return error("PACK-CHANGED", name, reason, remedy, clause=f"RFC 8493 §{section}")


def in_bag(folder: Path, name: str) -> bytes | None:
    """Return a file of a bag by its path in ``data``; None where there is none, or none inside."""
    inside = (folder / "data").resolve()
    path = (inside / name).resolve()
    return path.read_bytes() if path.is_relative_to(inside) and path.is_file() else None


def names_in_bag(folder: Path) -> list[str]:
    """Return the paths of all files of a bag, in its ``data``."""
    inside = folder / "data"
    return sorted(
        path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file()
    )


def save_beside(path: Path, file: File) -> Path:
    """Save a file beside another; under a further name where one with other content is."""
    for again in count(1):
        name = f"{file.stem}-{again}{file.suffix}" if again > 1 else file.name
        try:
            return save(path.with_name(name), file.data)
        except ConflictError:
            continue
    raise AssertionError  # there is always a further name


def require_free(path: Path, remedy: Text) -> None:
    """Refuse a place where something is, before a person begins what will be written there.

    :raises ConflictError: with the remedy.
    """
    if path.exists():
        raise ConflictError(message("{path} is there already", path=path), remedy)


def save_report(reports: Sequence[Report], path: Path, language: Language) -> Path:
    """Write reports into one workbook (.xlsx) or page (.html), by the file's name.

    :raises UsageError: if the name ends otherwise, or it cannot be written.
    :raises ConflictError: if there is a file with other content.
    """
    from rmdocs.reports.report import write_html
    from rmdocs.reports.xlsx import write_xlsx

    require_report(path)
    if path.suffix.lower() == ".xlsx":
        return save(path, write_xlsx(reports, language))
    return save(path, write_html(reports, language).encode())


def require_report(path: Path) -> None:
    """Refuse a place that no report can be written to, before what it tells is worked out.

    :raises UsageError: if the name is that of neither a workbook nor a page.
    """
    if path.suffix.lower() not in {".xlsx", ".html", ".htm"}:
        raise UsageError(
            message("{path} is neither .xlsx nor .html", path=path),
            message("choose a name that ends in .xlsx or .html"),
        )
