"""What differs in the sample record that comes along with a form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import NOTHING
from rmdocs.forms.change import Area, Change, What, plain
from rmdocs.forms.differences import RevisionTerms, became, comma
from rmdocs.messages import Text, message

_MOST_VALUES = 8
"""A sample that differs in more values is told by their fields alone."""


def sample_changes(old: JsonObject, new: JsonObject, telling: RevisionTerms) -> Iterator[Change]:
    """Yield which values of the sample record differ."""
    before = {telling.renames.path(path): value for path, value in _leaves(old)}
    after = dict(_leaves(new))
    differing = [
        path for path in dict.fromkeys([*before, *after]) if before.get(path) != after.get(path)
    ]
    place: Text = message("sample record")
    if len(differing) > _MOST_VALUES:
        # As a dictionary: fields of many entries are named once, in order.
        named = {repr(field): field for field in (_field(one, telling) for one in differing)}
        sentence = message(
            "The sample record has other values in {count} places: {fields}.",
            count=len(differing),
            fields=comma(named.values()),
        )
        yield Change(
            area=Area.SAMPLE,
            place=place,
            what=What.CHANGED,
            old=NOTHING,
            new=NOTHING,
            sentence=sentence,
        )
        return
    for path in differing:
        place = message("sample record, {field}", field=_field(path, telling))
        values = plain(before.get(path, "")), plain(after.get(path, ""))
        yield from became(Area.SAMPLE, place, *values, path)


def _field(path: str, telling: RevisionTerms) -> Text:
    return telling.titled(re.sub(r"\[[^\]]*\]", "", path.removeprefix("$.")))


def _leaves(sample: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield every value of a sample that is given, by its path in the record it makes."""
    record = sample.get("record")
    whole = {name: value for name, value in sample.items() if name not in ("record", "stages")}
    if isinstance(record, dict):
        whole |= {"record": {name: value for name, value in record.items() if name != "content"}}
        whole["content"] = record.get("content")
    yield from _below(whole, "$")
    stages = sample.get("stages")
    seen: Counter[str] = Counter()
    for entry in stages if isinstance(stages, list) else ():
        if isinstance(entry, dict):
            name = str(entry.get("stage"))
            turn = f"[{seen[name]}]" if seen[name] else ""
            seen[name] += 1
            yield from _below(entry.get("content"), f"$.stages.{name}{turn}")


def _below(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _below(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, f"{path}[{index}]")
    elif value is not None:
        yield path, str(value)
