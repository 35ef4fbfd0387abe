"""Check codes: typed from paper they come back; one that was misread is told as that."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rmdocs.checkcodes import SIGNS, CheckCode
from rmdocs.errors import UsageError

PRINTED = "12·0A1B-2C3D-4E5F-6G7H-8J9K2"
OLD = "12·0a1b2c3d4e5f"
ROOTS = st.binary(min_size=32, max_size=32)
CODES = st.builds(CheckCode.of, st.integers(1, 999_999_999), ROOTS)
AT = [at for at, sign in enumerate(PRINTED) if sign.isalnum()]


@given(st.integers(1, 999_999_999), ROOTS)
def test_it_is_of_its_ledger_alone_and_comes_back(size, root):
    code = CheckCode.of(size, root)
    assert CheckCode.parse(str(code)) == code
    assert code.bits == 100
    assert code.is_of(size, root)
    assert not code.is_of(size + 1, root)
    assert not code.is_of(size, bytes([root[0] ^ 1, *root[1:]]))
    assert not code.is_of(size, root[:12] + bytes([root[12] ^ 16]) + root[13:])  # the 100th bit


@given(CODES, st.data())
def test_one_wrong_sign_and_two_exchanged_are_told(code, data):
    text = str(code)
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    at, other = data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))
    signs = list(text)
    if data.draw(st.booleans()):
        signs[at] = data.draw(st.sampled_from(SIGNS))
    else:
        signs[at], signs[other] = signs[other], signs[at]
    assume("".join(signs) != text)
    with pytest.raises(UsageError):
        CheckCode.typed("".join(signs))


@given(CODES, st.data())
def test_a_sign_too_few_or_too_many_is_told(code, data):
    """It does not become the size's, where that was told apart: the code of another history."""
    text = str(code)
    at = data.draw(st.sampled_from([at for at, sign in enumerate(text) if sign.isalnum()]))
    behind = text.index("·") < at
    for wrong in (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]):
        try:
            found = CheckCode.typed(wrong)
        except UsageError:
            continue
        assert not behind, (wrong, found)
    with pytest.raises(UsageError):  # which once was a code of 9 events
        CheckCode.typed("99·2KP6-H5E-1FFX-76KW-KB1Q7")


@pytest.mark.parametrize("at", AT[2:])
def test_a_sign_misread_is_told_as_misread(at):
    wrong = SIGNS[SIGNS.index(PRINTED[at]) ^ 1]
    for read in (CheckCode.typed, CheckCode.parse, CheckCode.printed_in):
        with pytest.raises(UsageError, match="read or typed wrongly"):
            read(PRINTED[:at] + wrong + PRINTED[at + 1 :])


@pytest.mark.parametrize(
    "typed",
    [
        PRINTED.lower(),
        "12 0A1B 2C3D 4E5F 6G7H 8J9K2",
        "12·oaib-2c3d-4e5f-6g7h-8j9k2",
        "１２・０Ａ１Ｂ－２Ｃ３Ｄ－４Ｅ５Ｆ－６Ｇ７Ｈ－８Ｊ９Ｋ２",
        "120A1B2C3D4E5F6G7H8J9K2",
    ],
)
def test_it_is_read_however_it_is_typed(typed):
    assert typed != PRINTED
    assert str(CheckCode.typed(typed)) == PRINTED


def test_it_is_found_in_a_document():
    for code in (PRINTED, OLD):
        text = f"参见 3·0a1b2c3d4e5f　版次：2\n核验码：{code}\n第1页"
        assert CheckCode.printed_in(text) == (CheckCode.parse(code), text.index(code))
    assert CheckCode.printed_in("核验码：0（本册首份） 0531-55510010") is None


def test_codes_of_before_tell_less():
    code = CheckCode.parse(OLD)
    assert (str(code), code.bits) == (OLD, 48)
    assert CheckCode.typed("12．0A1B2C3D4E5F") == code
    assert code.is_of(12, bytes.fromhex("0a1b2c3d4e5f") + bytes(26))
    first = CheckCode.parse("0")
    assert (str(first), first.bits) == ("0", 0)
    assert first == CheckCode.of(0, bytes(32))


@pytest.mark.parametrize("text", ["", "看不清", "1", "012·0a1b2c3d4e5f", "12·0a1b2c3d4e5"])
def test_other_texts_are_none(text):
    with pytest.raises(UsageError, match="no check code"):
        CheckCode.typed(text)


@given(CODES, st.text(max_size=2), st.sampled_from(["before", "behind", "within"]))
@example(CheckCode.parse(PRINTED), "-", "before")
@example(CheckCode.parse(PRINTED), "+", "within")
@example(CheckCode.parse(PRINTED), "²", "within")
def test_nothing_else_is_taken_for_a_sign(code, more, place):
    """What is typed is the code and what parts it; anything else makes it none, or another."""
    text = str(code)
    at = text.index("·")
    typed = {
        "before": more + text,
        "behind": text + more,
        "within": text[:at] + more + text[at:],
    }[place]
    parts = set(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u3000·・･•‧∙⋅.．,，:：_＿-－−‐‑‒–—―")
    blank = not more.strip(" \u3000") if place != "within" else set(more) <= parts
    try:
        found = CheckCode.typed(typed)
    except UsageError:
        assert not blank or more.strip() != more
    else:
        assert found == code
        assert not more.strip() or place == "within"


@pytest.mark.parametrize(
    "text", [f"-{PRINTED}", f"+{PRINTED}", f"−{PRINTED}", f"0{PRINTED}", f"9{'9' * 20}{PRINTED}"]
)
def test_a_size_is_a_plain_number(text):
    with pytest.raises(UsageError):
        CheckCode.typed(text)
    assert CheckCode.printed_in(text) is None
