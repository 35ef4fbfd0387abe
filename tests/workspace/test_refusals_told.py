"""Whoever acts may be refused: each use case says by what."""

import ast

from sources import PACKAGE, parsed

_ASK_WHO_ACTS = {"act", "acting", "require_person"}


def test_every_use_case_in_which_somebody_acts_says_what_it_raises():
    silent = [
        f"{path.stem}.{one.name}"
        for path in sorted((PACKAGE / "workspace").glob("*.py"))
        for one in parsed(path).body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
        if any(
            isinstance(call.func, ast.Attribute) and call.func.attr in _ASK_WHO_ACTS
            for call in ast.walk(one)
            if isinstance(call, ast.Call)
        )
        if ":raises" not in (ast.get_docstring(one) or "")
    ]
    assert silent == ["renditions.not_to_make"], "which returns what others raise"
