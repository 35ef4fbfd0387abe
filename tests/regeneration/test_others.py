"""Records that other processes plan and render come to the same, to the byte."""

import shutil
from pathlib import Path

import pytest
from bank import Bank
from elsewhere import Elsewhere, Killed
from notices import EFFECTIVE, FORM, NEW, OFFICER

from rmdocs.regeneration.plan import make_plan
from rmdocs.regeneration.run import run
from rmdocs.workspace import store


def regenerated(root, folder, executor):
    """Return the plan, and what each ref names once it is carried out."""
    bank = Bank(Path(shutil.copytree(root, folder / "bank")))
    workspace = bank.at(OFFICER, EFFECTIVE)
    registry, today = workspace.registry, workspace.today()
    plan = make_plan(registry, FORM, NEW, today, executor=executor)
    run(registry, plan, workspace.acting(), executor=executor)
    found = store.verify(bank.at(), contents=True).findings
    return plan, bank.refs(), found


@pytest.fixture(scope="module")
def alone(revised, tmp_path_factory):
    return regenerated(revised, tmp_path_factory.mktemp("alone"), None)


@pytest.mark.parametrize("kind", [Elsewhere, lambda: Killed(2)])
def test_whoever_helps_it_is_the_same(revised, alone, kind, tmp_path):
    with kind() as executor:
        assert regenerated(revised, tmp_path, executor) == alone
    assert alone[2] == ()
