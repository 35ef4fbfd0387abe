"""The parts of a manifest, typed: stages, roles, summary, signing, retention and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule


class Access(StrEnum):
    """Who may see a form's records: the customer too, or the bank alone (§5.8).

    ``PERSONAL`` are internal records that hold personal data (含个人信息).
    """

    CUSTOMER = "customer"
    INTERNAL = "internal"
    PERSONAL = "personal"

    @property
    def marking(self) -> str:
        """Return what the header of a page prints."""
        return "受控文件" if self is Access.CUSTOMER else "内部资料"

    @property
    def destroyable(self) -> bool:
        """Return whether records must be destroyable once they need not be kept (PIPL Art. 47)."""
        return self is Access.PERSONAL


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
    """That at most one record that is not void has the same values.

    :param replaces: the number of the record in whose place another with the same
        values stands, or nothing; None if none may.
    """

    key: tuple[Expression, ...]
    code: str
    message: Bilingual
    clause: str
    replaces: Expression | None = None


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
    :param signs: whether somebody signs the document with it, or it leaves the bank.
    """

    name: str
    title: Bilingual
    roles: tuple[str, ...]
    person: str = ""
    repeat: str = ""
    repeat_values: tuple[str | int, ...] = ()
    closes: bool = False
    optional: bool = False
    signs: bool = False

    @property
    def settles(self) -> bool:
        """Return whether the document is never regenerated once the stage is there.

        What was signed, handed over or closed stands as it was; only an
        amendment corrects it (ISO 15489-1 §5.2.2.3).
        """
        return self.signs or self.closes


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the document's pages something stands: by a text that is printed once.

    All measures are whole millimetres.

    :param anchor: the printed text, such as 甲方(公章).
    :param right: from the left edge of the text to the left edge of the place.
    :param down: from the lower edge of the text to the upper edge of the place; further
        where text stands there.
    """

    anchor: str
    right: int
    down: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Party:
    """Who signs the document electronically; parties sign in the order of the form.

    :param name: what commands call the party: ``a``, ``b``, ``bank``.
    :param title: what the document calls it: 甲方.
    :param meaning: what its signature means (21 CFR 11.50), printed with it.
    :param limit: what must hold of a record for the party to sign it at all,
        such as its authority (权限); None where there is no limit.
    :param certificate_names: what a certificate calls the party, from a record's
        names: its full name, its short name, its 统一社会信用代码; empty where the
        form does not say, then a certificate has to name who signs.
    """

    name: str
    title: Bilingual
    meaning: Bilingual
    place: Place
    limit: Rule | None = None
    certificate_names: tuple[Expression, ...] = ()

    def called(self, names: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what a certificate may call the party of a record.

        :param names: what expressions see of the record.
        :raises FindingsError: if one of them cannot be computed.
        """
        values = (one.evaluate(names) for one in self.certificate_names)
        return tuple(value for value in values if isinstance(value, str) and value.strip())


@dataclass(frozen=True, slots=True)
class Slip:
    """A part of the document that is torn off and comes back by itself (回执联).

    It bears a code of its own; lengths are whole millimetres.

    :param name: what facts and expressions call it: ``receipt``.
    :param title: what the document calls it: 回执联.
    :param anchor: a text that is printed once in each document, beside the code.
    :param right: from the left edge of that text to the left edge of the code.
    :param down: from its lower edge to the upper edge of the code; negative is above.
    """

    name: str
    title: Bilingual
    anchor: str
    right: int
    down: int


@dataclass(frozen=True, slots=True)
class DueDate:
    """Something that must happen to a record by a day.

    :param on: gives the last day on which it is in time, from the record's
        names and ``filed``: the day since which the signed original, or a slip,
        is in the store; null while that is not known.
    :param when: true of a record of which it is still to be done.
    :param days: how many days before that day it is told as near.
    """

    name: str
    title: Bilingual
    on: Expression
    when: Expression
    days: int
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long records are kept.

    :param years: whole years, an expression (``10``, ``10 if … else 5``).
    :param start: from what the years count, in words.
    :param basis: the rule that asks for it.
    :param starts: the date from which they count, null while it is open.
    :param hold_while: true of a record that must be kept whatever the years
        say, such as while its loan is unpaid (贷款未清).
    """

    years: Expression
    start: Bilingual
    basis: str
    starts: Expression | None
    hold_while: Expression | None = None
