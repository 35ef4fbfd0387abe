"""Asking for a record: every sample can be answered, wrong answers are asked again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.beginning import SAMPLE, built_in
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.intake import cells
from rmdocs.records.interview import Interview
from rmdocs.schemas.fields import FieldKind

SAMPLES = sorted(path.stem for path in SAMPLE.glob("RXD*.json"))


def form_of(number):
    return Form.load(read_desk(built_in(), DocumentNumber(number)))


FORMS = {number: form_of(number) for number in sorted({name[:10] for name in SAMPLES})}


def at(record, steps):
    for step in steps:
        if isinstance(step, int):
            record = record[step] if isinstance(record, list) and step < len(record) else None
        else:
            record = record.get(step) if isinstance(record, dict) else None
    return record


def answering(record):
    """Answer as somebody who has a record before them."""

    def prompt(question, findings):
        assert findings == (), (question.key, findings)
        value = at(record, question.steps)
        if question.whether:
            return "否" if value is None else "是"
        if value is None or (question.field.kind is FieldKind.LIST and not value):
            return ""
        if question.field.kind is FieldKind.LIST:
            return "；".join(map(str, value))
        return str(cells.write(value, question.field))

    return prompt


def pruned(value):
    """Leave out what is null or empty: to a form both are an answer of nothing."""
    if isinstance(value, dict):
        return {key: pruned(item) for key, item in value.items() if item is not None and item != ""}
    return [pruned(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_given_as_answers_or_taken_as_defaults(name):
    record = json.loads((SAMPLE / f"{name}.json").read_bytes())["record"]
    form = FORMS[record["form"]]
    interview = Interview(form=form, defaults={})
    given = interview.hold(answering(record))
    assert pruned(given) == pruned(record)
    assert pruned(Interview(form=form, defaults=record).hold(lambda *_: "")) == pruned(record)


def test_an_interview_goes_on_where_it_was_broken_off():
    record = json.loads((SAMPLE / "RXD7200-04-JN01.json").read_bytes())["record"]
    form, asked, answers = FORMS["RXD7200-04"], [], {}

    class BrokenOffError(Exception):
        pass

    def tired(question, findings):
        asked.append(question.key)
        if len(asked) % 4 == 0:
            raise BrokenOffError
        return answering(record)(question, findings)

    while True:
        try:
            found = Interview(form=form, defaults={}, answers=answers).hold(tired)
            break
        except BrokenOffError:
            continue
    assert pruned(found) == pruned(record)
    # Only what was asked when it broke off is asked a second time.
    assert len(asked) == len(set(asked)) + len(asked) // 4


def scripted(*texts):
    rest, told = list(texts), []

    def prompt(question, findings):
        told.append((question.key, [one.code for one in findings]))
        if not rest:
            raise EOFError
        return rest.pop(0)

    return prompt, told


def test_a_wrong_answer_is_asked_for_again_with_what_is_wrong():
    prompt, told = scripted("", "jn1", "JN01", "2026-02-30", "2026年3月2日", "王样例", "12")
    with pytest.raises(EOFError):
        Interview(form=FORMS["RXD7200-04"], defaults={}).hold(prompt)
    assert [key for key, _ in told] == [
        "unit",
        "unit",
        "unit",
        "date",
        "date",
        "prepared_by.name",
        "prepared_by.staff_no",
        "prepared_by.staff_no",
    ]
    assert [bool(codes) for _, codes in told] == [
        False,
        True,
        True,
        False,
        True,
        False,
        False,
        True,
    ]
    assert told[1][1] == ["SCHEMA-REQUIRED"]


def question_at(key, defaults=None):
    """Return the interview and the question of that key, with the answers before it defaults."""
    record = json.loads((SAMPLE / "RXD7200-04-JN01.json").read_bytes())["record"]
    interview = Interview(form=FORMS["RXD7200-04"], defaults=defaults or record)
    found = []

    def prompt(question, _):
        if question.key == key:
            found.append(question)
            raise EOFError
        return ""

    with pytest.raises(EOFError):
        interview.hold(prompt)
    return interview, found[0]


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("content.customer.category", "2", "常规"),
        ("content.customer.category", "潜在", "潜在"),
        ("content.currency", "1", "CNY"),
        ("content.interest.basis", "360", 360),
        ("content.interest.basis", "2", 365),
        ("content.balance", "1,234,567.50", "1234567.50"),
        ("content.maturity", "2026/12/1", "2026-12-01"),
    ],
)
def test_what_an_answer_means(key, text, value):
    interview, question = question_at(key)
    assert interview.understand(question, text) == (value, ())


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("content.customer.category", "9", "SCHEMA-ENUM"),
        ("content.balance", "很多", "CELL-VALUE"),
        ("content.balance", "-", "SCHEMA-REQUIRED"),
        ("content.guarantors[0]?", "也许", "ANSWER"),
    ],
)
def test_what_an_answer_cannot_mean(key, text, code):
    interview, question = question_at(key)
    assert [one.code for one in interview.understand(question, text)[1]] == [code]


INTERVIEW, BUSINESS = question_at("content.business_type")


@given(st.text())
def test_no_answer_is_a_traceback(text):
    value, findings = INTERVIEW.understand(BUSINESS, text)
    assert findings or value is not None
