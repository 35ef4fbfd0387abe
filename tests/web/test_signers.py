"""Who acts in a session, and with which key: the keys on this machine."""

import pytest

from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Language
from rmdocs.web.refusals import WebError
from rmdocs.web.sessions import BrowserSession
from rmdocs.web.signers import LocalKeys, Nobody

ACTOR = StaffNumber.parse("JN01-0101")


@pytest.fixture
def locked(copied_in_git, founded):
    """Return a workspace in which the key of one person is locked by a passphrase."""
    bank = copied_in_git(founded)
    ring = bank.at().keys
    key = ring.load(str(ACTOR))
    ring.path(str(ACTOR)).unlink()
    key.save(ring.path(str(ACTOR)), "口令".encode())
    return bank


def test_a_key_asks_for_its_passphrase_once_and_again_after_a_while(locked):
    now = 0.0
    signing, session = (
        LocalKeys(clock=lambda: now),
        BrowserSession(language=Language.ZH, actor=ACTOR),
    )
    workspace = locked.at(str(ACTOR))
    assert signing.asks(session, workspace)
    for wrong in ("", "另一个"):
        with pytest.raises(WebError):
            signing.unlock(session, workspace, wrong)
    signing.unlock(session, workspace, "口令")
    assert not signing.asks(session, workspace)
    with signing.signing(session, workspace):
        assert workspace.acting().key.public_line in workspace.person().keys
    now = 16 * 60.0
    assert signing.asks(session, workspace)
    assert session.opened is None


def test_an_opened_key_serves_nobody_else(locked):
    signing, session = LocalKeys(), BrowserSession(language=Language.ZH, actor=ACTOR)
    signing.unlock(session, locked.at(str(ACTOR)), "口令")
    session.act_as(StaffNumber.parse("JN01-0102"))
    assert session.opened is None


def test_a_key_without_a_passphrase_asks_for_nothing(shared_bank):
    signing, session = LocalKeys(), BrowserSession(language=Language.ZH, actor=ACTOR)
    workspace = shared_bank.at(str(ACTOR))
    assert not signing.asks(session, workspace)
    signing.unlock(session, workspace, "")


def test_who_may_act_here(copied_in_git, founded):
    bank = copied_in_git(founded)
    bank.at().keys.path("JN01-0102").unlink()
    people = {str(one.staff_no) for one in LocalKeys().people(bank.at())}
    assert "JN01-0101" in people
    assert "JN01-0102" not in people
    assert [one.staff_no for one in LocalKeys(ACTOR).people(bank.at())] == [ACTOR]
    assert Nobody().people(bank.at()) == []
