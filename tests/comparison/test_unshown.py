"""A redline shows what differs, or says what it does not show; nothing is silent."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from rmdocs.comparison.compare import template_changes
from rmdocs.comparison.redline import redline, unshown
from rmdocs.comparison.template import Template
from rmdocs.forms.differences import RevisionTerms
from rmdocs.forms.properties import Renames
from rmdocs.forms.titles import Titles
from rmdocs.messages import Language

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PAGE = '<w:pgSz w:w="11906" w:h="16838"/>'


def drawn(old, new):
    return redline(old, new, author="林拥旗", moment=datetime(2026, 9, 1, tzinfo=UTC))


def told(old, new):
    """Return what a redline does not show, as a person reads it."""
    found = unshown(old, new, drawn(old, new))
    assert {one.code for one in found} <= {"REDLINE-NOT-SHOWN"}
    assert all(one.message.text(Language.ZH) and one.remedy.text(Language.ZH) for one in found)
    sentences = [one.message.text(Language.EN) for one in found]
    return [one.removeprefix("no tracked change shows this: ") for one in sentences]


def changes(old, new):
    titles = Titles((), {})
    found = template_changes(
        Template(old), Template(new), RevisionTerms(titles, titles, Renames({}))
    )
    return [one.sentence.text(Language.EN) for one in found]


@pytest.fixture(scope="module")
def related(write):
    """Return a function that lays parts into a document, each reached by its kind and id."""

    def lay(data, *parts):
        found = write.unzipped(data)
        relations, types = "word/_rels/document.xml.rels", "[Content_Types].xml"
        for kind, name, identifier, content in parts:
            entry = f'<Relationship Id="{identifier}" Type="{OFFICE}/{kind}" Target="{name}"/>'
            found[relations] = found[relations].replace(b"</R", f"{entry}</R".encode())
            entry = f'<Override PartName="/word/{name}" ContentType="{MAIN}.{kind}+xml"/>'
            found[types] = found[types].replace(b"</T", f"{entry}</T".encode())
            found[f"word/{name}"] = content.encode()
        return write.zipped(found)

    return lay


@pytest.fixture(scope="module")
def noted(write, related):
    """Return a function that writes paragraphs, each with its footnotes and endnotes."""

    def document(*lines):
        notes = {"footnote": [], "endnote": []}
        body = []
        for text, *own in lines:
            runs = [write.run(text)]
            for kind, note in own:
                notes[kind].append(note)
                runs.append(f'<w:r><w:{kind}Reference w:id="{len(notes[kind])}"/></w:r>')
            body.append(write.paragraph(*runs, write.run("。")))
        parts = []
        for kind, found in notes.items():
            entries = "".join(
                f'<w:{kind} w:id="{number}">{write.paragraph(note)}</w:{kind}>'
                for number, note in enumerate(found, 1)
            )
            separator = f'<w:{kind} w:type="separator" w:id="0">{write.paragraph("")}</w:{kind}>'
            root = f'<w:{kind}s xmlns:w="{write.namespace}">{separator}{entries}</w:{kind}s>'
            if found:
                parts.append((f"{kind}s", f"{kind}s.xml", kind, root))
        return related(write.document(*body), *parts)

    return document


@pytest.fixture(scope="module")
def paged(write, related):
    """Return a function that writes sections, each with headers of its own by kind of page."""

    def document(*sections, even=False):
        parts, body = [], []
        for number, headers in enumerate(sections, 1):
            references = ""
            for kind, text in headers.items():
                name = f"{kind}{number}"
                root = f'<w:hdr xmlns:w="{write.namespace}">{write.paragraph(text)}</w:hdr>'
                parts.append(("header", f"{name}.xml", name, root))
                references += f'<w:headerReference w:type="{kind}" r:id="{name}"/>'
            title = "<w:titlePg/>" if "first" in headers else ""
            properties = f"<w:sectPr>{references}{PAGE}{title}</w:sectPr>"
            if number < len(sections):
                body.append(write.paragraph(f"第{number}节", properties=properties))
        body.append(write.paragraph("末节"))
        if even:
            root = f'<w:settings xmlns:w="{write.namespace}"><w:evenAndOddHeaders/></w:settings>'
            parts.append(("settings", "settings.xml", "settings", root))
        return related(write.document(*body, section=properties), *parts)

    return document


class TestNotes:
    """A note is tracked with its reference: by what it belongs to, not by its number."""

    LINES = (
        [("借款人",), ("保证人",)],
        [("借款人", ("footnote", "指甲方")), ("保证人",)],
        [("借款人",), ("保证人", ("footnote", "指丙方"))],
        [("借款人", ("footnote", "指甲方")), ("保证人", ("footnote", "指丙方及丁方"))],
        [("借款人", ("endnote", "指甲方"), ("footnote", "见第一条")), ("保证人",)],
        [("保证人", ("footnote", "指丙方"), ("footnote", "连带责任")), ("还款",)],
        [("另一段", ("endnote", "甲"), ("endnote", "乙")), ("借款人", ("endnote", "指甲方"))],
    )

    @pytest.mark.parametrize(("old", "new"), [*permutations(LINES, 2)])
    def test_whatever_came_and_went_is_shown(self, noted, both, old, new):
        both(noted(*old), noted(*new))

    def test_a_first_note_that_is_new_leaves_the_others_as_they_were(self, noted, write, both):
        old = noted(("借款人",), ("保证人", ("footnote", "指丙方")))
        new = noted(("借款人", ("footnote", "指甲方")), ("保证人", ("footnote", "指丙方")))
        notes = write.unzipped(both(old, new))["word/footnotes.xml"].decode()
        first, second = notes.split("<w:footnote ")[-2:]
        assert ("<w:ins " in first, "指甲方" in first) == (True, True)
        assert ("<w:ins " in second, "指丙方" in second) == (False, True)

    def test_a_note_that_nothing_refers_to_is_none(self, noted, write):
        old = noted(("借款人", ("footnote", "指甲方")))
        parts = write.unzipped(old)
        notes = parts["word/footnotes.xml"].decode()
        more = notes.replace("</w:footnotes>", '<w:footnote w:id="9"/></w:footnotes>')
        assert changes(old, write.zipped({**parts, "word/footnotes.xml": more})) == []


@pytest.fixture(scope="module")
def both():
    """Return a function that draws two documents and holds the redline to showing it all."""

    def check(old, new):
        made = drawn(old, new)
        assert [one.message.text(Language.EN) for one in unshown(old, new, made)] == []
        return made

    return check


class TestMargins:
    """Headers are compared by the pages that show them, however many sections there are."""

    def test_a_later_section_that_gets_its_own(self, paged, both):
        old, new = paged({"default": "甲"}, {}), paged({"default": "甲"}, {"default": "乙"})
        assert changes(old, new) == ["header from section 2 on: “甲” became “乙”."]
        assert changes(new, old) == ["header: “乙” became “甲”."]
        both(old, new)

    def test_a_later_section_whose_own_changes(self, paged, both):
        old, new = (paged({"default": "甲"}, {"default": text}) for text in ("乙", "丙"))
        both(old, new)

    def test_only_a_later_section_had_one(self, paged, both):
        both(paged({}, {"default": "甲"}), paged({}, {}))
        both(paged({}, {}), paged({}, {"default": "甲"}))

    @pytest.mark.parametrize("kind", ["first", "even"])
    def test_one_for_other_pages(self, paged, both, kind):
        old, new = (
            paged({"default": "甲", kind: text}, {}, even=kind == "even") for text in ("乙", "丙")
        )
        both(old, new)
        both(paged({"default": "甲"}, {}, even=True), paged({"default": "乙"}, {}, even=True))

    def test_one_that_no_page_can_show_any_more_is_told(self, paged):
        old = paged({"default": "甲", "first": "首页"})
        new = paged({"default": "甲"})
        assert told(old, new) == ["header: “首页” became “甲”."]

    def test_one_in_the_place_of_two_is_told(self, paged):
        old = paged({"default": "甲"}, {"default": "乙"})
        new = paged({"default": "丙"}, {})
        assert told(old, new) == ["header: “乙” became “甲”."]


class TestTold:
    """What Word cannot track, or this redline cannot carry over, is told in one line each."""

    def test_a_page_and_a_column(self, write):
        section = '<w:sectPr><w:pgSz w:w="16838" w:h="11906"/></w:sectPr>'
        old = write.document(write.paragraph("甲"))
        new = write.document(write.paragraph("甲"), section=section)
        assert told(old, new) == ["formatting, page"]
        old, new = (
            write.document(write.table(("甲", "乙"), grid=grid), write.paragraph("完"))
            for grid in ((4000, 4000), (2000, 6000))
        )
        assert told(old, new) == ["formatting, table 1"]

    def test_a_chart_that_is_gone(self, write, related):
        chart = '<w:r><w:drawing><c:chart xmlns:c="urn:chart" r:id="chart"/></w:drawing></w:r>'
        old = related(
            write.document(write.paragraph("见下图", chart)),
            ("chart", "chart1.xml", "chart", "<c/>"),
        )
        (sentence,) = told(old, write.document(write.paragraph("见下图")))
        assert "〔picture〕” became" in sentence

    def test_a_link_that_leads_elsewhere(self, write):
        old, new = (
            write.document(
                write.paragraph(f'<w:hyperlink w:anchor="{to}">{write.run("附件")}</w:hyperlink>')
            )
            for to in ("甲", "乙")
        )
        assert told(old, new) == changes(old, new)
        assert told(old, new) == ["body, paragraph 1: its links or fields say something else."]

    def test_a_field_that_asks_for_something_else(self, write):
        def field(code):
            marks = [
                f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
                for kind in ("begin", "separate", "end")
            ]
            asked = f"<w:r><w:instrText> {code} </w:instrText></w:r>"
            shown = write.run("第一条")
            return write.document(write.paragraph("见", marks[0], asked, marks[1], shown, marks[2]))

        old, new = field("REF 甲 \\* MERGEFORMAT"), field("REF  乙")
        assert told(old, new) == ["body, paragraph 1: its links or fields say something else."]
        assert told(old, field("REF 甲")) == []

    def test_a_redline_of_something_else_is_found_out(self, write):
        old, new, other = (
            write.document(write.paragraph(text)) for text in ("甲乙丙", "甲丁", "戊己")
        )
        assert unshown(old, new, drawn(old, new)) == ()
        assert unshown(old, new, drawn(old, other)) != ()
        assert unshown(old, new, drawn(other, new)) != ()
        assert unshown(old, new, new) != ()
