"""Imports point strictly down; heavy libraries have one owner each."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "rmdocs"

# From the ground up; what stands on one line may use only the lines above it,
# and itself.
FLOORS = (
    {"messages"},
    {"findings"},
    {"errors"},
    {"canonical", "characters", "identifiers"},
    {"values"},
    {"formatting"},
    {"rules"},
    {"schemas"},
    {"reports"},
    {"forms"},
    {"documents"},
    {"intake"},
    {"lifecycle"},
    {"numbering"},
    {"records"},
    {"rendering"},
    {"comparison"},
    {"pdf"},
    {"scanning", "signing"},
    {"store"},
    {"registers"},
    {"control"},
    {"issuing"},
    {"copies", "disposition", "regeneration", "renditions"},
    {"audit"},
    {"answers"},
    {"workspace"},
    {"sample"},
    {"beginning"},
    {"demonstration"},
    {"cli"},
)
HEIGHT = {name: height for height, floor in enumerate(FLOORS) for name in floor}
OWNERS = {
    "click": {"cli"},
    "jsonschema": {"schemas"},
    "referencing": {"schemas"},
    "docxtpl": {"rendering"},
    "docx": {"rendering"},
    "git": {"store"},
    "gitdb": {"store"},
    "cryptography": {"signing", "store"},  # signing catches what pyHanko lets through
    "pyhanko": {"signing"},
    "pyhanko_certvalidator": {"signing"},
    "pkcs11": {"signing"},
    "asn1crypto": {"signing"},
    "zxingcpp": {"scanning"},
    "pypdfium2": {"pdf", "scanning"},
    "docxcompose": {"rendering"},
    "openpyxl": {"intake", "reports"},  # sheets to fill, and sheets to read and print
    "yaml": {"intake"},
    "rfc8785": {"canonical"},
    "sqlite3": {"registers"},
    "icalendar": {"reports"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path):
    """Yield every module a file imports, also inside functions and for types only."""
    package = ("rmdocs", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join((*base, *([node.module] if node.module else [])))
            if name == "rmdocs":
                yield from (f"rmdocs.{alias.name}" for alias in node.names)
            else:
                yield name


def test_every_part_has_a_floor():
    parts = {part_of(path) for path in MODULES} - {"__init__", "_builtin"}
    assert parts <= set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    own = part_of(path)
    for name in imported(path):
        if name.startswith("rmdocs.") and name != "rmdocs.__version__":
            used = name.split(".")[1]
            assert used == own or HEIGHT[used] < HEIGHT[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_each_library_has_one_owner(path):
    for name in imported(path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or part_of(path) in owners, f"{part_of(path)} imports {name}"
