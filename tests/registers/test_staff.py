"""The registers of units, staff and form revisions, as the store holds them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from rmdocs.errors import ControlError
from rmdocs.events.records import Unit
from rmdocs.identifiers import DocumentNumber, StaffNumber, UnitCode
from rmdocs.registers.staff import Person, entry_names, entry_path
from rmdocs.workspace import people


def test_hold_the_sample_organisation(shared_bank):
    register = shared_bank.at().registry.staff
    person = register.person(StaffNumber.parse("JN01-0101"))
    assert (person.name, person.roles) == ("王样例", {"relationship_manager"})
    assert register.unit(UnitCode.parse("JN01")).name == "济南示例支行"
    assert len(list(register.people())) == 18
    assert len(list(register.units())) == 5


def test_say_so_where_there_is_nobody(shared_bank):
    register = shared_bank.at().registry.staff
    assert register.find_person(StaffNumber.parse("JN01-0999")) is None
    assert register.find_unit(UnitCode.parse("QQ99")) is None
    with pytest.raises(ControlError):
        register.person(StaffNumber.parse("JN01-0999"))
    with pytest.raises(ControlError):
        register.unit(UnitCode.parse("QQ99"))


def test_entries_come_back_as_written(shared_bank):
    workspace = shared_bank.at()
    for person in people.staff(workspace):
        assert Person.from_json(person.to_json()) == person
    for unit in people.units(workspace):
        assert Unit.from_json(unit.to_json()) == unit


def test_one_revision_is_in_force(shared_bank):
    forms = shared_bank.at().registry.forms
    number = DocumentNumber("RXD7200-02")
    [release] = forms.releases(number)
    assert forms.in_force(number, date(2026, 1, 1)) == release
    assert [one.role for one in release.approvals] == [
        "form_author",
        "form_reviewer",
        "form_approver",
    ]


def test_none_is_in_force_before_its_day_or_without_release(shared_bank):
    forms = shared_bank.at().registry.forms
    for number, day in (("RXD7200-02", date(2000, 1, 1)), ("RXD7200-99", date(2026, 1, 1))):
        with pytest.raises(ControlError):
            forms.in_force(DocumentNumber(number), day)


def test_entries_are_in_order_past_9999():
    paths = [entry_path("people", "JN01-0101", entry) for entry in (9999, 10_000, 2)]
    listed = sorted(path.rpartition("/")[2] for path in [*paths, "README"])
    head = SimpleNamespace(list=lambda _directory: listed)
    names = ["0002.json", "9999.json", "10000.json"]
    assert entry_names(head, "people", "JN01-0101") == names
