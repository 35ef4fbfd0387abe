"""What reading a file gives: candidates, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rmdocs.canonical import Json
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text

LARGEST_FILE = 50 * 2**20
"""Bytes a file may have."""

MOST_ROWS = 100_000
"""Records a file may hold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record as somebody wrote it down, not yet checked.

    :param source: the file's name.
    :param row: its row in a table or line in a file of lines, counted from 1;
        its position where the file holds one value or a list.
    :param value: the record, bare or with stages, as JSON.
    :param findings: what is wrong with cells, each at its cell (``loans.xlsx!C5``).
    :param unread: paths from ``$`` of the record whose cells were refused: what else
        is said of them says nothing new.
    :param sheet: the worksheet it stands on; empty if there is none.
    :param places: of a table, the cell of each path (``D7``, ``目标客户!D7``).
    """

    source: str
    row: int
    value: Json
    findings: tuple[Finding, ...] = ()
    unread: frozenset[str] = frozenset()
    sheet: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def at_cells(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return findings of the record, each with its cell where the file is a table."""
        return [replace(one, cell=self._cell(one.path)) for one in findings]

    def _cell(self, path: str) -> str:
        """Return the cell of a path; of a group the first of its cells; empty if there is none."""
        inside = (f"{path}.", f"{path}[")
        first = next((one for at, one in self.places.items() if at.startswith(inside)), "")
        return self.places.get(path, first if path != "$" else "")

    def news(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings about what could be read."""
        return [
            one
            for one in findings
            if not any(
                one.path == path or one.path.startswith((f"{path}.", f"{path}["))
                for path in self.unread
            )
        ]


def refuse(place: str, code: str, reason: Text, remedy: Text) -> FindingsError:
    """Return the refusal of a whole file for one reason.

    :param place: the file, with line or cell if known.
    """
    return FindingsError((error(code, place, reason, remedy),))
