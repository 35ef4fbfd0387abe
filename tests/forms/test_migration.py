"""The steps of a migration become typed values; what is no step is told at its place."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmdocs.errors import UsageError
from rmdocs.forms.form import Form, read_form
from rmdocs.forms.migrationsteps import Assign, Drop, PropertyPath, Rename, origin
from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual

HISTORY = """
[[history]]
revision = "1.1"
date = 2026-02-01
change = { zh = "一", en = "one" }
[[history]]
revision = "1.2"
date = 2026-03-01
change = { zh = "二", en = "two" }
[roles]
"""
REVISED = ((r'^revision = "1.0"', 'revision = "1.2"'), (r"^\[roles\]", HISTORY))
STEPS = """
[migration]
from = ["1.1", "1.0"]

[[migration.steps]]
rename = "content.way"
to = "content.channel"
note = { zh = "改名", en = "renamed" }

[[migration.steps]]
set = "content.questions[].score"
value = "item.points|int"
when = "item.points is not none"

[[migration.steps]]
default = "content.follow_up"
value = "'无'"

[[migration.steps]]
default = "content.questions[].score"
value = 3

[[migration.steps]]
drop = "stages.review.seal"
"""


@pytest.fixture
def revised(edited):
    return lambda more: edited(*REVISED, more=more)


def test_what_a_migration_says(revised):
    migration = Form.load(revised(STEPS)).migration
    assert migration.origins == (Revision(major=1, minor=1), Revision(major=1, minor=0))
    renamed, scored, default, number, dropped = migration.steps
    assert renamed == Rename(
        place=PropertyPath(("content", "way")),
        to=PropertyPath(("content", "channel")),
        note=Bilingual(zh="改名", en="renamed"),
    )
    assert isinstance(scored, Assign)
    assert (scored.value.source, scored.when.source) == (
        "item.points|int",
        "item.points is not none",
    )
    assert (scored.act, scored.default) == ("set", False)
    assert (default.act, default.value.source, default.when) == ("default", "'无'", None)
    assert number.value.evaluate({}) == 3
    assert dropped == Drop(place=PropertyPath(("stages", "review", "seal")))
    assert [step.target for step in (renamed, scored, dropped)] == [renamed.to, scored.place, None]


def test_whose_records_a_revision_carries_over(files, revised):
    assert Form.load(files).predecessors == ()
    assert Form.load(revised("")).predecessors == (Revision(major=1, minor=1),)
    assert Form.load(revised('[migration]\nfrom = "1.0"')).predecessors == (
        Revision(major=1, minor=0),
    )
    assert Form.load(revised(STEPS)).predecessors == (
        Revision(major=1, minor=0),
        Revision(major=1, minor=1),
    )


def test_a_truth_value_stands_for_itself(revised):
    more = '[migration]\nfrom = "1.1"\n[[migration.steps]]\nset = "content.channel"\nvalue = false'
    assert Form.load(revised(more)).migration.steps[0].value.evaluate({}) is False


MISTAKES = {
    "two acts": ('set = "content.channel"\ndrop = "content.x"\nvalue = 1', "", "FORM-MIGRATION"),
    "no act": ('value = "1"', "", "FORM-MIGRATION"),
    "no place": ('drop = "channel"', ".drop", "FORM-VALUE"),
    "the whole content": ('drop = "content"', ".drop", "FORM-VALUE"),
    "a whole stage": ('drop = "stages.review"', ".drop", "FORM-VALUE"),
    "no new name": ('rename = "content.way"', ".to", "FORM-MISSING"),
    "no value": ('set = "content.channel"', ".value", "FORM-MISSING"),
    "no expression": ('set = "content.channel"\nvalue = "1 +"', ".value", "RULE-SYNTAX"),
    "a default with a condition": (
        'default = "content.channel"\nvalue = "1"\nwhen = "true"',
        ".when",
        "FORM-UNKNOWN",
    ),
    "a fraction": ('set = "content.channel"\nvalue = 1.5', ".value", "FORM-TYPE"),
    "half a note": ('drop = "content.x"\nnote = { zh = "x" }', ".note.en", "FORM-MISSING"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_what_is_no_step(revised, refused, mistake):
    text, place, code = mistake
    more = f'[migration]\nfrom = "1.1"\n[[migration.steps]]\n{text}'
    assert refused(revised(more))[f"form.toml:migration.steps[0]{place}"].code == code


@pytest.mark.parametrize(
    ("origins", "place"),
    [("1.1", "from"), ('["1.1", "x"]', "from[1]"), ("[]", "from"), ('"one"', "from")],
)
def test_what_is_no_revision(revised, refused, origins, place):
    found = refused(revised(f"[migration]\nfrom = {origins}"))
    assert f"form.toml:migration.{place}" in found


@pytest.mark.parametrize(
    "text", ["content.a", "content.a[].b", "content.a.b[]", "stages.x.y", "stages.x[].y[].z"]
)
def test_places_are_written_as_they_are_read(text):
    assert str(PropertyPath.parse(text)) == text
    assert PropertyPath.of(text) == PropertyPath.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "content", "content.", "content[].a", "a.b", "content.a[0]", "stages.x", "$.content.a"],
)
def test_what_is_no_place(text):
    with pytest.raises(UsageError):
        PropertyPath.parse(text)


def test_a_long_text_is_no_place_at_once():
    with pytest.raises(UsageError):
        PropertyPath.parse("content" + ".a" * 50_000 + "!")


def test_where_a_value_was_before_it_was_renamed():
    def rename(source, to):
        return Rename(place=PropertyPath.parse(source), to=PropertyPath.parse(to))

    swap = [
        rename("content.a", "content.tmp"),
        rename("content.b", "content.a"),
        rename("content.tmp", "content.b"),
    ]
    assert str(origin(PropertyPath.parse("content.a[].x"), swap)) == "content.b[].x"
    assert str(origin(PropertyPath.parse("content.b[].x"), swap)) == "content.a[].x"
    assert str(origin(PropertyPath.parse("content.c"), swap)) == "content.c"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_migration_never_crashes(revised, data):
    lines = STEPS.splitlines()
    index = data.draw(st.integers(1, len(lines) - 1))
    other = data.draw(
        st.sampled_from(["", "steps = 1", "from = 1", "set = []", "value = {}", "drop = 'x'"])
        | st.sampled_from(lines)
    )
    _, findings = read_form(revised("\n".join([*lines[:index], other, *lines[index + 1 :]])))
    assert all(finding.path.startswith("form.toml") for finding in findings)
