"""What a drill came to: kind by kind, and a row for each fault, for an auditor's papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.drill.faults import KINDS
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, listed, message
from rmdocs.reports.report import Column, Report

if TYPE_CHECKING:
    from rmdocs.drill.drilling import Drill, Injection
    from rmdocs.reports.report import Cell

_COLUMNS = (
    Column(name="kind", title=message("kind"), width=6),
    Column(name="told", title=message("what was done"), width=34),
    Column(name="place", title=message("where"), width=22),
    Column(name="shape", title=message("how"), width=18),
    Column(name="found", title=message("told by verify"), width=30),
    Column(name="result", title=message("result"), width=26),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTried(Answer):
    """How a drill went with one kind of faults.

    :param kind: ``F1`` to ``F24``. :param called: what a person calls it.
    :param tried: how many faults of it were put in. :param named: how many were named.
    :param remark: why none were tried, or what this does not show of the store itself.
    """

    TOLD: ClassVar = ("kind", "called", "tried", "named", "remark")
    kind: str
    called: Text
    tried: int
    named: int
    remark: Text


def by_kind(drill: Drill) -> tuple[KindTried, ...]:
    """Return how the drill went with each kind."""
    return tuple(_of_kind(drill, kind) for kind in KINDS)


def _of_kind(drill: Drill, kind: str) -> KindTried:
    tried = [one for one in drill.injections if one.kind == kind]
    remark: Text = NOTHING
    if kind in drill.not_excluded:
        remark = message("not excluded of the store itself")
    elif not tried:
        reasons = [one.why for one in drill.not_tried if one.kind == kind]
        remark = listed(reasons) if reasons else message("not tried: give a larger --count")
    return KindTried(
        kind=kind,
        called=KINDS[kind],
        tried=len(tried),
        named=sum(one.named for one in tried),
        remark=remark,
    )


def summary(drill: Drill) -> Iterator[Text]:
    """Yield what is to be said of the drill as a whole, a sentence a line."""
    yield message(
        "{count} fault(s) put into clones, {named} of them named; in the untouched clone"
        " {findings} finding(s)",
        count=len(drill.injections),
        named=drill.named,
        findings=len(drill.findings),
    )
    if not drill.injections:
        yield message("nothing was tried: have the findings of the store cleared up first")
    yield message(
        "the store: {volumes} volume(s), {events} event(s); checkpoints when the drill began:"
        " SHA-256 {digest}",
        volumes=drill.volumes,
        events=drill.events,
        digest=drill.checkpoint,
    )
    if drill.not_excluded:
        yield message(
            "not excluded of the store itself: {kinds}. In the clones they were named by the"
            " checkpoint that the drill took; what was done before shows only what was kept"
            " outside (rmdocs drill --against WHAT)",
            kinds=listed(drill.not_excluded),
        )
    if not drill.injections:
        return
    yield message(
        "rmdocs {version}; the same faults again: rmdocs drill --seed {seed} --count {count}",
        version=drill.version,
        seed=drill.seed,
        count=len(drill.injections),
    )


def report(drill: Drill) -> Report:
    """Return the whole drill as a table, with lines to sign."""
    rows = [_row(one) for one in drill.injections]
    rows += [
        (one.kind, one.told, "", "", "", message("not tried: {why}", why=one.why))
        for one in drill.not_tried
    ]
    return Report(
        name="drill",
        title=message("Drill of the verifier"),
        columns=_COLUMNS,
        rows=tuple(rows),
        as_of=drill.on,
        notes=tuple(summary(drill)),
        signatures=(message("carried out by"), message("reviewed by")),
    )


def _row(one: Injection) -> tuple[Cell, ...]:
    if not one.named:
        result: Text = message("NOT NAMED; expected: {codes}", codes=listed(one.expected))
    elif one.unseen:
        result = message("named, by the checkpoint alone: {codes}", codes=listed(one.by))
    else:
        result = message("named: {codes}", codes=listed(one.by))
    return (one.kind, one.told, one.place, one.shape, listed(one.found), result)
