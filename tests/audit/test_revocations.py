"""F13: what a revoked key signed is found, whatever date, state or ledger it names."""

from __future__ import annotations

import shutil
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bank import LATE, Bank
from forged import AUTHOR, EFFECTIVE, FORM, PROPOSED, REVIEWER, Forgery
from insider import Insider, customer_entered, on_control
from plaingit import with_file

from rmdocs import canonical
from rmdocs.drill.controlfaults import entry
from rmdocs.drill.insider import ToldEvent
from rmdocs.errors import ControlError, UsageError
from rmdocs.findings import Severity
from rmdocs.identifiers import RecordNumber, StaffNumber
from rmdocs.messages import Language
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import keys, people, records, revising, store

AGREEMENT = "refs/heads/records/RXD7200-01/JN01/2026/1"
LOG = "refs/heads/records/RXD7200-02/JN01/2026/1"
NOTICE = "refs/heads/records/RXD7200-04/JN01/2026/1"
RM, OFFICER = "JN01-0101", "SD00-0004"
PRESIDENT, AUDITOR = "JN01-0002", "SD00-0009"
ME = StaffNumber.parse(RM)
WHY = "U盘遗失"
LOGGED = RecordNumber.parse("RXD7200-02-JN01-2026-0001")


@pytest.fixture
def bank(full_bank):
    """All samples with their stages; nothing revoked yet."""
    return full_bank


@pytest.fixture
def clone(bank, tmp_path):
    """The workspace of another machine, which hears of nothing from now on."""
    return Bank(Path(shutil.copytree(bank.root, tmp_path / "clone")))


@pytest.fixture
def visit(bank):
    """Another call log, to be issued."""
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["content"]["visit"]["topic"] = "结算回访"
    return sample


def revoke(bank, since=None, day=LATE):
    return keys.revoke(bank.at(RM, day), ME, WHY, since)


def renew(bank):
    """Give the person a new key, as it is done: made where they are, entered by the officer."""
    path = bank.root / "keys" / f"{RM}.key"
    path.rename(path.with_suffix(".old"))
    workspace = bank.at(OFFICER)
    people.new_key(workspace, ME)
    person = workspace.registry.staff.person(ME)
    people.add(workspace, ME, person.name, person.unit, sorted(person.roles))


def bring(bank, clone, ref):
    """Take a ledger over from another machine, as git does."""
    latest = clone.afterwards().now()
    bank.close()
    clone.close()
    bank.git("fetch", "-q", str(clone.store), f"{ref}:{ref}")
    bank.opened(None, latest)


def told(bank, code):
    """Verify; return the findings of a code, each told whole in both languages."""
    found = [one for one in store.verify(bank.afterwards()).findings if one.code == code]
    for finding in found:
        for language in Language:
            for text in (finding.message, finding.remedy):
                assert "{" not in text.text(language)
            assert finding.message.text(language)
        assert finding.clause
    return found


class TestSignedAfter:
    """Once a key is revoked, sizes count: dates and states of control can be lied about."""

    def test_a_revocation_alone_is_no_fault(self, bank):
        revoke(bank)
        assert bank.codes() == set()

    @pytest.mark.parametrize("days", [0, 20])
    def test_on_a_machine_that_had_not_heard_of_it(self, bank, clone, visit, days):
        """Dated today, or before the revocation, on the control ledger of before."""
        revoke(bank)
        number = clone.issue(visit, LATE - timedelta(days=days))
        bring(bank, clone, LOG)
        assert bank.codes() == {"KEY-REVOKED"}
        [finding] = told(bank, "KEY-REVOKED")
        assert finding.severity is Severity.ERROR
        assert str(number) in finding.path
        assert "key confirm RXD7200-02/JN01/2026/1:" in finding.remedy.text(Language.EN)
        traced = records.trace(bank.at(), str(number)).findings
        assert [one.code for one in traced] == ["KEY-REVOKED"]
        # What was there when it was revoked is good.
        assert records.trace(bank.at(), str(LOGGED)).findings == ()

    def test_in_a_volume_that_was_not_there(self, visited_bank, tmp_path):
        bank = visited_bank
        clone = Bank(Path(shutil.copytree(bank.root, tmp_path / "clone")))
        revoke(bank)
        clone.issue(bank.sample("RXD7200-04-JN01"), LATE)
        bring(bank, clone, NOTICE)
        # Its opening lies on the other control ledger: two states of control are never joined.
        assert bank.codes() == {"KEY-REVOKED", "VOLUME-UNREGISTERED"}
        [finding] = told(bank, "KEY-REVOKED")
        assert finding.path.startswith(NOTICE.removeprefix("refs/heads/"))

    def test_is_told_no_more_than_that_once_its_owner_has_confirmed_it(self, bank, clone, visit):
        revoke(bank)
        clone.issue(visit, LATE)
        bring(bank, clone, LOG)
        with pytest.raises(ControlError, match="was revoked"):
            keys.confirm(bank.at(RM), "本人所为")
        renew(bank)
        [waiting] = keys.questioned(bank.at(RM))
        with pytest.raises(ControlError, match="control:1"):
            keys.confirm(bank.at(RM), "本人所为", ["control:1"])
        assert keys.confirm(bank.at(RM), "本人所为", [waiting.act]) == [waiting]
        assert keys.questioned(bank.at(RM)) == []
        [finding] = store.verify(bank.afterwards()).findings
        assert (finding.code, finding.severity) == ("KEY-REVOKED-CONFIRMED", Severity.WARNING)
        told(bank, finding.code)

    def test_long_after_the_new_key_was_entered_it_is_told_once(self, bank, clone, visit):
        """An honest act on a machine that is brought up to date only days later."""
        revoke(bank)
        renew(bank)
        clone.issue(visit, LATE + timedelta(days=5))
        bring(bank, clone, LOG)
        assert bank.codes() == {"KEY-REVOKED"}
        keys.confirm(bank.at(RM), "本人所为")
        assert store.verify(bank.afterwards()).ok

    def test_a_revoked_key_confirms_nothing(self, bank, clone, visit):
        revoke(bank)
        clone.issue(visit, LATE)
        bring(bank, clone, LOG)
        before = told(bank, "KEY-REVOKED")
        event = _questioned(bank)
        insider = Insider(bank)
        who = next(one.actor for one in bank.at().store.require_head(LOG).events(LOGGED.directory))
        on_control(
            insider,
            who,
            _confirmation(event),
        )
        assert bank.codes() == {"KEY-REVOKED"}
        assert len(told(bank, "KEY-REVOKED")) == len(before) + 1

    def test_on_control(self, bank):
        insider = Insider(bank)
        before = insider.bank.at(RM).acting().actor
        revoke(bank)
        customer_entered(insider, before)
        assert bank.codes() == {"KEY-REVOKED"}

    def test_as_an_approval_in_somebody_elses_act(self, copied_in_git, founded):
        bank = copied_in_git(founded)
        revising.propose(bank.at(AUTHOR, PROPOSED), FORM, "增加联系方式", EFFECTIVE)
        revising.submit(bank.at(AUTHOR, PROPOSED), FORM)
        keys.revoke(bank.at(REVIEWER, PROPOSED), StaffNumber.parse(REVIEWER), WHY)
        Forgery.of(bank).seal()
        [finding] = told(bank, "KEY-REVOKED")
        assert finding.path.endswith("-release.json")
        assert REVIEWER in finding.message.text(Language.EN)


class TestInDoubt:
    def since(self, bank):
        """Return a moment before which some of the person's acts were, and some after."""
        acts = records.trace(bank.at(), "RXD7200-04-JN01-2026-0001").acts
        mine = [one.time for one in acts if one.staff_no == RM]
        return mine[-1]

    def test_what_the_key_signed_since_waits_for_its_owner(self, bank):
        done = revoke(bank, self.since(bank))
        assert done.in_doubt > 0
        found = store.verify(bank.afterwards()).findings
        assert {one.code for one in found} == {"KEY-DOUBT"}
        assert len(found) == done.in_doubt
        assert {one.severity for one in found} >= {Severity.ERROR}
        for finding in told(bank, "KEY-DOUBT"):
            assert "in doubt" in finding.message.text(Language.EN)
        renew(bank)
        keys.confirm(bank.at(RM), "逐条核对，均为本人所为")
        assert bank.codes() == set()

    @pytest.mark.parametrize("path", [f"people/{RM}/0001.json", "policy/0001.toml"])
    def test_is_told_in_a_damaged_store_too(self, bank, path):
        revoke(bank, self.since(bank))
        with_file(bank, path, b"damaged", CONTROL_REF)
        assert {"KEY-DOUBT", "FILE-CHANGED"} <= bank.codes()

    def test_is_told_where_it_is_traced(self, bank):
        revoke(bank, self.since(bank))
        found = records.trace(bank.at(), "RXD7200-04-JN01-2026-0001").findings
        assert {one.code for one in found} == {"KEY-DOUBT"}

    def test_dated_back_before_it_is_in_doubt_as_well(self, bank, visit):
        """Nothing that another key signed shows that it was there before."""
        bank.issue(visit, LATE - timedelta(days=3))
        revoke(bank, datetime.combine(LATE - timedelta(days=2), datetime.min.time(), UTC))
        found = told(bank, "KEY-DOUBT")
        assert {one.severity for one in found} == {Severity.WARNING}
        assert store.verify(bank.afterwards()).ok

    def test_whoever_had_the_key_confirmed_as_well(self, bank):
        """One confirmation that is good is enough, whoever made others before it."""
        since = self.since(bank)
        revoke(bank, since)
        renew(bank)
        [wanted, *_] = [one.act for one in keys.questioned(bank.at(RM))]
        keys.confirm(bank.at(RM), "旧钥匙所签", [wanted])
        # That key was in other hands as well: the confirmation is not theirs.
        [live] = bank.at().registry.staff.person(ME).keys
        keys.revoke(bank.at(RM), ME, WHY, since, PublicKey.parse(live).fingerprint)
        (bank.root / "keys" / f"{RM}.old").unlink()
        renew(bank)
        waiting = [one.act for one in keys.questioned(bank.at(RM))]
        assert wanted in waiting
        keys.confirm(bank.at(RM), "逐条核对", [wanted])
        assert wanted not in [one.act for one in keys.questioned(bank.at(RM))]

    def test_an_act_named_twice_is_confirmed_once(self, bank):
        revoke(bank, self.since(bank))
        renew(bank)
        [first, *_] = keys.questioned(bank.at(RM))
        assert keys.confirm(bank.at(RM), "本人所为", [first.act, first.act]) == [first]

    @pytest.mark.parametrize("year", [1, 206, 1899])
    def test_since_a_year_that_was_mistyped(self, bank, year):
        with pytest.raises(UsageError, match="out of reach"):
            revoke(bank, datetime(year, 1, 1))

    def test_nobody_confirms_for_another(self, bank):
        revoke(bank, self.since(bank))
        with pytest.raises(ControlError):
            keys.confirm(bank.at(OFFICER), "看来是他的")
        insider = Insider(bank)
        event = _questioned(bank)
        on_control(
            insider,
            bank.at(OFFICER).acting().actor,
            _confirmation(event),
        )
        assert bank.codes() == {"KEY-DOUBT", "CONFIRMATION-OTHER"}
        assert _questioned(bank) == event


def _questioned(bank):
    """Return the first act that waits, as a confirmation names it."""
    [found, *_] = keys._questioned(bank.at(), ME)
    digest = canonical.sha256(found.event.to_bytes())
    return {"ledger": found.ledger, "index": found.event.index, "digest": digest}


def _confirmation(act):
    """Return a confirmation of an act, to be sealed by whoever."""
    return ToldEvent(
        kind="confirm-acts",
        subject=f"acts {RM}",
        directory=f"confirmations/{RM}",
        reason="代为确认",
        facts={"staff_no": RM, "acts": [act]},
    )


class TestTheRevocationItself:
    def test_somebody_elses_takes_two_people(self, bank):
        asked = keys.revoke(bank.at(OFFICER), ME, WHY)
        assert asked.request is not None
        assert bank.codes() == set()
        assert bank.at(RM).acting()
        with pytest.raises(ControlError):
            bank.approve(asked.request.number, OFFICER)
        bank.approve(asked.request.number, PRESIDENT)
        assert bank.codes() == set()
        with pytest.raises(ControlError, match="was revoked"):
            bank.at(RM).acting()

    def test_by_somebody_else_alone(self, bank):
        insider = Insider(bank)
        revoke(bank)

        def change(acts):
            acts[-1].actor = bank.at(OFFICER).acting().actor

        insider.rewrite(CONTROL_REF, change)
        assert "REQUEST-MISSING" in bank.codes()

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda said: said["ledgers"].pop(0), "REVOCATION-SIZE"),
            (lambda said: said["ledgers"].append(said["ledgers"][-1]), "REVOCATION-SIZE"),
            (lambda said: said["ledgers"][-1].update(size=900), "LEDGER-BACK"),
            (lambda said: said["ledgers"][-1].update(root="00" * 32), "LEDGER-REWRITTEN"),
            (lambda said: said.update(staff_no=OFFICER), "REVOCATION-OTHER"),
            (lambda said: said.update(fingerprint="SHA256:" + "A" * 43), "REVOCATION-KEY"),
            (lambda said: said.update(since="2026-01-01T00:00:00Z"), "REVOCATION-OTHER"),
            (lambda said: said.pop("fingerprint"), "EVENT-FACTS"),
        ],
    )
    def test_that_says_something_else(self, bank, change, code):
        insider = Insider(bank)
        revoke(bank)

        def lie(acts):
            [event] = acts[-1].events
            event.facts = deepcopy(event.facts)
            change(event.facts)

        insider.rewrite(CONTROL_REF, lie)
        assert code in bank.codes()

    def test_that_takes_out_of_doubt_what_nobody_else_showed(self, bank):
        """Who revokes for a thief may name every act as one that was sure."""
        insider = Insider(bank)
        since = TestInDoubt().since(bank)
        assert revoke(bank, since).in_doubt

        def lie(acts):
            [event] = acts[-1].events
            event.facts = {**event.facts, "sure": event.facts["ledgers"]}

        insider.rewrite(CONTROL_REF, lie)
        assert bank.codes() == {"REVOCATION-SURE"}
        assert told(bank, "REVOCATION-SURE")

    def test_again_with_the_key_that_was_revoked(self, bank):
        """Only the first revocation may bear its key: whoever has it could doubt all by it."""
        insider = Insider(bank)
        mine = bank.at(RM).acting().actor
        revoke(bank)
        [event] = insider.history(CONTROL_REF)[-1].events
        event.files = {
            path.replace("0001", "0002"): data + b'in_doubt_from = "2026-01-01T00:00:00Z"\n'
            for path, data in event.files.items()
        }
        event.types = dict.fromkeys(event.files, "application/toml")
        [data] = event.files.values()
        control = bank.at().store.require_head(CONTROL_REF).checkpoint
        ledgers = [
            control.to_json() if one["origin"] == control.origin else one
            for one in event.facts["ledgers"]
        ]
        event.facts = {
            **event.facts,
            "digest": canonical.sha256(data),
            "ledgers": ledgers,
            "since": "2026-01-01T00:00:00Z",
            "sure": [],
        }
        on_control(
            insider,
            mine,
            event,
        )
        assert "KEY-REVOKED" in bank.codes()
        assert any("0002" in one.path or "revoke" in one.path for one in told(bank, "KEY-REVOKED"))

    def test_a_ledger_set_back_behind_it_is_named_without_anything_from_outside(self, bank):
        """The sizes are pins that lie inside: who has not every key cannot cut what they count."""
        revoke(bank)
        insider = Insider(bank)
        insider.point(NOTICE, bank.git("rev-parse", f"{NOTICE}~1"))
        assert "LEDGER-BACK" in bank.codes()

    def test_a_key_does_not_come_back(self, bank):
        insider = Insider(bank)
        person = bank.at().registry.staff.person(ME)
        revoke(bank)
        value = {**person.to_json()}
        on_control(
            insider,
            bank.at(OFFICER).acting().actor,
            entry(RM, 2, value),
        )
        assert bank.codes() == {"KEY-BACK"}
        with pytest.raises(ControlError, match="was revoked"):
            bank.at(RM).acting()


@pytest.mark.ssh_keygen
def test_plain_git_follows(bank, clone, visit):
    """What was signed before stays good to git; what is dated after the revocation is not."""
    revoke(bank)
    assert set(_states(bank, AGREEMENT)) == {"G"}
    assert set(_states(bank, CONTROL_REF)) == {"G"}
    clone.issue(visit, LATE + timedelta(days=1))
    bring(bank, clone, LOG)
    first, *rest = _states(bank, LOG)
    assert first != "G"
    assert set(rest) == {"G"}
    # A machine that hears of it writes it down with its next act.
    clone.git("fetch", "-q", str(bank.store), f"{CONTROL_REF}:{CONTROL_REF}")
    clone.at(OFFICER).acting()
    assert "valid-before" in (clone.store / "allowed_signers").read_text()


def _states(bank, ref):
    signers = f"gpg.ssh.allowedSignersFile={bank.store / 'allowed_signers'}"
    return bank.git("-c", signers, "log", "--format=%G?", ref).split()
