"""click's classes, speaking the reader's language and reading a table of commands.

Help texts are docstrings and option helps; each is a msgid of the catalogue.
Commands are imported when run, never for the list that ``--help`` prints.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from gettext import gettext
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from rmdocs.classes import dataclass
from rmdocs.cli import streams

_FIRST_COLUMN = 30
_WIDEST, _NARROWEST = 80, 50
"""Columns of a help page, as click has them."""

_PLACEHOLDER = re.compile(r"(?<![\w-])[A-Z]+(?:[_.][A-Z]+)*(?![\w-])")
"""A word of a usage line that stands for what a person gives: ``NUMBER``, ``STAFF_NO``."""

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """A command as the table lists it.

    :param target: ``module:name`` of the click command; empty for a group.
    :param summary: the first line of its help.
    :param commands: what a group holds.
    """

    summary: str
    target: str = ""
    commands: Mapping[str, CommandEntry] | None = None


def said(text: str) -> str:
    """Return a help text in the reader's language, paragraph by paragraph."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(gettext(" ".join(part.split())) for part in paragraphs if part.strip())


def spoken(usage: str) -> str:
    """Return part of a usage line, its placeholders in the reader's language."""
    return _PLACEHOLDER.sub(lambda word: gettext(word[0]), usage)


class Formatter(click.HelpFormatter):
    """Help pages whose columns hold with Chinese text, and whose signs are full-width in it."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        if width is None and click.formatting.FORCED_WIDTH is None:
            width = max(min(streams.columns(), max_width or _WIDEST) - 2, _NARROWEST)
        super().__init__(indent_increment, width, max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line; a full-width colon takes no space after it."""
        first = prefix if prefix is not None else gettext("Usage:")
        super().write_usage(prog, args, first if _ends_wide(first) else f"{first.rstrip()} ")

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of its script."""
        colon = "：" if _ends_wide(heading) else ":"
        self.write(f"{'':>{self.current_indent}}{heading}{colon}\n")

    def write_text(self, text: str) -> None:
        """Write wrapped paragraphs at the current indentation."""
        indent = " " * self.current_indent
        paragraphs = (
            "\n".join(indent + line for line in streams.wrap(part, self.width - len(indent)))
            for part in text.split("\n\n")
        )
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self,
        rows: Any,  # noqa: ANN401 - click's own signature, an iterable of pairs
        col_max: int = _FIRST_COLUMN,
        col_spacing: int = 2,
    ) -> None:
        """Write terms and their explanations in two columns."""
        pairs = list(rows)
        first = min(max(streams.width(term) for term, _ in pairs), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, explanation in pairs:
            lines = streams.wrap(explanation, max(self.width - first - len(indent), 20)) or [""]
            if streams.width(term) + col_spacing > first:
                self.write(f"{indent}{term}\n")
            else:
                self.write(f"{indent}{streams.pad(term, first)}{lines.pop(0)}".rstrip() + "\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}".rstrip() + "\n")


def _ends_wide(text: str) -> bool:
    """Return whether the last sign is a Chinese one, or as wide."""
    return "\u3000" <= text[-1:] <= "\uffef"


class _Context(click.Context):
    formatter_class = Formatter


class Option(click.Option):
    """An option whose help is a msgid."""

    def consume_value(
        self,
        ctx: click.Context,
        opts: Mapping[str, Any],  # click's own
    ) -> tuple[Any, ParameterSource]:
        """Return the value and where it comes from.

        :raises click.BadParameter: if it was given with nothing in it: that would look as if
            something had been compared, or a list narrowed.
        """
        value, source = super().consume_value(ctx, opts)
        # Empty is how what a variable says is undone (--as "").
        if source is ParameterSource.COMMANDLINE and not self.envvar and not ctx.resilient_parsing:
            given = value if isinstance(value, list | tuple) else (value,)
            if any(isinstance(one, str) and not one.strip() for one in given):
                said = gettext("Nothing is in it; give what is meant, or leave the option out.")
                raise click.BadParameter(said, ctx, self)
        return value, source

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's line of the help page, translated."""
        return click.Option.get_help_record(_translated(self), ctx)

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for the value, in the reader's language."""
        return spoken(super().make_metavar(ctx))

    def get_error_hint(self, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Return the option as it is typed."""
        return " / ".join(self.opts)


class Argument(click.Argument):
    """An argument whose help is a msgid."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the argument's line of the help page, translated."""
        return click.Argument.get_help_record(_translated(self), ctx)

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for the value, in the reader's language."""
        return spoken(super().make_metavar(ctx))

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return what is missing or wrong, as the usage line calls it."""
        shown = self.make_metavar(ctx) if ctx is not None else self.human_readable_name
        return shown.strip("[].")


class Command(click.Command):
    """A command whose help is its docstring, paragraph by paragraph a msgid."""

    context_class = _Context

    def format_help_text(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the help text, translated."""
        _write_help(self, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the parts of the usage line, in the reader's language."""
        return _usage(super().collect_usage_pieces(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, saying what it does in the reader's language."""
        return _speaking_help(super().get_help_option(ctx))


class TableGroup(Command, click.Group):
    """A group that knows its commands from a table and imports them when run."""

    def __init__(self, *arguments: Any, table: Mapping[str, CommandEntry], **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*arguments, **options)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the table's order, which is that of work."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the command, importing its file."""
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        if entry.commands is not None:
            return TableGroup(cmd_name, help=entry.summary, table=entry.commands)
        module, _, name = entry.target.partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(entry.target)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names.

        :raises click.UsageError: if there is none, naming those that are spelled alike.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as problem:
            # click guesses among the commands it holds; these are in a table.
            raise click.exceptions.NoSuchCommand(
                problem.command_name, possibilities=self.table, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing a command."""
        with formatter.section(gettext("Commands")):
            formatter.write_dl(
                [(name, said(self.table[name].summary)) for name in self.list_commands(ctx)]
            )


def command(name: str) -> Callable[[Callable[..., None]], Command]:
    """Declare a function as the command ``name``; its docstring is the help."""
    return click.command(name, cls=Command)


def option(*declarations: str, **settings: Any) -> Callable[[_Decorated], _Decorated]:  # noqa: ANN401 - passed on to click
    """Declare an option, as ``click.option`` does."""
    return click.option(*declarations, cls=Option, **settings)


def argument(*declarations: str, **settings: Any) -> Callable[[_Decorated], _Decorated]:  # noqa: ANN401 - passed on to click
    """Declare an argument, as ``click.argument`` does."""
    return click.argument(*declarations, cls=Argument, **settings)


def texts(of: click.Command) -> Sequence[str]:
    """Return every msgid a command's help page uses; the catalogue tool asks."""
    found = [of.help, *(getattr(parameter, "help", None) for parameter in of.params)]
    paragraphs = (inspect.cleandoc(text).split("\n\n") for text in found if text)
    context = click.Context(of)
    usage = [*click.Command.collect_usage_pieces(of, context), "COMMAND [ARGS]"]
    usage += [
        parameter.make_metavar(context)
        for parameter in of.params
        if not getattr(parameter, "is_flag", False)
    ]
    return [
        *(" ".join(part.split()) for parts in paragraphs for part in parts),
        *_PLACEHOLDER.findall(" ".join(usage)),
    ]


def _usage(pieces: Sequence[str]) -> list[str]:
    # What parameters give is spoken already; the words of a command's own are not.
    return [spoken(piece) for piece in pieces]


_Parameter = TypeVar("_Parameter", click.Option, click.Argument)


def _translated(parameter: _Parameter) -> _Parameter:
    speaking = copy(parameter)
    if parameter.help:
        speaking.help = said(parameter.help)
    return speaking


def _write_help(of: click.Command, formatter: click.HelpFormatter) -> None:
    if of.help:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(said(of.help))


def _speaking_help(found: click.Option | None) -> click.Option | None:
    # click translates this one when it first makes it and keeps the result.
    if found is not None:
        found.help = gettext("Show this message and exit.")
    return found
