"""Sheets to documents: every sheet ends up once, and only whole sets are documents."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sheets import document

from rmdocs.messages import Language
from rmdocs.scanning.pile import CodeStatus, ScannedSheet, Trouble
from rmdocs.scanning.sorting import put_aside, sort

CODES = [
    document(serial, pages)[0].on(page, pages)
    for serial, pages in ((1, 3), (2, 2), (3, 1))
    for page in range(1, pages + 1)
]


def sheets(codes):
    return [
        ScannedSheet(file=0, name="pile.pdf", number=at, codes=tuple(one))
        for at, one in enumerate(codes, 1)
    ]


def sorted_pile(codes, status=CodeStatus.CURRENT):
    return sort((), sheets(codes), lambda _code, _slip: status, ())


def found(pile):
    return [aside.finding.code for aside in pile.review]


@given(st.lists(st.lists(st.sampled_from(CODES), max_size=2, unique=True), max_size=12))
def test_no_sheet_is_lost_or_in_two_places(codes):
    pile = sorted_pile(codes)
    kept = [page.sheet for one in pile.documents for page in one.pages]
    aside = [one.sheet for one in pile.review]
    assert sorted(s.number for s in [*kept, *aside]) == list(range(1, len(codes) + 1))
    times = Counter(code for one in codes for code in one)
    for one in pile.documents:
        assert [page.code for page in one.pages] == [
            one.code.on(at, len(one.pages)) for at in range(1, len(one.pages) + 1)
        ]
        assert all(times[page.code] == 1 for page in one.pages)
        assert all(page.sheet.codes == (page.code,) for page in one.pages)


@given(st.permutations(CODES))
def test_the_order_of_a_pile_does_not_count(codes):
    pile = sorted_pile([[code] for code in codes])
    assert [len(one.pages) for one in pile.documents] == [3, 2, 1]
    assert (pile.review, pile.findings) == ((), ())


def test_a_missing_page_is_named():
    pile = sorted_pile([[CODES[0]], [CODES[2]]])
    assert (pile.documents, found(pile)) == ((), ["SCAN-WAITING"] * 2)
    [finding] = pile.findings
    assert (finding.code, finding.message.text(Language.EN)) == (
        "SCAN-MISSING",
        "page(s) 2 of 3 missing",
    )


def test_two_codes_on_a_sheet_leave_both_sets_open():
    pile = sorted_pile([[CODES[3]], [CODES[4]], [CODES[4], CODES[5]], [CODES[5]]])
    assert pile.documents == ()
    assert found(pile) == ["SCAN-WAITING"] * 2 + ["SCAN-TWO-CODES", "SCAN-WAITING"]


NOTICE = document(4, 1)[0]
COPY = replace(NOTICE, copy=1)
PAGE, SLIP = NOTICE.on(1, 1), NOTICE.on(1, 1, 1)


def kept(pile):
    return [(one.code, one.slip) for one in pile.documents]


def test_a_slip_is_a_set_by_itself():
    pile = sorted_pile([[COPY.on(1, 1, 1)], [SLIP], [COPY.on(1, 1)]])
    assert kept(pile) == [(NOTICE, 1), (COPY, 0), (COPY, 1)]
    assert (pile.review, pile.findings) == ((), ())


def test_a_slip_still_on_its_page_is_part_of_the_page():
    assert kept(sorted_pile([[PAGE, SLIP]])) == [(NOTICE, 0)]


def test_a_slip_on_another_page_leaves_both_open():
    assert found(sorted_pile([[PAGE, COPY.on(1, 1, 1)]])) == ["SCAN-TWO-CODES"]
    assert found(sorted_pile([[SLIP, COPY.on(1, 1, 1)], [SLIP]])) == [
        "SCAN-TWO-CODES",
        "SCAN-WAITING",
    ]


def test_a_slip_that_comes_twice_is_left_to_a_person():
    pile = sorted_pile([[SLIP], [SLIP]])
    assert (pile.documents, found(pile)) == ((), ["SCAN-DOUBLED"] * 2)


def test_the_store_is_asked_about_the_slip():
    asked = []

    def judge(code, slip):
        asked.append((code, slip))
        return CodeStatus.CURRENT if slip else CodeStatus.SIGNED

    pile = sort((), sheets([[SLIP], [PAGE]]), judge, ())
    assert asked == [(NOTICE, 0), (NOTICE, 1)]
    assert (kept(pile), found(pile)) == ([(NOTICE, 1)], ["SCAN-SIGNED"])


@pytest.mark.parametrize("status", [one for one in CodeStatus if one is not CodeStatus.CURRENT])
def test_whatever_the_store_objects_to_is_put_aside(status):
    pile = sorted_pile([[CODES[5]]], status)
    assert pile.documents == ()
    assert len(found(pile)) == 1
    good = sorted_pile([[CODES[5]], [CODES[3]], [CODES[4]]])
    left = put_aside(good, good.documents[1], status)
    assert (left.documents, found(left)) == (good.documents[:1], found(pile))


@pytest.mark.parametrize("trouble", Trouble)
def test_a_sheet_in_trouble_is_in_no_document(trouble):
    sheet = ScannedSheet(file=0, name="pile.pdf", number=1, codes=(CODES[5],), trouble=trouble)
    pile = sort((), [sheet], lambda _code, _slip: CodeStatus.CURRENT, ())
    assert (pile.documents, len(pile.review)) == ((), 1)


def test_other_digests_under_one_number_are_not_mixed():
    other = document(2, 2)[0]
    strange = replace(other, digest="f" * 12).on(2, 2)
    assert found(sorted_pile([[CODES[3]], [strange]])) == ["SCAN-DIGEST"] * 2
    assert found(sorted_pile([[CODES[3]], [other.on(3, 3)]])) == ["SCAN-COUNT"] * 2
