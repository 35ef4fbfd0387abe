"""How questions about a record look on a terminal, and reading the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.messages import Language, Text, message
from rmdocs.schemas.fields import Kind

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.cli.context import Session
    from rmdocs.findings import Finding
    from rmdocs.records.interview import Prompt, Question

_SEPARATOR = " › "
_HINTS = {
    Kind.DATE: message("a date, such as 2026-03-02"),
    Kind.TIME: message("a time, such as 09:30"),
    Kind.DECIMAL: message("an amount, such as 30000000.00"),
    Kind.BOOLEAN: message("yes or no"),
    Kind.LIST: message("several, with ； between them"),
    Kind.INTEGER: message("a whole number"),
    Kind.NUMBER: message("a number"),
}


def prompter(session: Session) -> Prompt:
    """Return what asks a person on the terminal; the end of input raises ``click.Abort``."""

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
    needed = question.required and question.field.kind is not Kind.LIST
    mark: Text = message("required") if needed else message("may be left empty")
    click.echo(session.say(message("{title} ({mark})", title=title, mark=mark)))
    if session.language is Language.EN and question.field.description:
        click.echo(f"    {question.field.description}")
    for count, choice in enumerate(question.choices, 1):
        click.echo(f"    {count}  {choice}")
    kind = question.field.kind
    hint = _HINTS.get(kind)
    if hint is not None and (kind is Kind.LIST or not question.choices):
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
