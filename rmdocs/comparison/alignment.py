"""Which item of an old sequence became which of a new one.

Equal items are found first; between them, those most alike are paired, in
order. What the items are, and when two are alike, is the caller's affair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST_PAIRS = 40_000
"""Pairs that are compared at most between two equal items; beyond, order decides."""

_LEAST_ALIKE = 0.35
"""From here on two items are said to be one that changed."""

_LEAST_ALIKE_ALONE = 0.15
"""The same where each of the two has no other to be compared with."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What an item is aligned by.

    :param key: items with one key are the same.
    :param bag: what two items may have in common.
    :param kind: items of two kinds are never one.
    :param floor: how alike two items of a kind are before anything is compared.
    """

    key: Hashable
    bag: Counter[str]
    kind: str = ""
    floor: float = 0.0

    def likeness(self, other: Outline) -> float:
        """Return how alike two items are, from 0 to 1 (Sørensen–Dice)."""
        if self.kind != other.kind:
            return 0.0
        total = self.bag.total() + other.bag.total()
        common = 2 * (self.bag & other.bag).total() / total if total else 1.0
        return self.floor + (1 - self.floor) * common


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """An item of the old sequence and what it became; None where there is no such item."""

    old: T | None
    new: T | None

    @property
    def shown(self) -> T:
        """Return what the item became, or what it was if it is gone."""
        item = self.new if self.new is not None else self.old
        if item is None:
            reason = "a pair holds an old or a new item"
            raise ValueError(reason)
        return item


def align(old: Sequence[T], new: Sequence[T], outline: Callable[[T], Outline]) -> list[Pair[T]]:
    """Return all items of both sequences in order, what is gone before what is new."""
    first, second = [*map(outline, old)], [*map(outline, new)]
    matcher = SequenceMatcher(
        None, [item.key for item in first], [item.key for item in second], autojunk=False
    )
    pairs: list[Pair[T]] = []
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        before, after = old[old_start:old_end], new[new_start:new_end]
        if kind == "equal":
            pairs += [Pair(one, other) for one, other in zip(before, after, strict=True)]
        else:
            alike = [
                [one.likeness(other) for other in second[new_start:new_end]]
                for one in first[old_start:old_end]
                if len(before) * len(after) <= _MOST_PAIRS
            ]
            pairs += _between(before, after, alike)
    return pairs


def _between(old: Sequence[T], new: Sequence[T], alike: list[list[float]]) -> list[Pair[T]]:
    """Pair the most alike of two stretches that have no item in common.

    :param alike: how alike each old item is to each new one; empty if there
        are too many to compare.
    """
    if not alike:
        return [Pair(item, None) for item in old] + [Pair(None, item) for item in new]
    least = _LEAST_ALIKE_ALONE if len(old) == len(new) == 1 else _LEAST_ALIKE
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if alike[i][j] >= least:
                best[i][j] = max(best[i][j], alike[i][j] + best[i + 1][j + 1])
    pairs: list[Pair[T]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= least and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append(Pair(old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append(Pair(old[i], None))
            i += 1
        else:
            pairs.append(Pair(None, new[j]))
            j += 1
    pairs += [Pair(item, None) for item in old[i:]]
    return [*pairs, *(Pair(None, item) for item in new[j:])]
