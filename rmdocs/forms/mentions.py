"""Which names the expressions of a manifest mention, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.forms.manifest import MANIFEST_NAME, Manifest
from rmdocs.rules.expression import Expression

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NAME = re.compile(r"(?<![\w.|])(content|derived|stages|stage)((?:\.[A-Za-z_]\w*)+)")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A dotted name that an expression uses.

    :param place: where, such as ``form.toml:rules[3].require``.
    :param steps: the name's parts, ``("content", "customer", "name")``.
    :param stage: the stage the expression is evaluated for, empty for the record.
    """

    place: str
    steps: tuple[str, ...]
    stage: str = ""


def mentions(manifest: Manifest) -> Iterator[Mention]:
    """Yield every dotted name in an expression of ``manifest``."""
    for place, source, stage in sources(manifest):
        for found in _NAME.finditer(_STRING.sub("''", source)):
            yield Mention(place, (found[1], *found[2][1:].split(".")), stage)


def words(manifest: Manifest) -> frozenset[str]:
    """Return every word in an expression, whatever it stands for."""
    return frozenset(
        word for _, source, _ in sources(manifest) for word in _WORD.findall(source)
    )


def sources(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield place, source and stage of every expression."""
    single: list[tuple[str, Expression | None]] = [
        ("summary.customer", manifest.summary.customer),
        ("summary.uscc", manifest.summary.uscc),
        ("summary.subject", manifest.summary.subject),
        ("copies.each", manifest.copies),
        ("retention.years", manifest.retention.years),
        ("retention.starts", manifest.retention.starts),
    ]
    single += [("unique.key", key) for key in (manifest.unique.key if manifest.unique else ())]
    single += [(f"derived[{i}].value", item.value) for i, item in enumerate(manifest.derived)]
    for place, expression in single:
        if expression is not None:
            yield f"{MANIFEST_NAME}:{place}", expression.source, ""
    for index, rule in enumerate(manifest.rules):
        parts = [("when", rule.when), ("each", rule.each), ("require", rule.require)]
        for name, part in parts:
            if part is not None:
                yield f"{MANIFEST_NAME}:rules[{index}].{name}", part.source, rule.stage
        for name, saying in (("message", rule.message), ("remedy", rule.remedy)):
            for language in ("zh", "en") if saying is not None else ():
                phrase = getattr(saying, language).source
                for inner in re.findall(r"\{\{(.*?)\}\}", phrase):
                    yield f"{MANIFEST_NAME}:rules[{index}].{name}.{language}", inner, rule.stage
