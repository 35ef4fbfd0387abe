"""Write docs/refusals.md: what each bad input of the tests gets, said by rmdocs itself."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from rmdocs.beginning import begin
from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.workspace.opening import Workspace

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
HEAD = """# What bad input gets

Made by `tools/refusals.py` from the inputs of `tests/issuing/test_bad_inputs.py`: the first
error of each, as `rmdocs check` says it. Nothing is written for any of them.

| input | code | place | what is said |
|---|---|---|---|
"""


def main() -> None:
    """Check every bad input in a sample workspace and write the table."""
    inputs = _inputs()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        begin(root, sample=True, now=datetime(2026, 1, 1, tzinfo=UTC))
        workspace = Workspace(root, None, lambda: NOW)
        rows = [_row(workspace, root / file, data, name) for name, (file, data) in inputs.items()]
    (ROOT / "docs" / "refusals.md").write_text(HEAD + "".join(rows), encoding="utf-8")


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
        for checked in workspace.check([file])
        for finding in checked.findings
        if finding.severity is Severity.ERROR
    ]
    first = findings[0]
    said = first.message.text(Language.EN).replace("|", "\\|").replace("\n", " ")
    return f"| {name} | {first.code} | `{first.path[:60]}` | {said[:140]} |\n"


if __name__ == "__main__":
    main()
