"""The pages in a real browser: its policy, the keyboard, without scripts, for everybody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from inspecting import Inspector
from loans import ledger, row

from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.keys import SigningKey

KEY = SigningKey.generate("x")
pytestmark = [pytest.mark.browser, pytest.mark.long]

RECORD = "RXD7200-02-JN01-2026-0001"


def test_no_page_breaks_its_own_policy_or_keeps_anybody_out(visit):
    """No error in the console; nothing that axe-core finds, at either size, in either language."""
    page = visit("")
    look = Inspector(page)
    look("who")
    page.click("button[value='JN01-0101']")
    for language in ("zh-CN", "en"):
        assert page.get_attribute("html", "lang") == language
        look("my work")
        page.fill("#q", "JN01")
        page.press("#q", "Enter")
        look("search")
        page.click(f"text={RECORD}")
        page.click("summary >> nth=0")
        look("record")
        page.click("form[action='/language'] button")
    assert look.told == []
    page.goto(page.url.replace("JN01", "YT03"))
    look("refusal")
    page.click("form[action='/leave'] button")
    look("left")
    assert look.found == {}


def test_two_people_and_one_record(visit):
    """A void asked for and decided, a correction begun: each page fit for everybody, no error."""
    manager, head = visit("JN01-0101"), visit("JN01-0001")
    look, heads = Inspector(manager), Inspector(head)
    record = manager.url + f"records/{RECORD}"
    manager.goto(record)
    manager.click("form[action$='/amend'] button")
    look("amend")
    manager.goto(record + "/paper")
    look("paper")
    manager.goto(record + "/2")
    look("what changed")
    manager.goto(record + "/void")
    look("void")
    manager.fill("#reason", "重复")
    manager.click("form[action$='/void'] button")
    manager.wait_for_url("**/requests/*")
    look("own request")
    head.goto(head.url)
    head.click(f"text={RECORD}-R1")
    heads("request")
    head.fill("#reason", "请更正即可")
    head.click("form[action$='/reject'] button")
    manager.goto(record.partition("records")[0])
    assert "请更正即可" in manager.text_content("main")
    assert look.told == heads.told == []
    assert look.found == heads.found == {}


def test_sheets_and_ledgers_keep_nobody_out(visit, tmp_path):
    page = visit()
    look = Inspector(page)
    sheet = tmp_path / "走访.csv"
    sheet.write_text("form,unit,date\nRXD7200-02,JN01,昨天\n", "utf-8")
    soon = datetime.now(UTC).date() + timedelta(days=40)
    loans = ledger(
        tmp_path / "台账.xlsx", [row(到期日=str(soon)), row(借据编号="JK2", 到期日="2030-01-18")]
    )
    home = page.url.rstrip("/")
    page.goto(f"{home}/sheets")
    look("sheets")
    page.set_input_files("#file", sheet)
    page.click("form[action='/sheets'] button")
    look("sheet")
    page.goto(f"{home}/sheets")
    page.set_input_files("#loans", loans)
    page.click("form[action='/ledgers'] button")
    page.fill("#within", "3000")
    page.press("#within", "Enter")
    look("ledger")
    page.check("[data-all]")
    assert page.locator("[name=loan]:checked").count() == page.locator("[data-ready]").count() > 0
    assert look.told == []
    assert look.found == {}


def test_an_auditor_hands_in_a_policy_of_witnesses(visit, tmp_path):
    page = visit("SD00-0009")
    look = Inspector(page)
    names = ("总行", "审计")
    keys = [WitnessKey(name=f"rmdocs/witness/{at}", public=KEY.public) for at in range(2)]
    keys[1] = replace(keys[1], public=SigningKey.generate("x").public)
    lines = [f"witness {name} {key.line}\n" for name, key in zip(names, keys, strict=True)]
    policy = tmp_path / "my.policy"
    policy.write_text("".join((*lines, "group both all 总行 审计\n", "quorum both\n")), "utf-8")
    page.goto(page.url.rstrip("/") + "/verify")
    look("verify")
    page.set_input_files("#policy", policy)
    page.fill("#within", "7")
    page.click("form[action='/verify'] button")
    page.wait_for_selector("#witnesses")
    look("report")
    row = page.inner_text("section[aria-labelledby=witnesses] tbody tr >> nth=0")
    assert all(name in row for name in names)
    assert "7 天之内" in page.inner_text("section[aria-labelledby=witnesses]")
    assert "WITNESS-QUORUM" in page.inner_text("main")
    assert (look.told, look.found) == ([], {})


def test_the_first_page_is_small(visit):
    answers, page = [], visit("")

    def noted(answer):
        answers.append(answer)

    page.on("response", noted)
    page.goto(page.url, wait_until="networkidle")
    assert 1000 < sum(len(one.body()) for one in answers) < 100_000


def test_the_keyboard_is_enough(visit):
    page = visit("")
    page.goto(page.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.focus("#q")
    page.keyboard.type(RECORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/records/{RECORD}")


def test_scripts_are_not_needed(visit):
    page = visit(java_script_enabled=False)
    page.fill("#q", RECORD)
    page.press("#q", "Enter")
    with page.expect_download() as download:
        page.click(f"text={RECORD}-e2.docx")
    assert download.value.suggested_filename == f"{RECORD}-e2.docx"


def test_paper_has_no_buttons(visit):
    page = visit()
    page.wait_for_load_state()
    page.emulate_media(media="print")
    assert not page.is_visible("[role=search]")
    assert page.is_visible(".sample")
    assert page.is_visible("main")
    assert not any(button.is_visible() for button in page.query_selector_all("button"))


ATTACK = """
<!DOCTYPE html><title>elsewhere</title>
<iframe src="{ours}/" name="framed"></iframe>
<form method="post" action="{ours}/language" target="framed">
<input name="language" value="en"><input name="back" value="/"></form>
<script>
const tried = [];
const note = (what) => (answer) => tried.push(what + (answer?.type ?? answer?.name ?? answer));
Promise.all([
  fetch("{ours}/", {{credentials: "include"}}).then(note("read "), note("kept ")),
  fetch("{ours}/language", {{method: "POST", credentials: "include", mode: "no-cors",
    body: new URLSearchParams({{language: "en"}})}}).then(note("sent "), note("kept ")),
]).then(() => {{ document.title = tried.join(); document.forms[0].submit(); }});
</script>
"""


@pytest.fixture
def elsewhere(server):
    """A page of another origin, on the same machine, that attacks ours."""
    ours = server.url.partition("/open")[0]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.cookies.append(self.headers.get("Cookie", ""))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(ATTACK.format(ours=ours).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as made:
        made.cookies = []
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_gets_nothing(visit, elsewhere, name):
    page = visit()
    ours = page.url
    page.goto(f"http://{name}:{elsewhere.server_port}/")
    page.wait_for_function("document.title.includes('kept ')")
    assert "read " not in page.title()
    page.wait_for_timeout(500)
    framed = page.frame("framed")
    assert "我的工作" not in framed.content()
    page.goto(ours)
    assert page.get_attribute("html", "lang") == "zh-CN"
