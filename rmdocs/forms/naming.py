"""Every expression of a form against its schema: unknown names, functions, values of a wrong kind.

It is asked before a revision is released. What was released runs as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rmdocs.canonical import Json
from rmdocs.findings import Finding
from rmdocs.forms.form import Form
from rmdocs.forms.scopes import seen_by
from rmdocs.forms.section import MANIFEST_NAME, Stated, finding
from rmdocs.forms.tomltables import read_toml
from rmdocs.language.expression import Expression
from rmdocs.language.mistakes import Fault, misfit
from rmdocs.language.rules import Rule
from rmdocs.messages import message

_TAG = re.compile(r"\{[{%]")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OF_THE_RECORD = frozenset({"content", "derived", "stages", "stage", "filed"})
FUNCTION = "FORM-FUNCTION"
"""Code of the finding that there is no such function, or that it is called wrongly."""

_CODES = {
    Fault.NAME: "FORM-FIELD",
    Fault.FUNCTION: FUNCTION,
    Fault.KIND: "FORM-KIND",
    Fault.LENGTH: "FORM-LENGTH",
}


def stated(form: Form) -> Iterator[Stated]:
    """Yield every expression and sentence of a form, with what it sees and must be."""
    seen = seen_by(form)
    for section in form.manifest.sections.values():
        yield from section.expressions(seen)


def misnamed(form: Form) -> Iterator[Finding]:
    """Yield everything that is wrong with the expressions of a form."""
    for one in stated(form):
        # Where names are another revision's, functions are the same all the same.
        known = one.scope is not None
        yield from (found for found in findings_of(one) if known or found.code == FUNCTION)


def unfilled(manifest: bytes, form: Form) -> Iterator[Finding]:
    """Yield every text with tags that nothing fills, such as a title: they would be printed.

    :param manifest: the file that ``form`` was read from.
    """
    filled = {one.text.source for one in stated(form)}
    for place, text in _texts(read_toml(manifest, MANIFEST_NAME), ""):
        if _TAG.search(text) and text not in filled:
            yield finding(
                place,
                "FORM-TAG",
                message("tags in {part} are not filled and would be printed", part=place),
                message("write the text out"),
            )


def _texts(value: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{place}[{index}]")


def findings_of(one: Stated) -> Iterator[Finding]:
    """Yield what is wrong with an expression."""
    reading = one.text.reading(one.scope)
    found = list(reading.mistakes)
    unfit = reading.shape.unfit(one.wants) if one.wants is not None else frozenset()
    if one.wants is not None and unfit:
        found.append(misfit(one.text.source, unfit, one.wants, 1))
    for mistake in found:
        yield finding(one.place, _CODES[mistake.fault], mistake.what, mistake.remedy)


def words(form: Form) -> frozenset[str]:
    """Return every word in an expression, whatever it stands for."""
    sources = (one.text.source for one in stated(form) if one.scope is not None)
    return frozenset(word for source in sources for word in _WORD.findall(source))


def names_in(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names of the record that an expression uses, part by part."""
    for steps in Expression(source).paths():
        if steps[0] in _OF_THE_RECORD:
            yield steps


def uses(expressions: Iterable[Expression], name: str) -> bool:
    """Return whether expressions use a property, something in it, or a group that it is in.

    :param name: dotted, as a ledger's map names it: ``content.guarantors[].name``.
    """
    steps = tuple(name.partition("[]")[0].split("."))
    return any(
        used[: len(steps)] == steps[: len(used)]
        for expression in expressions
        for used in names_in(expression.source)
    )


def rule_sources(rule: Rule) -> Iterator[str]:
    """Yield the expressions that decide whether a rule is met."""
    for part in (rule.when, rule.each, rule.require):
        if part is not None:
            yield part.source
