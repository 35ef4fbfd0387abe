"""Documents as full as a form's schema lets them be, drawn from the desk without a store.

Rules judge what a record means, not how long it is: they are not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from rmdocs.beginning import SAMPLE
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import StageKey
from rmdocs.records.check import accepted
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.rendering.compiled import CompiledTemplate

ROOT = Path(__file__).parents[1]
NAMES = "阿卜杜热合曼·买买提依明㐂䶮𠮷虚构草原生态畜牧业综合开发与冷链物流配送股份有限公司"
RUN = "WMABCDEFGHIJ0123456789abcdefghij"
PIN = "123456·WMQG-WMQG-WMQG-WMQG-WMQG2"
UNIT = {"code": "JN01", "name": "济南示例支行", "full_name": "中国建设银行股份有限公司济南示例支行"}


def fullest(number: str, *, text: str, rows: int, many_lines: bool = False) -> bytes:
    """Return a document of a form with every text as long as its schema allows.

    :param text: what texts are made of. :param rows: how many entries lists have, if they may.
    :param many_lines: whether texts of several lines have as many as they can.
    """
    filling = _Filling(number, text, rows, many_lines)
    sample = json.loads((SAMPLE / f"{number}-JN01.json").read_bytes())
    files = read_desk(ROOT, DocumentNumber(number))
    form = Form.load(files)
    known = {one["stage"]: one["content"] for one in sample["stages"]}
    value = {**sample, "derived": {}}
    value["record"]["content"] = filling.of(filling.root, sample["record"]["content"])
    draft = RecordDraft.parse(value)
    assert form.schema.check(draft.content) == []
    stages = [
        (StageKey(name=name), filling.of(schema, known.get(name)))
        for name, schema in filling.root["$defs"].get("stages", {}).items()
        if name in known
    ]
    record = accepted(draft, form, UNIT, stages)
    facts = {"number": f"{number}-JN01-2026-0001", "edition": 2, "pin": PIN}
    context = template_context(record, form, issued_on=date(2026, 5, 1), **facts)
    return CompiledTemplate.compile(files.template).render(context)


class _Filling:
    """Fills what a schema describes; what is no free text stays as a sample has it."""

    def __init__(self, number: str, text: str, rows: int, many_lines: bool) -> None:  # noqa: FBT001
        self._schemas = {
            path.name: json.loads(path.read_bytes()) for path in (ROOT / "schemas").glob("*.json")
        }
        self._home = f"{number}.schema.json"
        self.root = self._schemas[self._home]
        self._text, self._rows, self._many = text, rows, many_lines
        self._serial = count()

    def of(self, schema: dict[str, Any], sample: Any, home: str = "") -> Any:
        """Return a value of a schema, in the form's file if ``home`` names no other."""
        home = home or self._home
        while "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#/")
            home = file or home
            found = self._schemas[home]
            for step in pointer.split("/"):
                found = found[step]
            schema = {**found, **{key: one for key, one in schema.items() if key != "$ref"}}
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0], sample, home)
        match schema.get("type"):
            case "object":
                known = sample or {}
                return {
                    name: self.of(one, known.get(name), home)
                    for name, one in schema["properties"].items()
                }
            case "array":
                return self._array(schema, sample or [None], home)
            case "string":
                return self._string(schema, sample)
            case "integer" | "number":
                return sample if sample is not None else schema.get("minimum", 0)
        choices = [schema["const"]] if "const" in schema else schema.get("enum", [True])
        return sample if sample in choices else choices[0]

    def _array(self, schema: dict[str, Any], sample: list[Any], home: str) -> list[Any]:
        length = min(self._rows, schema.get("maxItems", self._rows))
        if "enum" in schema["items"]:
            return list(schema["items"]["enum"])[: schema["maxItems"]]
        items = [self.of(schema["items"], sample[at % len(sample)], home) for at in range(length)]
        return items if not isinstance(sample[0], dict) or length >= len(sample) else sample

    def _string(self, schema: dict[str, Any], sample: str | None) -> str:
        pattern = schema.get("pattern", "")
        noted = not pattern and schema.get("maxLength", 0) > 100
        if not noted and "\\S" not in pattern:
            return sample or _FIXED[next(key for key in _FIXED if key in pattern)]
        return "".join(self._signs(schema["maxLength"], one_line=pattern.startswith("^")))

    def _signs(self, length: int, *, one_line: bool) -> Iterator[str]:
        mark = f"{next(self._serial):03d}"
        yield mark
        for at in range(length - len(mark)):
            broken = self._many and not one_line and at % 4 == 0 and at < length - 8
            yield "\n" if broken else self._text[at % len(self._text)]


_FIXED = {
    "^RXD": "RXD7200-04-JN01-2026-0001",
    "(19|2": "2026-05-20",
    "[01]": "09:30",
    "[A-Z]{2}": "JN01-0101",
    "": "0531-55510010",
}
"""What stands where no sample has anything, by a part of the pattern."""
