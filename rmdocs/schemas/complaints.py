"""jsonschema's errors as plain values: what was wanted, what is there, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs.canonical import Json
from rmdocs.schemas.paths import Steps

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Complaint:
    """That one keyword of a schema is not met.

    :param wanted: the keyword's value.
    :param value: what stands at ``steps``.
    :param declared: the properties named beside the keyword.
    :param branches: for alternatives, what each has against the value.
    :param text: jsonschema's own words.
    """

    keyword: str
    wanted: Json
    value: Json
    steps: Steps
    declared: frozenset[str]
    branches: Mapping[int, tuple[Complaint, ...]]
    text: str

    @classmethod
    def of(cls, problem: ValidationError) -> Complaint:
        """Return what ``problem`` says."""
        branches: dict[int, tuple[Complaint, ...]] = {}
        for inner in problem.context or ():
            index = inner.relative_schema_path[0]
            if isinstance(index, int):
                branches[index] = (*branches.get(index, ()), cls.of(inner))
        schema = problem.schema if isinstance(problem.schema, Mapping) else {}
        return cls(
            str(problem.validator),
            problem.validator_value,
            problem.instance,
            tuple(problem.absolute_path),
            frozenset(schema.get("properties", ())),
            branches,
            problem.message,
        )

    @property
    def is_alternatives(self) -> bool:
        """Return whether the keyword gives alternatives."""
        return self.keyword in {"anyOf", "oneOf"}
