"""``[[due]]`` and ``[ledger]``: what they say, and each of their mistakes at its place."""

from rmdocs.forms.form import Form

DUE = """[[due]]
name = "review"
title = { zh = "复核", en = "Review" }
when = "stages.review is none"
on = "days_before(record.date, -7)"
days = 3
"""
LEDGER = """[ledger]
title = { zh = "回访", en = "Call back" }
key = ["content.customer.name"]
when = "true"
on = "days_before('2026-03-02', 7)"
days = 3
[ledger.columns]
"content.customer.name" = ["客户"]
[ledger.values]
"unit" = "staff['JN01-0101'].unit"
"""


def test_what_they_say(edited):
    form = Form.load(edited(more=DUE + LEDGER))
    (due,) = form.due
    assert (due.name, due.days, due.clause) == ("review", 3, "")
    assert form.ledger.wanted is None
    assert form.ledger.map.titles("content.customer.name") == ("客户",)
    assert form.ledger.map.titles("content.nothing") == ()
    assert Form.load(edited()).ledger is None


def test_the_mistakes_of_due_dates(edited, refused):
    wrong = DUE.replace("days = 3", "days = 400").replace("stages.review", "stages.reveiw")
    assert refused(edited(more=wrong))["form.toml:due[0].days"].code == "FORM-VALUE"
    found = refused(edited(more=wrong.replace("400", "4") + DUE + DUE))
    assert {path: one.code for path, one in found.items()} == {
        "form.toml:due[0].when": "FORM-FIELD",
        "form.toml:due[2].name": "FORM-DUPLICATE",
    }


def test_the_mistakes_of_a_ledger(edited, refused):
    wrong = LEDGER.replace('content.customer.name" = ', 'content.customer.nmae" = ')
    found = refused(edited(more=wrong))
    assert [one.code for one in found.values()] == ["FORM-FIELD"]
    assert "form.toml:ledger.columns.content.customer.nmae" in found
    wrong = LEDGER.replace("staff[", "people[").replace('when = "true"', 'when = "today"')
    found = refused(edited(more=wrong))
    assert {path: one.code for path, one in found.items()} == {
        "form.toml:ledger.when": "FORM-FIELD",
        "form.toml:ledger.values.unit": "FORM-FIELD",
    }
