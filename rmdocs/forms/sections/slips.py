"""What is torn off a document and comes back by itself (回执联)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.forms.differences import Aspect, Change, RevisionTerms
from rmdocs.forms.section import (
    Manifest,
    Section,
    both,
    duplicates,
    list_of,
    table_of,
    text,
    value,
)
from rmdocs.forms.tomltables import TomlTable
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema

ORIGINAL = "original"
"""What expressions call the signed original; no slip is called that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A part of the document that is torn off and comes back by itself (回执联).

    It bears a code of its own; lengths are whole millimetres.

    :param name: what facts and expressions call it: ``receipt``.
    :param title: what the document calls it: 回执联.
    :param anchor: a text that is printed once in each document, beside the code.
    :param right: from the left edge of that text to the left edge of the code.
    :param down: from its lower edge to the upper edge of the code; negative is above.
    """

    name: str
    title: Bilingual
    anchor: str
    right: int
    down: int


_CODE = table_of(
    {
        "anchor": text("定位文字", "A text that the document prints once, beside the code"),
        "right": value("integer", "右移（毫米）", "From its left edge to the code's, in mm"),
        "down": value("integer", "下移（毫米）", "From its lower edge to the code's upper one"),
    },
    title="二维码位置",
    english="Where the code of the slip stands",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipsSection(Section):
    """``[[slips]]``: what is torn off and comes back, in order."""

    table = "slips"
    schema = list_of(
        table_of(
            {
                "name": text("名称", "What expressions call it", examples=["receipt"]),
                "title": both("标题", "What the document calls it"),
                "code": _CODE,
            }
        ),
        title="回执联",
        english="What is torn off a document and comes back by itself",
    )

    slips: tuple[Slip, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return the slips, in order."""
        return cls(slips=tuple(map(_read, root.tables(cls.table))))

    def names(self) -> Mapping[str, Text]:
        """Return when each slip was filed, by the name expressions have for that."""
        return {
            f"filed.{slip.name}": message("day {slip} was filed", slip=slip.title)
            for slip in self.slips
        }

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield names that are used twice."""
        del manifest, schema
        yield from duplicates("slips[{}].name", (slip.name for slip in self.slips))

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the slips that came or went, what differs in each, and their order."""
        sides = (old.slips if old else (), new.slips if new else ())
        yield from telling.each("slips", sides, _place, _aspects)


def _aspects(was: Slip | None, now: Slip) -> Iterator[Aspect]:
    yield message("place of the code"), _position(was) if was else NOTHING, _position(now)


def _read(table: TomlTable) -> Slip:
    name = table.name()
    if name == ORIGINAL:
        table.note(
            "name",
            "FORM-VALUE",
            message("“{name}” stands for the signed original", name=name),
            message("give the slip another name, such as receipt"),
        )
    code = table.table("code")
    return Slip(
        name=name,
        title=table.bilingual("title"),
        anchor=code.text("anchor") if code is not None else "",
        right=code.whole("right") if code is not None else 0,
        down=code.whole("down") if code is not None else 0,
    )


def _place(slip: Slip) -> Text:
    return message("slip “{title}”", title=slip.title)


def _position(slip: Slip) -> Text:
    return message(
        "{right} mm right of and {down} mm below “{anchor}”",
        right=slip.right,
        down=slip.down,
        anchor=slip.anchor,
    )
