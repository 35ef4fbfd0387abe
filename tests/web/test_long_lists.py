"""Lists that may be long stand on several pages, all in one way."""

import re

import pytest

from rmdocs.web import drawing, pages, search


@pytest.fixture
def browser(browse, shared_bank, monkeypatch):
    """A browser whose pages show two rows of a list."""
    for module in (drawing, pages, search):
        monkeypatch.setattr(module, "ON_A_PAGE", 2)
    made = browse(shared_bank)
    made.enter("SD00-0009")
    return made


def turned(browser, path, pattern):
    """Follow a list from page to page; return what stands on each."""
    found, seen = [], browser.get(path)
    while True:
        found.append(re.findall(pattern, seen.text))
        onward = re.search(r'href="(\?[^"]*)" rel="next"', seen.text)
        if onward is None:
            return found
        seen = browser.get(f"{path.partition('?')[0]}{onward[1].replace('&amp;', '&')}")


def test_a_search(browser):
    place = browser.submit("/search", {"q": "2026"}).url.path
    found = turned(browser, place, r"/records/(RXD[\w-]+)")
    assert [len(one) for one in found] == [2, 2, 2, 2]
    assert len({number for one in found for number in one}) == 8
    assert "8 record(s)" in browser.get(place).text
    assert "1 to 2 of 8" in browser.get(place).text


def test_managers(browser):
    found = turned(browser, "/quarters/2026-2", r"/quarters/2026-2/(\w{4}-\d{4})")
    assert [len(one) for one in found] == [2, 2, 2]
    assert len({number for one in found for number in one}) == 6


def test_a_register_goes_on_as_it_was_asked_for(browser):
    found = turned(browser, "/registers/records?unit=JN01", r"/records/(RXD[\w-]+)")
    numbers = [number for one in found for number in one]
    assert len(found) > 1
    assert len(numbers) == len(set(numbers)) == 4
    assert all("-JN01-" in number for number in numbers)


def test_each_list_of_a_page_by_itself(browse, shared_bank, browser):
    assert browser.get("/").status_code == 200
    reader = browse(shared_bank, read_only=True)
    reader.enter()
    found = turned(reader, "/", r"/records/(RXD[\w-]+)")
    assert len(found) == 9
    assert "?waiting=2&amp;due=2" in reader.get("/?waiting=2").text


@pytest.mark.parametrize("odd", ["0", "-1", "99999999999", "４", "x", "1e3", ""])
def test_what_is_no_page_is_the_first_or_the_last(browser, odd):
    assert browser.get("/quarters/2026-2", params={"page": odd}).status_code == 200


def test_a_sheet(browser, shared_bank):
    browser.submit("/who", {"staff_no": "JN01-0101"})
    rows = "".join(f"RXD7200-02,JN01,昨天{number}\n" for number in range(5))
    sheet = ("form,unit,date\n" + rows).encode()
    page = browser.submit("/sheets", {}, files={"file": ("走访.csv", sheet)})
    found = turned(browser, page.url.path, r'<tr id="row-(\d+)">')
    assert [len(one) for one in found] == [2, 2, 1]
    assert [int(row) for one in found for row in one] == [2, 3, 4, 5, 6]
