"""Who signs a document, and what of it comes back: ``[signing]`` and ``[[slips]]`` of a manifest.

How signatures are made is ``rmdocs.signing``'s business, how paper is read ``rmdocs.scanning``'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from rmdocs.findings import Severity
from rmdocs.forms.parts import Party, Place, Slip
from rmdocs.forms.reading import Table
from rmdocs.messages import message
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule

ORIGINAL = "original"
"""What expressions call the signed original; no slip is called that."""

_LEAST_PLACE, _MOST_PLACE = (20, 10), (200, 280)
"""The least and the most width and height of a place for a signature, in mm (A4)."""


def read_parties(table: Table | None) -> tuple[Party, ...]:
    """Return who signs electronically, in order."""
    if table is None:
        return ()
    parties = tuple(_party(party) for party in table.tables("parties"))
    if not parties:
        table.note("parties", "FORM-EMPTY", message("nobody signs: name a party, or leave it out"))
    table.close()
    return parties


def read_slips(tables: Sequence[Table]) -> tuple[Slip, ...]:
    """Return what is torn off and comes back, in order."""
    return tuple(_slip(table) for table in tables)


def _party(table: Table) -> Party:
    party = Party(
        table.name(),
        table.bilingual("title"),
        table.bilingual("meaning"),
        _place(table.table("place")),
        _limit(table.table("limit", optional=True)),
        _certificate_names(table),
    )
    table.close()
    return party


def _certificate_names(table: Table) -> tuple[Expression, ...]:
    found = []
    for source in table.texts("certificate_names", optional=True):
        expression = table.compiled("certificate_names", Expression.compile, source)
        if expression is not None:
            found.append(expression)
    return tuple(found)


def _place(table: Table | None) -> Place:
    if table is None:
        return Place("", 0, 0, 0, 0)
    place = Place(
        table.text("anchor"),
        table.whole("right"),
        table.whole("down"),
        table.whole("width"),
        table.whole("height"),
    )
    sizes = (("width", place.width), ("height", place.height))
    for (name, size), least, most in zip(sizes, _LEAST_PLACE, _MOST_PLACE, strict=True):
        if type(table.values.get(name)) is int and not least <= size <= most:
            reason = message("a signature takes {least} to {most} mm", least=least, most=most)
            table.note(name, "FORM-VALUE", reason)
    table.close()
    return place


def _limit(table: Table | None) -> Rule | None:
    if table is None:
        return None
    limit = Rule(
        code=table.code(),
        severity=Severity.ERROR,
        require=table.expression("require"),
        path=table.text("path"),
        message=table.saying("message"),
        remedy=table.optional_saying("remedy"),
        clause=table.text("clause", optional=True),
        when=table.optional_expression("when"),
    )
    table.close()
    return limit


def _slip(table: Table) -> Slip:
    name, title = table.name(), table.bilingual("title")
    if name == ORIGINAL:
        reason = message("“{name}” stands for the signed original", name=name)
        table.note("name", "FORM-VALUE", reason)
    code = table.table("code")
    slip = Slip(name, title, "", 0, 0)
    if code is not None:
        slip = Slip(name, title, code.text("anchor"), code.whole("right"), code.whole("down"))
        code.close()
    table.close()
    return slip
