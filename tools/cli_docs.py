"""Writes docs/cli.md from the commands themselves, and docs/api.md; a test holds them together."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import api_docs
import click

from rmdocs import errors
from rmdocs.cli.context import speaking
from rmdocs.cli.help import TableGroup
from rmdocs.cli.main import BROKEN_PIPE, INTERRUPTED, program
from rmdocs.messages import Language

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
_HEAD = """\
# The command line

Made by `make cli-docs` from the commands; edit their help texts instead.

Every command takes the options of `rmdocs` before its own name, and `--help`
after it: `rmdocs --as JN01-0101 issue --out out records.xlsx`.
Answers go to standard output, findings of refused input and progress to
standard error; with `--json` an error is one JSON object on standard error.
"""


def page() -> str:
    """Return the whole page."""
    root = program()
    with speaking(Language.EN):
        context = root.context_class(root, info_name="rmdocs")
        parts = [_HEAD, _exit_codes(), "## rmdocs\n\n" + _options(root, context)]
        parts += _commands(root, context)
    return "\n".join(parts)


def _exit_codes() -> str:
    rows = ["## Exit codes", "", "| code | meaning |", "|---|---|", "| 0 | Done. |"]
    found: dict[int, str] = {}
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.RmdocsError) and errors.RmdocsError in kind.__bases__:
            found[kind.exit_code] = (kind.__doc__ or "").splitlines()[0].replace("``", "`")
    found |= {INTERRUPTED: "Interrupted.", BROKEN_PIPE: "The reader of a pipe went away."}
    rows += [f"| {code} | {meaning} |" for code, meaning in sorted(found.items())]
    return "\n".join([*rows, ""])


def _commands(group: TableGroup, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = command.context_class(command, info_name=name, parent=context)
        if isinstance(command, TableGroup):
            yield from _commands(command, inner)
        else:
            yield _command(command, inner)


def _command(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    text = inspect.cleandoc(command.help or "")
    return f"## {context.command_path}\n\n    {usage}\n\n{text}\n\n{_options(command, context)}"


def _options(command: click.Command, context: click.Context) -> str:
    rows = []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None:
            term, explanation = (part.replace("|", "\\|") for part in record)
            rows.append(f"| `{term}` | {explanation} |")
    return "\n".join(["| | |", "|---|---|", *rows, ""]) if rows else ""


def main() -> int:
    """Write the page, and that of what commands answer in JSON."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(os.path.relpath(PAGE))
    return api_docs.main()


if __name__ == "__main__":
    sys.exit(main())
