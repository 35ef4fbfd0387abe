"""What a revision of a document that is not a form changes, in words and as a redline."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from bank import FIFTH
from lxml import etree
from notices import EFFECTIVE
from papers import (
    AUTHOR,
    EXTERNAL,
    NEW_SENTENCE,
    NUMBER,
    OLD_SENTENCE,
    change_manifest,
    release_document,
    reword,
)
from revised import edit_part

from rmdocs.cli.form import require_word_name
from rmdocs.comparison.redline import redline
from rmdocs.errors import ControlError, UsageError
from rmdocs.forms.desk import read_desk, read_document
from rmdocs.forms.differences import Area, What
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import comparing, revising, revisions

DAY = EFFECTIVE - timedelta(1)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def author(bank):
    return bank.at(AUTHOR, DAY)


def told(compared, language=Language.EN):
    return [change.sentence.text(language) for change in compared.comparison.changes]


def test_a_desk_nobody_edited_differs_in_nothing(bank):
    compared = comparing.diff(author(bank), NUMBER)
    assert compared.comparison.is_empty
    assert (compared.old, compared.new) == ("released", "desk")
    assert compared.digest == read_document(bank.root, NUMBER).digest()


def test_text_and_entry_are_compared(bank):
    revising.propose(bank.at(AUTHOR, DAY), NUMBER, "修改目的", EFFECTIVE)
    reword(bank)
    change_manifest(
        bank,
        ('zh = "公司客户经理工作规范", en = "[^"]*"', 'zh = "工作规范", en = "Rules"'),
        (r'\[\[references\]\]\nnumber = "EXT-006"\nclause = "§3"\npurpose = .*\n', ""),
        (r"months = 36", "months = 24"),
    )
    compared = comparing.diff(author(bank), NUMBER)
    changes = compared.comparison.changes
    entry = compared.comparison.in_area(Area.IDENTITY)
    assert [(change.path.removeprefix("document.toml:"), change.what) for change in entry] == [
        ("document.revision", What.CHANGED),
        ("document.effective", What.CHANGED),
        ("document.title", What.CHANGED),
        ("document.prepared", What.CHANGED),
        ("document.reviewed", What.CHANGED),
        ("document.approved", What.CHANGED),
        ("references", What.REMOVED),
        ("history", What.ADDED),
        ("review.months", What.CHANGED),
    ]
    sentences = told(compared)
    assert "revision: “1.0” became “1.1”." in sentences
    assert any(one.startswith("Earlier references: “EXT-006 in §3: ") for one in sentences)
    [text] = compared.comparison.in_area(Area.TEXT)
    assert "和服务" in text.sentence.text(Language.ZH)
    assert changes[-1] == text


def test_formatting_of_a_text_is_compared(bank):
    path = bank.root / "documents" / str(NUMBER) / "body.docx"

    def edit(root):
        [found] = [text for text in root.iter(f"{W}t") if OLD_SENTENCE in (text.text or "")]
        look = etree.Element(f"{W}rPr")
        etree.SubElement(look, f"{W}u").set(f"{W}val", "double")
        found.getparent().insert(0, look)

    path.write_bytes(edit_part(path.read_bytes(), "word/document.xml", edit))
    [change] = comparing.diff(author(bank), NUMBER).comparison.in_area(Area.LAYOUT)
    assert change.sentence.text(Language.EN).endswith(": formatting changed; see the redline.")


def test_released_revisions_are_compared(bank):
    reword(bank)
    release_document(bank, EFFECTIVE)
    compared = comparing.diff(author(bank), NUMBER, "1.0", "1.1")
    assert len(compared.comparison.in_area(Area.TEXT)) == 1
    back = comparing.diff(author(bank), NUMBER, "1.1", "1.0")
    assert len(back.comparison.changes) == len(compared.comparison.changes)
    with pytest.raises(ControlError, match=r"IXD7200-01 has no revision 3\.0"):
        comparing.diff(author(bank), NUMBER, "1.0", "3.0")


def test_a_draft_that_is_not_the_desk_must_be_named(bank):
    revising.propose(bank.at(AUTHOR, DAY), NUMBER, "修改", EFFECTIVE)
    revising.submit(bank.at(AUTHOR, DAY), NUMBER)
    reword(bank)
    with pytest.raises(UsageError, match="differs from the draft"):
        comparing.diff(author(bank), NUMBER)
    assert comparing.diff(author(bank), NUMBER, new="draft").comparison.in_area(Area.TEXT) == ()
    assert len(comparing.diff(author(bank), NUMBER, new="desk").comparison.in_area(Area.TEXT)) == 1


def test_a_text_that_is_new_is_told(bank):
    change_manifest(bank, (r"kept = .*", 'file = "body.docx"'), number=EXTERNAL)
    body = bank.root / "documents" / str(NUMBER) / "body.docx"
    (bank.root / "documents" / str(EXTERNAL) / "body.docx").write_bytes(body.read_bytes())
    changes = comparing.diff(author(bank), EXTERNAL).comparison
    assert [change.path for change in changes.changes] == [
        "document.toml:document.kept",
        "body.docx",
    ]
    assert changes.in_area(Area.TEXT)[0].what is What.ADDED


def test_the_redline_shows_both_texts(bank):
    before = read_document(bank.root, NUMBER).body
    revising.propose(bank.at(AUTHOR, DAY), NUMBER, "修改", EFFECTIVE)
    reword(bank)
    after = read_document(bank.root, NUMBER).body
    made = comparing.redline(author(bank), NUMBER)
    drawn = made.document
    assert made.unshown == ()
    moment = bank.at(AUTHOR, DAY).now()
    assert drawn == redline(before, after, author="编制示例", moment=moment)
    assert NEW_SENTENCE in printed_text(drawn)
    assert OLD_SENTENCE in printed_text(before)


def test_the_redline_of_what_has_no_text_is_refused(bank):
    with pytest.raises(ControlError, match="not both revisions of EXT-006 have a text") as refusal:
        comparing.redline(author(bank), EXTERNAL)
    assert "form diff" in refusal.value.remedy.text(Language.EN)
    assert comparing.diff(author(bank), EXTERNAL).comparison.is_empty


class TestWords:
    """What is asked for is named in words that a person can put right."""

    @pytest.mark.parametrize("word", ["darft", "Draft", "1", "1.0.0", "in force"])
    def test_a_mistyped_revision_names_the_words(self, bank, word):
        with pytest.raises(UsageError) as refused:
            comparing.diff(author(bank), NUMBER, new=word)
        assert word in refused.value.reason.text(Language.ZH)
        remedy = refused.value.remedy.text(Language.ZH)
        assert all(one in remedy for one in ("draft", "desk", "1.0"))

    def test_one_to_compare_with_is_a_released_one(self, bank):
        with pytest.raises(UsageError, match="is no revision") as refused:
            comparing.diff(author(bank), NUMBER, "desk", "desk")
        assert "a released revision like 1.0" in refused.value.remedy.text(Language.EN)

    @pytest.mark.parametrize("name", ["a.pdf", "a.doc", "a.docx.bak", "a"])
    def test_word_is_written_only_under_the_name_of_word(self, name):
        with pytest.raises(UsageError, match=r"does not end in \.docx"):
            require_word_name(Path(name))


class TestFirst:
    """What has no revision yet differs from nothing: all of it is new."""

    def test_a_form(self, bank):
        new = lay_in(bank)
        compared = comparing.diff(author(bank), new)
        changes = compared.comparison.changes
        assert (compared.old, compared.new) == ("none", "desk")
        assert compared.comparison.findings == ()
        assert {change.what for change in changes} == {What.ADDED}
        assert {Area.IDENTITY, Area.TEXT, Area.FIELDS, Area.RULES, Area.RETENTION} <= {
            change.area for change in changes
        }
        form = Form.load(read_desk(bank.root, new))
        rules = [change.path for change in compared.comparison.in_area(Area.RULES)]
        assert len(set(rules)) == len(form.rules)
        with pytest.raises(ControlError, match="no revision yet"):
            comparing.redline(author(bank), new)

    def test_its_draft_too(self, bank):
        new = lay_in(bank)
        revising.propose(bank.at(AUTHOR, DAY), new, "新增", EFFECTIVE)
        revising.submit(bank.at(AUTHOR, DAY), new)
        compared = comparing.diff(author(bank), new)
        assert (compared.old, compared.new) == ("none", "draft")
        assert {change.what for change in compared.comparison.changes} == {What.ADDED}

    def test_another_document(self, bank):
        path = bank.root / "documents" / "PXD7299"
        shutil.copytree(bank.root / "documents" / str(NUMBER), path)
        text = (path / "document.toml").read_text("utf-8")
        text = text.replace(f'number = "{NUMBER}"', 'number = "PXD7299"')
        (path / "document.toml").write_text(text, encoding="utf-8")
        compared = comparing.diff(author(bank), DocumentNumber("PXD7299"))
        assert compared.old == "none"
        assert {change.what for change in compared.comparison.changes} == {What.ADDED}


def lay_in(bank):
    """Put the form of the tests' own on the desk; return its number."""
    for part in ("forms", "schemas"):
        shutil.copytree(FIFTH / part, bank.root / part, dirs_exist_ok=True)
    return DocumentNumber("RXD7200-05")


def test_files_from_elsewhere_serve_as_the_desk(bank):
    """What is handed in is compared, shown and submitted; the desk in the workspace stays."""
    revising.propose(bank.at(AUTHOR, DAY), NUMBER, "修改目的", EFFECTIVE)
    laid_out = read_document(bank.root, NUMBER)
    reword(bank)
    handed = read_document(bank.root, NUMBER)
    (bank.root / "documents" / str(NUMBER) / "body.docx").write_bytes(laid_out.body)
    assert comparing.diff(author(bank), NUMBER).comparison.in_area(Area.TEXT) == ()
    compared = comparing.diff(author(bank), NUMBER, desk=handed)
    assert (compared.new, bool(compared.comparison.in_area(Area.TEXT))) == ("desk", True)
    assert comparing.redline(author(bank), NUMBER, desk=handed).document
    assert revising.check(author(bank), NUMBER, handed) == revising.check(author(bank), NUMBER)
    submitted = revising.submit(author(bank), NUMBER, handed)
    draft = revisions.draft_files(bank.at(), submitted.change)
    assert comparing.diff(author(bank), NUMBER, desk=handed).digest == draft.digest()
    with pytest.raises(UsageError, match="differs from the draft"):
        comparing.diff(author(bank), NUMBER)
