"""Clauses of standards, what meets each, and what of the four properties a verification looked at.

The clauses are data (``conformance.toml``): what each asks in our own words, whether it is met, by
which commands, by which codes of findings a breach is named, and which tests show it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Severity
from rmdocs.messages import Bilingual, Called, Text, by_command, listed, message

if TYPE_CHECKING:
    from rmdocs.audit.verify import Verification

_CLAUSES = Path(__file__).with_name("conformance.toml")


class Conformance(Called):
    """Whether a clause is met."""

    MET = "met", message("met")
    PART = "part", message("met in part")
    BRANCH = "branch", message("left to the branch")
    NOT_MET = "not_met", message("not met")


class RecordProperty(Called):
    """What an archive's records must be (GB/T 18894, DA/T 70: 四性)."""

    AUTHENTICITY = "authenticity", message("authenticity")
    INTEGRITY = "integrity", message("integrity")
    USABILITY = "usability", message("usability")
    SECURITY = "security", message("security")


class ArchiveStage(Called):
    """When records are tested for them (DA/T 70)."""

    CAPTURE = "capture", message("archiving")
    HANDOVER = "handover", message("handing over and receiving")
    KEEPING = "keeping", message("long keeping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard or law.

    :param numbers: whether the numbers of its clauses were held against its text.
    """

    id: str
    title: Bilingual
    numbers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What one clause asks, and what meets it.

    :param clause: its number, or what it is about where numbers are not sure.
    :param asks: in our own words. :param how: what meets it, what is lacking, or whose it is.
    :param commands: that do it. :param codes: of findings by which a breach is named.
    :param tests: node ids of pytest that show it.
    :param property: which of the four it is about; None if of no single one.
    :param stages: at which it is tested.
    """

    of: str
    clause: str
    asks: Bilingual
    status: Conformance
    how: Bilingual
    commands: tuple[str, ...]
    codes: tuple[str, ...]
    tests: tuple[str, ...]
    property: RecordProperty | None
    stages: tuple[ArchiveStage, ...]


@cache
def standards() -> tuple[Standard, ...]:
    """Return the standards, in the order in which they are told."""
    return tuple(
        Standard(id=one["id"], title=Bilingual(**one["title"]), numbers=one["numbers"])
        for one in _data()["standards"]
    )


@cache
def clauses() -> tuple[Clause, ...]:
    """Return the clauses of all standards."""
    return tuple(map(_clause, _data()["clauses"]))


def _clause(one: Mapping[str, Any]) -> Clause:
    return Clause(
        of=one["of"],
        clause=one["clause"],
        asks=Bilingual(**one["asks"]),
        status=Conformance(one["status"]),
        how=Bilingual(**one["how"]),
        commands=tuple(one.get("commands", ())),
        codes=tuple(one.get("codes", ())),
        tests=tuple(one.get("tests", ())),
        property=RecordProperty(one["property"]) if "property" in one else None,
        stages=tuple(map(ArchiveStage, one.get("stages", ()))),
    )


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(_CLAUSES.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLookedAt(Answer):
    """One thing that a verification looked at for a property.

    :param what: it is. :param amount: how much of it; empty where it is not counted.
    """

    what: Text
    amount: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTold(Answer):
    """How often a code was told.

    :param code: that a finding bears. :param severity: ``error`` or ``warning``.
    :param count: of the findings with this code.
    """

    code: str
    severity: Severity
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyVerified(Answer):
    """What a verification says of one of the four properties.

    :param property: which one.
    :param looked_at: what was looked at. :param not_looked_at: what only more would look at.
    :param errors: how many findings say that it is not so.
    :param told: the codes of all findings that it concerns, and how often each was told.
    """

    property: RecordProperty
    looked_at: tuple[PartLookedAt, ...]
    not_looked_at: tuple[Text, ...]
    errors: int
    told: tuple[CodeTold, ...]


def properties_of(found: Verification) -> tuple[PropertyVerified, ...]:
    """Return what a verification looked at of each property, and what it found there."""
    told: dict[RecordProperty, Counter[tuple[str, Severity]]]
    told = {one: Counter() for one in RecordProperty}
    for finding in found.findings:
        for each in properties_of_code(finding.code):
            told[each][finding.code, finding.severity] += 1
    return tuple(
        PropertyVerified(
            property=one,
            looked_at=tuple(
                PartLookedAt(what=part.what, amount=_amount(found, part.counted))
                for part in _PARTS[one]
                if _was(found, part)
            ),
            not_looked_at=(
                *(_left_out(part) for part in _PARTS[one] if not _was(found, part)),
                *_passed_over(found, one),
            ),
            errors=sum(
                count for (_, severity), count in told[one].items() if severity is Severity.ERROR
            ),
            told=tuple(
                CodeTold(code=code, severity=severity, count=count)
                for (code, severity), count in sorted(told[one].items())
            ),
        )
        for one in RecordProperty
    )


def properties_of_code(code: str) -> frozenset[RecordProperty]:
    """Return the properties that a finding concerns: those of the clauses that name its code.

    What cannot be read may be another thing than was sealed, and counts for integrity as well.
    One that no clause names counts by what such codes are about, else for integrity, so that
    none is left out.
    """
    named = {one.property for one in clauses() if one.property is not None and code in one.codes}
    if code.endswith("-UNREADABLE"):
        named |= {RecordProperty.INTEGRITY, RecordProperty.USABILITY}
    if named:
        return frozenset(named)
    begun = code.partition("-")[0]
    return frozenset(
        {
            next(
                (one for one, words in _ABOUT.items() if {begun, code} & words),
                RecordProperty.INTEGRITY,
            )
        }
    )


_ABOUT: Mapping[RecordProperty, frozenset[str]] = {
    RecordProperty.AUTHENTICITY: frozenset(
        {
            *(
                "ACTOR",
                "APPROVAL",
                "COMMIT",
                "CONFIRMATION",
                "ENTRY",
                "EVENT-AHEAD",
                "FOUNDER",
                "KEY",
            ),
            *(
                "MACHINE",
                "PIN",
                "POLICY",
                "RELEASE",
                "RELIED",
                "RENDITION",
                "REQUEST",
                "REVOCATION",
            ),
            *("SCAN", "SIG", "SIGN", "SOD", "STAFF", "STAMP"),
        }
    ),
    RecordProperty.SECURITY: frozenset({"DISPOSED", "STORE"}),
}
"""With which word codes begin that are about a property."""


def _lost(found: Verification) -> int:
    """Return how many sealed files there was nothing of to look at."""
    return sum(one.code in {"FILE-MISSING", "FILE-UNREADABLE"} for one in found.findings)


def _amount(found: Verification, counted: str) -> Text:
    """Return how much of something was looked at; nothing where it is not counted."""
    acts = message("{count} act(s)", count=sum(one.judged for one in found.ledgers))
    files = message("{count} sealed file(s)", count=found.files - _lost(found))
    ledgers = message("{count} ledger(s)", count=len(found.ledgers))
    amounts: Mapping[str, Text] = {
        "acts": acts,
        "acts and files": listed((acts, files)),
        "files and ledgers": listed((files, ledgers)),
        "volumes": message("{count} volume(s)", count=found.volumes),
        "documents": message("{count} document(s)", count=found.documents),
        "renditions": message("as sealed by {count} act(s)", count=found.judged_renditions),
        "held": message(
            "{ledgers} of {of_ledgers} ledger(s), {acts} of {of_acts} act(s)",
            ledgers=found.pinned,
            of_ledgers=found.volumes + 1,
            acts=found.held,
            of_acts=found.events,
        ),
    }
    return amounts.get(counted, NOTHING)


def _passed_over(found: Verification, one: RecordProperty) -> Iterator[Text]:
    """Yield what a verification that looked at a property did not look at of all there is."""
    if found.skipped:
        yield message("the {count} act(s) that were verified before", count=found.skipped)
    if found.only_year is not None:
        yield message("records of other years, which the bundle of a year does not hold")
    if _lost(found) and one in {RecordProperty.INTEGRITY, RecordProperty.USABILITY}:
        yield message("{count} sealed file(s) that are lost or damaged", count=_lost(found))
    asked = {part.asked for part in _PARTS[one]}
    if "contents" in asked and found.contents and found.unread:
        yield message("the content of {count} edition(s) that cannot be read", count=found.unread)
    if "held" in asked and found.pinned:
        yield from _not_held(found)


def _not_held(found: Verification) -> Iterator[Text]:
    """Yield what of the ledgers nothing outside tells of, where it tells of some."""
    if not found.all_pinned:
        yield by_command(
            message(
                "the same of {count} ledger(s) that were held against nothing",
                count=found.volumes + 1 - found.pinned,
            ),
            "rmdocs verify --against WHAT",
        )
    beyond = [one.events - one.held for one in found.ledgers if one.held]
    if any(beyond):
        yield message(
            "the same of the last {count} act(s) of {ledgers} ledger(s), which came after what"
            " these were held against",
            count=sum(beyond),
            ledgers=sum(map(bool, beyond)),
        )


def _was(found: Verification, part: _Part) -> bool:
    known = {
        "contents": found.contents,
        "renditions": found.renditions,
        "held": found.pinned > 0,
        "surroundings": found.only_year is None,
        "never": False,
    }
    return known.get(part.asked, True)


def _left_out(part: _Part) -> Text:
    """Return what was not looked at, and the option by which it would be."""
    option = _OPTIONS.get(part.asked)
    return part.what if option is None else by_command(part.what, f"rmdocs verify {option}")


_OPTIONS: Mapping[str, str] = {
    "contents": "--contents",
    "renditions": "--renditions",
    "held": "--against WHAT",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Something that is looked at of a property.

    :param asked: what must be asked for it; empty for always. :param counted: of what.
    """

    what: Text
    asked: str = ""
    counted: str = ""


_PARTS: Mapping[RecordProperty, tuple[_Part, ...]] = {
    RecordProperty.AUTHENTICITY: (
        _Part(
            what=message("the signature of each act, and whose key that was then"), counted="acts"
        ),
        _Part(
            what=message("roles, units and approvals, by what ruled at the time"), counted="acts"
        ),
        _Part(
            what=message("what each record says, by its form of then"),
            asked="contents",
            counted="documents",
        ),
        _Part(
            what=message("electronic signatures, and the codes of scans"),
            asked="renditions",
            counted="renditions",
        ),
        _Part(
            what=message("whether somebody else used a person's key, and the clock of the machine"),
            asked="never",
        ),
    ),
    RecordProperty.INTEGRITY: (
        _Part(
            what=message(
                "the SHA-256 of each sealed file, and the tree and checkpoint of each ledger"
            ),
            counted="files and ledgers",
        ),
        _Part(
            what=message("numbers, volumes, closing statements; nothing missing, nothing too many"),
            counted="volumes",
        ),
        _Part(
            what=message("a history written anew, cut or set back by somebody with every key"),
            asked="held",
            counted="held",
        ),
    ),
    RecordProperty.USABILITY: (
        _Part(what=message("whether each event and file can be read"), counted="acts and files"),
        _Part(
            what=message("each document, made again from its record"),
            asked="contents",
            counted="documents",
        ),
        _Part(
            what=message("each PDF and scan, read again"), asked="renditions", counted="renditions"
        ),
    ),
    RecordProperty.SECURITY: (
        _Part(
            what=message("settings and programs around the store that git would obey"),
            asked="surroundings",
        ),
        _Part(
            what=message("revoked and ended keys, and disposals without approval"), counted="acts"
        ),
        _Part(what=message("viruses, media, and who can log in to the machine"), asked="never"),
    ),
}
"""What is looked at of each property."""
