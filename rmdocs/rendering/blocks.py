"""How the tags of a part nest: what opens, what closes, and around which XML.

A block that begins in one cell or row and ends in another, or removes a
paragraph at one end and a row at the other, would tear the document.
"""

from __future__ import annotations

from collections.abc import Sequence

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.tags import Place, Tag

_OPENING = frozenset({"if", "for", "with", "macro", "call", "filter", "raw"})
_MIDDLE = {"else": ("if", "for"), "elif": ("if",)}


def opens(tag: Tag) -> bool:
    """Return whether ``tag`` needs an end tag."""
    return tag.word in _OPENING or (tag.word == "set" and "=" not in tag.rest)


class Nesting:
    """The blocks of one part: their mistakes, and a source that nests all the same.

    :ivar findings: what is wrong.
    :ivar repaired: the tags with the text that makes them nest: an end tag
        that is missing comes first, a tag that closes nothing is left out.
    """

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.findings: list[Finding] = []
        self.repaired: list[tuple[Tag, str]] = []
        self._open: list[Tag] = []
        for tag in tags:
            self._take(tag)
        self.closing = "".join(self._abandon() for _ in tuple(self._open))

    def _take(self, tag: Tag) -> None:
        word, before = tag.word, ""
        if opens(tag):
            self._open.append(tag)
        elif word in _MIDDLE:
            if not self._open or self._open[-1].word not in _MIDDLE[word]:
                self._stray(tag, " / ".join(_MIDDLE[word]))
                return
            self._compare(self._open[-1], tag)
        elif word.startswith("end"):
            wanted = word.removeprefix("end")
            if all(opened.word != wanted for opened in self._open):
                self._stray(tag, wanted)
                return
            while self._open[-1].word != wanted:
                before += self._abandon()
            self._compare(self._open.pop(), tag)
        self.repaired.append((tag, before))

    def _abandon(self) -> str:
        """Note that the innermost open tag has no end; return the end it needs."""
        tag = self._open.pop()
        self.findings.append(
            tag.finding(
                "TEMPLATE-BLOCK",
                message("{tag} has no end{word}", tag=tag.raw, word=tag.word),
                message("add {{% end{word} %}} where the part it governs ends", word=tag.word),
            )
        )
        return f"{{% end{tag.word} %}}"

    def _stray(self, tag: Tag, wanted: str) -> None:
        self.findings.append(
            tag.finding(
                "TEMPLATE-BLOCK",
                message("{tag} belongs to no open {word}", tag=tag.raw, word=wanted),
                message("add the opening tag, or delete this one"),
            )
        )

    def _compare(self, first: Tag, last: Tag) -> None:
        """Note a finding if the two ends of a block do not enclose whole elements."""
        if first.level == last.level and _holder(first) is _holder(last):
            return
        self.findings.append(
            last.finding(
                "TEMPLATE-TORN",
                message(
                    "{last} and {first} stand in different cells or tables, or at different levels",
                    first=first.raw,
                    last=last.raw,
                ),
                message("make both ends alike: both {%p, both {%tr, both {%tc or both plain"),
            )
        )


def _holder(tag: Tag) -> Place | None:
    """Return what must hold both ends: a row's table, a cell's row, else the cell."""
    place = tag.paragraph.place
    outer = place.enclosing(tag.level) if tag.level in {"tr", "tc"} else None
    return outer.parent if outer else place
