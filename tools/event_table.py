"""Writes the kinds of events into docs/architecture.md; a test holds them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from rmdocs.events import control, copies, keys, records
from rmdocs.events.facts import CONCEALED, NULL, EventFacts, Group, facts_of
from rmdocs.events.kinds import KINDS
from rmdocs.messages import Language

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- kinds of events: make cli-docs -->\n", "<!-- end of kinds -->\n"


def table() -> str:
    """Return the tables: what is in common of acts on records is told once."""
    common = _facts(records.OnRecord)
    return "\n".join(
        (
            "",
            "On a record; each may also say " + ", ".join(common).replace("?", "") + ":",
            "",
            *_rows((records,), common),
            "",
            "On control:",
            "",
            *_rows((control, copies, keys), ()),
            "",
        )
    )


def _rows(modules: Iterable[ModuleType], common: Iterable[str]) -> Iterator[str]:
    names = {module.__name__ for module in modules}
    yield "| kind | told as | facts |"
    yield "|---|---|---|"
    for kind in KINDS:
        if kind.__module__ in names:
            facts = ", ".join(fact for fact in _facts(kind) if fact not in common)
            yield f"| `{kind.KIND}` | {kind.TOLD.text(Language.EN)} | {facts} |"


def _facts(kind: type[EventFacts | Group]) -> list[str]:
    """Return the facts of a kind: ? where one may be missing, * where it is concealed."""
    told = []
    for fact in facts_of(kind):
        concealed = CONCEALED in fact.marks
        missing = fact.optional and NULL not in fact.marks and not concealed
        marks = ("?" if missing else "") + ("\\*" if concealed else "")
        told += [f"`{name}`{marks}" for name in fact.names]
    return told


def page(text: str) -> str:
    """Return the page with the tables as they are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
