"""Holds the schemas against the official JSON Schema suite, given by its path.

Each case is read as a form's schema is. It agrees, or is refused by name; a case that
is read and judged otherwise is a fault, and so is any traceback.

    python tools/schema_suite.py PATH-OF-THE-SUITE [--list]
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding
from rmdocs.messages import Language
from rmdocs.schemas.schema import Schema
from rmdocs.schemas.soundness import unsound

_DRAFT = "draft2020-12"
_BY_DEFAULT = "is only an annotation by default"
AGREED, REFUSED, DISAGREED = "agreed", "refused by name", "disagreed"
ASSERTED = "format held to, as the optional tests have it"
OUTCOMES = (AGREED, REFUSED, ASSERTED, DISAGREED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one test of the suite.

    :param said: why it was refused, or what disagrees.
    """

    place: str
    outcome: str
    said: str = ""


def verdicts(suite: Path) -> Iterator[Verdict]:
    """Yield what becomes of each test of draft 2020-12, the optional ones too."""
    folder = suite / "tests" / _DRAFT
    for file in sorted(folder.rglob("*.json")):
        name = file.relative_to(folder).as_posix()
        for case in json.loads(file.read_text("utf-8")):
            yield from _case(name, case)


def _case(name: str, case: dict[str, Any]) -> Iterator[Verdict]:
    place = f"{name}: {case['description']}"
    data = json.dumps(case["schema"]).encode()
    try:
        schema = Schema.load(data, {})
        refused = unsound(data, {})
    except FindingsError as problem:
        refused = list(problem.findings)
    if refused:
        said = _said(refused[0])
        for test in case["tests"]:
            yield Verdict(place=f"{place}: {test['description']}", outcome=REFUSED, said=said)
        return
    for test in case["tests"]:
        yield _judged(f"{place}: {test['description']}", schema, test)


def _judged(place: str, schema: Schema, test: dict[str, Any]) -> Verdict:
    try:
        value = canonical.decode(json.dumps(test["data"]))
    except FindingsError as problem:
        return Verdict(place=place, outcome=REFUSED, said=_said(problem.findings[0]))
    found = schema.check(value)
    if (not found) is test["valid"]:
        return Verdict(place=place, outcome=AGREED)
    if test["description"].endswith(_BY_DEFAULT):
        return Verdict(place=place, outcome=ASSERTED)
    said = "; ".join(one.message.text(Language.EN) for one in found) or "nothing found"
    return Verdict(place=place, outcome=DISAGREED, said=said)


def _said(first: Finding) -> str:
    return f"{first.code} {first.path}: {first.message.text(Language.EN)}"


def main() -> int:
    """Print the counts; with ``--list`` every test that does not agree."""
    suite = Path(sys.argv[1])
    found = list(verdicts(suite))
    counts = Counter(one.outcome for one in found)
    for one in found:
        if one.outcome == DISAGREED or ("--list" in sys.argv and one.outcome != AGREED):
            print(f"{one.outcome}: {one.place}: {one.said}")
    print(", ".join(f"{outcome}: {counts[outcome]}" for outcome in OUTCOMES))
    return 1 if counts[DISAGREED] else 0


if __name__ == "__main__":
    sys.exit(main())
