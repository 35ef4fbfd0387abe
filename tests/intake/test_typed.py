"""Records typed a text a field: what is written is understood again, as a sheet would be."""

import pytest
from filled import NUMBERS, ROOTS, SAMPLES, pruned, records, same
from hypothesis import given, settings
from hypothesis import strategies as st

from rmdocs.findings import NOTHING, error
from rmdocs.intake.typed import entries_of, taken, understand, with_entry, without, write


@pytest.mark.long
@pytest.mark.parametrize("number", NUMBERS)
@settings(max_examples=settings.default.max_examples // 5)
@given(st.data())
def test_what_is_written_is_understood_as_it_was(number, data):
    record = data.draw(records(number))
    understood = understand(ROOTS[number], write(ROOTS[number], record))
    assert understood.findings == ()
    assert same(number, understood.value) == pruned(record)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_sample_is_understood_as_it_is(number):
    root, sample = ROOTS[number], SAMPLES[number]
    understood = understand(root, write(root, sample))
    assert understood.findings == ()
    assert pruned(understood.value) == pruned(sample)


def test_nothing_typed_is_the_same_as_an_empty_row_of_a_sheet():
    empty = understand(ROOTS["RXD7200-02"], {})
    assert empty.value["content"]["contacts"] == []
    assert "rm_second" not in empty.value["content"]
    assert empty.value["content"]["customer"] == {}


def test_an_entry_of_which_nothing_is_typed_is_none_and_findings_find_those_that_are():
    typed = {
        "content.contacts[0]?": "是",
        "content.contacts[4].name": "马样例",
        "content.contacts[4].phone": "#REF!",
        "content.visit.date": "下周",
    }
    understood = understand(ROOTS["RXD7200-02"], typed)
    assert understood.value["content"]["contacts"] == [{"name": "马样例", "phone": "#REF!"}]
    placed = dict(map(understood.placed, understood.findings))
    assert {(key, one.code, one.path) for key, one in placed.items()} == {
        ("content.contacts[4].phone", "CELL-FORMULA", "$.content.contacts[0].phone"),
        ("content.visit.date", "CELL-VALUE", "$.content.visit.date"),
    }
    assert placed["content.contacts[4].phone"].label == "客户方人员(第5项) › 联系电话"
    assert understood.unread == {"$.content.contacts[0].phone", "$.content.visit.date"}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("$", ""),
        ("$.prepared_by", "prepared_by"),
        ("$.content.contacts", "content.contacts"),
        ("$.content.products_offered[1]", "content.products_offered"),
        ("$.content.rm_second", "content.rm_second"),
        ("$.content.nothing.of.it", "content"),
        ("$.derived.log_days", ""),
    ],
)
def test_every_path_has_the_key_of_what_it_is_about(path, key):
    understood = understand(ROOTS["RXD7200-02"], {})
    assert understood.placed(error("X", path, NOTHING, NOTHING))[0] == key


def test_lines_that_would_be_read_as_several_entries_end_with_a_line_break():
    root = ROOTS["RXD7200-02"]
    record = {"content": {"products_offered": ["Acme Co., Ltd"]}}
    typed = write(root, record)
    assert typed == {"content.products_offered": "Acme Co., Ltd\n"}
    assert understand(root, typed).value["content"]["products_offered"] == ["Acme Co., Ltd"]


LOG = {"content.contacts[0].name": "马样例", "content.contacts[3]?": "是", "date": "2026-04-09"}


def test_entries_come_and_go_and_the_others_stay():
    more = with_entry(LOG, "content.contacts")
    assert entries_of(more, "content.contacts") == [0, 3, 4]
    assert entries_of(without(more, "content.contacts[3]"), "content.contacts") == [0, 4]
    assert without(more, "content.contacts[0]").keys() == more.keys() - {"content.contacts[0].name"}


def test_what_is_offered_is_taken_where_nothing_is_typed():
    offered = {
        "date": "2026-01-01",
        "unit": "JN01",
        "content.contacts[0]?": "是",
        "content.contacts[0].name": "牛样例",
        "content.contacts[0].phone": "13900000000",
    }
    assert taken(LOG, offered, "") == {**LOG, "unit": "JN01"}
    empty = {"content.contacts[2]?": "是", "content.contacts[2].name": " ", "unit": ""}
    assert taken(empty, offered, "") == offered
    assert taken(empty, offered, "unit") == {**empty, "unit": "JN01"}
    assert taken({}, offered, "content.contacts").keys() == offered.keys() - {"date", "unit"}
