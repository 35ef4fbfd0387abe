"""Every expression of a form is held against its schema before the form is released."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.forms.checking import check_form
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.forms.scopes import misnamed, stated
from rmdocs.identifiers import DocumentNumber
from rmdocs.language.expression import Expression
from rmdocs.messages import Language

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
NOTICE = read_desk(ROOT, DocumentNumber("RXD7200-04"))
NEW = f"rules[{len(Form.load(NOTICE).rules)}]"
RULE = """
[[rules]]
code = "R04-NEW"
severity = "warning"
require = "{require}"
when = "content.guarantors|length > 50"
path = "$.content.maturity"
message = {{ zh = "{message}", en = "less than ten days to maturity" }}
"""


def errors(files):
    return {
        one.path.removeprefix("form.toml:"): one
        for one in check_form(files)
        if one.severity.value == "error"
    }


def edited(*changes, more=""):
    text = NOTICE.manifest.decode()
    for pattern, replacement in changes:
        plain = replacement.replace("\\", r"\\")
        text, count = re.subn(pattern, plain, text, count=1, flags=re.MULTILINE)
        assert count, pattern
    return replace(NOTICE, manifest=(text + more).encode())


def ruled(require, message="距到期不足十日"):
    return edited(more=RULE.format(require=require, message=message))


@pytest.mark.parametrize("number", desk_numbers(ROOT), ids=str)
def test_the_forms_that_ship_name_nothing_wrongly(number):
    form = Form.load(read_desk(ROOT, number))
    assert list(misnamed(form)) == []


def test_a_misspelt_function_behind_a_condition_that_is_false():
    files = ruled("days_betwen(record.date, content.maturity) > 3")
    ((place, found),) = errors(files).items()
    assert (place, found.code) == (f"{NEW}.require", "FORM-FUNCTION")
    assert "days_between" in found.remedy.text(Language.ZH)
    # One that was released all the same goes on as it did.
    assert Form.load(files).rules[-1].code == "R04-NEW"


MISSPELT = [
    ("content['matruity'] is not none", "FORM-FIELD", "maturity"),
    ("(content.guarantors|map(attribute='nmae')|list|length) > 3", "FORM-FIELD", "name"),
    ("content.guarantors|selectattr('uscx', 'none')|list|length > 3", "FORM-FIELD", "uscc"),
    ("content.guarantors|selectattr('uscc', 'nonne')|list|length > 3", "FORM-FUNCTION", "none"),
    ("content.guarantors|map('foldedd')|list|length > 3", "FORM-FUNCTION", "folded"),
    ("content.guarantors|groupby('nmae')|list|length > 3", "FORM-FIELD", "name"),
    ("content.guarantors|sum(attribute='nmae') > 3", "FORM-FIELD", "name"),
    ("content.guarantors[0].nmae == 'x'", "FORM-FIELD", "name"),
    ("[1, contents.maturity]|length > 1", "FORM-FIELD", "content"),
    ("true if false else contents is none", "FORM-FIELD", "content"),
    ("not (content.maturity is none or is_usc(content.customer.uscc))", "FORM-FUNCTION", "is_uscc"),
    ("days_between(content.maturity) > 3", "FORM-FUNCTION", ""),
    ("content.balance|rmb_words('CNY', 1, 2) == ''", "FORM-FUNCTION", ""),
    ("content.customer.name.startwith('x')", "FORM-FIELD", "startswith"),
    ("content.maturity.year > 2026", "FORM-FIELD", "as_date"),
    ("content.currency == 'RNB'", "FORM-FIELD", "CNY"),
    ("content.currency in ['CNY', 'RNB']", "FORM-FIELD", "CNY"),
    ("derived.tota_due > 1", "FORM-FIELD", "total_due"),
    ("stages.delivry is none", "FORM-FIELD", "delivery"),
    ("item.name == 'x'", "FORM-FIELD", ""),
    ("stage.sent_on is none", "FORM-FIELD", ""),
    ("filed.original is none", "FORM-FIELD", ""),
]


@pytest.mark.parametrize(("require", "code", "likely"), MISSPELT)
def test_a_misspelt_name_wherever_it_stands(require, code, likely):
    found = errors(ruled(require))[f"{NEW}.require"]
    assert found.code == code
    assert likely in found.remedy.text(Language.ZH)


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ((r"^subject = .*", 'subject = "content.contract.nmber"'), "summary.subject", "FORM-FIELD"),
        (
            (r"\{\{ content.rm_primary.name \}\}", "{{ content.rm_primary.nmae }}"),
            "printing.steps[2].zh",
            "FORM-FIELD",
        ),
        (
            (r'^when = "stages.delivery is none"', 'when = "stages.delivry is none"'),
            "due[0].when",
            "",
        ),
        ((r'^"unit" = "staff.*', '"unit" = "staff[content.rm_primary.staff_no].unt"'), "", ""),
        ((r'^wanted = ".*', 'wanted = "days_befor(content.maturity, 30)"'), "ledger.wanted", ""),
        (
            (r"^hold_while = .*", 'hold_while = "stages.post_recovry is none"'),
            "retention.hold_while",
            "",
        ),
        ((r"^each = .*", 'each = "content.guarantor"'), "copies.each", "FORM-FIELD"),
        ((r"^replaces = .*", 'replaces = "content.replace"'), "unique.replaces", "FORM-FIELD"),
    ],
)
def test_every_section_is_looked_at(change, place, code):
    found = errors(edited(change))
    assert (place or "ledger.values.unit") in found
    assert not code or found[place].code == code


def test_messages_are_looked_at_too():
    found = errors(ruled("true", "距到期 {% if content.matruity %}不足{% endif %}十日"))
    assert list(found) == [f"{NEW}.message.zh"]
    assert errors(ruled("true", "{{ days_betwen(content.maturity, today) }}"))
    assert errors(ruled("true", "{% set x = content.maturity %}{{ x }}{{ y }}"))
    assert not errors(ruled("true", "{% set x = content.maturity %}{{ x|cn_date }}"))


def test_tags_that_nothing_fills_are_found():
    assert list(errors(edited((r"回执联\", en", '回执联{{ number }}", en')))) == [
        "slips[0].title.zh"
    ]
    found = errors(edited((r'^from = \{ zh = "结清', 'from = { zh = "{{ content.maturity }}结清')))
    assert found["retention.from.zh"].code == "FORM-TAG"
    assert errors(edited((r"^aliases = .*", 'aliases = ["{% if x %}通知书"]')))["form.aliases[0]"]


def test_functions_of_a_migration_are_looked_at_without_the_revision_before():
    step = '[migration]\nfrom = ["0.9"]\nsteps = [{ set = "content.iou_no", value = "foldedd(1)" }]'
    assert errors(edited(more=step))["migration.steps[0].value"].code == "FORM-FUNCTION"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ((r"^years = 10", 'years = "content.customer.name"'), "retention.years"),
        ((r"^starts = .*", 'starts = "content.customer.name"'), "retention.starts"),
        ((r"^starts = .*", 'starts = "content.balance"'), "retention.starts"),
        ((r"^starts = .*", 'starts = "content.maturity|cn_date"'), "retention.starts"),
        ((r"^hold_while = .*", 'hold_while = "content.maturity"'), "retention.hold_while"),
        ((r"^on = .*", 'on = "content.guarantors|length"'), "due[0].on"),
        ((r"^when = .stages.delivery is none.", 'when = "content.maturity"'), "due[0].when"),
        ((r"^copies = .*", 'copies = "content.maturity"'), "printing.copies"),
        ((r"^copies = .*", "copies = \"'2'\""), "printing.copies"),
        ((r"^each = .*", 'each = "content.customer.name"'), "copies.each"),
        ((r"^wanted = .*", 'wanted = "content.balance|decimal"'), "ledger.wanted"),
        ((r'^"content.interest.basis" = "365.*', '"content.interest.basis" = "today"'), ""),
        ((r"^require = .*", 'require = "content.customer.uscc"'), "rules[0].require"),
        ((r"^require = .*", 'require = "content.guarantors|length"'), "rules[0].require"),
        ((r'^value = "term_class.*', 'value = "content.guarantors"'), "derived[0].value"),
        ((r'^value = "term_class.*', 'value = "derived.lead_days"'), "derived[0].value"),
    ],
)
def test_a_value_of_the_wrong_kind_for_its_place(change, place):
    found = errors(edited(change))
    place = place or "ledger.values.content.interest.basis"
    assert place in found
    assert found[place].code in {"FORM-KIND", "FORM-FIELD"}


@pytest.mark.parametrize(
    "require",
    [
        "content.maturity <= today",
        "content.balance > 0",
        "content.balance > content.principal",
        "content.balance + content.principal > 0",
        "content.maturity + 1 == today",
        "today - content.maturity > 3",
        "content.guarantors > 3",
        "content.interest.basis == '365'",
        "content.customer.name|decimal > 1",
        "days_between(content.balance, content.maturity) > 1",
        "content.balance|as_date == today",
        "3 in content.balance|decimal",
        "content.guarantors ~ 'x' == 'x'",
    ],
)
def test_values_that_do_not_go_together(require):
    assert errors(ruled(require))[f"{NEW}.require"].code == "FORM-KIND"


@pytest.mark.parametrize(
    "require",
    [
        "('x' * 10 ** 9)|length > 1",
        "range(10 ** 9)|list|length > 1",
        "(['x' * 99999] * 9999)|join == ''",
        "days_between('2026-02-30', today) > 1 and '2026-02-30'|as_date == today",
        "content.balance|decimal > '1,000'|decimal",
    ],
)
def test_what_has_no_value_on_any_record(require):
    assert errors(ruled(require))[f"{NEW}.require"].code == "FORM-KIND"


@pytest.mark.parametrize(
    "require",
    [
        "content.maturity|as_date <= today",
        "content.balance|decimal > 0 and content.maturity > content.loan_start",
        "(today - content.maturity|as_date).days > 3",
        "(content.maturity[:4]|int + 1) ~ '-01-01' > content.maturity",
        "content.guarantors|map(attribute='name')|map('folded')|unique|list|length > 1",
        "content.guarantors|selectattr('uscc', 'none')|rejectattr('phone')|list|length == 0",
        "content.currency in ['CNY', 'USD'] or content.replaces is none",
        "(stages.delivery or {'method': ''}).method == '直接送达'",
        "[content.interest.from, content.interest.to]|max <= content.maturity",
        "(content.replaces or '') == ''",
        "record.prepared_by.name|folded == content.rm_primary.name|folded",
        "not content.guarantors",
    ],
)
def test_what_is_right_is_left_alone(require):
    assert errors(ruled(require)) == {}


SCOPE = next(one.scope for one in stated(Form.load(NOTICE)) if one.place == "rules[0].require")
WORDS = st.sampled_from(
    ["content", "maturity", "balance", "guarantors", "today", "item", "'x'", "1", "none", "stages"]
)
SIGNS = st.sampled_from([".", " + ", " == ", " and ", "|", "(", ")", "[", "]", " in ", " ~ ", ", "])


@example([("1", ".")])
@example([("today", "."), ("maturity", ".")])
@given(st.lists(st.tuples(WORDS, SIGNS), max_size=6))
def test_any_expression_is_read_or_refused(parts):
    source = "".join(word + sign for word, sign in parts) + "content"
    try:
        reading = Expression.compile(source).reading(SCOPE)
    except FindingsError:
        return
    for one in reading.mistakes:
        assert one.what.text(Language.ZH)
        assert one.remedy.text(Language.ZH)
