"""What an expression computed, as a record holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rmdocs.canonical import Json
from rmdocs.language.numbers import written
from rmdocs.schemas.fields import Field, FieldKind


class UnheldError(Exception):
    """A value that no record can hold, such as a span of time."""


def captured(value: Any, field: Field | None) -> Json:  # noqa: ANN401 - whatever was computed
    """Return ``value`` as JSON, numbers and dates written as ``field`` wants them.

    Objects lose what is null, which says the same as absent, unless the schema
    wants it to be there.

    :param field: what the value is for; None if the form does not know it.
    :raises UnheldError: if it is nothing that JSON has.
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        fields = {name: field.child(name) if field is not None else None for name in value}
        return {
            str(name): captured(item, fields[name])
            for name, item in value.items()
            if item is not None or keeps_null(fields[name])
        }
    if isinstance(value, Sequence):
        item = field.item if field is not None else None
        return [captured(one, item) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return _number(value, field.kind if field is not None else None)
    raise UnheldError


def keeps_null(field: Field | None) -> bool:
    """Return whether the schema wants a property to be there, be it null."""
    return field is not None and field.required and field.nullable


def _number(value: float | Decimal, kind: FieldKind | None) -> Json:
    if kind is FieldKind.NUMBER:
        return float(value)
    if kind is FieldKind.INTEGER and value == int(value):
        return int(value)
    if isinstance(value, int) and kind is not FieldKind.DECIMAL:
        return value
    return str(written(value))
