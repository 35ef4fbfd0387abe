"""The types of the whole package hold."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.long
def test_types_hold():
    """A test as any other, so that one core checks types while the other goes on."""
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--package", "rmdocs"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
