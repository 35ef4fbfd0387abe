"""The one sandbox in which rules and templates run.

Names are data: an attribute of a mapping is its item and never a method, an
undefined name is an error, nothing reaches Python behind the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rmdocs.formatting.filters import FILTERS, FUNCTIONS

_LARGEST_POWER = 64
_LONGEST_REPETITION = 10_000
_KEPT_FILTERS = frozenset(
    "abs batch capitalize default first float groupby int items join last length list lower map max "
    "min reject rejectattr replace round select selectattr slice sort string sum title trim upper e "
    "escape count d".split()
)
_KEPT_GLOBALS = frozenset({"range", "namespace", "loop"})


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, narrowed further."""

    intercepted_binops = frozenset({"**", "*"})

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item of a mapping by name; other objects as Jinja does."""
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Refuse operations whose result could fill the memory."""
        if operator == "**" and isinstance(right, int) and abs(right) > _LARGEST_POWER:
            reason = f"the exponent {right} is too large"
            raise ValueError(reason)
        for one, other in ((left, right), (right, left)):
            sized = isinstance(one, (str, bytes, list, tuple))
            if operator == "*" and sized and len(one) * abs(other) > _LONGEST_REPETITION:
                reason = "the repetition is too long"
                raise ValueError(reason)
        return super().call_binop(context, operator, left, right)


def _nothing_for_none(value: object) -> object:
    return "" if value is None else value


def sandbox(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Return the environment for rules (no escaping) or templates (XML escaping)."""
    environment = _Sandbox(
        autoescape=autoescape, undefined=StrictUndefined, finalize=_nothing_for_none
    )
    for name in set(environment.filters) - _KEPT_FILTERS:
        del environment.filters[name]
    for name in set(environment.globals) - _KEPT_GLOBALS:
        del environment.globals[name]
    environment.filters.update(FILTERS)
    environment.globals.update(FUNCTIONS)
    return environment
