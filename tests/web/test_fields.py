"""A form drawn from its schema: every field, and what is typed into it comes back."""

import re

import pytest
from filled import NUMBERS, ROOTS, SAMPLES, SCHEMAS, pruned, records, same
from hypothesis import given, settings
from hypothesis import strategies as st

from rmdocs.findings import NOTHING, error
from rmdocs.intake.typed import understand, write
from rmdocs.messages import Language
from rmdocs.web.controls import Control, Size, sent
from rmdocs.web.fields import FieldGroup, FieldTable, GroupList, Input, Known, drawn, keys
from rmdocs.workspace.suggestions import Offer


def submitted(parts):
    """Yield what a browser sends of a page that shows these parts."""
    for part in parts:
        if isinstance(part, FieldGroup):
            yield from submitted(part.parts)
        elif isinstance(part, FieldTable):
            for row in part.rows:
                yield from [(f"{row.key}?", "是")] if part.field else []
                yield from submitted(row.cells)
        elif isinstance(part, GroupList):
            for group in part.groups:
                yield (f"{group.key}?", "是")
                yield from submitted(group.parts)
        else:
            yield from sent_of(part)


def sent_of(one: Input):
    match one.control:
        case Control.CHECKS | Control.ENTRIES:
            yield (one.key, "")
            yield from ((one.key, value) for value in one.values)
        case Control.RADIOS:
            yield from [(one.key, one.value)] if one.value in one.choices else []
        case Control.LINES:
            yield (one.key, one.value.replace("\n", "\r\n"))
        case _:
            assert "\n" not in one.value
            yield (one.key, one.value)


def of(number, typed, **more):
    around, content = drawn(ROOTS[number], Known(typed=typed, **more))
    return (*around, *content)


def find(parts, key):
    """Return the part with a key."""
    for part in parts:
        if part.key == key:
            return part
        inner = {
            FieldGroup: lambda one: one.parts,
            FieldTable: lambda one: [cell for row in one.rows for cell in row.cells],
            GroupList: lambda one: one.groups,
            Input: lambda _: (),
        }[type(part)](part)
        found = find(inner, key)
        if found is not None:
            return found
    return None


@pytest.mark.long
@pytest.mark.parametrize("number", NUMBERS)
@settings(max_examples=settings.default.max_examples // 5)
@given(st.data())
def test_a_record_that_is_drawn_comes_back_as_it_was(number, data):
    record = data.draw(records(number))
    typed = sent(submitted(of(number, write(ROOTS[number], record))))
    understood = understand(ROOTS[number], typed)
    assert understood.findings == ()
    assert {**same(number, understood.value), "form": number} == pruned(record)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_field_of_a_form_is_drawn(number):
    typed = write(ROOTS[number], SAMPLES[number])
    missing = {key for key in typed if not key.endswith("?")} - set(keys(of(number, typed)))
    assert missing == {"form"}


@pytest.mark.parametrize("number", NUMBERS)
@given(st.data())
def test_whatever_was_typed_is_drawn_as_it_was(number, data):
    """Such as what a terminal kept: no field of a browser swallows it."""
    names = [key for key in write(ROOTS[number], SAMPLES[number]) if key != "form"]
    odd = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
    typed = data.draw(st.dictionaries(st.sampled_from(names), odd, max_size=20))
    understood, root = understand(ROOTS[number], typed), ROOTS[number]
    again = understand(root, sent(submitted(of(number, typed))))
    kept = {one.path: one for one in understood.findings}
    assert {one.path: one for one in again.findings if one.path in kept} == kept


KINDS = [
    ("RXD7200-01", "content.art1.account_types", Control.CHECKS, Size.WIDE),
    ("RXD7200-01", "content.art1.group_attitude", Control.RADIOS, Size.MEDIUM),
    ("RXD7200-01", "content.art1.group_companies", Control.LINES, Size.MEDIUM),
    ("RXD7200-01", "content.party_a.postcode", Control.LINE, Size.SHORT),
    ("RXD7200-01", "related", Control.ENTRIES, Size.MEDIUM),
    ("RXD7200-02", "content.visit.date", Control.DATE, Size.SHORT),
    ("RXD7200-02", "content.visit.start", Control.TIME, Size.SHORT),
    ("RXD7200-02", "content.visit.method", Control.SELECT, Size.SHORT),
    ("RXD7200-02", "content.credit_related", Control.RADIOS, Size.MEDIUM),
    ("RXD7200-02", "content.content.demand", Control.LINES, Size.MEDIUM),
    ("RXD7200-03", "content.last_year_review", Control.LINES, Size.WIDE),
    ("RXD7200-03", "content.amount_unit", Control.FIXED, Size.SHORT),
    ("RXD7200-03", "content.budget.amount", Control.NUMBER, Size.SHORT),
    ("RXD7200-04", "content.principal", Control.NUMBER, Size.SHORT),
    ("RXD7200-04", "content.interest.basis", Control.RADIOS, Size.MEDIUM),
]


@pytest.mark.parametrize(("number", "key", "control", "size"), KINDS)
def test_what_a_field_is_typed_into(number, key, control, size):
    one = find(of(number, {}), key)
    assert (one.control, one.size) == (control, size)


@pytest.mark.parametrize("number", NUMBERS[:-1])
def test_what_is_told_beside_a_title_is_short_and_in_words_of_the_bank(number):
    """No English but codes that are chosen or typed, nothing of how it is kept."""
    tree = SCHEMAS[number]
    stages = [tree.stage(name).fields() for name in tree.stage_names]
    told = [one.help for each in (tree.fields(), *stages) for _, one in each.walk() if one.help]
    assert len(told) > 20
    for text in told:
        assert text.endswith("。")
        assert not re.search(r"[a-z]|属性|字段|空值", text)


def test_narrow_lists_are_tables_and_wide_ones_a_group_an_entry():
    plan = of("RXD7200-03", write(ROOTS["RXD7200-03"], SAMPLES["RXD7200-03"]))
    quarters = find(plan, "content.quarterly_targets")
    assert isinstance(quarters, FieldTable)
    assert len(quarters.rows) == 4
    assert not quarters.grows
    assert quarters.rows[1].cells[0].label == "季度目标 2 › 季度"
    customers = find(plan, "content.target_customers")
    assert isinstance(customers, GroupList)
    assert customers.groups[0].title == "目标客户 1"


def test_groups_of_the_same_kind_share_a_table():
    plan = of("RXD7200-03", write(ROOTS["RXD7200-03"], SAMPLES["RXD7200-03"]))
    (customer,) = find(plan, "content.target_customers").groups
    figures, managers = (part for part in customer.parts if isinstance(part, FieldTable))
    assert [row.title for row in figures.rows] == ["上年基数", "本年目标"]
    assert [column.title for column in managers.columns] == ["姓名", "员工编号"]
    assert [row.required for row in managers.rows] == [True, False]
    assert managers.called.text(Language.EN) == "主办客户经理, 协办客户经理"
    assert not managers.grows


def test_what_may_be_left_out_is_closed_until_something_is_in_it():
    log = of("RXD7200-02", {})
    assert find(log, "content.customer").is_open
    assert not find(log, "content.complaint").is_open
    assert not find(log, "content.complaint.content").required
    assert find(
        of("RXD7200-02", {"content.complaint.content": "排队"}), "content.complaint"
    ).is_open
    wrong = error("X", "$", NOTHING, NOTHING)
    told = of("RXD7200-02", {}, findings={"content.complaint.due": (wrong,)})
    assert find(told, "content.complaint").is_open
    assert find(told, "content.complaint.due").findings == (wrong,)


def test_what_the_registers_know_is_offered():
    notice, agreement = of("RXD7200-04", {}), of("RXD7200-01", {})
    assert find(notice, "content.rm_second.name").offer is Offer.PEOPLE
    assert find(notice, "content.customer.uscc").offer is Offer.CUSTOMERS
    assert find(notice, "content.replaces").offer is Offer.RECORDS
    assert find(notice, "content.iou_no").offer is Offer.NONE
    assert find(agreement, "content.party_b.head").offer is Offer.PEOPLE


def test_what_was_said_before_is_offered_only_where_nothing_is_typed():
    offered = {
        "content.topic": "x",
        "content.visit.topic": "贷后走访",
        "content.contacts[0]?": "是",
    }
    log = of("RXD7200-02", {}, offered=offered)
    assert find(log, "content.visit.topic").offered == "贷后走访"
    assert find(log, "content.contacts").offered == 1
    typed = {"content.visit.topic": "续贷", "content.contacts[2].name": "马"}
    log = of("RXD7200-02", typed, offered=offered)
    assert find(log, "content.visit.topic").offered == ""
    assert find(log, "content.contacts").offered == 0


def test_a_choice_that_is_none_stays_to_be_seen():
    log = of("RXD7200-02", {"content.visit.method": "微信"})
    assert find(log, "content.visit.method").choices[-1] == "微信"
