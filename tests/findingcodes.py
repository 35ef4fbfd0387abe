"""Which codes verifying can give, and which the drill's faults are named by."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from rmdocs.drill import drilling
from rmdocs.drill.faults import FAULTS

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"[A-Z]+(?:-[A-Z]+)+")
ENTRY, PARTS = "rmdocs.audit.verify", ("rmdocs.audit", "rmdocs.store")
AROUND = ("rmdocs.store.strays", "rmdocs.store.surroundings")
"""What a store says of itself, which verifying asks it for."""


@cache
def told_by_verify() -> frozenset[str]:
    """Return every code that stands in the modules which verifying loads."""
    seen: dict[str, ast.Module] = {}
    waiting = [ENTRY, *AROUND]
    while waiting:
        name = waiting.pop()
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name in seen or not path.is_file():
            continue
        seen[name] = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(seen[name]):
            if isinstance(node, ast.ImportFrom) and node.module:
                found = (node.module, *(f"{node.module}.{one.name}" for one in node.names))
                waiting += [one for one in found if one.startswith(PARTS)]
    return frozenset(
        node.value
        for tree in seen.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    )


def shown_by_drill() -> frozenset[str]:
    """Return every code by which a fault of the drill is named."""
    assert drilling.ENTERED
    return frozenset(code for fault in FAULTS.values() for code in fault.codes)
