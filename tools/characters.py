"""The table of characters that texts may hold: made from the Unicode Character Database.

``characters.py FOLDER`` writes ``rmdocs/characters.txt``. FOLDER holds the database's
files as Unicode publishes them, of version 14.0 or any later one (Debian's package
``unicode-data`` puts them into ``/usr/share/unicode``). What came after 14.0 is left
out: see docs/adr/0017.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

VERSION = (14, 0)
TABLE = Path(__file__).resolve().parent.parent / "rmdocs" / "characters.txt"

SPACES = (0x09, 0x0A, 0x20, 0xA0, 0x3000)
"""White space that a person types or pastes, and that looks like what it is."""

BLANKS = (0x2800, 0xFFFC, 0xFFFD, 0x16FE4, 0x1D159)
"""Drawn as nothing, or in place of something lost, though no property says so."""

IDEOGRAPHIC_PLANES = (0x2_0000, 0x3_0000)
_LINE = re.compile(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([^\s;#]+)")
_HEAD = """\
# Which characters a text may hold, and where: see rmdocs/characters.py.
# Made by tools/characters.py from the Unicode Character Database, its characters up to
# version {version} and the planes 2 and 3, which Unicode keeps for ideographs, whole.
# What no line names is assigned to nothing.
"""


def main(folder: str) -> None:
    TABLE.write_text("".join(_lines(kinds(Path(folder)))), encoding="utf-8")


def kinds(folder: Path) -> dict[int, str]:
    """Return what each character is by its properties; the unassigned left out."""
    age = _property(folder / "DerivedAge.txt")
    category = _property(folder / "extracted/DerivedGeneralCategory.txt")
    combining = _property(folder / "extracted/DerivedCombiningClass.txt")
    joining = _property(folder / "extracted/DerivedJoiningType.txt")
    binary = _flags(folder / "PropList.txt", folder / "DerivedCoreProperties.txt")
    found: dict[int, str] = {}
    for code in range(0x11_0000):
        if code & 0xFFFE == 0xFFFE:
            found[code] = "nothing"
        elif code & 0xFF_0000 in IDEOGRAPHIC_PLANES:
            found[code] = "ideograph"
        elif tuple(map(int, age.get(code, "99.0").split("."))) <= VERSION:
            flags = {name for name, codes in binary.items() if code in codes}
            found[code] = _kind(
                code, category[code], int(combining.get(code, "0")), joining.get(code, "U"), flags
            )
    return found


def _kind(code: int, category: str, combining: int, joining: str, flags: set[str]) -> str:
    refused = _refused(code, category, flags)
    if refused or code in SPACES:
        return refused or "space"
    if category.startswith("M"):
        if combining:
            return "virama" if combining == 9 else "stacking"
        return "spacing" if category == "Mc" else "mark"
    if "Ideographic" in flags:
        return "ideograph"
    return {"D": "dual", "L": "dual", "R": "right"}.get(joining, "seen")


_REFUSED_FLAGS = (
    ("Noncharacter_Code_Point", "nothing"),
    ("Join_Control", "joiner"),
    ("Bidi_Control", "direction"),
    ("Variation_Selector", "selector"),
    ("Default_Ignorable_Code_Point", "hidden"),
)
_REFUSED_CATEGORIES = {
    "Cc": "control",
    "Zl": "control",
    "Zp": "control",
    "Cf": "hidden",
    "Co": "private",
    "Cs": "surrogate",
    "Cn": "nothing",
    "Zs": "width",
}


def _refused(code: int, category: str, flags: set[str]) -> str:
    """Return why a character is refused where no script needs it; empty if it is seen."""
    if code in SPACES or "Prepended_Concatenation_Mark" in flags:
        return ""
    by_flag = next((kind for flag, kind in _REFUSED_FLAGS if flag in flags), "")
    return by_flag or _REFUSED_CATEGORIES.get(category, "blank" if code in BLANKS else "")


def _lines(found: dict[int, str]) -> Iterator[str]:
    yield _HEAD.format(version=".".join(map(str, VERSION)))
    # Codes that follow one another differ from their places by the same.
    ordered = enumerate(sorted(found.items()))
    for (kind, _), run in groupby(ordered, key=lambda one: (one[1][1], one[1][0] - one[0])):
        codes = [code for _, (code, _) in run]
        yield f"{codes[0]:04X}..{codes[-1]:04X} {kind}\n"


def _entries(path: Path) -> Iterator[tuple[range, str]]:
    for line in path.read_text("utf-8").splitlines():
        if found := _LINE.match(line):
            first = int(found[1], 16)
            yield range(first, int(found[2] or found[1], 16) + 1), found[3]


def _property(path: Path) -> dict[int, str]:
    return {code: value for codes, value in _entries(path) for code in codes}


def _flags(*paths: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for path in paths:
        for codes, name in _entries(path):
            found.setdefault(name, set()).update(codes)
    wanted = (
        "Bidi_Control",
        "Default_Ignorable_Code_Point",
        "Ideographic",
        "Join_Control",
        "Noncharacter_Code_Point",
        "Prepended_Concatenation_Mark",
        "Variation_Selector",
    )
    return {name: found[name] for name in wanted}


if __name__ == "__main__":
    main(sys.argv[1])
