"""A pile of scans in the browser: read, decided about, filed once, nobody else's."""

import re
import shutil
import time
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from browsing import ORIGIN, Server
from inspecting import Inspector
from PIL import Image
from sheets import drawn, foreign, scanned, singly

from rmdocs.registers.records import find_folder, read_folder
from rmdocs.registers.renditions import of_current, print_copy
from rmdocs.renditions.records import page_code, subject
from rmdocs.workspace import pilefile, piles, records
from rmdocs.workspace.places import STORE_PATH

pytestmark = [pytest.mark.office, pytest.mark.fonts]

MANAGER, COLLEAGUE, ELSEWHERE = "JN01-0101", "JN01-0102", "YT03-0301"
AT_NOON = (
    "import datetime, rmdocs.workspace.opening as opening;"
    "opening.present = lambda: datetime.datetime(2026, 12, 31, 12, tzinfo=datetime.UTC)"
)
"""The server's clock: after what was done in the workspace that it serves."""
SCRIPT = "<script>alert(1)</script>"


class Scans:
    """A pile as a person without scripts has it before them."""

    def __init__(self, browser, files):
        self.browser = browser
        self.page = send(browser, "/scans", files)
        self.path = self.page.url.path
        self.load()

    def load(self):
        while self.browser.get(f"{self.path}/wait").status_code == 202:
            time.sleep(0.05)
        self.page = self.browser.get(self.path)
        return self.page

    def say(self, **data):
        """Decide, about sheets and sets."""
        fields = {name.replace("_", "-"): text for name, text in data.items()}
        self.browser.submit(f"{self.path}/decide", fields)
        return self.load()

    def file(self):
        self.browser.submit(f"{self.path}/file", {"set": self.keys})
        return self.load()

    def add(self, files):
        send(self.browser, f"{self.path}/add", files)
        return self.load()

    @property
    def keys(self):
        return [unescape(one) for one in re.findall(r'name="set" value="(.*?)"', self.page.text)]

    @property
    def told(self):
        """What is said of sheets, in order."""
        found = re.findall(r'<p class="told \w+">\s*(.*?)\s*<span', self.page.text, re.DOTALL)
        return [unescape(one).strip() for one in found]


def send(browser, path, files):
    sent = [("files", (name, data, "application/octet-stream")) for name, data in files]
    return browser.submit(path, {}, files=sent)


def named(sheets):
    return [(f"扫描{at:02d}.jpg", sheet) for at, sheet in enumerate(sheets)]


@pytest.fixture
def browser(browse, rendered):
    made = browse(rendered[0])
    made.enter(MANAGER)
    return made


@pytest.fixture
def number(rendered):
    return rendered[1]


@pytest.fixture
def bank(rendered):
    return rendered[0]


def scans(bank, number):
    folder = read_folder(bank.at().registry.store.require_head(number.volume.ref), number)
    return [one for one in of_current(folder.events) if one.said.kind == "scan"]


def uncoded(paper, bank, number, at):
    """Return a page on whose code somebody put a sticker."""
    one = subject(bank.at().registry, number)
    image = drawn(one.content(print_copy(one.folder.events)[0].file), 150)[at]
    wide, high = image.size
    image.paste("white", (int(wide * 0.6), 0, wide, int(high * 0.25)))
    return scanned(image, at)


def test_a_pile_is_sorted_and_filed_once_with_the_record(browser, bank, number, paper):
    pile = Scans(browser, named([*paper[1:], paper[0]]))
    assert str(number) in pile.page.text
    assert len(pile.keys) == 1
    assert scans(bank, number) == []
    wanted = pile.keys
    page = pile.file()
    [sealed] = scans(bank, number)
    assert sealed.event.actor.staff_no == MANAGER
    assert f"/records/{number}/1/{number}-e1-scan.pdf" in page.text
    assert pile.keys == []
    assert "Nothing is left to decide" in page.text
    assert "Signed paper that came back" in browser.get("/").text
    browser.submit(f"{pile.path}/file", {"set": wanted})
    assert "has changed since you saw it" in pile.load().text
    assert len(scans(bank, number)) == 1
    assert bank.codes() == set()


def test_what_is_missing_is_added_to_the_pile(browser, bank, number, paper):
    pile = Scans(browser, named(paper[1:]))
    assert "page(s) 1 of" in pile.page.text
    assert pile.keys == []
    assert "1 missing" in browser.get("/").text
    pile.add([("后补.jpg", paper[0])])
    assert len(pile.keys) == 1
    pile.file()
    assert len(scans(bank, number)) == 1


def test_a_sheet_without_a_code_is_placed_by_a_person_and_the_event_says_so(
    browser, bank, number, paper
):
    sheets = [uncoded(paper, bank, number, 1), *paper[:1], *paper[2:]]
    pile = Scans(browser, named(sheets))
    assert "there is no code on the sheet" in pile.told
    [choice] = set(re.findall(r'value="(R1[^"]*:2/\d+:[^"]*)"', pile.page.text))
    pile.say(say_0_0=choice)
    assert pile.browser.get(pile.path).status_code == 200
    pile.say(**{"say-0-1": choice})
    assert len(pile.keys) == 1
    pile.file()
    [sealed] = scans(bank, number)
    assert sealed.event.facts["placed"] == [2]
    assert "pages named by a person" in browser.get(f"/records/{number}").text
    assert bank.codes() == set()


def test_a_record_and_page_are_typed_and_what_cannot_be_is_refused(browser, number, paper, bank):
    pile = Scans(browser, named([uncoded(paper, bank, number, 0)]))
    typed = {"say-0-1": "typed", "number-0-1": str(number)}
    wrong = browser.submit(f"{pile.path}/decide", {**typed, "page-0-1": "99"})
    assert (wrong.status_code, "page(s)" in wrong.text) == (403, True)
    other = {**typed, "number-0-1": "RXD7200-01-JN01-2026-0999", "page-0-1": "1"}
    assert browser.submit(f"{pile.path}/decide", other).status_code == 403
    assert browser.submit(f"{pile.path}/decide", {**typed, "number-0-1": "甲"}).status_code == 400
    assert browser.submit(f"{pile.path}/decide", {"say-0-1": "R1 nonsense"}).status_code == 400
    page = pile.say(**typed, **{"page-0-1": "1"})
    assert f"page 1 of {len(paper)} of {number}" in page.text
    assert f"page(s) {', '.join(map(str, range(2, len(paper) + 1)))} of" in page.text


def test_a_foreign_sheet_is_left_out_and_taken_back(browser, paper):
    pile = Scans(browser, named([foreign(), *paper]))
    assert (len(pile.keys), len(pile.told)) == (1, 1)
    page = pile.say(**{"say-0-1": "out"})
    assert pile.told == []
    assert "take it back in" in page.text
    pile.say(**{"say-0-1": ""})
    assert pile.told == ["there is no code on the sheet"]


def test_of_a_page_scanned_twice_one_is_left_out(browser, bank, number, paper):
    pile = Scans(browser, named([*paper, paper[0] + b"\0"]))
    assert pile.keys == []
    pile.say(**{f"say-{len(paper)}-1": "out"})
    assert len(pile.keys) == 1


def test_paper_that_nobody_signed_is_filed_once_somebody_looked(browser, bank, number):
    one = subject(bank.at().registry, number)
    pages = drawn(one.content(print_copy(one.folder.events)[0].file), 150)
    pile = Scans(browser, named(scanned(page, at, seals=()) for at, page in enumerate(pages)))
    assert pile.keys == []
    assert "nothing is written or sealed where Party A, Party B signs" in pile.told
    assert "--looked" not in pile.page.text
    [key] = re.findall(r'name="looked" value="(.*?)"', pile.page.text)
    pile.say(looked=unescape(key))
    pile.file()
    assert scans(bank, number)[0].event.facts["looked"] is True


def test_damaged_and_hostile_files_are_told_and_keep_nobody_from_the_rest(browser, paper):
    bad = [
        ("坏.pdf", b"%PDF-1.7 broken"),
        ("空.pdf", b""),
        ("../../" + SCRIPT + ".pdf", b"MZ not a scan"),
        ("长" * 200 + ".png", b"\x89PNG\r\n\x1a\n" + bytes(50)),
    ]
    pile = Scans(browser, [*bad, *named(paper)])
    for said in ("damaged or cut off", "is empty", "no PDF, JPEG, PNG or TIFF"):
        assert said in pile.page.text
    assert SCRIPT not in pile.page.text
    assert len(pile.keys) == 1


def test_a_sheet_is_shown_as_a_picture(browser, paper):
    pile = Scans(browser, named([paper[1], foreign()]))
    for at in (0, 1):
        answer = browser.get(f"{pile.path}/{at}/1.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        assert Image.open(BytesIO(answer.content)).height > 1000
    assert browser.get(f"{pile.path}/7/1.jpg").status_code == 404


def test_a_pile_is_ones_own_private_and_gone_when_put_away(browser, browse, bank, paper):
    pile = Scans(browser, named(paper[:1]))
    name = pile.path.rpartition("/")[2]
    place = pilefile.place_of(bank.at(MANAGER))
    assert (place.stat().st_mode & 0o777, (place / name).stat().st_mode & 0o777) == (0o700, 0o700)
    other = browse(bank)
    other.enter(COLLEAGUE)
    assert other.get(pile.path).status_code == 403
    assert other.get(f"{pile.path}/0/1.jpg").status_code == 403
    assert pile.path not in other.get("/scans").text
    assert pile.path in browser.get("/").text
    browser.submit(f"{pile.path}/away", {})
    assert browser.get(pile.path).status_code == 403
    assert not (place / name).exists()


def test_another_units_paper_is_not_filed(browse, bank, number, paper):
    other = browse(bank)
    other.enter(ELSEWHERE)
    pile = Scans(other, named(paper))
    assert pile.keys == []
    assert "another unit" in pile.page.text
    typed = {"say-0-1": "typed", "number-0-1": str(number), "page-0-1": "1"}
    assert other.submit(f"{pile.path}/decide", typed).status_code == 403


def test_nobody_learns_whether_another_unit_gave_a_number(browse, bank, number, paper):
    other = browse(bank)
    other.enter(ELSEWHERE)
    pile = Scans(other, [("甲.jpg", uncoded(paper, bank, number, 0))])
    known = page_code(find_folder(bank.at().store, number)).on(1, 1)
    numbers = (number, replace(number, serial=number.serial + 500))
    answers = []
    for one in numbers:
        typed = {"say-0-1": "typed", "number-0-1": str(one), "page-0-1": "1"}
        refused = other.submit(f"{pile.path}/decide", typed)
        assert refused.status_code == 403
        pile.say(say_0_1=replace(known, number=one).encode())
        said = re.search(r"<strong>(.*?)</strong>", refused.text)[1]
        answers.append([told.replace(str(one), "") for told in (said, *pile.told)])
    assert answers[0] == answers[1]
    assert "may not act for JN01" in answers[0][0]
    assert "another unit" in answers[0][1]


def test_scans_are_handed_in_by_our_own_page_and_by_somebody(browser, browse, bank, paper):
    files = [("files", ("甲.jpg", paper[0], "image/jpeg"))]
    assert browser.post("/scans", files=files, headers={"origin": ORIGIN}).status_code == 403
    assert browser.submit("/scans", {}).status_code == 400
    reading = browse(bank, read_only=True)
    reading.enter()
    assert reading.get("/scans").status_code == 403
    assert reading.submit("/scans", {}, files=files).status_code >= 400
    assert piles.all_of(bank.at(MANAGER)) == ([], [])


def test_a_server_killed_between_seal_and_note_files_nothing_twice(browser, bank, number, paper):
    """What the store has counts: the pile finds its own sheets there."""
    pile = Scans(browser, named(paper))
    name, workspace = pile.path.rpartition("/")[2], bank.at(MANAGER)
    piles.file(workspace, name, pile.keys)
    assert len(scans(bank, number)) == 1
    page = pile.load()
    assert "Nothing is left to decide" in pile.load().text, page.text
    assert f"{number}-e1-scan.pdf" in pile.page.text
    assert len(scans(bank, number)) == 1


def test_what_a_killed_server_left_of_an_upload_goes(bank, paper):
    workspace = bank.at(MANAGER)
    place = pilefile.place_of(workspace)
    half = place / ("0" * 16)
    half.mkdir()
    (half / "0000.scan").write_bytes(paper[0])
    assert piles.all_of(workspace) == ([], [])

    def broken():
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        piles.begin(workspace, broken())
    assert [*place.iterdir()] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note[:1],
        lambda note: note.replace(b'"at": [\n    0,', b'"at": [\n    7,'),
        lambda note: note.replace(b'"turn": 0', b'"turn": 1e999'),
    ],
    ids=["cut off", "a sheet of no file", "no number"],
)
def test_a_damaged_note_keeps_nobody_from_the_others(browser, bank, paper, damage):
    first, second = (Scans(browser, named(paper[at : at + 1])) for at in range(2))
    place = pilefile.place_of(bank.at(MANAGER))
    note = place / first.path.rpartition("/")[2] / "pile.json"
    before = note.read_bytes()
    note.write_bytes(damage(before))
    assert note.read_bytes() != before
    page = browser.get("/scans")
    assert "cannot be read" in page.text
    assert second.path in page.text


def test_a_pile_that_the_store_keeps_from_being_sorted_is_told(browser, bank, number, paper):
    pile = Scans(browser, named(paper))
    (bank.root / STORE_PATH / number.volume.ref).write_text("f" * 40 + "\n", encoding="ascii")
    page = browser.get("/scans")
    assert pile.path not in page.text
    assert "is missing from the store" in page.text


def test_a_file_that_was_changed_on_the_disk_is_not_filed(browser, bank, number, paper):
    pile = Scans(browser, named(paper))
    place = pilefile.place_of(bank.at(MANAGER))
    (place / pile.path.rpartition("/")[2] / "0000.scan").write_bytes(paper[1])
    assert "was changed while it was read" in pile.file().text
    assert scans(bank, number) == []
    assert records.trace(bank.at(), str(number)).status != "signed"


@pytest.fixture(scope="module")
def server(agreement, tmp_path_factory):
    root = shutil.copytree(agreement[0], tmp_path_factory.mktemp("scans") / "bank")
    made = Server(root, change=AT_NOON)
    yield made
    made.end()


@pytest.mark.browser
@pytest.mark.long
def test_a_pile_is_filed_in_a_browser_that_keeps_nobody_out(visit, agreement, paper, tmp_path):
    """Dropped with a foreign sheet and a page missing, added, decided about, filed."""
    number, page = agreement[1], visit(MANAGER)
    look = Inspector(page)
    page.click("nav >> text=扫描件")
    look("no scans")
    page.set_input_files("#files", singly(tmp_path, [*paper[1:], foreign()]))
    page.click("text=读取并分拣")
    page.wait_for_selector("text=待处理")
    look("to decide")
    page.select_option("[name^=say-] >> nth=0", "out")
    page.click("text=保存以上处理")
    (tmp_path / "后补.jpg").write_bytes(paper[0])
    page.set_input_files("#files", tmp_path / "后补.jpg")
    page.click("text=加入这批")
    page.click("text=归档 1 套")
    page.click(f"a.file:has-text('{number}-e1-scan.pdf')", trial=True)
    look("filed")
    page.goto(page.url.partition("/scans")[0])
    assert page.is_visible("text=已收回的签署原件")
    look("my work")
    assert look.told == []
    assert look.found == {}
