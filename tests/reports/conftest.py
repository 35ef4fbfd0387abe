"""A register to print: every kind of cell, more rows than a page holds."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from rmdocs.messages import Bilingual, Verbatim
from rmdocs.reports.report import Column, Kind, Report

COLUMNS = (
    Column("number", Bilingual("受控号", "copy no."), width=18),
    Column("holder", Bilingual("持有人", "holder"), width=20),
    Column("issued", Bilingual("发放日期", "issued"), Kind.DATE, 12),
    Column("signed", Bilingual("签收时间", "receipt signed"), Kind.MOMENT, 17),
    Column("sheets", Bilingual("页数", "sheets"), Kind.NUMBER, 6),
    Column("amount", Bilingual("金额", "amount"), Kind.NUMBER, 14),
    Column("remark", Bilingual("备注", "remark"), width=20),
)


def row(count: int):
    return (
        f"RXD7200-04-C{count:04d}",
        "=cmd|'/c calc'!A0" if count == 1 else "王样例",
        date(2026, 3, 2) + timedelta(count),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC) if count % 2 else None,
        count,
        Decimal("1234567.50"),
        Bilingual("在用", "in use") if count % 3 else "遗失，改发新号。" * 8,
    )


@pytest.fixture(scope="session")
def report():
    """Return a function that makes a register of so many rows."""

    def make(count: int = 60, **changes):
        given = {
            "name": "copies",
            "title": Bilingual("文件发放/回收登记表", "Register of controlled copies"),
            "columns": COLUMNS,
            "rows": tuple(map(row, range(1, count + 1))),
            "as_of": date(2026, 3, 2),
            "organisation": Bilingual("山东省分行", "Shandong branch"),
            "notes": (Verbatim("受控号不重复使用。"), Verbatim("=1+1 & <b>")),
            "signatures": (Bilingual("编制人", "prepared by"), Bilingual("审核人", "reviewed by")),
        }
        return Report(**{**given, **changes})

    return make
