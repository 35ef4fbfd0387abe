from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import number

from rmdocs.intake import cells
from rmdocs.intake.cells import day
from rmdocs.intake.interpreting import interpret
from rmdocs.schemas.fields import Field, FieldKind

LIST = Field(name="products", kind=FieldKind.LIST, item=Field(name="", kind=FieldKind.TEXT))


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (number(250098), FieldKind.TEXT, "250098"),
        ("  0531-1 \r\n x", FieldKind.TEXT, "0531-1 \n x"),
        (number(70), FieldKind.INTEGER, 70),
        ("1,234", FieldKind.INTEGER, 1234),
        ("4", FieldKind.INTEGER, 4),
        (number("0.1"), FieldKind.NUMBER, 0.1),
        (number("0.30000000000000004"), FieldKind.NUMBER, 0.3),
        (number(30000000), FieldKind.DECIMAL, "30000000.00"),
        (number("3.3"), FieldKind.DECIMAL, "3.30"),
        ("3.3", FieldKind.DECIMAL, "3.3"),
        ("3.305", FieldKind.DECIMAL, "3.305"),
        (True, FieldKind.BOOLEAN, True),
        (False, FieldKind.BOOLEAN, False),
        ("否", FieldKind.BOOLEAN, False),
        (number(1), FieldKind.BOOLEAN, True),
        (day(date(2026, 3, 2)), FieldKind.DATE, "2026-03-02"),
        ("2026/3/2", FieldKind.DATE, "2026-03-02"),
        ("2026年03月02日", FieldKind.DATE, "2026-03-02"),
        ("20260302", FieldKind.DATE, "2026-03-02"),
        (number(20260302), FieldKind.DATE, "2026-03-02"),
        (number("0.395833333333333", "h:mm"), FieldKind.TIME, "09:30"),
        ("14:05:00", FieldKind.TIME, "14:05"),
        ("9时30分", FieldKind.TIME, "09:30"),
    ],
)
def test_reading(cell, kind, value):
    read = interpret(cell, Field(name="x", kind=kind))
    assert (read.value, read.findings) == (value, ())
    assert type(read.value) is type(value)


@given(st.lists(st.text("甲乙a、;\uff1b ", min_size=1).map(str.strip).filter(bool), min_size=1))
def test_a_list_survives_its_cell(values):
    read = interpret(cells.write(values, LIST), LIST)
    assert (read.value, read.refused) == (values, False)


@pytest.mark.parametrize("empty", [None, " \n", "　"])
def test_blank_cells_hold_nothing(empty):
    assert cells.is_empty(empty)


@given(st.booleans())
def test_a_truth_value_survives(value):
    field = Field(name="x", kind=FieldKind.BOOLEAN)
    assert interpret(cells.write(value, field), field).value is value
