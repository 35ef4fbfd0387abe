"""Ledger keys of machines, and the founder's end, as an insider would get around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from threading import Thread

import pytest
from bank import LATE, Bank
from forged import append, issue_again
from hypothesis import given
from hypothesis import strategies as st
from last_release import unpack
from proofs import Taken, judged, lacks, spelled

from rmdocs import canonical
from rmdocs.audit.pins import compared
from rmdocs.control.founding import founder
from rmdocs.control.machines import MACHINE
from rmdocs.control.staff import person_event, unit_event
from rmdocs.drill.rekeying import rekeyed
from rmdocs.errors import ControlError, FindingsError, StoreError, UsageError
from rmdocs.events.keys import MachineEntered
from rmdocs.events.records import Unit
from rmdocs.files import File
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.ledgerkeys import MachineOrder, ledger_keys
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.checkpoint import Checkpoint, LedgerKey, LedgerKeys, key_id, verifier_line
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.workspace import keys, people, proving, records, registers, requests, store
from rmdocs.workspace.keyring import LEDGER_KEY_NAME, MACHINE_KEY_NAME, KeyRing

OFFICER, RM, HEAD, PRESIDENT = "SD00-0004", "JN01-0101", "JN01-0001", "JN01-0002"
SERVER, OTHER = "JN01-server", "YT03-pc"
WHY = "改用本机密钥"
LOGGED = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
UNIT = Unit(code=UnitCode("QD04"), name="青岛", full_name="青岛示例支行")
YANTAI, NEW = SigningKey.generate(OTHER), SigningKey.generate("new")


def enter(bank, machine, **more):
    """Have a machine's key entered, as it is done; return the numbers of what was approved."""
    return approve(bank, keys.enter_machine(bank.at(OFFICER), machine, WHY, **more))


def approve(bank, asked, day=LATE):
    for request in asked.requests:
        bank.approve(request.number, PRESIDENT, day)
    return [str(one.number) for one in asked.requests]


def pub(key):
    return File(name="machine.pub", data=f"{key.public_line} x\n".encode())


def move_over(root):
    """Move a store over: this machine's key, one of a machine for Yantai alone, no founder."""
    bank = Bank(root)
    enter(bank, OTHER, units=(UnitCode("YT03"),), key=pub(YANTAI))
    assert enter(bank, SERVER, end_founder=True) == ["machine-R2", "revoke-R1"]


@pytest.fixture(scope="module")
def moved(once, visited):
    return once.copy(visited, "moved", move_over)[0]


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory


@pytest.fixture
def bank(moved, copied):
    return copied(moved)


def shared(bank):
    """Return the key that all machines shared, and the founder's."""
    return bank.at().keys.load(LEDGER_KEY_NAME)


def own(bank):
    return bank.at().keys.load(MACHINE_KEY_NAME)


def told(bank, *codes):
    """Verify; each finding is told whole in both languages."""
    found = store.verify(bank.at()).findings
    for finding in found:
        for language in Language:
            assert finding.message.text(language)
            assert "{" not in finding.message.text(language) + finding.remedy.text(language)
    assert {one.code for one in found} == set(codes)


def visit_again(bank):
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["content"]["visit"]["topic"] = "结算回访"
    return bank.issue(sample, LATE)


class TestMovedOver:
    def test_it_is_sound_and_written_on(self, bank):
        told(bank)
        number = visit_again(bank)
        told(bank)
        note = bank.at().store.require_head(number.volume.ref).note
        keyed = registers_keys(bank)
        assert keyed.signer(note).machine == SERVER
        assert records.trace(bank.at(), str(number)).findings == ()

    def test_checkpoints_of_before_are_good_and_later_ones_of_the_shared_key_are_not(
        self, visited, bank
    ):
        before = store.checkpoint(Bank(visited).at()).text
        pins = store.pins_from(File(name="x", data=before.encode()))
        assert store.verify(bank.at(), against=pins).findings == ()
        now = bank.at().store.require_head(CONTROL_REF).checkpoint
        pins = store.pins_from(File(name="x", data=now.sign(shared(bank)).encode()))
        ended = replace(now, size=now.size + 1)
        later = store.pins_from(File(name="x", data=ended.sign(shared(bank)).encode()))
        assert store.verify(bank.at(), against=pins).findings == ()  # the founder's last act
        found = store.verify(bank.at(), against=later).findings
        assert [one.code for one in found] == ["PIN-SIGNATURE"]

    def test_keys_are_listed(self, bank):
        found = [
            (one.machine, one.ledgers, one.here, one.ended) for one in keys.machines(bank.at())
        ]
        assert found == [
            ("", ("control", "records"), False, True),
            (OTHER, ("control", "records/*/YT03"), False, False),
            (SERVER, ("control", "records"), True, False),
        ]

    def test_the_founder_does_nothing_more(self, bank):
        with pytest.raises(ControlError, match="for good"):
            bank.at(str(FOUNDER)).acting()
        person = bank.at().registry.staff.person(FOUNDER)
        assert person.keys == ()
        line = SigningKey.generate("x").public_line
        with pytest.raises(ControlError, match="for good"):
            people.add(
                bank.at(OFFICER), FOUNDER, person.name, person.unit, ["records_officer"], line
            )
        with pytest.raises(ControlError):
            keys.revoke(bank.at(OFFICER), FOUNDER, WHY)

    def test_a_machine_without_a_key_of_its_own_seals_nothing(self, bank):
        path = bank.at().keys.path(MACHINE_KEY_NAME)
        path.rename(path.with_suffix(".old"))
        before = bank.refs()
        with pytest.raises(ControlError, match="had ended"):
            visit_again(bank)
        bank.at().keys.create(MACHINE_KEY_NAME)
        with pytest.raises(ControlError, match="had ended"):
            visit_again(bank)
        shared_path = bank.at().keys.path(LEDGER_KEY_NAME)
        shared_path.rename(shared_path.with_suffix(".old"))
        with pytest.raises(ControlError, match="not entered in control") as refusal:
            visit_again(bank)
        assert "rmdocs key machine" in refusal.value.remedy.text(Language.EN)
        assert bank.refs() == before

    def test_a_machine_signs_only_for_its_units(self, bank):
        path = bank.at().keys.path(MACHINE_KEY_NAME)
        path.rename(path.with_suffix(".old"))
        YANTAI.save(path)
        with pytest.raises(ControlError, match="not entered for this ledger"):
            visit_again(bank)
        people.add_unit(bank.at(OFFICER), UNIT.code, UNIT.name, UNIT.full_name)  # in control
        told(bank)


def registers_keys(bank):
    return ledger_keys(bank.at().registry.control)


class TestReplaced:
    def test_a_lost_machines_key_is_replaced_and_signs_nothing_more(self, bank):
        lost = own(bank)
        path = bank.at().keys.path(MACHINE_KEY_NAME)
        new = SigningKey.generate("machine")
        enter(bank, SERVER, key=pub(new))
        path.rename(path.with_suffix(".old"))
        new.save(path)
        told(bank)
        visit_again(bank)
        told(bank)
        issue_again(bank, replace(LOGGED, serial=2), LATE, ledger_key=lost)
        told(bank, "LEDGER-KEY-ENDED")
        with pytest.raises(ControlError, match="entered before"):
            enter(bank, SERVER, key=pub(lost))

    def test_a_new_machine_makes_its_key_and_has_it_entered_elsewhere(self, bank, tmp_path):
        new = bank.opened(None, bank.at().now())
        new.keys = KeyRing(directory=tmp_path / "keys")
        made = keys.enter_machine(new, "ZB02-pc", WHY)
        assert (made.requests, made.path) == ((), tmp_path / "keys" / "machine.pub")
        assert "rmdocs key machine ZB02-pc --key FILE" in made.next_step.text(Language.EN)
        again = keys.enter_machine(new, "ZB02-pc", WHY)  # not another key
        assert again.fingerprint == made.fingerprint
        assert not keys.may_sign_ledgers(new)
        enter(bank, "ZB02-pc", key=read(made.path))
        new.refresh()
        assert keys.may_sign_ledgers(new)
        told(bank)

    def test_a_machine_ends(self, bank):
        [asked] = keys.end_machine(bank.at(OFFICER), OTHER, "退役").requests
        assert "ledgers = []" in "\n".join(requests.changes(bank.at(), asked))
        bank.approve(asked.number, PRESIDENT)
        told(bank)
        append(bank, OFFICER, unit_event(UNIT), ledger_key=YANTAI, day=LATE)
        told(bank, "LEDGER-KEY-ENDED")
        with pytest.raises(ControlError, match="already"):
            keys.end_machine(bank.at(OFFICER), OTHER, "退役")

    def test_the_last_one_does_not(self, bank):
        approve(bank, keys.end_machine(bank.at(OFFICER), OTHER, "退役"))
        with pytest.raises(ControlError, match="no key would be left"):
            keys.end_machine(bank.at(OFFICER), SERVER, "退役")
        with pytest.raises(ControlError, match="no machine"):
            keys.end_machine(bank.at(OFFICER), "QD04-pc", "退役")

    def test_who_may_not_ask_or_approve(self, bank):
        with pytest.raises(ControlError):
            keys.end_machine(bank.at(RM), OTHER, "退役")
        [asked] = keys.end_machine(bank.at(OFFICER), OTHER, "退役").requests
        for who in (OFFICER, HEAD):
            with pytest.raises(ControlError):
                bank.approve(asked.number, who)

    @pytest.mark.parametrize("name", ["2026", "", "a b", "x" * 40, "机器"])
    def test_what_is_no_name_of_a_machine(self, bank, name):
        with pytest.raises(UsageError):
            keys.enter_machine(bank.at(OFFICER), name, WHY)

    def test_a_unit_that_nobody_knows_has_no_ledgers(self, bank):
        with pytest.raises(ControlError, match="register of units"):
            keys.enter_machine(bank.at(OFFICER), "new", WHY, units=(UnitCode("ZZ99"),))

    def test_whoever_may_not_read_a_key_lists_them_all(self, bank):
        bank.at().keys.path(MACHINE_KEY_NAME).chmod(0o644)
        assert [(one.machine, one.here) for one in keys.machines(bank.at())] == [
            ("", False),
            (OTHER, False),
            (SERVER, False),
        ]

    def test_of_what_is_no_key_only_what_can_be_read_is_told(self, bank):
        wrong = File(name="x", data=b"\x00\xffab" + b"\x01" * 99)
        with pytest.raises(StoreError) as refusal:
            keys.enter_machine(bank.at(OFFICER), "new", WHY, key=wrong)
        assert "'ab' is not" in refusal.value.reason.text(Language.EN)

    def test_a_key_is_one_machines_and_nobody_elses(self, bank):
        person = File(
            name="x", data=bank.at().registry.staff.person(StaffNumber.parse(RM)).keys[0].encode()
        )
        for key in (person, pub(shared(bank)), pub(YANTAI)):
            with pytest.raises(ControlError, match="entered before"):
                keys.enter_machine(bank.at(OFFICER), "ZB02-pc", WHY, key=key)
        with pytest.raises(ControlError, match="already"):
            enter(bank, SERVER)


class TestAnotherKeySigned:
    """The newest checkpoint, or one that somebody honest has gone on from since."""

    @pytest.mark.parametrize("gone_on", [False, True])
    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (shared, "LEDGER-KEY-ENDED"),
            (lambda _: SigningKey.generate("x"), "LEDGER-SIGNATURE"),
            (lambda _: YANTAI, "LEDGER-KEY-OTHER"),
        ],
        ids=["ended", "nobody's", "another unit's"],
    )
    def test_in_a_volume(self, bank, key, code, gone_on):
        issue_again(bank, LOGGED, LATE, ledger_key=key(bank))
        if gone_on:
            issue_again(bank, replace(LOGGED, serial=2), LATE)
        told(bank, code)

    @pytest.mark.parametrize("gone_on", [False, True])
    def test_in_control(self, bank, gone_on):
        append(bank, OFFICER, unit_event(UNIT), ledger_key=shared(bank), day=LATE)
        if gone_on:
            append(bank, OFFICER, unit_event(UNIT, 2), day=LATE)
        told(bank, "LEDGER-KEY-ENDED")

    def test_on_an_old_state_of_control(self, visited, bank):
        """What an act says of the state it knew is no excuse: sizes count."""
        before = Bank(visited).at().registry.control.checkpoint
        day = LATE - timedelta(days=20)
        issue_again(bank, LOGGED, day, ledger_key=shared(bank), relied_on=before)
        assert "LEDGER-KEY-ENDED" in bank.codes()

    def test_before_control_named_it(self, visited, bank):
        before = Bank(visited).at().registry.control.checkpoint
        issue_again(bank, LOGGED, LATE, relied_on=before)
        told(bank, "LEDGER-KEY-EARLY")

    def test_in_a_volume_that_was_not_there(self, bank):
        visit_again(bank)
        ref = LOGGED.volume.ref.replace("JN01", "YT03")
        event = NewEvent(
            facts=MachineEntered(digest="0" * 64, machine="x", key="", ledgers=(), signature=""),
            subject="x",
            directory="x",
        )
        append(bank, OFFICER, event, ref=ref, ledger_key=shared(bank), day=LATE)
        assert "LEDGER-KEY-ENDED" in bank.codes()


class TestSignedLate:
    """A machine had not heard that its key ended, and sealed on: two people confirm it."""

    @pytest.fixture
    def late(self, bank):
        issue_again(bank, LOGGED, LATE, ledger_key=shared(bank))
        issue_again(bank, replace(LOGGED, serial=2), LATE)
        told(bank, "LEDGER-KEY-ENDED")
        return bank

    def confirmed(self, bank):
        [request] = keys.confirm_late(bank.at(OFFICER), SERVER, "未及时得知停用").requests
        told(bank, "LEDGER-KEY-ENDED")
        return request

    def test_it_is_told_with_who_and_when_and_is_no_fault(self, late):
        size = late.at().store.require_head(LOGGED.volume.ref).checkpoint.size
        late.approve(self.confirmed(late).number, PRESIDENT)
        found = store.verify(late.at())
        assert found.ok
        [finding] = found.findings
        assert finding.code == "LEDGER-KEY-CONFIRMED"
        assert finding.path == f"control:{LOGGED.volume.ref.removeprefix('refs/heads/')}"
        words = finding.message.text(Language.EN)
        names = [
            late.at().registry.staff.person(StaffNumber.parse(one)).name
            for one in (OFFICER, PRESIDENT)
        ]
        assert all(one in words for one in (*names, f"act {size - 1} ", LATE.isoformat()))
        assert visit_again(late)
        told(late, "LEDGER-KEY-CONFIRMED")

    def test_what_the_key_signs_after_that_is_a_fault_again(self, late):
        late.approve(self.confirmed(late).number, PRESIDENT)
        issue_again(late, replace(LOGGED, serial=3), LATE, ledger_key=shared(late))
        told(late, "LEDGER-KEY-CONFIRMED", "LEDGER-KEY-ENDED")

    def test_it_takes_two_people(self, late):
        request = self.confirmed(late)
        with pytest.raises(ControlError):
            late.approve(request.number, OFFICER)
        told(late, "LEDGER-KEY-ENDED")

    def test_of_a_machine_that_ended_as_well(self, late):
        approve(late, keys.end_machine(late.at(OFFICER), OTHER, "退役"))
        issue_again(late, replace(LOGGED, serial=3), LATE)
        [request] = keys.confirm_late(late.at(OFFICER), OTHER, "未及时得知停用").requests
        late.approve(request.number, PRESIDENT)
        told(late, "LEDGER-KEY-CONFIRMED")
        [ended] = [one for one in keys.machines(late.at()) if one.machine == OTHER]
        assert ended.ended

    def test_where_nothing_was_signed_late(self, bank):
        with pytest.raises(ControlError, match="nothing"):
            keys.confirm_late(bank.at(OFFICER), SERVER, WHY)
        with pytest.raises(ControlError, match="no machine"):
            keys.confirm_late(bank.at(OFFICER), "QD04-pc", WHY)

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"size": 1}, "LEDGER-REWRITTEN"),
            ({"root": b"x" * 32}, "LEDGER-REWRITTEN"),
            ({"size": 999}, "LEDGER-BACK"),
            ({"origin": "rmdocs/control"}, "MACHINE-OTHER"),
        ],
    )
    def test_a_state_that_was_none_or_not_signed_late(self, late, wrong, code):
        """Refused where it is approved; sealed all the same it is told."""
        number = self.confirmed(late).number
        control = late.at().store.require_head(CONTROL_REF)
        honest = MachineOrder.from_toml(control.read(f"requests/{number}/machine.toml"))
        order = replace(honest, late=(replace(honest.late[0], **wrong),))
        with pytest.raises((ControlError, FindingsError)):
            machine_entry(late, order)
        event = entered(
            late,
            SERVER,
            key=own(late),
            data=order.to_toml(),
            ledgers=order.ledgers,
            signature=order.named.named_by(own(late)).signature,
            sizes=(control.checkpoint,),
            late=order.late,
        )
        moved_on = replace(event.files[0], path=f"machines/{SERVER}/0002.toml")
        append(late, OFFICER, replace(event, files=(moved_on,)), day=LATE)
        assert late.codes() >= {"REQUEST-MISSING", code}

    def test_facts_that_say_other_states_than_the_file(self, late):
        event = entered(late, "ZB02-pc", late=())
        state = late.at().store.require_head(LOGGED.volume.ref).checkpoint
        facts = replace(event.facts, late=(state,))
        append(late, OFFICER, replace(event, facts=facts), day=LATE)
        assert "MACHINE-OTHER" in late.codes()


def machine_entry(bank, order):
    return MACHINE.new_event(
        bank.at().store, bank.at().registry.control, order.to_toml(), WHY, None
    )


class TestFounder:
    def test_is_to_be_ended_once_there_is_an_officer(self, visited, bank):
        """Told, and no fault."""
        found = store.verify(Bank(visited).at())
        assert (found.founder, found.findings, found.ok) == (True, (), True)
        assert "--end-founder" in found.told_founder.text(Language.EN)
        assert not store.verify(bank.at()).founder

    def test_acts_after_their_power_ended(self, bank):
        key = shared(bank)
        actor = replace(
            bank.at(OFFICER).acting().actor,
            staff_no=str(FOUNDER),
            name=founder(key).name,
            fingerprint=key.fingerprint,
        )
        append(bank, OFFICER, unit_event(UNIT), actor=actor, key=key, day=LATE)
        told(bank, "FOUNDER-ENDED", "KEY-REVOKED")

    def test_is_entered_again_and_acts(self, bank):
        key = SigningKey.generate("x")
        back = replace(founder(key), keys=(key.public_line,))
        append(bank, OFFICER, person_event(back, 2), day=LATE)
        told(bank, "FOUNDER-BACK")
        actor = replace(
            bank.at(OFFICER).acting().actor,
            staff_no=str(FOUNDER),
            name=back.name,
            fingerprint=key.fingerprint,
        )
        append(bank, OFFICER, unit_event(UNIT), actor=actor, key=key, day=LATE)
        told(bank, "FOUNDER-BACK", "FOUNDER-ENDED")

    def test_acts_on_a_record_with_another_key(self, visited, copied):
        """Entered while they still had power, and not revoked."""
        bank, key = copied(visited), SigningKey.generate("x")
        back = replace(founder(key), keys=(shared(bank).public_line, key.public_line))
        append(bank, OFFICER, person_event(back, 2), day=LATE)
        enter(bank, SERVER, end_founder=True)
        told(bank)
        actor = replace(
            bank.at(OFFICER).acting().actor,
            staff_no=str(FOUNDER),
            name=back.name,
            fingerprint=key.fingerprint,
        )
        issue_again(bank, LOGGED, LATE, actor=actor, key=key)
        assert "FOUNDER-ENDED" in bank.codes()

    def test_does_not_end_before_a_machine_has_a_key(self, visited, copied):
        bank = copied(visited)
        asked = keys.revoke(bank.at(OFFICER), FOUNDER, WHY).request
        for end in (
            lambda: bank.approve(asked.number, PRESIDENT),
            lambda: keys.revoke(bank.at(str(FOUNDER)), FOUNDER, WHY),
        ):
            with pytest.raises(ControlError, match="no machine has"):
                end()
        told(bank)

    def test_ends_by_themselves(self, visited, copied):
        bank = copied(visited)
        enter(bank, SERVER)
        done = keys.revoke(bank.at(str(FOUNDER)), FOUNDER, WHY)
        assert done.request is None
        told(bank)
        visit_again(bank)
        told(bank)


def entered(bank, machine="ZB02-pc", **wrong):
    """Return an entry of a machine, every part of which can be made wrong."""
    key = wrong.pop("key", SigningKey.generate("x"))
    order = MachineOrder(machine=machine, key=key.public, ledgers=("control", "records/*/ZB02"))
    by, data = wrong.pop("by", own(bank)), wrong.pop("data", order.to_toml())
    facts = MachineEntered(
        digest=canonical.sha256(data),
        machine=machine,
        key=verifier_line(order.key),
        ledgers=order.ledgers,
        signature=order.named.named_by(by).signature,
    )
    path = f"{order.directory}/0001.toml"
    return NewEvent(
        facts=replace(facts, **wrong),
        subject=f"machine {machine}",
        directory=order.directory,
        files=(NewFile(path=path, data=data, media_type="application/toml"),),
        reason=WHY,
    )


class TestCutBehindAnEntry:
    """The key that signed what is known from outside is nobody's in a control that went back."""

    def against(self, bank, refs, against):
        for ref, commit in refs.items():
            bank.git("update-ref", ref, commit) if commit else bank.git("update-ref", "-d", ref)
        bank.close()
        store_now = bank.at().store
        found = compared(store_now, against, ledger_keys(store_now.require_head(CONTROL_REF)))
        return {(one.path, one.code) for one in found.findings}

    def pins(self, bank):
        return store.pins_from(File(name="x", data=store.checkpoint(bank.at()).text.encode()))

    def test_control_went_back_however_far(self, moved, copied_in_git):
        bank = copied_in_git(moved)
        pins = [one for one in self.pins(bank) if one.ref == CONTROL_REF]
        for back in range(1, 8):  # behind the founder's end, and both entries
            cut = bank.git("rev-parse", f"{CONTROL_REF}~1")
            told = self.against(bank, {CONTROL_REF: cut}, pins)
            assert told == {("control", "LEDGER-BACK")}, back

    def test_a_volume_that_went_with_it(self, moved, copied_in_git):
        bank = copied_in_git(moved)
        ref = visit_again(bank).volume.ref
        pins = [one for one in self.pins(bank) if one.ref == ref]
        control = bank.git("rev-parse", f"{CONTROL_REF}~7")
        place = ref.removeprefix("refs/heads/")
        told = self.against(bank, {CONTROL_REF: control, ref: f"{ref}~1"}, pins)
        assert told == {(place, "LEDGER-BACK")}
        assert self.against(bank, {ref: ""}, pins) == {(place, "LEDGER-GONE")}

    def test_an_entry_for_more_ledgers(self, bank):
        """A key that is entered, but not for this ledger, as the acts that said so are gone."""
        control = bank.at().store.require_head(CONTROL_REF).checkpoint
        [pin] = store.pins_from(
            File(name="x", data=replace(control, size=control.size + 1).sign(YANTAI).encode())
        )
        narrow = LedgerKeys(
            founding=registers_keys(bank).founding,
            machines=(LedgerKey(public=YANTAI.public, machine=OTHER, ledgers=("records/*/YT03",)),),
        )
        assert narrow.fault(pin.note).code == "LEDGER-KEY-OTHER"
        [finding] = compared(bank.at().store, [pin], narrow).findings
        assert finding.code == "LEDGER-BACK"
        assert "another store" in finding.message.text(Language.EN)

    def test_a_checkpoint_no_longer_than_the_ledger_is_anothers(self, bank):
        note = bank.at().registry.control.checkpoint.sign(NEW)
        found = store.verify(bank.at(), against=store.pins_from(File(name="x", data=note.encode())))
        assert [one.code for one in found.findings] == ["PIN-SIGNATURE"]


class TestEntries:
    def test_by_one_person(self, bank):
        append(bank, OFFICER, entered(bank), day=LATE)
        told(bank, "REQUEST-MISSING")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (lambda bank: {"by": shared(bank)}, "MACHINE-UNNAMED"),
            (lambda _: {"by": SigningKey.generate("x")}, "MACHINE-UNNAMED"),
            (lambda bank: {"key": shared(bank)}, "MACHINE-KEY"),
            (lambda _: {"key": YANTAI}, "MACHINE-KEY"),
            (lambda bank: {"key": bank.at().keys.load(RM)}, "MACHINE-KEY"),
            (lambda _: {"data": b"machine = 5\n"}, "MACHINE-OTHER"),
            (lambda _: {"digest": "0" * 64}, "MACHINE-OTHER"),
            (
                lambda _: {"sizes": (Checkpoint(origin="rmdocs/control", size=0, root=b"x" * 32),)},
                "MACHINE-SIZE",
            ),
        ],
    )
    def test_that_rmdocs_refuses(self, bank, wrong, code):
        append(bank, OFFICER, entered(bank, **wrong(bank)), day=LATE)
        told(bank, "REQUEST-MISSING", code)

    def test_by_a_key_that_names_itself(self, bank):
        """Who can put commits there, and has somebody's key, but none that signs ledgers."""
        rogue = SigningKey.generate("x")
        append(bank, OFFICER, entered(bank, by=rogue, key=rogue), ledger_key=rogue, day=LATE)
        append(bank, OFFICER, unit_event(UNIT), ledger_key=rogue, day=LATE)
        told(bank, "REQUEST-MISSING", "MACHINE-UNNAMED", "LEDGER-SIGNATURE")
        with pytest.raises(FindingsError):
            store.checkpoint(bank.at())
        findings = records.trace(bank.at(), str(LOGGED)).findings
        assert {one.code for one in findings} == {"LEDGER-SIGNATURE"}

    def test_by_a_machine_of_another_unit(self, bank):
        """Refused where it is approved; sealed all the same, it counts as named by nobody."""
        [asked] = keys.enter_machine(bank.at(OFFICER), "ZB02-pc", WHY, key=pub(NEW)).requests
        path = bank.at().keys.path(MACHINE_KEY_NAME)
        server = own(bank)
        path.rename(path.with_suffix(".old"))
        YANTAI.save(path)
        with pytest.raises(ControlError, match="cannot be named here"):
            bank.approve(asked.number, PRESIDENT, LATE)
        path.unlink()
        server.save(path)
        append(bank, OFFICER, entered(bank, by=YANTAI, key=NEW), day=LATE)
        told(bank, "REQUEST-MISSING", "MACHINE-UNNAMED")
        narrow = ("control", "records/RXD7200-01/YT03")
        order = MachineOrder(machine="YT03-2", key=NEW.public, ledgers=narrow)
        assert LedgerKey(public=YANTAI.public, ledgers=("control", "records/*/YT03")).may_name(
            order.named
        )

    def test_for_other_ledgers_than_its_file_says(self, bank):
        append(bank, OFFICER, entered(bank, ledgers=("control", "records")), day=LATE)
        told(bank, "REQUEST-MISSING", "MACHINE-OTHER", "MACHINE-UNNAMED")

    def test_of_a_key_that_had_ended(self, bank):
        approve(bank, keys.end_machine(bank.at(OFFICER), OTHER, "退役"))
        control = bank.at().store.require_head(CONTROL_REF).checkpoint
        event = entered(bank, OTHER, key=YANTAI, sizes=(control,))
        moved_on = replace(event.files[0], path=f"machines/{OTHER}/0003.toml")
        append(bank, OFFICER, replace(event, files=(moved_on,)), day=LATE)
        told(bank, "REQUEST-MISSING", "MACHINE-KEY")

    def test_of_sizes_that_never_were(self, bank):
        control = bank.at().store.require_head(CONTROL_REF).checkpoint
        event = entered(bank, OTHER, sizes=(replace(control, root=b"x" * 32),))
        moved_on = replace(event.files[0], path=f"machines/{OTHER}/0002.toml")
        append(bank, OFFICER, replace(event, files=(moved_on,)), day=LATE)
        told(bank, "REQUEST-MISSING", "LEDGER-REWRITTEN")


@pytest.fixture(scope="module")
def proved(once, moved):
    """A moved store with one record of before and one of after, and the key that leads to it."""
    root = once.copy(moved, "moved on", lambda root: visit_again(Bank(root)) and None)[0]
    return Bank(root), proving.trusted(Bank(root).at()).data


def test_a_drill_goes_on_with_keys_of_its_own(moved, copied_in_git):
    bank = copied_in_git(moved)
    visit_again(bank)
    before = registers_keys(bank)
    rekeyed(bank.store).close()
    now = registers_keys(bank)
    assert not {one.public for one in before.all} & {one.public for one in now.all}
    assert len(now.chain(now.machines[-1])) == 1
    told(bank)


def test_nobody_seals_while_a_key_ends(moved, copied_in_git):
    """Else what is sealed between the counting and the end would be a fault for ever."""
    bank = copied_in_git(moved)
    work = bank.at(OFFICER)
    thread = Thread(target=visit_again, args=(bank,))
    before = bank.refs()
    with work.store.keys_held(ending=True):
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        assert bank.refs() == before
    thread.join()
    assert bank.refs() != before
    told(bank)


class TestProofs:
    def proof(self, bank, serial):
        number = str(replace(LOGGED, serial=serial))
        [document, *_] = records.export(bank.at(), RecordNumber.parse(number))
        return document.data, proving.prove(bank.at(), number).file.data

    @pytest.mark.parametrize("serial", [1, 2])
    def test_the_founding_key_leads_to_the_machine(self, proved, serial):
        bank, trusted = proved
        document, proof = self.proof(bank, serial)
        assert judged(document, proof, trusted) == ""
        assert "PROOF-LEDGER-KEY" in lacks(document, proof, trusted)
        assert len(proof) < 4096

    @pytest.mark.parametrize("serial", [1, 2])
    def test_a_receipt_is_signed_by_the_machine_to_which_the_founding_key_leads(
        self, proved, serial
    ):
        bank, trusted = proved
        number = str(replace(LOGGED, serial=serial))
        [document, *_] = records.export(bank.at(), RecordNumber.parse(number))
        made = proving.receipt(bank.at(), number).file
        assert key_id(own(bank).public) in made.data[:20]
        assert proving.judge(document, made, File(name="keys", data=trusted)).ok

    def test_proofs_and_keys_of_before_stay_good(self, visited, proved):
        before = Bank(visited)
        document, proof = self.proof(before, 1)
        assert proving.trusted(before.at()).data == proved[1]
        assert judged(document, proof, proved[1]) == ""
        assert b"rmdocs/1 " in Taken(proof).texts[0]

    def test_another_key_leads_nowhere(self, proved):
        bank, trusted = proved
        document, proof = self.proof(bank, 2)
        taken = Taken(proof)
        words = taken.texts[0].split(b" ")
        assert words[:1] == [b"rmdocs/2"]
        machine = LedgerKey(public=own(bank).public, machine=SERVER)
        unit = LedgerKey(public=YANTAI.public, machine=OTHER, ledgers=("records/*/YT03",))
        yantai = replace(unit, ledgers=("control", "records/*/YT03")).named_by(shared(bank))
        jinan = replace(machine, ledgers=("control", "records/RXD7200-02"))
        thief = SigningKey.generate("x")

        def chain(*keys):
            return [word for key in keys for word in spelled(key)]

        named = unit.named_by(shared(bank))
        for wrong in (
            [],  # none
            chain(machine.named_by(thief)),  # by nobody
            chain(named, machine.named_by(YANTAI)),  # by a machine that signs no control
            chain(yantai, machine.named_by(YANTAI)),  # by one that signs other ledgers
            chain(yantai, jinan.named_by(YANTAI)),
            chain(replace(machine.named_by(shared(bank)), machine="other")),
            chain(replace(machine.named_by(shared(bank)), ledgers=("control", "records/*/JN01"))),
            chain(named),  # another's
        ):
            taken.texts[0] = b" ".join([*words[:3], *wrong])
            assert judged(document, taken.together(), trusted) == "PROOF-CHECKPOINT"
        narrow = replace(machine, ledgers=("control", "records/*/YT03")).named_by(shared(bank))
        taken.texts[0] = b" ".join([*words[:3], *chain(narrow)])
        assert judged(document, taken.together(), trusted) == "PROOF-CHECKPOINT"
        taken.texts[0] = b" ".join([*words[:2], b"00000000", *words[3:]])
        assert judged(document, taken.together(), trusted) == "PROOF-SIGNATURE"
        for damaged in (words[:-1], [*words, b"x"], [*words[:3], b"5", *words[4:]]):
            taken.texts[0] = b" ".join(damaged)
            assert judged(document, taken.together(), trusted) == "PROOF-FORMAT"

    @pytest.mark.parametrize("serial", [1, 2])
    @given(place=st.integers(0), bit=st.integers(0, 7), extra=st.booleans())
    def test_not_a_bit_is_changed(self, proved, serial, place, bit, extra):
        document, proof = shown(proved[0].root, serial)
        if extra:  # with the digest made anew
            taken = Taken(proof)
            head = bytearray(taken.texts[0])
            head[place % len(head)] ^= 1 << bit
            taken.texts[0] = bytes(head)
            changed = taken.together()
        else:
            changed = bytearray(proof)
            changed[place % len(changed)] ^= 1 << bit
        assert judged(document, bytes(changed), proved[1], alike=False) != ""

    def test_nothing_is_told_in_more_words_than_it_takes(self, visited, proved):
        document, proof = self.proof(Bank(visited), 1)
        taken = Taken(proof)
        identity = proved[1].split(b"+")[1]
        taken.texts[0] = taken.texts[0].replace(b"rmdocs/1", b"rmdocs/2") + b" " + identity
        assert judged(document, taken.together(), proved[1]) == "PROOF-FORMAT"


@cache
def shown(root, serial):
    return TestProofs().proof(Bank(root), serial)


def test_a_store_of_the_last_release_is_moved_over_and_written_on(tmp_path):
    bank = unpack(tmp_path / "bank")
    day = date(2026, 11, 3)
    approve(bank, keys.enter_machine(bank.at(OFFICER, day), SERVER, WHY, end_founder=True), day)
    told(bank)
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["content"]["customer"]["name"] = "济南虚构岱岳重工有限公司"  # as entered
    number = bank.issue(sample, day)
    bank.void(number, RM, HEAD)
    told(bank)
    assert "machine.enter" not in registers.policy_text(bank.at())
    with pytest.raises(ControlError, match="for good"):
        bank.at(str(FOUNDER), day).acting()
