"""Which field of the old revision goes by which name in the new one.

The migration of the new revision says so; where it does not, a field that is
gone and one that is new beside it are taken for one if they look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property

from rmdocs.comparison.properties import Property
from rmdocs.forms.migration import Migration, Rename

_LEAST_ALIKE = 0.6
"""From here on two names are taken for one, written otherwise."""


class Renames:
    """From the names of the old revision to those of the new one.

    :param names: dotted names, items as ``[]``: ``content.guarantors[].phone``.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(sorted(names.items(), key=lambda pair: -len(pair[0])))

    def of(self, name: str) -> str:
        """Return what a name of the old revision became; itself if it stayed."""
        for old, new in self._names.items():
            if name == old or name.startswith((f"{old}.", f"{old}[")):
                return new + name[len(old) :]
        return name

    def path(self, path: str) -> str:
        """Return what a JSON path became; an index in it stays."""
        start, rest = path[:2], path[2:]
        plain = re.sub(r"\[[^\]]*\]", "[]", rest)
        if self.of(plain) == plain:
            return path
        indices = iter(re.findall(r"\[[^\]]*\]", rest))
        return start + re.sub(r"\[\]", lambda _: next(indices, "[]"), self.of(plain))

    def applied(self, source: str) -> str:
        """Return an expression or a tag with the new names in place of the old ones."""
        return self._pattern.sub(lambda found: self._written[found[0]], source)

    @cached_property
    def _written(self) -> dict[str, str]:
        return {old.replace("[]", ""): new.replace("[]", "") for old, new in self._names.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, self._written)) or r"(?!)"
        return re.compile(rf"(?<![\w.])(?:{names})(?!\w)")


def renames(
    old: Mapping[str, Property], new: Mapping[str, Property], migration: Migration | None
) -> Renames:
    """Return which field became which, of those that did not keep their names.

    :param old: the properties of the old revision by path, ``new`` likewise.
    """
    steps = migration.steps if migration is not None else ()
    said = {str(step.place): str(step.to) for step in steps if isinstance(step, Rename)}
    known = Renames(said)
    before = {known.of(item.name): item for item in old.values()}
    names = {item.name for item in new.values()}
    gone = [(name, item) for name, item in before.items() if name not in names]
    added = [item for item in new.values() if item.name not in before]
    return Renames({**dict(_alike(gone, added)), **said})


def _alike(
    gone: Iterable[tuple[str, Property]], added: Iterable[Property]
) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for name, item in gone:
        beside = [
            other
            for other in added
            if other.parent.removeprefix("$.") == name.rpartition(".")[0]
            and other.path not in taken
            and other.field.kind is item.field.kind
            and not item.path.endswith("[]")
        ]
        best = max(beside, key=lambda other: _likeness(item, other), default=None)
        if best is not None and _likeness(item, best) >= _LEAST_ALIKE:
            taken.add(best.path)
            yield item.name, best.name


def _likeness(old: Property, new: Property) -> float:
    """Return how much two fields look like one: by title first, then by name and limits."""
    if old.title == new.title:
        return 1.0
    names = SequenceMatcher(None, old.field.name, new.field.name).ratio()
    titles = SequenceMatcher(None, old.title, new.title).ratio()
    same = old.limits == new.limits and old.field.choices == new.field.choices
    return max(names, titles) if same else min(names, titles)
