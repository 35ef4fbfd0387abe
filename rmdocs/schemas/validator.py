"""``Validator``: what a value breaks of a schema.

A compiled validator says of nearly every value that nothing is wrong with it; only of the
others jsonschema is asked, which says what. jsonschema decides: what the two might read
otherwise is never put to the compiled one, and what it does not call valid is judged again.
Its errors are plain values here: what was wanted, what is there, and where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.schemas import patterns
from rmdocs.schemas.definitions import SchemaDocuments
from rmdocs.schemas.fields import Steps

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import ValidationError


NAMES = "propertyNames"
"""The keyword that names of properties do not meet, whatever it asks of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """That one keyword of a schema is not met.

    :param wanted: the keyword's value.
    :param value: what stands at ``steps``; of a name, the name itself.
    :param declared: the properties of the value that are named beside the keyword.
    :param branches: for alternatives, what each has against the value.
    """

    keyword: str
    wanted: Json
    value: Json
    steps: Steps
    declared: frozenset[str]
    branches: Mapping[int, tuple[Complaint, ...]]

    @classmethod
    def of(cls, problem: ValidationError) -> Complaint:
        """Return what ``problem`` says."""
        branches: dict[int, tuple[Complaint, ...]] = {}
        for inner in problem.context or ():
            index = inner.relative_schema_path[0] if inner.relative_schema_path else None
            if isinstance(index, int):
                branches[index] = (*branches.get(index, ()), cls.of(inner))
        return cls(
            keyword=NAMES if _is_of_a_name(problem) else str(problem.validator),
            wanted=problem.validator_value,
            value=problem.instance,
            steps=tuple(problem.absolute_path),
            declared=_declared(problem),
            branches=branches,
        )


def _declared(problem: ValidationError) -> frozenset[str]:
    schema = problem.schema if isinstance(problem.schema, Mapping) else {}
    declared = frozenset(schema.get("properties", ()))
    if not isinstance(problem.instance, dict):
        return declared
    # These are read as jsonschema reads them: they were translated before.
    named = [re.compile(pattern) for pattern in schema.get("patternProperties", ())]
    return declared | {name for name in problem.instance if any(one.search(name) for one in named)}


def _is_of_a_name(problem: ValidationError) -> bool:
    path = list(problem.absolute_schema_path)
    return any(
        step == NAMES and (not at or path[at - 1] not in {"properties", "$defs"})
        for at, step in enumerate(path)
    )


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)

_UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)
"""What a value brings about that is not JSON, as a date from YAML, or is nested too deep."""


class Validator:
    """Judges values by one schema of some documents; compiled when first asked.

    :param reference: where the schema stands.
    """

    def __init__(self, documents: SchemaDocuments, reference: str) -> None:
        self._documents = documents
        self._schema: JsonObject = {"$ref": reference}

    def complaints(self, value: Json) -> Iterable[Complaint]:
        """Return everything that ``value`` breaks; nothing if it is valid."""
        if self.quick is not None and _is_valid(self.quick, value):
            return ()
        return map(Complaint.of, self.judge.iter_errors(value))

    @cached_property
    def quick(self) -> jsonschema_rs.Draft202012Validator | None:
        """Return the compiled validator; None where it is not to be asked."""
        import jsonschema_rs  # noqa: PLC0415 - heavy, needed only here

        registry = self._documents.quick
        if registry is None:
            return None
        try:
            return jsonschema_rs.Draft202012Validator(
                self._schema,
                registry=registry,
                keywords={"pattern": _Pattern, "multipleOf": _Multiple},
                formats=dict(_FORMATS),
                validate_formats=True,
                offline=True,
            )
        except (*_UNREADABLE, jsonschema_rs.ReferencingError):
            return None

    @cached_property
    def judge(self) -> Draft202012Validator:
        """Return what decides, and says what is wrong."""
        registry = self._documents.registry
        return _dialect()(self._schema, registry=registry, format_checker=_formats())


def broken_of_the_dialect(schema: Json) -> Iterable[Complaint]:
    """Return what is wrong with a schema as one of JSON Schema 2020-12."""
    if _is_valid(_metaschema(), schema):
        return ()
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, needed only here

    judge = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    return map(Complaint.of, judge.iter_errors(schema))


@cache
def _metaschema() -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # noqa: PLC0415 - heavy, needed only here

    dialect = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    return jsonschema_rs.Draft202012Validator(dialect, offline=True)


def _is_valid(quick: jsonschema_rs.Draft202012Validator, value: Json) -> bool:
    try:
        return quick.is_valid(value)
    except _UNREADABLE:
        return False


class _Pattern:
    """``pattern``, as the compiled validator asks it of a value."""

    def __init__(self, schema: JsonObject, pattern: str, _path: list[str | int]) -> None:
        self._schema = schema
        self._pattern = pattern

    def validate(self, value: Json) -> None:
        """Refuse a text that does not match.

        :raises ValueError: always then.
        """
        if isinstance(value, str) and not _matches(self._pattern, value, self._schema):
            raise ValueError


class _Multiple:
    """``multipleOf``, as the compiled validator asks it of a value."""

    def __init__(self, _schema: JsonObject, unit: Json, _path: list[str | int]) -> None:
        self._unit = unit

    def validate(self, value: Json) -> None:
        """Refuse a number that is no multiple.

        :raises ValueError: always then.
        """
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and not _is_multiple(value, self._unit):
            raise ValueError


def _matches(pattern: str, text: str, schema: JsonObject) -> bool:
    # What is too long is told of as such, and not looked at any further.
    return len(text) > schema.get("maxLength", len(text)) or patterns.admits(pattern, text)


def _is_multiple(number: float, unit: float) -> bool:
    # 0.3 is a multiple of 0.1, though not in binary fractions.
    return Fraction(str(number)) % Fraction(str(unit)) == 0


@cache
def _dialect() -> Callable[..., Draft202012Validator]:
    """Return Draft 2020-12 with patterns as ECMA-262 reads them, and exact multiples."""
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - heavy

    extend: Callable[..., Any] = validators.extend
    dialect: Callable[..., Draft202012Validator] = extend(
        Draft202012Validator, {"pattern": _check_pattern, "multipleOf": _check_multiple}
    )
    return dialect


def _check_pattern(
    validator: Draft202012Validator, pattern: str, instance: Json, schema: JsonObject
) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - heavy, needed only here

    if validator.is_type(instance, "string") and not _matches(pattern, instance, schema):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _check_multiple(
    validator: Draft202012Validator, unit: Json, instance: Json, _schema: JsonObject
) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - heavy, needed only here

    if validator.is_type(instance, "number") and not _is_multiple(instance, unit):
        yield ValidationError(f"{instance!r} is not a multiple of {unit}")


def _formats() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415 - heavy, needed only here

    checker = FormatChecker(formats=())
    for name, fits in _FORMATS.items():
        checker.checks(name)(fits)
    return checker


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or _TIME.fullmatch(value) is not None


_FORMATS: Mapping[str, Callable[[object], bool]] = {"date": _is_date, "time": _is_time}
