"""How wide a text stands in a terminal, and wrapping it there.

Chinese signs take two columns (Unicode TR 11); ``len`` and ``textwrap`` count
one and break only at spaces.
"""

from __future__ import annotations

import re
import unicodedata

_WIDE = frozenset("WF")
_NEVER_FIRST = frozenset("，。、；：？！）」』】》”’…,.;:?!)]}%")
# A word, a run of spaces, or one sign of a script that needs no spaces.
_TOKEN = re.compile(r"[ \t]+|[^\s\u2e80-\u9fff\uff00-\uffef]+|\S")


def width(text: str) -> int:
    """Return the number of columns ``text`` takes."""
    return sum(_columns(character) for character in text)


def pad(text: str, columns: int) -> str:
    """Return ``text`` filled with spaces to ``columns``."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """Return ``text``, cut with an ellipsis where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    taken, kept = 1, ""
    for character in text:
        taken += _columns(character)
        if taken > columns:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap(text: str, columns: int) -> list[str]:
    """Return the lines of one paragraph, none wider than ``columns`` where possible.

    A line never begins with a sign that closes (。、」).
    """
    lines: list[str] = []
    line = ""
    for token in _TOKEN.findall(" ".join(text.split())):
        if line and width(line + token) > columns and token not in _NEVER_FIRST:
            lines.append(line.rstrip())
            line = ""
        line = (line + token).lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
