"""The envelope of a record: read whole, with all its mistakes at once."""

import copy
import math
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.identifiers import DocumentNumber, StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.records.draft import RecordDraft

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["record", "form", "unit", "date", "prepared_by", "related", "content", "stages"]
            )
            | st.integers(),
            inner,
        )
    ),
    max_leaves=10,
)


def refused(value):
    with pytest.raises(FindingsError) as refusal:
        RecordDraft.parse(value)
    return {finding.path: finding for finding in refusal.value.findings}


BARE = {
    "form": "RXD7200-02",
    "unit": "JN01",
    "date": "2026-03-02",
    "prepared_by": {"name": "王样例", "staff_no": "JN01-0101"},
    "related": [],
}


def test_a_sample_is_read(sample):
    draft = RecordDraft.parse(sample)
    assert draft.form == DocumentNumber("RXD7200-05")
    assert draft.unit == UnitCode("JN01")
    assert draft.date == date(2026, 10, 22)
    assert draft.prepared_by.staff_no == StaffNumber.parse("JN01-0101")
    assert draft.related == ()
    assert draft.captured_derived == {"total_score": 8}
    assert [offered.stage for offered in draft.offered_stages] == ["review"]


def test_a_bare_record_is_the_same(sample):
    bare = RecordDraft.parse(sample["record"])
    assert bare.to_json() == RecordDraft.parse(sample).to_json() == sample["record"]
    assert bare.captured_derived == {}
    assert bare.offered_stages == ()


def test_a_record_reads_back_what_it_writes(sample):
    draft = RecordDraft.parse(sample)
    again = RecordDraft.parse(canonical.decode(draft.to_bytes()))
    assert again.digest() == draft.digest()
    assert again.to_json() == draft.to_json()


@given(st.recursive(st.floats() | st.integers() | st.text() | st.booleans(), st.lists))
def test_what_is_read_from_a_store_is_what_was_captured(value):
    record = {**BARE, "content": {"x": value}}
    with suppress(FindingsError):
        draft = RecordDraft.parse(record)
        assert repr(RecordDraft.sealed(canonical.decode(draft.to_bytes()))) == repr(draft)
    read = [told(kind, record) for kind in (RecordDraft.parse, RecordDraft.sealed)]
    assert read[0] == read[1]


def told(read, record):
    try:
        return repr(read(record).content)
    except FindingsError as problem:
        return repr(problem.findings)


def test_the_digest_does_not_depend_on_the_order_of_names(sample):
    turned = dict(reversed(sample["record"].items()))
    assert RecordDraft.parse(turned).digest() == RecordDraft.parse(sample).digest()


def test_numbers_are_taken_as_they_will_be_read(sample):
    sample["record"]["content"]["x"] = [70.0, -0.0, 0.1]
    content = RecordDraft.parse(sample).content
    assert content["x"] == [70, 0, 0.1]
    assert [type(number) for number in content["x"]] == [int, int, float]


def test_related_may_be_left_out(sample):
    del sample["record"]["related"]
    assert RecordDraft.parse(sample).related == ()


def test_every_mistake_of_the_envelope_at_once():
    found = refused(
        {
            "record": {
                "form": "RXD720",
                "unit": 1,
                "date": "2026-02-30",
                "prepared_by": {"name": " ", "staff_no": "x", "staff": 1},
                "related": ["RXD7200-01-JN01-2026-0001", "x", "RXD7200-01-JN01-2026-0001"],
                "contents": {},
            },
            "stages": [{"stage": "review"}, 3],
            "derived": [],
            "extra": 1,
        }
    )
    assert found.keys() == {
        "$.form",
        "$.unit",
        "$.date",
        "$.prepared_by.name",
        "$.prepared_by.staff_no",
        "$.prepared_by.staff",
        "$.related[1]",
        "$.related[2]",
        "$.contents",
        "$.content",
        "$.stages[0]",
        "$.stages[1]",
        "$.derived",
        "$.extra",
    }
    assert {finding.code for finding in found.values()} == {"RECORD-ENVELOPE"}
    assert "content" in found["$.contents"].remedy.text(Language.EN)
    assert found["$.prepared_by.name"].label == "填制人 › 姓名"


@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_what_is_no_object(value):
    assert list(refused(value)) == ["$"]


def test_an_empty_object_lacks_everything():
    assert refused({}).keys() == {"$.form", "$.unit", "$.date", "$.prepared_by", "$.content"}


@pytest.mark.parametrize("text", ["2026-3-2", "20260302", "2026-03-02T00:00", "２026-03-02", ""])
def test_dates_are_written_in_one_way(sample, text):
    sample["record"]["date"] = text
    assert list(refused(sample)) == ["$.date"]


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, 2**53, -(2**53), 1e20, 1e300, date(2026, 1, 1), Decimal(1), b"x", {1: 2}],
)
def test_what_json_cannot_keep_exactly_is_refused_with_its_path(sample, value):
    sample["record"]["content"]["x"] = [value]
    (finding,) = refused(sample).values()
    assert finding.code == "JSON-EXACT"
    assert finding.path == "$.content.x[0]"


def test_what_cannot_be_printed_is_refused_with_its_path(sample):
    sample["record"]["content"]["channel"] = "电\x00话"
    sample["record"]["prepared_by"]["name"] = "王\ud800"
    found = refused(sample)
    assert found.keys() == {"$.content.channel", "$.prepared_by.name"}
    assert {finding.code for finding in found.values()} == {"TEXT-UNPRINTABLE"}


def test_what_is_nested_too_deeply_is_refused(sample):
    deep = []
    for _ in range(2000):
        deep = [deep]
    sample["record"]["content"]["x"] = deep
    (finding,) = refused(sample).values()
    assert finding.code == "JSON-EXACT"


@given(ANYTHING)
def test_anything_at_all_is_read_or_refused(value):
    before = copy.deepcopy(value)
    with suppress(FindingsError):
        RecordDraft.parse(value)
    assert repr(value) == repr(before)
