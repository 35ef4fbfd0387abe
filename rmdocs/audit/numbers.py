"""Verifying number series and their volumes: none missing, none twice, none before its time.

Numbers are given in order, in volumes that are filled one after the other (F14, F15). Control
knows of each when it was opened, and of which one it goes on (F2). The closing statement of a
series is compared with the volumes that it speaks of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import LONGEST_RUN, UNREADABLE
from rmdocs.audit.sealedfiles import record_of
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, RmdocsError, why
from rmdocs.events.control import VolumeOpened
from rmdocs.events.records import RecordIssued
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber, Series, Volume
from rmdocs.messages import Text, message
from rmdocs.registers.series import (
    CLOSED_NAME,
    OPENED_NAME,
    SERIES_NAME,
    VOLUMES,
    ClosedVolume,
    ClosingStatement,
    SeriesState,
    closed_series,
    closing_statement,
    missing_volumes,
    series_path,
    voided_numbers,
    volume_state,
)
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX, RECORDS_PREFIX

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.store.event import Event
    from rmdocs.store.head import GitHead
    from rmdocs.store.protocol import Head, Store


_CLAUSE = "ISO 15489-1 §5.2.2.3"
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")
_wrong = partial(error, remedy=_RESTORE, clause=_CLAUSE)
_ASK = message("ask who issued it, and why it was entered so late")


def number_findings(
    head: GitHead, ref: str, events: Sequence[Event], before: GitHead | None = None
) -> Iterator[Finding]:
    """Yield numbers of a volume that are missing, were given twice or are of another (F14, F15).

    :param events: all of its events, or those of which some came after ``before``.
    :param before: the volume as it was found sound; None if it was not looked at before.
    """
    issued: Counter[int] = Counter()
    size = 0
    try:
        volume = Volume.parse(ref.removeprefix(RECORDS_PREFIX))
        state = volume_state(head, volume)
        if before is not None:
            earlier, size = volume_state(before, volume), before.checkpoint.size
            issued.update(earlier.serials)
    except FindingsError as problem:
        yield from problem.findings
        return
    except RmdocsError as problem:
        yield _wrong("NUMBER-UNREADABLE", SERIES_NAME, problem.reason)
        return
    if state.volume != volume:
        yield _wrong(
            "NUMBER-SERIES",
            SERIES_NAME,
            message("it counts the numbers of {other}", other=state.volume),
        )
    for event in events:
        number = record_of(event)
        if number is None or number.volume != volume:
            yield _wrong(
                "EVENT-RECORD",
                event.place,
                message("it is of no record of this volume"),
            )
        elif event.kind == RecordIssued.KIND and event.index >= size:
            issued[number.serial] += 1
    yield from _given(volume, state, issued)


def _given(volume: Volume, state: SeriesState, issued: Counter[int]) -> Iterator[Finding]:
    expected = state.serials
    for serial in sorted({*expected, *issued}):
        times = issued[serial]
        number = RecordNumber(series=volume.series, serial=serial)
        if times == 0:
            yield _wrong("NUMBER-GAP", str(number), message("the number has no record"))
        elif times > 1:
            yield _wrong("NUMBER-TWICE", str(number), message("the number was given twice"))
        elif serial not in expected:
            yield _wrong("NUMBER-BEYOND", str(number), message("the series never gave this number"))


def _missing(name: str) -> Finding:
    return _wrong("VOLUME-MISSING", name, message("the volume was opened, but is missing"))


def require_volumes(store: Store, year: int | None = None) -> None:
    """Refuse to go on as with a whole store where volumes are missing.

    :param year: of this year alone; None for all.
    :raises FindingsError: VOLUME-MISSING, for each that the control ledger knows.
    """
    missing = [
        name
        for name in missing_volumes(store.require_head(CONTROL_REF), store)
        if year in {None, Volume.parse(name).series.year}
    ]
    if missing:
        raise FindingsError(tuple(map(_missing, missing)))


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeAudit:
    """What control says of volumes, against those that are there.

    :param heads: of the volumes that are there, by name.
    :param begun: the first act of each.
    :param belongs: whether a volume belongs there, by its name: not all do in the bundle of a year.
    """

    authority: Authority
    heads: Mapping[str, GitHead]
    begun: Mapping[str, Event]
    belongs: Callable[[str], bool] = lambda _name: True

    def findings(self) -> Iterator[Finding]:
        """Yield volumes that are missing, unknown to control, or begun out of their turn."""
        known = {
            event.subject: event
            for event in self.authority.events
            if event.kind == VolumeOpened.KIND
        }
        missing = filter(self.belongs, known.keys() - self.heads.keys())
        yield from map(_missing, sorted(missing))
        for name in sorted(self.heads):
            opened = known.get(name)
            if opened is None:
                yield warning(
                    "VOLUME-UNREGISTERED",
                    name,
                    message("the control ledger does not know the volume yet"),
                    message("the next record issued in it enters it"),
                    clause=_CLAUSE,
                )
            else:
                yield from self._opened(name, opened)
            yield from self._turn(name)

    def _opened(self, name: str, opened: Event) -> Iterator[Finding]:
        """Yield an opening that says another volume, or another one before it, or came late."""
        place = f"{VOLUMES}/{name}/{OPENED_NAME}"
        before = self._before(name)
        try:
            data = self.authority.control.read(place)
            value = canonical.decode(data or b"")
            previous = value["previous"]
            stood = None if previous is None else Checkpoint.from_json(previous)
            sound = value["volume"] == name and (stood is None) == (before is None)
        except UNREADABLE:
            stood, sound = None, False
        if sound and stood is not None and before is not None:
            sound = self._stood(before, stood)
        if not sound:
            yield _wrong(
                "VOLUME-OPENED",
                place,
                message("it does not say which volume was opened, and after which"),
            )
        first = self.begun.get(name)
        if first is not None and opened.time - first.time > LONGEST_RUN:
            yield warning(
                "VOLUME-LATE",
                name,
                message(
                    "its first record is of {first}, but it was entered in control only on {then}:"
                    " it may have been dated back",
                    first=self.authority.day_of(first),
                    then=self.authority.day_of(opened),
                ),
                _ASK,
                clause=_CLAUSE,
            )

    def _turn(self, name: str) -> Iterator[Finding]:
        """Yield a volume begun before the one before it was full."""
        before = self._before(name)
        if before is None:
            return
        head = self.heads.get(before)
        try:
            full = head is not None and volume_state(head, Volume.parse(before)).is_full
        except RmdocsError:
            full = False
        if not full:
            yield _wrong(
                "VOLUME-EARLY",
                name,
                message("it was begun before {before} was full", before=before),
            )

    def _before(self, name: str) -> str | None:
        try:
            volume = Volume.parse(name)
        except RmdocsError:
            return None
        if volume.part == 1:
            return None
        return Volume(series=volume.series, part=volume.part - 1).name

    def _stood(self, name: str, checkpoint: Checkpoint) -> bool:
        """Return whether a volume once stood so; its tiles were compared with its events."""
        head = self.heads.get(name)
        if head is None:
            return True  # told as missing
        try:
            size = head.checkpoint.size
            tree = merkle.MerkleTree(size, lambda path: head.read(LEDGER_PREFIX + path))
            return checkpoint.size <= size and checkpoint.root == tree.root_at(checkpoint.size)
        except (RmdocsError, merkle.MissingTileError):
            return False


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
                    findings.append(_misstated(series, problem.reason))
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
            yield _misstated(
                volume.series, message("it does not speak of the volume {volume}", volume=volume)
            )
            return
        try:
            yield from _compare(statement, closed, head)
        except (RmdocsError, merkle.MissingTileError) as problem:
            yield _misstated(volume.series, why(problem))


def _compare(statement: ClosingStatement, closed: ClosedVolume, head: Head) -> Iterator[Finding]:
    series, volume, checkpoint = statement.series, closed.volume, closed.checkpoint
    state = volume_state(head, volume)
    if state.given != closed.given:
        yield _misstated(
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
        yield _misstated(
            series,
            message(
                "{volume} never stood at the checkpoint {pin}", volume=volume, pin=checkpoint.pin
            ),
        )
    voids = set(voided_numbers(head, state, checkpoint.size))
    stated = {number for number in statement.voids if number.volume == volume}
    for number in sorted(voids ^ stated):
        yield _misstated(
            series,
            message("it does not name {number}, which was void", number=number)
            if number in voids
            else message("it names {number}, which was not void", number=number),
        )


def _misstated(series: Series, what: Text) -> Finding:
    place = f"{series_path(series)}/{CLOSED_NAME}"
    return error("CLOSING-DISAGREES", place, what, _COMPARE, clause=_CLAUSE)
