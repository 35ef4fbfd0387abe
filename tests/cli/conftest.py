"""The command line called as a person does, in the process of the tests."""

from __future__ import annotations

import io
import sys

import pytest

from rmdocs.cli.main import main


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run a command in the test's own folder; its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")

    def run(*words, answers=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run
