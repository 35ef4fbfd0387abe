"""What the expressions of a form see, and what is known of it from the form's schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rmdocs.forms.mentions import Expressive
from rmdocs.forms.parts import Stage
from rmdocs.forms.signing import ORIGINAL
from rmdocs.rules.derived import Derivation
from rmdocs.rules.shapes import ANY, NOTHING, Shape, Sort, list_of, object_of, of, of_texts
from rmdocs.rules.signatures import item_of
from rmdocs.rules.valuing import Scope
from rmdocs.schemas.fields import Field, Kind
from rmdocs.schemas.schema import Schema

CONTENT, STAGES, DERIVED, FILED = "content", "stages", "derived", "filed"

_SORTS: Mapping[Kind, Sort] = {
    Kind.DECIMAL: Sort.NUMERAL,
    Kind.INTEGER: Sort.INTEGER,
    Kind.NUMBER: Sort.NUMBER,
    Kind.BOOLEAN: Sort.BOOLEAN,
    Kind.DATE: Sort.DAY_TEXT,
    Kind.TIME: Sort.TIME_TEXT,
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
    elif field.kind is Kind.OBJECT:
        names = {child.name: shape_of(child) for child in field.children}
        shape = object_of(names or None)
    elif field.kind is Kind.LIST:
        shape = list_of(ANY if field.item is None else shape_of(field.item))
    elif field.kind is Kind.TEXT and field.choices:
        shape = of_texts(field.choices)
    elif field.kind is Kind.TEXT:
        # A pattern that takes no letters may well ask for a number.
        shape = of(Sort.TEXT) if field.pattern and not field.takes_words else _WORDS
    else:
        shape = of(_SORTS[field.kind])
    return shape if field.required and not field.nullable else shape.optional()


def record_scope(
    form: Expressive, schema: Schema, derivations: Iterable[Derivation] | None = None
) -> dict[str, Shape]:
    """Return what everything about a record is computed from.

    :param derivations: the derived values that are there; all of them if None.
    """
    derived = form.derived if derivations is None else derivations
    scope: dict[str, Shape] = {
        "record": RECORD,
        CONTENT: shape_of(schema.root),
        STAGES: object_of(_stages(form.stages, schema)),
        "unit": UNIT,
        "form": FORM,
        DERIVED: object_of({}),
    }
    known: dict[str, Shape] = {}
    for one in derived:
        known[one.name] = held(one.value.shape({**scope, DERIVED: object_of(dict(known))}))
    return {**scope, DERIVED: object_of(known)}


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


def rule_scope(scope: Scope, stage: Shape = NOTHING) -> Scope:
    """Return what a rule sees: the day of the act too, and the stage that it adds."""
    return {**scope, "today": of(Sort.DATE), "stage": stage}


def each_scope(scope: Scope, each: Shape) -> Scope:
    """Return what is seen of each item of a list."""
    return {**scope, "item": item_of(each), "index": of(Sort.INTEGER)}


def due_scope(scope: Scope, form: Expressive) -> Scope:
    """Return what ``[[due]]`` sees: the days on which paper was filed too."""
    names = (ORIGINAL, *(slip.name for slip in form.slips))
    day = _DAY.optional()
    return {**scope, FILED: object_of(dict.fromkeys(names, day))}


def document_scope(scope: Scope, form: Expressive) -> dict[str, Shape]:
    """Return what is seen of a document: whom it is for too."""
    each = form.copies.shape(scope) if form.copies is not None else NOTHING
    addressee = item_of(each) if form.copies is not None else NOTHING
    return {**scope, "addressee": addressee.optional()}


def row_scope(scope: Scope) -> Scope:
    """Return what is seen of a row of a ledger: what it says of the content."""
    return {CONTENT: scope[CONTENT]}


def value_scope(scope: Scope) -> Scope:
    """Return what the values of a ledger's map see: the registers and the day besides."""
    registers = {"staff": _STAFF, "unit": UNIT, "customer": ANY, "today": of(Sort.DATE)}
    return {CONTENT: scope[CONTENT], **registers}
