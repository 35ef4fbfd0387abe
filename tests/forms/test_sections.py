"""A section is a file: it is read, checked and compared without anybody else knowing it."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rmdocs.comparison.compare import compare
from rmdocs.forms import form as forms
from rmdocs.forms import sections
from rmdocs.forms.checking import check_form
from rmdocs.forms.form import Form
from rmdocs.forms.tomltables import TomlTable
from rmdocs.messages import Language

ROOT = Path(__file__).parents[2]
TOY = '''
"""Whom to ring about a form."""

from rmdocs.classes import dataclass

from rmdocs.forms.differences import Area, plain
from rmdocs.forms.section import Section, finding, stated, table_of, text
from rmdocs.forms.differences import became
from rmdocs.messages import message
from rmdocs.language.expression import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline(Section):
    table = "hotline"
    schema = table_of(
        {"phone": text("电话", "Phone"), "when": text("时段", "Expression")},
        "when",
        title="热线",
        english="Whom to ring",
    )
    phone: str
    when: Expression | None

    @classmethod
    def read(cls, root):
        table = root.table(cls.table)
        if table is None:
            return None
        return cls(phone=table.text("phone"), when=table.optional_expression("when"))

    def expressions(self, seen):
        yield from stated("hotline.when", self.when, seen.record)

    def checks(self, manifest, schema):
        if not self.phone.isdigit():
            yield finding("hotline.phone", "FORM-VALUE", message("empty"), message("leave it out"))

    @classmethod
    def describe(cls, old, new, telling):
        was, now = (plain(one.phone if one else "") for one in (old, new))
        yield from became(Area.OTHER, message("title"), was, now, "hotline")
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Add a section by its file alone."""
    (tmp_path / "hotline.py").write_text(TOY, "utf-8")
    caches = (sections.all_sections, sections._schema, forms._read)

    def forget():
        for cache in caches:
            cache.cache_clear()

    with monkeypatch.context() as patch:
        patch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
        forget()
        yield
    forget()


def codes(files):
    return {one.path: one.code for one in check_form(files) if one.path.startswith("form.toml")}


@pytest.mark.usefixtures("toy")
def test_a_new_section_is_one_file(files, edited):
    there = edited(more='[hotline]\nphone = "12345"\nwhen = "content.channel"\n')
    kind = next(one for one in sections.all_sections() if one.table == "hotline")
    assert Form.load(there).section(kind).phone == "12345"
    assert Form.load(files).section(kind) is None
    assert codes(there) == {}
    assert codes(edited(more='[hotline]\nphone = "x"\n')) == {
        "form.toml:hotline.phone": "FORM-VALUE"
    }
    assert codes(edited(more='[hotline]\nphone = " "\n')) == {
        "form.toml:hotline.phone": "FORM-EMPTY"
    }
    assert codes(edited(more='[hotline]\nfone = "1"\n')) == {
        "form.toml:hotline.fone": "FORM-UNKNOWN",
        "form.toml:hotline.phone": "FORM-MISSING",
    }
    wrong = edited(more='[hotline]\nphone = "1"\nwhen = "content.chanel"\n')
    assert codes(wrong) == {"form.toml:hotline.when": "FORM-FIELD"}
    told = [one.sentence.text(Language.EN) for one in compare(files, there).changes]
    assert told == ["title: 12345 (before: none)."]
    assert "hotline" in sections.manifest_schema()["properties"]


def test_without_its_file_the_table_means_nothing(edited):
    found = codes(edited(more='[hotline]\nphone = "12345"\n'))
    assert found == {"form.toml:hotline": "FORM-UNKNOWN"}


def test_the_schema_of_manifests_that_is_published_is_the_one_that_judges():
    published = json.loads((ROOT / "schemas" / "form.schema.json").read_bytes())
    assert published == sections.manifest_schema()


PLAIN = st.one_of(
    st.booleans(),
    st.integers(0, 9),
    st.sampled_from([1.0, 2.5]),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
    st.just([1.0]),
    st.just([date(2026, 1, 1)]),
)


@example(kind="whole", value=2.0)
@example(kind="text", value=date(2004, 6, 8))
@example(kind="texts", value=[date(2004, 6, 8)])
@example(kind="values_of", value=[1.0])
@example(kind="tables", value=[date(2004, 6, 8)])
@given(
    kind=st.sampled_from(
        ["text", "flag", "whole", "day", "days", "texts", "values_of", "table", "tables"]
    ),
    value=PLAIN,
)
def test_no_value_is_passed_over_without_a_word(kind, value):
    table = TomlTable(values={"name": value}, place="form.toml:", findings=[])
    read = getattr(table, kind)("name")
    if kind in {"table", "tables"}:
        read = read.values if kind == "table" and read is not None else read
        read = [one.values for one in read] if kind == "tables" else read
    kept = list(read) if isinstance(read, tuple) else read
    same = type(kept) is type(value) and kept == value
    assert same or [one.code for one in table.findings] == ["FORM-TYPE"] * len(table.findings) != []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ((r"^clause = .*", "clause = 2004-06-08"), "form.clause"),
        ((r"^prepared = .*", "prepared = 2004-06-08"), "form.prepared"),
        ((r"^issue = .*", "issue = [2004-06-08]"), "roles.issue[0]"),
        ((r"^years = .*", "years = 5.0"), "retention.years"),
        ((r"^subject = .*", "subject = 08:30:00"), "summary.subject"),
        ((r"^closes = .*", 'repeat = "date"\nrepeat_values = [1.0]'), "stages[0].repeat_values[0]"),
    ],
)
def test_what_a_manifest_writes_as_another_kind_is_refused(edited, change, place):
    assert codes(edited(change))[f"form.toml:{place}"] == "FORM-TYPE"
