"""Issuing: checked records get numbers, documents and events, all or none.

Under the lock of each volume: read the serial, see that all fit, give numbers; have the records
rendered and read back, by other processes too; lay what they made out of sight; seal. One
process alone numbers and seals (ADR 0037). A second issue of the same record is noticed and
keeps the first number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key
from rmdocs.control.volumes import open_volume, register_volume, require_clock
from rmdocs.errors import ControlError, FindingsError, RmdocsError
from rmdocs.events.records import EditionFacts, FormRevision, RecordIssued
from rmdocs.findings import Finding, error
from rmdocs.issuing.batchrendering import NumberedRecord, Printable, kept, print_anything, rendered
from rmdocs.issuing.checking import form_of
from rmdocs.issuing.editions import not_made
from rmdocs.issuing.registry import concealed
from rmdocs.issuing.uniquekeys import not_unique
from rmdocs.messages import message
from rmdocs.registers.catalogue import JustIssued
from rmdocs.registers.records import RECORD_NAME
from rmdocs.registers.renditions import as_read
from rmdocs.registers.series import SERIES_NAME, SeriesState
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import RecordNumber, Series
    from rmdocs.issuing.batchrendering import RenderedRecord
    from rmdocs.issuing.checking import CheckedCandidate, Ready
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Branch

JSON_TYPE = "application/json"

Progress = Callable[[int], None]
"""Told how many more records are rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A record that has its number.

    :param already: it was issued before; ``number`` is the first one.
    """

    candidate: CheckedCandidate
    number: RecordNumber
    edition: int
    files: tuple[SealedFile, ...]
    already: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A record that got no number after all, and why."""

    candidate: CheckedCandidate
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of the records of a batch; where one is refused, ``issued`` may be empty."""

    issued: tuple[Issued, ...]
    refused: tuple[RefusedRecord, ...]


def issue_all(  # noqa: PLR0913 - a batch is issued in so many ways
    registry: Registry,
    candidates: Sequence[CheckedCandidate],
    acting: ActingPerson,
    *,
    skip_invalid: bool = False,
    again: bool = False,
    progress: Progress = lambda _count: None,
    printable: Printable = print_anything,
    executor: Executor | None = None,
) -> Batch:
    """Issue candidates that are ready; either all get a number or none.

    Refused is a record whose document cannot be made, that has become no longer
    unique since it was checked, or, with ``skip_invalid``, that is of another unit.

    :param skip_invalid: leave out what is refused, and issue the rest.
    :param again: issue even what was issued before, under a new number.
    :param printable: asked what keeps a document from being printed as it was asked for.
    :param executor: who renders besides this process; see ``bulk``.
    :raises ControlError: if the actor may not issue a form, or the records do not
        all fit in their volume; nothing is rendered then.
    """
    require_key(acting.person, acting.key)
    refused: list[RefusedRecord] = []
    volumes: dict[Series, list[CheckedCandidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.ready is None:
            raise FindingsError(candidate.findings)
        try:
            _require_issuer(registry, candidate.ready, acting, alone=not skip_invalid)
        except FindingsError as problem:
            refused.append(RefusedRecord(candidate=candidate, findings=problem.findings))
            continue
        volumes[candidate.ready.series].append(candidate)
    issued: list[Issued] = []
    with ExitStack() as locks:
        opened = [_Volume(registry, series, acting, locks) for series in sorted(volumes)]
        for volume in opened:
            volume.require_room(volumes[volume.series], again=again)
        if registry.store.vault is not None:
            locks.callback(registry.store.vault.drop)
        how = _HowIssued(
            printable=printable,
            executor=executor,
            skip_invalid=skip_invalid,
            again=again,
            progress=progress,
        )
        prepared = [
            (volume, volume.prepare(volumes[volume.series], refused, how)) for volume in opened
        ]
        for volume, parts in prepared if skip_invalid or not refused else ():
            issued += volume.seal(parts)
    places = {id(candidate): place for place, candidate in enumerate(candidates)}
    issued.sort(key=lambda one: places[id(one.candidate)])
    return Batch(issued=tuple(issued), refused=tuple(refused))


def _require_issuer(registry: Registry, ready: Ready, acting: ActingPerson, *, alone: bool) -> None:
    """Refuse what the actor may not issue: a form for all its records, a unit for one.

    :param alone: whether one record that may not be issued stops all of them.
    """
    form = form_of(registry, ready)
    acting.require_role(form.roles.issue, message("issue {form}", form=form.number))
    found = not_of_unit(ready, acting.person)
    if found is None:
        return
    if alone:
        raise ControlError(found.message, found.remedy, clause=found.clause)
    raise FindingsError((found,))


def not_of_unit(ready: Ready, person: Person) -> Finding | None:
    """Return what keeps a person from issuing a record of another unit; None if it is theirs."""
    if person.unit == ready.unit.code:
        return None
    reason = message(
        "{name} belongs to {own} and may not issue for {unit}",
        name=person.name,
        own=person.unit,
        unit=ready.unit.code,
    )
    remedy = message("act as a relationship manager of that unit")
    return error("ISSUER-UNIT", "$.unit", reason, remedy, clause="ISO 9001 §5.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class _HowIssued:
    """How a batch is issued, and by whose help; see :func:`issue_all`."""

    printable: Printable
    executor: Executor | None
    skip_invalid: bool
    again: bool
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreparedRecord:
    """A record numbered and rendered, not sealed yet; no event: it has the number already."""

    candidate: CheckedCandidate
    number: RecordNumber
    new_event: NewEvent | None


class _Volume:
    """The series' volume under its lock."""

    def __init__(
        self, registry: Registry, series: Series, acting: ActingPerson, locks: ExitStack
    ) -> None:
        self._registry = registry
        self.series = series
        self._acting = acting
        self._branch: Branch
        self._branch, self._volume, self._previous = open_volume(registry.store, series, locks)
        head = self._branch.head
        data = head.read(SERIES_NAME) if head else None
        self._state = (
            SeriesState.from_json(canonical.decode(data))
            if data
            else SeriesState(volume=self._volume)
        )
        self._pin = head.checkpoint.pin if head else "0"
        require_clock(registry.store, self._volume, acting)
        registry.catalogue.catch_up_form(series.form)

    def require_room(self, candidates: Sequence[CheckedCandidate], *, again: bool) -> None:
        """Refuse a batch that does not fit in what the volume has left.

        :raises ControlError: saying how many records fit.
        """
        digests = [one.ready.digest for one in candidates if one.ready is not None]
        if not again:
            before = self._registry.catalogue.issued_before
            digests = [one for one in dict.fromkeys(digests) if not before(one)]
        room = self._state.room
        if len(digests) > room:
            raise ControlError(
                message(
                    "the volume {volume} has only {room} numbers left",
                    volume=self._volume,
                    room=room,
                ),
                message("issue the first {room} records, then the others", room=room),
            )

    def prepare(
        self, candidates: Sequence[CheckedCandidate], refused: list[RefusedRecord], how: _HowIssued
    ) -> list[_PreparedRecord]:
        """Return the candidates numbered and rendered; those that cannot be join ``refused``."""
        prepared: list[_PreparedRecord] = []
        asking: list[CheckedCandidate] = []
        twins: dict[str, list[CheckedCandidate]] = {}
        for candidate in candidates:
            ready = candidate.ready
            if ready is None:
                continue
            first = None if how.again else self._registry.catalogue.issued_before(ready.digest)
            # Somebody else may have issued one since the batch was checked; that no two of
            # the batch share the key is seen there.
            form = form_of(self._registry, ready)
            found = [] if first else not_unique(self._registry, form, ready.claim)
            if first or found:
                how.progress(1)
            if first:
                prepared.append(_PreparedRecord(candidate=candidate, number=first, new_event=None))
            elif found:
                refused.append(RefusedRecord(candidate=candidate, findings=tuple(found)))
            elif ready.digest in twins and not how.again:
                twins[ready.digest].append(candidate)
            else:
                twins[ready.digest] = []
                asking.append(candidate)
        while asking:
            asking = self._numbered(asking, prepared, refused, how)
        return [*prepared, *self._twins(twins, prepared, refused, how)]

    def _numbered(
        self,
        asking: Sequence[CheckedCandidate],
        prepared: list[_PreparedRecord],
        refused: list[RefusedRecord],
        how: _HowIssued,
    ) -> list[CheckedCandidate]:
        """Give records numbers and have them rendered, up to the first that cannot be made.

        :returns: those after it, where they are to be issued all the same: its number is another's.
        """
        after: list[CheckedCandidate] = []
        failed, state = False, self._state
        numbered: list[NumberedRecord] = []
        for candidate in asking:
            if candidate.ready is not None:
                number, state = state.take()
                numbered.append(self._first_edition(candidate.ready, number))
        results = rendered(self._registry, numbered, how.executor, how.printable)
        for candidate, (one, made) in zip(asking, results, strict=True):
            found = not_made(made.failed) if made.failed else made.lacking
            if found:
                failed = True
                refused.append(RefusedRecord(candidate=candidate, findings=found))
            elif failed:
                after.append(candidate)
                if how.skip_invalid:
                    continue
            else:
                _, self._state = self._state.take()
                new_event = kept(self._branch, self._new_event(one, made), made)
                prepared.append(
                    _PreparedRecord(candidate=candidate, number=one.number, new_event=new_event)
                )
            how.progress(1)
        return after if how.skip_invalid else []

    def _first_edition(self, ready: Ready, number: RecordNumber) -> NumberedRecord:
        edition = EditionFacts(
            number=1, issued_on=self._acting.today, pin=self._pin, unit=ready.unit
        )
        return NumberedRecord(
            number=number,
            release=ready.release,
            edition=edition,
            record=ready.record,
            encrypted=form_of(self._registry, ready).access.destroyable,
        )

    def _twins(
        self,
        twins: dict[str, list[CheckedCandidate]],
        prepared: Sequence[_PreparedRecord],
        refused: list[RefusedRecord],
        how: _HowIssued,
    ) -> list[_PreparedRecord]:
        """Return the records that stand twice in the batch, each with the fate of the first."""
        found: list[_PreparedRecord] = []
        numbers = {_digest(one.candidate): one.number for one in prepared}
        why = {_digest(one.candidate): one.findings for one in refused}
        for digest, candidate in ((known, one) for known in twins for one in twins[known]):
            how.progress(1)
            if digest in numbers:
                number = numbers[digest]
                found.append(_PreparedRecord(candidate=candidate, number=number, new_event=None))
            elif digest in why:
                refused.append(RefusedRecord(candidate=candidate, findings=why[digest]))
        return found

    def _new_event(self, one: NumberedRecord, made: RenderedRecord) -> NewEvent:
        release, directory = one.release, one.number.directory
        record = NewFile(path=f"{directory}/{RECORD_NAME}", data=one.record, media_type=JSON_TYPE)
        new_event = NewEvent(
            facts=RecordIssued(
                rules=self._registry.policy.rules_named,
                edition=one.edition,
                under=FormRevision(
                    form=release.number, revision=release.revision, digest=release.digest
                ),
                record_digest=canonical.sha256(one.record),
            ),
            subject=str(one.number),
            directory=directory,
            files=(record, *made.files),
            relied_on=self._registry.control.checkpoint,
            renderer=RENDERER_VERSION,
        )
        if not one.encrypted:
            return new_event
        # Its key is on disk before it is sealed.
        return concealed(new_event, self._registry.vault().make(one.number), 1)

    def seal(self, prepared: Sequence[_PreparedRecord]) -> list[Issued]:
        """Seal what was prepared in the volume; durable on return."""
        new_events = [one.new_event for one in prepared if one.new_event is not None]
        files: dict[str, tuple[SealedFile, ...]] = {}
        if new_events:
            if self._registry.store.vault is not None:
                self._registry.store.vault.sync()
            before = self._branch.head
            receipt = self._acting.seal(
                self._branch,
                new_events,
                state={SERIES_NAME: canonical.encode(self._state.to_json())},
            )
            register_volume(self._registry.store, self._volume, self._previous, self._acting)
            files = {event.subject: as_read(event) for event in receipt.events}
            self._enter("" if before is None else before.commit, prepared, receipt.events)
        return [
            Issued(
                candidate=one.candidate,
                number=one.number,
                edition=1,
                files=files.get(str(one.number), ()),
                already=one.new_event is None,
            )
            for one in prepared
        ]

    def _enter(
        self, before: str, prepared: Sequence[_PreparedRecord], events: Sequence[Event]
    ) -> None:
        """Have the search index know what was sealed; it can do without, and catch up later."""
        sealed = {event.subject: event for event in events}
        issued = [
            JustIssued(
                number=one.number,
                event=sealed[str(one.number)],
                sealed=one.candidate.ready.record,
            )
            for one in prepared
            if one.new_event is not None and one.candidate.ready is not None
        ]
        with suppress(RmdocsError):
            self._registry.catalogue.enter(self._volume, before, issued)


def _digest(candidate: CheckedCandidate) -> str:
    return candidate.ready.digest if candidate.ready is not None else ""
