"""What differs in what comes along with a form: the migration of records, the sample record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rmdocs.canonical import Json, JsonObject
from rmdocs.comparison.change import Area, Change, What, plain
from rmdocs.comparison.renames import Renames
from rmdocs.comparison.telling import became, comma
from rmdocs.comparison.titles import Titles
from rmdocs.findings import NOTHING
from rmdocs.forms.migration import Assign, Migration, Rename, Step
from rmdocs.messages import Text, Verbatim, message

_MOST_VALUES = 8
"""A sample that differs in more values is told by their fields alone."""


class Carried:
    """Tells what a revision does to records, and how its sample differs.

    :param old: the titles of the old revision's names, ``new`` those of the new one's.
    """

    def __init__(self, old: Titles, new: Titles, renames: Renames) -> None:
        self._old, self._new, self._renames = old, new, renames

    def migration(self, old: Migration | None, new: Migration | None) -> Iterator[Change]:
        """Yield what becomes of records of earlier revisions, if that is not as before."""
        if old == new:
            return
        place = message("records of earlier revisions")
        if new is None:
            sentence = message("Records of the earlier revision are carried over as they are.")
            yield Change(
                Area.MIGRATION, place, What.REMOVED, NOTHING, NOTHING, sentence, "migration"
            )
            return
        origins = comma(plain(str(revision)) for revision in new.origins)
        place = message("records of revision {revisions}", revisions=origins)
        if not new.steps:
            sentence = message("{records} are carried over as they are.", records=place)
            yield Change(
                Area.MIGRATION, place, What.CHANGED, NOTHING, NOTHING, sentence, "migration"
            )
        for number, step in enumerate(new.steps):
            told = self._step(step)
            sentence = message("{records}: {step}.", records=place, step=told)
            path = f"migration.steps[{number}]"
            yield Change(Area.MIGRATION, place, What.ADDED, NOTHING, told, sentence, path)

    def _step(self, step: Step) -> Text:
        if isinstance(step, Rename):
            name, to = (
                self._titled(self._old, str(step.place)),
                self._titled(self._new, str(step.to)),
            )
            return message("the value of {name} is kept as {to}", name=name, to=to)
        if not isinstance(step, Assign):
            return message("{name} is left behind", name=self._titled(self._old, str(step.place)))
        name = self._titled(self._new, str(step.place))
        value = self._old.expression(step.value.source)
        if step.default:
            return message("{name} becomes {value} where it is empty", name=name, value=value)
        if step.when is not None:
            condition = self._old.expression(step.when.source)
            return message(
                "{name} becomes {value} where {condition}; elsewhere nothing is set",
                name=name,
                value=value,
                condition=condition,
            )
        return message("{name} becomes {value}", name=name, value=value)

    def _titled(self, titles: Titles, name: str) -> Text:
        title = titles.title(name) or Verbatim(name)
        return message("“{title}” ({name})", title=title, name=name)

    def sample(self, old: JsonObject, new: JsonObject) -> Iterator[Change]:
        """Yield which values of the sample record differ."""
        before = {self._renames.path(path): value for path, value in _leaves(old)}
        after = dict(_leaves(new))
        differing = [
            path for path in dict.fromkeys([*before, *after]) if before.get(path) != after.get(path)
        ]
        place: Text = message("sample record")
        if len(differing) > _MOST_VALUES:
            # As a dictionary: fields of many entries are named once, in order.
            named = {repr(field): field for field in map(self._field, differing)}
            sentence = message(
                "The sample record has other values in {count} places: {fields}.",
                count=len(differing),
                fields=comma(named.values()),
            )
            yield Change(Area.SAMPLE, place, What.CHANGED, NOTHING, NOTHING, sentence)
            return
        for path in differing:
            place = message("sample record, {field}", field=self._field(path))
            values = plain(before.get(path, "")), plain(after.get(path, ""))
            yield from became(Area.SAMPLE, place, *values, path)

    def _field(self, path: str) -> Text:
        name = re.sub(r"\[[^\]]*\]", "", path.removeprefix("$."))
        return self._new.title(name) or self._old.title(name) or Verbatim(name)


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
