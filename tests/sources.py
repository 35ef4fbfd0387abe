"""The package's own source, parsed and gone through once for the tests that read it."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "rmdocs"
MODULES = sorted(PACKAGE.rglob("*.py"))


@cache
def parsed(path):
    return ast.parse(path.read_bytes())


def nodes(path, *kinds):
    """Return what a file has of these kinds of syntax, kind by kind."""
    found = _by_kind(path)
    return [node for kind in kinds for node in found[kind]]


@cache
def _by_kind(path):
    found = defaultdict(list)
    for node in ast.walk(parsed(path)):
        found[type(node)].append(node)
    return found
