"""Whether all that was asked for lies in a pack: by the sample that it names, and by a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import WordlessAnswer
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError, why
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import DocumentNumber, RecordNumber, UnitCode
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.registers.lists.auditwork import sample_key
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.store.protocol import CONTROL_REF, EVENTS_NAME, ledger_origin
from rmdocs.workspace import auditwork
from rmdocs.workspace.auditpack import RECORDS, SAMPLE, Packing
from rmdocs.workspace.places import PACK_CHECKPOINTS

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace

CLAUSE = "ISO 15489-1 §5.2.2.3"
ASK = message("ask whoever gave out the pack for an unaltered one")
_KINDS = {"form": message("form"), "unit": message("unit"), "quarter": message("quarter")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSample(WordlessAnswer):
    """What a pack says of the sample that its records are, of which nothing is proved.

    :param seed: that decided which ones. :param count: how many were asked for of each kind.
    :param form: only records of it; empty for all. :param unit: likewise.
    :param quarter: likewise. :param by: what makes kinds: form, unit, quarter.
    :param strata: of each kind, how many records it was taken from, and the numbers taken.
    :param taken: how many records were taken. :param population: from how many.
    """

    TOLD: ClassVar = ("seed", "count", "form", "unit", "quarter", "by", "taken", "population")
    seed: str
    count: int
    form: str
    unit: str
    quarter: str
    by: tuple[str, ...]
    strata: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers that were taken, of whatever kind."""
        return tuple(number for _, taken in self.strata for number in taken)

    @property
    def taken(self) -> int:
        """Return how many were taken, of whatever kind."""
        return len(self.numbers)

    @property
    def population(self) -> int:
        """Return from how many they were taken."""
        return sum(population for population, _ in self.strata)

    def told(self, packed: int) -> Text:
        """Return it as a sentence, of a pack with so many records."""
        values = {
            "packed": packed,
            "taken": self.taken,
            "population": self.population,
            "count": self.count,
            "seed": self.seed,
            "only": listed(one for one in (self.form, self.unit, self.quarter) if one)
            if self.form or self.unit or self.quarter
            else message("all forms, units and quarters"),
        }
        if self.by:
            return message(
                "the pack says: {packed} record(s) are in it, {taken} of them a sample of"
                " {population}, {count} of each {kinds}, of {only}, by the seed “{seed}”; compare"
                " it with what you asked for",
                kinds=listed(_KINDS.get(one, one) for one in self.by),
                **values,
            )
        return message(
            "the pack says: {packed} record(s) are in it, {taken} of them a sample of"
            " {population}, {count} being asked for, of {only}, by the seed “{seed}”; compare it"
            " with what you asked for",
            **values,
        )

    @property
    def is_by_its_seed(self) -> bool:
        """Return whether of each kind so many are named as there are, in the order of the seed."""
        return all(
            len(taken) == min(self.count, population)
            and list(taken) == sorted(taken, key=lambda one: sample_key(self.seed, one))
            for population, taken in self.strata
        )


def sample_in(data: bytes | None) -> SaidSample | None:
    """Return the sample that a pack says it is of; None if it says nothing of one.

    :raises UsageError: if it cannot be read.
    """
    if data is None:
        return None
    try:
        said = canonical.decode(data)
        found = SaidSample(
            **{name: said[name] for name in ("seed", "count", "form", "unit", "quarter")},
            by=tuple(said["by"]),
            strata=tuple(
                (one["population"], tuple(record["number"] for record in one["records"]))
                for one in said["strata"]
            ),
        )
        texts = (found.seed, found.form, found.unit, found.quarter, *found.by, *found.numbers)
        counts = (found.count, *(population for population, _ in found.strata))
        sound = all(type(one) is str for one in texts) and all(type(one) is int for one in counts)
    except (FindingsError, KeyError, TypeError):
        sound = False
    if not sound:
        raise UsageError(
            message("it is no pack of rmdocs audit pack: {name} cannot be read", name=SAMPLE), ASK
        )
    return found


def unsampled(sample: SaidSample | None, numbers: Sequence[RecordNumber]) -> Iterator[Finding]:
    """Yield what of its own sample a pack lacks, or does not tell as its seed takes it."""
    if sample is None:
        return
    there = set(map(str, numbers))
    for number in sample.numbers:
        if number not in there:
            told = message("the record is one of the sample, and is not in the pack")
            yield missing(number, told)
    if not sample.is_by_its_seed:
        told = message("the sample that it names is not the one that its seed takes")
        yield error("PACK-SAMPLE", SAMPLE, told, ASK, clause=CLAUSE)


def absent(names: Sequence[str]) -> Iterator[Finding]:
    """Yield what every pack has, or every one of a sample, and this one has not."""
    there = {*names}
    of_sample = Packing.OF_SAMPLE if there & Packing.OF_SAMPLE.keys() else {}
    for name in (*Packing.PARTS, *of_sample):
        if name not in there:
            yield missing(name, message("every such pack has it, and it is missing"))


# Against the store ---------------------------------------------------------------


def held_against(
    workspace: Workspace,
    read: Callable[[str], bytes | None],
    numbers: Sequence[RecordNumber],
    sample: SaidSample | None,
) -> Iterator[Finding]:
    """Yield in what a pack is not what a store says, as it stood when the pack was made."""
    from rmdocs.audit.pins import compared, pins_in
    from rmdocs.registers.ledgerkeys import ledger_keys

    store = workspace.store
    try:
        pins = pins_in(
            (read(PACK_CHECKPOINTS) or b"").decode("utf-8", "replace"), message("the pack")
        )
    except UsageError as problem:
        yield wrong(PACK_CHECKPOINTS, why(problem))
        return
    yield from compared(store, pins, ledger_keys(store.require_head(CONTROL_REF))).findings
    sizes = {one.origin: one.size for one in pins}
    for number in numbers:
        yield from _acts_there(workspace, read, number, sizes)
    if sample is None:
        return
    wanted = auditwork.SampleWanted(
        count=sample.count,
        seed=sample.seed,
        form=DocumentNumber.parse(sample.form) if sample.form else None,
        unit=UnitCode.parse(sample.unit) if sample.unit else None,
        quarter=Quarter.parse(sample.quarter) if sample.quarter else None,
        by=sample.by,
    )
    there = set(map(str, numbers))
    taken = auditwork.sample(workspace, wanted, sizes)
    yield from taken.findings
    for one in taken.numbers:
        if one not in there:
            told = message("the store's sample by that seed has the record, and the pack has not")
            yield missing(one, told)


def _acts_there(
    workspace: Workspace,
    read: Callable[[str], bytes | None],
    number: RecordNumber,
    sizes: Mapping[str, int],
) -> Iterator[Finding]:
    """Yield which acts of a record a store has and a pack lacks, or has otherwise."""
    head = workspace.store.head(number.volume.ref)
    acts = head.events(number.directory) if head is not None else []
    if not acts:
        told = message("the store has no such record")
        yield wrong(f"{RECORDS}/{number}", told)
    size, since = sizes.get(ledger_origin(number.volume.ref), 0), 0
    for act in acts:
        name = f"{RECORDS}/{number}/{EVENTS_NAME}/{act.file_name}"
        data = read(name)
        if data is None and act.index >= size:
            since += 1
        elif data is None:
            yield missing(name, message("an act of the record is missing"))
        elif data != act.to_bytes():
            yield wrong(name, message("the store has another act there"))
    if since:
        yield warning(
            "PACK-SINCE",
            str(number),
            message("{count} act(s) were done on it since the pack was made", count=since),
            by_command(message("ask for what counts now"), f"rmdocs trace {number}"),
            clause=CLAUSE,
        )


def missing(place: str, reason: Text) -> Finding:
    """Return that something is not in a pack."""
    return error("PACK-MISSING", place, reason, ASK, clause=CLAUSE)


def wrong(place: str, reason: Text) -> Finding:
    """Return that something in a pack is not what was sealed."""
    return error("PACK-DOCUMENT", place, reason, ASK, clause=CLAUSE)
