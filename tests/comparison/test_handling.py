"""What an officer changes in printing, slips, due dates, signing and the ledger is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from rmdocs.comparison.compare import compare
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.differences import Area, What
from rmdocs.messages import Language

ROOT = Path(__file__).resolve().parents[2]
FILES = {str(number): read_desk(ROOT, number) for number in desk_numbers(ROOT)}
NOTICE, AGREEMENT = "RXD7200-04", "RXD7200-01"


def told(form, old, new):
    files = FILES[form]
    text = files.manifest.decode()
    assert text.count(old) >= 1
    changed = replace(files, manifest=text.replace(old, new, 1).encode())
    comparison = compare(files, changed)
    assert not comparison.findings
    assert {change.area for change in comparison.changes} == {Area.HANDLING}
    return comparison.changes


@pytest.mark.parametrize(
    ("form", "old", "new", "path", "words"),
    [
        (NOTICE, 'copies = "2"', 'copies = "3"', "printing.copies", ("2", "3")),
        (NOTICE, "sides = 1", "sides = 2", "printing.sides", ("1", "2")),
        (NOTICE, "按上表核对，每个", "按下表核对，每个", "printing.steps[0]", ("按下表",)),
        (NOTICE, "down = -11", "down = -9", "slips.receipt", ("-11", "-9", "回执联")),
        (
            NOTICE,
            "filed.receipt, -3",
            "filed.receipt, -5",
            "due.receipt_entry",
            ("Receipt slip was filed", "5"),
        ),
        (NOTICE, "days = 30\n", "days = 20\n", "due.delivery", ("30", "20")),
        (NOTICE, '["机构代码", ', '["网点", "机构代码", ', "ledger.columns.unit", ("网点",)),
        (NOTICE, '"美元" = "USD", ', "", "ledger.words.content.currency", ("美元 = USD",)),
        (NOTICE, "\"'CNY'\"", "\"'USD'\"", "ledger.values.content.currency", ("USD",)),
        (AGREEMENT, "代表甲方签订", "代甲方签订", "signing.parties.a", ("代甲方签订",)),
        (
            AGREEMENT,
            '["content.party_a.name", ',
            "[",
            "signing.parties.a",
            ("whom its certificate names", "统一社会信用代码"),
        ),
    ],
)
def test_one_change_is_one_sentence(form, old, new, path, words):
    (change,) = told(form, old, new)
    assert (change.path, change.what) == (path, What.CHANGED)
    assert all(word in change.sentence.text(Language.EN) for word in words)


def test_a_slip_that_was_added_says_where_its_code_stands():
    slip = """[[slips]]
name = "proof"
title = { zh = "送达回证", en = "Proof of delivery" }
code = { anchor = "送达方式", right = 165, down = -11 }

[[slips]]"""
    added, *others = told(NOTICE, "[[slips]]", slip)
    assert not others
    assert (added.what, added.path) == (What.ADDED, "slips.proof")
    assert "165 mm right of and -11 mm below “送达方式”" in added.sentence.text(Language.EN)


def test_a_due_date_that_was_removed_is_told():
    text = FILES[NOTICE].manifest.decode()
    start = text.index('[[due]]\nname = "receipt_entry"')
    block = text[start : text.index("[[due]]", start + 1)]
    (gone,) = told(NOTICE, block, "")
    assert (gone.what, gone.path) == (What.REMOVED, "due.receipt_entry")


@pytest.mark.parametrize("form", sorted(FILES))
def test_what_was_not_changed_is_not_told(form):
    files = FILES[form]
    changed = replace(files, manifest=files.manifest + b"\n# a remark\n")
    assert not compare(files, changed).in_area(Area.HANDLING)
