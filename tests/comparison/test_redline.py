"""The redline: rejecting it gives back the old text, accepting it the new one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rmdocs.comparison.redline import redline, unshown
from rmdocs.errors import FindingsError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AUTHOR, MOMENT = "林拥旗", datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
PIECES = (
    "借款人",
    "应当",
    "按期",
    "归还",
    "。",
    ",",
    "{{ content.no }}",
    "10",
    "ab",
    "的",
    "\t",
    " ",
)
texts = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
formats = st.sampled_from(("", "<w:b/>", '<w:sz w:val="28"/>'))
shapes = st.sampled_from(("", '<w:jc w:val="center"/>', '<w:pStyle w:val="Big"/>'))
lines = st.tuples(st.lists(st.tuples(texts, formats), max_size=3), shapes)


def grids(cells):
    return st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=3
        )
    )


def ended(blocks):
    """Return stories: blocks that end with a paragraph."""
    return st.tuples(st.lists(blocks, max_size=5), lines).map(lambda both: [*both[0], both[1]])


inner = ended(st.one_of(lines, grids(ended(lines))))
stories = ended(st.one_of(lines, lines, grids(inner)))


def written(write, block):
    if isinstance(block, tuple):
        runs, shape = block
        return write.paragraph(*(write.run(*piece) for piece in runs), properties=shape)
    return write.table(
        *([[written(write, part) for part in cell] for cell in row] for row in block)
    )


def made(write, story, **more):
    return write.document(*(written(write, block) for block in story), **more)


def drawn(old, new):
    return redline(old, new, author=AUTHOR, moment=MOMENT)


@st.composite
def edits(draw):
    """Return a story and what an officer made of it in a few steps."""
    old = draw(stories)
    new = edited(draw, old)
    return old, new


def edited(draw, story):
    blocks = list(story)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(blocks) - 1))
        act = draw(st.sampled_from(("add", "remove", "change", "format")))
        block = blocks[place]
        if act == "add":
            blocks.insert(place, draw(lines))
        elif act == "remove" and len(blocks) > 1 and isinstance(blocks[-2 if place else 1], tuple):
            blocks.pop(place)
        elif isinstance(block, tuple):
            runs, _shape = block
            piece = (draw(texts), draw(formats))
            at = draw(st.integers(0, len(runs)))
            blocks[place] = ([*runs[:at], piece, *runs[at + (act == "change") :]], draw(shapes))
        else:
            blocks[place] = table_edited(draw, block, act)
    return blocks if isinstance(blocks[-1], tuple) else [*blocks, ([], "")]


def table_edited(draw, rows, act):
    rows = [list(row) for row in rows]
    at = draw(st.integers(0, len(rows) - 1))
    if act == "add":
        rows.insert(at, [[draw(lines)] for _ in rows[0]])
    elif act == "remove" and len(rows) > 1:
        rows.pop(at)
    else:
        column = draw(st.integers(0, len(rows[at]) - 1))
        rows[at][column] = edited(draw, rows[at][column])
    return rows


@pytest.mark.long
@settings(max_examples=settings.default.max_examples // 4)
@given(both=edits())
def test_an_edit_can_be_accepted_and_rejected(write, accepted_looks, rejected_looks, both):
    old, new = (made(write, story) for story in both)
    made_ = drawn(old, new)
    assert accepted_looks(made_) == accepted_looks(new)
    assert rejected_looks(made_) == rejected_looks(old)
    assert unshown(old, new, made_) == ()


@pytest.mark.long
@settings(max_examples=settings.default.max_examples // 4)
@given(old=stories, new=stories)
def test_any_two_documents_can_be_accepted_and_rejected(
    write, accepted_looks, rejected_looks, old, new
):
    before, after = made(write, old), made(write, new)
    made_ = drawn(before, after)
    assert accepted_looks(made_) == accepted_looks(after)
    assert rejected_looks(made_) == rejected_looks(before)


def marks(document, unzipped):
    root = etree.fromstring(unzipped(document)["word/document.xml"])
    return [mark for kind in ("ins", "del") for mark in root.iter(f"{{*}}{kind}")]


def test_a_form_bears_its_officers_marks(files, unzipped_parts, revised_files):
    found = marks(drawn(files.template, revised_files.template), unzipped_parts)
    assert {mark.get(f"{W}author") for mark in found} == {AUTHOR}
    told = "".join("".join(mark.itertext()) for mark in found)
    assert "和复利" in told
    assert "到期联系方式" in told


def test_the_same_template_bears_no_marks(files, unzipped_parts):
    assert marks(drawn(files.template, files.template), unzipped_parts) == []


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=8)), timezone(timedelta(hours=-5))])
def test_a_moment_is_the_same_in_every_zone(files, revised_files, zone):
    both = (files.template, revised_files.template)
    elsewhere = redline(*both, author=AUTHOR, moment=MOMENT.astimezone(zone))
    assert elsewhere == drawn(*both)


@pytest.mark.parametrize("old_is_word", [True, False])
def test_what_is_no_word_document_is_refused(files, old_is_word):
    both = (files.template, b"text") if old_is_word else (b"text", files.template)
    with pytest.raises(FindingsError) as caught:
        drawn(*both)
    assert caught.value.findings[0].code == "TEMPLATE-NOT-DOCX"
