from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.intake import cells
from rmdocs.schemas.fields import Field, Kind

LIST = Field("products", Kind.LIST, item=Field("", Kind.TEXT))


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (250098.0, Kind.TEXT, "250098"),
        ("  0531-1 \r\n x", Kind.TEXT, "0531-1 \n x"),
        (True, Kind.TEXT, "是"),
        (70.0, Kind.INTEGER, 70),
        ("1,234", Kind.INTEGER, 1234),
        ("4", Kind.INTEGER, 4),
        (70.5, Kind.INTEGER, "70.5"),
        ("12,34", Kind.NUMBER, "12,34"),
        (0.1, Kind.NUMBER, 0.1),
        (30000000.0, Kind.DECIMAL, "30000000.00"),
        (3.3, Kind.DECIMAL, "3.30"),
        ("3.3", Kind.DECIMAL, "3.3"),
        ("3.305", Kind.DECIMAL, "3.305"),
        (True, Kind.BOOLEAN, True),
        (False, Kind.BOOLEAN, False),
        ("否", Kind.BOOLEAN, False),
        (1.0, Kind.BOOLEAN, True),
        ("maybe", Kind.BOOLEAN, "maybe"),
        (date(2026, 3, 2), Kind.DATE, "2026-03-02"),
        (datetime(2026, 3, 2), Kind.DATE, "2026-03-02"),
        ("2026/3/2", Kind.DATE, "2026-03-02"),
        ("2026年03月02日", Kind.DATE, "2026-03-02"),
        ("2026-13-02", Kind.DATE, "2026-13-02"),
        (time(9, 30), Kind.TIME, "09:30"),
        (timedelta(hours=14, minutes=5), Kind.TIME, "14:05"),
        ("14:05:00", Kind.TIME, "14:05"),
        ("9时30分", Kind.TIME, "09:30"),
    ],
)
def test_reading(cell, kind, value):
    found = cells.read(cell, Field("x", kind))
    assert found == value
    assert type(found) is type(value)


@given(st.lists(st.text("甲乙a、;\uff1b ", min_size=1).map(str.strip).filter(bool), min_size=1))
def test_a_list_survives_its_cell(values):
    assert cells.read(cells.write(values, LIST), LIST) == values


@pytest.mark.parametrize("empty", [None, "", " \n", "　"])
def test_blank_cells_hold_nothing(empty):
    assert cells.is_empty(empty)


@given(st.booleans())
def test_a_truth_value_survives(value):
    field = Field("x", Kind.BOOLEAN)
    assert cells.read(cells.write(value, field), field) is value
