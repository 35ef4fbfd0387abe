"""Whether a captured value is JSON that canonical JSON keeps exactly (RFC 8785)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rmdocs.canonical import Json
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.schemas.paths import step

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32
"""Objects and lists inside each other; no form comes near."""


def inexact(value: Json, path: str = "$", depth: int = 0) -> Iterator[Finding]:
    """Yield a finding for every value that cannot be kept exactly, with its path."""
    if depth > DEEPEST:
        yield _finding(path, message("nested too deeply to be a record"))
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from inexact(item, step(path, key), depth + 1)
            else:
                yield _finding(path, message("the name {name} is not a text", name=key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from inexact(item, step(path, index), depth + 1)
    else:
        reason = _reason(value)
        if reason is not None:
            yield _finding(path, reason)


def _reason(value: Json) -> Text | None:
    if value is None or isinstance(value, (bool, str)):
        return None
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return message("not a number that JSON can hold")
        # Beyond this, whole numbers and fractions alike lose digits.
        large = abs(value) > LARGEST_INTEGER
        return message("the number has too many digits") if large else None
    return message("a value of the kind {kind} is not JSON", kind=type(value).__name__)


def _finding(path: str, reason: Text) -> Finding:
    return error(
        "JSON-EXACT",
        path,
        reason,
        message("write long numbers, dates and times as text in quotes"),
        clause="RFC 8785",
    )
