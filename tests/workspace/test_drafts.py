"""Drafts that come back, rows of 修改记录, and desks edited after they were signed."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest
from bank import refused_for
from revised import edit_part

from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.workspace import comparing, desk, documents, revising, revisions

NUMBER = DocumentNumber("RXD7200-04")
AUTHOR, REVIEWER, APPROVER = (f"SD00-000{place}" for place in range(1, 4))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TODAY, LATER, LATEST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


def by(bank, who):
    return bank.at(who, TODAY)


def manifest(bank, number=NUMBER):
    return bank.root / "forms" / str(number) / "form.toml"


def reword(bank, old="贷款到期通知书", new="到期通知书"):
    text = manifest(bank).read_text("utf-8")
    assert old in text
    manifest(bank).write_text(text.replace(old, new, 1), encoding="utf-8")


def saved_by_word(root):
    """Leave the marks of a session of editing, as Word does."""
    for paragraph in root.iter(f"{W}p"):
        paragraph.set(f"{W}rsidR", "00A1B2C3")


def noted(bank):
    return [
        finding.message.text(Language.ZH) for finding in revisions.noted(by(bank, None), NUMBER)
    ]


def submitted(bank, reason="增加联系方式", effective=LATER, who=AUTHOR):
    revising.propose(by(bank, who), NUMBER, reason, effective)
    return revising.submit(by(bank, who), NUMBER)


class TestComingBack:
    def test_a_returned_draft_as_it_was(self, bank):
        submitted(bank)
        revising.return_(by(bank, REVIEWER), NUMBER, "第3段有误")
        again = revising.submit(by(bank, AUTHOR), NUMBER)
        assert [one.code for one in again.findings if one.code == "DRAFT-UNCHANGED"]
        [told] = noted(bank)
        assert "“第3段有误”" in told
        assert "审核示例" in told
        # Whoever approves is told as well.
        revising.review(by(bank, REVIEWER), NUMBER, "")
        assert noted(bank) == [told]

    def test_a_rejected_draft_under_another_cover(self, bank):
        submitted(bank)
        revising.reject(by(bank, APPROVER), NUMBER, "不予修改")
        submitted(bank, "再次申请", LATEST)
        [told] = noted(bank)
        assert "CR2026-0001" in told
        assert "“不予修改”" in told

    def test_the_newest_answer_is_told(self, bank):
        submitted(bank)
        for remark in ("第一次", "第二次"):
            revising.return_(by(bank, REVIEWER), NUMBER, remark)
            revising.submit(by(bank, AUTHOR), NUMBER)
        [told] = noted(bank)
        assert "第二次" in told

    def test_what_was_mended_is_not_told(self, bank):
        submitted(bank)
        revising.return_(by(bank, REVIEWER), NUMBER, "别名有误")
        reword(bank)
        revising.submit(by(bank, AUTHOR), NUMBER)
        assert noted(bank) == []

    def test_nor_what_its_author_took_back(self, bank):
        submitted(bank)
        revising.reject(by(bank, AUTHOR), NUMBER, "暂缓")
        submitted(bank, "再次申请", LATEST)
        assert noted(bank) == []

    def test_diff_tells_it_of_the_draft(self, bank):
        submitted(bank)
        revising.return_(by(bank, REVIEWER), NUMBER, "第3段有误")
        revising.submit(by(bank, AUTHOR), NUMBER)
        workspace = bank.at(REVIEWER, TODAY)
        assert len(comparing.diff(workspace, NUMBER, new="draft").noted) == 1
        assert comparing.diff(workspace, NUMBER, new="desk").noted == ()


class TestRows:
    def rows(self, bank):
        history = tomllib.loads(manifest(bank).read_text("utf-8"))["history"]
        return [(row["revision"], row["date"], row["change"]["zh"]) for row in history]

    @pytest.mark.parametrize("who", [APPROVER, AUTHOR])
    def test_the_row_is_of_this_request(self, bank, who):
        revising.propose(by(bank, AUTHOR), NUMBER, "增加联系方式", LATER)
        first = self.rows(bank)
        revising.reject(by(bank, who), NUMBER, "不予修改")
        revising.propose(by(bank, AUTHOR), NUMBER, "删去传真", LATEST)
        assert first[-1] == ("1.1", LATER, "增加联系方式")
        assert self.rows(bank) == [*first[:-1], ("1.1", LATEST, "删去传真")]

    def test_a_row_that_the_author_wrote_stays(self, bank):
        text = manifest(bank).read_text("utf-8")
        change = '{ zh = "自拟", en = "own" }'
        row = f'\n[[history]]\nrevision = "1.1"\ndate = {TODAY}\nchange = {change}\n'
        place = text.index("\n[", text.index("[[history]]") + 5)
        manifest(bank).write_text(text[:place] + row + text[place:], encoding="utf-8")
        revising.propose(by(bank, AUTHOR), NUMBER, "增加联系方式", LATER)
        assert self.rows(bank)[-1] == ("1.1", LATER, "自拟")

    def test_an_old_row_laid_back_is_refused(self, bank):
        revising.propose(by(bank, AUTHOR), NUMBER, "增加联系方式", LATER)
        old = manifest(bank).read_text("utf-8")
        revising.reject(by(bank, APPROVER), NUMBER, "不予修改")
        revising.propose(by(bank, AUTHOR), NUMBER, "删去传真", LATER)
        manifest(bank).write_text(old, encoding="utf-8")
        with refused_for("COVER-HISTORY"):
            revising.submit(by(bank, AUTHOR), NUMBER)


class TestDesk:
    def edited(self, bank):
        return {
            row.number: row.edited.text(Language.EN)
            for row in desk.rows(bank.at(day=TODAY))
            if row.edited.text(Language.EN)
        }

    def test_edits_after_approval_are_shown(self, bank):
        assert self.edited(bank) == {}
        reword(bank)
        assert self.edited(bank) == {"RXD7200-04": "edited since it was approved"}

    def test_of_a_revision_that_is_yet_to_take_effect_too(self, bank):
        submitted(bank)
        revising.review(by(bank, REVIEWER), NUMBER, "")
        revising.approve(by(bank, APPROVER), NUMBER, "")
        assert self.edited(bank) == {}
        reword(bank)
        assert self.edited(bank) == {"RXD7200-04": "edited since it was approved"}

    def test_work_on_an_open_change_is_none_until_it_is_submitted(self, bank):
        revising.propose(by(bank, AUTHOR), NUMBER, "改", LATER)
        reword(bank)
        assert self.edited(bank) == {}
        revising.submit(by(bank, AUTHOR), NUMBER)
        assert self.edited(bank) == {}
        reword(bank, "到期通知书", "通知书")
        assert self.edited(bank) == {"RXD7200-04": "edited since it was submitted"}

    def test_what_nobody_sees_and_submitting_leaves_out_is_no_edit(self, bank):
        revising.propose(by(bank, AUTHOR), NUMBER, "改", LATER)
        path = manifest(bank).parent / "template.docx"
        path.write_bytes(edit_part(path.read_bytes(), "word/document.xml", saved_by_word))
        revising.submit(by(bank, AUTHOR), NUMBER)
        desk, draft = (
            revisions.desk_files(by(bank, None), NUMBER),
            revisions.draft_files(by(bank, None), revisions.require_change(by(bank, None), NUMBER)),
        )
        assert desk.template != draft.template
        assert self.edited(bank) == {}
        assert comparing.diff(bank.at(REVIEWER, TODAY), NUMBER).new == "draft"

    def test_a_template_that_is_broken_afterwards_is_shown_as_edited(self, bank):
        (manifest(bank).parent / "template.docx").write_bytes(b"PK broken")
        assert self.edited(bank) == {"RXD7200-04": "edited since it was approved"}

    def test_other_documents_likewise(self, bank):
        path = bank.root / "documents" / "IXD7200-01" / "document.toml"
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"months = \d+", "months = 12", text), encoding="utf-8")
        rows = {row.number: row for row in documents.rows(bank.at(day=TODAY))}
        shown = rows["IXD7200-01"].edited.text(Language.ZH)
        assert shown == "批准后有改动"
