"""What the expressions of a form see, and what is wrong with them: names, functions, kinds.

They are judged before a revision is released. What was released runs as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rmdocs.canonical import Json
from rmdocs.findings import Finding
from rmdocs.forms.form import Form
from rmdocs.forms.section import MANIFEST_NAME, ExpressionScopes, Stated, finding
from rmdocs.forms.sections.oversight import QUARTER
from rmdocs.forms.sections.printing import CopiesSection
from rmdocs.forms.sections.slips import ORIGINAL
from rmdocs.forms.sections.stages import Stage
from rmdocs.forms.tomltables import read_toml
from rmdocs.language.expression import Expression
from rmdocs.language.mistakes import Fault, misfit
from rmdocs.language.shapes import (
    ANY,
    NOTHING,
    Scope,
    Shape,
    Sort,
    item_of,
    list_of,
    object_of,
    of,
    of_texts,
)
from rmdocs.messages import message
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.schemas.schema import Schema

CONTENT, STAGES, DERIVED, FILED = "content", "stages", "derived", "filed"

_SORTS: Mapping[FieldKind, Sort] = {
    FieldKind.DECIMAL: Sort.NUMERAL,
    FieldKind.INTEGER: Sort.INTEGER,
    FieldKind.NUMBER: Sort.NUMBER,
    FieldKind.BOOLEAN: Sort.BOOLEAN,
    FieldKind.DATE: Sort.DAY_TEXT,
    FieldKind.TIME: Sort.TIME_TEXT,
}
_WORDS, _DAY = of(Sort.WORDS), of(Sort.DAY_TEXT)
_BOTH = object_of({"zh": _WORDS, "en": _WORDS})
_PERSON = object_of({"name": _WORDS, "staff_no": _WORDS})
UNIT = object_of(dict.fromkeys(("code", "name", "full_name"), _WORDS.optional()))
RECORD = object_of(
    {
        "form": _WORDS,
        "unit": _WORDS,
        "date": _DAY,
        "prepared_by": _PERSON,
        "related": list_of(_WORDS),
    }
)
FORM = object_of(
    {
        **dict.fromkeys(("number", "revision", "parent", "clause", "access"), of(Sort.TEXT)),
        **dict.fromkeys(("marking", "prepared", "reviewed", "approved"), _WORDS),
        **dict.fromkeys(("title", "organisation", "annex"), _BOTH),
        "effective": _DAY,
        "history": list_of(object_of({"revision": of(Sort.TEXT), "date": _DAY, "change": _BOTH})),
    }
)
_STAFF = object_of(None, object_of({"name": _WORDS, "unit": _WORDS}))


def shape_of(field: Field) -> Shape:
    """Return what is known of a field's value."""
    if field.mixed:
        shape = ANY
    elif field.kind is FieldKind.OBJECT:
        names = {child.name: shape_of(child) for child in field.children}
        shape = object_of(names or None)
    elif field.kind is FieldKind.LIST:
        shape = list_of(ANY if field.item is None else shape_of(field.item))
    elif field.kind is FieldKind.TEXT and field.choices:
        shape = of_texts(field.choices)
    elif field.kind is FieldKind.TEXT:
        # A pattern that takes no letters may well ask for a number.
        shape = of(Sort.TEXT) if field.pattern and not field.takes_words else _WORDS
    else:
        shape = of(_SORTS[field.kind])
    return shape if field.required and not field.nullable else shape.optional()


def record_scope(form: Form) -> dict[str, Shape]:
    """Return what everything about a record is computed from, all derived values among it."""
    return _growing_scopes(form)[-1]


def _growing_scopes(form: Form) -> tuple[dict[str, Shape], ...]:
    """Return what each derived value is computed from, and then what all else is."""
    scope: dict[str, Shape] = {
        "record": RECORD,
        CONTENT: shape_of(form.schema.root),
        STAGES: object_of(_stages(form.stages, form.schema)),
        "unit": UNIT,
        "form": FORM,
        DERIVED: object_of({}),
    }
    found, known = [scope], dict[str, Shape]()
    for one in form.derived:
        known[one.name] = held(one.value.shape(found[-1]))
        found.append({**scope, DERIVED: object_of(dict(known))})
    return tuple(found)


def seen_by(form: Form) -> ExpressionScopes:
    """Return what each kind of expression of a form sees."""
    *computed_from, scope = _growing_scopes(form)
    filed = (ORIGINAL, *(slip.name for slip in form.slips))
    days = object_of(dict.fromkeys(filed, _DAY.optional()))
    registers = {"staff": _STAFF, "unit": UNIT, "customer": ANY, "today": of(Sort.DATE)}
    return ExpressionScopes(
        record=scope,
        derived=tuple(computed_from),
        document=document_scope(form, scope),
        due={**scope, FILED: days},
        quarter={**scope, QUARTER: of(Sort.INTEGER)},
        row={CONTENT: scope[CONTENT]},
        ledger={CONTENT: scope[CONTENT], **registers},
        stages={one.name: stage_shape(one.name, form.schema) for one in form.stages},
    )


def held(shape: Shape) -> Shape:
    """Return what a derived value is: a date is its text."""
    if Sort.DATE not in shape.known:
        return shape.optional()
    return Shape(sorts=(shape.known - {Sort.DATE}) | {Sort.DAY_TEXT, Sort.NOTHING})


def _stages(stages: Sequence[Stage], schema: Schema) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    for stage in stages:
        shape = stage_shape(stage.name, schema)
        found[stage.name] = list_of(shape) if stage.repeat else shape.optional()
    return found


def stage_shape(name: str, schema: Schema) -> Shape:
    """Return what a stage's content is, as far as the schema says."""
    return shape_of(schema.stage(name).root) if name in schema.stage_names else ANY


def document_scope(form: Form, scope: Scope) -> dict[str, Shape]:
    """Return what is seen of a document: whom it is for too."""
    copies = form.section(CopiesSection)
    addressee = item_of(copies.each.shape(scope)) if copies is not None else NOTHING
    return {**scope, "addressee": addressee.optional()}


_TAG = re.compile(r"\{[{%]")
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
    return frozenset().union(
        *(one.text.words_in() for one in stated(form) if one.scope is not None)
    )


def names_in(expression: Expression) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names of the record that an expression uses, part by part."""
    for steps in expression.paths():
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
        for used in names_in(expression)
    )
