"""What was computed becomes JSON as the field wants it, or is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rmdocs.records.computed import UnheldError, captured
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.values import View

NAME = Field(name="name", kind=FieldKind.TEXT)
WANTED = Field(name="wanted", kind=FieldKind.TEXT, required=True, nullable=True)
GROUP = Field(name="", kind=FieldKind.OBJECT, children=(NAME, WANTED))


@pytest.mark.parametrize(
    ("value", "kind", "held"),
    [
        ("x", FieldKind.TEXT, "x"),
        (True, FieldKind.BOOLEAN, True),
        (None, FieldKind.TEXT, None),
        (date(2026, 3, 2), FieldKind.DATE, "2026-03-02"),
        (Decimal("1200.50"), FieldKind.DECIMAL, "1200.50"),
        (1200, FieldKind.DECIMAL, "1200"),
        (Decimal("1E+3"), FieldKind.DECIMAL, "1000"),
        (Decimal(3), FieldKind.INTEGER, 3),
        (Decimal("3.5"), FieldKind.INTEGER, "3.5"),
        (Decimal("3.5"), FieldKind.NUMBER, 3.5),
        (7, FieldKind.TEXT, 7),
    ],
)
def test_plain_values(value, kind, held):
    found = captured(value, Field(name="", kind=kind))
    assert found == held
    assert type(found) is type(held)


def test_lists_and_objects():
    assert captured(
        (1, Decimal(2)),
        Field(name="", kind=FieldKind.LIST, item=Field(name="", kind=FieldKind.DECIMAL)),
    ) == [
        "1",
        "2",
    ]
    value = View({"name": None, "wanted": None, "other": (1,)})
    assert captured(value, GROUP) == {"wanted": None, "other": [1]}
    assert captured({"other": Decimal("1.5")}, None) == {"other": "1.5"}


@pytest.mark.parametrize("value", [timedelta(1), object(), {"a": timedelta(1)}, [object()]])
def test_what_no_record_holds(value):
    with pytest.raises(UnheldError):
        captured(value, None)
