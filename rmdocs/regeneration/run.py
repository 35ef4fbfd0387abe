"""Carrying a plan out: each volume whole or not at all, and the run resumable.

A run is begun and ended in the control ledger. In between, the records of one
volume get their new editions with one swap of its ref; a run that was killed
is gone on with by running it again (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import FindingsError
from rmdocs.events.control import RegenerationBegun, RegenerationEnded
from rmdocs.events.kinds import read_as
from rmdocs.events.records import EditionFacts, FormRevision, RecordRegenerated
from rmdocs.findings import Finding
from rmdocs.issuing.batchrendering import NumberedRecord, kept, rendered
from rmdocs.issuing.registry import concealed
from rmdocs.regeneration.plan import Plan, Planned, Progress, RegenerationOutcome
from rmdocs.registers.records import RecordFolder, read_folder
from rmdocs.registers.regenerations import (
    ABANDONED,
    DONE,
    PLAN_NAME,
    REGENERATIONS,
    RESULT_NAME,
    RegenerationRegister,
    RegenerationRun,
)
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.store.event import Event
from rmdocs.store.protocol import CONTROL_REF, EVENTS_NAME, NewEvent, NewFile

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.canonical import JsonObject
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.events.facts import EventFacts
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.batchrendering import RenderedRecord
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.store.protocol import Head


def run(  # noqa: PLR0913 - a run simply takes that much
    registry: Registry,
    plan: Plan,
    acting: ActingPerson,
    *,
    where: str = "",
    reason: str = "",
    progress: Progress = lambda _done, _total: None,
    executor: Executor | None = None,
) -> RegenerationRun:
    """Give every record of the plan that can be carried over its new edition.

    A record that somebody changed since the plan was made is left as it is;
    another run will find it.

    :param where: the condition the plan was made under, as it was given.
    :param executor: who renders besides this process; see ``bulk``.
    :raises ControlError: if the actor may not.
    :raises FindingsError: if a document cannot be made; its volume is as before.
    """
    require_key(acting.person, acting.key)
    begun = _begin(registry, plan, acting, where, reason)
    released = registry.forms.load(plan.to)
    # A run that is gone on with does what it set out to do; the rest is for another.
    own = set(begun.records)
    ready = [one for one in plan.of(RegenerationOutcome.REGENERATE) if one.number in own]
    meant = sorted(ready, key=lambda one: one.number)
    done = 0
    for _, records in groupby(meant, key=lambda one: one.number.volume):
        batch = list(records)
        before = done

        def step(count: int, before: int = before) -> None:
            progress(before + count, len(meant))

        _Batch(registry, released, begun, acting, executor).regenerate(batch, step)
        done += len(batch)
    return _end(registry, begun, acting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _StandingRecord:
    """A record that is as it was planned, and the edition that it is to have.

    :param regenerations: that it has had. :param events: that it has.
    """

    planned: Planned
    edition: NumberedRecord
    regenerations: int
    events: int


class _Batch:
    """The records of one volume."""

    def __init__(
        self,
        registry: Registry,
        released: ReleasedForm,
        begun: RegenerationRun,
        acting: ActingPerson,
        executor: Executor | None,
    ) -> None:
        self._executor = executor
        self._registry = registry
        self._released = released
        self._begun = begun
        self._acting = acting

    def regenerate(self, batch: Sequence[Planned], step: Callable[[int], None]) -> None:
        """Render all, seal all in one swap of the volume's ref.

        :param step: told how many of them are done.
        """
        volume = batch[0].number.volume
        with self._registry.store.locked(volume.ref) as branch:
            head = branch.require_head()
            pin = head.checkpoint.pin
            standing = [
                _StandingRecord(
                    planned=planned,
                    edition=self._edition(planned, folder, pin),
                    regenerations=sum(one.kind == RecordRegenerated.KIND for one in folder.events),
                    events=len(folder.events),
                )
                for planned, folder in ((one, read_folder(head, one.number)) for one in batch)
                if folder.events[-1].index == planned.last
            ]
            done = len(batch) - len(standing)
            if done:
                step(done)
            editions = [one.edition for one in standing]
            results = rendered(self._registry, editions, self._executor)
            new_events: list[NewEvent] = []
            findings: list[Finding] = []
            for record, (_, made) in zip(standing, results, strict=True):
                if made.failed:
                    findings += made.failed
                elif not findings:
                    new_events.append(kept(branch, self._new_event(record, made), made))
                done += 1
                step(done)
            if findings:
                raise FindingsError(tuple(findings))
            if new_events:
                self._acting.seal(branch, new_events)

    def _edition(self, planned: Planned, folder: RecordFolder, pin: str) -> NumberedRecord:
        """Return the edition that a record is to have, as the new revision prints it."""
        if planned.migrated is None:
            raise AssertionError(planned.number)
        return NumberedRecord(
            number=planned.number,
            release=self._released.release,
            edition=EditionFacts(
                number=planned.edition + 1, issued_on=self._acting.today, pin=pin, unit=folder.unit
            ),
            record=planned.migrated.draft.to_bytes(),
            stages=planned.migrated.stages,
            encrypted=folder.encrypted,
        )

    def _new_event(self, record: _StandingRecord, made: RenderedRecord) -> NewEvent:
        one, planned, release = record.edition, record.planned, self._released.release
        number = one.number
        path = f"{number.directory}/regenerations/{record.regenerations + 1}.json"
        content = {
            "record": canonical.decode(one.record),
            "stages": [
                {"stage": key.name, "repeat": key.repeat, "content": value}
                for key, value in one.stages
            ],
        }
        new_event = NewEvent(
            facts=RecordRegenerated(
                rules=self._registry.policy.rules_named,
                edition=one.edition,
                under=FormRevision(
                    form=release.number, revision=release.revision, digest=release.digest
                ),
                from_revision=planned.revision,
                run=self._begun.name,
                content=path,
                changes=planned.changes,
            ),
            subject=str(number),
            directory=number.directory,
            files=(
                NewFile(path=path, data=canonical.encode(content), media_type=JSON_TYPE),
                *made.files,
            ),
            reason=self._begun.begun.reason,
            relied_on=self._registry.control.checkpoint,
            renderer=RENDERER_VERSION,
        )
        if not one.encrypted:
            return new_event
        return concealed(new_event, self._registry.record_key(number), record.events + 1)


def _begin(
    registry: Registry, plan: Plan, acting: ActingPerson, where: str, reason: str
) -> RegenerationRun:
    """Return the run of this plan: the one that was begun and not ended, or a new one."""
    with registry.store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "regeneration.run")
        register = RegenerationRegister(branch.require_head())
        left = register.open_for(plan.to.number)
        if left is not None and left.to == plan.to.revision and left.where == where:
            return left
        serial = register.next_serial()
        name = f"{serial:04d}"
        value = {
            "form": str(plan.to.number),
            "to": str(plan.to.revision),
            "where": where,
            "records": [str(one.number) for one in plan.of(RegenerationOutcome.REGENERATE)],
        }
        begin = _new_event(name, RegenerationBegun(), PLAN_NAME, value, reason)
        new_events = (begin,) if left is None else (_ending(registry, left, ABANDONED), begin)
        acting.seal(branch, new_events)
        return RegenerationRegister(branch.require_head()).get(serial)


def _end(registry: Registry, begun: RegenerationRun, acting: ActingPerson) -> RegenerationRun:
    with registry.store.locked(CONTROL_REF) as branch:
        current = RegenerationRegister(branch.require_head()).get(begun.serial)
        if current.ended is None:
            new_event = _ending(registry, begun, DONE)
            acting.seal(branch, (new_event,))
        return RegenerationRegister(branch.require_head()).get(begun.serial)


def _ending(registry: Registry, begun: RegenerationRun, outcome: str) -> NewEvent:
    done = [str(number) for number, _ in _done(registry, begun)]
    value = {"outcome": outcome, "regenerated": done}
    return _new_event(begun.name, RegenerationEnded(), RESULT_NAME, value, "")


def regenerated(registry: Registry, begun: RegenerationRun) -> Iterator[RecordFolder]:
    """Yield the records that a run has given a new edition, as they stand."""
    for number, head in _done(registry, begun):
        yield read_folder(head, number)


def _done(registry: Registry, begun: RegenerationRun) -> Iterator[tuple[RecordNumber, Head]]:
    """Yield what a run has given a new edition, each with its volume as it stands."""
    for volume, numbers in groupby(sorted(begun.records), key=lambda number: number.volume):
        head = registry.store.require_head(volume.ref)
        for number in numbers:
            if any(said.run == begun.name for said in _regenerations(head, number)):
                yield number, head


def _regenerations(head: Head, number: RecordNumber) -> Iterator[RecordRegenerated]:
    """Yield what a record's regenerations say, without reading anything else of it."""
    directory = f"{number.directory}/{EVENTS_NAME}"
    for name in head.list(directory):
        data = (
            head.read(f"{directory}/{name}")
            if name.endswith(f"-{RecordRegenerated.KIND}.json")
            else None
        )
        said = read_as(Event.from_bytes(data), RecordRegenerated) if data is not None else None
        if said is not None:
            yield said


def _new_event(name: str, facts: EventFacts, file: str, value: JsonObject, reason: str) -> NewEvent:
    directory = f"{REGENERATIONS}/{name}"
    return NewEvent(
        facts=facts,
        subject=f"regeneration {name}",
        directory=directory,
        files=(
            NewFile(path=f"{directory}/{file}", data=canonical.encode(value), media_type=JSON_TYPE),
        ),
        reason=reason,
    )
