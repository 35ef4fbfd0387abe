"""Records, number series, regenerations, holds and copies, seen from several days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chronicle import DAY, OUTSIDE

from rmdocs.workspace import registers

EVE = timedelta(1)
JINAN = [f"RXD7200-04-JN01-2026-000{serial}" for serial in (1, 2, 3)]
YANTAI = ["RXD7200-04-YT03-2026-0001"]


class TestRecords:
    def test_a_row(self, rows):
        first = rows("records")[0]
        assert first == {
            "number": JINAN[0],
            "date": "2026-09-14",
            "customer": "济南虚构岱岳重型机械有限公司",
            "subject": "建鲁(济示)流贷〔2025〕0007号甲",
            "status": "issued",
            "revision": "1.1",
            "years": 10,
            "starts": None,
            "due": None,
            "hold": "by its form",
            "disposed": None,
        }

    @pytest.mark.parametrize(
        ("asked", "numbers"),
        [
            ({}, JINAN + YANTAI),
            ({"unit": "YT03"}, YANTAI),
            ({"number": "RXD7200-04"}, JINAN + YANTAI),
            ({"number": "RXD7200-01"}, []),
            ({"unit": "JN01", "year": 2026}, JINAN),
        ],
    )
    def test_restricted(self, rows, asked, numbers):
        assert [row["number"] for row in rows("records", **asked)] == numbers

    def test_before_they_were_issued(self, rows):
        assert rows("records", DAY.issued - EVE) == []
        assert len(rows("records", DAY.issued)) == 4

    def test_a_void(self, rows):
        for day, status in ((DAY.voided - EVE, "issued"), (DAY.voided, "void")):
            assert rows("records", day)[1]["status"] == status

    def test_a_regeneration(self, rows):
        before = [row["revision"] for row in rows("records", DAY.regenerated - EVE)]
        after = [row["revision"] for row in rows("records", DAY.regenerated)]
        assert (before, after) == (["1.0"] * 4, ["1.1", "1.0", "1.0", "1.1"])

    def test_a_hold(self, rows):
        for day, hold in (
            (DAY.held - EVE, "by its form"),
            (DAY.held, "by its form, H2026-0001 audit"),
            (DAY.lifted, "by its form"),
        ):
            found = rows("records", day)
            assert found[0]["hold"] == hold
            assert found[3]["hold"] == "by its form"

    def test_totals(self, rows):
        jinan, yantai = rows("records", totals=True)
        assert jinan == {
            "form": "RXD7200-04",
            "title": "Loan maturity notice",
            "unit": "JN01",
            "year": 2026,
            "given": 3,
            "open": 2,
            "closed": 0,
            "void": 1,
            "disposed": 0,
            "years": "10",
            "from": "1 January after settlement",
            "basis": "DA/T 98-2023",
            "first_due": None,
            "last_due": None,
        }
        assert (yantai["unit"], yantai["given"], yantai["void"]) == ("YT03", 1, 0)
        [before, _] = rows("records", DAY.voided - EVE, totals=True)
        assert (before["open"], before["void"]) == (3, 0)

    def test_retention_of_what_is_closed(self, shared_bank):
        report = registers.report(shared_bank.at(), "records")
        places = [column.name for column in report.columns]
        closed = [
            dict(zip(places, row, strict=True))
            for row in report.rows
            if row[0] == "RXD7200-01-JN01-2026-0001"
        ]
        assert [(row["years"], row["starts"], row["due"]) for row in closed] == [
            (10, date(2030, 1, 1), date(2040, 1, 1))
        ]


class TestSeries:
    def test_voids_and_closing_statement(self, rows):
        jinan, yantai = rows("series")
        assert jinan.pop("checkpoint").partition("·")[0] == "7"
        assert len(jinan.pop("statement")) == 12
        assert jinan == {
            "series": "RXD7200-04-JN01-2026",
            "volumes": 1,
            "opened": "2026-11-18",
            "first": "0001",
            "last": "0003",
            "given": 3,
            "void": 1,
            "void_numbers": "0002",
            "closed": "2027-01-05",
            "closed_by": "档案示例 SD00-0004",
        }
        assert (yantai["given"], yantai["closed"], yantai["statement"]) == (1, None, None)

    @pytest.mark.parametrize(
        ("day", "voids", "closed"),
        [
            (DAY.issued, "", None),
            (DAY.voided - EVE, "", None),
            (DAY.voided, "0002", None),
            (DAY.closed - EVE, "0002", None),
            (DAY.closed, "0002", "2027-01-05"),
        ],
    )
    def test_as_of_a_day(self, rows, day, voids, closed):
        jinan = rows("series", day)[0]
        assert (jinan["void_numbers"], jinan["closed"]) == (voids, closed)
        assert (jinan["statement"] is None) == (closed is None)

    def test_before_it_began(self, rows):
        assert rows("series", DAY.issued - EVE) == []

    @pytest.mark.parametrize(
        ("asked", "count"),
        [({"unit": "YT03"}, 1), ({"number": "RXD7200-01"}, 0), ({"year": 2026}, 2)],
    )
    def test_restricted(self, rows, asked, count):
        assert len(rows("series", **asked)) == count


class TestRegenerations:
    def test_a_run(self, rows):
        [run] = rows("regenerations")
        assert run.pop("begun").startswith("2026-12-02T")
        assert run.pop("ended").startswith("2026-12-02T")
        assert run == {
            "run": "0001",
            "form": "RXD7200-04",
            "to": "1.1",
            "where": None,
            "records": 2,
            "begun_by": "档案示例 SD00-0004",
            "outcome": "carried out",
            "regenerated": 2,
            "reason": "增加到期联系方式",
        }

    def test_as_of_a_day_and_of_a_form(self, rows):
        assert rows("regenerations", DAY.regenerated - EVE) == []
        assert len(rows("regenerations", DAY.regenerated, number="RXD7200-04")) == 1
        assert rows("regenerations", number="RXD7200-01") == []


class TestCopies:
    def test_where_they_stand(self, rows):
        held, returned = rows("copies")
        assert (held["copy"], held["holder"]) == ("RXD7200-04-C0001", "王样例（JN01-0101）")
        assert (held["revision"], held["returned_on"]) == ("1.0", None)
        assert (returned["holder"], returned["returned_on"]) == (OUTSIDE, "2026-04-01")

    def test_as_of_a_day_and_of_a_document(self, rows):
        assert rows("copies", DAY.copies - EVE) == []
        before = rows("copies", DAY.returned - EVE, number="RXD7200-04")
        assert [row["returned_on"] for row in before] == [None, None]
        assert rows("copies", number="RXD7200-01") == []


class TestDisposition:
    def test_holds(self, rows):
        assert rows("holds", DAY.held - EVE) == []
        [standing], [lifted] = rows("holds", DAY.held), rows("holds")
        assert (standing["held"], standing["lifted_on"]) == ("RXD7200-04-JN01-2026", None)
        assert (lifted["lifted_by"], lifted["lifted_on"]) == ("审计示例", "2026-12-20")

    def test_disposals(self, rows, pending):
        assert rows("disposals") == []
        report = registers.report(pending.at(), "disposals")
        assert {row[0] for row in report.rows} == {"D2032-0001"}
        assert registers.report(pending.at(), "disposals", on=DAY.closed).rows == ()
