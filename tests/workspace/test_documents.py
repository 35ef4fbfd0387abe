"""Controlled documents that are not forms: listed, checked, assembled as of a day."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest
from notices import EFFECTIVE, FORM, release
from papers import (
    APPROVER,
    AUTHOR,
    EXTERNAL,
    NEW_SENTENCE,
    NUMBER,
    OLD_SENTENCE,
    PROCEDURE,
    change_manifest,
    manifest,
    release_document,
    reword,
)
from revised import NEW_SENTENCE as NEW_TERM

from rmdocs.errors import ControlError
from rmdocs.findings import Severity, has_errors
from rmdocs.forms.desk import desk_documents
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import documents, revising

pytestmark = pytest.mark.long

BEFORE, LATER = EFFECTIVE - timedelta(1), EFFECTIVE + timedelta(30)
REPRINT, NOT_YET = "补打件", "未生效"
OTHER = DocumentNumber("PXD8000")


def rows(bank, day=BEFORE):
    return {row.number: row for row in documents.rows(bank.at(None, day))}


def row(bank, day=BEFORE, number=NUMBER):
    return rows(bank, day)[str(number)]


def text(bank, on, today):
    return printed_text(documents.export(bank.at(None, today), NUMBER, on).data)


def check(bank, number=None):
    """Return code and place of what is found, without what stands before each."""
    found = documents.check(bank.at(None, BEFORE), number)
    return [(finding.code, finding.path.removeprefix("documents/")) for finding in found]


def lay(bank, number, *changes, body=None):
    """Lay another document on the desk."""
    folder = bank.root / "documents" / str(number)
    folder.mkdir()
    changes = (('number = "PXD7201"', f'number = "{number}"'), *changes)
    (folder / "document.toml").write_bytes(manifest(*changes))
    if body is not None:
        (folder / "body.docx").write_bytes(body)


def test_every_document_is_listed(shared_bank):
    found = rows(shared_bank)
    assert list(found) == [str(number) for number in desk_documents(shared_bank.root)]
    assert {(one.desk, one.released) for one in found.values()} == {("1.0", "1.0")}
    assert {one.status.text(Language.EN) for one in found.values()} == {"effective"}
    assert found["EXT-006"].designation == "ISO 9000:2000"
    assert found["IXD7200-01"].pending == 7
    assert found["IXD7200-01"].title.text(Language.ZH) == "公司客户经理工作规范"


def test_the_list_follows_a_revision(bank):
    revising.propose(bank.at(AUTHOR, BEFORE), NUMBER, "修改", EFFECTIVE)
    proposed = row(bank)
    assert (proposed.desk, proposed.released, proposed.change) == ("1.1", "1.0", "CR2026-0001")
    revising.submit(bank.at(AUTHOR, BEFORE), NUMBER)
    revising.review(bank.at("SD00-0002", BEFORE), NUMBER, "")
    revising.approve(bank.at(APPROVER, BEFORE), NUMBER, "")
    approved = row(bank)
    assert (approved.released, approved.coming) == ("1.0", f"1.1 {EFFECTIVE}")
    assert approved.change == ""
    in_force = row(bank, EFFECTIVE)
    assert (in_force.released, in_force.coming) == ("1.1", "")
    assert in_force.effective == EFFECTIVE.isoformat()


def test_a_withdrawn_document_says_so(bank):
    revising.withdraw(bank.at(APPROVER, BEFORE), EXTERNAL, None, EFFECTIVE, "已被取代")
    assert row(bank, BEFORE, EXTERNAL).status.text(Language.EN) == "effective"
    assert row(bank, EFFECTIVE, EXTERNAL).status.text(Language.EN) == "withdrawn"


def test_a_document_with_mistakes_is_listed_all_the_same(bank):
    change_manifest(bank, (r"\[document\]", "[document"))
    lay(bank, OTHER)
    assert (row(bank).desk, row(bank).released) == ("-", "1.0")
    new = row(bank, number=OTHER)
    assert (new.desk, new.released, new.status.text(Language.EN)) == ("1.0", "", "")


def test_what_is_built_in_has_no_mistakes(shared_bank):
    assert check(shared_bank) == []
    assert check(shared_bank, NUMBER) == []


def test_every_mistake_of_the_desk_is_told(bank):
    (bank.root / "documents/IXD7200-01/body.docx").write_bytes(b"PK")
    change_manifest(bank, ('"林拥旗"', '"李庆"'), ('"EXT-006"', '"PXD9999"'))
    change_manifest(bank, ('number = "PXD7201"', 'number = "PXD7202"'), number=PROCEDURE)
    assert check(bank) == [
        ("DOCUMENT-THREE", "IXD7200-01/document.toml:document"),
        ("DOCUMENT-NOT-DOCX", "IXD7200-01/body.docx:$"),
        ("REFERENCE-DANGLING", "IXD7200-01/document.toml:references[0]"),
        ("DOCUMENT-NUMBER", "PXD7201/document.toml:document.number"),
    ]


def test_an_unknown_document_has_no_manifest(shared_bank):
    assert check(shared_bank, OTHER) == [("DOCUMENT-FILE", "PXD8000/document.toml")]


def test_a_reference_to_a_new_document_on_the_desk_warns(bank):
    change_manifest(bank, ('"EXT-006"', f'"{OTHER}"'))
    assert check(bank, NUMBER) == [("REFERENCE-DANGLING", "IXD7200-01/document.toml:references[0]")]
    lay(bank, OTHER)
    findings = documents.check(bank.at(None, BEFORE), NUMBER)
    assert [finding.severity for finding in findings] == [Severity.WARNING]
    assert not has_errors(findings)


def test_references_are_looked_up_on_the_day_it_takes_effect(bank):
    revising.withdraw(bank.at(APPROVER, BEFORE), EXTERNAL, None, EFFECTIVE, "已被取代")
    assert check(bank, NUMBER) == []
    change_manifest(bank, ("effective = 2004-06-08", f"effective = {EFFECTIVE}"))
    assert check(bank, NUMBER) == [("REFERENCE-DANGLING", "IXD7200-01/document.toml:references[0]")]


def test_what_is_in_force_and_dangles_is_told_once(bank):
    revising.withdraw(bank.at(APPROVER, BEFORE), EXTERNAL, None, BEFORE, "已被取代")
    [finding] = check(bank)
    assert finding == ("REFERENCE-DANGLING", "IXD7200-01/document.toml:references[0]")
    shutil.rmtree(bank.root / "documents" / str(NUMBER))
    assert check(bank) == [finding]


def test_an_edition_is_made_of_what_the_store_holds(bank):
    data = documents.export(bank.at(None, BEFORE), NUMBER, BEFORE).data
    shutil.rmtree(bank.root / "documents")
    shutil.rmtree(bank.root / "forms")
    assert documents.export(bank.at(None, LATER), NUMBER, BEFORE).data == data
    told = printed_text(data)
    assert OLD_SENTENCE in told
    assert "公司客户经理工作规范" in told
    for mark in (REPRINT, NOT_YET):
        assert mark not in told
    for number in range(1, 5):
        assert f"(RXD7200-0{number}) 1.0" in told


def test_an_edition_follows_the_document(bank):
    reword(bank)
    release_document(bank, EFFECTIVE)
    old, new = (text(bank, day, day) for day in (BEFORE, EFFECTIVE))
    assert OLD_SENTENCE in old
    assert NEW_SENTENCE not in old
    assert NEW_SENTENCE in new
    for piece in ("首次发布", "林拥旗", "修改目的", "编制示例", "审核示例", "批准示例"):
        assert piece in new
    assert "修改目的" not in old


def test_an_edition_follows_its_annexes(bank):
    release(bank)
    old, new = (text(bank, day, day) for day in (BEFORE, EFFECTIVE))
    assert f"({FORM}) 1.0" in old
    assert NEW_TERM not in old
    assert f"({FORM}) 1.1" in new
    assert NEW_TERM in new
    assert "(RXD7200-01) 1.0" in new


def test_a_superseded_edition_is_marked(bank):
    release_document(bank, EFFECTIVE)
    reprint = text(bank, BEFORE, LATER)
    for piece in (REPRINT, f"{BEFORE}有效的版本", f"打印日期 {LATER}"):
        assert piece in reprint
    assert REPRINT not in text(bank, EFFECTIVE, LATER)
    coming = text(bank, EFFECTIVE, BEFORE)
    assert NOT_YET in coming
    assert REPRINT not in coming


def test_an_edition_with_a_superseded_annex_is_marked(bank):
    release(bank)
    assert REPRINT in text(bank, BEFORE, EFFECTIVE)


def test_an_edition_of_a_withdrawn_document_is_marked(bank):
    revising.withdraw(bank.at(APPROVER, BEFORE), NUMBER, None, EFFECTIVE, "停用")
    assert REPRINT in text(bank, BEFORE, EFFECTIVE)
    with pytest.raises(ControlError, match="was withdrawn"):
        text(bank, EFFECTIVE, EFFECTIVE)


def test_what_cannot_be_assembled_is_refused(shared_bank):
    workspace = shared_bank.at(None, BEFORE)
    with pytest.raises(ControlError, match=r"EXT-006 has no text here; it is kept: "):
        documents.export(workspace, EXTERNAL, BEFORE)
    with pytest.raises(ControlError, match="is in force on 2004-06-07"):
        documents.export(workspace, NUMBER, date(2004, 6, 7))
    with pytest.raises(ControlError, match="there is no controlled document PXD8000"):
        documents.export(workspace, OTHER, BEFORE)


def test_an_edition_is_named_by_its_day(shared_bank):
    workspace = shared_bank.at(None, BEFORE)
    made = documents.export(workspace, NUMBER)
    assert made.name == f"IXD7200-01-1.0-{BEFORE}.docx"
    assert made == documents.export(workspace, NUMBER, BEFORE)
