"""New record: filled in, checked, kept, looked through, issued; all of it without scripts."""

import re

import pytest
from browsing import Draft, Form
from filled import ROOTS

from rmdocs.identifiers import RecordNumber, UnitCode
from rmdocs.intake.typed import write
from rmdocs.registers.indexfile import Query
from rmdocs.web.background import Background
from rmdocs.workspace import drafts, people, records
from rmdocs.workspace.draftfile import place_of

MANAGER, COLLEAGUE = "JN01-0101", "JN01-0102"
LOG = "RXD7200-02"
DAIYUE = "91370112MA3DEM019E"


@pytest.fixture
def browser(browse, bank):
    made = browse(bank)
    made.enter(MANAGER)
    return made


@pytest.fixture
def draft(browser):
    return Draft(browser, browser.submit("/new", {"form": LOG}))


def told(page):
    """Return what stands beside the fields, by their identifiers."""
    found = re.findall(r'<div class="told" id="(.+?)-told">(.*?)</div>', page.text, re.DOTALL)
    return {name: re.sub(r"<[^>]+>|\s+", " ", text).split() for name, text in found if text.strip()}


def full(browser, form=LOG, sample="RXD7200-02-JN01", **other):
    """Return a draft with a whole record typed in."""
    made = Draft(browser, browser.submit("/new", {"form": form}))
    record = browser.bank.sample(sample)["record"]
    record["content"] |= other
    typed = write(ROOTS[form], record)
    made.page = browser.submit(made.path, {**typed, "version": "1", "do": "check"})
    return made


def test_a_form_is_chosen_by_its_title(browser):
    page = browser.get("/new")
    assert "Relationship manager&#39;s work log" in page.text
    begun = browser.submit("/new", {"form": LOG})
    assert LOG in begun.text
    assert Form(begun.text).sent  # its fields
    # A draft that nobody touched is not begun a second time.
    assert browser.submit("/new", {"form": LOG}).url == begun.url


def test_who_may_issue_nothing_is_told_so(browse, bank):
    browser = browse(bank)
    browser.enter("SD00-0009")
    assert "no form of which you may issue" in browser.get("/new").text


def test_nothing_is_missing_before_it_is_asked_for(draft):
    assert told(draft.page) == {}
    draft.press("check")
    assert {"content.visit.topic", "content.customer.name"} <= told(draft.page).keys()
    assert 'href="#content.visit.topic"' in draft.page.text


def test_what_is_typed_stays_and_findings_stand_beside_it(draft):
    typed = {
        "content.visit.date": "下周三",
        "content.customer.uscc": "91370112MA3DEM019X",
        "content.visit.topic": "<script>alert(1)</script> & “引号”",
        "content.content.demand": "\r\n第二行",
    }
    page = draft.press("check", typed)
    fields = draft.fields()
    assert {name: fields[name] for name in typed} == typed
    beside = told(page)
    assert "下周三" in " ".join(beside["content.visit.date"])
    assert "copy" in beside["content.customer.uscc"]
    assert "<script>alert" not in page.text


def test_what_a_title_does_not_say_stands_under_its_field(browser, draft):
    english = draft.press("add content.contacts").text
    assert "Place of the contact" in english
    browser.submit("/language", {"language": "zh", "back": draft.path})
    chinese = browser.get(draft.path).text
    assert '<small class="help" id="content.visit.place-help">上门走访的必填。</small>' in chinese
    assert 'aria-describedby="content.visit.place-help content.visit.place-told"' in chinese
    assert 'aria-describedby="content.visit.date-told"' in chinese
    # Of a table: in the head, and beside each field where a row is a card.
    assert chinese.count("手机号，或区号加7至8位号码") == 2
    assert "<b>协办客户经理</b> 涉及信贷的必填" in chinese
    assert "Place of the contact" not in chinese


def test_rows_come_and_go_without_scripts(draft):
    draft.press("add content.contacts", {"content.visit.topic": "走访"})
    draft.press("add content.contacts", {"content.contacts[0].name": "马样例"})
    assert draft.page.url.fragment == "content.contacts.1"
    draft.press("remove content.contacts[0]", {"content.contacts[1].name": "牛样例"})
    fields = draft.fields()
    assert "content.contacts[0].name" not in fields
    assert fields["content.contacts[1].name"] == "牛样例"
    assert fields["content.visit.topic"] == "走访"


def test_a_record_is_filled_in_looked_through_and_issued_once(browser, bank):
    draft = full(browser)
    assert told(draft.page) == {} or "content.follow_ups.0.done_on" in told(draft.page)
    review = draft.press("review")
    assert review.url.path == f"{draft.path}/review"
    assert "济南虚构岱岳重型机械有限公司" in review.text
    document = browser.get(f"{draft.path}/documents/1")
    assert document.content.startswith(b"PK")
    version = re.search(r'name="version" value="(\d+)"', review.text)[1]
    first = browser.submit(f"{draft.path}/issue", {"version": version})
    again = browser.submit(f"{draft.path}/issue", {"version": version})
    assert first.url.path == again.url.path == f"/records/{LOG}-JN01-2026-0001"
    assert f"{LOG}-JN01-2026-0001-e1.docx" in first.text
    assert browser.get(draft.path).url.path == first.url.path
    assert len(list(records.find(bank.at(), Query()))) == 1
    assert drafts.mine(bank.at(MANAGER)) == ([], [])


def test_what_is_wrong_leads_back_to_the_form(browser):
    draft = full(browser, contacts=[])
    page = draft.press("review")
    assert page.url.path == draft.path
    assert "content.contacts" in told(page)
    assert browser.get(f"{draft.path}/review").url.path == draft.path
    assert browser.get(f"{draft.path}/documents/1").status_code == 200


def test_two_windows_do_not_overwrite_each_other(browser, draft):
    other = draft.page
    draft.press("check", {"content.visit.topic": "贷后走访"})
    mine, draft.page = draft.page, other
    page = draft.press("check", {"content.visit.topic": "续贷", "content.visit.place": "厂区"})
    assert "changed in another window" in page.text
    assert "贷后走访" in page.text
    hidden = dict(
        re.findall(r'<textarea class="unseen" name="(.+?)".*?>\n(.*?)</textarea>', page.text)
    )
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    browser.submit(draft.path, {**hidden, "version": version, "do": "save"})
    assert Form(browser.get(draft.path).text).sent
    draft.page = browser.get(draft.path)
    assert draft.fields()["content.visit.topic"] == "续贷"
    del mine


def test_findings_come_while_one_types(browser, draft):
    def check(**typed):
        version = str(drafts.read(browser.bank.at(MANAGER), draft.name).version)
        return browser.submit(
            f"{draft.path}/check", {**draft.fields(), **typed, "version": version}
        )

    answer = check(**{"content.visit.date": "下周三"}).json()
    assert answer["told"].keys() == {"content.visit.date"}
    assert "下周三" in answer["summary"]
    further = check(reached="content.visit.topic").json()
    assert {"content.log_date", "content.visit.topic"} <= further["told"].keys()
    assert "content.information_level" not in further["told"]
    assert "content.information_level" in check(checked="1").json()["told"]
    stale = browser.submit(f"{draft.path}/check", {"version": "1", "content.visit.topic": "x"})
    assert stale.status_code == 409
    assert "conflict" in stale.json()


def test_what_the_registers_know_is_looked_up(browser, draft):
    page = draft.press("pick content.rm_second.name")
    assert "赵样例" in page.text
    found = browser.submit(page.url.path, {"text": "0102"})
    assert "王样例, JN01-0101" not in found.text
    chosen = {"content.rm_second.name": "赵样例", "content.rm_second.staff_no": COLLEAGUE}
    version = re.search(r'name="version" value="(\d+)"', found.text)[1]
    path = f"{draft.path}/picked/content.rm_second.name"
    draft.page = browser.submit(path, {**chosen, "version": version})
    assert draft.fields()["content.rm_second.staff_no"] == COLLEAGUE
    known = browser.submit(f"{draft.path}/suggest", {"key": "content.rm_second.name", "text": "赵"})
    assert known.json()[0]["typed"] == chosen


def test_what_is_known_of_the_customer_is_offered_and_never_filled_in_by_itself(browser, bank):
    bank.issue(bank.sample("RXD7200-02-JN01"))
    facts = {"name": "济南虚构岱岳重型机械有限公司", "category": "重要"}
    people.change_customer(bank.at(MANAGER), DAIYUE, facts)
    draft = Draft(browser, browser.submit("/new", {"form": LOG}))
    draft.press("check", {"content.customer.uscc": DAIYUE})
    last = f"{LOG}-JN01-2026-0001"
    assert {f"refer {DAIYUE}", f"refer {last}"} <= set(Form(draft.page.text).buttons)
    draft.press(f"refer {last}")
    assert draft.fields()["content.visit.topic"] == ""
    draft.press("take content.visit.topic")
    assert draft.fields()["content.visit.topic"] == "贷后走访"
    assert "content.contacts[0].name" not in draft.fields()
    draft.press("take")
    assert draft.fields()["content.contacts[0].name"]
    assert draft.fields()["content.customer.category"] == "重要"


def test_a_draft_is_deleted_and_nobody_elses_is_shown(browser, draft):
    draft.press("check", {"content.visit.topic": "走访"})
    browser.submit("/who", {"staff_no": COLLEAGUE})
    assert browser.get(draft.path).status_code == 403
    assert draft.name not in browser.get("/new").text
    browser.submit("/who", {"staff_no": MANAGER})
    assert draft.name in browser.get("/new").text
    assert "走访" in browser.get(f"{draft.path}/drop").text
    browser.submit(f"{draft.path}/drop", {})
    assert draft.name not in browser.get("/new").text
    assert browser.get(draft.path).status_code == 403


@pytest.mark.office
@pytest.mark.fonts
def test_pages_as_they_will_print_come_from_the_background(browse, bank):
    previews = Background()
    browser = browse(bank, previews=previews)
    browser.enter(MANAGER)
    draft = full(browser)
    assert "being drawn" in draft.press("review").text
    waiting = browser.get(f"{draft.path}/pages")
    assert (waiting.status_code, waiting.json()["pictures"]) == (202, "")
    previews._thread.submit(lambda: None).result()
    drawn = browser.get(f"{draft.path}/pages")
    assert drawn.status_code == 200
    (picture,) = re.findall('src="(.+?)"', drawn.json()["pictures"])
    assert browser.get(picture).content.startswith(b"\x89PNG")
    assert f'src="{picture}"' in browser.get(f"{draft.path}/review").text
    for other in (picture.replace("1.png", "99.png"), picture.replace("/1.png", "7/1.png")):
        assert browser.get(other).status_code == 404


class AtOnce(Background):
    """Draws a page, at once, and notes of what."""

    def __init__(self):
        super().__init__()
        self.drawn = []

    def begin(self, key, _work, instead_of=None):
        self.drawn.append(key[2])
        super().begin(key, lambda: (b"a page",), instead_of)
        self._thread.submit(lambda: None).result()


def test_pages_are_drawn_again_once_a_register_or_form_has_changed(browse, bank):
    previews = AtOnce()
    browser = browse(bank, previews=previews)
    browser.enter(MANAGER)
    draft = full(browser)
    for times in (1, 2):
        for _ in range(2):
            assert browser.get(f"{draft.path}/pages").status_code == 200
        assert len(previews.drawn) == times
        people.add_unit(
            bank.at("SD00-0004"), UnitCode.parse("JN01"), "济南新名支行", "济南新名支行"
        )


def test_pages_stand_beside_the_form_without_scripts_and_are_of_what_is_typed(browse, bank):
    previews = AtOnce()
    browser = browse(bank, previews=previews)
    browser.enter(MANAGER)
    draft = Draft(browser, browser.submit("/new", {"form": LOG}))
    assert "once everything needed is filled in" in draft.press("pages").text
    assert (
        "once everything needed is filled in" in browser.get(f"{draft.path}/pages").json()["said"]
    )
    draft = full(browser)
    # Nobody asked for them: keeping and checking draw nothing.
    assert previews.drawn == []
    page = draft.press("pages", {"content.visit.topic": "续贷走访"})
    assert page.url.fragment == "pages"
    assert f'<img src="{draft.path}/pages/3/1.png"' in page.text
    assert draft.fields()["content.visit.topic"] == "续贷走访"
    page = draft.press("check", {"content.visit.topic": "贷后走访"})
    assert "<img" not in page.text
    assert previews.drawn == [3]
    browser.submit("/who", {"staff_no": COLLEAGUE})
    assert browser.get(f"{draft.path}/pages/3/1.png").status_code == 403


def test_a_plan_with_all_its_lists_goes_through(browser, bank, plan):
    draft = full(browser, "RXD7200-03", "RXD7200-03-JN01")
    review = draft.press("review")
    version = re.search(r'name="version" value="(\d+)"', review.text)[1]
    issued = browser.submit(f"{draft.path}/issue", {"version": version})
    number = RecordNumber.parse(issued.url.path.rpartition("/")[2])
    assert records.show(bank.at(), number).record["content"] == plan["record"]["content"]


def test_what_is_typed_is_never_markup_in_what_scripts_are_given(browser, draft):
    sent = {**draft.fields(), "content.visit.date": "<img src=x onerror=alert(1)>"}
    answer = browser.submit(f"{draft.path}/check", {**sent, "version": "1"}).json()
    assert "&lt;img" in answer["told"]["content.visit.date"]
    assert "<img" not in answer["summary"]


def test_a_fifth_form_is_drawn_and_issued_without_code(browse, personal_bank, call_back):
    browser = browse(personal_bank)
    browser.enter(MANAGER)
    draft = Draft(browser, browser.submit("/new", {"form": "RXD7200-05"}))
    typed = write(ROOTS["RXD7200-05"], call_back["record"])
    draft.page = browser.submit(draft.path, {**typed, "version": "1", "do": "review"})
    assert draft.page.url.path.endswith("/review")
    version = re.search(r'name="version" value="(\d+)"', draft.page.text)[1]
    issued = browser.submit(f"{draft.path}/issue", {"version": version})
    assert issued.url.path == "/records/RXD7200-05-JN01-2026-0001"


def test_a_damaged_draft_is_told_on_my_work(browser, bank):
    begun = browser.submit("/new", {"form": LOG})
    name = str(begun.url).rpartition("/")[2]
    place_of(bank.at(MANAGER)).joinpath(f"{name}.draft").write_bytes(b"{")
    page = browser.get("/")
    assert page.status_code == 200
    assert "one of your drafts cannot be read" in page.text
