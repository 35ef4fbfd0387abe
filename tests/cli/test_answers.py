"""What commands answer with ``--json``: names, order and types stay."""

from __future__ import annotations

import shlex

import click
import pytest
from asking import WALKS, at_the_desk, kept, of_paper, shape

from rmdocs.cli.main import program


@pytest.mark.parametrize(
    "walk", [at_the_desk, pytest.param(of_paper, marks=[pytest.mark.office, pytest.mark.fonts])]
)
def test_answers_have_the_shape_that_programs_know(walk, tmp_path):
    for now, before in zip(walk(tmp_path / "bank"), kept(walk), strict=True):
        assert (now.call, now.code) == (before.call, before.code)
        assert shape([now.out, now.error]) == shape([before.out, before.error]), now.call


def test_every_command_that_answers_in_json_is_asked():
    asked = {called(call.call).callback for walk in WALKS for call in kept(walk)}
    assert asked == {command.callback for command in answering(program())}


def called(call):
    """Return the command of a call."""
    found, words = program(), iter(shlex.split(call)[1:])
    while isinstance(found, click.Group):
        word = next(words)
        if word == "--as":
            next(words)
            continue
        found = found.get_command(click.Context(found), word)
    return found


def answering(group):
    """Yield the commands that have ``--json``."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from answering(command)
        elif any("--json" in parameter.opts for parameter in command.params):
            yield command
