"""What differs in the fields of two revisions, and in their samples, in words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from rmdocs.canonical import Json, JsonObject
from rmdocs.findings import NOTHING
from rmdocs.forms.differences import (
    Area,
    Change,
    RevisionTerms,
    What,
    aspect_of,
    became,
    comma,
    listed,
    plain,
)
from rmdocs.forms.properties import LIMITS, Property
from rmdocs.forms.titles import Titles
from rmdocs.messages import Text, Verbatim, message
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.schemas.schema import STAGES

Properties = Mapping[str, Property]


class Fields:
    """Tells the differences between the fields of two revisions."""

    def __init__(self, telling: RevisionTerms) -> None:
        self._old, self._new, self._renames = telling.old, telling.new, telling.renames

    def changes(self, old: Properties, new: Properties) -> Iterator[Change]:
        """Yield a change for each field that came or went, and for each thing that differs."""
        before = {self._renames.path(path): item for path, item in old.items()}
        for path, item in new.items():
            if path in before:
                yield from self._changed(before[path], item)
            elif _holder(item) in before or _holder(item) not in new:
                yield self._added(item, new)
        for path, item in before.items():
            if path not in new and (_holder(item) not in old or self._stayed(_holder(item), new)):
                yield self._removed(item, old)

    def _stayed(self, path: str, new: Properties) -> bool:
        return self._renames.path(path) in new

    def _added(self, item: Property, new: Properties) -> Change:
        place = self._place(self._new, item)
        told = self._described(item, new)
        sentence = message("{field} was added: {described}.", field=place, described=told)
        return Change.added(Area.FIELDS, place, told, sentence, item.path)

    def _removed(self, item: Property, old: Properties) -> Change:
        place = self._place(self._old, item)
        told = self._described(item, old)
        sentence = message("{field} was removed ({described}).", field=place, described=told)
        return Change.removed(Area.FIELDS, place, told, sentence, item.path)

    def _place(self, titles: Titles, item: Property) -> Text:
        title = titles.title(item.name.removesuffix("[]")) or Verbatim(item.title)
        if item.parent == STAGES:
            return message("content of stage “{title}”", title=title)
        if item.path.endswith("[]"):
            return message("each entry of field “{title}”", title=title)
        return message("field “{title}”", title=title)

    def _described(self, item: Property, properties: Properties) -> Text:
        """Return what a field takes, in a few words."""
        said = [need_of(item.field), kind_of(item.field)]
        if item.field.choices:
            choices = comma(map(plain, item.field.choices))
            said.append(message("one of: {choices}", choices=choices))
        elif "pattern" not in item.limits:
            said += [limit(name, item.limits[name]) for name in LIMITS if name in item.limits]
        held = [other for other in properties.values() if _lies_in(other, item)]
        if held:
            titles = comma(plain(other.title) for other in held)
            said.append(message("with {fields}", fields=titles))
        return listed(said)

    def _changed(self, old: Property, new: Property) -> Iterator[Change]:
        place = self._place(self._new, new)
        if old.path != new.path and old.path.rpartition(".")[2] != new.path.rpartition(".")[2]:
            yield self._renamed(place, old, new)
        if not new.path.endswith("[]"):
            yield from _aspect(
                place,
                new.path,
                message("title of field “{title}”", title=plain(old.title)),
                (plain(old.title), plain(new.title)),
            )
        for aspect, before, after in _aspects(old, new):
            named = aspect_of(place, aspect)
            yield from _aspect(place, new.path, named, (before, after))
        yield from self._choices(place, old, new)
        if old.further != new.further:
            sentence = message(
                "{field}: further conditions in the schema changed; ask who wrote them.",
                field=place,
            )
            yield Change(
                area=Area.FIELDS,
                place=place,
                what=What.CHANGED,
                old=plain(old.further),
                new=plain(new.further),
                sentence=sentence,
                path=new.path,
            )

    def _renamed(self, place: Text, old: Property, new: Property) -> Change:
        sentence = message(
            "{field} has another name in template, rules and records: {new} (before {old}).",
            field=place,
            old=old.name,
            new=new.name,
        )
        return Change(
            area=Area.FIELDS,
            place=place,
            what=What.CHANGED,
            old=plain(old.name),
            new=plain(new.name),
            sentence=sentence,
            path=new.path,
        )

    def _choices(self, place: Text, old: Property, new: Property) -> Iterator[Change]:
        before, after = old.field.choices, new.field.choices
        if before == after:
            return
        for what, sentence in _choice_sentences(place, before, after):
            yield Change(
                area=Area.FIELDS,
                place=place,
                what=what,
                old=comma(map(plain, before)),
                new=comma(map(plain, after)),
                sentence=sentence,
                path=new.path,
            )


def _choice_sentences(
    place: Text, before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[What, Text]]:
    added = comma(plain(choice) for choice in after if choice not in before)
    gone = comma(plain(choice) for choice in before if choice not in after)
    if not after:
        yield (
            What.CHANGED,
            message("{field} may now hold anything, not only given choices.", field=place),
        )
    elif not before:
        sentence = message("{field} now takes only: {choices}.", field=place, choices=added)
        yield What.CHANGED, sentence
    elif sorted(before) == sorted(after):
        order = comma(map(plain, after))
        yield (
            What.MOVED,
            message(
                "{field}: its choices are now in the order {choices}.", field=place, choices=order
            ),
        )
    else:
        if set(after) - set(before):
            yield (
                What.ADDED,
                message("{field}: choices added: {choices}.", field=place, choices=added),
            )
        if set(before) - set(after):
            yield (
                What.REMOVED,
                message("{field}: choices removed: {choices}.", field=place, choices=gone),
            )


def _aspect(place: Text, path: str, aspect: Text, values: tuple[Text, Text]) -> Iterator[Change]:
    old, new = values
    if old == new:
        return
    sentence = message(
        "{aspect}: {new} (before: {old}).", aspect=aspect, old=_or_none(old), new=_or_none(new)
    )
    yield Change(
        area=Area.FIELDS,
        place=place,
        what=What.CHANGED,
        old=old,
        new=new,
        sentence=sentence,
        path=path,
    )


def _or_none(text: Text) -> Text:
    return message("none") if text == NOTHING else text


def _aspects(old: Property, new: Property) -> Iterator[tuple[Text, Text, Text]]:
    """Yield what may differ of a field, as it was and as it is."""
    yield message("whether it is filled in"), need_of(old.field), need_of(new.field)
    yield message("what it holds"), kind_of(old.field), kind_of(new.field)
    for name in LIMITS:
        before, after = (
            limit(name, item.limits[name]) if name in item.limits else NOTHING
            for item in (old, new)
        )
        yield message("limit"), before, after
    yield (
        message("explanation"),
        plain(old.field.description),
        plain(new.field.description),
    )
    yield message("explanation in Chinese"), plain(old.field.help), plain(new.field.help)


def _holder(item: Property) -> str:
    """Return the path of what a field lies in; a list holds its entries."""
    return item.path.removesuffix("[]") if item.path.endswith("[]") else item.parent


def _lies_in(other: Property, item: Property) -> bool:
    return other.parent in (item.path, f"{item.path}[]")


_KINDS: Mapping[FieldKind, Text] = {
    FieldKind.OBJECT: message("several fields together"),
    FieldKind.LIST: message("a list"),
    FieldKind.TEXT: message("text"),
    FieldKind.DECIMAL: message("a decimal number"),
    FieldKind.INTEGER: message("a whole number"),
    FieldKind.NUMBER: message("a number"),
    FieldKind.BOOLEAN: message("yes or no"),
    FieldKind.DATE: message("a date"),
    FieldKind.TIME: message("a time"),
}

_NEEDS: Mapping[tuple[bool, bool], Text] = {
    (True, False): message("must be filled in"),
    (True, True): message("must be given, if only as empty"),
    (False, True): message("may be left empty"),
    (False, False): message("may be left out"),
}

_LIMITS: Mapping[str, Callable[[str], Text]] = {
    "minLength": lambda value: message("at least {value} characters", value=value),
    "maxLength": lambda value: message("at most {value} characters", value=value),
    "minimum": lambda value: message("at least {value}", value=value),
    "maximum": lambda value: message("at most {value}", value=value),
    "exclusiveMinimum": lambda value: message("more than {value}", value=value),
    "exclusiveMaximum": lambda value: message("less than {value}", value=value),
    "multipleOf": lambda value: message("a multiple of {value}", value=value),
    "minItems": lambda value: message("at least {value} entries", value=value),
    "maxItems": lambda value: message("at most {value} entries", value=value),
    "pattern": lambda value: message("written after the pattern {value}", value=value),
    "const": lambda value: message("always {value}", value=value),
}
_NORMALISED: Mapping[str, Text] = {
    "strip": message("blanks around it are dropped"),
    "upper": message("turned into capitals"),
}
_FORMATS: Mapping[str, Text] = {
    "date": message("written as a date"),
    "time": message("written as a time"),
}


def kind_of(field: Field) -> Text:
    """Return what a field holds."""
    return _KINDS[field.kind]


def need_of(field: Field) -> Text:
    """Return whether a field must be filled in."""
    return _NEEDS[field.required, field.nullable]


def limit(keyword: str, written: str) -> Text:
    """Return what a limit asks for.

    :param keyword: one of ``properties.LIMITS``.
    :param written: its value as JSON; several if several are said of a field.
    """
    if keyword == "uniqueItems":
        return (
            message("no entry twice") if written != "false" else message("entries may be repeated")
        )
    plain = written
    try:
        value = json.loads(written)
        plain = value if isinstance(value, str) else written
    except ValueError:
        pass  # several values at once stay as they are written
    if keyword == "x-normalise" and plain in _NORMALISED:
        return _NORMALISED[plain]
    if keyword == "format" and plain in _FORMATS:
        return _FORMATS[plain]
    say = _LIMITS.get(keyword)
    return say(plain) if say is not None else message("{name} {value}", name=keyword, value=plain)


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
        yield Change(area=Area.SAMPLE, place=place, what=What.CHANGED, sentence=sentence)
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
