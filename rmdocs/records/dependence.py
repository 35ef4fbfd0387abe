"""What can still be judged of a record in which some values are wrong, and what a finding rests on.

A rule whose values are all sound is evaluated even while others are not, so
that whoever captured the record hears everything at once. A finding that rests on
nothing that an amendment changed is not the amendment's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rmdocs.findings import Finding
from rmdocs.forms.naming import names_in, rule_sources
from rmdocs.language.rules import Derivation, Rule
from rmdocs.schemas.fields import Steps, split
from rmdocs.schemas.wording import UNKNOWN

if TYPE_CHECKING:
    from rmdocs.forms.form import Form

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


def rests_on(finding: Finding, changed: Iterable[str], form: Form) -> bool:
    """Return whether a finding may be due to one of the places that were changed.

    A rule's finding rests on the values that the rule asks about, of a list that it
    goes through on the item it is of; one that no rule made rests on its own place.

    :param changed: paths, as findings have them.
    """
    place = split(finding.path) or ()
    rules = [rule for rule in form.rules if rule.code == finding.code]
    sources = [part.source for rule in rules for part in (rule.when, rule.require) if part]
    if form.unique is not None and form.unique.code == finding.code:
        sources += [part.source for part in (*form.unique.key, form.unique.replaces) if part]
    sources += [one.value.source for one in form.derived if ("derived", one.name) == place[:2]]
    through = [rule.each.source for rule in rules if rule.each is not None]
    if not sources:
        return any(_together(place, split(path) or ()) for path in changed)
    asked, gone_through = _asked(sources, form), _asked(through, form)
    for path in changed:
        steps = split(path) or ()
        name = tuple(step for step in steps if isinstance(step, str))
        if name[:1] != ("content",) or any(_related(name, other) for other in asked):
            return True
        of_list = any(_related(name, other) for other in gone_through)
        if of_list and (_together(place, steps) or not _other_item(place, steps)):
            return True
    return False


def _asked(sources: Iterable[str], form: Form) -> frozenset[Name]:
    """Return the names that expressions use, those that derived values are made of too."""
    asked: set[Name] = set()
    waiting = [name for source in sources for name in names_in(source)]
    while waiting:
        name = waiting.pop()
        if name in asked:
            continue
        asked.add(name)
        if name[0] == "derived":
            waiting += [
                other
                for one in form.derived
                if name[1:2] in {(), (one.name,)}
                for other in names_in(one.value.source)
            ]
    return frozenset(asked)


def _together(one: Steps, other: Steps) -> bool:
    """Return whether one place is the other or lies in it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _other_item(one: Steps, other: Steps) -> bool:
    """Return whether two places lie in different items of one list."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return isinstance(left, int) and isinstance(right, int)
    return False


def _uses(sources: Iterable[str], faulty: frozenset[Name]) -> bool:
    return bool(faulty) and any(
        _related(name, bad) for source in sources for name in names_in(source) for bad in faulty
    )


def _related(one: Name, other: Name) -> bool:
    """Return whether one name is the other or leads through it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
