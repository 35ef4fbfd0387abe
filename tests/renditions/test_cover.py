"""The cover of a print set says everything that is in it, exactly and the same way each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bank import refused_for

from rmdocs.rendering.compiled import printed_text
from rmdocs.renditions.printing import CoverRow, PrintCover

ROWS = (
    CoverRow(
        name="a-e1.pdf",
        addressee="借款人公司",
        pages=3,
        copies=2,
        sheets=4,
        sha256="0123456789abcdef" * 4,
    ),
    CoverRow(name="a-e1-c1.pdf", addressee="", pages=1, copies=5, sheets=5, sha256="f" * 64),
)
COVER = PrintCover(
    organisation="某银行",
    form_title="协议书",
    form_number="RXD7200-01",
    revision="1.0",
    number="RXD7200-01-JN01-2026-0001",
    edition=7,
    customer="甲 & 乙<公司>",
    subject="",
    unit="某支行",
    sides=2,
    rows=ROWS,
    steps=("清点", "盖章"),
    engine="libreoffice 1.2",
    printed_by="王样例 JN01-0101",
    printed_on=date(2026, 3, 9),
)


def test_everything_is_there():
    document = COVER.document()
    text = printed_text(document)
    for said in (
        *("打印套件封面", "不签字", "某银行", "协议书（RXD7200-01　版本1.0）", "版次7"),
        *("甲 & 乙<公司>", "某支行", "双面", "a-e1.pdf", "借款人公司", "a-e1-c1.pdf"),
        *("0123456789abcdef\u00a00123456789abcdef 0123", "libreoffice 1.2", "王样例 JN01-0101"),
        *("1．", "清点", "2．", "盖章", "2026年3月9日"),
    ):
        assert said in text, said
    assert text.count("☐") == len(COVER.steps)
    assert COVER.document() == document


def test_the_sums():
    lines = [line for line in printed_text(COVER.document()).split("\n") if line]
    place = lines.index("合计（不含本封面）")
    assert lines[place + 1 : place + 3] == ["7", "9"]


def test_without_steps_there_is_no_list_of_them():
    text = printed_text(replace(COVER, steps=(), sides=1).document())
    assert "办理" not in text
    assert "☐" not in text
    assert "单面" in text


def test_what_cannot_be_printed_is_refused():
    with refused_for("TEXT-UNPRINTABLE"):
        replace(COVER, customer="甲\x00乙").document()
