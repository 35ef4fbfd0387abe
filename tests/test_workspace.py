"""Beginning a workspace, and what its root says of forms, people and files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bank import refused_for

from rmdocs import canonical
from rmdocs.beginning import begin, built_in
from rmdocs.cli.main import main
from rmdocs.errors import ConflictError, ControlError, StoreError
from rmdocs.files import File
from rmdocs.findings import has_errors
from rmdocs.folders import read, read_all
from rmdocs.forms.desk import desk_numbers
from rmdocs.identifiers import DocumentNumber, StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.ledgerkeys import FOUNDING_PATH
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import desk, people, records, store
from rmdocs.workspace.opening import open_workspace
from rmdocs.workspace.places import KEYS_VARIABLE

OFFICER = "SD00-0004"
FOUR = [f"RXD7200-{number:02d}" for number in (1, 2, 3, 4)]


@pytest.fixture
def now():
    return datetime(2026, 1, 5, 9, tzinfo=UTC)


class TestBegin:
    def test_a_sample_says_so_for_ever(self, shared_bank):
        head = shared_bank.at().store.require_head(CONTROL_REF)
        assert canonical.decode(head.read(FOUNDING_PATH))["purpose"] == "sample"

    def test_a_production_workspace_is_filled_by_its_founder(self, tmp_path, copied, now, visit):
        begin(tmp_path / "bank", sample=False, now=now)
        bank = copied(tmp_path / "bank")
        assert {str(person.staff_no) for person in people.staff(bank.at())} == {str(FOUNDER)}
        workspace = bank.at(str(FOUNDER), date(2026, 4, 1))
        people.add_unit(workspace, UnitCode.parse("JN01"), "济南示例支行", "济南示例支行")
        for person in (visit["record"]["prepared_by"], visit["record"]["content"]["rm_second"]):
            staff_no = StaffNumber.parse(person["staff_no"])
            people.new_key(workspace, staff_no)
            people.add(
                workspace,
                staff_no,
                person["name"],
                UnitCode.parse("JN01"),
                ["relationship_manager"],
            )
        assert str(bank.issue(visit)) == "RXD7200-02-JN01-2026-0001"
        assert bank.codes() == set()

    def test_another_store_in_the_same_place_is_not_held_against_the_one_before(
        self, tmp_path, now
    ):
        root = tmp_path / "bank"
        for _ in range(2):
            begin(root, sample=True, now=now)
            with open_workspace(root, StaffNumber.parse(OFFICER)) as workspace:
                workspace.acting()
                assert store.verify(workspace).findings == ()
            shutil.rmtree(root)

    def test_refuses_a_folder_that_is_not_empty(self, tmp_path, now):
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(ConflictError) as refusal:
            begin(tmp_path, sample=True, now=now)
        assert refusal.value.exit_code == 4
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_leaves_nothing_where_a_form_is_wrong(self, tmp_path, now):
        desk = tmp_path / "desk"
        for name in ("forms", "schemas"):
            shutil.copytree(built_in() / name, desk / name)
        (desk / "forms" / FOUR[1] / "form.toml").write_text("[form", encoding="utf-8")
        with refused_for("FORM-SYNTAX"):
            begin(tmp_path / "bank", sample=True, now=now, desk=desk)
        assert [path.name for path in tmp_path.iterdir()] == ["desk"]


def test_there_must_be_a_workspace_to_open(tmp_path):
    with pytest.raises(StoreError) as refusal:
        open_workspace(tmp_path, None)
    assert refusal.value.exit_code == 4
    assert list(tmp_path.iterdir()) == []


def test_forms_are_listed_with_the_revision_in_force(shared_bank):
    rows = desk.rows(shared_bank.at())
    assert [row.number for row in rows] == FOUR
    assert {row.released for row in rows} == {"1.0"}


@pytest.mark.long
def test_the_built_in_forms_have_no_mistakes(shared_bank):
    assert [str(number) for number in desk_numbers(shared_bank.root)] == FOUR
    assert not has_errors(desk.check(shared_bank.at(), None))


def test_a_form_with_mistakes_on_the_desk_is_told(bank):
    (bank.root / "forms" / FOUR[0] / "template.docx").unlink()
    findings = desk.check(bank.at(), DocumentNumber(FOUR[0]))
    assert [finding.code for finding in findings] == ["FORM-FILE"]
    assert [row.number for row in desk.rows(bank.at())] == FOUR


def test_issuing_reads_the_store_not_the_desk(bank, visit):
    shutil.rmtree(bank.root / "forms")
    shutil.rmtree(bank.root / "schemas")
    assert str(bank.issue(visit)) == "RXD7200-02-JN01-2026-0001"


@pytest.mark.parametrize("number", FOUR)
def test_a_sheet_filled_with_the_sample_can_be_read_again(shared_bank, number):
    data = desk.sheet(shared_bank.at(), DocumentNumber(number), Language.ZH)
    checked = records.check(shared_bank.at(), [File(name="sheet.xlsx", data=data)])
    assert all(finding.code and finding.path for one in checked for finding in one.findings)


def test_keys_may_lie_elsewhere(bank, visit, tmp_path, monkeypatch):
    shutil.move(bank.root / "keys", tmp_path / "elsewhere")
    with pytest.raises(ControlError):
        bank.issue(visit)
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "elsewhere"))
    assert bank.issue(visit)


def test_a_moved_workspace_goes_on(visited_bank, visit, tmp_path):
    moved = replace(visited_bank, root=visited_bank.root.rename(visited_bank.root.parent / "new"))
    visit["record"]["content"]["visit"]["topic"] = "搬家之后"
    assert str(moved.issue(visit)) == "RXD7200-02-JN01-2026-0002"
    assert moved.codes() == set()


def test_files_of_one_name_get_back_their_own_rows(bank, visit, tmp_path):
    paths = []
    for name, uscc in (("a", "1"), ("b", "2")):
        visit["record"]["content"]["customer"]["uscc"] = uscc
        path = tmp_path / name / "x.json"
        path.parent.mkdir()
        path.write_text(json.dumps([visit], ensure_ascii=False), encoding="utf-8")
        paths.append(path)
    refused = records.issue(bank.at("JN01-0101"), read_all(paths), skip_invalid=True).refused
    assert [one.file.name for one in refused] == [str(path) for path in paths]
    for one, uscc in zip(refused, ("1", "2"), strict=True):
        [line] = one.to_mend(Language.ZH).data.decode().splitlines()
        assert json.loads(line)["record"]["content"]["customer"]["uscc"] == uscc


def test_a_founder_may_not_issue(bank, visit):
    with pytest.raises(ControlError):
        records.issue(bank.at(str(FOUNDER)), [read(bank.write(visit))])


def test_the_founder_may_keep_registers_which_is_told_once_there_is_an_officer(bank):
    workspace = bank.at(str(FOUNDER))
    staff_no = StaffNumber.parse("JN01-0109")
    people.new_key(workspace, staff_no)
    people.add(workspace, staff_no, "新样例", UnitCode.parse("JN01"), ["records_officer"])
    assert bank.codes() == {"FOUNDER-ACTS"}


class TestStayingOpen:
    """A workspace that is kept open sees what others do, and serves one thread after another."""

    def test_it_is_read_again_when_control_moved_and_only_then(self, bank):
        kept = bank.at(OFFICER)
        before = kept.registry
        kept.refresh()
        assert kept.registry is before
        people.add_unit(bank.at(OFFICER), UnitCode.parse("QD04"), "青岛示例支行", "青岛示例支行")
        assert UnitCode.parse("QD04") not in {unit.code for unit in people.units(kept)}
        kept.refresh()
        assert UnitCode.parse("QD04") in {unit.code for unit in people.units(kept)}

    def test_who_acts_is_who_control_knows_now(self, bank):
        kept = bank.at("JN01-0101")
        people.leave(bank.at(OFFICER), StaffNumber.parse("JN01-0101"), date(2026, 12, 30))
        assert kept.acting().person.keys == ()

    def test_what_was_compiled_stays_so(self, bank):
        kept = bank.at(OFFICER)
        released = kept.registry.form_in_force(DocumentNumber(FOUR[1]), kept.today())
        template = kept.registry.template(released)
        people.add_unit(kept, UnitCode.parse("QD04"), "青岛示例支行", "青岛示例支行")
        again = kept.registry.form_in_force(DocumentNumber(FOUR[1]), kept.today())
        assert (again, kept.registry.template(again)) == (released, template)

    def test_another_thread_may_go_on_with_it(self, visited_bank, visit):
        visited_bank.git("gc", "-q")
        kept = visited_bank.at("JN01-0101")
        visit["record"]["content"]["visit"]["topic"] = "另一次拜访"
        path = visited_bank.write(visit)
        with ThreadPoolExecutor(1) as other:
            issued = other.submit(records.issue, kept, [read(path)]).result().outcomes[0].number
        assert issued is not None
        assert str(issued) in {row.number for row in records.find(kept, Query())}
        with ThreadPoolExecutor(1) as another:
            another.submit(kept.close).result()


class TestClosing:
    def test_what_a_workspace_held_open_is_closed_after_its_block(self, visited_bank, opened):
        visited_bank.git("gc", "-q")
        with open_workspace(visited_bank.root, None) as workspace:
            assert len(list(records.find(workspace, Query()))) == 1
        assert len(opened) == 1
        assert_closed(opened)
        assert str(visited_bank.store) not in Path("/proc/self/maps").read_text()

    def test_a_workspace_that_cannot_be_opened_leaves_nothing_open(self, bank, opened):
        bank.git("update-ref", "-d", CONTROL_REF)
        with pytest.raises(StoreError):
            open_workspace(bank.root, None)
        assert_closed(opened)

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["list"], 0),
            (["trace", "RXD7200-02-JN01-2026-0001"], 0),
            (["verify"], 0),
            (["trace", "RXD7200-02-JN01-2026-0099"], 3),
            (["issue", "no-such-file.json"], 2),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else str(value),
    )
    def test_a_command_leaves_nothing_open(self, visited_bank, opened, capsys, words, code):
        assert main(["-w", str(visited_bank.root), *words]) == code, capsys.readouterr()
        assert_closed(opened)


@pytest.fixture
def opened(monkeypatch):
    """Every connection to SQLite that is made."""
    connections, connect = [], sqlite3.connect

    def connecting(*words, **options):
        connections.append(connect(*words, **options))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", connecting)
    return connections


def assert_closed(connections):
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
