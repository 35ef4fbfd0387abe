"""Issuing: checked records get numbers, documents and events, all or none.

Under the lock of each volume: read the serial, see that all fit, render, read
back, seal. A second issue of the same record is noticed and keeps the first number.
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
from rmdocs.identifiers import RecordNumber, Series
from rmdocs.issuing.editions import not_made, render_edition
from rmdocs.issuing.registry import concealed
from rmdocs.issuing.unique import not_unique
from rmdocs.messages import message
from rmdocs.registers.catalogue import JustIssued
from rmdocs.registers.records import RECORD_NAME
from rmdocs.registers.renditions import as_read
from rmdocs.registers.series import SERIES_NAME, SeriesState
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.issuing.checking import CheckedCandidate, Ready
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Branch

JSON_TYPE = "application/json"

Progress = Callable[[int], None]
"""Told how many more records are rendered."""

Printable = Callable[[str, bytes], Sequence[Finding]]
"""Says, of a document by name and content, what keeps it from being printed."""


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
    printable: Printable = lambda _name, _document: (),
) -> Batch:
    """Issue candidates that are ready; either all get a number or none.

    Refused is a record whose document cannot be made, that has become no longer
    unique since it was checked, or, with ``skip_invalid``, that is of another unit.

    :param skip_invalid: leave out what is refused, and issue the rest.
    :param again: issue even what was issued before, under a new number.
    :param printable: asked what keeps a document from being printed as it was asked for.
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
            _require_issuer(candidate.ready, acting, alone=not skip_invalid)
        except FindingsError as problem:
            refused.append(RefusedRecord(candidate=candidate, findings=problem.findings))
            continue
        draft = candidate.ready.checked.draft
        volumes[Series(form=draft.form, unit=draft.unit, year=draft.date.year)].append(candidate)
    issued: list[Issued] = []
    with ExitStack() as locks:
        opened = [_Volume(registry, series, acting, locks, printable) for series in sorted(volumes)]
        for volume in opened:
            volume.require_room(volumes[volume.series], again=again)
        prepared = [
            (volume, volume.prepare(volumes[volume.series], refused, again, progress))
            for volume in opened
        ]
        for volume, parts in prepared if skip_invalid or not refused else ():
            issued += volume.seal(parts)
    order = {id(candidate): place for place, candidate in enumerate(candidates)}
    issued.sort(key=lambda one: order[id(one.candidate)])
    return Batch(issued=tuple(issued), refused=tuple(refused))


def _require_issuer(ready: Ready, acting: ActingPerson, *, alone: bool) -> None:
    """Refuse what the actor may not issue: a form for all its records, a unit for one.

    :param alone: whether one record that may not be issued stops all of them.
    """
    form = ready.released.form
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
class _PreparedRecord:
    """A record numbered and rendered, not sealed yet; no event: issued before."""

    candidate: CheckedCandidate
    number: RecordNumber
    new_event: NewEvent | None


class _Volume:
    """The series' volume under its lock."""

    def __init__(
        self,
        registry: Registry,
        series: Series,
        acting: ActingPerson,
        locks: ExitStack,
        printable: Printable,
    ) -> None:
        self._registry = registry
        self._printable = printable
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
        self,
        candidates: Sequence[CheckedCandidate],
        refused: list[RefusedRecord],
        again: bool,  # noqa: FBT001 - as the command has it
        progress: Progress,
    ) -> list[_PreparedRecord]:
        """Return the candidates numbered and rendered; those that cannot be join ``refused``."""
        prepared: list[_PreparedRecord] = []
        seen: dict[str, RecordNumber] = {}
        for candidate in candidates:
            ready = candidate.ready
            if ready is None:
                continue
            try:
                one = self._prepare(candidate, ready, seen, again=again)
            except FindingsError as problem:
                refused.append(RefusedRecord(candidate=candidate, findings=problem.findings))
            else:
                prepared.append(one)
                seen.setdefault(ready.digest, one.number)
            progress(1)
        return prepared

    def _prepare(
        self,
        candidate: CheckedCandidate,
        ready: Ready,
        seen: dict[str, RecordNumber],
        *,
        again: bool,
    ) -> _PreparedRecord:
        first = seen.get(ready.digest) or self._registry.catalogue.issued_before(ready.digest)
        if first and not again:
            return _PreparedRecord(candidate=candidate, number=first, new_event=None)
        self._require_unique(ready)
        number, state = self._state.take()
        edition = EditionFacts(
            number=1, issued_on=self._acting.today, pin=self._pin, unit=ready.unit
        )
        try:
            documents = render_edition(
                self._registry, ready.released, ready.checked, number, edition
            )
        except FindingsError as problem:
            raise FindingsError(not_made(problem)) from problem
        lacking = [one for file in documents for one in self._printable(_name(file), file.data)]
        if lacking:
            raise FindingsError(tuple(lacking))
        self._state = state
        return _PreparedRecord(
            candidate=candidate,
            number=number,
            new_event=self._new_event(ready, number, edition, documents),
        )

    def _require_unique(self, ready: Ready) -> None:
        # Somebody else may have issued one since the batch was checked; that no two of
        # the batch share the key is seen there.
        found = not_unique(self._registry, ready.released.form, ready.checked.names)
        if found:
            raise FindingsError(tuple(found))

    def _new_event(
        self,
        ready: Ready,
        number: RecordNumber,
        edition: EditionFacts,
        documents: tuple[NewFile, ...],
    ) -> NewEvent:
        draft, release = ready.checked.draft, ready.released.release
        directory = number.directory
        record = NewFile(
            path=f"{directory}/{RECORD_NAME}",
            data=canonical.encode(draft.to_json()),
            media_type=JSON_TYPE,
        )
        return NewEvent(
            facts=RecordIssued(
                rules=self._registry.policy.rules_named,
                edition=edition,
                under=FormRevision(
                    form=release.number, revision=release.revision, digest=release.digest
                ),
                record_digest=ready.digest,
            ),
            subject=str(number),
            directory=directory,
            files=(record, *documents),
            relied_on=self._registry.control.checkpoint,
            renderer=RENDERER_VERSION,
        )

    def seal(self, prepared: Sequence[_PreparedRecord]) -> list[Issued]:
        """Seal what was prepared in the volume; durable on return."""
        new_events = self._concealed(prepared)
        files: dict[str, tuple[SealedFile, ...]] = {}
        if new_events:
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
                sealed=one.new_event.files[0].data,
                draft=one.candidate.ready.checked.draft,
                names=one.candidate.ready.checked.names,
            )
            for one in prepared
            if one.new_event is not None and one.candidate.ready is not None
        ]
        with suppress(RmdocsError):
            self._registry.catalogue.enter(self._volume, before, issued)

    def _concealed(self, prepared: Sequence[_PreparedRecord]) -> list[NewEvent]:
        """Return the events as they are sealed; the keys of those encrypted are on disk first."""
        new_events = []
        for one in prepared:
            if one.new_event is None or one.candidate.ready is None:
                continue
            if one.candidate.ready.released.form.access.destroyable:
                key = self._registry.vault().make(one.number)
                new_events.append(concealed(one.new_event, key, 1))
            else:
                new_events.append(one.new_event)
        if self._registry.store.vault is not None:
            self._registry.store.vault.sync()
        return new_events


def _name(file: NewFile) -> str:
    return file.path.rpartition("/")[2]
