"""The entry point: options of every command, and the one place that catches errors.

Exit codes: 0 done, 1 findings, 2 called wrongly, 3 refused by the rules of
control, 4 store, 5 missing program, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from gettext import gettext
from io import StringIO
from pathlib import Path

import click

from rmdocs import __version__
from rmdocs.cli import context as languages
from rmdocs.cli import streams
from rmdocs.cli.context import Session
from rmdocs.cli.help import Option, TableGroup
from rmdocs.cli.printing import echo_error
from rmdocs.cli.table import COMMANDS
from rmdocs.errors import RmdocsError, StoreError, system_problem
from rmdocs.messages import Language, message

INTERRUPTED = 130
BROKEN_PIPE = 141
_QUOTED = re.compile(r"'([\w-]+)'")
_OPTIONS = (
    Option(
        ["--workspace", "-w"],
        type=click.Path(file_okay=False, path_type=Path),
        envvar="RMDOCS_WORKSPACE",
        show_envvar=True,
        default=Path(),
        metavar="DIR",
        help="The workspace; the current folder if not given.",
    ),
    Option(
        ["--as", "actor"],
        envvar="RMDOCS_ACTOR",
        show_envvar=True,
        default="",
        metavar="STAFF_NO",
        help="Who acts: your staff number, such as JN01-0101.",
    ),
    Option(
        [languages.OPTION],
        type=click.Choice([language.value for language in Language]),
        help="Language of texts and help; the locale's if not given.",
    ),
    Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=lambda context, _, asked: _print_version(context, asked=asked),
        help="Show the version and exit.",
    ),
)


def _start(workspace: Path, actor: str, lang: str | None) -> None:
    context = click.get_current_context()
    language = Language(lang) if lang else context.find_object(Language) or Language.EN
    context.obj = Session(language=language, path=workspace, actor=actor.strip())


def _print_version(context: click.Context, *, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(f"rmdocs {__version__}")
        context.exit()


def program() -> TableGroup:
    """Return the command line as a click group."""
    return TableGroup(
        "rmdocs",
        table=COMMANDS,
        callback=_start,
        params=list(_OPTIONS),
        help="Controlled documents from validated records.\n\n"
        "Every command says what it does with --help.",
        no_args_is_help=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = languages.choose(given, os.environ)
    with streams.shown(), languages.speaking(language):
        return _run(given, language)


def _show_misuse(problem: click.ClickException) -> None:
    """Print how a command was called wrongly, with the full stop of the language."""
    said = StringIO()
    problem.show(said)
    text = said.getvalue()
    first, stop = text.rstrip("\n"), "\n"
    if not first.isascii():
        # click joins sentences and lists as English does, and quotes as Python does.
        first = _QUOTED.sub(r"\1", first).replace("。 ", "。")
        head, colon, names = first.rpartition("：")
        first = head + colon + names.replace(", ", "、")
        if first.endswith("."):
            first = f"{first[:-1]}。"
    click.echo(first + stop, err=True, nl=False)


def _run(arguments: list[str], language: Language) -> int:
    try:
        words = streams.read_arguments(arguments, os.environ)
        streams.read_environment(os.environ)
        result = program().main(words, prog_name="rmdocs", standalone_mode=False, obj=language)
        sys.stdout.flush()
    except click.ClickException as problem:
        _show_misuse(problem)
        return problem.exit_code
    except RmdocsError as problem:
        echo_error(problem, language, as_json="--json" in arguments)
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(gettext("Aborted!"), err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader has gone: click says so with SystemExit, a last flush with the
        # error itself; Python would complain once more while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as problem:
        # Whatever was not there, not ours, or full, where nobody expected it.
        echo_error(_unusable(problem), language, as_json="--json" in arguments)
        return StoreError.exit_code
    return result if isinstance(result, int) else 0


def _unusable(problem: OSError) -> StoreError:
    return StoreError(
        message(
            "{path} cannot be used: {problem}",
            path=problem.filename or "-",
            problem=system_problem(problem),
        ),
        message("check that it is there, that you may use it, and that the disk is not full"),
    )
