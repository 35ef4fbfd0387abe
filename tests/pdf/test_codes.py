"""What a code says comes back whole; what was read wrongly comes back as nothing."""

from dataclasses import replace

import pytest
import segno
from hypothesis import assume, given
from hypothesis import strategies as st

from rmdocs.checkcodes import CheckCode
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.pdf.codes import DocumentCode, PageCode

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
HEX = st.text("0123456789abcdef", min_size=12, max_size=12)
NUMBERS = st.builds(
    "{}-{}-{}-{:04d}".format,
    st.sampled_from(["RXD7200-01", "RXD7200-04", "PXD7201", "QMM-CCBSD"]),
    st.sampled_from(["JN01", "YT03"]),
    st.integers(1990, 2999),
    st.integers(1, 999999),
).map(RecordNumber.parse)
SIZES = st.integers(1, 999_999_999)
PINS = (
    st.just("0")
    | st.builds("{}·{}".format, SIZES, HEX)
    | st.builds(CheckCode.of, SIZES, st.binary(min_size=32, max_size=32)).map(str)
)
COPIES = st.just(0) | st.integers(0, 9999)
DOCUMENTS = st.builds(
    DocumentCode, number=NUMBERS, edition=st.integers(1, 9999), digest=HEX, pin=PINS, copy=COPIES
)
SLIPS = st.just(0) | st.integers(0, 99)
PLACES = st.integers(1, 9999).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n), SLIPS))
CODES = st.builds(lambda document, place: document.on(*place), DOCUMENTS, PLACES)
ONE = DocumentCode(
    number=RecordNumber.parse("RXD7200-01-JN01-2026-0001"),
    edition=2,
    digest="0123456789ab",
    pin="1·eb392f09d145",
).on(3, 8)
NEW = replace(ONE, pin="12·0A1B-2C3D-4E5F-6G7H-8J9K2")


@given(CODES)
def test_a_code_comes_back_as_it_was(code):
    text = code.encode()
    assert PageCode.decode(text) == code
    assert set(text) <= set(ALPHANUMERIC) - {" "}
    assert code.document.on(code.page, code.pages, code.slip) == code


@given(CODES, st.data())
def test_no_wrong_sign_is_taken_for_another_code(code, data):
    text = code.encode()
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(ALPHANUMERIC.replace(" ", "")))
    assume(sign != text[at])
    with pytest.raises(UsageError):
        PageCode.decode(text[:at] + sign + text[at + 1 :])


@given(CODES, CODES, st.data())
def test_halves_of_two_codes_make_no_third(one, other, data):
    at = data.draw(st.integers(1, min(len(one.encode()), len(other.encode()))))
    mixed = one.encode()[:at] + other.encode()[at:]
    assume(mixed not in (one.encode(), other.encode()))
    with pytest.raises(UsageError):
        PageCode.decode(mixed)


@given(st.text())
def test_any_text_is_refused_quietly(text):
    with pytest.raises(UsageError):
        PageCode.decode(text)


def test_what_pages_of_before_bear_stays_as_it_was():
    assert ONE.encode() == "R1RXD7200-01-JN01-2026-0001:2:3/8:014D2PF2DB:1.7B74QGKMA5:1TJQ9B5"


def test_it_may_be_typed_from_the_print():
    text = ONE.encode()
    assert PageCode.decode(f" {text[:30].lower()}\n{text[30:]} ") == ONE


@pytest.mark.parametrize(
    ("code", "version"),
    [
        (ONE, 4),
        (NEW, 5),
        (
            DocumentCode(
                number=ONE.number, edition=2, digest=ONE.digest, pin="9999·eb392f09d145", copy=9
            ).on(1, 1, 1),
            5,
        ),
    ],
    ids=["page of before", "page", "slip of a copy of before"],
)
def test_an_ordinary_code_fits_a_small_symbol(code, version):
    made = segno.make(code.encode(), error="q", boost_error=False, micro=False)
    assert (made.version, made.mode) == (version, "alphanumeric")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://example.com/invoice", "does not begin with R2"),
        ("R3" + ONE.encode()[2:], "does not begin with R2"),
        ("R2" + ONE.encode()[2:], "checksum"),
        ("R1" + NEW.encode()[2:], "checksum"),
        (ONE.encode()[:-1], "checksum"),
        ("R1", "checksum"),
    ],
)
def test_a_refusal_says_why(text, reason):
    with pytest.raises(UsageError, match=reason):
        PageCode.decode(text)


@pytest.mark.parametrize(
    "change",
    [
        {"page": 0},
        {"page": 9},
        {"pages": 10000},
        {"edition": 0},
        {"copy": -1},
        {"copy": 10000},
        {"slip": -1},
        {"slip": 100},
        {"digest": "0123456789AB"},
        {"pin": "1.eb392f09d145"},
        {"pin": ""},
        {"pin": "12·0A1B-2C3D-4E5F-6G7H-8J9K3"},
    ],
)
def test_what_no_code_can_say_is_refused(change):
    parts = {name: getattr(ONE, name) for name in ("number", "edition", "page", "pages")}
    parts |= {"digest": ONE.digest, "pin": ONE.pin}
    with pytest.raises(UsageError):
        PageCode(**parts | change)
