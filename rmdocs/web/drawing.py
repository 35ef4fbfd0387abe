"""Drawing a page: its template, in the reader's language, with everything escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Generic, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.identifiers import (
    CopyNumber,
    DisposalNumber,
    DocumentNumber,
    HoldNumber,
    RecordNumber,
    RequestNumber,
)
from rmdocs.messages import Language, Text, is_text, listed, message, plain
from rmdocs.web.fields import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCell:
    """What stands in a table, where a text is not enough.

    :param href: where it leads; empty if nowhere.
    :param kind: names of the style sheet.
    """

    shown: Text | str
    href: str = ""
    kind: str = ""


PageRow = tuple["PageCell | Text | str | tuple[PageCell, ...] | None", ...]
"""What stands in a row of a table, from left to right."""


_PAGES = (
    (RequestNumber, "requests"),
    (DisposalNumber, "disposals"),
    (CopyNumber, "copies"),
    (HoldNumber, "holds"),
    (RecordNumber, "records"),
    (DocumentNumber, "documents"),
)
"""Where the page of a number is."""


def linked(text: str) -> PageCell:
    """Return a number; it leads to the page of what it names.

    A document may be named with its revision: ``RXD7200-04 1.1``.
    """
    for kind, place in _PAGES:
        with suppress(UsageError):
            href = f"/{place}/{kind.parse(text.partition(' ')[0])}"
            return PageCell(shown=text, href=href, kind="code")
    return PageCell(shown=text, kind="code")


T = TypeVar("T")
U = TypeVar("U")

ON_A_PAGE = 100
"""Rows of a list that one page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[T]):
    """What one page shows of a list that may be long.

    :param name: what the address calls the page's number: ``page``, or the list's own name
        where a page has several.
    :param shown: what stands on this page. :param count: how many there are in all.
    :param number: which page it is, counted from 1.
    :param asked: what else the address says, and goes on saying.
    """

    name: str
    shown: Sequence[T]
    count: int
    number: int
    asked: tuple[tuple[str, str], ...] = ()

    def drawn(self, draw: Callable[[T], U]) -> Paged[U]:
        """Return the same list, with what each one on this page is drawn as."""
        return Paged(
            name=self.name,
            shown=tuple(map(draw, self.shown)),
            count=self.count,
            number=self.number,
            asked=self.asked,
        )

    def href(self, number: int) -> str:
        """Return the address of another page of the list."""
        return f"?{urlencode((*self.asked, (self.name, number)))}"

    @property
    def last(self) -> int:
        """Return the number of the last page."""
        return max(-(-self.count // ON_A_PAGE), 1)

    @property
    def first_row(self) -> int:
        """Return which of all rows is the first on this page, counted from 1."""
        return (self.number - 1) * ON_A_PAGE + 1

    @property
    def last_row(self) -> int:
        """Return which of all rows is the last on this page."""
        return self.first_row + len(self.shown) - 1


@pass_context
def _said(context: Context, value: object) -> object:
    """Return what a template prints of a value: a text in the reader's language."""
    if is_text(value):
        return plain(value).text(context["language"])
    return "" if value is None else value


@cache
def _environment() -> Environment:
    # Whatever the name of a template, what it prints is escaped.
    made = Environment(
        loader=PackageLoader("rmdocs.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_said,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(on_a_page=ON_A_PAGE, message=message, listed=listed, runs=runs)
    return made


def draw(template: str, language: Language, values: Mapping[str, object]) -> str:
    """Return a page as HTML.

    :param template: its name in ``templates``.
    :param values: what it shows; texts are said in ``language``.
    """
    return _environment().get_template(template).render(values, language=language)


def preferred(request: Request) -> Language:
    """Return the language that a browser asks for first of those that rmdocs speaks."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        if part.strip().startswith(tuple(Language)):
            return Language(part.strip()[:2])
    return Language.ZH
