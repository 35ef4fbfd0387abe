"""``[[slips]]``, and what ``[[due]]`` may ask of what is filed."""

import pytest

from rmdocs.forms.form import Form

SLIP = """
[[slips]]
name = "receipt"
title = { zh = "回执联", en = "Receipt slip" }
code = { anchor = "回执联", right = 164, down = -11 }
"""
DUE = """
[[due]]
name = "entry"
title = { zh = "登记回执", en = "Record the receipt" }
when = "filed.receipt is not none and filed.original is none"
on = "days_before(filed.receipt, -3)"
days = 3
"""


def test_what_they_say(edited):
    form = Form.load(edited(more=SLIP + DUE))
    [slip] = form.slips
    assert (slip.name, slip.title.zh, slip.anchor, slip.right, slip.down) == (
        "receipt",
        "回执联",
        "回执联",
        164,
        -11,
    )
    assert Form.load(edited()).slips == ()


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        (SLIP.replace('"receipt"', '"original"'), "slips[0].name", "FORM-VALUE"),
        (SLIP.replace('"receipt"', '"Receipt"'), "slips[0].name", "FORM-VALUE"),
        (SLIP.replace("code =", "place ="), "slips[0].code", "FORM-MISSING"),
        (SLIP.replace("164", "16.4"), "slips[0].code.right", "FORM-TYPE"),
        (SLIP.replace("down", "width = 3, down"), "slips[0].code.width", "FORM-UNKNOWN"),
        (SLIP + SLIP, "slips[1].name", "FORM-DUPLICATE"),
        (DUE, "due[0].when", "FORM-FIELD"),
        (SLIP + DUE.replace("filed.original", "filed.signature"), "due[0].when", "FORM-FIELD"),
    ],
)
def test_mistakes(edited, refused, more, path, code):
    found = refused(edited(more=more))
    assert found[f"form.toml:{path}"].code == code


def test_a_rule_knows_nothing_of_what_is_filed(edited, refused):
    rule = """
[[rules]]
code = "R05-FILED"
require = "filed.original is none"
path = "$.content"
message = { zh = "已签", en = "signed" }
"""
    [(path, finding)] = refused(edited(more=rule)).items()
    assert path.endswith("].require")
    assert finding.code == "FORM-FIELD"
