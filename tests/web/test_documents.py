"""Controlled documents in the browser: a form revised by three people, in turn."""

import io
import re
import zipfile
from datetime import date

import pytest
from browsing import heading
from revised import NEW_SENTENCE, OLD_SENTENCE, edited_parts

from rmdocs.identifiers import DocumentNumber
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import revisions

FORM = "RXD7200-04"
HERE = f"/documents/{FORM}"
AUTHOR, REVIEWER, APPROVER, OFFICER, RM = (
    "SD00-0001",
    "SD00-0002",
    "SD00-0003",
    "SD00-0004",
    "JN01-0101",
)
DAY = date(2026, 6, 1)
REASON = "增加到期联系方式"


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory


@pytest.fixture
def browser(browse, bank):
    return browse(bank, day=DAY)


def proposed(browser, **said):
    """Open a change request as the author; return the desk."""
    browser.enter(AUTHOR)
    wanted = {"reason": REASON, "kind": "change", "effective": "2026-06-01", **said}
    return browser.submit(f"{HERE}/propose", wanted)


def seen(page):
    return re.search(r'name="seen" value="(\w+)"', page.text)[1]


def digest(page):
    return re.search(r'name="digest" value="(\w+)"', page.text)[1]


def submitted(browser):
    """Submit what lies on the desk."""
    looked_at = digest(browser.get(f"{HERE}/changes/desk"))
    return browser.submit(f"{HERE}/submit", {"digest": looked_at})


def lay_down(browser, name, data, called="", desk=None):
    """Send a part of the form, as edited."""
    desk = desk or browser.get(f"{HERE}/desk")
    files = {"file": (called or name, data)}
    return browser.submit(f"{HERE}/desk/{name}", {"seen": seen(desk)}, files=files)


@pytest.fixture
def edited(tmp_path, bank):
    """Return the parts of the form as its author edits them once the desk is laid out."""
    return lambda: edited_parts(bank.root, tmp_path / "desk")


def lay_all_down(browser, edited):
    """Lay all edited parts down."""
    for name, part in edited().items():
        lay_down(browser, name, part)


@pytest.mark.fonts
@pytest.mark.long
def test_a_form_is_revised_by_three_people(browser, edited):
    desk = proposed(browser)
    assert desk.url.path == f"{HERE}/desk"
    lay_all_down(browser, edited)
    changes = browser.get(f"{HERE}/changes/desk")
    assert "“和复利，并依法催收” was added" in changes.text
    assert "All of them pass" in changes.text
    redline = browser.get(f"{HERE}/changes/desk/redline.docx")
    assert redline.headers["content-disposition"].startswith("attachment;")
    assert b"w:ins " in zipfile.ZipFile(io.BytesIO(redline.content)).read("word/document.xml")
    done = browser.submit(f"{HERE}/submit", {"digest": digest(changes)})
    assert "submitted, to be reviewed" in done.text
    for who, act, status in ((REVIEWER, "review", "reviewed"), (APPROVER, "approve", "approved")):
        assert HERE in waiting(browser.enter(who))
        draft = browser.get(f"{HERE}/changes/draft")
        done = browser.submit(f"{HERE}/{act}", {"digest": digest(draft), "remark": "无误"})
        assert f"{status}" in done.text
        assert HERE not in waiting(browser.get("/"))
    assert ">1.1</span>" in done.text
    assert NEW_SENTENCE in body(browser.get(f"{HERE}/1.1/files/template.docx").content)
    assert OLD_SENTENCE in body(browser.get(f"{HERE}/1.0/files/template.docx").content)
    assert "“和复利，并依法催收” was added" in browser.get(f"{HERE}/changes/1.1").text
    assert browser.bank.codes() == set()


def waiting(page):
    return page.text.partition('id="waiting"')[2].partition("<h2")[0]


def body(word):
    return printed_text(word)


@pytest.mark.fonts
def test_what_is_wrong_stands_beside_its_place(browser, edited):
    proposed(browser)
    lay_down(browser, "template.docx", edited()["template.docx"])
    page = browser.get(f"{HERE}/desk").text
    told = re.findall(r'<tr class="error">.*?</tr>', page, re.DOTALL)
    assert any("contact_channel" in one and 'class="remedy"' in one for one in told)
    refused = browser.submit(f"{HERE}/submit", {"digest": digest_of_desk(browser)})
    assert refused.status_code == 422
    assert "being drafted" in browser.get(HERE).text


def digest_of_desk(browser):
    workspace = browser.bank.at(AUTHOR, DAY)
    return revisions.desk_files(workspace, DocumentNumber(FORM)).digest()


@pytest.mark.fonts
@pytest.mark.parametrize(
    ("name", "called", "data", "told"),
    [
        ("template.docx", "template.doc", b"\xd0\xcf\x11\xe0", "save it in Word or WPS"),
        ("template.docx", "template.docx", b"no Word file", "Word or WPS"),
        ("schema.json", "schema.json", b"{", "JSON"),
        ("form.toml", "form.toml", b"[form", "TOML"),
    ],
)
def test_what_is_not_the_part_is_not_laid_down(browser, name, called, data, told):
    proposed(browser)
    before = digest_of_desk(browser)
    refused = lay_down(browser, name, data, called)
    assert refused.status_code == 422
    assert told in refused.text
    assert digest_of_desk(browser) == before


@pytest.mark.fonts
def test_of_two_who_edit_at_once_the_second_is_told(browser, edited):
    desk, parts = proposed(browser), edited()
    assert lay_down(browser, "sample.json", parts["sample.json"], desk=desk).status_code == 200
    late = lay_down(browser, "template.docx", parts["template.docx"], desk=desk)
    assert late.status_code == 409
    assert "was changed since you looked" in late.text


@pytest.mark.fonts
@pytest.mark.long
def test_who_looked_at_another_draft_signs_nothing(browser, edited):
    proposed(browser)
    first = submitted(browser)
    assert first.status_code == 200
    browser.enter(REVIEWER)
    looked_at = digest(browser.get(f"{HERE}/changes/draft"))
    browser.enter(AUTHOR)
    lay_all_down(browser, edited)
    submitted(browser)
    browser.enter(REVIEWER)
    assert browser.submit(f"{HERE}/review", {"digest": looked_at}).status_code == 400
    assert browser.submit(f"{HERE}/review", {}).status_code == 400
    assert "submitted, to be reviewed" in browser.get(HERE).text


@pytest.mark.fonts
def test_a_draft_goes_back_with_what_to_put_right(browser):
    proposed(browser)
    submitted(browser)
    browser.enter(REVIEWER)
    assert browser.submit(f"{HERE}/return", {"remark": ""}).status_code == 403
    browser.submit(f"{HERE}/return", {"remark": "请补充依据"})
    work = browser.enter(AUTHOR)
    assert "put the returned draft right" in waiting(work)
    assert "请补充依据" in browser.get(HERE).text
    done = browser.submit(f"{HERE}/reject", {"remark": "改期再议"})
    assert "taken back by its author" in done.text


@pytest.mark.fonts
@pytest.mark.parametrize("who", [OFFICER, RM, AUTHOR])
def test_who_may_not_act_sees_why(browser, who):
    proposed(browser)
    submitted(browser)
    browser.enter(who)
    draft = browser.get(f"{HERE}/changes/draft")
    assert f'action="{HERE}/review"' not in draft.text
    assert f"{who}) may not review a draft: it takes the role" in draft.text
    digest_now = digest_of_desk(browser)
    assert browser.submit(f"{HERE}/review", {"digest": digest_now}).status_code == 403
    if who != AUTHOR:
        desk = browser.get(f"{HERE}/desk")
        assert 'name="seen"' not in desk.text
        put = browser.submit(
            f"{HERE}/desk/form.toml", {"seen": digest_now}, files={"file": ("form.toml", b"a = 1")}
        )
        assert put.status_code == 403


def test_nothing_is_laid_down_where_no_change_is_proposed(browser, edited):
    browser.enter(AUTHOR)
    assert browser.get(f"{HERE}/desk").url.path == HERE
    given = {"seen": digest_of_desk(browser)}
    files = {"file": ("template.docx", edited()["template.docx"])}
    refused = browser.submit(f"{HERE}/desk/template.docx", given, files=files)
    assert refused.status_code == 403


def test_a_revision_is_confirmed_and_withdrawn(browser):
    browser.enter(REVIEWER)
    done = browser.submit(f"{HERE}/confirm", {"remark": "仍适用"})
    assert done.url.path == HERE
    browser.enter(APPROVER)
    given = {"revision": "1.0", "on": "2026-06-01", "reason": "停用"}
    done = browser.submit(f"{HERE}/withdraw", given)
    assert "nothing is in force" in heading(done)
    assert browser.submit(f"{HERE}/withdraw", {**given, "on": "neulich"}).status_code == 400


@pytest.mark.fonts
def test_other_documents_are_revised_likewise(browser):
    browser.enter(AUTHOR)
    here = "/documents/PXD7201"
    wanted = {"reason": "改", "kind": "reissue", "effective": "2026-06-01"}
    desk = browser.submit(f"{here}/propose", wanted)
    assert "Text of the document" in desk.text or "Manifest" in desk.text
    assert "to 2.0" in desk.text
    assert "“1.0” became “2.0”" in browser.get(f"{here}/changes/desk").text


def test_readers_see_documents_and_no_act(browse, bank):
    reading = browse(bank, read_only=True, day=DAY)
    reading.enter()
    assert FORM in reading.get("/documents").text
    page = reading.get(HERE)
    assert page.status_code == 200
    assert "<form class" not in page.text.partition("<main")[2]
    assert reading.submit(f"{HERE}/propose", {}).status_code == 403


@pytest.mark.fonts
def test_what_is_larger_than_the_desk_takes_is_not_laid_down(browser):
    proposed(browser)
    before = digest_of_desk(browser)
    refused = lay_down(browser, "sample.json", b" " * (20 * 2**20 + 1))
    assert refused.status_code == 422
    assert "larger than 20 MB" in refused.text
    assert digest_of_desk(browser) == before


@pytest.mark.fonts
def test_its_author_takes_a_change_back_before_it_is_submitted(browser):
    proposed(browser)
    assert "Take the change back" in browser.get(f"{HERE}/desk").text
    done = browser.submit(f"{HERE}/reject", {"remark": "改期再议"})
    assert "taken back by its author" in done.text
    assert browser.get(f"{HERE}/desk").url.path == HERE
