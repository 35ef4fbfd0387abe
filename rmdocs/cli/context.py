"""What every command is given: the workspace's place, the actor, the language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.identifiers import DocumentNumber, StaffNumber
from rmdocs.messages import Language, Text

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace

_OPENED = "rmdocs.workspace"


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
        """Return the workspace's use cases; opened once, and closed when the command ends.

        :raises StoreError: if there is no workspace at ``path``.
        """
        from rmdocs.workspace.opening import (
            Workspace,
            open_workspace,
        )

        context = click.get_current_context()
        opened = context.meta.get(_OPENED)
        if not isinstance(opened, Workspace):
            actor = StaffNumber.parse(self.actor) if self.actor else None
            opened = context.with_resource(open_workspace(self.path, actor))
            context.meta[_OPENED] = opened
        return opened

    def document(self, text: str) -> DocumentNumber:
        """Return the number of the form or document that the reader calls ``text``.

        :raises UsageError: if nothing is called so, or more than one.
        """
        return self.workspace().document(text)

    def form(self, text: str) -> DocumentNumber:
        """Return the number of the form that the reader calls ``text``.

        :raises UsageError: if no form is called so, or more than one.
        """
        return self.workspace().document(text, forms_only=True)

    def say(self, text: Text) -> str:
        """Return ``text`` in the reader's language."""
        return text.text(self.language)


pass_session = click.make_pass_decorator(Session)
"""Decorator: the callback's first argument is the :class:`Session`."""
