"""Names in expressions: whole names, not texts that begin alike."""

from __future__ import annotations

import pytest

from rmdocs.forms.scopes import uses
from rmdocs.language.expression import Expression


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("content.loan_start", True),
        ("content.contract.no", True),
        ("content.contract", True),
        ("content.guarantors[].name", True),
        ("content.loan", False),
        ("content.contract.no_of_pages", False),
        ("content.text", False),
        ("unit", False),
    ],
)
def test_what_expressions_use(name, expected):
    sources = ("content.loan_start[:4] ~ content.contract.no", "content.guarantors|length")
    expressions = [Expression.compile(source) for source in (*sources, "'content.text'")]
    assert uses(expressions, name) is expected
    assert uses([], name) is False
