"""State tables: every act is either allowed or refused by a rule it names."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs import lifecycle
from rmdocs.errors import ControlError
from rmdocs.forms.sections.stages import Stage
from rmdocs.lifecycle import (
    RecordAct,
    RecordStatus,
    RevisionAct,
    RevisionStatus,
    StageKey,
)
from rmdocs.messages import Bilingual, Language


def stage(name, **more):
    return Stage(name=name, title=Bilingual(zh=name, en=name), roles=("president",), **more)


NOTICE = (
    stage("delivery"),
    stage("receipt", optional=True),
    stage("outcome"),
    stage("post_recovery", closes=True),
)
PLAN = (
    stage("approval"),
    stage("quarter", repeat="quarter", repeat_values=(1, 2, 3, 4), closes=True),
)
FORMS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=5
).map(
    lambda traits: tuple(
        stage(
            f"s{index}",
            optional=optional,
            closes=closes,
            repeat="q" if repeats else "",
            repeat_values=(1, 2) if repeats else (),
        )
        for index, (optional, closes, repeats) in enumerate(traits)
    )
)


def add(stages, present, key):
    status = lifecycle.record_status(stages, present, voided=False)
    lifecycle.require_stage(status, stages, present, key)
    return (*present, key)


def names(keys):
    return [str(key) for key in keys]


@pytest.mark.long
@given(FORMS, st.data())
def test_what_may_come_next_is_exactly_what_is_not_refused(stages, data):
    every = [
        StageKey(name=one.name, repeat=value)
        for one in stages
        for value in (one.repeat_values or (None,))
    ]
    present = ()
    for _ in range(len(every)):
        allowed = lifecycle.next_stages(stages, present)
        for key in every:
            if key in allowed:
                assert add(stages, present, key)
            else:
                with pytest.raises(ControlError):
                    add(stages, present, key)
        if not allowed:
            break
        present = add(stages, present, data.draw(st.sampled_from(allowed)))
    order = [every.index(key) for key in present]
    assert all(one < other for one, other in pairwise(order))


def test_stages_come_in_order():
    assert names(lifecycle.next_stages(NOTICE, ())) == ["delivery"]
    with pytest.raises(ControlError, match="outcome comes after delivery"):
        add(NOTICE, (), StageKey(name="outcome"))


def test_an_optional_stage_may_be_skipped_but_not_made_up_for():
    present = add(NOTICE, (), StageKey(name="delivery"))
    assert names(lifecycle.next_stages(NOTICE, present)) == ["receipt", "outcome"]
    present = add(NOTICE, present, StageKey(name="outcome"))
    with pytest.raises(ControlError, match="receipt comes before outcome"):
        add(NOTICE, present, StageKey(name="receipt"))


def test_a_stage_comes_once():
    with pytest.raises(ControlError, match="there already") as refusal:
        add(NOTICE, (StageKey(name="delivery"),), StageKey(name="delivery"))
    assert "receipt (receipt), outcome (outcome)" in refusal.value.remedy.text(Language.EN)


def test_a_repeated_stage_takes_each_value_once_and_in_order():
    present = add(PLAN, (), StageKey(name="approval"))
    present = add(PLAN, present, StageKey(name="quarter", repeat=1))
    with pytest.raises(ControlError, match=r"quarter 2 .quarter. comes before quarter 3"):
        add(PLAN, present, StageKey(name="quarter", repeat=3))
    with pytest.raises(ControlError, match=r"quarter 1 .quarter. is there already"):
        add(PLAN, present, StageKey(name="quarter", repeat=1))
    with pytest.raises(ControlError, match="no repetition"):
        add(PLAN, present, StageKey(name="quarter", repeat=5))
    with pytest.raises(ControlError, match="no repetition"):
        add(PLAN, present, StageKey(name="quarter"))


def test_a_repeated_stage_closes_with_its_last_value():
    present = (StageKey(name="approval"),)
    for quarter in (1, 2, 3):
        present = add(PLAN, present, StageKey(name="quarter", repeat=quarter))
        assert lifecycle.record_status(PLAN, present, voided=False) is RecordStatus.ISSUED
    present = add(PLAN, present, StageKey(name="quarter", repeat=4))
    assert lifecycle.record_status(PLAN, present, voided=False) is RecordStatus.CLOSED
    assert lifecycle.next_stages(PLAN, present) == ()


def test_a_signed_original_is_not_the_end():
    """It shows while stages are still to come; void, closed and disposed of come first."""

    def status(present=(), **other):
        return lifecycle.record_status(PLAN, present, signed=True, **{"voided": False, **other})

    assert status() is RecordStatus.SIGNED
    assert status(voided=True) is RecordStatus.VOIDED
    assert status(disposed=True) is RecordStatus.DISPOSED
    done = [
        StageKey(name="approval"),
        *(StageKey(name="quarter", repeat=quarter) for quarter in range(1, 5)),
    ]
    assert status(done) is RecordStatus.CLOSED


def test_unknown_stages_are_refused_with_the_known():
    for act in (
        lambda: add(NOTICE, (), StageKey(name="signing")),
        lambda: lifecycle.roles_of(NOTICE, "signing"),
        lambda: lifecycle.stage_key(NOTICE, "signing", {}),
    ):
        with pytest.raises(ControlError, match="no stage “signing”") as refusal:
            act()
        assert "delivery" in refusal.value.remedy.text(Language.EN)


def test_the_content_tells_which_repetition_it_is():
    assert lifecycle.stage_key(PLAN, "quarter", {"quarter": 2}) == StageKey(
        name="quarter", repeat=2
    )
    assert lifecycle.stage_key(PLAN, "approval", {"quarter": 2}) == StageKey(name="approval")
    for odd in (True, None, [1], 1.5):
        assert lifecycle.stage_key(PLAN, "quarter", {"quarter": odd}).repeat is None
    assert lifecycle.roles_of(PLAN, "quarter") == ("president",)


ALLOWED = {
    RecordStatus.ISSUED: set(RecordAct),
    RecordStatus.SIGNED: set(RecordAct),
    RecordStatus.CLOSED: {RecordAct.AMEND, RecordAct.VOID, RecordAct.DISPOSE},
    RecordStatus.VOIDED: {RecordAct.DISPOSE},
    RecordStatus.DISPOSED: set(),
}


@pytest.mark.parametrize("status", RecordStatus)
@pytest.mark.parametrize("act", RecordAct)
def test_acts_on_records(status, act):
    if act in ALLOWED[status]:
        lifecycle.require_act(status, act)
    else:
        with pytest.raises(ControlError) as refusal:
            lifecycle.require_act(status, act)
        assert refusal.value.clause


def test_a_void_record_takes_nothing():
    for act in (lifecycle.require_amendable, lifecycle.require_voidable):
        with pytest.raises(ControlError, match="void"):
            act(RecordStatus.VOIDED)
    with pytest.raises(ControlError, match="void"):
        lifecycle.require_stage(RecordStatus.VOIDED, NOTICE, (), StageKey(name="delivery"))
    with pytest.raises(ControlError, match="void"):
        lifecycle.require_stage(
            RecordStatus.VOIDED, NOTICE, (StageKey(name="delivery"),), StageKey(name="delivery")
        )
    assert lifecycle.record_status(NOTICE, (), voided=True) is RecordStatus.VOIDED


def test_a_record_disposed_of_takes_nothing():
    status = lifecycle.record_status(NOTICE, (), voided=True, disposed=True)
    assert status is RecordStatus.DISPOSED
    for act in (lifecycle.require_amendable, lifecycle.require_voidable):
        with pytest.raises(ControlError, match="disposed of"):
            act(status)
    for present in ((), (StageKey(name="delivery"),)):
        with pytest.raises(ControlError, match="disposed of"):
            lifecycle.require_stage(status, NOTICE, present, StageKey(name="delivery"))


# Every pair of status and act, once: where it leads, or "-" where it is refused.
REVISIONS = """
            submit review   approve  return reject    withdraw  confirm   take-effect supersede
draft       draft  reviewed -        draft  withdrawn -         -         -           -
reviewed    draft  -        approved draft  withdrawn -         -         -           -
approved    -      -        -        -      -         withdrawn -         effective   -
effective   -      -        -        -      -         withdrawn effective -           superseded
superseded  -      -        -        -      -         -         -         -           -
withdrawn   -      -        -        -      -         -         -         -           -
"""


def revision_table():
    acts, *rows = (line.split() for line in REVISIONS.strip().splitlines())
    for status, *after in rows:
        for act, found in zip(acts, after, strict=True):
            yield RevisionStatus(status), RevisionAct(act), found


def test_the_table_of_revisions_is_complete():
    pairs = [(status, act) for status, act, _ in revision_table()]
    assert sorted(pairs) == sorted((one, act) for one in RevisionStatus for act in RevisionAct)


@pytest.mark.parametrize(("status", "act", "after"), list(revision_table()))
def test_a_revision_goes_where_the_table_says(status, act, after):
    if after != "-":
        assert lifecycle.after_revision_act(status, act) == after
        return
    with pytest.raises(ControlError, match=f"a revision that is {status} cannot") as refusal:
        lifecycle.after_revision_act(status, act)
    assert refusal.value.clause == "ISO 9001 §7.5.3"
    assert refusal.value.remedy.text(Language.ZH)


@given(st.sampled_from(RevisionStatus), st.sampled_from(RevisionAct))
def test_what_is_superseded_or_withdrawn_stays_so(status, act):
    ended = status in {RevisionStatus.SUPERSEDED, RevisionStatus.WITHDRAWN}
    try:
        lifecycle.after_revision_act(status, act)
    except ControlError:
        return
    assert not ended


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, st.none() | DAYS, st.none() | DAYS)
def test_the_calendar_never_turns_back(day, effective, successor, withdrawn):
    if successor is not None and successor <= effective:
        successor = None
    order = list(RevisionStatus)
    before, now = (
        lifecycle.revision_status_on(one, effective, successor, withdrawn)
        for one in (day - timedelta(1), day)
    )
    assert order.index(before) <= order.index(now)
    in_force = now is RevisionStatus.EFFECTIVE
    ends = min((one for one in (successor, withdrawn) if one is not None), default=date.max)
    assert in_force == (effective <= day < ends)
