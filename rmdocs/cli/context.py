"""What every command is given: the workspace's place, the actor, the language, progress."""

from __future__ import annotations

import gettext
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from rmdocs.classes import dataclass
from rmdocs.cli.streams import beneath
from rmdocs.messages import DOMAIN, LOCALE_DIR, Language, Text, message

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from rmdocs.identifiers import DocumentNumber, UnitCode
    from rmdocs.workspace.opening import Workspace

_PATIENCE = 1.0
"""Seconds for which a command may read without saying so."""

_OPENED, _TYPED = "rmdocs.workspace", "rmdocs.passphrases"
CLUSTER = "rmdocs.cluster"
"""Where the context of a command keeps the address of the cluster that it was given."""
PASSPHRASE_VARIABLE = "RMDOCS_PASSPHRASE"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call of the command line.

    :param language: what the reader reads.
    :param path: the workspace; it need not exist until a command asks for it.
    :param actor: staff number of who acts, as given; empty if not.
    :param asked: the language that was asked for with ``--lang``; None if it is the locale's.
    """

    language: Language
    path: Path = Path()
    actor: str = ""
    asked: Language | None = None

    def workspace(self) -> Workspace:
        """Return the workspace's use cases; opened once, and closed when the command ends.

        :raises StoreError: if there is no workspace at ``path``.
        """
        from rmdocs.identifiers import StaffNumber
        from rmdocs.workspace.opening import Workspace, open_workspace

        context = click.get_current_context()
        opened = context.meta.get(_OPENED)
        if not isinstance(opened, Workspace):
            actor = StaffNumber.parse(self.actor) if self.actor else None
            reading = Progress(
                self.say(message("reading records for searches")), patience=_PATIENCE
            )
            opened = context.with_resource(
                open_workspace(self.path, actor, self._passphrase, reading.until_done)
            )
            opened.store.waiting = self._say_waiting
            context.meta[_OPENED] = opened
            if context.meta.get(CLUSTER):
                context.with_resource(self._helped(opened, context.meta[CLUSTER]))
        return opened

    @contextmanager
    def _helped(self, workspace: Workspace, address: str) -> Iterator[None]:
        """Have a cluster help while the command runs; then say what became of that."""
        from rmdocs.workspace import cluster

        with cluster.joined(workspace, address) as others:
            yield
        for text in others.told():
            click.echo(f"rmdocs: {self.say(text)}", err=True)

    def _say_waiting(self) -> None:
        """Say why nothing happens, while another act in the same ledger is sealed."""
        said = message("waiting for another act in the same volume or register to end")
        click.echo(f"rmdocs: {self.say(said)}", err=True)

    def _passphrase(self, owner: str) -> bytes | None:
        """Return what opens a locked key: from the environment, or typed and not shown."""
        known: dict[str, bytes | None] = click.get_current_context().meta.setdefault(_TYPED, {})
        if owner not in known:
            known[owner] = passphrase(owner) or self._typed(
                message("Passphrase of the key of {owner}", owner=owner), new=False
            )
        return known[owner]

    def new_passphrase(self, owner: str) -> bytes | None:
        """Return what is to lock a new key; None where nobody wants that, or nobody is there."""
        what = message("Passphrase for the new key of {owner} (empty for none)", owner=owner)
        given = passphrase(owner) or self._typed(what, new=True)
        click.get_current_context().meta.setdefault(_TYPED, {})[owner] = given
        return given

    def _typed(self, what: Text, *, new: bool) -> bytes | None:
        if not sys.stdin.isatty():
            return None
        again = self.say(message("The same again")) if new else False
        typed: str = click.prompt(
            self.say(what),
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=again,
            err=True,
        )
        return typed.encode(errors="surrogateescape") or None

    def document(self, text: str) -> DocumentNumber:
        """Return the number of the form or document that the reader calls ``text``.

        :raises UsageError: if nothing is called so, or more than one.
        """
        from rmdocs.workspace import naming

        return naming.document(self.workspace(), text)

    def form(self, text: str) -> DocumentNumber:
        """Return the number of the form that the reader calls ``text``.

        :raises UsageError: if no form is called so, or more than one.
        """
        from rmdocs.workspace import naming

        return naming.document(self.workspace(), text, forms_only=True)

    def known(self, text: str, *, forms_only: bool = False) -> DocumentNumber:
        """Return the number of what the reader wants listed; see :func:`naming.known`.

        :raises UsageError: if nothing is called so, or more than one, or it is in no register.
        """
        from rmdocs.workspace import naming

        return naming.known(self.workspace(), text, forms_only=forms_only)

    def unit(self, text: str) -> UnitCode:
        """Return the unit that the reader wants listed.

        :raises UsageError: if there is none of that code.
        """
        from rmdocs.workspace import naming

        return naming.unit(self.workspace(), text)

    def say(self, text: Text) -> str:
        """Return ``text`` in the reader's language."""
        return text.text(self.language)


def passphrase(_owner: str) -> bytes | None:
    """Return what protects a private key; None where the environment gives nothing."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given.encode(errors="surrogateescape") if given else None


pass_session = click.make_pass_decorator(Session)
"""Decorator: the callback's first argument is the :class:`Session`."""


OPTION = "--lang"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language asked for with ``--lang``, else the locale's.

    A word after ``--lang`` that names no language is left for click to refuse.
    """
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        name, _, value = argument.partition("=")
        if name == OPTION:
            asked = value or "".join(arguments[position + 1 : position + 2])
            if asked in tuple(Language):
                return Language(asked)
    return _of_locale(environment)


def _of_locale(environment: Mapping[str, str]) -> Language:
    locale = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make click's texts, and help texts, come from rmdocs' catalogue.

    click asks the standard library's ``gettext``, which knows no other way to
    be told a language than ``LANGUAGE``; both are put back afterwards.
    """
    domain, directory = gettext.textdomain(), gettext.bindtextdomain(DOMAIN)
    before = os.environ.get("LANGUAGE")
    gettext.textdomain(DOMAIN)
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    os.environ["LANGUAGE"] = language.value
    try:
        yield
    finally:
        gettext.textdomain(domain)
        gettext.bindtextdomain(DOMAIN, directory)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


class Progress:
    """A bar that appears with the first step and is gone when the work is.

    :param label: what is being done, in the reader's language.
    :param patience: seconds after the first step before there is a bar.
    """

    def __init__(self, label: str, patience: float = 0) -> None:
        self._label = label
        self._patience = patience
        self._begun: float | None = None
        self._bar: ProgressBar[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def at(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps are done."""
        if total < 2 or not sys.stderr.isatty():  # noqa: PLR2004 - one step needs no bar
            return
        now = time.monotonic()
        self._begun = now if self._begun is None else self._begun
        if self._bar is None and now - self._begun < self._patience:
            return
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label=self._label, file=beneath(sys.stderr), show_pos=True
            )
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def until_done(self, done: int, total: int) -> None:
        """Show it as :meth:`at` does, and no more once all is done; it may begin again."""
        self.at(done, total)
        if done >= total:
            self.__exit__(None, None, None)
            self._bar = self._begun = None
