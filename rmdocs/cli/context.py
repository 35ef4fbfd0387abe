"""What every command is given: the workspace's place, the actor, the language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Language, Text

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True)
class Session:
    """One call of the command line.

    :param language: what the reader reads.
    :param path: the workspace; it need not exist until a command asks for it.
    :param actor: staff number of who acts, as given; empty if not.
    """

    language: Language
    path: Path = Path()
    actor: str = ""

    def workspace(self) -> Workspace:
        """Open the workspace and return its use cases; it is closed when the command ends.

        :raises StoreError: if there is no workspace at ``path``.
        """
        from rmdocs.workspace.opening import open_workspace  # noqa: PLC0415 - help must not load it

        actor = StaffNumber.parse(self.actor) if self.actor else None
        opened = open_workspace(self.path, actor)
        return click.get_current_context().with_resource(opened)

    def say(self, text: Text) -> str:
        """Return ``text`` in the reader's language."""
        return text.text(self.language)


pass_session = click.make_pass_decorator(Session)
"""Decorator: the callback's first argument is the :class:`Session`."""
