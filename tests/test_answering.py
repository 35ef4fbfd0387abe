"""How answers are spelled in JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from rmdocs.answering import AMONG, IF_ANY, Answer, WordlessAnswer, called
from rmdocs.findings import Severity
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Language, Text, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(WordlessAnswer):
    TOLD: ClassVar = ("on", "twice")
    on: date
    count: int

    @property
    def twice(self) -> int:
        return 2 * self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    answer: Inner
    more: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(Answer):
    by: StaffNumber | None = field(metadata=called("from"))
    said: Text
    how: Severity
    roles: frozenset[str]
    inner: Inner | Keeper = field(metadata=AMONG)
    facts: dict[str, Any] = field(metadata=AMONG)
    paths: tuple[Path, ...]
    at: datetime
    cell: str = field(default="", metadata=IF_ANY)


INNER = Inner(on=date(2026, 1, 2), count=2)
OUTER = {
    "by": StaffNumber.parse("JN01-0101"),
    "said": message("nothing found"),
    "how": Severity.ERROR,
    "roles": frozenset({"b", "a"}),
    "facts": {"more": [1]},
    "paths": (Path("a/b"),),
    "at": datetime(2026, 1, 2, 3, tzinfo=UTC),
}


@pytest.mark.parametrize("inner", [INNER, Keeper(answer=INNER, more=b"")])
@pytest.mark.parametrize("cell", ["", "D7"])
def test_a_value_is_spelled_as_its_type_says_in_its_order(inner, cell):
    told = Outer(**OUTER, inner=inner, cell=cell).to_json(Language.ZH)
    assert list(told.items()) == [
        ("from", "JN01-0101"),
        ("said", message("nothing found").text(Language.ZH)),
        ("how", "error"),
        ("roles", ["a", "b"]),
        ("on", "2026-01-02"),
        ("twice", 4),
        ("more", [1]),
        ("paths", ["a/b"]),
        ("at", "2026-01-02T03:00:00+00:00"),
        *([("cell", "D7")] if cell else []),
    ]
    assert told["how"].__class__ is str


def test_what_has_sentences_is_not_told_without_a_language():
    @dataclass(frozen=True, kw_only=True)
    class Wrong(WordlessAnswer):
        said: Text

    with pytest.raises(TypeError):
        Wrong(said=message("nothing found")).to_json()
