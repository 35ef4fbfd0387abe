"""Loan ledgers that are wrong: each gets its finding, never a traceback, and no record.

``tools/refusals.py`` prints what is said of each into docs/refusals.md.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from bank import refused_for
from loans import OWN

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.intake.candidates import ALL
from rmdocs.messages import Language
from rmdocs.workspace import due
from rmdocs.workspace.due import Wanted

MORNING = date(2026, 11, 24)


def rows(*changes, titles=None):
    """Return a ledger as CSV: the sample row, once for each set of changes."""
    titles = titles or {}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([titles.get(name, name) for name in OWN])
    writer.writerows([list({**OWN, **change}.values()) for change in changes])
    return out.getvalue().encode()


LEDGERS = {
    "empty": ("a.csv", b"", "FILE-EMPTY"),
    "headings nobody knows": ("a.csv", b"a,b,c\n1,2,3\n", "LEDGER-HEADINGS"),
    "no workbook": ("a.xlsx", b"hello", "XLSX-DAMAGED"),
    "another kind of file": ("a.pdf", b"%PDF-1.7", "FILE-KIND"),
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0", "FILE-KIND"),
    "balance in 万元": ("a.csv", rows({}, titles={"余额": "余额(万元)"}), "LEDGER-UNIT"),
    "row wider than the headings": ("a.csv", rows({}) + b"," * 30 + b"9\n", "LEDGER-WIDE"),
    "commas in the wrong places": ("a.csv", rows({"余额": "1,000,5"}), "CELL-VALUE"),
    "no maturity": ("a.csv", rows({"到期日": ""}), "LEDGER-MISSING"),
    "no such maturity": ("a.csv", rows({"到期日": "2026-02-30"}), "CELL-VALUE"),
    "maturity in words": ("a.csv", rows({"到期日": "年底"}), "CELL-VALUE"),
    "the same loan twice": ("a.csv", rows({}, {}), "LEDGER-TWICE"),
    "balance in words": ("a.csv", rows({"余额": "三千万"}), "CELL-VALUE"),
    "formula error": ("a.csv", rows({"余额": "#N/A"}), "CELL-FORMULA"),
    "no account": ("a.csv", rows({"还款账号": ""}), "LEDGER-MISSING"),
    "unknown manager": (
        "a.csv",
        rows({"工号": "JN01-0999", "客户经理": "无此人"}),
        "LEDGER-MISSING",
    ),
    "no such currency": ("a.csv", rows({"币种": "卢布"}), "SCHEMA-ENUM"),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_bad_ledger_is_told(bank, tmp_path, name):
    file, data, code = LEDGERS[name]
    path = tmp_path / file
    path.write_bytes(data)
    try:
        due_list = due.what_is_due(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    except FindingsError as refusal:
        findings = refusal.findings
    else:
        findings = due_list.findings
    assert has_errors(findings)
    assert findings[0].code == code
    # No expression of the form's is told to somebody who knows a spreadsheet.
    assert "content." not in findings[0].message.text(Language.EN)
    with refused_for(*{finding.code for finding in findings}):
        due.asked_records(bank.at("JN01-0101", MORNING), folders.ledger(path, ALL), complete=True)
