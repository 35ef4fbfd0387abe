"""Lengths as WordprocessingML writes them, and when two of them look the same."""

from __future__ import annotations

import re

_MEASURE = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|pi|%)?", re.ASCII)
_TWIPS = {"": 1.0, "mm": 1440 / 25.4, "cm": 1440 / 2.54, "in": 1440.0, "pt": 20.0, "pc": 240.0}
_SLACK = 12.0
"""Twips (1/20 pt) by which two lengths may differ unseen: programs round, by 0.2 mm."""


def twips(measure: str) -> float:
    """Return a measure in twips, 1/20 pt (§22.9.2.14); 0 for what is none."""
    found = _MEASURE.fullmatch(measure)
    return float(found[1]) * _TWIPS.get(found[2] or "", 1.0) if found else 0.0


def close(old: str, new: str) -> bool:
    """Return whether two written lengths differ by less than anybody sees."""
    measures = _MEASURE.fullmatch(old) and _MEASURE.fullmatch(new)
    return bool(measures) and "%" not in old + new and abs(twips(old) - twips(new)) <= _SLACK
