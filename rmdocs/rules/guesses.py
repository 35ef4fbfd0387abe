"""“Did you mean …?”: the likely name behind a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from rmdocs.messages import Text, listed, message

_CLOSE = 0.6
_LISTED = 12


def closest(name: str, known: Iterable[str]) -> str:
    """Return the name in ``known`` that ``name`` most resembles, or nothing."""
    lowered = {item.lower(): item for item in known}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=_CLOSE)
    return lowered[found[0]] if found else ""


def did_you_mean(
    name: str,
    known: Iterable[str],
    titles: Mapping[str, str] | None = None,
    *,
    otherwise: Text | None = None,
) -> Text:
    """Return a remedy for an unknown name.

    :param titles: what people call the known names; whoever wrote the title
        where the name belongs is told the name.
    :param otherwise: the remedy where no name is like it, and there are none or
        too many to list.
    """
    names = sorted(known)
    for key, title in (titles or {}).items():
        if title == name.strip():
            return message("write “{name}”", name=key)
    likely = closest(name, names)
    if likely:
        return message("did you mean “{name}”?", name=likely)
    if names and len(names) <= _LISTED:
        return message("known here: {names}", names=listed(names))
    if otherwise is not None:
        return otherwise
    if not names:
        return message("take “{name}” out: nothing can be named here", name=name)
    return message("correct the name: none of the {count} known here is like it", count=len(names))
