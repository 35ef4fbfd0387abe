"""Expressions of rules, derived values and templates in words."""

import pytest

from rmdocs.forms.properties import read_properties
from rmdocs.forms.titles import Titles, Wording
from rmdocs.messages import Language, Verbatim


@pytest.fixture(scope="module")
def titles(notice):
    properties = read_properties(notice.schema, notice.common)
    return Titles(properties.values(), {"derived.term": Verbatim("贷款期限类别")})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("content.balance|decimal <= content.principal|decimal", "“借款余额” ≤ “借款金额”"),
        ("content.customer.name is not none", "“客户名称” is filled in"),
        ("content.guarantors|length == 0", "“担保人” (how many) = 0"),
        (
            "content.guarantors|map(attribute='name')|list",
            "“担保人”, of each “担保人 › 担保人名称”",
        ),
        ("derived.term == 'short'", "“贷款期限类别” = “short”"),
        ("is_phone(content.branch_phone)", "valid phone number(“联系电话”)"),
        ("['a']|select('in', content.iou_no)|list", "[“a”] that occur in “借据编号”"),
        ("content.loan_start[:4]", "“借款起始日” (first 4 characters)"),
        (
            "none if not content.iou_no else 'x' ~ 'y'",
            "no value if not “借据编号”, otherwise “x” + “y”",
        ),
        ("content.currency not in ['GBP']", "“币种” is none of [“GBP”]"),
        ("content.nobody|unknown_filter", "content.nobody|unknown_filter"),
        (
            "days_before(content.maturity, -7) > today",
            "date some days before(“到期日”, -7) > “today”",
        ),
        ("(content.balance|decimal * 0.5) % 1 == 0", "(“借款余额” * 0.5) % 1 = 0"),
        (
            "not (item is none or content.iou_no is odd)",
            "not (“each entry” is empty or “借据编号” is odd)",
        ),
        ("content.iou_no.startswith('JK')", "“借据编号”.startswith(“JK”)"),
        ("content.iou_no[-2:]", "“借据编号”[-2:]"),
        ("{'a': [1, true]}", "{“a”: [1, yes]}"),
        ("content.guarantors|sort(attribute='name')|first", "“担保人” (first)"),
        ("f(content.iou_no, x=none)", "f(“借据编号”, x=no value)"),
        ("a 'b", "a 'b"),
    ],
)
def test_an_expression_in_words(titles, source, words):
    assert titles.expression(source).text(Language.EN) == words


def test_a_message_names_fields_by_their_titles(titles):
    said = Wording(titles).phrase("余额 {{ content.balance|money }} 大于{% if x %}零{% endif %}")
    assert said.text(Language.EN) == "余额 〔借款余额〕 大于〔if x〕零〔end of the condition〕"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("{{ content.balance|money }}", "〔借款余额〕"),
        ("{{ content.iou_no|default('(' ~ today|string ~ ')')|upper }}", "〔借据编号〕"),
        ("{{ derived.term }}", "〔贷款期限类别〕"),
        ("{{ content.iou_no|masked(2) }}", "〔“借据编号” (partly hidden)〕"),
        ("{{ none|line }}", "〔left blank〕"),
        ("{{r true|checked }}", "〔☑〕"),
        ("{{ false|checked }}", "〔☐〕"),
        ("{{ (content.iou_no is odd)|checked }}", "〔tick if “借据编号” is odd〕"),
        ("{{ ((content.iou_no) or today)|checked }}", "〔tick if (“借据编号”) or “today”〕"),
        # A filter takes what stands next to it, and no more.
        (
            "{{ today or (content.iou_no is odd)|checked }}",
            "〔“today” or (“借据编号” is odd)|checked〕",
        ),
        ("{{ a 'b }}", "〔a 'b〕"),
    ],
)
def test_what_a_tag_prints(titles, tag, words):
    assert Wording(titles).tag(tag).text(Language.EN) == words
