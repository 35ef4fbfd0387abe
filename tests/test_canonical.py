"""Canonical JSON: one form for one value, and nothing read that could be read twice."""

import json
import re
from contextlib import suppress

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.messages import Language

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def code_of(refusal):
    return [finding.code for finding in refusal.value.findings]


@given(VALUES)
def test_encoding_is_stable(value):
    once = canonical.encode(value)
    assert canonical.encode(canonical.decode(once)) == once


@given(VALUES | st.recursive(st.floats(allow_nan=False) | st.text(), st.lists))
def test_python_s_own_writer_is_used_only_where_it_writes_the_same(value):
    if canonical._written_alike(value):
        with suppress(UnicodeEncodeError):
            assert canonical._PLAIN.encode(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\uffff": 2},
        [1.0, -0.0, 1e21, 1e-5, 5e-324, 0.1, 9.5, 123456789.25],
        ["\x7f\x1f\u2028\u2029\ufeff/", {"": ""}, (), 0, -1, True],
    ],
)
def test_what_python_writes_otherwise_is_written_as_rfc_8785_says(value):
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_is_not_doubted_need_not_be_looked_through(value):
    whole = {"format": 1, "said": "文", "facts": {"x": value}}
    assert canonical.encode(whole, whole["facts"]) == canonical.encode(whole)


@given(VALUES)
def test_decoding_returns_an_equal_value(value):
    assert canonical.decode(canonical.encode(value)) == value


@given(st.dictionaries(TEXTS, st.integers(0, 9), max_size=6))
def test_the_order_of_names_does_not_matter(value):
    turned = dict(reversed(value.items()))
    assert canonical.encode(turned) == canonical.encode(value)


def test_the_example_of_rfc_8785():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    written = canonical.encode(value).decode()
    assert written == (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {"a": object()}])
def test_what_cannot_be_kept_exactly_is_refused(value):
    with pytest.raises(FindingsError) as refusal:
        canonical.encode(value)
    assert code_of(refusal) == ["JSON-EXACT"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": 1, "a": 2}', "JSON-STRICT"),
        (b"[-1e999]", "JSON-STRICT"),
        (b"[NaN]", "JSON-STRICT"),
        (b"[-Infinity]", "JSON-STRICT"),
        (b"[9007199254740992]", "JSON-STRICT"),
        (b"[" + b"9" * 5000 + b"]", "JSON-STRICT"),
        (b"\xff\xfe", "JSON-ENCODING"),
        (b'{"a": }', "JSON-SYNTAX"),
        (b"", "JSON-SYNTAX"),
        (b"[" * 100_000, "JSON-DEPTH"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(data, code):
    with pytest.raises(FindingsError) as refusal:
        canonical.decode(data)
    assert code_of(refusal) == [code]


def test_syntax_errors_tell_line_and_column():
    with pytest.raises(FindingsError) as refusal:
        canonical.decode('{"a": 1,\n  b: 2}')
    assert refusal.value.findings[0].path == "line 2, column 3"


def test_a_byte_order_mark_is_allowed():
    assert canonical.decode(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@given(VALUES)
def test_any_json_writer_is_understood(value):
    assert canonical.decode(json.dumps(value)) == value


def test_sha256_of_nothing():
    assert canonical.sha256(b"").startswith("e3b0c44298fc1c14")


_RECORD = '{"甲": [1, 2.5, {"乙": "文\\n字"}], "丙": null, "丁": true}'


@given(
    place=st.integers(0, len(_RECORD) - 1),
    cut=st.integers(0, 3),
    put=st.sampled_from(
        ["", ",", '"', "{", "]", ":", "\\", "\t", "x", "Infinity", "12345678901234567890123"]
    ),
)
def test_what_is_wrong_with_a_file_is_said_in_the_reader_s_language(place, cut, put):
    broken = _RECORD[:place] + put + _RECORD[place + cut :]
    try:
        canonical.decode(broken)
    except FindingsError as problem:
        [finding] = problem.findings
        said = finding.message.text(Language.ZH).replace("JSON", "")
        said = said.replace(put, "") if put else said
        assert not re.search("[A-Za-z]{2,}", said), said
