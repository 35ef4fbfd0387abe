"""Imports point strictly down; heavy libraries have one owner each."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "rmdocs"

# From the ground up; what stands on one line may use only the lines above it,
# and itself.
FLOORS = (
    {"messages"},
    {"findings"},
    {"errors"},
    {"canonical", "characters", "identifiers"},
    {"values"},
    {"language"},
    {"schemas"},
    {"reports"},
    {"forms"},
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
    "chinese_calendar": {"control"},
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


def test_imports_point_down_and_each_library_has_one_owner():
    wrong = []
    for path in MODULES:
        own = part_of(path)
        for name in set(imported(path)) - {"rmdocs.__version__"}:
            first, _, rest = name.partition(".")
            used = rest.split(".")[0]
            if first == "rmdocs" and used and used != own and HEIGHT[used] >= HEIGHT[own]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports upwards: {name}")
            if own not in OWNERS.get(first, {own}):
                wrong.append(f"{path.relative_to(PACKAGE)} imports what is not its own: {name}")
    assert wrong == []


def test_the_clock_is_read_in_one_place():
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in asked
    }
    assert found == {"workspace/places.py"}
