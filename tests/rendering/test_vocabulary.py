"""The table of elements and parts: it is what the documentation says, and what is done."""

import importlib.util
from pathlib import Path

import pytest
from lxml import etree

from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.refusals import judge_elements, refusal
from rmdocs.rendering.tags import ParagraphIndex
from rmdocs.rendering.vocabulary import FATES, ElementHandling, W, fate, short
from rmdocs.rendering.wordfile import PARTS

ROOT = Path(__file__).parents[2]
GOES = {ElementHandling.DROPPED, ElementHandling.UNWRAPPED}
OTHERS = {ElementHandling.TRACKED: "TEMPLATE-TRACKED", ElementHandling.UNKNOWN: "TEMPLATE-ELEMENT"}


def code_of(what):
    refused = refusal(what)
    return refused[0] if refused else OTHERS[what]


def test_the_documentation_says_what_the_code_knows():
    spec = importlib.util.spec_from_file_location("word_table", ROOT / "tools" / "word_table.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    text = (ROOT / "docs" / "refusals.md").read_text("utf-8")
    assert made.TITLE + text.partition(made.TITLE)[2] == made.word_files(), (
        "run: python tools/word_table.py"
    )


def test_each_element_that_is_refused_is_refused_so():
    for name, what in FATES.items():
        root = etree.Element(f"{{{W}}}body")
        etree.SubElement(root, name)
        codes = [one.code for one in judge_elements(ParagraphIndex("word/document.xml", root))]
        kept = what is ElementHandling.KEPT or what in GOES
        assert codes == ([] if kept else [code_of(what)]), short(name)


@pytest.mark.parametrize("name", ["novelty", "{urn:x}p", f"{{{W}}}P", "{http://x/chart}chart"])
def test_what_is_not_in_the_table_is_unknown(name):
    assert fate(name) is ElementHandling.UNKNOWN


def test_each_element_that_is_dropped_goes(docx, unzipped, rezipped):
    template = docx("甲")
    main = etree.fromstring(unzipped(template)["word/document.xml"])
    gone = [name for name, what in FATES.items() if what in GOES]
    paragraph = main.find(f".//{{{W}}}p")
    for name in gone:
        etree.SubElement(paragraph, name)
    changed = rezipped(template, parts={"word/document.xml": etree.tostring(main)})
    left = etree.fromstring(unzipped(clean(changed).data)["word/document.xml"])
    assert not {str(one.tag) for one in left.iter(etree.Element)} & set(gone)


def test_every_fate_has_its_words():
    refused = {*FATES.values(), *PARTS.values()} - GOES - {ElementHandling.KEPT}
    assert all(code_of(what).startswith("TEMPLATE-") for what in refused)
