"""Findings: what is wrong with an input, where, and how to mend it.

A check returns every finding at once and decides nothing; whoever asked
decides what an error among them means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar

from rmdocs.answering import IF_ANY, Answer
from rmdocs.classes import dataclass
from rmdocs.messages import Text, Verbatim, listed, message

NOTHING = Verbatim("")


class Severity(StrEnum):
    """Whether a finding stops the work (error) or is only told (warning)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Answer):
    """One thing that is wrong, with its place and its remedy.

    :param code: stable identifier, upper case with dashes (``AMT-BALANCE``).
    :param severity: error or warning.
    :param path: for a record its JSON path from ``$`` (``$.content.art3``);
        for a template its part, paragraph (``word/document.xml#12``).
    :param message: what is wrong.
    :param remedy: how to mend it; empty where the message already says so.
    :param clause: the clause that asks for it (``§5.9``, ``GB 32100-2015``).
    :param label: what a person calls the place: Chinese property titles, or
        the visible text of a paragraph.
    :param cell: where it stands in a table, if it does: ``D7``, ``目标客户!D7``.
    """

    TOLD: ClassVar = ("cell", "code", "severity", "path", "label", "message", "clause", "remedy")
    code: str
    severity: Severity
    path: str
    message: Text
    remedy: Text = NOTHING
    clause: str = ""
    label: str = ""
    cell: str = field(default="", metadata=IF_ANY)


def error(  # noqa: PLR0913 - a finding simply has that many parts
    code: str,
    path: str,
    message: Text,
    remedy: Text,
    *,
    clause: str = "",
    label: str = "",
) -> Finding:
    """Return a finding of severity error; whoever refuses says what to do about it."""
    return Finding(
        code=code,
        severity=Severity.ERROR,
        path=path,
        message=message,
        remedy=remedy,
        clause=clause,
        label=label,
    )


def warning(  # noqa: PLR0913 - a finding simply has that many parts
    code: str,
    path: str,
    message: Text,
    remedy: Text = NOTHING,
    *,
    clause: str = "",
    label: str = "",
) -> Finding:
    """Return a finding of severity warning."""
    return Finding(
        code=code,
        severity=Severity.WARNING,
        path=path,
        message=message,
        remedy=remedy,
        clause=clause,
        label=label,
    )


def place_of(source: str, row: int) -> str:
    """Return file and row, as people are told them; the file alone where there is no row.

    :param row: counted from 1; 0 where the file as a whole is meant.
    """
    return f"{source}:{row}" if row else source


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


_CLOSE = 0.6
_LISTED = 12


def closest(name: str, known: Iterable[str]) -> str:
    """Return the name in ``known`` that ``name`` most resembles, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - for a hint only

    lowered = {item.lower(): item for item in known}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=_CLOSE)
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
