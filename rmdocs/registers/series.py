"""Number series: which number comes next, their volumes, and the closing statement (结册说明).

Counting is pure: a state goes in, a number and the next state come out. That two
writers never take the same number is the store's business (compare and swap).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import WordlessAnswer, called
from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, StoreError, UsageError
from rmdocs.events.records import RecordVoided
from rmdocs.identifiers import (
    VOLUME_CAPACITY,
    DocumentNumber,
    RecordNumber,
    Series,
    UnitCode,
    Volume,
)
from rmdocs.messages import Text, by_command, message
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import EVENTS_NAME, RECORDS_PREFIX, ledger_origin

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head, Store


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
            raise DamagedError(
                message(
                    "the volume {volume} cannot hold {given} numbers",
                    volume=self.volume,
                    given=self.given,
                )
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
    def serials(self) -> range:
        """Return the serials that the volume has given."""
        return range(self.last_serial - self.given + 1, self.last_serial + 1)

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
                raise _damaged_state() from problem
        raise _damaged_state()


def _damaged_state() -> StoreError:
    return DamagedError(message("{name} does not hold the state of a series", name=SERIES_NAME))


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


def volume_path(volume: Volume) -> str:
    """Return where the control ledger registers a volume."""
    return f"{VOLUMES}/{volume.name}"


def registered(control: Head, volume: Volume) -> bool:
    """Return whether the control ledger knows the volume."""
    return control.read(f"{volume_path(volume)}/{OPENED_NAME}") is not None


def missing_volumes(control: Head, store: Store) -> list[str]:
    """Return the names of volumes that the control ledger knows and that are not there.

    Where the store is the bundle of a year those of other years do not belong there.
    """
    ending, there = f"/{OPENED_NAME}", set(store.refs())
    opened = (path for path, _ in control.walk(VOLUMES) if path.endswith(ending))
    names = (path.removeprefix(f"{VOLUMES}/").removesuffix(ending) for path in opened)
    return sorted(
        name
        for name in names
        if (ref := f"{RECORDS_PREFIX}{name}") not in there and store.is_to_hold(ref)
    )


def require_not_lost(control: Head, volume: Volume) -> None:
    """Refuse a volume that is not there although it was begun.

    Its numbers were given, whatever has become of them: none of them is given again, and none
    is called unknown.

    :raises StoreError: if the control ledger knows it.
    """
    if registered(control, volume):
        raise _lost(message("the volume {volume} was opened, but is missing", volume=volume))


def require_its_own(head: Head, volume: Volume) -> None:
    """Refuse the head of another ledger in the place of a volume.

    :raises StoreError: if it is one.
    """
    if head.checkpoint.origin != ledger_origin(volume.ref):
        raise _lost(
            message("in the place of the volume {volume} lies another ledger", volume=volume)
        )


def _lost(reason: Text) -> StoreError:
    remedy = message("have the store verified, then restored from a backup")
    return StoreError(reason, by_command(remedy, "rmdocs verify"), clause="ISO 15489-1 §5.2.2.3")


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
    return DamagedError(message("the closing statement of {series} cannot be read", series=series))
