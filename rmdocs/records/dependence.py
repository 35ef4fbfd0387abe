"""What can still be judged of a record in which some values are wrong.

A rule whose values are all sound is evaluated even while others are not, so
that whoever captured the record hears everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from rmdocs.findings import Finding
from rmdocs.forms.mentions import names_in, rule_sources
from rmdocs.rules.derived import Derivation
from rmdocs.rules.rule import Rule
from rmdocs.schemas.paths import split
from rmdocs.schemas.wording import UNKNOWN

Name = tuple[str, ...]
"""A dotted name part by part, without indices: ``("content", "contacts", "name")``."""


def faulty_names(findings: Iterable[Finding], stage: str = "") -> frozenset[Name]:
    """Return the names of the values that ``findings`` of a schema are about.

    :param stage: the stage whose content was checked; it is called ``stage``.
    """
    names: set[Name] = set()
    for finding in findings:
        # A property nobody knows harms no other value.
        if finding.code != UNKNOWN:
            steps = split(finding.path) or ()
            name = tuple(step for step in steps if isinstance(step, str))
            names.add(("stage", *name[2:]) if stage and name[:1] == ("stages",) else name)
    return frozenset(names)


def sound_derivations(
    derivations: Iterable[Derivation], faulty: frozenset[Name]
) -> tuple[list[Derivation], frozenset[Name]]:
    """Return the derivations that use no faulty value, and ``faulty`` with the others.

    One that is itself known to be faulty is not tried again.
    """
    sound: list[Derivation] = []
    for derivation in derivations:
        if ("derived", derivation.name) in faulty or _uses([derivation.value.source], faulty):
            faulty |= {("derived", derivation.name)}
        else:
            sound.append(derivation)
    return sound, faulty


def sound_rules(rules: Iterable[Rule], faulty: frozenset[Name]) -> list[Rule]:
    """Return the rules that use no faulty value."""
    return [rule for rule in rules if not _uses(rule_sources(rule), faulty)]


def _uses(sources: Iterable[str], faulty: frozenset[Name]) -> bool:
    return bool(faulty) and any(
        _related(name, bad) for source in sources for name in names_in(source) for bad in faulty
    )


def _related(one: Name, other: Name) -> bool:
    """Return whether one name is the other or leads through it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
