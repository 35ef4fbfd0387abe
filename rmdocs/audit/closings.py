"""Verifying closing statements of number series against the volumes they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, why
from rmdocs.findings import Finding, error
from rmdocs.identifiers import Series, Volume
from rmdocs.messages import Text, message
from rmdocs.registers.series import (
    CLOSED_NAME,
    ClosedVolume,
    ClosingStatement,
    closed_series,
    closing_statement,
    series_path,
    voided_numbers,
    volume_state,
)
from rmdocs.store import merkle
from rmdocs.store.protocol import LEDGER_PREFIX

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_COMPARE = message("compare the statement with the volumes, and find out which was changed")


@dataclass(frozen=True, slots=True)
class Closings:
    """The closing statements that the control ledger holds."""

    statements: Mapping[Series, ClosingStatement]

    @classmethod
    def of(cls, control: Head) -> tuple[Closings, list[Finding]]:
        """Return the statements, and what of them cannot be read."""
        statements: dict[Series, ClosingStatement] = {}
        findings: list[Finding] = []
        try:
            for series in closed_series(control):
                try:
                    statement = closing_statement(control, series)
                except RmdocsError as problem:
                    findings.append(_wrong(series, problem.reason))
                else:
                    if statement is not None:
                        statements[series] = statement
        except (RmdocsError, ValueError):
            unreadable = message("a closing statement lies where none belongs")
            findings.append(error("CLOSING-UNREADABLE", CLOSED_NAME, unreadable, _COMPARE))
        return cls(statements), findings

    def findings(self, volume: Volume, head: Head) -> Iterator[Finding]:
        """Yield where a volume is not what the statement of its series says.

        Numbers may not have been given since; voids and amendments may. Its tiles were
        compared with its events.
        """
        statement = self.statements.get(volume.series)
        if statement is None:
            return
        closed = next((one for one in statement.volumes if one.volume == volume), None)
        if closed is None:
            yield _wrong(
                volume.series, message("it does not speak of the volume {volume}", volume=volume)
            )
            return
        try:
            yield from _compare(statement, closed, head)
        except (RmdocsError, merkle.MissingTileError) as problem:
            yield _wrong(volume.series, why(problem))


def _compare(statement: ClosingStatement, closed: ClosedVolume, head: Head) -> Iterator[Finding]:
    series, volume, checkpoint = statement.series, closed.volume, closed.checkpoint
    state = volume_state(head, volume)
    if state.given != closed.given:
        yield _wrong(
            series,
            message(
                "{volume} gave {given} number(s), not {stated}",
                volume=volume,
                given=state.given,
                stated=closed.given,
            ),
        )
    size = head.checkpoint.size
    tree = merkle.MerkleTree(size, lambda path: head.read(LEDGER_PREFIX + path))
    if checkpoint.size > tree.size or checkpoint.root != tree.root_at(checkpoint.size):
        yield _wrong(
            series,
            message(
                "{volume} never stood at the checkpoint {pin}", volume=volume, pin=checkpoint.pin
            ),
        )
    voids = set(voided_numbers(head, state, checkpoint.size))
    stated = {number for number in statement.voids if number.volume == volume}
    for number in sorted(voids ^ stated):
        yield _wrong(
            series,
            message("it does not name {number}, which was void", number=number)
            if number in voids
            else message("it names {number}, which was not void", number=number),
        )


def _wrong(series: Series, what: Text) -> Finding:
    place = f"{series_path(series)}/{CLOSED_NAME}"
    return error("CLOSING-DISAGREES", place, what, _COMPARE, clause=_CLAUSE)
