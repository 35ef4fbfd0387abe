"""The ``[printing]`` of a manifest: how a record's document is printed to be signed.

How many copies, on one side or both, and what a person does with the paper,
step by step. Joining pages is ``pdf``'s business, making the set ``renditions``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.forms.reading import Table
from rmdocs.messages import message
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Saying

ONE_SIDE, BOTH_SIDES = 1, 2
MOST_COPIES = 99


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
    table.close()
    return printing
