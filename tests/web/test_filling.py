"""A new record in a real browser: as a newcomer fills one in, and as everybody can."""

import shutil

import pytest
from browsing import Server
from inspecting import Inspector
from person import Person, record

pytestmark = [pytest.mark.browser, pytest.mark.long]

AGREEMENT, LOG, PLAN = "RXD7200-01", "RXD7200-02", "RXD7200-03"


# Drawing pages takes LibreOffice seconds: every page is one white dot.
DRAWN = """
from rmdocs.workspace import drafts
drafts.page_pictures = lambda _printed, _across: (bytes.fromhex("%s"),)
"""
DOT = (
    "89504e470d0a1a0a0000000d49484452000000010000000108000000"
    "003a7e9b550000000a49444154789c63f80f0001010100b138f61400"
    "00000049454e44ae426082"
)


@pytest.fixture(scope="module")
def server(walked, tmp_path_factory):
    root = shutil.copytree(walked, tmp_path_factory.mktemp("web") / "bank")
    made = Server(root, change=DRAWN % DOT)
    yield made
    made.end()


@pytest.fixture
def person(visit):
    return Person(visit())


def test_a_newcomer_issues_an_agreement_with_three_mistakes_found_and_mended(visit):
    """What a newcomer does is counted: pages seen, clicks, fields typed."""
    person = Person(visit())
    page = person.page
    wrong = {
        "content.party_a.uscc": "91370112MA3DEM019X",
        "content.party_a.postcode": "2500",
        "content.art3.rmb_settlement_pct": "180",
    }
    right = record(AGREEMENT, contract_no="建鲁(济示)银企〔2026〕0999号")
    person.begin(AGREEMENT)
    person.fill({**right, **wrong})
    for key in wrong:
        page.wait_for_selector(f"[id='{key}-told'] .error")
        assert page.get_attribute(f"[name='{key}']", "aria-invalid") == "true"
    assert "请" in person.told("content.party_a.postcode")
    person.press("review")
    assert page.locator(".mistakes li").count() == len(wrong)
    assert page.evaluate("document.activeElement.className") == "mistakes"
    person.click(".mistakes a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "content.party_a.uscc"
    person.fill({key: right[key] for key in wrong})
    page.wait_for_selector(".mistakes", state="detached")
    person.press("review")
    page.wait_for_url("**/review")
    assert "建鲁(济示)银企〔2026〕0999号" in page.inner_text(".paper")
    person.click("form.act button.main")
    page.wait_for_url("**/records/RXD7200-01-JN01-2026-0002")
    with page.expect_download() as download:
        person.click("text=RXD7200-01-JN01-2026-0002-e1.docx >> nth=0")
    assert download.value.suggested_filename == "RXD7200-01-JN01-2026-0002-e1.docx"
    # My work, the choice of a form, the form, the form with its mistakes, the review, the record.
    assert (person.pages, person.clicks, person.typed) == (6, 15, 34)


def test_a_draft_keeps_itself_and_an_input_method_is_not_interrupted(person):
    page, sent = person.page, []
    person.begin(LOG)
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/check") else None)
    topic = page.locator("[name='content.visit.topic']")
    topic.dispatch_event("compositionstart")
    topic.fill("daihou")
    page.wait_for_timeout(1000)
    assert sent == []
    topic.fill("贷后走访")
    topic.dispatch_event("compositionend")
    with page.expect_response("**/check"):
        pass
    page.wait_for_function("document.getElementById('saved').className === ''")
    page.reload()
    assert topic.input_value() == "贷后走访"


def test_a_colleague_is_found_by_a_few_letters(person):
    page = person.page
    person.begin(LOG)
    with page.expect_response("**/suggest"):
        page.type("[name='content.rm_second.name']", "赵")
    page.wait_for_selector("#offers option[value='赵样例']", state="attached")
    page.fill("[name='content.rm_second.name']", "赵样例")
    assert page.input_value("[name='content.rm_second.staff_no']") == "JN01-0102"


def test_pages_stand_beside_the_form_and_follow_what_is_typed(person):
    """They come by themselves, take nobody's place away, and stay off a phone and off paper."""
    page = person.page
    look = Inspector(page)
    person.begin(LOG)
    page.wait_for_selector("details.pages [role=status]:has-text('必填')")
    person.fill(record(LOG, log_date="2026-04-10"))
    page.wait_for_selector(".pages img", timeout=60_000)
    look("pages beside the form")
    topic = page.locator("[name='content.visit.topic']")
    topic.focus()
    before, at = page.get_attribute(".pages img", "src"), topic.bounding_box()
    topic.press_sequentially("。续")
    page.wait_for_selector(f".pages:not(.old) img:not([src='{before}'])")
    assert page.locator(".pages img").count() == 1
    assert page.evaluate("document.activeElement.name") == "content.visit.topic"
    assert topic.bounding_box() == at
    page.emulate_media(media="print")
    assert not page.is_visible(".pages")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert not page.is_visible(".pages img")
    page.click(".pages summary")
    page.wait_for_selector(".pages img")
    look("pages below the form")
    assert (look.found, look.told) == ({}, [])


def test_two_windows_are_told_of_each_other(person):
    page = person.page
    person.begin(LOG)
    other = Person(page.context.new_page())
    other.page.goto(page.url)
    with page.expect_response("**/check"):
        page.fill("[name='content.visit.topic']", "贷后走访")
    with other.page.expect_response("**/check") as answer:
        other.page.fill("[name='content.visit.topic']", "续贷")
    assert answer.value.status == 409
    other.page.wait_for_selector("#saved.conflict")
    other.press("check")
    assert "贷后走访" in other.page.inner_text("main")
    other.page.click("button[value=save]")
    assert other.page.input_value("[name='content.visit.topic']") == "续贷"


@pytest.mark.parametrize("form", [AGREEMENT, PLAN])
def test_no_page_of_a_new_record_keeps_anybody_out(person, form):
    """Nothing that axe-core finds, no error in the console, nothing wider than a phone."""
    page = person.page
    look = Inspector(page)
    page.goto(page.url.rstrip("/") + "/new")
    look("new")
    page.click(f"button[value='{form}']")
    look("empty")
    for button in page.locator("button.add").evaluate_all("all => all.map((one) => one.value)"):
        page.click(f"button[value='{button}']")
    person.press("check")
    look("findings")
    page.click("button.pick >> nth=0")
    look("pick")
    page.go_back()
    page.click(".drop a")
    look("drop")
    assert (look.found, look.told) == ({}, [])


def test_no_page_before_the_act_keeps_anybody_out(person):
    look = Inspector(person.page)
    person.begin(LOG)
    person.fill(record(LOG, log_date="2026-04-10"))
    person.press("review")
    person.page.wait_for_url("**/review")
    person.page.wait_for_selector(".pages img", timeout=60_000)
    look("review")
    assert (look.found, look.told) == ({}, [])
