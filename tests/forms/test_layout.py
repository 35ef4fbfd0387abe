"""A manifest laid out for a new revision: nothing but its cover changes, to the byte."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from bank import refused_for
from handwritten import comments, manifests
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.beginning import built_in
from rmdocs.forms.desk import NewCover, lay_out
from rmdocs.identifiers import Revision
from rmdocs.messages import Bilingual

pytestmark = pytest.mark.long

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


COVER = """\
revision = "1.1"
effective = 2026-12-01
prepared = "甲"
reviewed = "乙"
approved = "丙"
"""
ROW = '{ revision = "1.1", date = 2026-12-01, change = { zh = "改", en = "c" } }'
ROW_LINES = """
[[history]]
revision = "1.1"
date = 2026-12-01
change = { zh = "改", en = "c" }
"""
REST = COVER.partition("\n")[2]
INLINE = COVER.strip().replace("\n", ", ")
DOTTED = "".join(f"form.{line}\n" for line in COVER.splitlines())

WRITTEN = {
    "a comment behind a value": (
        '[form]\nrevision = "1.0" # as printed on the cover\n',
        f'[form]\nrevision = "1.1" # as printed on the cover\n{REST}{ROW_LINES}',
    ),
    "a name in quotes": (
        '[form]\n"revision"="1.0"\n\'effective\' = 2004-06-08\t\n',
        '[form]\n"revision"="1.1"\n\'effective\' = 2026-12-01\t\n'
        + REST.partition("\n")[2]
        + ROW_LINES,
    ),
    "single quotes stay": (
        "[form]\nrevision = '1.0'\nprepared = ''\nreviewed = '''x'''\n",
        (
            "[form]\nrevision = '1.1'\nprepared = '甲'\nreviewed = \"乙\"\n"
            f'effective = 2026-12-01\napproved = "丙"\n{ROW_LINES}'
        ),
    ),
    "a text of several lines": (
        '[form]\nnote = """\n[history]\nrevision = "0"\n# no comment"""\nrevision = """\n1.0"""\n',
        f'[form]\nnote = """\n[history]\nrevision = "0"\n# no comment"""\n{COVER}{ROW_LINES}',
    ),
    "a table in braces": (
        'form = { number = "X", revision = "1.0" } # one\n\n[roles]\nissue = []\n',
        f'form = {{ number = "X", {INLINE} }} # one\n{ROW_LINES}\n[roles]\nissue = []\n',
    ),
    "an empty table in braces": ("form = {}\n", f"form = {{ {INLINE} }}\n{ROW_LINES}"),
    "names with dots": (
        'form.revision = "1.0" # one\nother = 1 # two\n\n[roles]\nissue = []\n',
        (
            f"{DOTTED.replace(chr(10), ' # one' + chr(10), 1)}other = 1 # two\n{ROW_LINES}"
            "\n[roles]\nissue = []\n"
        ),
    ),
    "a table of which only parts have a heading": (
        '# its title\n[form.title]\nzh = "名"\n\n[roles]\nissue = []\n',
        (
            f'# its title\n[form]\n{COVER}\n[form.title]\nzh = "名"\n{ROW_LINES}'
            "\n[roles]\nissue = []\n"
        ),
    ),
    "parts of it elsewhere": (
        '[form]\nx = 1\n\n[roles]\nissue = []\n\n[form.title]\nzh = "名"\n# end\n',
        (
            f"[form]\nx = 1\n{COVER}\n[roles]\nissue = []\n\n"
            f'[form.title]\nzh = "名"\n{ROW_LINES}# end\n'
        ),
    ),
    "a heading with spaces and a comment": (
        " [ form ] # us\n\t# them\n",
        f" [ form ] # us\n{COVER}{ROW_LINES}\t# them\n",
    ),
    "no rows yet": (
        f"history = [] # none\n[form]\n{COVER}",
        f"history = [{ROW}] # none\n[form]\n{COVER}",
    ),
    "rows in one line": (
        f'history = [ {{ revision = "1.0", date = 2004-06-08 }} ]\n[form]\n{COVER}',
        f'history = [ {{ revision = "1.0", date = 2004-06-08 }}, {ROW} ]\n[form]\n{COVER}',
    ),
    "rows in a list, with comments": (
        f'history = [ # all\n  {{ revision = "1.0" }} # one\n  # two\n] # three\n[form]\n{COVER}',
        (
            f'history = [ # all\n  {{ revision = "1.0" }}, # one\n  {ROW},\n  # two\n] # three\n'
            f"[form]\n{COVER}"
        ),
    ),
    "rows in a list, with a comma behind the last": (
        f'history = [\n\t{{ revision = "1.0" }} # a\n\t, # b\n]\n[form]\n{COVER}',
        f'history = [\n\t{{ revision = "1.0" }} # a\n\t, # b\n\t{ROW},\n]\n[form]\n{COVER}',
    ),
    "rows with comments between": (
        (
            f'[form]\n{COVER}\n# one\n[[ history ]] # two\nrevision = "1.0"\n# three\n'
            '[history.change]\nzh = "首"\n\n# roles\n[roles]\nissue = []\n'
        ),
        (
            f'[form]\n{COVER}\n# one\n[[ history ]] # two\nrevision = "1.0"\n# three\n'
            f'[history.change]\nzh = "首"\n{ROW_LINES}\n# roles\n[roles]\nissue = []\n'
        ),
    ),
    "tables of one kind, others between": (
        f'[form]\n{COVER}\n[[rules]]\ncode = "A"\n[[stages]]\n[[rules]]\ncode = "B"\n',
        f'[form]\n{COVER}{ROW_LINES}\n[[rules]]\ncode = "A"\n[[stages]]\n[[rules]]\ncode = "B"\n',
    ),
    "a row of the author's own": (
        f'history = [{{ revision = "1.1", date = 2020-01-01 }}]\n[form]\n{COVER}',
        f'history = [{{ revision = "1.1", date = 2026-12-01 }}]\n[form]\n{COVER}',
    ),
    "a row of the author's own, without a day": (
        f"[form]\n{COVER}\n[[history]]\nrevision = '1.1' # mine\n",
        f"[form]\n{COVER}\n[[history]]\nrevision = '1.1' # mine\ndate = 2026-12-01\n",
    ),
    "line ends that differ": (
        '[form] # a\r\nrevision = "1.0"\r\n# b\n',
        f'[form] # a\r\nrevision = "1.1"\r\n{REST}{ROW_LINES}# b\n',
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_what_changes_is_written_as_it_was(case):
    text, expected = WRITTEN[case]
    assert laid_out(text.encode(), cover()).decode() == expected


@pytest.mark.parametrize("case", WRITTEN)
def test_laid_out_again_nothing_changes(case):
    once = laid_out(WRITTEN[case][0].encode(), cover())
    assert laid_out(once, cover()) == once


EARLIER = {
    "a heading": (
        (
            '[form]\nx = 1\n\n# a\n\n[[history]]\nrevision = "1.1"\n# b\n'
            '[history.change]\nzh = "旧"\n\n# c\n[roles]\n'
        ),
        f"[form]\nx = 1\n{COVER}{ROW_LINES}\n# a\n\n# c\n[roles]\n",
    ),
    "a list": (
        f'history = [{{ revision = "1.0" }}, {{ revision = "1.1" }}]\n[form]\n{COVER}',
        f'history = [{{ revision = "1.0" }}, {ROW}]\n[form]\n{COVER}',
    ),
    "the only one of a list": (
        f'history = [ {{ revision = "1.1" }}, ] # a\n[form]\n{COVER}',
        f"history = [{ROW} ] # a\n[form]\n{COVER}",
    ),
    "lines of a list": (
        (
            'history = [\n  { revision = "1.0" }, # a\n  # b\n  { revision = "1.1" },\n  # c\n]\n'
            f"[form]\n{COVER}"
        ),
        f'history = [\n  {{ revision = "1.0" }}, # a\n  {ROW},\n  # b\n  # c\n]\n[form]\n{COVER}',
    ),
    "comments around a comma": (
        (
            'history = [\n  { revision = "1.1" } # a\n  , # b\n  { revision = "1.0" } # c\n]\n'
            f"[form]\n{COVER}"
        ),
        f'history = [\n   # a\n   # b\n  {{ revision = "1.0" }}, # c\n  {ROW},\n]\n[form]\n{COVER}',
    ),
}


@pytest.mark.parametrize("case", EARLIER)
def test_the_row_of_an_earlier_request_is_replaced(case):
    text, expected = EARLIER[case]
    assert laid_out(text.encode(), cover(anew=True)).decode() == expected


@pytest.mark.parametrize(
    "migration",
    [
        '[migration]\nfrom = "1.0"\n# a\n[[migration.steps]]\ndrop = "content.old"\n',
        '[migration]\nfrom = "1.0"\nsteps = [{ drop = "content.old" }] # a\n',
        '[[migration.steps]]\ndrop = "content.old"\n["migration"]\nfrom = "1.0"\n',
    ],
)
def test_a_migration_goes_with_its_lines_alone(migration):
    start, end = f"[form]\n{COVER}{ROW_LINES}\n# before\n\n", "\n# behind\n[roles]\nissue = []\n"
    old = f"{start}{migration}{end}".encode()
    assert laid_out(old, cover(), released=old).decode() == start.rstrip() + "\n" + end


@pytest.mark.parametrize(
    "migration",
    [
        'migration = { from = "1.0", steps = [{ drop = "content.old" }] } # a\n',
        'migration.from = "1.0"\n"migration".steps = [{ drop = "content.old" }]\n',
    ],
)
def test_a_migration_at_the_top(migration):
    end = f"# behind\n[form]\n{COVER}{ROW_LINES}"
    old = f"{migration}{end}".encode()
    assert laid_out(old, cover(), released=old).decode() == end


def test_line_ends_of_windows_and_its_mark_stay():
    plain = manifest("RXD7200-04")
    windows = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    expected = b"\xef\xbb\xbf" + laid_out(plain, cover()).replace(b"\n", b"\r\n")
    assert laid_out(windows, cover()) == expected


def test_a_last_line_without_an_end_stays_so():
    for end in ("", "\n# z", '\nx = """\n# z"""'):
        new = laid_out(f"[form]{end}".encode(), cover())
        assert not new.endswith(b"\n")
        assert tomllib.loads(new.decode())["form"]["prepared"] == "甲"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[form", "FORM-SYNTAX"),
        ("form = 1\n", "FORM-LAYOUT"),
        ("[[form]]\n", "FORM-LAYOUT"),
        ("[roles]\n", "FORM-LAYOUT"),
        ("[form]\n[history]\n", "FORM-LAYOUT"),
        ("history = [1]\n[form]\n", "FORM-LAYOUT"),
        ("[form]\n[form.revision]\n", "FORM-LAYOUT"),
    ],
)
def test_what_is_no_cover_is_refused(text, code):
    with refused_for(code):
        laid_out(text.encode(), cover())


def test_a_text_that_no_file_can_hold_is_refused():
    with refused_for("FORM-LAYOUT"):
        laid_out(SHORT, cover(prepared="\ud800"))


@given(manifests(), st.booleans())
def test_of_any_manifest_nothing_but_the_cover_changes(written, anew):
    tables, text = written
    assert tomllib.loads(text) == tables
    new = laid_out(text.encode(), cover(anew=anew)).decode()
    said = tomllib.loads(new)
    identity = tomllib.loads(COVER)
    assert said == {
        **tables,
        "form": {**tables["form"], **identity},
        "history": said["history"],
    }
    row = {"revision": "1.1", "date": DAY, "change": {"zh": "改", "en": "c"}}
    rows = tables.get("history", [])
    others = [one for one in rows if one["revision"] != "1.1"]
    if len(others) < len(rows) and not anew:
        assert said["history"] == [
            {**one, "date": DAY} if one["revision"] == "1.1" else one for one in rows
        ]
    else:
        assert said["history"] == [*others, row]
    if not anew:
        assert comments(new) == comments(text)
    assert laid_out(new.encode(), cover(anew=anew)).decode() == new


@given(manifests())
def test_of_any_manifest_a_migration_that_is_done_goes(written):
    tables, text = written
    said = tomllib.loads(laid_out(text.encode(), cover(), released=text.encode()).decode())
    assert said.keys() == (tables.keys() | {"history"}) - {"migration"}


@given(manifests())
def test_laid_out_as_it_says_nothing_changes(written):
    """Every value that is exchanged for itself leaves each byte where it was."""
    _tables, text = written
    once = laid_out(text.encode(), cover())
    back = cover(prepared="x")
    assert laid_out(laid_out(once, back), cover()) == once
