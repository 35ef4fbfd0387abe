"""Numbers have no gap and no repetition, over any number of volumes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs import canonical
from rmdocs.errors import ControlError, StoreError
from rmdocs.identifiers import VOLUME_CAPACITY, DocumentNumber, Series, UnitCode, Volume
from rmdocs.registers.series import LAST_SERIAL, SeriesState

SERIES = Series(form=DocumentNumber("RXD7200-02"), unit=UnitCode("JN01"), year=2026)
STATES = st.builds(
    lambda part, given_: SeriesState(volume=Volume(series=SERIES, part=part), given=given_),
    st.integers(1, 99),
    st.integers(0, VOLUME_CAPACITY),
)


def take_next(state):
    """Return the next number and the state after it, from the next volume where one is full."""
    if state.is_full:
        state = SeriesState(volume=replace(state.volume, part=state.volume.part + 1))
    return state.take()


@given(STATES)
def test_the_next_serial_is_one_more(state):
    number, after = take_next(state)
    assert number.serial == state.last_serial + 1
    assert after.last_serial == number.serial
    assert number.volume == after.volume


@given(STATES, st.integers(1, 60))
def test_numbers_are_gap_free_and_never_repeat(state, count):
    first = state.last_serial
    serials = []
    for _ in range(count):
        number, state = take_next(state)
        serials.append(number.serial)
    assert serials == list(range(first + 1, first + count + 1))


@given(STATES)
def test_a_state_survives_being_kept(state):
    kept = canonical.encode(state.to_json())
    assert SeriesState.from_json(canonical.decode(kept)) == state


def test_a_volume_opens_when_the_one_before_is_full():
    full = SeriesState(volume=Volume(series=SERIES, part=1), given=VOLUME_CAPACITY)
    assert full.is_full
    assert full.room == 0
    number, after = take_next(full)
    assert str(number) == "RXD7200-02-JN01-2026-10001"
    assert after.volume.part == 2


def test_the_first_number_of_a_series():
    number, after = SeriesState.begin(SERIES).take()
    assert str(number) == "RXD7200-02-JN01-2026-0001"
    assert after.given == 1
    assert after.room == VOLUME_CAPACITY - 1


def test_a_full_volume_gives_no_number():
    with pytest.raises(ControlError, match="full"):
        SeriesState(volume=Volume(series=SERIES, part=1), given=VOLUME_CAPACITY).take()


def test_a_series_ends_where_its_numbers_do():
    almost = SeriesState(volume=Volume(series=SERIES, part=100), given=VOLUME_CAPACITY - 1)
    assert almost.last_serial == LAST_SERIAL
    with pytest.raises(ControlError, match="used up"):
        almost.take()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"volume": "RXD7200-02/JN01/2026/1"},
        {"volume": "RXD7200-02/JN01/2026/1", "given": "1"},
        {"volume": "RXD7200-02/JN01/2026/1", "given": True},
        {"volume": "RXD7200-02/JN01/2026/1", "given": -1},
        {"volume": "RXD7200-02/JN01/2026/1", "given": VOLUME_CAPACITY + 1},
        {"volume": "nowhere", "given": 1},
        {"volume": "RXD7200-02/JN01/2026/1", "given": 1, "more": 2},
    ],
)
def test_a_damaged_state_is_refused(value):
    with pytest.raises(StoreError):
        SeriesState.from_json(value)
