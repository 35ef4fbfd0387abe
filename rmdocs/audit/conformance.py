"""Clauses of standards, what meets each, and what of the four properties a verification looked at.

The clauses are data (``conformance.toml``): what each asks in our own words, whether it is met, by
which commands, by which codes of findings a breach is named, and which tests show it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmdocs.classes import dataclass
from rmdocs.findings import Severity
from rmdocs.messages import Bilingual, Called, Text, message

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
class PropertyVerified:
    """What a verification says of one of the four properties.

    :param looked_at: what was looked at. :param not_looked_at: what only more would look at.
    :param errors: how many findings say that it is not so.
    """

    property: RecordProperty
    looked_at: tuple[Text, ...]
    not_looked_at: tuple[Text, ...]
    errors: int


def properties_of(found: Verification) -> tuple[PropertyVerified, ...]:
    """Return what a verification looked at of each property, and how many errors it found there.

    A finding counts for each property that its code is mapped to; one of no clause counts for
    integrity, so that none is left out.
    """
    mapped: dict[str, set[RecordProperty]] = {}
    for one in clauses():
        for code in one.codes if one.property is not None else ():
            mapped.setdefault(code, set()).add(one.property or RecordProperty.INTEGRITY)
    errors = dict.fromkeys(RecordProperty, 0)
    for finding in found.findings:
        if finding.severity is Severity.ERROR:
            for each in mapped.get(finding.code, {RecordProperty.INTEGRITY}):
                errors[each] += 1
    return tuple(
        PropertyVerified(
            property=one,
            looked_at=tuple(told for told, asked in _LOOKED[one] if _was(found, asked)),
            not_looked_at=(
                *(told for told, asked in _LOOKED[one] if not _was(found, asked)),
                *_passed_over(found, one),
            ),
            errors=errors[one],
        )
        for one in RecordProperty
    )


def _passed_over(found: Verification, one: RecordProperty) -> Iterator[Text]:
    """Yield what a verification that looked at a property did not look at of all there is."""
    if found.skipped:
        yield message("the {count} act(s) that were verified before", count=found.skipped)
    judged = any(asked == "contents" for _, asked in _LOOKED[one])
    if judged and found.contents and found.unread:
        yield message("the content of {count} edition(s) that cannot be read", count=found.unread)


def _was(found: Verification, asked: str) -> bool:
    known = {
        "contents": found.contents,
        "renditions": found.renditions,
        "outside": found.all_pinned,
        "never": False,
    }
    return known.get(asked, True)


_LOOKED: Mapping[RecordProperty, tuple[tuple[Text, str], ...]] = {
    RecordProperty.AUTHENTICITY: (
        (message("the signature of each act, and whose key that was then"), ""),
        (message("roles, units and approvals, by what ruled at the time"), ""),
        (message("what each record says, by its form of then"), "contents"),
        (message("electronic signatures, and the codes of scans"), "renditions"),
        (
            message("whether somebody else used a person's key, and the clock of the machine"),
            "never",
        ),
    ),
    RecordProperty.INTEGRITY: (
        (
            message("the SHA-256 of each sealed file, and the tree and checkpoint of each ledger"),
            "",
        ),
        (message("numbers, volumes, closing statements; nothing missing, nothing too many"), ""),
        (message("a history written anew, cut or set back by somebody with every key"), "outside"),
    ),
    RecordProperty.USABILITY: (
        (message("whether each event and file can be read"), ""),
        (message("each document, made again from its record"), "contents"),
        (message("each PDF and scan, read again"), "renditions"),
    ),
    RecordProperty.SECURITY: (
        (message("settings and programs around the store that git would obey"), ""),
        (message("revoked and ended keys, and disposals without approval"), ""),
        (message("viruses, media, and who can log in to the machine"), "never"),
    ),
}
"""What is looked at of each property, and what must be asked for it; empty for always."""
