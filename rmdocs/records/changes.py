"""What an amendment changed: old and new value at each place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.canonical import Json, JsonObject
from rmdocs.schemas.paths import step


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a record that differs; null means absent."""

    path: str
    old: Json
    new: Json

    def to_json(self) -> JsonObject:
        """Return the change as JSON."""
        return {"path": self.path, "old": self.old, "new": self.new}


def changes(old: Json, new: Json, path: str = "$") -> tuple[Change, ...]:
    """Return where two records differ, in the order of the old one, then the new.

    A property that is null and one that is absent say the same.
    """
    return tuple(_changes(old, new, path))


def _changes(old: Json, new: Json, path: str) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _changes(old.get(key), new.get(key), step(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _changes(_at(old, index), _at(new, index), step(path, index))
    elif not _same(old, new):
        yield Change(path, old, new)


def _at(values: list[Json], index: int) -> Json:
    return values[index] if index < len(values) else None


def _same(old: Json, new: Json) -> bool:
    # In Python True equals 1; in a record it does not.
    return old == new and isinstance(old, bool) == isinstance(new, bool)
