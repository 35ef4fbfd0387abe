"""What a field is typed into, how wide that is, what is offered for it, and what comes back.

Whatever a person typed stays as it was typed: where a browser's own field would not show
it, it stands in a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from rmdocs.intake import cells
from rmdocs.intake.cells import NO, YES
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.workspace.suggestions import Offer


class Control(StrEnum):
    """What a person types into, or chooses from."""

    LINE = "line"
    LINES = "lines"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    SELECT = "select"
    RADIOS = "radios"
    CHECKS = "checks"
    ENTRIES = "entries"
    FIXED = "fixed"


class Size(StrEnum):
    """How wide a field is."""

    SHORT = "short"
    MEDIUM = "medium"
    WIDE = "wide"


_MOST_RADIOS = 4
_LONG = 200
_FEW_LINES = 500
_MEDIUM, _SHORT = 60, 20
_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.DECIMAL})
_OWN_FIELDS = {
    FieldKind.DATE: (Control.DATE, re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)),
    FieldKind.TIME: (Control.TIME, re.compile(r"\d{2}:\d{2}", re.ASCII)),
}
"""What browsers have fields of their own for, and which texts those show."""


def choices_of(field: Field) -> tuple[str, ...]:
    """Return the only values of a field, or of each entry of a list; none if there are others."""
    inner = field.item or field
    if inner.choices:
        return inner.choices
    if inner.constant:
        return (inner.constant,)
    return (YES, NO) if inner.kind is FieldKind.BOOLEAN else ()


def control_of(field: Field, text: str, offer: Offer, *, needed: bool, in_table: bool) -> Control:
    """Return what a field is typed into.

    :param text: what is typed into it already.
    :param needed: whether it must be filled in wherever it is drawn.
    """
    if field.kind is FieldKind.LIST:
        return _control_of_list(field, text, offer)
    choices = choices_of(field)
    if choices:
        if field.constant and needed:
            return Control.FIXED
        few = needed and not in_table and len(choices) <= _MOST_RADIOS
        return Control.RADIOS if few else Control.SELECT
    if field.kind in _NUMBERS:
        return Control.NUMBER
    own, shows = _OWN_FIELDS.get(field.kind, (Control.LINE, None))
    if shows is not None:
        return own if not text or shows.fullmatch(text) else Control.LINE
    return Control.LINES if _is_long(field) or "\n" in text else Control.LINE


def _control_of_list(field: Field, text: str, offer: Offer) -> Control:
    if cells.entries(text) is None:
        return Control.LINES
    if choices_of(field):
        return Control.CHECKS
    return Control.ENTRIES if offer is not Offer.NONE else Control.LINES


def _is_long(field: Field) -> bool:
    return field.takes_lines or (not field.pattern and field.longest >= _LONG)


def values_of(control: Control, field: Field, text: str) -> tuple[str, ...]:
    """Return what stands in a field: the text, or each entry or choice of it."""
    if control is Control.FIXED:
        return (field.constant,)
    if control in {Control.CHECKS, Control.ENTRIES}:
        return tuple(cells.entries(text) or ())
    return (text,)


def size_of(field: Field, control: Control) -> Size:
    """Return how wide a field is."""
    if control in {Control.CHECKS, Control.LINES}:
        # Entries a line are short ones; so is an account of a few lines.
        short = field.kind is FieldKind.LIST or 0 < field.longest <= _FEW_LINES
        return Size.MEDIUM if short and control is Control.LINES else Size.WIDE
    if control in {Control.RADIOS, Control.ENTRIES}:
        return Size.MEDIUM
    if control is not Control.LINE or 0 < field.longest <= _SHORT:
        return Size.SHORT
    return Size.MEDIUM if 0 < field.longest <= _MEDIUM else Size.WIDE


def sent(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what was typed into a page, by key, from the fields that it sends.

    A field that is sent several times has an entry in each; empty ones are none.
    """
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text.replace("\r\n", "\n"))
    return {
        name: every[0] if len(every) == 1 else "".join(f"{one}\n" for one in every if one.strip())
        for name, every in texts.items()
    }
