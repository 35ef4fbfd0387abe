"""Opened workspaces are lent to one request at a time, and know what the store holds."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from rmdocs.errors import UsageError
from rmdocs.identifiers import UnitCode
from rmdocs.web.pages import WIDE_AT_A_TIME, act, page, see
from rmdocs.web.pool import Pool
from rmdocs.workspace import people


@pytest.fixture
def pool(copied, founded):
    bank = copied(founded)
    made = Pool(lambda who: bank.at(who and str(who)))
    made.bank = bank
    yield made
    made.close()


def test_two_at_once_get_two(pool):
    with pool.lent(None) as one, pool.lent(None) as other:
        assert one is not other
    with pool.lent(None) as again:
        assert again in (one, other)


def test_a_refusal_is_no_reason_to_open_another(pool):
    with pytest.raises(UsageError), pool.lent(None) as one:
        one.acting()
    with pool.lent(None) as again:
        assert again is one


def test_what_failed_in_a_way_nobody_knows_is_not_lent_again(pool):
    with pytest.raises(ZeroDivisionError), pool.lent(None) as one:
        raise ZeroDivisionError
    with pool.lent(None) as again:
        assert again is not one


def test_what_others_entered_meanwhile_is_known(pool):
    with pool.lent(None) as one:
        assert UnitCode("QD05") not in {unit.code for unit in people.units(one)}
    people.add_unit(pool.bank.at("SD00-0004"), UnitCode("QD05"), "青岛示例支行", "青岛示例支行")
    with pool.lent(None) as again:
        assert again is one
        assert UnitCode("QD05") in {unit.code for unit in people.units(again)}


def test_pages_that_look_at_all_records_wait_for_each_other_and_nobody_else_does(
    browse, shared_bank
):
    browser = browse(shared_bank)
    browser.enter("JN01-0101")
    begun, end = Semaphore(0), Event()

    def wide(_visit):
        begun.release()
        end.wait(60)
        return see("/new")

    routes = [page("/wide", wide, wide=True), act("/brief", lambda _: see("/new"), harmless=True)]
    browser.app.router.routes[:0] = routes
    more = WIDE_AT_A_TIME + 8
    with ThreadPoolExecutor(more) as everybody:
        looking = [
            everybody.submit(browser.get, "/wide", follow_redirects=False) for _ in range(more)
        ]
        try:
            for _ in range(WIDE_AT_A_TIME):
                assert begun.acquire(timeout=60)
            assert browser.submit("/brief", {}, follow_redirects=False).status_code == 303
            assert browser.get("/new").status_code == 200
            assert not begun.acquire(blocking=False)
        finally:
            end.set()
        assert {one.result().status_code for one in looking} == {303}


@pytest.mark.parametrize(
    "path", ["/", "/search/{search:whole}", "/registers/{name}", "/quarters/{quarter}"]
)
def test_lists_of_all_records_are_such_pages(browse, shared_bank, path):
    browser = browse(shared_bank)
    browser.enter("JN01-0101")
    kept = browser.submit("/search", {"q": "走访"}, follow_redirects=False).headers["location"]
    asked = {"/search/{search:whole}": kept, "/quarters/{quarter}": "/quarters/2026-2"}
    place = asked.get(path, path.replace("{name}", "records"))
    waiting = browser.site.lane
    with ThreadPoolExecutor(1) as somebody:
        waiting.total_tokens = 0
        looking = somebody.submit(browser.get, place)
        while not waiting.statistics().tasks_waiting:
            assert not looking.done()
        assert browser.get("/new").status_code == 200
        browser.portal.call(setattr, waiting, "total_tokens", WIDE_AT_A_TIME)
        assert looking.result(60).status_code == 200
