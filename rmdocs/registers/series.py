"""Number series: the volumes they fill, and the closing statement (结册说明) of one that is over.

What a statement says is derived here from the volumes, so that closing and
verifying come to the same; closing itself is the business of ``control``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import WordlessAnswer, called
from rmdocs.canonical import JsonObject
from rmdocs.errors import StoreError, UsageError
from rmdocs.events.records import RecordVoided
from rmdocs.identifiers import DocumentNumber, RecordNumber, Series, UnitCode, Volume
from rmdocs.messages import message
from rmdocs.numbering import SERIES_NAME, SeriesState
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import EVENTS_NAME, RECORDS_PREFIX

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

VOLUMES = "volumes"
OPENED_NAME, CLOSED_NAME = "opened.json", "closed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedVolume(WordlessAnswer):
    """A volume as a closing statement gives it.

    :param volume: form, unit, year and part.
    :param given: numbers given in it.
    :param checkpoint: its ledger when the series was closed.
    """

    volume: Volume
    given: int
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingStatement(WordlessAnswer):
    """That a series is over: which numbers it gave, and which of them are void.

    :param series: form, unit and year.
    :param voids: the numbers declared void by then, in order.
    """

    TOLD: ClassVar = ("series", "given", "last", "volumes", "voids")
    series: Series
    volumes: tuple[ClosedVolume, ...]
    voids: tuple[RecordNumber, ...] = field(metadata=called("void"))

    @property
    def given(self) -> int:
        """Return how many numbers were given; the last one's serial too: there are no gaps."""
        return sum(one.given for one in self.volumes)

    @property
    def last(self) -> RecordNumber | None:
        """Return the last number that was given; None if none was."""
        return RecordNumber(series=self.series, serial=self.given) if self.given else None

    @classmethod
    def from_json(cls, series: Series, value: JsonObject) -> ClosingStatement:
        """Return the statement that JSON describes.

        :raises StoreError: if it is no such statement, or of another series.
        """
        try:
            statement = cls(
                series=series,
                volumes=tuple(
                    ClosedVolume(
                        volume=Volume.parse(one["volume"]),
                        given=one["given"],
                        checkpoint=Checkpoint.from_json(one["checkpoint"]),
                    )
                    for one in value["volumes"]
                ),
                voids=tuple(RecordNumber.parse(number) for number in value["void"]),
            )
            exact = statement.to_json() == value
        except (KeyError, TypeError, ValueError, UsageError) as problem:
            raise _damaged(series) from problem
        if not exact:
            raise _damaged(series)
        return statement


def series_path(series: Series) -> str:
    """Return where the control ledger keeps what it knows of a series."""
    return f"{VOLUMES}/{series.form}/{series.unit}/{series.year:04d}"


def closing_statement(control: Head, series: Series) -> ClosingStatement | None:
    """Return the closing statement of a series, None while it is open.

    :raises StoreError: if it cannot be read.
    """
    data = control.read(f"{series_path(series)}/{CLOSED_NAME}")
    return None if data is None else ClosingStatement.from_json(series, canonical.decode(data))


def closed_series(control: Head) -> Iterator[Series]:
    """Yield the series that are closed, in order."""
    for path, _ in control.walk(VOLUMES):
        if path.endswith(f"/{CLOSED_NAME}"):
            form, unit, year = path.split("/")[1:4]
            yield Series(form=DocumentNumber.parse(form), unit=UnitCode.parse(unit), year=int(year))


def known_volumes(refs: Iterable[str]) -> list[Volume]:
    """Return the volumes among refs, in order; what is none is for verify to tell."""
    found = []
    for ref in refs:
        if ref.startswith(RECORDS_PREFIX):
            try:
                found.append(Volume.parse(ref.removeprefix(RECORDS_PREFIX)))
            except UsageError:
                continue
    return sorted(found)


def volume_state(head: Head, volume: Volume) -> SeriesState:
    """Return how far a volume has been filled.

    :raises StoreError: if it does not say so.
    """
    data = head.read(SERIES_NAME)
    return SeriesState.from_json(canonical.decode(data)) if data else SeriesState(volume=volume)


def stated(series: Series, heads: Mapping[Volume, Head]) -> ClosingStatement:
    """Return the closing statement of a series as its volumes stand.

    :param heads: all its volumes, in order.
    """
    volumes: list[ClosedVolume] = []
    voids: list[RecordNumber] = []
    for volume, head in heads.items():
        state = volume_state(head, volume)
        volumes.append(ClosedVolume(volume=volume, given=state.given, checkpoint=head.checkpoint))
        voids += voided_numbers(head, state)
    return ClosingStatement(series=series, volumes=tuple(volumes), voids=tuple(voids))


def voided_numbers(
    head: Head, state: SeriesState, size: int | None = None
) -> Iterator[RecordNumber]:
    """Yield the numbers of a volume that were declared void, in order.

    :param size: only by the first so many events of its ledger; None for all.
    """
    first = state.last_serial - state.given + 1
    for serial in range(first, state.last_serial + 1):
        number = RecordNumber(series=state.volume.series, serial=serial)
        for name in head.list(f"{number.directory}/{EVENTS_NAME}"):
            index, _, kind = name.removesuffix(".json").partition("-")
            if (
                kind == RecordVoided.KIND
                and index.isdecimal()
                and (size is None or int(index) < size)
            ):
                yield number


def _damaged(series: Series) -> StoreError:
    return StoreError(
        message("the closing statement of {series} cannot be read", series=series),
        message("run: rmdocs verify"),
    )
