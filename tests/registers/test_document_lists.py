"""Controlled documents, their revisions, change requests and reviews, seen from several days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chronicle import DAY

from rmdocs.messages import Language

EVE = timedelta(1)
FORMS = [f"RXD7200-0{serial}" for serial in (1, 2, 3, 4)]
BEFORE_ALL = date(2004, 6, 7)


def of(rows, number):
    return [row for row in rows if number in {row.get("number"), row.get("document")}]


class TestDocuments:
    def test_everything_that_was_ever_in_force(self, rows):
        numbers = [row["number"] for row in rows("documents")]
        assert numbers[-4:] == FORMS
        assert {"IXD7200-01", "EXT-010", "QMM-CCBSD"} <= set(numbers)
        assert len(numbers) == len(set(numbers))

    def test_a_row(self, rows):
        [row] = of(rows("documents"), "RXD7200-04")
        assert row.pop("digest").isalnum()
        assert row == {
            "number": "RXD7200-04",
            "title": "Loan maturity notice",
            "revision": "1.1",
            "status": "in force",
            "effective": "2026-12-01",
            "next_revision": None,
            "next_effective": None,
            "parent": "IXD7200-01",
            "prepared": "编制示例 SD00-0001",
            "reviewed": "审核示例 SD00-0002",
            "approved": "批准示例 SD00-0003",
            "how": "by key",
            "pending": 9,
            "copies": 1,
        }

    def test_an_external_document_bears_its_publishers_number(self, rows):
        [standard] = of(rows("documents", language=Language.ZH), "EXT-010")
        assert standard["title"] == "商业银行业务档案管理规范（DA/T 98-2023）"
        [manual] = of(rows("documents", language=Language.ZH), "QMM-CCBSD")
        assert manual["title"] == "中国建设银行山东省分行质量手册"

    @pytest.mark.parametrize(
        ("day", "revision", "coming"),
        [
            (DAY.released - EVE, "1.0", (None, None)),
            (DAY.released, "1.0", ("1.1", "2026-12-01")),
            (DAY.effective, "1.1", (None, None)),
        ],
    )
    def test_a_change_of_revision(self, rows, day, revision, coming):
        [row] = of(rows("documents", day), "RXD7200-04")
        assert (row["revision"], row["status"]) == (revision, "in force")
        assert (row["next_revision"], row["next_effective"]) == coming

    def test_what_is_withdrawn_stays_on_the_list(self, rows):
        [before] = of(rows("documents", DAY.withdrawn - EVE), "RXD7200-03")
        [after] = of(rows("documents", DAY.withdrawn), "RXD7200-03")
        assert (before["status"], after["status"]) == ("in force", "withdrawn")
        assert after["revision"] == "1.0"

    @pytest.mark.parametrize(
        ("day", "copies"),
        [(DAY.copies - EVE, 0), (DAY.copies, 2), (DAY.returned - EVE, 2), (DAY.returned, 1)],
    )
    def test_copies_that_are_out(self, rows, day, copies):
        assert [row["copies"] for row in of(rows("documents", day), "RXD7200-04")] == [copies]

    def test_days_before_the_store_follow_from_the_dates(self, rows):
        found = rows("documents", date(2010, 1, 1))
        assert [row["number"] for row in found][-4:] == FORMS
        assert {row["copies"] for row in found} == {0}
        early = rows("documents", BEFORE_ALL)
        assert all(row["effective"] <= BEFORE_ALL.isoformat() for row in early)
        assert not {row["number"] for row in early} & set(FORMS)

    def test_what_was_approved_on_paper_says_so(self, rows):
        [row] = of(rows("documents"), "IXD7200-01")
        assert row["how"] == "signed on paper"
        assert "SD00" not in row["approved"]


class TestHistory:
    def test_a_superseded_and_a_new_revision(self, rows):
        old, new = rows("history", number="RXD7200-04")
        assert (old["revision"], old["ended"]) == ("1.0", "2026-12-01")
        assert old["ending"] == "superseded by RXD7200-04 1.1"
        assert old["reason"] == "approved by key"
        assert (new["revision"], new["ended"], new["ending"]) == ("1.1", None, None)
        assert (new["change"], new["request"]) == ("增加到期联系方式", "CR2026-0002")

    def test_before_it_was_approved_there_is_no_new_one(self, rows):
        [only] = rows("history", DAY.released - EVE, number="RXD7200-04")
        assert (only["revision"], only["ended"]) == ("1.0", None)

    def test_approved_but_not_in_force_yet(self, rows):
        old, new = rows("history", DAY.released, number="RXD7200-04")
        assert (old["ended"], old["ending"]) == (None, None)
        assert new["effective"] == "2026-12-01"

    def test_a_withdrawal(self, rows):
        [before] = rows("history", DAY.withdrawn - EVE, number="RXD7200-03")
        [after] = rows("history", DAY.withdrawn, number="RXD7200-03")
        assert (before["ended"], after["ended"]) == (None, "2026-12-10")
        assert after["ending"] == "withdrawn: 停用"
        [chinese] = rows("history", language=Language.ZH, number="RXD7200-03")
        assert "停用" in chinese["ending"]
        assert chinese["title"] == "营销计划"

    def test_of_all_documents(self, rows):
        found = [(row["number"], row["revision"]) for row in rows("history")]
        assert len(found) == len(set(found)) == len(rows("documents")) + 1


class TestChanges:
    def test_approved_and_rejected(self, rows):
        rejected, approved = rows("changes")
        assert rejected == {
            "number": "CR2026-0001",
            "document": "RXD7200-03",
            "from": "1.0",
            "to": "1.1",
            "reason": "试改",
            "opened_by": "编制示例 SD00-0001",
            "opened": "2026-07-01",
            "status": "taken back by its author",
            "drafts": 0,
            "reviewed_by": None,
            "reviewed": None,
            "decided_by": "编制示例 SD00-0001",
            "decided": "2026-07-01",
            "remarks": "不改了",
        }
        assert (approved["status"], approved["drafts"]) == ("approved", 1)
        assert approved["reviewed_by"] == "审核示例 SD00-0002"
        assert (approved["decided_by"], approved["decided"]) == (
            "批准示例 SD00-0003",
            "2026-11-30",
        )

    @pytest.mark.parametrize(
        ("day", "known"), [(DAY.rejected - EVE, 0), (DAY.rejected, 1), (DAY.released, 2)]
    )
    def test_as_of_a_day(self, rows, day, known):
        assert len(rows("changes", day)) == known

    def test_of_one_document(self, rows):
        [only] = rows("changes", number="RXD7200-04")
        assert only["number"] == "CR2026-0002"
        assert rows("changes", number="RXD7200-01") == []


class TestReviews:
    def test_a_review_that_changed_nothing(self, rows):
        [before] = of(rows("reviews", DAY.confirmed - EVE), "IXD7200-01")
        # In force on paper since 2004, adopted with the store.
        assert (before["effective"], before["reviewed"]) == ("2004-06-08", "2026-01-05")
        assert (before["due"], before["overdue"]) == ("2029-01-05", None)
        [after] = of(rows("reviews", DAY.confirmed), "IXD7200-01")
        assert (after["reviewed"], after["due"]) == ("2026-12-15", "2029-12-15")
        assert (after["overdue"], after["remark"]) == (None, "内容仍适用")
        assert after["reviewed_by"] == "审核示例 SD00-0002"

    def test_a_new_revision_counts_as_one(self, rows):
        [row] = of(rows("reviews", DAY.effective), "RXD7200-04")
        assert (row["revision"], row["reviewed"], row["due"]) == (
            "1.1",
            "2026-12-01",
            "2029-12-01",
        )

    def test_the_first_due_first_and_nothing_that_is_withdrawn(self, rows):
        found = rows("reviews")
        assert [row["due"] for row in found] == sorted(row["due"] for row in found)
        assert of(found, "RXD7200-03") == []
        assert of(rows("reviews", DAY.withdrawn - EVE), "RXD7200-03") != []

    def test_due_within_days_after_the_day(self, rows):
        day = date(2029, 11, 1)
        assert of(rows("reviews", day, within=29), "RXD7200-04") == []
        assert of(rows("reviews", day, within=30), "RXD7200-04") != []
