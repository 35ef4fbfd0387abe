"""What commands answer with ``--json``: names, order and types stay."""

from __future__ import annotations

import api_docs
import click
import pytest
from asking import WALKS, at_the_desk, kept, of_paper, shape

from rmdocs.cli.main import program
from rmdocs.registers.revisions import ReleaseApproval


@pytest.mark.parametrize(
    "walk",
    [
        pytest.param(at_the_desk, marks=pytest.mark.store),
        pytest.param(of_paper, marks=[pytest.mark.office, pytest.mark.fonts]),
    ],
)
def test_answers_have_the_shape_that_programs_know(walk, tmp_path):
    for now, before in zip(walk(tmp_path / "bank"), kept(walk), strict=True):
        assert (now.call, now.code) == (before.call, before.code)
        assert shape([now.out, now.error]) == shape([before.out, before.error]), now.call
        assert ([kind for kind, _ in now.out], now.columns) == (
            [kind for kind, _ in before.out],
            before.columns,
        )
        assert api_docs.is_told(now), now.call


def test_every_command_that_answers_in_json_is_asked():
    asked = {call.command[1].callback for walk in WALKS for call in kept(walk)}
    assert asked == {command.callback for command in answering(program())}


def answering(group):
    """Yield the commands that have ``--json``."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from answering(command)
        elif any("--json" in parameter.opts for parameter in command.params):
            yield command


def test_an_answer_of_another_shape_is_noticed():
    told = {"role": "form_author", "name": "编制示例", "staff_no": "SD00-0001"}
    others = ({**told, "more": 1}, {**told, "name": None}, dict(reversed(told.items())), {}, [])
    assert api_docs.matches(ReleaseApproval, told)
    assert not any(api_docs.matches(ReleaseApproval, other) for other in others)
