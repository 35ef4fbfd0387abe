"""Write docs/refusals.md: what each bad input of the tests gets, said by rmdocs itself."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from rmdocs import folders
from rmdocs.beginning import begin
from rmdocs.characters import visible
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity
from rmdocs.intake.candidates import ALL
from rmdocs.messages import Language
from rmdocs.workspace import due, records
from rmdocs.workspace.due import Wanted
from rmdocs.workspace.opening import Workspace

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from signed import PRINTED, Bureau  # noqa: E402 - the tests' own authority, found above
from typefaces import typeface  # noqa: E402 - likewise

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COLUMNS = """
| input | code | place | what is said |
|---|---|---|---|
"""
HEAD = f"""# What bad input gets

Made by `tools/refusals.py` from the inputs of `tests/issuing/test_bad_inputs.py`: the first
error of each, as `rmdocs check` says it. Nothing is written for any of them.
{COLUMNS}"""
LEDGERS = f"""
## Loan ledgers

From `tests/workspace/test_bad_ledgers.py`, as `rmdocs due --ledger` says it; for none of
them `rmdocs issue --from-due` issues anything.
{COLUMNS}"""
CELLS = """
## Cells

From `tests/intake/test_interpreting.py`, the way `issue`, `check`, `due`, `amend` and
`regenerate --filled` read a cell: what it holds and shows, by the field it is in. In code
font what the record says; *told* with a warning at the cell; else the code of the refusal.
Fields must be given but the last; `digits` is a number of an account, `percent` a rate whose
title says %. What a choice or a pattern of the form refuses has the code of the schema.

"""
TABLES = """
Of a whole table: rows and columns that are hidden or filtered out, and have content, are
TABLE-HIDDEN without `--hidden`; rows of one kind on several worksheets TABLE-SHEETS without
`--sheet`; a row of totals TABLE-TOTAL among records, passed over in a ledger; a text or a date
merged over several rows is read for each of them and told, a number is CELL-MERGED; a column
that is no field's is TABLE-EXTRA, a warning, and TABLE-COLUMN where its heading is near that of
a field nobody filled.
"""
SIGNATURES = f"""
## Signing

From `tests/signing/test_refusals.py`: what is given to `rmdocs sign`. Nothing is signed.
{COLUMNS}"""


def main() -> None:
    """Check every bad input in a sample workspace and write the table."""
    inputs = _inputs()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        begin(root, sample=True, now=datetime(2026, 1, 1, tzinfo=UTC))
        with Workspace(root, None, lambda: NOW) as work:
            rows = [_row(work, root / file, data, name) for name, (file, data) in inputs.items()]
        with Workspace(root, None, lambda: MORNING) as morning:
            ledgers = [*_ledgers(morning, root)]
        signatures = [*_signatures(root)]
    cells = _module(ROOT / "tests" / "intake" / "test_interpreting.py").table()
    parts = (HEAD, *rows, CELLS, cells, TABLES, LEDGERS, *ledgers, SIGNATURES, *signatures)
    words = _module(ROOT / "tools" / "word_table.py").word_files()
    (ROOT / "docs" / "refusals.md").write_text("".join((*parts, words)), encoding="utf-8")


def _inputs() -> dict[str, tuple[str, bytes]]:
    cases = _module(ROOT / "tests" / "issuing" / "test_bad_inputs.py")
    found = {}
    for name, (text, file, _code) in cases.WHOLE.items():
        found[name] = (
            file,
            text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"),
        )
    for name, (value, _code, _path) in cases.ONE.items():
        found[name] = ("x.json", json.dumps(value).encode())
    return found


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _row(workspace: Workspace, file: Path, data: bytes, name: str) -> str:
    file.write_bytes(data)
    findings = [
        finding
        for checked in records.check(workspace, [folders.read(file)])
        for finding in checked.findings
        if finding.severity is Severity.ERROR
    ]
    return _line(name, findings)


def _ledgers(workspace: Workspace, root: Path) -> Iterator[str]:
    cases = _module(ROOT / "tests" / "workspace" / "test_bad_ledgers.py")
    for name, (file, data, _code) in cases.LEDGERS.items():
        (root / file).write_bytes(data)
        try:
            findings = due.what_is_due(
                workspace, Wanted(ledger=folders.ledger(root / file, ALL))
            ).findings
        except FindingsError as refusal:
            findings = refusal.findings
        yield _line(name, findings)


def _signatures(root: Path) -> Iterator[str]:
    cases = _module(ROOT / "tests" / "signing" / "test_refusals.py")
    font = typeface(root / "Boxes.ttf", "Boxes", PRINTED)
    for name, (attempt, _code) in cases.ATTEMPTS.items():
        try:
            attempt(Bureau(font))
        except FindingsError as refusal:
            # A font is named by its path, and lies elsewhere each time.
            yield _line(name, refusal.findings).replace(f"{root}/", "")


def _line(name: str, findings: Sequence[Finding]) -> str:
    first = next(finding for finding in findings if finding.severity is Severity.ERROR)
    said = first.message.text(Language.EN).replace("|", "\\|").replace("\n", " ")
    place = visible(first.path[:60])
    return f"| {name} | {first.code} | `{place}` | {said[:140]} |\n"


if __name__ == "__main__":
    main()
