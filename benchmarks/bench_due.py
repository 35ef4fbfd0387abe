"""The morning list from a loan ledger of 10,000 rows, as a whole process.

Beside it what one would write first: a loop over the workbook that keeps the
rows whose maturity is near, with neither rules nor records.
"""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from bank import NEW_YEAR, Bank
from loans import ledger, row

from rmdocs.beginning import begin

ROWS, SPREAD = 10_000, 900
FIRST = date(2026, 12, 1)
_DAY = re.compile(r"(\d{4})年(\d+)月(\d+)日")


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    root = tmp_path_factory.mktemp("bench") / "bank"
    begin(root, sample=True, now=NEW_YEAR)
    return Bank(root)


@pytest.fixture(scope="module")
def loans(bank):
    """A ledger whose loans fall due over two and a half years."""
    days = [FIRST + timedelta(days=place % SPREAD) for place in range(ROWS)]
    rows = [
        row(
            合同编号=f"建鲁(济示)流贷〔2025〕{place:05d}号",
            借据编号=f"JK{place:011d}",
            到期日=f"{day.year}年{day.month}月{day.day}日",
        )
        for place, day in enumerate(days)
    ]
    return ledger(bank.root.parent / "loans.xlsx", rows)


def listed(bank, loans):
    program = Path(sys.executable).with_name("rmdocs")
    words = ["-w", bank.root, "--as", "JN01-0101", "due", "--ledger", loans, "--within", "30d"]
    return subprocess.run([program, *words], check=False, capture_output=True)


def by_hand(path):
    near = []
    book = load_workbook(path, read_only=True)
    for cells in book.active.iter_rows(min_row=3, values_only=True):
        found = _DAY.fullmatch(str(cells[12]))
        if found and date(*map(int, found.groups())) <= FIRST + timedelta(days=30):
            near.append(cells)
    book.close()
    return near


def test_the_morning_list(benchmark, bank, loans):
    done = benchmark.pedantic(listed, args=(bank, loans), rounds=3)
    assert done.returncode in {0, 1}, done.stderr.decode()
    assert b"Traceback" not in done.stderr, done.stderr


def test_a_loop_over_the_workbook(benchmark, loans):
    assert benchmark.pedantic(by_hand, args=(loans,), rounds=3)
