"""jsonschema's errors as plain values: what was wanted, what is there, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.schemas.fields import Steps

if TYPE_CHECKING:
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
