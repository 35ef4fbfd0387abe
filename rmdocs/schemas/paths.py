"""JSON paths of records, as findings carry them: ``$.content.contacts[0].name``."""

from __future__ import annotations

import re
from collections.abc import Iterable

Steps = tuple[str | int, ...]

_PLAIN = re.compile(r"[\w$-]+")
_STEP = re.compile(r"\.(?P<name>[\w$-]+)|\[(?P<index>\d+)\]|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]")


def step(path: str, key: str | int) -> str:
    """Return the path of ``key`` under ``path``; an odd name is quoted."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}"
    shown = key.encode("utf-8", "backslashreplace").decode()
    escaped = shown.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


def join(path: str, steps: Iterable[str | int]) -> str:
    """Return the path that ``steps`` lead to from ``path``."""
    for key in steps:
        path = step(path, key)
    return path


def split(path: str) -> Steps | None:
    """Return the steps after ``$``, or None if ``path`` is not a path."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        steps.append(_key(found))
        position = found.end()
    return tuple(steps)


def _key(found: re.Match[str]) -> str | int:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    return re.sub(r"\\(.)", r"\1", found["quoted"])
