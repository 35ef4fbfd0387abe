"""A branch's year in the browser: what several people do, each under their own key.

Planned and visited with both leaders' opinions, agreed, amended, signed on paper and filed, one
record declared void, notices made from a loan ledger, a form revised by three people and its
record regenerated; and all of it found again and verified by somebody without a key. The
officers' and the auditor's pages are looked at on the way: they keep nobody out.
"""

from datetime import date

import pytest
from browsing import Server
from docx.oxml.ns import qn
from inspecting import Inspector
from loans import ledger, row
from person import Person, record
from revised import edit_part
from sheets import all_scanned, singly

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.office]

AGREEMENT, LOG, PLAN, NOTICE = (f"RXD7200-0{one}" for one in range(1, 5))
MANAGER, HEAD, PRESIDENT = "JN01-0101", "JN01-0001", "JN01-0002"
AUTHOR, REVIEWER, APPROVER, ARCHIVIST = (f"SD00-000{one}" for one in range(1, 5))
IN_TIME = 45_000
"""Milliseconds that a busy machine may take for what is done in the background."""
AT_NOON = (
    "import datetime, rmdocs.workspace.opening as opening;"
    "opening.present = lambda: datetime.datetime(2026, 12, 31, 12, tzinfo=datetime.UTC)"
)
SOON = date(2027, 2, 9)


@pytest.fixture
def root(copied_in_git, founded):
    return copied_in_git(founded).root


@pytest.fixture
def serve(root):
    made = []

    def start(*options):
        made.append(Server(root, *options, change=AT_NOON))
        return made[-1]

    yield start
    for one in made:
        one.end()


@pytest.fixture
def server(serve):
    """The branch's pages; ``visit`` opens them."""
    return serve()


class Branch:
    """Its people at their pages, each let in once."""

    def __init__(self, visit):
        self._visit = visit
        self._people, self._looks = {}, {}

    def __getitem__(self, number):
        if number not in self._people:
            page = self._visit(number)
            page.set_default_timeout(IN_TIME)
            self._people[number] = Person(page)
        return self._people[number]

    def look(self, number, name):
        """Look at the page that somebody has before them."""
        if number not in self._looks:
            self._looks[number] = Inspector(self[number].page)
        self._looks[number](name)

    @property
    def kept_out(self):
        """Return what was found on the pages that were looked at."""
        return [(one.told, one.found) for one in self._looks.values() if one.told or one.found]

    def at(self, number, path=""):
        """Return somebody's page, gone to a place; their work if none is given."""
        page = self[number].page
        page.goto("/".join(page.url.split("/")[:3]) + path)
        return page

    def issue(self, form, **content):
        """Fill in a form as its sample has it, look through, and issue; return the number."""
        manager = self[MANAGER]
        manager.begin(form)
        manager.fill(record(form, **content))
        self._sign(manager)
        manager.page.wait_for_url("**/records/*")
        return manager.page.url.rpartition("/")[2]

    def add(self, who, number, title, **typed):
        """Begin at the person's work, and add a stage to the record that waits there."""
        page = self.at(who)
        page.click(f"text={number}")
        with page.expect_navigation():
            page.click(f".button:text('{title}'), button:text('{title}')")
        self[who].fill(typed)
        self._sign(self[who])
        page.wait_for_url(f"**/records/{number}")

    def _sign(self, person):
        person.press("review")
        person.page.wait_for_url("**/review")
        person.page.click("form.act button.main")

    def decide(self, who, number, verb):
        page = self.at(who)
        page.click(f"text={number}")
        with page.expect_navigation():
            page.click(f"form[action$='/{verb}'] button")
        return page


def kept(page, link):
    """Return what is downloaded by a link."""
    with page.expect_download() as download:
        page.click(link)
    return download.value.path().read_bytes()


def test_a_year_of_a_branch(visit, serve, tmp_path):
    branch = Branch(visit)
    plan = branch.issue(PLAN)
    branch.add(HEAD, plan, "部门负责人审批")
    branch.add(PRESIDENT, plan, "主管行长审批")
    log = branch.issue(LOG)
    branch.add(HEAD, log, "部门负责人意见", opinion="同意，请跟进")
    branch.add(PRESIDENT, log, "主管行长意见", opinion="阅")
    assert "已办结" in branch.at(MANAGER, f"/records/{log}").inner_text("h1")
    agreement = branch.issue(AGREEMENT)
    amended(branch, agreement)
    void = declared_void(branch)
    notice = noticed(branch, tmp_path)
    filed(branch, agreement, tmp_path)
    revised(branch, tmp_path)
    regenerated(branch, notice)
    numbers = {plan: "已出具", log: "已办结", agreement: "已签署", void: "已作废", notice: "已出具"}
    assert branch.kept_out == []
    verified(serve("--read-only"), visit, numbers)


def amended(branch, number):
    """A mistake is put right: the difference is seen before it is sealed."""
    manager, page = branch[MANAGER], branch.at(MANAGER, f"/records/{number}")
    with page.expect_navigation():
        page.click("button:text-is('更正'), .button:text-is('更正')")
    manager.fill({"content.party_a.fax": "0531-55510099"})
    manager.press("review")
    page.wait_for_url("**/review")
    assert "0531-55510099" in page.inner_text("main")
    page.fill("[name='reason']", "传真号码有误")
    page.click("form.act button.main")
    page.wait_for_url(f"**/records/{number}")
    assert "传真号码有误" in page.inner_text("main")


def declared_void(branch):
    """One log was entered twice: the manager asks, the head of department decides."""
    number = branch.issue(LOG, log_date="2026-04-10")
    page = branch[MANAGER].page
    page.click("text=申请作废 >> nth=0")
    page.fill("#reason", "重复录入")
    page.click("form[action$='/void'] button")
    page.wait_for_url("**/requests/*")
    branch.decide(HEAD, number, "approve")
    assert "已作废" in branch.at(MANAGER, f"/records/{number}").inner_text("h1")
    return number


def noticed(branch, tmp_path):
    """A loan of the ledger falls due: its notice is issued."""
    loans = ledger(tmp_path / "台账.xlsx", [row(借据编号="JK2", 到期日=str(SOON))])
    page = branch.at(MANAGER, "/sheets")
    page.set_input_files("#loans", loans)
    page.click("form[action='/ledgers'] button")
    page.check("[data-all]")
    page.click("text=出具所选借款的通知书")
    return page.locator(f"a:text('{NOTICE}-')").first.inner_text()


def filed(branch, number, tmp_path):
    """The agreement is printed, signed and sealed by hand; its scans are filed with it."""
    page = branch.at(MANAGER, f"/records/{number}/paper")
    page.click("button[value='pdf']")
    pdf = kept(page, f"a:text('{number}-e2.pdf')")
    page = branch.at(MANAGER, "/scans")
    page.set_input_files("#files", singly(tmp_path, all_scanned(pdf)))
    page.click("text=读取并分拣")
    page.click("text=归档 1 套")
    page.wait_for_selector(f"a.file:has-text('{number}-e2-scan.pdf')")


def revised(branch, tmp_path):
    """A sentence of the notice changes: drawn up, reviewed and approved by three people."""
    page = branch.at(AUTHOR, "/documents")
    branch.look(AUTHOR, "documents")
    page.click(f"a[href='/documents/{NOTICE}']")
    branch.look(AUTHOR, "document")
    page.click("a[href$='/propose']")
    page.fill("[name=reason]", "明确计收复利")
    page.fill("#effective", page.get_attribute("#effective", "min"))
    branch.look(AUTHOR, "propose")
    page.click("form.handing button.main")
    page.wait_for_url("**/desk")
    before = kept(page, "a.file:text('template.docx')")
    handed_in(page, tmp_path, edit_part(before, BODY, misspelt))
    assert "contact_fone" in page.text_content("tr.error")
    branch.look(AUTHOR, "desk")
    handed_in(page, tmp_path, edit_part(before, BODY, compound))
    page.click("a.button.main")
    assert "在“约定计收逾期利息”之后增加“和复利”" in page.inner_text("main")
    page.wait_for_selector("figure.spread img")
    branch.look(AUTHOR, "changes")
    assert kept(page, "a[href$='/redline.docx']").startswith(b"PK")
    page.click("form[action$='/submit'] button.main")
    page.wait_for_url(f"**/documents/{NOTICE}")
    for who in (REVIEWER, APPROVER):
        page = branch.at(who)
        page.click(f"text={NOTICE}")
        page.click("text=查看送审稿并签署意见")
        branch.look(who, "draft")
        with page.expect_navigation():
            page.click("form.act button.main >> nth=0")
    assert "1.1 自 2026-12-31 起" in branch.at(AUTHOR, f"/documents/{NOTICE}").inner_text("main")
    branch.look(AUTHOR, "document revised")


BODY = "word/document.xml"


def handed_in(page, folder, template):
    """Lay a template down on the desk."""
    path = folder / "template.docx"
    path.write_bytes(template)
    page.set_input_files("form[action$='/template.docx'] input[type=file]", path)
    with page.expect_navigation():
        page.click("form[action$='/template.docx'] button")


def compound(root):
    [text] = [one for one in root.iter(qn("w:t")) if "逾期利息" in (one.text or "")]
    text.text = text.text.replace("逾期利息", "逾期利息和复利")


def misspelt(root):
    [text] = [one for one in root.iter(qn("w:t")) if "逾期利息" in (one.text or "")]
    text.text += "{{ contact_fone }}"


def regenerated(branch, number):
    """What is open of the form gets a new edition by the new revision."""
    page = branch.at(ARCHIVIST, f"/documents/{NOTICE}/regeneration")
    page.click("form[action$='/plan'] button")
    page.wait_for_selector("#plan")
    branch.look(ARCHIVIST, "plan")
    page.click("form[action$='/run'] button.main")
    page.wait_for_selector(".done")
    branch.look(ARCHIVIST, "regenerated")
    page = branch.at(ARCHIVIST, "/registers")
    branch.look(ARCHIVIST, "registers")
    page.click("a[href='/registers/documents']")
    assert "1.1" in page.text_content(f"tr:has-text('{NOTICE}')")
    branch.look(ARCHIVIST, "register")
    assert "1.1" in branch.at(MANAGER, f"/records/{number}").inner_text("main")


def verified(reading, visit, numbers):
    """Somebody without a key finds each record again, and goes through the whole store."""
    page = visit("", reading)
    page.set_default_timeout(IN_TIME)
    home, look = page.url, Inspector(page)
    page.goto(f"{home}trace")
    look("trace")
    page.set_input_files("#file", {"name": "x.docx", "mimeType": "", "buffer": b"x"})
    page.click("form:has(#file) button")
    look("foreign")
    for number, status in numbers.items():
        page.goto(f"{home}trace")
        page.fill("#number", number)
        page.press("#number", "Enter")
        page.wait_for_selector(f"h1:has-text('{number}')")
        assert status in page.inner_text("h1")
    look("traced")
    page.goto(f"{home}trace")
    page.fill("#number", number)
    page.fill("#edition", "1")
    page.click("form:has(#number) button")
    look("paper")
    page.goto(f"{home}verify")
    look("verify")
    page.click("form[action='/verify'] button")
    page.wait_for_selector("#result")
    assert "没有发现错误" in page.inner_text("main")
    look("report")
    assert (look.told, look.found) == ([], {})
    page.emulate_media(media="print")
    assert page.is_visible(".signs")
    assert not any(one.is_visible() for one in page.query_selector_all("button"))
