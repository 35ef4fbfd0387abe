"""Options and arguments that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from gettext import gettext
from os import PathLike, fsdecode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmdocs.characters import fold, narrow, whole_number
from rmdocs.cli.context import CLUSTER, Session
from rmdocs.cli.help import argument, option
from rmdocs.intake.candidates import Hidden, Selection
from rmdocs.messages import Language, Text, listed, message

if TYPE_CHECKING:
    from rmdocs.files import File

EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
EXISTING = click.Path(exists=True, readable=True, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class OutPath(click.Path):
    """A file or folder to write to: where none can be written, nothing at all is done.

    :param report: a report, a workbook or a page, that is not there yet.
    :param endings: of the file's name; one that ends as another kind of file is refused.
    :param exactly: one that ends in anything else is refused, too.
    """

    def __init__(
        self,
        *,
        file_okay: bool = True,
        dir_okay: bool = True,
        report: bool = False,
        endings: Sequence[str] = (),
        exactly: bool = False,
    ) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay)
        self._report = report
        self._endings, self._exactly = endings, exactly

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path.

        :raises UsageError: if nothing can be written there, or its name is that of no report, or
            of another kind of file.
        :raises ConflictError: if a report is to be written where something is.
        """
        from rmdocs import folders

        path = Path(fsdecode(super().convert(value, param, ctx)))
        folders.require_writable(path)
        if self._endings:
            folders.require_kind(path, self._endings, exactly=self._exactly)
        if self._report:
            folders.require_report(path)
            folders.require_free(path, message("move it away, or choose another name"))
        return path


OUT_FOLDER = OutPath(file_okay=False)
OUT_BOOK, OUT_PAGE = (
    OutPath(dir_okay=False, endings=endings, exactly=True)
    for endings in ((".xlsx",), (".html", ".htm"))
)


def out_file(*endings: str) -> OutPath:
    """Return a file to write to, whose name may end in these, or in what no kind of file has."""
    return OutPath(dir_okay=False, endings=endings)


OUT_REPORT = OutPath(dir_okay=False, report=True)


class Day(click.DateTime):
    """A day of the calendar: ``2026-03-02``."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as click has it
        """Return the day; what is none is refused without naming a format of Python's."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            said = gettext("“{value}” is no date; write it like 2026-03-02.").format(value=value)
            self.fail(said, param, ctx)


class Moment(click.DateTime):
    """A moment by the clock of the office: ``2026-03-02 14:30``, or the beginning of a day."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as click has it
        """Return the moment; what is none is refused without naming a format of Python's."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            said = gettext("“{value}” is no moment; write it like 2026-03-02 14:30.")
            self.fail(said.format(value=value), param, ctx)


_SHOWN = 40
"""Signs of what is no number that are shown: it may be a whole text."""


class WholeNumber(click.IntRange):
    """A whole number between two."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as click has it
        """Return the number; what is none is refused in words."""
        text = str(value)
        number = whole_number(text.removeprefix("-"))
        if number is None:
            said = gettext("“{value}” is no whole number.").format(value=text[:_SHOWN])
            self.fail(said, param, ctx)
        return super().convert(-number if text.startswith("-") else number, param, ctx)

    def _describe_range(self) -> str:
        if self.max is None:
            return f"≥{self.min}"
        return f"{self.min}–{self.max}"


DATE, MOMENT = Day(), Moment()


class Days(WholeNumber):
    """A number of days, bare or with its unit: ``45``, ``45d``, ``45天``."""

    name = "days"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as click has it
        """Return the number; click refuses what is none."""
        if isinstance(value, str):
            value = narrow(value).removesuffix("d").removesuffix("天")
        return super().convert(value, param, ctx)


class NamedChoice(click.Choice[str]):
    """One of several codes, given as the code or as what a person calls it in either language.

    :param names: what each code is called.
    """

    def __init__(self, names: Mapping[str, Text]) -> None:
        super().__init__(list(names))
        self._names = names

    def convert(self, value: Any, param: Any, ctx: Any) -> str:  # noqa: ANN401 - as click has it
        """Return the code; what is called nothing here is refused with all that there are."""
        wanted = fold(str(value))
        for code, name in self._names.items():
            if wanted in {fold(code), *(fold(name.text(language)) for language in Language)}:
                break
        else:
            self.fail(self._unknown(value).text(_language(ctx)), param, ctx)
        return code

    def _unknown(self, value: object) -> Text:
        called = (
            message("{title} ({code})", title=name, code=code) for code, name in self._names.items()
        )
        return message("“{value}” is not one of: {choices}", value=value, choices=listed(called))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return what may be given: codes, or in Chinese their titles."""
        if _language(ctx) is Language.EN:
            return super().get_metavar(param, ctx)
        return f"[{'|'.join(name.text(Language.ZH) for name in self._names.values())}]"


def _language(ctx: click.Context | None) -> Language:
    session = ctx.find_object(Session) if ctx is not None else None
    return session.language if session is not None else Language.EN


def _choose_cluster(ctx: click.Context, _param: click.Parameter, address: str | None) -> None:
    ctx.meta[CLUSTER] = address


FORM_HELP = "The form: its number, the end of it (04), or its title."
out_option = option(
    "--out", type=OUT_FOLDER, required=True, metavar="DIR", help="The folder to write to."
)
trusted_keys_option = option(
    "--keys",
    type=FILE,
    required=True,
    metavar="K",
    help="The keys that you trust, as the branch's records officer handed them out.",
)
policy_option = option(
    "--policy",
    type=FILE,
    metavar="FILE",
    help="Whose cosignatures you ask for: your own file of witnesses (c2sp.org/tlog-policy).",
)
cluster_option = option(
    "--cluster",
    metavar="ADDRESS",
    expose_value=False,
    callback=_choose_cluster,
    help="Have machines of a Dask cluster do a share of the work: the address of its scheduler,"
    " tls://HOST:PORT. See: docs/benchmarks.md.",
)
json_option = option("--json", "as_json", is_flag=True, help="Answer in JSON, one value a line.")
revision_option = option(
    "--revision",
    default="",
    metavar="X.Y",
    help="Only records that stand under this revision of their form.",
)
open_option = option(
    "--open", "open_only", is_flag=True, help="Only records that are neither closed nor void."
)
edition_option = option(
    "--edition", type=WholeNumber(1), metavar="N", help="That edition instead of the newest."
)
number_argument = argument(
    "number", metavar="NUMBER", help="Record number, such as RXD7200-02-JN01-2026-0001."
)
files_argument = argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=EXISTING_FILE,
    help="Record files: JSON, YAML, JSON lines, CSV or XLSX.",
)
sheet_option = option(
    "--sheet",
    "sheets",
    multiple=True,
    metavar="NAME",
    help="Name of the worksheet that holds the rows, where a workbook has several.",
)
hidden_option = option(
    "--hidden",
    type=click.Choice(["skip", "use"]),
    help="What becomes of hidden or filtered rows, and of hidden columns and worksheets.",
)


def selection_of(sheets: Sequence[str], hidden: str | None) -> Selection:
    """Return what of a workbook is read, by the options of that name."""
    return Selection(sheets=tuple(sheets), hidden=Hidden(hidden or ""))


_LONGEST_POLICY = (1 << 20) + 1
"""Bytes that are read of a policy: one more than any has."""


def policy_in(path: Path | None) -> File | None:
    """Return the policy that a person names; None if they name none."""
    from rmdocs import folders

    return folders.beginning(path, _LONGEST_POLICY) if path is not None else None
