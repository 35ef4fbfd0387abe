"""Whom and what a record names, compared with the registers: staff, customers, other records.

By their names in the schema: what has ``name`` and ``staff_no`` is a member of staff,
what has ``name`` and ``uscc`` an organisation; ``x-role`` says which role it takes, and
that a text, or what has a ``name``, is somebody who holds it. Names are compared folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Text, by_command, message
from rmdocs.records.check import labelled
from rmdocs.records.draft import ENVELOPE_TITLES
from rmdocs.registers.customers import CustomerRegister
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.records import read_folder
from rmdocs.registers.staff import then
from rmdocs.schemas.fields import Field, FieldKind, step

if TYPE_CHECKING:
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber, UnitCode
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.draft import RecordDraft
    from rmdocs.registers.customers import Customer
    from rmdocs.registers.staff import Person

_STAFF, _ORGANISATION = frozenset({"name", "staff_no"}), frozenset({"name", "uscc"})
_TWO_MANAGERS, _UNITS = "§5.9", "§2"
_LIST = by_command(
    message("compare number and name with the register of staff"), "rmdocs person list"
)


def named_in_record(
    registry: Registry, draft: RecordDraft, form: Form, own: RecordNumber | None = None
) -> list[Finding]:
    """Return where the people, customers and records that a record names are other ones.

    :param draft: staff are looked for as the register had them on its date.
    :param own: the record's number, where it has one.
    """
    names = _Names(registry=registry, unit=draft.unit, on=draft.date)
    content = form.schema.normalise(draft.content)
    findings = [*names.findings(form.schema.root, content, "$.content")]
    for index, number in enumerate(draft.related):
        unseen = bool(draft.related_reason)
        findings += _related(
            registry, number, f"$.related[{index}]", own, unseen_for_a_reason=unseen
        )
    return labelled(findings, form)


def named_in_stage(  # noqa: PLR0913, PLR0917 - a stage is judged by that much
    registry: Registry, unit: UnitCode, form: Form, stage: str, content: Json, today: date
) -> list[Finding]:
    """Return where the people that a stage names are other ones.

    Staff are looked for as the register had them on the stage's first day.
    """
    root = form.stage_schema(stage).root
    if not isinstance(content, dict):
        return []
    days = [
        day for field in root.children if (day := _day(field, content.get(field.name))) is not None
    ]
    names = _Names(registry=registry, unit=unit, on=min([*days, today]))
    return labelled(names.findings(root, content, f"$.stages.{stage}"), form)


def _related(
    registry: Registry,
    number: RecordNumber,
    path: str,
    own: RecordNumber | None,
    *,
    unseen_for_a_reason: bool,
) -> Iterator[Finding]:
    """Yield what is wrong with a record that another one names as related.

    :param unseen_for_a_reason: whether it is said why one that cannot be looked up is named.
    """
    if number == own:
        yield error(
            "RELATED-SELF",
            path,
            message("the record names itself as related"),
            message("name the other record, or leave it out"),
        )
        return
    head = registry.store.head(number.volume.ref)
    if head is None and _elsewhere(registry, number):
        if not unseen_for_a_reason:
            yield warning(
                "RELATED-UNSEEN",
                path,
                message(
                    "{number} is not in this store and cannot be checked, and no reason is given",
                    number=number,
                ),
                message(
                    "compare with the paper, or ask the unit that keeps it, and say so under"
                    " “{title}” (related_reason)",
                    title=ENVELOPE_TITLES["related_reason"],
                ),
            )
        return
    try:
        voided = head is not None and read_folder(head, number).voided
    except RmdocsError:
        head = None
    if head is None:
        yield error(
            "RELATED-UNKNOWN",
            path,
            message("there is no record {number}", number=number),
            by_command(message("look it up by customer or words"), "rmdocs find"),
        )
    elif voided:
        yield warning(
            "RELATED-VOID",
            path,
            message("{number} is void", number=number),
            message("name the record that counts in its place"),
        )


def _elsewhere(registry: Registry, number: RecordNumber) -> bool:
    """Return whether a volume that is not here may be on paper, or kept by another unit."""
    series = number.series
    opened = registry.control.read(f"volumes/{number.volume.name}/opened.json")
    return (
        series.year < registry.staff.begun(registry.zone).year
        or registry.staff.find_unit(series.unit) is None
        or opened is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The registers, asked about a day.

    :param unit: whose record it is. :param on: the day of the act that it describes.
    """

    registry: Registry
    unit: UnitCode
    on: date

    def findings(self, field: Field, value: Json, path: str) -> Iterator[Finding]:
        """Yield what is wrong with whom a value names."""
        if isinstance(value, list) and field.item is not None:
            for index, item in enumerate(value):
                yield from self.findings(field.item, item, step(path, index))
        elif isinstance(value, str):
            if field.roles and value.strip():
                yield from self._name(field, value, path)
        elif isinstance(value, dict):
            children = {child.name for child in field.children}
            if children >= _STAFF:
                yield from self._person(field, value, path)
            elif children >= _ORGANISATION:
                yield from self._organisation(field, value, path)
            elif field.roles and isinstance(value.get("name"), str):
                yield from self._name(field, value["name"], step(path, "name"))
            for child in field.children:
                yield from self.findings(child, value.get(child.name), step(path, child.name))

    # Staff -----------------------------------------------------------------

    def _person(self, field: Field, value: JsonObject, path: str) -> Iterator[Finding]:
        name = value.get("name")
        try:
            number = StaffNumber.parse(value.get("staff_no", ""))
        except UsageError:
            return  # told by the schema
        if not isinstance(name, str) or not name.strip():
            return
        entries = self.registry.staff.entries(number, self.registry.zone)
        person = then(entries, self.on)
        if person is None:
            yield self._nobody(number, name, path)
            return
        if fold(name) != fold(person.name):
            yield self._other_name(entries, person, name, path)
            return
        yield from self._employment(field, person, path)
        if self.on < entries[0][0] and self.on >= self.registry.staff.begun(self.registry.zone):
            yield warning(
                "STAFF-LATER",
                path,
                message(
                    "{name} was entered in the register of staff only on {day}",
                    name=person.name,
                    day=entries[0][0],
                ),
                message("check the date of the record, and who was there"),
            )
        if name != person.name:
            yield warning(
                "STAFF-SPELLING",
                path,
                message("the register of staff writes the name “{name}”", name=person.name),
                message("write it so"),
            )

    def _nobody(self, number: StaffNumber, name: str, path: str) -> Finding:
        if number.unit.is_upper or self.registry.staff.find_unit(number.unit) is None:
            return warning(
                "STAFF-ELSEWHERE",
                path,
                message(
                    "{staff_no} {name} is of a branch whose staff are not in the register here",
                    staff_no=number,
                    name=name,
                ),
                message("ask there whether number and name are right"),
            )
        tell = error if self.on >= self.registry.staff.begun(self.registry.zone) else warning
        return tell(
            "STAFF-UNKNOWN",
            path,
            message(
                "{staff_no} {name} is not in the register of staff", staff_no=number, name=name
            ),
            _LIST,
            clause=_UNITS,
        )

    def _other_name(
        self, entries: list[tuple[date, Person]], person: Person, name: str, path: str
    ) -> Finding:
        """Return what is said of a number that was somebody's of another name on the day."""
        once = any(fold(other.name) == fold(name) for _, other in entries)
        return (warning if once else error)(
            "STAFF-RENAMED" if once else "STAFF-NAME",
            path,
            message(
                "{staff_no} was {registered} in the register of staff on {day}, not {name}",
                staff_no=person.staff_no,
                registered=person.name,
                day=self.on,
                name=name,
            ),
            _LIST,
            clause=_UNITS,
        )

    def _employment(self, field: Field, person: Person, path: str) -> Iterator[Finding]:
        """Yield whether somebody had left, was of another unit, or lacked the role."""
        if person.left is not None:
            yield has_left(person.name, person.left, self.on, path)
            return
        if person.unit != self.unit:
            yield (warning if person.unit.is_upper else error)(
                "STAFF-UNIT",
                path,
                message(
                    "{name} belongs to {own}, not to {unit}",
                    name=person.name,
                    own=person.unit,
                    unit=self.unit,
                ),
                message("name somebody of that unit"),
                clause=_UNITS,
            )
        elif field.roles and not person.roles & set(field.roles):
            yield error(
                "STAFF-ROLE",
                path,
                message(
                    "{name} was entered as {own} then; here it takes: {roles}",
                    name=person.name,
                    own=_roles(sorted(person.roles)),
                    roles=_roles(field.roles),
                ),
                message("name somebody who holds the role, or have the register corrected"),
                clause=_TWO_MANAGERS,
            )

    def _name(self, field: Field, name: str, path: str) -> Iterator[Finding]:
        """Yield what is wrong with somebody of whom only the name is given."""
        register = self.registry.staff
        alike = register.named(name, self.registry.zone, self.on)
        found = [list(self._employment(field, person, path)) for person in alike]
        if not alike:
            known = self.on >= register.begun(self.registry.zone)
            yield (error if known else warning)(
                "STAFF-UNKNOWN",
                path,
                message("there is no {name} in the register of staff", name=name),
                _LIST,
                clause=_UNITS,
            )
        elif all(found):
            # Of several of one name, the one who fits best is meant.
            yield from min(found, key=lambda one: sum(f.severity == "error" for f in one))

    # Customers -------------------------------------------------------------

    def _organisation(self, field: Field, value: JsonObject, path: str) -> Iterator[Finding]:
        name, uscc = value.get("name"), value.get("uscc")
        if not isinstance(name, str) or not isinstance(uscc, str):
            return
        register = CustomerRegister(self.registry.control)
        customer = register.find(uscc)
        if customer is not None and fold(customer.name) != fold(name):
            yield self._other_customer(register, customer, name, step(path, "name"))
        code = field.child("uscc")
        if customer is None and code is not None and not code.nullable and register.is_kept:
            yield warning(
                "CUSTOMER-UNKNOWN",
                step(path, "uscc"),
                message("{name} is not in the register of customers", name=name),
                by_command(
                    message("a prospect may wait; have others entered"), "rmdocs customer add"
                ),
            )

    def _other_customer(
        self, register: CustomerRegister, customer: Customer, name: str, path: str
    ) -> Finding:
        once = any(fold(other.name) == fold(name) for _, other in register.history(customer.uscc))
        return (warning if once else error)(
            "CUSTOMER-RENAMED" if once else "CUSTOMER-NAME",
            path,
            message(
                "{uscc} is {registered} in the register of customers, not {name}",
                uscc=customer.uscc,
                registered=customer.name,
                name=name,
            ),
            by_command(
                message("compare with the licence; if the name changed, have it entered"),
                "rmdocs customer add",
            ),
        )


def has_left(name: str, left: date, on: date, path: str) -> Finding:
    """Return the finding that somebody was no longer there on a day."""
    return error(
        "STAFF-LEFT",
        path,
        message("{name} left on {left}, before {day}", name=name, left=left, day=on),
        message("name who did it, or check the date"),
        clause=_TWO_MANAGERS,
    )


def _day(field: Field, value: Json) -> date | None:
    if field.kind is not FieldKind.DATE or not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _roles(roles: list[str] | tuple[str, ...]) -> Text:
    return role_names(roles) if roles else message("none")
