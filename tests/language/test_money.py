"""大写: the vectors, 附一's own examples and variants, and reading back every amount."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.language.money import (
    CURRENCIES,
    copies_words,
    currency_name,
    currency_symbol,
    read_words,
    rmb_words,
)
from rmdocs.language.numbers import UnfitValueError
from rmdocs.messages import Language

VECTORS = {
    "1409.50": "人民币壹仟肆佰零玖元伍角",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "人民币壹拾万柒仟元零伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
    "30000000.00": "人民币叁仟万元整",
    "18500000.00": "人民币壹仟捌佰伍拾万元整",
    "0.05": "人民币伍分",
}
MORE = {
    "0": "人民币零元整",
    "0.50": "人民币伍角",
    "10": "人民币壹拾元整",
    "1005": "人民币壹仟零伍元整",
    "100500": "人民币壹拾万零伍佰元整",
    "2007000": "人民币贰佰万柒仟元整",
    "100005000": "人民币壹亿零伍仟元整",
    "1010000000": "人民币壹拾亿壹仟万元整",
    "1000000001": "人民币壹拾亿零壹元整",
    "10.05": "人民币壹拾元零伍分",
    "10.50": "人民币壹拾元零伍角",
    "999999999999.99": "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}
ALSO_LEGAL = [
    ("人民币壹仟陆佰捌拾元叁角贰分", "1680.32"),
    ("人民币壹拾万零柒仟元伍角叁分", "107000.53"),
    ("人民币壹拾万零柒仟元零伍角叁分", "107000.53"),
    ("人民币壹拾万柒仟元伍角叁分", "107000.53"),
    ("人民币壹佰元正", "100"),
    ("人民币伍角整", "0.50"),
    ("人民币零元伍角", "0.50"),
    ("人民币零元零伍分", "0.05"),
    ("人民币壹亿伍仟元整", "100005000"),
    ("人民币貳萬陸仟圓正", "26000"),
    ("人民币叁億圆整", "300000000"),
    ("欧元贰拾元零伍角", "20.50"),
]
ILLEGAL = [
    "",
    "人民币",
    "人民币整",
    "人民币元整",
    "壹佰元整",
    "人民币 壹佰元整",
    "人民币壹佰元",
    "人民币壹佰元整 ",
    "人民币拾元整",
    "人民币壹仟伍元整",
    "人民币壹拾伍零元整",
    "人民币零壹元整",
    "人民币壹元零整",
    "人民币壹元伍分",
    "人民币壹元零伍分整",
    "人民币壹元伍角零分",
    "人民币壹元零零伍分",
    "人民币一百元整",
    "人民币１００元整",
    "人民币壹万万元整",
    "人民币壹拾佰元整",
    "人民币玖玖元整",
    "人民币壹分壹角",
    "人民币" + "壹" * 10_000 + "元整",
    "卢布壹佰元整",
]
cents = st.integers(0, 10**14 - 1).map(lambda number: Decimal(number).scaleb(-2))
# Amounts full of zeros, where all the rules of 附一 are about.
sparse = st.lists(st.sampled_from("000159"), min_size=3, max_size=14).map(
    lambda digits: Decimal("".join(digits)).scaleb(-2)
)


@pytest.mark.parametrize(("amount", "words"), [*VECTORS.items(), *MORE.items()])
def test_canonical(amount, words):
    assert rmb_words(amount) == words
    assert rmb_words(Decimal(amount)) == words
    assert read_words(words) == ("CNY", Decimal(amount))


@pytest.mark.parametrize(("words", "amount"), ALSO_LEGAL)
def test_also_legal_when_read(words, amount):
    code = "EUR" if words.startswith("欧元") else "CNY"
    assert read_words(words) == (code, Decimal(amount))


@pytest.mark.parametrize("words", ILLEGAL)
def test_other_writings_are_refused(words):
    with pytest.raises(UnfitValueError):
        read_words(words)


@given(st.one_of(cents, sparse), st.sampled_from(sorted(CURRENCIES)))
def test_every_amount_reads_back(amount, currency):
    words = rmb_words(amount, currency)
    assert read_words(words) == (currency, amount)
    assert words.startswith(CURRENCIES[currency].name)
    assert "零零" not in words
    assert words.endswith("元整") == (amount % 1 == 0)


@given(st.one_of(cents, sparse), st.one_of(cents, sparse))
def test_different_amounts_are_written_differently(one, other):
    assert (rmb_words(one) == rmb_words(other)) == (one == other)


@given(st.text("零壹贰玖拾佰仟万亿元角分整", max_size=12))
def test_what_is_read_means_what_is_written(text):
    try:
        code, amount = read_words(f"人民币{text}")
    except UnfitValueError:
        return
    canonical = rmb_words(amount, code)
    assert canonical.replace("零", "").rstrip("整") in {
        text_without_zeros(text),
        "人民币元" if amount == 0 else "",
    }


def text_without_zeros(text):
    short = f"人民币{text}".replace("零", "").rstrip("整")
    return short.replace("人民币元", "人民币") if short != "人民币元" else short


@pytest.mark.parametrize(
    "amount",
    [
        *("-1", "-0.01", "1000000000000", "0.001", f"0.1{'0' * 35}1", "1e3", "1_000", "１２", ""),
        *(" 5", "NaN", "Infinity", "9" * 60, None, True, [], Decimal("NaN"), 10**4000, 1e300),
    ],
)
def test_what_cannot_be_written_is_refused(amount):
    with pytest.raises(UnfitValueError) as caught:
        rmb_words(amount)
    assert caught.value.reason.text(Language.ZH)
    assert len(str(caught.value)) < 200


def test_foreign_currencies():
    assert rmb_words("2500000.00", "USD") == "美元贰佰伍拾万元整"
    assert rmb_words("2564458.33", "USD") == "美元贰佰伍拾陆万肆仟肆佰伍拾捌元叁角叁分"
    assert rmb_words(1, currency="GBP") == "英镑壹元整"
    with pytest.raises(UnfitValueError):
        rmb_words(1, "XXX")
    symbols = [currency.symbol for currency in CURRENCIES.values()]
    assert len(set(symbols)) == len(symbols)
    assert (currency_name("HKD"), currency_symbol("HKD")) == ("港元", "HK$")
    assert (currency_name(None), currency_symbol(None)) == ("", "")
    with pytest.raises(UnfitValueError):
        currency_name("usd")


@pytest.mark.parametrize(
    ("count", "words"), [(4, "肆"), (12, "壹拾贰"), (0, "零"), ("105", "壹佰零伍"), (None, "")]
)
def test_copies(count, words):
    assert copies_words(count) == words


@pytest.mark.parametrize("count", [-1, "1.5", 10**12, "四"])
def test_no_number_of_copies(count):
    with pytest.raises(UnfitValueError):
        copies_words(count)
