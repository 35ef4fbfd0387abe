"""Opened workspaces are lent to one request at a time, and know what the store holds."""

import pytest

from rmdocs.errors import UsageError
from rmdocs.identifiers import UnitCode
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
