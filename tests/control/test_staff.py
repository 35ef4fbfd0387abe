"""Units and staff join and change; who may enter them, and whose key is whose."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest
from bank import LATE

from rmdocs.control import staff
from rmdocs.errors import ControlError, FindingsError, StoreError, UsageError
from rmdocs.events.facts import Unknown
from rmdocs.events.records import Unit
from rmdocs.findings import Severity
from rmdocs.folders import read
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.store.event import Actor
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent
from rmdocs.workspace import people, records

OFFICER = "SD00-0004"
NEW = StaffNumber.parse("JN01-0103")
JINAN = UnitCode.parse("JN01")
MANAGER = ["relationship_manager"]


@pytest.fixture
def refused(bank):
    def run(act, kind=ControlError):
        before = bank.refs()
        with pytest.raises(kind) as refusal:
            act()
        assert bank.refs() == before
        assert bank.codes() == set()
        return refusal.value

    return run


@pytest.mark.ssh_keygen
def test_a_new_person_issues_at_once(founded, copied_in_git, visit):
    bank = copied_in_git(founded)
    workspace = bank.at(OFFICER)
    made = people.new_key(workspace, NEW)
    assert made.path.stat().st_mode & 0o077 == 0
    people.add(workspace, NEW, "新样例", JINAN, MANAGER)
    assert "新样例" in {person.name for person in people.staff(workspace)}
    visit["record"]["prepared_by"] = {"name": "新样例", "staff_no": str(NEW)}
    visit["record"]["content"]["rm_primary"] = visit["record"]["prepared_by"]
    number = bank.issue(visit, workspace.today())
    assert records.show(bank.at(), number).acts[0].fingerprint == made.fingerprint
    assert bank.codes() == set()
    assert made.fingerprint in bank.git("log", "-1", "--format=%GF", number.volume.ref)


def test_a_change_keeps_the_earlier_entry_and_keys(bank):
    staff_no = StaffNumber.parse("JN01-0102")
    people.add(bank.at(OFFICER), staff_no, "赵样例", JINAN, ["department_head"])
    person = bank.at().registry.staff.person(staff_no)
    assert person.roles == {"department_head"}
    assert len(person.keys) == 1
    assert bank.at().registry.control.read("people/JN01-0102/0001.json")
    assert bank.codes() == set()


def test_a_key_made_on_another_machine_is_entered_by_its_public_half(bank, tmp_path, visit):
    """The officer's machine never sees the private key; a change needs no key at all."""
    made = SigningKey.generate(str(NEW))
    made.save(tmp_path / "theirs.key")
    line = (tmp_path / "theirs.pub").read_text()
    with pytest.raises(ControlError, match="is not on this machine"):
        people.add(bank.at(OFFICER), NEW, "新样例", JINAN, MANAGER)
    private = (tmp_path / "theirs.key").read_text()
    with pytest.raises(StoreError, match="not an Ed25519 public key"):
        people.add(bank.at(OFFICER), NEW, "新样例", JINAN, MANAGER, private)
    people.add(bank.at(OFFICER), NEW, "新样例", JINAN, MANAGER, line)
    people.add(bank.at(OFFICER), NEW, "新样例", JINAN, ["department_head"])
    assert bank.at().registry.staff.person(NEW).keys == (made.public_line,)
    shutil.copy(tmp_path / "theirs.key", bank.root / "keys" / f"{NEW}.key")
    number = bank.issue(visit, LATE)
    asked = bank.ask(number, "JN01-0101")
    assert bank.approve(asked, str(NEW)).decided.actor.fingerprint == made.fingerprint
    assert bank.codes() == set()


def test_a_lost_key_is_replaced_and_the_old_one_still_verifies(visited_bank, visit):
    bank = visited_bank
    staff_no = StaffNumber.parse("JN01-0101")
    (bank.root / "keys" / "JN01-0101.key").unlink()
    workspace = bank.at(OFFICER)
    people.new_key(workspace, staff_no)
    people.add(workspace, staff_no, "王样例", JINAN, MANAGER)
    visit["record"]["content"]["visit"]["topic"] = "换钥后"
    bank.issue(visit, workspace.today())
    assert len(bank.at().registry.staff.person(staff_no).keys) == 2
    assert bank.codes() == set()


def test_a_new_unit(bank):
    workspace = bank.at(OFFICER)
    people.add_unit(workspace, UnitCode.parse("QD04"), "青岛示例支行", "青岛示例支行全称")
    assert "QD04" in {str(unit.code) for unit in people.units(workspace)}
    assert bank.codes() == set()


class TestRefused:
    def add(self, bank, actor=OFFICER, unit=JINAN, roles=MANAGER):
        people.add(bank.at(actor), NEW, "新样例", unit, roles)

    @pytest.fixture(autouse=True)
    def key(self, bank):
        people.new_key(bank.at(OFFICER), NEW)

    @pytest.mark.parametrize("actor", ["JN01-0101", "JN01-0002", "SD00-0003", "SD00-0009"])
    def test_who_keeps_no_register(self, bank, refused, actor):
        assert refused(lambda: self.add(bank, actor)).exit_code == 3
        workspace = bank.at(actor)
        refused(lambda: people.add_unit(workspace, UnitCode.parse("QD04"), "青岛", "青岛"))

    def test_nobody(self, bank, refused):
        refused(lambda: self.add(bank, None), UsageError)

    def test_an_unknown_unit(self, bank, refused):
        refused(lambda: self.add(bank, unit=UnitCode.parse("QQ99")))

    @pytest.mark.parametrize("roles", [[], ["boss"], ["relationship_manager", "boss"]])
    def test_unknown_roles(self, bank, refused, roles):
        refused(lambda: self.add(bank, roles=roles))

    def test_another_s_key(self, bank, refused):
        keys = bank.root / "keys"
        (keys / f"{NEW}.key").write_bytes((keys / "JN01-0102.key").read_bytes())
        assert "JN01-0102" in str(refused(lambda: self.add(bank)))

    def test_no_key(self, bank, refused):
        (bank.root / "keys" / f"{NEW}.key").unlink()
        refused(lambda: self.add(bank))

    def test_a_second_key_over_the_first(self, bank, refused):
        workspace = bank.at(OFFICER)
        refused(lambda: people.new_key(workspace, NEW))


def test_a_key_that_is_not_the_actors_seals_nothing(bank):
    acting = bank.at("SD00-0004").acting()
    foreign = replace(acting, key=bank.at("JN01-0101").acting().key)
    before = bank.refs()
    with pytest.raises(ControlError, match=r"the key .* is not one of 档案示例 \(SD00-0004\)"):
        staff.add_unit(
            bank.at().store, Unit(code=UnitCode("XX09"), name="新", full_name="新支行"), foreign
        )
    assert bank.refs() == before


@pytest.mark.parametrize("name", ["王样例\nEvent: person", "长" * 61, "王\t样例"])
def test_a_name_is_one_line_that_fits(bank, refused, name):
    work, line = bank.at(OFFICER), SigningKey.generate("JN01-0103").public_line
    refused(lambda: people.add(work, NEW, name, JINAN, MANAGER, line), FindingsError)
    refused(lambda: people.add_unit(work, UnitCode("XX09"), name, "新支行"), FindingsError)
    refused(lambda: people.add_unit(work, UnitCode("XX09"), "新", name * 2), FindingsError)


class TestLeaving:
    GONE = StaffNumber.parse("JN01-0102")

    @pytest.fixture
    def left(self, bank):
        assert people.leave(bank.at(OFFICER), self.GONE, date(2026, 6, 30)).left == date(
            2026, 6, 30
        )
        return bank

    def test_takes_roles_and_keys_and_keeps_the_earlier_entry(self, left):
        register = left.at().registry.staff
        assert (register.person(self.GONE).roles, register.person(self.GONE).keys) == (set(), ())
        assert len(register.keys(self.GONE)) == 1
        assert left.codes() == set()

    def test_who_left_acts_no_more(self, left):
        file = left.write(left.sample("RXD7200-02-JN01"))
        with pytest.raises(ControlError, match="is not one of"):
            records.issue(left.at(str(self.GONE)), [read(file)])

    def test_an_act_with_the_key_of_who_left_is_found(self, left):
        new_event = NewEvent(facts=Unknown(name="note"), subject="x", directory="notes/x")
        work = left.at(str(self.GONE))
        key, ledger = work.keys.load(str(self.GONE)), work.keys.load("ledger")
        actor = Actor(staff_no=str(self.GONE), name="赵样例", fingerprint=key.fingerprint)
        with work.store.locked("refs/heads/control") as branch:
            signed = {"actor": actor, "key": key, "ledger_key": ledger, "time": work.now()}
            branch.append((new_event,), subject_line="x", trailers={}, **signed)
        assert left.codes() == {"ACTOR-KEY-THEN", "EVENT-KIND"}

    def test_the_key_goes_to_nobody_else(self, left):
        keys = left.root / "keys"
        shutil.copy(keys / f"{self.GONE}.key", keys / f"{NEW}.key")
        with pytest.raises(ControlError, match="belongs to 赵样例"):
            people.add(left.at(OFFICER), NEW, "新样例", JINAN, MANAGER)

    def test_twice_or_ahead_of_time_is_refused(self, left, refused):
        refused(lambda: people.leave(left.at(OFFICER), self.GONE))
        ahead = date(2027, 1, 1)
        refused(lambda: people.leave(left.at(OFFICER), StaffNumber.parse("JN01-0101"), ahead))
        refused(lambda: people.leave(left.at("JN01-0101"), StaffNumber.parse("JN01-0001")))

    @pytest.mark.parametrize("day", [date.min, date(2006, 6, 30), date(2026, 1, 4)])
    def test_before_they_were_entered_is_refused(self, bank, day):
        with pytest.raises(
            ControlError, match=rf"{day}, is before 赵样例 was entered, on 2026-01-05"
        ):
            people.leave(bank.at(OFFICER), self.GONE, day)
        assert people.leave(bank.at(OFFICER), self.GONE, date(2026, 1, 5)).left is not None

    def test_before_they_came_back_is_refused(self, left):
        people.add(left.at(OFFICER), self.GONE, "赵样例", JINAN, MANAGER)
        with pytest.raises(ControlError, match="was entered, on 2026-12-31"):
            people.leave(left.at(OFFICER), self.GONE, date(2026, 12, 30))

    def test_who_comes_back_is_there_again(self, left):
        people.add(left.at(OFFICER), self.GONE, "赵样例", JINAN, MANAGER)
        assert left.at().registry.staff.person(self.GONE).left is None
        assert left.codes() == set()


class TestASecondSelf:
    """One person under two numbers would be two people where two are asked for."""

    @pytest.fixture
    def enter(self, bank):
        def run(number, name):
            line = SigningKey.generate(number).public_line
            return people.add(
                bank.at(OFFICER),
                StaffNumber.parse(number),
                name,
                StaffNumber.parse(number).unit,
                MANAGER,
                line,
            )

        return run

    @pytest.mark.parametrize("name", ["王样例", "王 样例", "王样例 "])
    def test_of_the_same_name_and_digits_is_refused(self, enter, bank, name):
        assert bank.at().registry.staff.person(StaffNumber.parse("JN01-0101")).name == "王样例"
        with pytest.raises(ControlError, match="is entered already, as JN01-0101"):
            enter("YT03-0101", name)
        assert bank.codes() == set()

    def test_who_has_left_may_be_entered_elsewhere(self, enter, bank):
        people.leave(bank.at(OFFICER), StaffNumber.parse("JN01-0101"))
        assert enter("YT03-0101", "王样例") == []

    def test_of_the_same_name_alone_is_asked_about(self, enter):
        [told] = enter("YT03-0177", "王样例")
        assert (told.code, told.severity) == ("STAFF-NAMESAKE", Severity.WARNING)

    def test_a_change_of_an_entry_is_no_second_one(self, bank):
        person = bank.at().registry.staff.person(StaffNumber.parse("JN01-0101"))
        told = people.add(bank.at(OFFICER), person.staff_no, person.name, person.unit, MANAGER)
        assert told == []
