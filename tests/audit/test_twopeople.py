"""F11: what takes two people, sealed as no procedure would, is found by verifying."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bank import LATE
from forged import APPROVER, AUTHOR, OFFICER, append
from last_release import unpack

from rmdocs import canonical
from rmdocs.control.policy import BUILT_IN
from rmdocs.control.releasing import approve
from rmdocs.control.requesting import decision
from rmdocs.control.requestkinds import policy_event, policy_statement
from rmdocs.control.staff import person_event
from rmdocs.errors import StoreError
from rmdocs.events.control import EntryRequested
from rmdocs.events.facts import Unknown
from rmdocs.events.records import RecordVoided, VoidRequested
from rmdocs.identifiers import RecordNumber, RequestNumber, StaffNumber, UnitCode
from rmdocs.issuing.registry import concealed
from rmdocs.registers.records import read_folder
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.workspace import people, records, registers, requests

RM, HEAD, OTHER_RM, STRANGER, AUDITOR = (
    "JN01-0101",
    "JN01-0001",
    "JN01-0102",
    "YT03-0001",
    "SD00-0009",
)
REQUEST, VOID = VoidRequested.KIND, RecordVoided.KIND
VISIT = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
FIRST, SECOND = (RequestNumber.parse(f"{VISIT}-R{serial}") for serial in (1, 2))
DATA = BUILT_IN.read_bytes() + "# 新版\n".encode()


@pytest.fixture
def bank(visited_bank):
    return visited_bank


def act(bank, number=VISIT, kind=VOID, reason="重复", **more):
    """Return an act on a record as it would be sealed, but for what is wrong."""
    control = bank.at().registry
    relied_on, approvals = more.pop("relied_on", ...), more.pop("approvals", ())
    said = {"rules": control.policy.rules, **more} if control.policy.rules > 1 else more
    facts = Unknown(name=kind, said=said)
    if kind == VOID:
        facts = RecordVoided.from_json({"approver": "某人", **said})
    return NewEvent(
        facts=facts,
        subject=str(number),
        directory=number.directory,
        reason=reason,
        relied_on=control.control.checkpoint if relied_on is ... else relied_on,
        approvals=approvals,
    )


def seal(bank, who, new_event):
    append(bank, who, new_event, day=LATE, ref=RecordNumber.parse(new_event.subject).volume.ref)


def naming(bank, request=FIRST, **wrong):
    """Return the facts by which an approval names a request."""
    return {**decision(requests.get(bank.at(), request)).to_json(), **wrong}


def signed(bank, statement, *people):
    """Return a statement signed by people whose keys lie in one folder, as it once was."""
    work = bank.at()
    return tuple(
        approve(
            canonical.encode(statement) if isinstance(statement, dict) else statement,
            work.registry.staff.person(StaffNumber.parse(one)),
            work.keys.load(one),
        )
        for one in people
    )


class TestVoid:
    def test_as_it_should_be(self, bank):
        bank.ask(VISIT, RM)
        seal(bank, HEAD, act(bank, **naming(bank)))
        assert bank.codes() == set()

    @pytest.mark.parametrize("people", [(), (HEAD,)])
    def test_that_nobody_asked_for(self, bank, people):
        """An approval inside the void is none any more, however well it is signed."""
        statement = {"act": VOID, "number": str(VISIT), "reason": "重复"}
        seal(bank, RM, act(bank, approvals=signed(bank, statement, *people)))
        assert bank.codes() == {"REQUEST-MISSING"}

    def test_of_another_record(self, bank, visit):
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        other = bank.issue(visit)
        bank.ask(VISIT, RM)
        seal(bank, HEAD, act(bank, other, **naming(bank)))
        assert bank.codes() == {"REQUEST-UNKNOWN"}

    def test_for_another_reason_than_was_asked(self, bank):
        bank.ask(VISIT, RM)
        seal(bank, HEAD, act(bank, reason="别的", **naming(bank)))
        assert bank.codes() == {"REQUEST-OTHER"}

    def test_for_another_reason_where_it_is_concealed(self, personal_bank, call_back):
        number = personal_bank.issue(call_back)
        asked = personal_bank.ask(number, RM, "客户姓名有误")
        for reason, codes in (("客户姓名有误", set()), ("别的", {"REQUEST-OTHER"})):
            work = personal_bank.at()
            head = work.store.require_head(number.volume.ref)
            key, place = work.registry.record_key(number), len(read_folder(head, number).events) + 1
            new_event = act(personal_bank, number, reason=reason, **naming(personal_bank, asked))
            seal(personal_bank, HEAD, concealed(new_event, key, place))
            # The second is decided already, too.
            assert personal_bank.codes() - {"REQUEST-DECIDED", "ACT-OUT-OF-TURN"} == codes

    def test_of_which_another_event_was_shown(self, bank):
        """The number alone approves nothing: the event is named to the byte."""
        bank.ask(VISIT, RM)
        seal(bank, HEAD, act(bank, **naming(bank, request_sha256="0" * 64)))
        assert bank.codes() == {"REQUEST-UNKNOWN"}

    def test_with_the_approval_of_another_request(self, bank):
        bank.ask(VISIT, RM)
        moved = naming(bank)
        requests.reject(bank.at(RM), FIRST, "撤回")
        bank.ask(VISIT, RM)
        seal(bank, HEAD, act(bank, **naming(bank, SECOND, request_sha256=moved["request_sha256"])))
        assert bank.codes() == {"REQUEST-UNKNOWN"}

    def test_that_was_rejected(self, bank):
        bank.ask(VISIT, RM)
        requests.reject(bank.at(HEAD), FIRST, "不同意")
        seal(bank, HEAD, act(bank, **naming(bank)))
        assert bank.codes() == {"REQUEST-DECIDED"}

    def test_of_a_record_that_had_changed(self, bank, visit):
        bank.ask(VISIT, RM)
        visit["record"]["content"]["visit"]["topic"] = "结算回访"
        bank.amend(VISIT, visit["record"], RM)
        seal(bank, HEAD, act(bank, **naming(bank)))
        assert bank.codes() == {"REQUEST-LAPSED"}

    def test_of_something_else_than_was_asked(self, bank):
        facts = {"request": str(FIRST), "act": "amend"}
        seal(bank, RM, act(bank, kind=REQUEST, **facts))
        seal(bank, HEAD, act(bank, **naming(bank)))
        assert bank.codes() == {"REQUEST-OTHER"}

    @pytest.mark.parametrize("number", [None, 7, "policy-R1", "RXD7200-02-JN01-2026-0002-R1"])
    def test_asked_for_so_that_nobody_can_read_it(self, bank, number):
        """Found by verifying; the record is read, and asked about, as before."""
        seal(bank, RM, act(bank, kind=REQUEST, request=number, act=VOID))
        assert bank.codes() == {"REQUEST-UNREADABLE"}
        assert records.trace(bank.at(), str(VISIT)).request is None
        assert registers.report(bank.at(), "requests").rows == ()
        bank.void(VISIT, RM, HEAD)
        assert bank.codes() == {"REQUEST-UNREADABLE"}

    @pytest.mark.parametrize(
        ("who", "codes"),
        [
            (OTHER_RM, {"APPROVAL-ROLE"}),
            (STRANGER, {"APPROVAL-UNIT"}),
            (RM, {"APPROVAL-SAME", "APPROVAL-ROLE"}),
        ],
    )
    def test_approved_by_somebody_who_may_not(self, bank, who, codes):
        bank.ask(VISIT, RM)
        seal(bank, who, act(bank, **naming(bank)))
        assert bank.codes() == codes

    def test_asked_by_somebody_who_may_not(self, bank):
        seal(
            bank,
            AUDITOR,
            act(bank, kind=REQUEST, request=str(FIRST), act=VOID),
        )
        bank.approve(FIRST, HEAD)
        assert bank.codes() == {"REQUEST-ROLE", "APPROVAL-UNIT"}

    def test_by_one_person_with_two_keys(self, bank):
        bank.ask(VISIT, RM)
        (bank.root / "keys" / f"{RM}.key").unlink()
        work = bank.at(OFFICER)
        people.new_key(work, StaffNumber.parse(RM))
        roles = ["relationship_manager", "department_head"]
        people.add(work, StaffNumber.parse(RM), "王样例", UnitCode("JN01"), roles)
        seal(bank, RM, act(bank, **naming(bank)))
        assert bank.codes() == {"APPROVAL-SAME"}

    def test_by_two_people_with_one_key(self, bank):
        bank.ask(VISIT, RM)
        keys, people = bank.root / "keys", bank.at().registry.staff
        (keys / f"{HEAD}.key").write_bytes((keys / f"{RM}.key").read_bytes())
        first, second = (people.person(StaffNumber.parse(one)) for one in (RM, HEAD))
        append(bank, OFFICER, person_event(replace(second, keys=first.keys), 2), day=LATE)
        seal(bank, HEAD, act(bank, **naming(bank)))
        assert bank.codes() == {"APPROVAL-SAME", "ENTRY-KEY"}

    def test_on_a_control_ledger_that_never_stood_so(self, bank):
        bank.ask(VISIT, RM)
        checkpoint = bank.at().registry.control.checkpoint
        never = replace(checkpoint, root=bytes(32))
        seal(bank, HEAD, act(bank, relied_on=never, **naming(bank)))
        assert bank.codes() == {"RELIED-ON"}


class TestPolicy:
    def test_as_it_should_be(self, bank):
        self.seal(bank, APPROVER)
        assert bank.codes() == set()

    @pytest.mark.parametrize("people", [(), (APPROVER,)])
    def test_that_nobody_asked_for(self, bank, people):
        approvals = signed(bank, policy_statement(DATA, "改"), *people)
        append(bank, OFFICER, replace(policy_event(DATA, 2, "改"), approvals=approvals), day=LATE)
        assert bank.codes() == {"REQUEST-MISSING"}

    def test_with_other_words_than_were_asked_for(self, bank):
        self.seal(bank, APPROVER, DATA + b"# more\n")
        assert bank.codes() == {"REQUEST-OTHER"}

    def test_for_another_reason(self, bank):
        self.seal(bank, APPROVER, reason="别的")
        assert bank.codes() == {"REQUEST-OTHER"}

    def test_approved_by_who_asked(self, bank):
        self.seal(bank, OFFICER)
        assert bank.codes() == {"APPROVAL-SAME", "APPROVAL-ROLE"}

    def test_approved_by_somebody_who_may_not(self, bank):
        self.seal(bank, AUTHOR)
        assert bank.codes() == {"APPROVAL-ROLE"}

    def test_after_another_was_entered(self, bank):
        asked = self.ask(bank)
        file = NewFile(path="policy/0002.toml", data=DATA + b"# 2\n", media_type="application/toml")
        new_event = replace(policy_event(DATA, 2, "改"), files=(file,))
        append(bank, OFFICER, new_event, day=LATE)
        self.seal(bank, APPROVER, asked=asked, entry=3)
        assert bank.codes() == {"REQUEST-MISSING", "REQUEST-LAPSED"}

    def test_of_a_newer_rmdocs(self, bank):
        directory = "requests/tariff-R1"
        file = NewFile(path=f"{directory}/tariff.toml", data=b"", media_type="application/toml")
        number = RequestNumber.parse("tariff-R1")
        facts = EntryRequested(request=number, act="tariff", concerns="tariffs")
        new_event = NewEvent(facts=facts, subject="tariff", directory=directory, files=(file,))
        append(bank, OFFICER, new_event, day=LATE)
        assert [row[0] for row in registers.report(bank.at(), "requests").rows] == ["tariff-R1"]
        for decide in (
            lambda: bank.approve(number, APPROVER),
            lambda: requests.reject(bank.at(APPROVER), number, "不认识"),
            lambda: requests.changes(bank.at(), requests.get(bank.at(), number)),
        ):
            with pytest.raises(StoreError, match="not known here"):
                decide()

    def ask(self, bank):
        return requests.enter(bank.at(OFFICER), "policy", DATA, "改")

    def seal(self, bank, who, data=DATA, *, reason="改", asked=None, entry=2):
        """Enter a policy that names a request, as somebody."""
        decides = decision(asked or self.ask(bank))
        append(bank, who, policy_event(data, entry, reason, decides), day=LATE)


@pytest.mark.store
class TestBefore:
    """In a store of the first rules one call took both people, and what it sealed stays good."""

    NOTICE = RecordNumber.parse("RXD7200-04-JN01-2026-0002")

    @pytest.fixture
    def old(self, tmp_path):
        return unpack(tmp_path / "bank")

    @pytest.mark.parametrize(
        ("people", "reason", "codes"),
        [
            ((HEAD,), "重复", set()),
            ((), "重复", {"APPROVAL-MISSING"}),
            ((HEAD,), "别的", {"APPROVAL-SIGNATURE"}),
            ((RM,), "重复", {"APPROVAL-SAME", "APPROVAL-ROLE"}),
            ((STRANGER,), "重复", {"APPROVAL-UNIT"}),
        ],
    )
    def test_a_void(self, old, people, reason, codes):
        statement = {"act": VOID, "number": str(self.NOTICE), "reason": reason}
        seal(old, RM, act(old, self.NOTICE, approvals=signed(old, statement, *people)))
        assert old.codes() == codes

    @pytest.mark.parametrize(
        ("people", "reason", "codes"),
        [
            ((APPROVER,), "改", set()),
            ((), "改", {"APPROVAL-MISSING"}),
            ((APPROVER,), "别的", {"APPROVAL-SIGNATURE"}),
            ((OFFICER,), "改", {"APPROVAL-SAME", "APPROVAL-ROLE"}),
        ],
    )
    def test_a_policy(self, old, people, reason, codes):
        approvals = signed(old, policy_statement(DATA, reason), *people)
        entry = len([one for one in old.at().registry.control.list("policy") if "." in one]) + 1
        append(
            old, OFFICER, replace(policy_event(DATA, entry, "改"), approvals=approvals), day=LATE
        )
        assert old.codes() == codes

    def test_once_the_rules_are_raised_two_must_act(self, old):
        asked = requests.enter(old.at(OFFICER), "policy", DATA, "改用新规则")
        old.approve(asked.number, APPROVER)
        statement = {"act": VOID, "number": str(self.NOTICE), "reason": "重复"}
        seal(old, RM, act(old, self.NOTICE, approvals=signed(old, statement, HEAD)))
        assert old.codes() == {"REQUEST-MISSING"}
