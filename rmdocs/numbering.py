"""Record numbers: which comes next in a series, and when the next volume opens.

Pure: a state goes in, a number and the next state come out. That two writers
never take the same number is the store's business (compare and swap).
"""

from __future__ import annotations

from dataclasses import dataclass

from rmdocs.canonical import Json, JsonObject
from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.identifiers import VOLUME_CAPACITY, RecordNumber, Series, Volume
from rmdocs.messages import message

LAST_SERIAL = 999_999
"""The largest serial that a record number can carry."""

SERIES_NAME = "series.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesState:
    """How far a volume has been filled; ``series.json`` holds it.

    :param given: numbers given in this volume, 0 to ``VOLUME_CAPACITY``. Numbers
        are given in order and none is left out, so this says which.
    """

    volume: Volume
    given: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.given <= VOLUME_CAPACITY or self.volume.part < 1:
            raise StoreError(
                message(
                    "the volume {volume} cannot hold {given} numbers",
                    volume=self.volume,
                    given=self.given,
                ),
                message("run: rmdocs verify"),
            )

    @classmethod
    def begin(cls, series: Series) -> SeriesState:
        """Return the state of a series that has given no number yet."""
        return cls(volume=Volume(series=series, part=1))

    @property
    def is_full(self) -> bool:
        """Return whether the volume has given all its numbers."""
        return self.given == VOLUME_CAPACITY

    @property
    def last_serial(self) -> int:
        """Return the serial given last in the series, 0 before the first."""
        return (self.volume.part - 1) * VOLUME_CAPACITY + self.given

    @property
    def room(self) -> int:
        """Return how many numbers the volume has left."""
        return VOLUME_CAPACITY - self.given

    def take(self) -> tuple[RecordNumber, SeriesState]:
        """Return the next number and the state after giving it.

        :raises ControlError: if the volume is full.
        """
        if self.is_full:
            raise ControlError(
                message("{volume} is full", volume=self.volume),
                message("open the next volume of the series"),
            )
        serial = self.last_serial + 1
        if serial > LAST_SERIAL:
            raise ControlError(
                message("the series {series} is used up", series=self.volume.series),
                message("issue under another unit, or from the new year on"),
            )
        return RecordNumber(series=self.volume.series, serial=serial), SeriesState(
            volume=self.volume, given=self.given + 1
        )

    def to_json(self) -> JsonObject:
        """Return the state as ``series.json`` holds it."""
        return {"volume": self.volume.name, "given": self.given}

    @classmethod
    def from_json(cls, value: Json) -> SeriesState:
        """Return the state that ``series.json`` holds.

        :raises StoreError: if it is no such state.
        """
        given = value.get("given") if isinstance(value, dict) else None
        if type(given) is int and set(value) == {"volume", "given"}:
            try:
                return cls(volume=Volume.parse(str(value["volume"])), given=given)
            except UsageError as problem:
                raise _damaged() from problem
        raise _damaged()


def _damaged() -> StoreError:
    return StoreError(
        message("{name} does not hold the state of a series", name=SERIES_NAME),
        message("run: rmdocs verify"),
    )
