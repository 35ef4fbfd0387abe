"""What holds for every file of the package: imports above all, and how classes are made."""

import ast
import importlib.util
import re
from itertools import pairwise
from pathlib import Path

import pytest
from sources import MODULES, PACKAGE, nodes, parsed

# From the ground up, a line a floor. What stands further up, or further right on its
# line, may use what stands below and left of it; of what stands in braces, none the other.
FLOORS = (
    (
        "classes",
        "files",
        "messages",
        "answering",
        "findings",
        "errors",
        "bulk",
        "characters",
        {"canonical", "checkcodes", "identifiers"},
        "values",
    ),
    ("language", "schemas", "reports"),
    ("forms", "lifecycle"),
    ("intake", "records"),
    ("rendering", "comparison", "pdf", {"scanning", "signing"}),
    ("store", "events", "registers"),
    ("control", "issuing", {"copies", "disposition", "regeneration", "renditions"}),
    ("audit", "drill"),
    ("workspace", "folders", "beginning", "demonstration"),
    ("web", "cli"),
)
HEIGHT = {
    name: height
    for height, place in enumerate(place for floor in FLOORS for place in floor)
    for name in ({place} if isinstance(place, str) else place)
}
OWNERS = {
    "click": {"cli"},
    "jsonschema": {"schemas"},
    "jsonschema_rs": {"schemas"},
    "referencing": {"schemas"},
    "docxtpl": {"rendering"},
    "docx": {"rendering"},
    "git": {"store"},
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
    "icalendar": {"registers"},
    "wcwidth": {"cli"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "anyio": {"web"},
    "bagit": {"folders"},
    "dask": {"workspace"},
    "distributed": {"workspace"},
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path):
    """Yield every module a file imports, also inside functions and for types only."""
    package = ("rmdocs", *path.relative_to(PACKAGE).parent.parts)
    for node in nodes(path, ast.Import, ast.ImportFrom):
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


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_the_pages_tell_the_floors_from_the_top_down(page):
    told = [
        [HEIGHT[name] for name in re.findall(r"`(\w+)`", row) if name in HEIGHT]
        for row in re.findall(
            r"^\| ([^|]*`\w+`[^|]*) \|", (PACKAGE.parent / page).read_text(), re.MULTILINE
        )
    ]
    rows = [row for row in told if row]
    assert rows
    assert all(min(above) >= max(below) for above, below in pairwise(rows))


def test_every_floor_is_on_the_page_of_the_architecture():
    page = (PACKAGE.parent / "docs/architecture.md").read_text()
    table = page[page.index("| part |") : page.index("## A workspace")]
    told = {
        name
        for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert told == set(HEIGHT)


def test_a_package_names_only_modules_that_it_has():
    wrong = {
        f"{path.parent.name}: {name}"
        for path in MODULES
        if path.name == "__init__.py"
        for name in re.findall(r"``(\w+)``", ast.get_docstring(ast.parse(path.read_text())) or "")
        if not any(
            (place / f"{name}{end}").exists()
            for place in (path.parent, PACKAGE)
            for end in ("", ".py")
        )
    }
    assert wrong == set()


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
        for path in MODULES
        for node in nodes(path, ast.Attribute)
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in asked
    }
    assert found == {"workspace/opening.py"}


def below_the_fronts():
    """Yield each file that people do not touch, and what the tests call it."""
    for path in MODULES:
        if part_of(path) not in FRONTS:
            yield path, path.relative_to(PACKAGE).as_posix()


FRONTS = {"cli", "web"}
LANGUAGE_CHOSEN = {
    "messages.py": "what a language is",
    "errors.py": "what Python prints of a refusal that nobody caught",
    "reports/report.py": "how days and pages are written in each language",
    "schemas/fields.py": "a schema's titles are Chinese, its descriptions English",
    "forms/differences.py": "a rule says one thing in each language, compared by themselves",
    "intake/rows.py": "headings of both languages, read back",
    "intake/rejected.py": "the hidden key above such a heading",
    "audit/proofslips.py": "the page is a Chinese form",
    "workspace/recordfiles.py": "a sheet that only the program reads",
    "demonstration.py": "the bank of the demonstration is Chinese",
}
"""Where a language is chosen below the fronts, and why there."""


def test_a_language_is_chosen_by_who_asks():
    """Whoever reads has one; and what is compared is the text, not one language of it."""
    found = {
        name
        for path, name in below_the_fronts()
        for node in nodes(path, ast.Attribute)
        if ast.unparse(node) in {"Language.ZH", "Language.EN"}
    }
    assert found == LANGUAGE_CHOSEN.keys()


ENVIRONMENT_READ = {
    "workspace/places.py": "where keys, cache and state lie",
    "workspace/machine.py": "which fonts and programs there are",
    "store/maintenance.py": "where git lies, as a program by itself",
}


def test_the_environment_is_read_where_the_machine_is_looked_at():
    asked = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
    found = {
        name
        for path, name in below_the_fronts()
        for node in nodes(path, ast.Attribute, ast.ImportFrom)
        if (
            ast.unparse(node) in asked
            if isinstance(node, ast.Attribute)
            else node.module == "os" and asked & {f"os.{one.name}" for one in node.names}
        )
    }
    assert found == ENVIRONMENT_READ.keys()


def test_private_keys_are_read_where_a_workspace_is_opened():
    """Whoever signs below is handed what signs: a key on this machine, or another's."""
    found = {
        name
        for path, name in below_the_fronts()
        for node in nodes(path, ast.Call)
        if ast.unparse(node.func) in {"KeyRing", "SigningKey.load"}
    }
    assert found == {"workspace/keyring.py", "beginning.py"}


ALL_OF_A_KIND = {"table_of", "person_json", "_configure", "_numbers", "pack", "Filter"}
"""What takes any number of values of one kind, and a library's that takes them by place alone."""


def test_nobody_counts_the_values_of_a_call():
    """Six by place, of a class or a function, and the fourth is taken for the fifth."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {called}"
        for path in MODULES
        for node in nodes(path, ast.Call)
        for called in [ast.unparse(node.func).rpartition(".")[-1]]
        if by_place(node) - (called == "partial") > 5 and called not in ALL_OF_A_KIND
    ]
    assert wrong == []


def by_place(call: ast.Call) -> int:
    """Return how many values a call gives by place, those of a tuple that is laid out as well."""
    return sum(
        len(one.value.elts)
        if isinstance(one, ast.Starred) and isinstance(one.value, (ast.Tuple, ast.List))
        else 1
        for one in call.args
    )


def test_dataclasses_are_keyword_only():
    """But for a value of one field of its own, such as an identifier."""
    wrong = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in MODULES
        for node in nodes(path, ast.ClassDef)
        if is_positional_dataclass(node)
    ]
    assert wrong == []


def test_dataclasses_are_those_that_are_quick_to_load():
    """``dataclass`` comes from rmdocs.classes; the rest, as field, from the standard library."""
    wrong = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in nodes(path, ast.ImportFrom)
        if node.module == "dataclasses" and "dataclass" in {name.name for name in node.names}
    ]
    assert wrong == ["classes.py"]


def is_positional_dataclass(node: ast.ClassDef) -> bool:
    words = [ast.unparse(word) for word in node.decorator_list]
    fields = [
        part
        for part in node.body
        if isinstance(part, ast.AnnAssign) and "ClassVar" not in ast.unparse(part.annotation)
    ]
    return (
        any("dataclass" in word and "kw_only=True" not in word for word in words)
        and len(fields) + len(node.bases) > 1
    )


def test_a_class_name_means_one_thing():
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_file_leads_back_to_itself():
    files = {
        ".".join(("rmdocs", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in MODULES
    }
    uses = {name: direct(path) & files.keys() for name, path in files.items()}
    assert [sorted(one) for one in strongly_connected(uses) if len(one) > 1] == []


def direct(path: Path) -> set[str]:
    """Return the modules a file names; a name of a package may be a module of it."""
    found = set()
    for node in nodes(path, ast.ImportFrom):
        if node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def strongly_connected(uses: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other (Kosaraju)."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(name: str, edges: dict[str, set[str]], leave) -> None:
        stack = [(name, iter(edges.get(name, ())))]
        seen.add(name)
        while stack:
            rest = stack[-1][1]
            inner = next((one for one in rest if one not in seen), None)
            if inner is None:
                leave(stack.pop()[0])
            else:
                seen.add(inner)
                stack.append((inner, iter(edges.get(inner, ()))))

    for name in uses:
        if name not in seen:
            visit(name, uses, order.append)
    back: dict[str, set[str]] = {}
    for name, targets in uses.items():
        for target in targets:
            back.setdefault(target, set()).add(name)
    seen = set()
    found: list[set[str]] = []
    for name in reversed(order):
        if name not in seen:
            together: list[str] = []
            visit(name, back, together.append)
            found.append(set(together))
    return found


def test_what_tools_and_benchmarks_import_is_there():
    """Nobody runs all of them each time that something moves."""
    root, missing = PACKAGE.parent, []
    for path in [*(root / "tools").glob("*.py"), *(root / "benchmarks").glob("*.py")]:
        for node in nodes(path, ast.ImportFrom):
            if not (node.module or "").startswith("rmdocs"):
                continue
            module = importlib.import_module(node.module)
            missing += [
                f"{path.name}: {node.module}.{alias.name}"
                for alias in node.names
                if not hasattr(module, alias.name)
                and not (hasattr(module, "__path__") and is_module(f"{node.module}.{alias.name}"))
            ]
    assert missing == []


def is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def test_each_law_takes_its_number_of_examples_from_the_profile():
    """A number of its own is tried by `make soak` as well, and no more than that."""
    tests = sorted(Path(__file__).parent.rglob("test_*.py"))
    assert [path for path in tests if re.search(r"max_examples=\d", path.read_text("utf-8"))] == []
