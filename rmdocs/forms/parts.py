"""The parts of a manifest, typed: stages, roles, summary, retention and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual
from rmdocs.rules.expression import Expression


class Access(StrEnum):
    """Who may see a form's records: the customer too, or the bank alone (§5.8)."""

    CUSTOMER = "customer"
    INTERNAL = "internal"

    @property
    def marking(self) -> str:
        """Return what the header of a page prints."""
        return "受控文件" if self is Access.CUSTOMER else "内部资料"


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """A row of the revision table (修改记录)."""

    revision: Revision
    date: date
    change: Bilingual


@dataclass(frozen=True, slots=True)
class Roles:
    """Which roles may issue and amend a record, and approve voiding it."""

    issue: tuple[str, ...]
    amend: tuple[str, ...]
    void_approve: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryExpressions:
    """What lists and searches show of a record; None where a form has no such thing."""

    customer: Expression | None
    uscc: Expression | None
    subject: Expression | None


@dataclass(frozen=True, slots=True)
class Unique:
    """That at most one record that is not void has the same values."""

    key: tuple[Expression, ...]
    code: str
    message: Bilingual
    clause: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What later people add to a record, in the order of the form's stages.

    :param person: dotted property of the content that must be the actor's name;
        empty if none.
    :param repeat: property that tells repetitions apart; empty if the stage
        happens once.
    :param repeat_values: the values of ``repeat``, each once, in order.
    :param closes: whether the record is closed once the stage is complete.
    :param optional: whether the next stage may skip it.
    """

    name: str
    title: Bilingual
    roles: tuple[str, ...]
    person: str = ""
    repeat: str = ""
    repeat_values: tuple[str | int, ...] = ()
    closes: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """How long records are kept.

    :param years: whole years, an expression (``10``, ``10 if … else 5``).
    :param start: from what the years count, in words.
    :param basis: the rule that asks for it.
    :param starts: the date from which they count, null while it is open.
    """

    years: Expression
    start: Bilingual
    basis: str
    starts: Expression | None
