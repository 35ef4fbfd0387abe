"""The progress bar of long commands: on a terminal only, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from rmdocs.cli.streams import beneath

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


class Progress:
    """A bar that appears with the first step and is gone when the work is.

    :param label: what is being done, in the reader's language.
    """

    def __init__(self, label: str) -> None:
        self._label = label
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
        if self._bar is None:
            self._bar = click.progressbar(length=total, label=self._label, file=beneath(sys.stderr))
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)
