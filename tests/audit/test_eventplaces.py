"""Whoever has a key of their own can seal any event anywhere; verifying tells what is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bank import LATE
from custody import OUTSIDE, Custody
from forged import APPROVER, AUTHOR, OFFICER, append

from rmdocs.control.policy import BUILT_IN
from rmdocs.control.requesting import decision
from rmdocs.control.requestkinds import policy_event
from rmdocs.control.staff import person_event
from rmdocs.errors import StoreError
from rmdocs.events.facts import Unknown
from rmdocs.events.records import RequestRejected, VoidRequested
from rmdocs.findings import Severity
from rmdocs.identifiers import RecordNumber, StaffNumber, UnitCode
from rmdocs.registers.holds import Held
from rmdocs.registers.records import read_folder
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.workspace import disposition, people, registers, requests, store

FOUNDER = "AA00-0000"
RM, HEAD, STRANGER, AUDITOR = "JN01-0101", "JN01-0001", "YT03-0001", "SD00-0009"
REQUEST, REJECT = VoidRequested.KIND, RequestRejected.KIND
VISIT = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
DATA = BUILT_IN.read_bytes() + "# 新版\n".encode()
TOML = "application/toml"
RULES = {"rules": 3}
UNIT = {"code": "JN01", "name": "济南示例支行", "full_name": "济南示例支行"}
EDITION = {"edition": 2, "issued_on": LATE.isoformat(), "pin": "1", "unit": UNIT}
FORM = {"form": "RXD7200-02", "revision": "1.0", "form_digest": "0" * 64}
SAID = {
    "stage": {**EDITION, "stage": "x", "repeat": None},
    "amend": {**EDITION, "changes": []},
    "regenerate": {**EDITION, **FORM, "from_revision": "1.0", "run": "0001", "changes": []},
    "copy-acknowledge": {"on": LATE.isoformat(), "signed_by": "x"},
}
"""What acts say that are as they must be, but for what a test makes wrong."""


@pytest.fixture
def bank(visited_bank):
    return visited_bank


def control(bank, who, kind, directory, *names, data=DATA, subject="x", **facts):
    """Seal an act with files in control, as somebody."""
    files = tuple(NewFile(path=name, data=data, media_type=TOML) for name in names)
    new_event = NewEvent(
        facts=Unknown(name=kind, said={**SAID.get(kind, {}), **facts}),
        subject=subject,
        directory=directory,
        files=files,
    )
    append(bank, who, new_event, day=LATE)


def act(bank, who, kind, *, relied_on=..., directory=VISIT.directory, files=(), **facts):
    """Seal an act on the call log, as somebody."""
    registry = bank.at().registry
    known = registry.control.checkpoint if relied_on is ... else relied_on
    new_event = NewEvent(
        facts=Unknown(name=kind, said={**RULES, **SAID.get(kind, {}), **facts}),
        subject=str(VISIT),
        directory=directory,
        files=files,
        reason="x",
        relied_on=known,
    )
    append(bank, who, new_event, day=LATE, ref=VISIT.volume.ref)


class TestWhatRules:
    """An entry of a register is sealed by the act that enters it, and in its turn."""

    @pytest.mark.parametrize("kind", ["note", "unit", "customer", "request", "reject"])
    def test_a_policy_that_another_act_brings_along(self, bank, kind):
        control(bank, RM, kind, "policy", "policy/0002.toml")
        assert registers.policy_text(bank.at()).encode() == DATA
        assert bank.codes() == {"EVENT-KIND"}

    def test_a_policy_sealed_from_where_another_act_belongs(self, bank):
        name = "customers/91370112MA3DEM019E/0001.json"
        control(bank, RM, "customer", "customers/91370112MA3DEM019E", name, "policy/0002.toml")
        assert "EVENT-PLACE" in bank.codes()

    def test_a_year_of_working_days(self, bank):
        control(bank, RM, "note", "calendar/2026", "calendar/2026/0002.toml", data=b"year = 2026")
        assert "EVENT-KIND" in bank.codes()

    @pytest.mark.parametrize("entry", ["0003", "9999", "2", "z"])
    def test_a_policy_that_would_rule_before_its_turn(self, bank, entry):
        asked = requests.enter(bank.at(OFFICER), "policy", DATA, "改")
        new_event = policy_event(DATA, 2, "改", decision(asked))
        file = NewFile(path=f"policy/{entry}.toml", data=DATA, media_type=TOML)
        append(bank, APPROVER, replace(new_event, files=(file,)), day=LATE)
        assert "ENTRY-ORDER" in bank.codes()

    def test_a_role_that_somebody_gives_themselves(self, bank):
        person = bank.at().registry.staff.person(StaffNumber.parse(RM))
        roles = frozenset({*person.roles, "records_officer", "president"})
        append(bank, RM, person_event(replace(person, roles=roles), 2), day=LATE)
        assert bank.codes() == {"ACTOR-ROLE"}

    @pytest.mark.parametrize(
        ("who", "kind", "directory"),
        [
            (RM, "series-close", "volumes/RXD7200-02/JN01/2026"),
            (RM, "withdraw", "forms/RXD7200-02/1.0"),
            (RM, "confirm", "documents/IXD7200-01/1.0"),
            (AUTHOR, "copy-lose", "copies/RXD7200-02-C0001"),
            (OFFICER, "approve", "changes/CR2026-0001"),
        ],
    )
    def test_what_the_policy_gives_to_others(self, bank, who, kind, directory):
        control(bank, who, kind, directory)
        assert bank.codes() >= {"ACTOR-ROLE"}


class TestRequests:
    @pytest.mark.parametrize("name", ["foo", "policy-R01", "policy-R2", "policy-R9999999"])
    def test_one_that_cannot_be_told_is_passed_over(self, bank, name):
        facts = {"request": "policy-R1", "act": "policy", "concerns": "policy"}
        control(
            bank,
            RM,
            REQUEST,
            f"requests/{name}",
            f"requests/{name}/policy.toml",
            **facts,
        )
        assert bank.codes() == {"REQUEST-UNREADABLE"}
        registers.report(bank.at(), "requests")

    @pytest.mark.parametrize(("who", "codes"), [(RM, {"ACTOR-ROLE"}), (OFFICER, set())])
    def test_a_rejection_in_control(self, bank, who, codes):
        asked = requests.enter(bank.at(OFFICER), "policy", DATA, "改")
        where = f"requests/{asked.number}"
        control(bank, who, REJECT, where, subject="policy", **decision(asked).to_json())
        assert bank.codes() == codes

    def test_a_rejection_of_nothing(self, bank):
        control(bank, APPROVER, REJECT, "requests/policy-R1", subject="policy")
        assert bank.codes() == {"REQUEST-UNKNOWN", "EVENT-FACTS"}

    @pytest.mark.parametrize(
        ("who", "codes"),
        [
            (RM, set()),
            (HEAD, set()),
            (STRANGER, {"ACTOR-UNIT"}),
            (AUDITOR, {"ACTOR-ROLE", "ACTOR-UNIT"}),
        ],
    )
    def test_a_rejection_of_a_void(self, bank, who, codes):
        asked = requests.get(bank.at(), bank.ask(VISIT, RM))
        act(bank, who, REJECT, **decision(asked).to_json())
        assert bank.codes() == codes


class TestRecords:
    @pytest.mark.parametrize("kind", ["amend", "stage", "request", "reject", "dispose"])
    @pytest.mark.parametrize(
        "relied_on", [None, Checkpoint(origin="rmdocs/control", size=3, root=bytes(32))]
    )
    def test_an_act_judged_by_registers_that_never_were(self, bank, kind, relied_on):
        """F13: without them no key would be too old."""
        act(bank, RM, kind, relied_on=relied_on)
        assert "RELIED-ON" in bank.codes()

    @pytest.mark.parametrize(
        ("who", "codes"),
        [
            (HEAD, set()),
            (RM, {"ACTOR-ROLE"}),
            (STRANGER, {"ACTOR-UNIT"}),
        ],
    )
    def test_a_stage_by_somebody_who_may_not(self, bank, who, codes):
        stage = next(iter(bank.at().registry.forms.load(self.release(bank)).form.stages)).name
        path = f"{VISIT.directory}/stages/01-{stage}.json"
        document = f"{VISIT.directory}/editions/2/{VISIT.document_name(2)}"
        files = tuple(NewFile(path=one, data=b"{}", media_type="x") for one in (path, document))
        head = bank.at().store.require_head(VISIT.volume.ref)
        unit = head.events(VISIT.directory)[0].facts["unit"]
        printed = {"pin": head.checkpoint.pin, "unit": unit}
        act(bank, who, "stage", files=files, stage=stage, content=path, **printed)
        assert bank.codes() == codes

    @pytest.mark.parametrize("kind", ["stage", "amend", "regenerate"])
    @pytest.mark.parametrize("content", [None, 7, "00/00/01/record.json", "../x"])
    def test_an_act_that_cannot_be_read_is_told_in_one_sentence(self, bank, kind, content):
        act(bank, HEAD, kind, **({} if content is None else {"content": content}))
        assert "RECORD-UNREADABLE" in bank.codes()
        if content is None:
            with pytest.raises(StoreError, match="cannot be read"):
                read_folder(bank.at().store.require_head(VISIT.volume.ref), VISIT)

    @pytest.mark.parametrize(
        ("kind", "directory"), [("note", VISIT.directory), ("amend", "00/00/02"), ("amend", "x")]
    )
    def test_an_act_that_does_not_belong_there(self, bank, kind, directory):
        act(bank, RM, kind, directory=directory)
        assert "EVENT-KIND" in bank.codes()

    def test_a_file_among_those_of_another_record(self, bank):
        file = NewFile(path="00/00/02/amendments/1.json", data=b"{}", media_type="application/json")
        act(bank, RM, "request", files=(file,))
        assert "EVENT-PLACE" in bank.codes()

    def release(self, bank):
        form = VISIT.series.form
        return bank.at().registry.forms.in_force(form, LATE)


class TestWhoMayAfterWhom:
    """Acts of which who may do them hangs on what came before in their directory."""

    @pytest.mark.parametrize("who", [OFFICER, AUDITOR])
    def test_a_hold_is_lifted_by_somebody_else(self, bank, who):
        placed = disposition.place_hold(bank.at(OFFICER), Held.record(str(VISIT)), "audit", "查")
        control(bank, who, "lift", f"holds/{placed.number}", subject=str(placed.number))
        assert bank.codes() == ({"SOD-HOLD"} if who == OFFICER else set())

    def test_a_hold_that_nobody_placed(self, bank):
        control(bank, OFFICER, "lift", "holds/H2026-0007", subject="H2026-0007")
        assert bank.codes() >= {"HOLD-UNKNOWN"}

    @pytest.mark.parametrize(
        ("who", "exemplar", "codes"),
        [
            (RM, 1, set()),
            (HEAD, 1, {"COPY-HOLDER"}),
            (OFFICER, 1, {"COPY-HOLDER"}),
            (RM, 2, {"COPY-EXEMPLAR"}),
            (RM, None, {"COPY-EXEMPLAR"}),
        ],
    )
    def test_a_copy_is_signed_for_by_its_holder(self, bank, who, exemplar, codes):
        copy = Custody(bank).issue()
        where, facts = f"copies/{copy.number}", {"exemplar": exemplar}
        control(bank, who, "copy-acknowledge", where, subject=str(copy.number), **facts)
        assert bank.codes() == codes

    @pytest.mark.parametrize(("who", "codes"), [(OFFICER, set()), (RM, {"ACTOR-ROLE"})])
    def test_a_receipt_on_paper_is_entered_by_an_officer(self, bank, who, codes):
        copy = Custody(bank).issue(outside=OUTSIDE)
        where, facts = f"copies/{copy.number}", {"exemplar": 1}
        control(bank, who, "copy-acknowledge", where, subject=str(copy.number), **facts)
        assert bank.codes() == codes

    def test_a_copy_that_nobody_gave_out(self, bank):
        control(bank, RM, "copy-acknowledge", "copies/RXD7200-04-C0099", exemplar=1)
        assert "COPY-UNKNOWN" in bank.codes()


class TestTheFounder:
    """Whoever has the ledger's key could act as the founder: no second person is needed."""

    def test_who_acts_after_there_is_an_officer_is_told(self, bank):
        people.add_unit(bank.at(FOUNDER, LATE), UnitCode("JN09"), "九支行", "济南九支行")
        [finding] = store.verify(bank.at()).findings
        assert (finding.code, finding.severity) == ("FOUNDER-ACTS", Severity.WARNING)

    def test_nothing_founds_a_store_twice(self, founded, copied):
        """An act with the founder's key at the time of the founding is excused nothing for it."""
        bank = copied(founded)
        person = bank.at().registry.staff.person(StaffNumber.parse(RM))
        first = bank.at().registry.control.events("founding")[0]
        acting = bank.opened(FOUNDER, first.time).acting()
        raised = person_event(replace(person, roles=person.roles | {"president"}), 2)
        with bank.at().store.locked(CONTROL_REF) as branch:
            branch.append(
                (raised,),
                actor=acting.actor,
                key=acting.key,
                ledger_key=acting.ledger_key,
                time=first.time,
                subject_line=f"Enter {person.name} ({RM})",
                trailers={"Event": "person", "Person": RM},
            )
        assert bank.codes() == {"FOUNDER-ACTS"}


def test_records_are_regenerated_by_whom_the_policy_names(bank):
    act(bank, RM, "regenerate", content="x")
    assert "ACTOR-ROLE" in bank.codes()


def test_a_stage_that_the_form_has_not(bank):
    path = f"{VISIT.directory}/stages/01-nothing.json"
    file = NewFile(path=path, data=b"{}", media_type="application/json")
    act(bank, RM, "stage", files=(file,), stage="nothing", content=path)
    assert bank.codes() >= {"STAGE-UNKNOWN"}
