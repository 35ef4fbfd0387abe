"""What commands answer with ``--json``: names, order and types stay."""

from __future__ import annotations

import pytest
from asking import at_the_desk, kept, of_paper, shape


@pytest.mark.parametrize(
    "walk", [at_the_desk, pytest.param(of_paper, marks=[pytest.mark.office, pytest.mark.fonts])]
)
def test_answers_have_the_shape_that_programs_know(walk, tmp_path):
    for now, before in zip(walk(tmp_path / "bank"), kept(walk), strict=True):
        assert (now.call, now.code) == (before.call, before.code)
        assert shape([now.out, now.error]) == shape([before.out, before.error]), now.call
