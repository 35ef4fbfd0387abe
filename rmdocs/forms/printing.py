"""The ``[printing]`` of a manifest: how a record's document is printed to be signed.

How many copies, on one side or both, and what a person does with the paper,
step by step. Joining pages is ``pdf``'s business, making the set ``renditions``'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.forms.reading import Table
from rmdocs.messages import listed, message
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Saying

ONE_SIDE, BOTH_SIDES = 1, 2
MOST_COPIES = 99
PATTERN_SAID = re.compile(r"\{\{(.*?)\}\}")
"""An expression in a sentence."""

_OF_A_RECORD = frozenset({"record", "content", "derived", "stages", "unit", "form"})
_OF_A_DOCUMENT = _OF_A_RECORD | {"addressee"}


@dataclass(frozen=True, slots=True)
class Printing:
    """How a form's documents are printed.

    :param copies: how many of each document, from the record's names and
        ``addressee`` (null for the document itself); None for one.
    :param addressee: whom a document goes to, from the same names; None if that
        is not said.
    :param sides: 1 or 2, the sides of a sheet that are printed on.
    :param steps: what a person does with the paper, in order.
    """

    copies: Expression | None = None
    addressee: Expression | None = None
    sides: int = BOTH_SIDES
    steps: tuple[Saying, ...] = ()

    def copies_for(self, names: Mapping[str, Any]) -> int:
        """Return how many copies of a document are printed.

        :param names: the record's, and ``addressee``.
        :raises FindingsError: if that is no number of copies.
        """
        if self.copies is None:
            return 1
        count = self.copies.evaluate(names)
        if type(count) is int and 1 <= count <= MOST_COPIES:
            return count
        finding = error(
            "PRINT-COPIES",
            "$",
            message(
                "“{source}” gives {count}, which is no number of copies",
                source=self.copies.source,
                count=str(count),
            ),
            message("it is a whole number from 1 to {most}", most=MOST_COPIES),
        )
        raise FindingsError((finding,))

    def addressee_of(self, names: Mapping[str, Any]) -> str:
        """Return whom a document goes to; empty if the form does not say.

        :param names: the record's, and ``addressee``.
        :raises FindingsError: if the expression has no value for them.
        """
        found = self.addressee.evaluate(names) if self.addressee is not None else None
        return "" if found is None else str(found)

    def sources(self) -> Iterator[tuple[str, str]]:
        """Yield every expression's place in the manifest, and the expression."""
        for name, expression in (("copies", self.copies), ("addressee", self.addressee)):
            if expression is not None:
                yield f"printing.{name}", expression.source
        for index, step in enumerate(self.steps):
            for language, phrase in (("zh", step.zh), ("en", step.en)):
                for inner in PATTERN_SAID.findall(phrase.source):
                    yield f"printing.steps[{index}].{language}", inner


def read_printing(table: Table | None) -> Printing:
    """Return what the section says, noting every mistake; one copy where there is none."""
    if table is None:
        return Printing()
    steps = [
        table.compiled(f"steps[{index}]", Saying.compile, step)
        for index, step in enumerate(table.bilinguals("steps"))
    ]
    printing = Printing(
        table.optional_expression("copies"),
        table.optional_expression("addressee"),
        table.whole("sides"),
        tuple(step for step in steps if step is not None),
    )
    if type(table.values.get("sides")) is int and printing.sides not in {ONE_SIDE, BOTH_SIDES}:
        table.note("sides", "FORM-VALUE", message("a sheet is printed on 1 or 2 sides"))
    for place, source in printing.sources():
        known = _OF_A_RECORD if ".steps[" in place else _OF_A_DOCUMENT
        _require_names(table, place.removeprefix("printing."), source, known)
    table.close()
    return printing


def _require_names(table: Table, name: str, source: str, known: frozenset[str]) -> None:
    for unknown in sorted(Expression(source.strip()).names() - known):
        table.note(
            name,
            "FORM-FIELD",
            message("“{name}” is no name that printing sees", name=unknown),
            message("known here: {names}", names=listed(sorted(known))),
        )
