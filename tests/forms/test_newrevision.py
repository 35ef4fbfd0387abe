"""Laying out a manifest: its cover and one row change, and nothing else."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from conftest import refused_for
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.beginning import built_in
from rmdocs.forms.newrevision import NewCover, lay_out
from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual

FORMS = sorted(path.parent.name for path in (built_in() / "forms").glob("*/form.toml"))
DAY = date(2026, 12, 1)
MIGRATION = '\n[migration]\nfrom = "1.0"\n\n[[migration.steps]]\ndrop = "content.old"\n'


def manifest(number):
    return (built_in() / "forms" / number / "form.toml").read_bytes()


def cover(**more):
    values = {
        "prepared": "甲",
        "reviewed": "乙",
        "approved": "丙",
        "change": Bilingual(zh="改", en="c"),
    }
    return NewCover(**{"revision": Revision(major=1, minor=1), "effective": DAY, **values, **more})


def laid_out(data, new, **more):
    return lay_out(data, new, table="form", name="form.toml", **more)


def changed_lines(old, new):
    before, after = old.decode().splitlines(), new.decode().splitlines()
    return [line for line in after if line not in before and line]


@pytest.mark.parametrize("number", FORMS)
def test_only_the_cover_and_its_row_change(number):
    old = manifest(number)
    new = laid_out(old, cover())
    assert [line.partition(" =")[0] for line in changed_lines(old, new)] == [
        "revision",
        "effective",
        "prepared",
        "reviewed",
        "approved",
        "revision",
        "date",
        "change",
    ]
    value = tomllib.loads(new.decode())
    assert value["history"][-1]["revision"] == "1.1"
    assert value["history"][-1]["date"] == value["form"]["effective"] == DAY
    rest = tomllib.loads(old.decode())
    for name in ("rules", "stages", "derived", "retention", "roles"):
        assert value.get(name) == rest.get(name)


SHORT = b'[form]\nrevision = "1.0"\neffective = 2004-06-08\n\n[roles]\nissue = ["a"]\n'
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\\\n\t[]={}#'))


@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(name, change):
    new = laid_out(SHORT, cover(prepared=name, change=Bilingual(zh=change, en=name)))
    value = tomllib.loads(new.decode())
    assert value["form"]["prepared"] == name
    assert value["history"][-1]["change"] == {"zh": change, "en": name}


def test_laying_out_twice_gives_one_row():
    once = laid_out(manifest("RXD7200-04"), cover())
    assert laid_out(once, cover()) == once


def test_a_migration_that_is_done_is_dropped_and_a_new_one_kept():
    old = manifest("RXD7200-04") + MIGRATION.encode()
    assert b"[migration]" not in laid_out(old, cover(), released=old)
    assert b"[migration]" in laid_out(old, cover(), released=manifest("RXD7200-04"))


def test_windows_line_ends_are_read():
    crlf = manifest("RXD7200-04").replace(b"\n", b"\r\n")
    assert laid_out(crlf, cover()) == laid_out(manifest("RXD7200-04"), cover())


@pytest.mark.parametrize(
    "text",
    [
        "[form",
        'form = { number = "RXD7200-04", revision = "1.0" }\nhistory = []\n',
        '[form]\nrevision = """\n1.0"""\n',
    ],
)
def test_what_cannot_be_changed_line_by_line_is_refused(text):
    with refused_for("FORM-SYNTAX"):
        laid_out(text.encode(), cover())
