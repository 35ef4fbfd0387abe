"""A register to print: every kind of cell, more rows than a page holds."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from rmdocs.messages import Bilingual, Verbatim
from rmdocs.reports.report import Column, ColumnKind, Report

COLUMNS = (
    Column(name="number", title=Bilingual(zh="受控号", en="copy no."), width=18),
    Column(name="holder", title=Bilingual(zh="持有人", en="holder"), width=20),
    Column(
        name="issued", title=Bilingual(zh="发放日期", en="issued"), kind=ColumnKind.DATE, width=12
    ),
    Column(
        name="signed",
        title=Bilingual(zh="签收时间", en="receipt signed"),
        kind=ColumnKind.MOMENT,
        width=17,
    ),
    Column(name="sheets", title=Bilingual(zh="页数", en="sheets"), kind=ColumnKind.NUMBER, width=6),
    Column(
        name="amount", title=Bilingual(zh="金额", en="amount"), kind=ColumnKind.NUMBER, width=14
    ),
    Column(name="remark", title=Bilingual(zh="备注", en="remark"), width=20),
)


def row(count: int):
    return (
        f"RXD7200-04-C{count:04d}",
        "=cmd|'/c calc'!A0" if count == 1 else "王样例",
        date(2026, 3, 2) + timedelta(count),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC) if count % 2 else None,
        count,
        Decimal("1234567.50"),
        Bilingual(zh="在用", en="in use") if count % 3 else "遗失，改发新号。" * 8,
    )


@pytest.fixture(scope="session")
def report():
    """Return a function that makes a register of so many rows."""

    def make(count: int = 60, **changes):
        given = {
            "name": "copies",
            "title": Bilingual(zh="文件发放/回收登记表", en="Register of controlled copies"),
            "columns": COLUMNS,
            "rows": tuple(map(row, range(1, count + 1))),
            "as_of": date(2026, 3, 2),
            "organisation": Bilingual(zh="山东省分行", en="Shandong branch"),
            "notes": (Verbatim("受控号不重复使用。"), Verbatim("=1+1 & <b>")),
            "signatures": (
                Bilingual(zh="编制人", en="prepared by"),
                Bilingual(zh="审核人", en="reviewed by"),
            ),
        }
        return Report(**{**given, **changes})

    return make
