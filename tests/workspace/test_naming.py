"""What people call forms, documents and stages."""

import pytest

from rmdocs.errors import UsageError
from rmdocs.messages import Language
from rmdocs.workspace import naming


@pytest.fixture(scope="module")
def workspace(shared_bank):
    with shared_bank.at() as opened:
        yield opened


@pytest.mark.parametrize(
    "called",
    [
        "RXD7200-04",
        "rxd7200-04",
        "ＲＸＤ７２００－０４",
        "04",
        "-04",
        "7200-04",
        "信贷业务到期通知书",
        "《信贷业务到期通知书》",
        "信贷 业务到期通知书",
        "贷款到期通知书",
        "到期通知",
        "maturity notice",
    ],
)
def test_a_form_is_called_by_number_end_of_it_or_title(workspace, called):
    assert str(naming.document(workspace, called, forms_only=True)) == "RXD7200-04"


def test_a_whole_number_is_taken_as_it_is(workspace):
    assert str(naming.document(workspace, "RXD7200-99")) == "RXD7200-99"


def test_what_may_be_two_is_refused_with_both_named(workspace):
    with pytest.raises(UsageError) as refused:
        naming.document(workspace, "01")
    said = refused.value.reason.text(Language.ZH)
    assert "RXD7200-01 银企合作协议书" in said
    assert "IXD7200-01" in said
    assert str(naming.document(workspace, "01", forms_only=True)) == "RXD7200-01"


@pytest.mark.parametrize("called", ["", "《》", "4", "贷款合同", "-", "D", "XD7200-0"])
def test_what_nothing_is_called_is_refused_with_all_named(workspace, called):
    with pytest.raises(UsageError) as refused:
        naming.document(workspace, called, forms_only=True)
    told = refused.value.remedy.text(Language.ZH)
    assert all(f"RXD7200-0{n}" in told for n in (1, 2, 3, 4)), told


def test_a_stage_is_called_by_its_name_or_title(workspace):
    number = naming.document(workspace, "04")
    form = workspace.registry.form_in_force(number, workspace.today()).form
    assert {form.stage_named(text) for text in ("delivery", "送达", " 送 达 ", "Delivery")} == {
        "delivery"
    }
    assert form.stage_named("归还") == "归还"
