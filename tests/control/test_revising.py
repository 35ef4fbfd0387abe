"""Revising a form: every act in every state, by key, over real files and a real ledger."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from bank import Bank, refused_for

from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.identifiers import ChangeNumber, DocumentNumber, Revision, StaffNumber
from rmdocs.lifecycle import REVISION_ACTS, RevisionAct, RevisionStatus
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.registers.revisions import FORMS, RevisionRegister
from rmdocs.workspace import people, revising, revisions

NUMBER = DocumentNumber("RXD7200-04")
AUTHOR, REVIEWER, APPROVER, OFFICER = "SD00-0001", "SD00-0002", "SD00-0003", "SD00-0004"
TODAY, TOMORROW, LATER = date(2026, 6, 1), date(2026, 6, 2), date(2026, 7, 1)


def by(bank, who, day=TODAY):
    return bank.at(who, day)


def propose(bank, effective=TOMORROW, **more):
    return revising.propose(by(bank, AUTHOR), NUMBER, "增加联系方式", effective, **more)


def edit(bank, old="借款人", new="借款企业"):
    """Change the desk's manifest by a comment, as any edit would change its bytes."""
    path = bank.root / "forms" / str(NUMBER) / "form.toml"
    path.write_text(f"{path.read_text('utf-8')}# {old} → {new}\n", encoding="utf-8")


def submit(bank):
    return revising.submit(by(bank, AUTHOR), NUMBER)


def review(bank, **more):
    return revising.review(by(bank, REVIEWER), NUMBER, "", **more)


def approve(bank, **more):
    return revising.approve(by(bank, APPROVER), NUMBER, "", **more)


def release(bank, effective=TOMORROW):
    propose(bank, effective)
    submit(bank)
    review(bank)
    return approve(bank)


def register(bank):
    return RevisionRegister(bank.at().registry.control, FORMS)


def test_from_the_proposal_to_the_day_it_takes_effect(bank):
    laid_out = propose(bank)
    assert laid_out.change.number == ChangeNumber(year=2026, serial=1)
    assert [path.name for path in laid_out.written] == ["form.toml"]
    manifest = laid_out.written[0].read_text("utf-8")
    assert 'revision = "1.1"' in manifest
    assert 'prepared = "编制示例"' in manifest
    submitted = submit(bank)
    assert submitted.change.status is RevisionStatus.DRAFT
    assert review(bank).status is RevisionStatus.REVIEWED
    released = approve(bank)
    assert [one.name for one in released.approvals] == ["编制示例", "审核示例", "批准示例"]
    today, tomorrow = (register(bank).in_force(NUMBER, day) for day in (TODAY, TOMORROW))
    assert (today.revision, tomorrow.revision) == (
        Revision(major=1, minor=0),
        Revision(major=1, minor=1),
    )
    change = ChangeRegister(head=bank.at().registry.control).get(ChangeNumber(year=2026, serial=1))
    assert change.status is RevisionStatus.APPROVED
    assert [event.kind for event in change.events] == ["propose", "submit", "review", "approve"]
    assert bank.codes() == set()


def test_other_bytes_need_their_review_again(bank):
    propose(bank)
    submit(bank)
    review(bank)
    edit(bank)
    assert submit(bank).change.status is RevisionStatus.DRAFT
    with pytest.raises(ControlError, match="a revision that is draft cannot be approved"):
        approve(bank)
    review(bank)
    approve(bank)


def test_who_looked_at_another_draft_signs_nothing(bank):
    propose(bank)
    first = revisions.desk_files(by(bank, AUTHOR), NUMBER).digest()
    submit(bank)
    edit(bank)
    submit(bank)
    with pytest.raises(UsageError, match="its SHA-256 begins with"):
        review(bank, digest=first[:12])
    second = revisions.desk_files(by(bank, AUTHOR), NUMBER).digest()
    review(bank, digest=second[:12].upper())


@pytest.mark.parametrize("who", [AUTHOR, APPROVER, OFFICER, "JN01-0101"])
def test_only_a_reviewer_reviews(bank, who):
    propose(bank)
    submit(bank)
    with pytest.raises(ControlError, match=f"{who}.*may not review a draft: it takes the role"):
        revising.review(by(bank, who), NUMBER, "")


def all_roles(bank, who):
    """Give a person every role there is, as a register might be misused to do."""
    person = bank.at().registry.staff.person(who)
    people.add(
        bank.at(OFFICER, TODAY),
        who,
        person.name,
        person.unit,
        ["form_author", "form_reviewer", "form_approver"],
    )


@pytest.mark.parametrize("act", ["review", "approve"])
def test_an_author_with_every_role_still_cannot_approve_their_own(bank, act):
    author = bank.at(AUTHOR, TODAY).acting().person.staff_no
    all_roles(bank, author)
    propose(bank)
    submit(bank)
    if act == "approve":
        review(bank)
    with pytest.raises(ControlError, match=r"SOD-REVISION.*编制示例 \(SD00-0001\)") as refusal:
        getattr(revising, act)(by(bank, AUTHOR), NUMBER, "")
    assert refusal.value.clause == "ISO 9001 §7.5.2"


def test_the_reviewer_cannot_approve_too(bank):
    reviewer = bank.at(REVIEWER, TODAY).acting().person.staff_no
    all_roles(bank, reviewer)
    propose(bank)
    submit(bank)
    review(bank)
    with pytest.raises(ControlError, match=r"SOD-REVISION.*审核示例 \(SD00-0002\)"):
        revising.approve(by(bank, REVIEWER), NUMBER, "")


def test_the_cover_names_who_signs(bank):
    path = propose(bank).written[0]
    text = path.read_text("utf-8")
    path.write_text(text.replace('"审核示例"', '"旁人"').replace('"编制示例"', '"别人"'), "utf-8")
    with pytest.raises(FindingsError) as problem:
        submit(bank)
    assert [finding.code for finding in problem.value.findings] == ["COVER-NAME"]
    path.write_text(text.replace('"审核示例"', '"旁人"'), "utf-8")
    submit(bank)
    with pytest.raises(ControlError, match="旁人"):
        review(bank)


def test_a_cover_that_says_something_else_is_refused(bank):
    path = propose(bank).written[0]
    text = path.read_text("utf-8")
    path.write_text(text.replace('"1.1"', '"1.2"').replace("2026-06-02", "2026-06-05", 1), "utf-8")
    with pytest.raises(FindingsError) as problem:
        submit(bank)
    codes = {finding.code for finding in problem.value.findings}
    assert codes == {"COVER-REVISION", "COVER-HISTORY"}


@pytest.mark.parametrize(
    ("effective", "reason"),
    [(date(2026, 5, 31), "has passed"), (date(2004, 6, 8), "has passed")],
)
def test_no_revision_takes_effect_in_the_past(bank, effective, reason):
    with pytest.raises(ControlError, match=reason):
        propose(bank, effective)


def test_no_revision_takes_effect_in_a_year_that_can_only_be_mistyped(bank):
    with pytest.raises(UsageError, match="out of reach"):
        propose(bank, date(9999, 12, 31))


def test_a_revision_comes_after_the_one_before_it(bank):
    release(bank, LATER)
    with pytest.raises(ControlError, match=r"is not after 2026-07-01, when 1\.1 takes effect"):
        propose(bank, TOMORROW)


def test_an_effective_date_that_passed_while_waiting_is_refused(bank):
    propose(bank)
    submit(bank)
    review(bank)
    with pytest.raises(ControlError, match="the effective date 2026-06-02 has passed"):
        revising.approve(by(bank, APPROVER, LATER), NUMBER, "")


@pytest.mark.parametrize(
    ("who", "reason"),
    [("JN01-0101", "may not review a draft"), ("ZZ99-0001", "is not in the register of staff")],
)
def test_a_reviewer_is_named_who_may(bank, who, reason):
    with pytest.raises(ControlError, match=reason):
        propose(bank, reviewer=StaffNumber.parse(who))
    assert list(ChangeRegister(head=bank.at().registry.control).all()) == []


def test_an_author_does_not_name_themselves(bank):
    author = StaffNumber.parse(AUTHOR)
    all_roles(bank, author)
    with pytest.raises(ControlError, match="SOD-REVISION"):
        propose(bank, approver=author)
    laid_out = propose(bank, reviewer=StaffNumber.parse(REVIEWER))
    assert 'reviewed = "审核示例"' in laid_out.written[0].read_text("utf-8")


def test_one_change_at_a_time(bank):
    propose(bank)
    with pytest.raises(ControlError, match="the change CR2026-0001 of RXD7200-04 is still open"):
        propose(bank)
    with pytest.raises(ControlError, match="no change of RXD7200-01 is proposed"):
        revisions.require_change(by(bank, AUTHOR), DocumentNumber("RXD7200-01"))


def test_a_rejected_proposal_keeps_its_history(bank):
    propose(bank)
    submit(bank)
    revising.return_(by(bank, REVIEWER), NUMBER, "第3段文字有误")
    revising.reject(by(bank, APPROVER), NUMBER, "不予修改")
    change = ChangeRegister(head=bank.at().registry.control).get(ChangeNumber(year=2026, serial=1))
    assert change.status is RevisionStatus.WITHDRAWN
    assert [event.reason for event in change.events[2:]] == ["第3段文字有误", "不予修改"]
    assert change.draft is not None
    again = propose(bank).change
    assert (again.number, str(again.request.to_revision)) == (
        ChangeNumber(year=2026, serial=2),
        "1.1",
    )
    assert bank.codes() == set()


def test_an_author_rejects_only_their_own(bank):
    workspace = bank.at(OFFICER, TODAY)
    people.new_key(workspace, "SD00-0011")
    people.add(
        workspace,
        "SD00-0011",
        "另一编制",
        workspace.registry.staff.unit("SD00").code,
        ["form_author"],
    )
    propose(bank)
    with pytest.raises(ControlError, match="may not reject another's proposal"):
        revising.reject(by(bank, "SD00-0011"), NUMBER, "不要")
    revising.reject(by(bank, AUTHOR), NUMBER, "收回")


def test_a_reissue_counts_the_first_number(bank):
    assert str(propose(bank, reissue=True).change.request.to_revision) == "2.0"


def test_a_number_called_off_is_not_given_again(bank):
    release(bank, LATER)
    revising.withdraw(by(bank, APPROVER), NUMBER, Revision(major=1, minor=1), LATER, "不再需要")
    assert register(bank).in_force(NUMBER, LATER).revision == Revision(major=1, minor=0)
    assert str(propose(bank, LATER).change.request.to_revision) == "1.2"


def test_a_withdrawn_form_takes_no_more_records(bank):
    revising.withdraw(by(bank, APPROVER), NUMBER, None, TOMORROW, "停用")
    assert register(bank).in_force(NUMBER, TODAY)
    with pytest.raises(ControlError, match="was withdrawn on 2026-06-02"):
        register(bank).in_force(NUMBER, TOMORROW)
    assert bank.codes() == set()


def test_edits_on_the_desk_are_kept(bank):
    template = bank.root / "schemas" / f"{NUMBER}.schema.json"
    edited = template.read_bytes() + b"\n"
    template.write_bytes(edited)
    laid_out = propose(bank)
    assert template.read_bytes() == edited
    assert template in laid_out.kept


def test_fresh_lays_out_what_is_in_force(bank):
    template = bank.root / "schemas" / f"{NUMBER}.schema.json"
    before = template.read_bytes()
    template.write_bytes(before + b"\n")
    propose(bank, fresh=True)
    assert template.read_bytes() == before


def test_nothing_is_opened_where_the_desk_cannot_be_laid_out(bank):
    path = bank.root / "forms" / str(NUMBER) / "form.toml"
    path.write_text("[form\n", "utf-8")
    with refused_for("FORM-SYNTAX"):
        propose(bank)
    assert list(ChangeRegister(head=bank.at().registry.control).all()) == []
    propose(bank, fresh=True)


# Every act in every state, over a real ledger. What brings a revision there:
STATES = {
    RevisionStatus.DRAFT: lambda bank: (propose(bank), submit(bank)),
    RevisionStatus.REVIEWED: lambda bank: (propose(bank), submit(bank), review(bank)),
    RevisionStatus.APPROVED: release,
    RevisionStatus.EFFECTIVE: lambda bank: release(bank, TODAY),
    RevisionStatus.SUPERSEDED: lambda bank: release(bank, TODAY),
    RevisionStatus.WITHDRAWN: lambda bank: revising.withdraw(
        by(bank, APPROVER), NUMBER, None, TODAY, "停用"
    ),
}


def target(status):
    """The revision that is in the state: the new one, or the one it replaced or withdrew."""
    older = {RevisionStatus.SUPERSEDED, RevisionStatus.WITHDRAWN}
    return Revision(major=1, minor=0) if status in older else Revision(major=1, minor=1)


def confirm(bank, status):
    # Confirming names no revision: it is always of the one in force.
    if status is not RevisionStatus.EFFECTIVE:
        register(bank).require_in_force(NUMBER, target(status), TODAY)
    return revising.confirm(by(bank, REVIEWER), NUMBER, "")


ACTS = {
    RevisionAct.SUBMIT: lambda bank, _: submit(bank),
    RevisionAct.REVIEW: lambda bank, _: review(bank),
    RevisionAct.APPROVE: lambda bank, _: approve(bank),
    RevisionAct.RETURN: lambda bank, _: revising.return_(by(bank, REVIEWER), NUMBER, "退回"),
    RevisionAct.REJECT: lambda bank, _: revising.reject(by(bank, APPROVER), NUMBER, "不予修改"),
    RevisionAct.WITHDRAW: lambda bank, status: revising.withdraw(
        by(bank, APPROVER), NUMBER, target(status), TODAY, "停用"
    ),
    RevisionAct.CONFIRM: confirm,
}


@pytest.fixture(scope="module")
def standing(once, founded):
    """Return what gives a workspace in which a revision is in a state, made once."""

    return cache(
        lambda status: once.copy(founded, f"standing-{status}", lambda root: reach(root, status))[0]
    )


def reach(root, status):
    STATES[status](Bank(root))


@pytest.mark.long
@pytest.mark.parametrize("status", list(STATES))
@pytest.mark.parametrize("act", list(ACTS))
def test_the_ledger_allows_what_the_table_allows(standing, copied, status, act):
    if (status, act) in REVISION_ACTS:
        bank = copied(standing(status))
        before = bank.at().registry.control.commit
        ACTS[act](bank, status)
        assert bank.at().registry.control.commit != before
    else:
        bank = Bank(standing(status))
        before = bank.at().registry.control.commit
        with pytest.raises(ControlError) as refusal:
            ACTS[act](bank, status)
        assert refusal.value.clause
        assert bank.at().registry.control.commit == before
    assert bank.codes() == set()
