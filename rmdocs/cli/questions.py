"""A conversation on a terminal: how questions look, reading the answers, breaking off."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.folders import save
from rmdocs.messages import Text, message
from rmdocs.schemas.fields import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmdocs.canonical import Json, JsonObject
    from rmdocs.cli.context import Session
    from rmdocs.findings import Finding
    from rmdocs.records.interview import Interview, Prompt, Question

_DRAFT = ".draft"
_SEPARATOR = " › "
_HINTS = {
    FieldKind.DATE: message("a date, such as 2026-03-02"),
    FieldKind.TIME: message("a time, such as 09:30"),
    FieldKind.DECIMAL: message("an amount, such as 30000000.00"),
    FieldKind.BOOLEAN: message("yes or no"),
    FieldKind.LIST: message("several, with 、 or ； between them"),
    FieldKind.INTEGER: message("a whole number"),
    FieldKind.NUMBER: message("a number"),
}


def draft_of(target: Path) -> Path:
    """Return where the answers to what will be ``target`` are kept meanwhile."""
    return target.with_name(f"{target.name}{_DRAFT}")


def converse(session: Session, interview: Interview, kept: Path, broken_off: Text) -> JsonObject:
    """Ask a person what is still open and return what comes of it.

    :param kept: where each answer is kept at once.
    :param broken_off: how to go on, said where the person ends the conversation,
        which raises ``click.Abort`` or ``KeyboardInterrupt``.
    """
    from rmdocs.workspace import terminaldrafts

    def keep(data: bytes) -> None:
        save(kept, data, replaces=lambda _before: True)

    try:
        return terminaldrafts.hold(interview, keep, _prompter(session))
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"\n{session.say(broken_off)}", err=True)
        raise


def secret_of(session: Session, variable: str) -> Callable[[Text], str | None]:
    """Return what gives a secret: from the environment, or typed and not shown.

    Never from a command line, which other programs of the machine can see.

    :param variable: the name of the environment variable that may hold it.
    """

    def ask(what: Text) -> str | None:
        given = os.environ.get(variable)
        if given or not sys.stdin.isatty():
            return given
        answer: str = click.prompt(session.say(what), hide_input=True, err=True)
        return answer

    return ask


def _prompter(session: Session) -> Prompt:
    def prompt(question: Question, findings: tuple[Finding, ...]) -> str:
        if findings:
            printing.echo_findings(findings, session.language)
        else:
            _tell(question, session)
        default = _default(question, session)
        answer: str = click.prompt(
            f"  [{default}]" if default else " ",
            default="",
            show_default=False,
            prompt_suffix="> ",
        )
        return answer

    return prompt


def _tell(question: Question, session: Session) -> None:
    title = _SEPARATOR.join(question.titles)
    if question.whether:
        click.echo(session.say(message("{title}: is there one? yes/no", title=title)))
        return
    needed = question.required and question.field.kind is not FieldKind.LIST
    mark: Text = message("required") if needed else message("may be left empty")
    click.echo(session.say(message("{title} ({mark})", title=title, mark=mark)))
    if said := question.field.explained(session.language):
        click.echo(f"    {said}")
    for count, choice in enumerate(question.choices, 1):
        click.echo(f"    {count}  {choice}")
    kind = question.field.kind
    hint = _HINTS.get(kind)
    if hint is not None and (kind is FieldKind.LIST or not question.choices):
        click.echo(f"    {session.say(hint)}")


def _default(question: Question, session: Session) -> str:
    if question.whether:
        return _text(bool(question.default), session)
    return _text(question.default, session)


def _text(value: Json, session: Session) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "；".join(str(entry) for entry in value)
    if isinstance(value, bool):
        return session.say(message("yes") if value else message("no"))
    return str(value)
