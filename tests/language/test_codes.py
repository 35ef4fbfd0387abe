"""Codes and phone numbers."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rmdocs.language.texts import is_mobile, is_phone, is_postcode, is_uscc, uscc_org_check

VALID = ["91350100M000100Y43", "91370112MA3DEM019E", "91370303MA3DEM027J", "91370602MA3DEM035E"]
INVALID = ["91350100M000100Y4Z", "91370112MA3DEM0191", "91370112MA3DEM019", "", None, 91350100]
SIGNS = string.digits + string.ascii_uppercase


@pytest.mark.parametrize("code", VALID)
def test_valid(code):
    assert is_uscc(code)
    assert is_uscc(code.lower())
    assert uscc_org_check(code)


@pytest.mark.parametrize("code", INVALID)
def test_invalid(code):
    assert not is_uscc(code)


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(SIGNS))
def test_every_single_mistake_is_found(code, place, sign):
    assert is_uscc(code[:place] + sign + code[place + 1 :]) == (code[place] == sign)


@given(st.sampled_from(VALID), st.integers(8, 16), st.sampled_from(string.digits))
def test_mistakes_in_the_organisation_code_are_found(code, place, sign):
    assume(code[place].isdigit())  # modulo 11, M is a 0
    assert uscc_org_check(code[:place] + sign + code[place + 1 :]) == (code[place] == sign)


def test_no_organisation_code():
    assert not uscc_org_check(None)
    assert not uscc_org_check("91350100M000100YX")


@pytest.mark.parametrize(
    "number",
    [
        *("0531-55510010", "0535-5550001", "053155510010", "010-12345678", "13900000000"),
        *("0531-55510010-123", "0531-55510010转8"),
    ],
)
def test_phones(number):
    assert is_phone(number)


@pytest.mark.parametrize(
    "number",
    [
        *("555", "12345", "12900000000", "139000000000", "55510010", "0531-05510010"),
        *("0531-555100101", "０531-55510010", "0531-55510010-", "0531-55510010\n", None),
        13900000000,
    ],
)
def test_no_phones(number):
    assert not is_phone(number)


def test_mobiles_and_postcodes():
    assert is_mobile("19900000000")
    assert not is_mobile("0531-55510010")
    assert is_postcode("250098")
    for code in ("25009", "2500981", "２50098", "250098\n", 250098, None):
        assert not is_postcode(code)
