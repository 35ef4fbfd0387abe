import io
import json
import sys

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.cli import printing, streams
from rmdocs.cli.context import Progress
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import NOTHING, error, warning
from rmdocs.messages import Bilingual, Language, message

FINDING = error(
    "AMT",
    "$.content.amount",
    Bilingual(zh="金额不对", en="wrong amount"),
    Bilingual(zh="改正", en="mend it"),
    clause="§5.9",
    label="金额",
)


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("abc", 3),
        ("金额", 4),
        ("a〔1〕", 6),
        ("é", 1),
        ("e\u0301", 1),
        ("葛\U000e0100", 2),  # a variant of a sign, as names have them
        ("", 0),
    ],
)
def test_width_counts_columns(text, wide):
    assert streams.width(text) == wide


@given(
    st.text(
        st.sampled_from("aZ~ ·“”‘’…—›→、〗㐀䶿一鿿！～￥金。〡〪\u303f\n\x1be\u0301é\ufe0f\u200d😀")
    )
)
def test_width_without_tables_is_that_of_the_tables(text):
    assert streams.width(text) == wcwidth.width(text)


def test_every_sign_measured_without_tables_is_as_wide_as_in_the_tables():
    for sign in map(chr, range(0x10000)):
        assert streams.width(sign) == wcwidth.width(sign), hex(ord(sign))


@given(st.text("甲乙ab c。,"), st.integers(4, 30))
def test_wrapping_keeps_every_sign_and_the_width(text, wide):
    lines = streams.wrap(text, wide)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    for line in lines:
        bare = line.rstrip("。,")
        assert streams.width(bare) <= wide or " " not in bare


@given(st.text("甲a", max_size=20), st.integers(2, 20))
def test_cutting_never_exceeds(text, wide):
    assert streams.width(streams.cut(text, wide)) <= wide


def test_a_finding_as_text_in_both_languages():
    english = printing.finding_text(FINDING, Language.EN, place="in.csv:3")
    assert english.splitlines() == [
        "error AMT  in.csv:3  金额 ($.content.amount)",
        "    wrong amount [§5.9]",
        "    → mend it",
    ]
    assert "金额不对" in printing.finding_text(FINDING, Language.ZH)


def test_a_place_that_the_path_says_is_not_said_twice():
    whole = error("FILE-KIND", "in.docx", Bilingual(zh="类型不对", en="wrong kind"), NOTHING)
    text = printing.finding_text(whole, Language.EN, place="in.docx")
    assert text.splitlines()[0] == "error FILE-KIND  in.docx"


def test_a_table_stands_in_columns(capsys):
    headings = (message("number"), message("name"))
    rows = [("1", "王样例"), ("22", "a\nb")]
    printing.echo_table(headings, rows, Language.EN)
    assert capsys.readouterr().out.splitlines() == ["number  name", "1       王样例", "22      a b"]


def test_chinese_headings_align(capsys):
    printing.echo_table(
        (Bilingual(zh="编号", en=""), Bilingual(zh="名", en="")), [("1", "x")], Language.ZH
    )
    assert capsys.readouterr().out.splitlines() == ["编号  名", "1     x"]


def test_an_error_goes_to_standard_error_with_its_remedy(capsys):
    problem = ControlError(
        Bilingual(zh="不行", en="refused"), Bilingual(zh="问", en="ask"), clause="§6"
    )
    printing.echo_error(problem, Language.EN, as_json=False)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == ["rmdocs: refused [§6]", "    → ask"]


def test_an_error_as_json_carries_every_finding(capsys):
    problem = FindingsError((FINDING, warning("W", "$", Bilingual(zh="", en="hm"))))
    printing.echo_error(problem, Language.EN, as_json=True)
    answer = json.loads(capsys.readouterr().err)
    assert answer["exit_code"] == 1
    assert [finding["code"] for finding in answer["findings"]] == ["AMT", "W"]


def test_an_unknown_code_stands_for_itself():
    assert printing.named(printing.ROLES, "jester").text(Language.ZH) == "jester"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("patience", "shown"), [(60, False), (0, True)])
def test_what_takes_longer_than_one_waits_shows_how_far_it_is(monkeypatch, patience, shown):
    monkeypatch.setattr(sys, "stderr", Terminal())
    progress = Progress("reading", patience=patience)
    for _again in range(2):
        for done in (0, 4, 9):
            progress.until_done(done, 9)
    assert sys.stderr.getvalue().count("9/9") == (2 if shown else 0)
    assert ("reading" in sys.stderr.getvalue()) is shown
