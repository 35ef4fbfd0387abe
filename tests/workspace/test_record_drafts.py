"""Drafts kept on the server: half filled, nobody else's, never overwritten, issued once."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from rmdocs.errors import ControlError, FindingsError, StoreError, UsageError
from rmdocs.folders import read
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake.typed import write
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import drafts, people, records, suggestions, terminaldrafts
from rmdocs.workspace.draftfile import ChangedDraftError, place_of, read_draft

LOG, NOTICE = DocumentNumber("RXD7200-02"), DocumentNumber("RXD7200-04")
MANAGER, COLLEAGUE = "JN01-0101", "JN01-0102"
DAY = date(2026, 4, 9)


def typed_of(workspace, name, record):
    form = drafts.form_of(workspace, drafts.read(workspace, name))
    return write(drafts.fields_of(form), record)


@pytest.fixture
def workspace(bank):
    return bank.at(MANAGER, DAY)


@pytest.fixture
def filled(workspace, visit):
    """A draft with a whole record in it, and its version."""
    name = drafts.begin(workspace, LOG)
    draft = drafts.keep(workspace, name, 1, typed_of(workspace, name, visit["record"]))
    return name, draft.version


def test_a_draft_begins_with_what_is_known_of_whoever_writes(workspace):
    draft = drafts.read(workspace, drafts.begin(workspace, LOG))
    assert draft.version == 1
    assert draft.typed["unit"] == "JN01"
    assert draft.typed["date"] == "2026-04-09"
    assert draft.typed["prepared_by.staff_no"] == MANAGER


def test_what_is_half_filled_is_kept_as_it_was_typed(workspace):
    name = drafts.begin(workspace, LOG)
    typed = {"content.visit.date": "下周", "content.contacts[0]?": "是"}
    kept = drafts.keep(workspace, name, 1, typed)
    assert (kept.version, dict(drafts.read(workspace, name).typed)) == (2, typed)
    found = drafts.check(workspace, kept)
    assert ("content.visit.date", "CELL-VALUE") in {(key, one.code) for key, one in found.findings}


def test_a_draft_is_told_the_same_as_the_record_in_a_file(bank, workspace, visit):
    visit["record"]["content"]["contacts"] = []
    visit["record"]["content"]["visit"]["end"] = "08:00"
    name = drafts.begin(workspace, LOG)
    draft = drafts.keep(workspace, name, 1, typed_of(workspace, name, visit["record"]))
    found = drafts.check(workspace, draft)
    (expected,) = records.check(workspace, [read(bank.write(visit["record"]))])
    assert {"R02-CONTACT-NONE", "R02-TIME-ORDER"} <= {one.code for one in expected.findings}
    assert [one for _, one in found.findings] == list(expected.findings)
    placed = {one.code: key for key, one in found.findings}
    assert placed["R02-TIME-ORDER"] == "content.visit.end"
    assert placed["R02-CONTACT-NONE"] == "content.contacts"


def shown(found):
    """Return all that a document says, in its header and footer too."""
    with ZipFile(BytesIO(found.documents[0])) as package:
        parts = (package.read(name).decode() for name in package.namelist() if "xml" in name)
        return re.sub("<[^>]+>", "", "".join(parts))


def test_the_next_edition_is_seen_before_it_is_sealed_and_marked(bank, visit):
    number = bank.issue(visit)
    marked = f"草稿（{number}）"
    head = bank.at("JN01-0001")
    name = drafts.begin_later(head, number, "dept_head_opinion")
    draft = drafts.read(head, name)
    assert drafts.printed(head, draft) is None
    draft = drafts.keep(head, name, 1, {**draft.typed, "opinion": "请跟进设备贷款"})
    text = shown(drafts.printed(head, draft))
    assert ("请跟进设备贷款" in text, marked in text) == (True, True)
    # It is there to be looked at: nothing is handed out that bears the record's number.
    assert drafts.documents(head, draft) is None
    manager = bank.at(MANAGER)
    name = drafts.begin_later(manager, number)
    draft = drafts.read(manager, name)
    assert drafts.printed(manager, draft) is None
    changed = {**draft.typed, "content.visit.topic": "续贷走访"}
    draft = drafts.keep(manager, name, 1, changed)
    text = shown(drafts.printed(manager, draft))
    assert ("续贷走访" in text, marked in text) == (True, True)
    unread = drafts.keep(manager, name, 2, {**changed, "content.visit.date": "下周三"})
    assert drafts.printed(manager, unread) is None
    drafts.seal(head, drafts.begin_later(head, number, "dept_head_opinion"), 2)
    draft = drafts.keep(manager, name, 3, changed)
    assert drafts.printed(manager, draft) is None  # of an edition that is the newest no more


def test_what_the_form_has_no_field_for_is_told(workspace):
    name = drafts.begin(workspace, LOG)
    draft = drafts.keep(workspace, name, 1, {"content.weather": "晴"})
    told = [(key, one.path) for key, one in drafts.check(workspace, draft).findings]
    assert ("", "$") in told


def test_of_two_windows_none_overwrites_what_the_other_did(workspace):
    name = drafts.begin(workspace, LOG)
    drafts.keep(workspace, name, 1, {"content.visit.topic": "贷后走访"})
    with pytest.raises(ChangedDraftError) as refusal:
        drafts.keep(workspace, name, 1, {"content.visit.topic": "续贷"})
    assert refusal.value.draft.typed == {"content.visit.topic": "贷后走访"}
    same = drafts.keep(workspace, name, 1, {"content.visit.topic": "贷后走访"})
    assert same.version == 2


def test_drafts_are_nobody_elses(bank, workspace):
    name = drafts.begin(workspace, LOG)
    other = bank.at(COLLEAGUE, DAY)
    with pytest.raises(ControlError):
        drafts.read(other, name)
    assert drafts.mine(other)[0] == []
    assert [found for found, _ in drafts.mine(workspace)[0]] == [name]
    assert drafts.mine(bank.at(None)) == ([], [])
    with pytest.raises(UsageError):
        drafts.begin(bank.at(None, DAY), LOG)
    for place in (bank.root / "web" / "drafts", bank.root / "web" / "drafts" / MANAGER):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    (bank.root / "web" / "drafts").chmod(0o755)
    with pytest.raises(StoreError):
        drafts.mine(workspace)


@pytest.mark.parametrize("name", ["../keys", "0" * 16, "", "a/b"])
def test_a_name_leads_nowhere_else(workspace, name):
    with pytest.raises(ControlError):
        drafts.read(workspace, name)


def test_a_draft_is_dropped(workspace):
    name = drafts.begin(workspace, LOG)
    drafts.drop(workspace, name)
    assert drafts.mine(workspace) == ([], [])


def test_a_draft_becomes_one_record(workspace, filled):
    number = drafts.seal(workspace, *filled)
    assert drafts.seal(workspace, *filled) == number
    assert drafts.mine(workspace) == ([], [])
    draft = drafts.read(workspace, filled[0])
    assert (draft.issued, dict(draft.typed)) == (str(number), {})
    with pytest.raises(ControlError):
        drafts.keep(workspace, *filled, {})
    with pytest.raises(ControlError):
        drafts.drop(workspace, filled[0])


def test_issuing_at_the_same_time_gives_one_record(bank, filled):
    def issue(_):
        return drafts.seal(bank.at(MANAGER, DAY), *filled)

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(issue, range(4)))
    assert len(numbers) == 1
    assert len(list(records.find(bank.at(), Query()))) == 1


def test_what_was_changed_since_it_was_seen_is_not_issued(workspace, filled):
    name, version = filled
    changed = {**drafts.read(workspace, name).typed, "content.visit.topic": "续贷"}
    drafts.keep(workspace, name, version, changed)
    with pytest.raises(ChangedDraftError):
        drafts.seal(workspace, name, version)


def test_what_is_wrong_is_not_issued(workspace, filled):
    name, version = filled
    wrong = {**drafts.read(workspace, name).typed, "content.visit.end": "08:00"}
    version = drafts.keep(workspace, name, version, wrong).version
    with pytest.raises(FindingsError) as refusal:
        drafts.seal(workspace, name, version)
    assert "R02-TIME-ORDER" in {one.code for one in refusal.value.findings}
    assert drafts.read(workspace, name).issued == ""


def test_what_a_draft_became_is_forgotten_after_a_month(bank, workspace, filled):
    drafts.seal(workspace, *filled)
    drafts.begin(bank.at(MANAGER, DAY + timedelta(days=31)), LOG)
    with pytest.raises(ControlError):
        drafts.read(workspace, filled[0])


def test_a_draft_of_the_server_goes_on_at_a_terminal(bank, workspace, filled, visit):
    path = bank.root / "web" / "drafts" / MANAGER / f"{filled[0]}.draft"
    assert read_draft(read(path)).version == filled[1]
    interview = terminaldrafts.resume(workspace, read(path))

    def prompt(question, findings):
        assert question.whether, (question.key, findings)
        return "否"

    record = interview.hold(prompt)
    assert record["content"]["visit"] == visit["record"]["content"]["visit"]


def test_a_draft_prints_once_its_values_are_sound(workspace, filled):
    name, version = filled
    printed = drafts.documents(workspace, drafts.read(workspace, name))
    assert printed.documents[0].startswith(b"PK")
    wrong = {**drafts.read(workspace, name).typed, "content.visit.date": "下周"}
    assert drafts.documents(workspace, drafts.keep(workspace, name, version, wrong)) is None


# What the registers know ------------------------------------------------------

DAIYUE = "91370112MA3DEM019E"


def suggested(workspace, form, key, text=""):
    root = drafts.fields_of(workspace.registry.form_in_force(form, DAY).form)
    return [one.typed for one in suggestions.suggested(workspace, root, key, text, "JN01")]


def test_colleagues_with_the_role_are_suggested_by_a_few_letters(workspace):
    assert suggested(workspace, NOTICE, "content.rm_second.name", "赵样") == [
        {"content.rm_second.name": "赵样例", "content.rm_second.staff_no": "JN01-0102"}
    ]
    by_number = suggested(workspace, NOTICE, "content.rm_second.staff_no", "01-0102")
    assert by_number[0]["content.rm_second.name"] == "赵样例"
    heads = suggested(workspace, DocumentNumber("RXD7200-01"), "content.party_b.head")
    assert {"content.party_b.head": "周示行"} in heads
    assert suggested(workspace, NOTICE, "content.iou_no", "1") == []
    assert suggested(workspace, NOTICE, "content.nothing", "1") == []


def test_customers_of_the_register_are_suggested_and_what_it_knows_is_offered(workspace):
    people.change_customer(
        workspace, DAIYUE, {"name": "济南虚构岱岳重型机械有限公司", "category": "重要"}
    )
    (found,) = suggested(workspace, NOTICE, "content.customer.name", "岱岳")
    assert found == {
        "content.customer.name": "济南虚构岱岳重型机械有限公司",
        "content.customer.uscc": DAIYUE,
        "content.customer.category": "重要",
    }
    name = drafts.begin(workspace, NOTICE)
    draft = drafts.keep(workspace, name, 1, {"content.customer.uscc": DAIYUE.lower()})
    known = suggestions.sources(workspace, draft, "JN01")
    assert known.customer.name == "济南虚构岱岳重型机械有限公司"
    offered = drafts.refer(workspace, name, customer=DAIYUE).offered
    assert offered["content"]["customer"]["category"] == "重要"


def test_the_last_record_of_the_customer_is_offered(bank, workspace, filled, visit):
    number = drafts.seal(workspace, *filled)
    assert suggested(workspace, LOG, "related", "岱岳") == [{"related": str(number)}]
    name = drafts.begin(workspace, LOG)
    draft = drafts.keep(workspace, name, 1, {"content.customer.uscc": DAIYUE})
    assert suggestions.sources(workspace, draft, "JN01").last.number == str(number)
    assert suggestions.sources(workspace, draft, "YT03").last is None
    offered = drafts.refer(workspace, name, like=number).offered
    assert offered["content"]["contacts"] == visit["record"]["content"]["contacts"]
    assert offered["date"] == "2026-04-09"


@pytest.mark.parametrize("damage", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"form": 1}', None])
def test_a_damaged_draft_keeps_nobody_from_the_others(workspace, damage):
    lost, kept = drafts.begin(workspace, LOG), drafts.begin(workspace, NOTICE)
    path = place_of(workspace) / f"{lost}.draft"
    path.unlink()
    if damage is None:
        path.mkdir()  # what no program reads as a file
    else:
        path.write_bytes(damage)
    there, damaged = drafts.mine(workspace)
    assert [name for name, _ in there] == [kept]
    assert [(one.code, one.path) for one in damaged] == [("DRAFT-DAMAGED", path.name)]
    assert drafts.begin(workspace, LOG) != lost
