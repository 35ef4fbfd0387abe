"""What the registers know of the fields of a form: colleagues, customers, records.

By their names in the schema, as ``issuing/named`` judges them: what has ``name`` and
``staff_no`` is a member of staff, what has ``name`` and ``uscc`` a customer; ``x-role``
says which role somebody takes. What is known is offered to whoever types, never filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake.headings import key
from rmdocs.intake.typed import write
from rmdocs.messages import Text, listed
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.indexfile import Query
from rmdocs.schemas import patterns
from rmdocs.schemas.fields import split
from rmdocs.workspace import people, records

if TYPE_CHECKING:
    from rmdocs.registers.customers import Customer
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.staff import Person
    from rmdocs.schemas.fields import Field, Steps
    from rmdocs.workspace.draftfile import Draft
    from rmdocs.workspace.opening import Workspace


class Offer(StrEnum):
    """Which register knows of a field."""

    NONE = ""
    PEOPLE = "people"
    CUSTOMERS = "customers"
    RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One thing that a field, and those beside it, may say.

    :param typed: by key, what would be typed.
    :param label: what tells it from others.
    """

    typed: Mapping[str, str]
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is known of the customer of a draft.

    :param customer: the entry of the register; None if there is none.
    :param last: the last record of the same form; None if there is none.
    """

    customer: Customer | None
    last: IndexedRecord | None


_MOST = 20
_RELATED = "related"
_A_NUMBER = "JN01-2026-0001"
_STAFF, _ORGANISATION = frozenset({"name", "staff_no"}), frozenset({"name", "uscc"})


def offer_of(around: Field, field: Field) -> Offer:
    """Return which register knows of a field, by its name and those beside it."""
    beside = {one.name for one in around.children}
    inner = field.item or field
    if inner.roles or (beside >= _STAFF and field.name in _STAFF):
        return Offer.PEOPLE
    if beside >= _ORGANISATION and field.name in _ORGANISATION:
        return Offer.CUSTOMERS
    if field.name == _RELATED or record_form(inner) is not None:
        return Offer.RECORDS
    return Offer.NONE


def record_form(field: Field) -> DocumentNumber | None:
    """Return the form of whose records a field takes the numbers; None if it takes none."""
    example = "".join(part.example for part in patterns.parts(field.pattern))
    try:
        form = DocumentNumber.parse("-".join(example.split("-")[:2]))
    except UsageError:
        return None
    return form if patterns.admits(field.pattern, f"{form}-{_A_NUMBER}") else None


def suggested(
    workspace: Workspace, root: Field, field_key: str, text: str, unit: str
) -> list[Suggestion]:
    """Return what a field may say, of what has all letters typed so far, the likeliest first.

    :param root: what may be typed. :param field_key: of the field.
    :param unit: the one unit whose records may be named; empty for all.
    """
    steps = split(f"$.{field_key}") or ()
    around, field = root.at(steps[:-1]), root.at(steps)
    if around is None or field is None:
        return []
    place = _AskedField(around=around, field=field, steps=steps)
    match offer_of(around, field):
        case Offer.PEOPLE:
            found = _people(workspace, place, text)
        case Offer.CUSTOMERS:
            found = _customers(workspace, place, text)
        case Offer.RECORDS:
            found = _records(workspace, place, text, unit)
        case _:
            return []
    return list(islice(found, _MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class _AskedField:
    """A field, what it lies in, and where it stands."""

    around: Field
    field: Field
    steps: Steps

    def beside(self, name: str) -> str:
        return key((*self.steps[:-1], name))

    @property
    def roles(self) -> frozenset[str]:
        inner = self.field.item or self.field
        return frozenset(inner.roles or self.around.roles)


def _people(workspace: Workspace, place: _AskedField, text: str) -> Iterator[Suggestion]:
    actor = workspace.person()
    for one in people.staff(workspace):
        known = one.left is None and (not place.roles or bool(one.roles & place.roles))
        near = actor is None or one.unit == actor.unit or one.unit.is_upper
        if known and near and _has(text, one.name, str(one.staff_no)):
            yield Suggestion(typed=_person(place, one), label=_called(one))


def _person(place: _AskedField, one: Person) -> dict[str, str]:
    if place.field.name in _STAFF and place.around.child("staff_no") is not None:
        return {place.beside("name"): one.name, place.beside("staff_no"): str(one.staff_no)}
    return {key(place.steps): one.name}


def _called(one: Person) -> Text:
    return listed([one.name, one.staff_no, role_names(sorted(one.roles))])


def _customers(workspace: Workspace, place: _AskedField, text: str) -> Iterator[Suggestion]:
    for one in people.customers(workspace):
        if _has(text, one.name, one.uscc):
            inside = write(place.around, one.to_json())
            yield Suggestion(
                typed={place.beside(name): said for name, said in inside.items()},
                label=listed([one.name, one.uscc]),
            )


def _records(
    workspace: Workspace, place: _AskedField, text: str, unit: str
) -> Iterator[Suggestion]:
    form = record_form(place.field.item or place.field)
    query = Query(text=text, unit=unit, form=str(form or ""), standing_only=True)
    for one in records.find(workspace, query, most=_MOST):
        label = listed([one.number, *filter(None, (one.customer, one.subject))])
        yield Suggestion(typed={key(place.steps): one.number}, label=label)


def _has(text: str, *said: str) -> bool:
    wanted = fold(text).lower()
    return any(wanted in fold(one).lower() for one in said)


def sources(workspace: Workspace, draft: Draft, unit: str) -> Sources:
    """Return what is known of the customer that a draft names by its code.

    :param unit: the one unit whose records may be told of; empty for all.
    """
    form = workspace.registry.form_in_force(draft.form, workspace.today()).form
    place = form.summary.uscc.source if form.summary.uscc is not None else ""
    uscc = draft.typed.get(place, "").strip().upper()
    if not uscc:
        return Sources(customer=None, last=None)
    query = Query(uscc=uscc, form=str(draft.form), unit=unit, standing_only=True)
    last = next(records.find(workspace, query, most=1, latest_first=True), None)
    entry = next((one for one in people.customers(workspace) if one.uscc == uscc), None)
    return Sources(customer=entry, last=last)
