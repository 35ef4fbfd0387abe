"""State tables: what may happen to a record and to a revision, and when.

Pure. Who may act is a matter of roles (``control``); here it is only asked
whether the state allows the act. Every refusal names its rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError
from rmdocs.forms.sections.stages import Stage
from rmdocs.messages import Called, Joined, Text, Verbatim, listed, message, named_at_terminal


class RecordStatus(StrEnum):
    """Where a record stands.

    An amendment changes it only where it leaves no signed original that counts.
    """

    ISSUED = "issued"
    SIGNED = "signed"
    CLOSED = "closed"
    VOIDED = "voided"
    DISPOSED = "disposed"


class RecordAct(StrEnum):
    """What may be done to a record once it has its number."""

    STAGE = "stage"
    AMEND = "amend"
    VOID = "void"
    DISPOSE = "dispose"


_RECORD_ACTS: dict[RecordStatus, frozenset[RecordAct]] = {
    RecordStatus.ISSUED: frozenset(RecordAct),
    # What was signed stays as it was: an amendment makes another edition, which
    # has to be signed anew.
    RecordStatus.SIGNED: frozenset(RecordAct),
    # A closed record takes no more stages, but a mistake in it is still
    # corrected by an amendment, and an agreement can still be voided.
    RecordStatus.CLOSED: frozenset({RecordAct.AMEND, RecordAct.VOID, RecordAct.DISPOSE}),
    RecordStatus.VOIDED: frozenset({RecordAct.DISPOSE}),
    # Whether it is time, and nothing holds it, is the business of ``disposition``.
    RecordStatus.DISPOSED: frozenset(),
}


_ENDED = frozenset({RecordStatus.VOIDED, RecordStatus.DISPOSED})


class RevisionStatus(Called):
    """Where a revision of a controlled document stands (ISO 9001 §7.5.3)."""

    DRAFT = "draft", message("draft")
    REVIEWED = "reviewed", message("reviewed")
    APPROVED = "approved", message("approved")
    EFFECTIVE = "effective", message("effective")
    SUPERSEDED = "superseded", message("superseded")
    WITHDRAWN = "withdrawn", message("withdrawn")


class RevisionAct(Called):
    """What may be done to a revision; the last two are done by the calendar."""

    SUBMIT = "submit", message("be submitted")
    REVIEW = "review", message("be reviewed")
    APPROVE = "approve", message("be approved")
    RETURN = "return", message("be returned")
    REJECT = "reject", message("be rejected")
    WITHDRAW = "withdraw", message("be withdrawn")
    CONFIRM = "confirm", message("be confirmed")
    TAKE_EFFECT = "take-effect", message("take effect")
    SUPERSEDE = "supersede", message("be superseded")


REVISION_ACTS: Mapping[tuple[RevisionStatus, RevisionAct], RevisionStatus] = MappingProxyType(
    {
        (RevisionStatus.DRAFT, RevisionAct.SUBMIT): RevisionStatus.DRAFT,
        (RevisionStatus.DRAFT, RevisionAct.REVIEW): RevisionStatus.REVIEWED,
        (RevisionStatus.DRAFT, RevisionAct.RETURN): RevisionStatus.DRAFT,
        (RevisionStatus.DRAFT, RevisionAct.REJECT): RevisionStatus.WITHDRAWN,
        # Other bytes than those reviewed are a draft again: no approval carries over.
        (RevisionStatus.REVIEWED, RevisionAct.SUBMIT): RevisionStatus.DRAFT,
        (RevisionStatus.REVIEWED, RevisionAct.APPROVE): RevisionStatus.APPROVED,
        (RevisionStatus.REVIEWED, RevisionAct.RETURN): RevisionStatus.DRAFT,
        (RevisionStatus.REVIEWED, RevisionAct.REJECT): RevisionStatus.WITHDRAWN,
        (RevisionStatus.APPROVED, RevisionAct.TAKE_EFFECT): RevisionStatus.EFFECTIVE,
        (RevisionStatus.APPROVED, RevisionAct.WITHDRAW): RevisionStatus.WITHDRAWN,
        (RevisionStatus.EFFECTIVE, RevisionAct.CONFIRM): RevisionStatus.EFFECTIVE,
        (RevisionStatus.EFFECTIVE, RevisionAct.SUPERSEDE): RevisionStatus.SUPERSEDED,
        (RevisionStatus.EFFECTIVE, RevisionAct.WITHDRAW): RevisionStatus.WITHDRAWN,
    }
)
"""Where a revision stands after an act; what is not here is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageKey:
    """One happening of a stage.

    :param repeat: the value that tells repetitions apart; None if the stage
        happens once.
    """

    name: str
    repeat: str | int | None = None

    def __str__(self) -> str:
        return self.name if self.repeat is None else f"{self.name} {self.repeat}"


def record_status(
    stages: Sequence[Stage],
    present: Iterable[StageKey],
    *,
    voided: bool,
    signed: bool = False,
    disposed: bool = False,
) -> RecordStatus:
    """Return where a record stands that has the stages ``present``.

    :param signed: whether a signed original that counts is in the store.

    A stage that repeats closes the record with its last repetition.
    """
    if disposed:
        return RecordStatus.DISPOSED
    if voided:
        return RecordStatus.VOIDED
    done = frozenset(present)
    if any(stage.closes and _is_complete(stage, done) for stage in stages):
        return RecordStatus.CLOSED
    return RecordStatus.SIGNED if signed else RecordStatus.ISSUED


def require_amendable(status: RecordStatus) -> None:
    """Refuse to amend a record whose status does not allow it.

    :raises ControlError: naming the rule.
    """
    require_act(status, RecordAct.AMEND)


def require_voidable(status: RecordStatus) -> None:
    """Refuse to void a record whose status does not allow it.

    :raises ControlError: naming the rule.
    """
    require_act(status, RecordAct.VOID)


def require_act(status: RecordStatus, act: RecordAct) -> None:
    """Refuse an act that a record's status does not allow.

    :raises ControlError: naming status and rule.
    """
    if act in _RECORD_ACTS[status]:
        return
    if status is RecordStatus.DISPOSED:
        raise ControlError(
            message("the record was disposed of: nothing more can be done to it"),
            message("its seals and its history stay; issue another record"),
            clause="ISO 15489-1 §9.9",
        )
    if status is RecordStatus.VOIDED:
        raise ControlError(
            message("the record is void: nothing more can be done to it"),
            message("issue another record; the void one keeps its number"),
            clause="ISO 15489-1 §5.2.2.3",
        )
    raise ControlError(
        message("the record is closed: it takes no more stages"),
        message("correct a mistake by an amendment"),
        clause="ISO 15489-1 §5.2.2.3",
    )


def stage_key(stages: Sequence[Stage], name: str, content: Mapping[str, Any]) -> StageKey:
    """Return which happening of a stage ``content`` is.

    :raises ControlError: if the form has no such stage.
    """
    stage = _stage(stages, name)
    value = content.get(stage.repeat) if stage.repeat else None
    known = isinstance(value, (str, int)) and not isinstance(value, bool)
    return StageKey(name=name, repeat=value if known else None)


def roles_of(stages: Sequence[Stage], name: str) -> tuple[str, ...]:
    """Return the roles that may add a stage.

    :raises ControlError: if the form has no such stage.
    """
    return _stage(stages, name).roles


def _stage(stages: Sequence[Stage], name: str) -> Stage:
    found = next((stage for stage in stages if stage.name == name), None)
    if found is None:
        names = Joined(tuple(stage_title(stages, StageKey(name=stage.name)) for stage in stages))
        raise ControlError(
            message("the form has no stage “{name}”", name=name),
            message("its stages are: {names}", names=names if stages else "-"),
        )
    return found


def stage_title(stages: Iterable[Stage], key: StageKey) -> Text:
    """Return a happening of a stage as a person calls it; at a terminal with its name to type."""
    title = next((stage.title for stage in stages if stage.name == key.name), None)
    if title is None:
        return Verbatim(str(key))
    if key.repeat is None:
        return named_at_terminal(title, key.name)
    said = message("{title} {repeat}", title=title, repeat=key.repeat)
    return named_at_terminal(said, key.name)


def next_stages(stages: Sequence[Stage], present: Iterable[StageKey]) -> tuple[StageKey, ...]:
    """Return the happenings that may come next, in the form's order.

    Stages come in order, each once; an optional one may be skipped, and cannot
    be made up for afterwards. A repeated stage takes its values in order.
    """
    done = frozenset(present)
    if record_status(stages, done, voided=False) is RecordStatus.CLOSED:
        return ()
    return tuple(
        _keys(stage)[len(_happened(stage, done))]
        for index, stage in enumerate(stages)
        if not _is_complete(stage, done) and _obstacle(stages, index, done) is None
    )


def require_stage(
    status: RecordStatus, stages: Sequence[Stage], present: Iterable[StageKey], key: StageKey
) -> None:
    """Refuse a stage that may not come now.

    :raises ControlError: naming what is in the way.
    """
    done = frozenset(present)
    stage = _stage(stages, key.name)
    index = list(stages).index(stage)
    if key in done and status not in _ENDED:
        there = message("the stage {stage} is there already", stage=stage_title(stages, key))
        raise _refusal(there, stages, done)
    require_act(status, RecordAct.STAGE)
    if key not in _keys(stage):
        raise ControlError(
            message("“{repeat}” is no repetition of {stage}", repeat=key.repeat, stage=stage.title),
            message("they are: {values}", values=listed(stage.repeat_values)),
        )
    obstacle = _obstacle(stages, index, done)
    if obstacle is not None:
        raise _refusal(obstacle, stages, done)
    expected = _keys(stage)[len(_happened(stage, done))]
    if key != expected:
        said = {
            "stage": stage_title(stages, expected),
            "later": stage_title(stages, key),
        }
        reason = message("{stage} comes before {later}", **said)
        raise _refusal(reason, stages, done)


def _obstacle(stages: Sequence[Stage], index: int, done: frozenset[StageKey]) -> Text | None:
    """Return why stage ``index`` may not come now, or None."""
    title = stages[index].title
    for later in stages[index + 1 :]:
        if _happened(later, done):
            return message(
                "{stage} comes before {later}, which is there", stage=title, later=later.title
            )
    for earlier in stages[:index]:
        if not earlier.optional and not _is_complete(earlier, done):
            return message("{stage} comes after {earlier}", stage=title, earlier=earlier.title)
    return None


def _refusal(reason: Text, stages: Sequence[Stage], done: frozenset[StageKey]) -> ControlError:
    allowed = tuple(stage_title(stages, key) for key in next_stages(stages, done))
    remedy = (
        message("now may come: {allowed}", allowed=Joined(allowed))
        if allowed
        else message("no further stage may come")
    )
    return ControlError(reason, remedy, clause="ISO 9001 §7.5.3.2")


def _keys(stage: Stage) -> tuple[StageKey, ...]:
    if not stage.repeat:
        return (StageKey(name=stage.name),)
    return tuple(StageKey(name=stage.name, repeat=value) for value in stage.repeat_values)


def _happened(stage: Stage, done: frozenset[StageKey]) -> tuple[StageKey, ...]:
    return tuple(key for key in _keys(stage) if key in done)


def _is_complete(stage: Stage, done: frozenset[StageKey]) -> bool:
    return len(_happened(stage, done)) == len(_keys(stage))


def after_revision_act(status: RevisionStatus, act: RevisionAct) -> RevisionStatus:
    """Return where a revision stands after an act.

    :raises ControlError: if its status does not allow the act.
    """
    after = REVISION_ACTS.get((status, act))
    if after is None:
        allowed = [possible.called for known, possible in REVISION_ACTS if known is status]
        raise ControlError(
            message(
                "a revision that is {status} cannot {act}",
                status=status.called,
                act=act.called,
            ),
            message("it can: {acts}", acts=Joined(tuple(allowed)))
            if allowed
            else message("propose a new revision instead"),
            clause="ISO 9001 §7.5.3",
        )
    return after


def revision_status_on(
    day: date, effective: date, successor: date | None, withdrawn: date | None
) -> RevisionStatus:
    """Return where an approved revision stands on a day, by the calendar alone.

    :param successor: the day on which the next revision takes its place, if any.
    :param withdrawn: the day from which it is withdrawn; on or before
        ``effective`` it never takes effect.
    """
    if withdrawn is not None and withdrawn <= effective:
        return RevisionStatus.WITHDRAWN
    status = RevisionStatus.APPROVED
    if day >= effective:
        status = after_revision_act(status, RevisionAct.TAKE_EFFECT)
    # Whichever came first ended it.
    if withdrawn is not None and day >= withdrawn and (successor is None or withdrawn <= successor):
        return after_revision_act(status, RevisionAct.WITHDRAW)
    if successor is not None and day >= successor:
        return after_revision_act(status, RevisionAct.SUPERSEDE)
    return status
