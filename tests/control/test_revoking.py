"""A key is revoked: by whom, how often, and what its owner may do with it afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from bank import LATE, NEW_YEAR, Bank
from forged import APPROVER, AUTHOR, FORM, PROPOSED, review_change

from rmdocs.beginning import begin
from rmdocs.control.staff import add_person, add_unit
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.events.records import Unit
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.revocations import RevocationOrder, fingerprint
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.keys import SigningKey
from rmdocs.workspace import keys, people, registers, requests, revising

OFFICER, RM, HEAD, PRESIDENT = "SD00-0004", "JN01-0101", "JN01-0001", "JN01-0002"
ME = StaffNumber.parse(RM)
WHY = "U盘遗失"


def renewed(bank, staff_no=RM):
    """Enter another key for somebody, the old one's file laid aside; return both fingerprints."""
    path = bank.root / "keys" / f"{staff_no}.key"
    path.rename(path.with_suffix(".old"))
    number, workspace = StaffNumber.parse(staff_no), bank.at(OFFICER)
    people.new_key(workspace, number)
    person = workspace.registry.staff.person(number)
    people.add(workspace, number, person.name, person.unit, sorted(person.roles))
    return tuple(map(fingerprint, bank.at().registry.staff.person(number).keys))


def test_who_revoked_their_only_key_does_nothing_until_another_is_entered(visited_bank, visit):
    bank = visited_bank
    visit["record"]["content"]["visit"]["topic"] = "结算回访"
    done = keys.revoke(bank.at(RM), ME, WHY)
    assert (done.request, done.in_doubt, done.name) == (None, 0, "王样例")
    assert bank.at().registry.staff.person(ME).keys == ()
    with pytest.raises(ControlError, match=WHY) as refusal:
        bank.issue(visit, LATE)
    assert "rmdocs key new JN01-0101" in refusal.value.remedy.text(Language.EN)
    with pytest.raises(ControlError, match="was revoked"):
        keys.revoke(bank.at(RM), ME, WHY)
    [key] = renewed(bank)
    assert key != done.fingerprint
    bank.issue(visit, LATE)
    assert bank.codes() == set()


def test_the_old_key_is_revoked_with_the_new_one(bank):
    old, new = renewed(bank)
    with pytest.raises(ControlError, match="2 such key"):
        keys.revoke(bank.at(RM), ME, WHY)
    with pytest.raises(ControlError, match="0 such key"):
        keys.revoke(bank.at(RM), ME, WHY, key="SHA256:nobody")
    done = keys.revoke(bank.at(RM), ME, WHY, key=old.removeprefix("SHA256:")[:9])
    assert done.fingerprint == old
    assert [fingerprint(one) for one in bank.at().registry.staff.person(ME).keys] == [new]
    assert bank.at(RM).acting()
    assert bank.codes() == set()


def test_work_that_goes_on_stops_at_the_next_act(bank):
    """Who began before the key was revoked seals nothing more with it."""
    begun = bank.at(OFFICER)
    acting = begun.acting()
    unit = Unit(code=UnitCode("QD04"), name="青岛", full_name="青岛示例支行")
    keys.revoke(bank.at(OFFICER), StaffNumber.parse(OFFICER), WHY)
    before = bank.refs()
    with pytest.raises(ControlError, match="was revoked"):
        add_unit(begun.store, unit, acting)
    assert bank.refs() == before


def test_a_revoked_key_is_never_entered_again(bank):
    person = bank.at().registry.staff.person(ME)
    keys.revoke(bank.at(RM), ME, WHY)
    for add in (
        lambda: people.add(
            bank.at(OFFICER), ME, person.name, person.unit, ["relationship_manager"]
        ),
        lambda: add_person(bank.at().store, person, bank.at(OFFICER).acting()),
    ):
        with pytest.raises(ControlError, match="cannot be entered again"):
            add()
    assert bank.codes() == set()


def test_doubt_can_be_added_later_and_only_widened(visited_bank):
    bank = visited_bank
    keys.revoke(bank.at(RM), ME, WHY)
    old, *_ = [fingerprint(one) for one in bank.at().registry.staff.keys(ME)]
    renewed(bank)
    assert keys.questioned(bank.at(RM)) == []
    first, second = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 3, 1)
    done = keys.revoke(bank.at(RM), ME, "早已遗失", first, old)
    assert done.in_doubt == 2  # the visit and the opening of its volume, though dated before
    with pytest.raises(ControlError, match="was revoked"):
        keys.revoke(bank.at(RM), ME, "早已遗失", first + timedelta(days=1), old)
    assert keys.revoke(bank.at(RM), ME, "更早", second, old).in_doubt == 2
    assert [one.standing.value for one in keys.questioned(bank.at(RM))] == ["in-doubt"] * 2
    keys.confirm(bank.at(RM), "本人所为")
    assert bank.codes() == set()


def test_a_moment_still_to_come_is_refused(bank):
    with pytest.raises(UsageError, match="still to come"):
        keys.revoke(bank.at(RM), ME, WHY, datetime(2027, 3, 1, tzinfo=UTC))


def test_nothing_is_confirmed_where_nothing_is_asked(bank):
    assert keys.questioned(bank.at(RM)) == []
    with pytest.raises(ControlError):
        keys.confirm(bank.at(RM), "本人所为")


def test_what_the_founder_did_is_put_in_no_doubt(bank):
    with pytest.raises(ControlError, match="nobody could confirm"):
        keys.revoke(bank.at(OFFICER), FOUNDER, WHY, datetime(2026, 2, 1, tzinfo=UTC))


def test_the_founder_stays_until_there_is_an_officer(tmp_path):
    begin(tmp_path / "bank", sample=False, now=NEW_YEAR)
    founder = Bank(tmp_path / "bank").at(str(FOUNDER))
    with pytest.raises(ControlError, match="no records officer"):
        keys.revoke(founder, FOUNDER, WHY)


class TestSomebodyElses:
    def test_waits_for_a_second_person(self, bank):
        asked = keys.revoke(bank.at(OFFICER), ME, WHY, datetime(2026, 12, 1, tzinfo=UTC))
        assert asked.request.waits
        assert str(asked.request.number) == "revoke-R1"
        told = "\n".join(requests.changes(bank.at(), asked.request))
        assert '+staff_no = "JN01-0101"' in told
        assert asked.fingerprint in told
        assert '+in_doubt_from = "2026-12-01T00:00:00Z"' in told
        with pytest.raises(ControlError, match="waits already"):
            keys.revoke(bank.at(HEAD), ME, WHY)
        with pytest.raises(ControlError):
            bank.approve(asked.request.number, OFFICER)
        assert bank.at(RM).acting()  # until then it signs
        bank.approve(asked.request.number, PRESIDENT)
        with pytest.raises(ControlError, match="was revoked"):
            bank.at(RM).acting()
        assert bank.codes() == set()

    def test_may_be_rejected(self, bank):
        asked = keys.revoke(bank.at(OFFICER), ME, WHY).request
        requests.reject(bank.at(PRESIDENT), asked.number, "已找到")
        assert bank.at(RM).acting()
        assert bank.codes() == set()

    def test_is_asked_for_by_who_may(self, bank):
        with pytest.raises(ControlError):
            keys.revoke(bank.at("JN01-0102"), ME, WHY)

    def test_lapses_once_its_owner_has_done_it(self, bank):
        asked = keys.revoke(bank.at(OFFICER), ME, WHY).request
        keys.revoke(bank.at(RM), ME, WHY)
        with pytest.raises(ControlError, match="lapsed"):
            bank.approve(asked.number, PRESIDENT)
        assert bank.codes() == set()

    def test_of_who_has_left(self, visited_bank):
        """Their keys count no more, but whoever holds one could date back."""
        bank = visited_bank
        people.leave(bank.at(OFFICER), ME)
        asked = keys.revoke(bank.at(OFFICER), ME, "离职未交还").request
        bank.approve(asked.number, PRESIDENT)
        assert bank.codes() == set()


@pytest.mark.parametrize(
    "data", [b"", b"staff_no = 1", b'staff_no = "x"\nname = "y"\nkey = "z"\n', b"\xff", b"key = "]
)
def test_a_file_that_is_no_revocation_is_refused(bank, data):
    with pytest.raises(FindingsError):
        RevocationOrder.from_toml(data)
    with pytest.raises(FindingsError):
        requests.enter(bank.at(OFFICER), "revoke", data, WHY)


def test_a_policy_of_before_needs_not_name_the_new_acts(bank):
    text = registers.policy_text(bank.at())
    without = "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith('"key.')
    )
    assert without != text
    asked = requests.enter(bank.at(OFFICER), "policy", without.encode(), "沿用旧版")
    bank.approve(asked.number, PRESIDENT)
    asked = keys.revoke(bank.at(OFFICER), ME, WHY).request
    bank.approve(asked.number, PRESIDENT)
    assert bank.codes() == set()


def test_a_draft_that_was_signed_before_is_released_after(copied_in_git, founded):
    """The author's signature was given while their key was good."""
    bank = copied_in_git(founded)
    review_change(bank)
    keys.revoke(bank.at(AUTHOR, PROPOSED), StaffNumber.parse(AUTHOR), WHY)
    revising.approve(bank.at(APPROVER, PROPOSED), FORM, "")
    assert bank.codes() == set()


def test_another_machine_s_key_is_no_help(bank):
    """A stranger's key is told as such, not as revoked."""
    keys.revoke(bank.at(RM), ME, WHY)
    path = bank.root / "keys" / f"{RM}.key"
    path.rename(path.with_suffix(".old"))
    SigningKey.generate(RM).save(path)
    with pytest.raises(ControlError, match="is not one of"):
        keys.revoke(bank.at(RM, date(2027, 1, 1)), ME, WHY)


def test_the_register_of_staff_tells_it(bank):
    done = keys.revoke(bank.at(RM), ME, WHY)
    renewed(bank)
    report = registers.report(bank.at(), "staff")
    [row] = [one for one in report.rows if one[0] == RM]
    told = row[[column.name for column in report.columns].index("keys")].text(Language.EN)
    new, old, day = told.split("\n")
    assert (old, day) == (done.fingerprint, f"revoked on {LATE}")
    assert new == fingerprint(bank.at().registry.staff.person(ME).keys[0])
