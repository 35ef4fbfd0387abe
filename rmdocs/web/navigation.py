"""Where the head of every page leads, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.registers.staff import Person

EVERYWHERE = frozenset(
    {"records_officer", "auditor", "form_author", "form_reviewer", "form_approver"}
)
"""Roles whose work is the records of all units; everybody else sees those of their own."""

LEADERS = frozenset({"department_head", "president"})
"""Roles that look after the managers of a unit."""

_RECORDS = frozenset({"records_officer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A page that the head of every page leads to.

    :param acting: whether it is there where somebody acts.
    :param roles: whose work it is, of those who act; empty for everybody's.
    :param reading: whether it is there where nobody acts.
    :param about: what one does there, for who has not been there yet.
    """

    path: str
    title: Text
    about: Text | None = None
    acting: bool = True
    roles: frozenset[str] = frozenset()
    reading: bool = False


LINKS = (
    PageLink(path="/", title=message("My work")),
    PageLink(path="/", title=message("What is due"), acting=False, reading=True),
    PageLink(
        path="/new",
        title=message("New record"),
        about=message("choose a form and fill it in; it is kept while you type"),
    ),
    PageLink(
        path="/sheets",
        title=message("Sheets and ledgers"),
        about=message("hand in a sheet of records, or a loan ledger for its notices"),
    ),
    PageLink(
        path="/scans",
        title=message("Scans"),
        about=message("hand in scans of signed paper, to be filed with their records"),
    ),
    PageLink(
        path="/documents",
        title=message("Controlled documents"),
        about=message("see which forms and documents are in force, and revise them"),
        roles=EVERYWHERE,
        reading=True,
    ),
    PageLink(
        path="/registers",
        title=message("Registers"),
        about=message("look up what was issued, revised and handed out, as of any day"),
        roles=EVERYWHERE,
        reading=True,
    ),
    PageLink(
        path="/copies",
        title=message("Controlled copies"),
        about=message("hand out copies of documents, and have them back"),
        roles=_RECORDS,
    ),
    PageLink(
        path="/holds",
        title=message("Holds"),
        about=message("keep records of a case from being disposed of"),
        roles=_RECORDS | {"auditor", "president"},
    ),
    PageLink(
        path="/disposals",
        title=message("Disposals"),
        about=message("see which records are kept long enough, and propose what becomes of them"),
        roles=_RECORDS,
    ),
    PageLink(
        path="/quarters",
        title=message("Managers' quarters"),
        about=message("see what each manager did in a quarter, and whether in time"),
        roles=EVERYWHERE | LEADERS,
        reading=True,
    ),
    PageLink(path="/trace", title=message("Trace"), roles=EVERYWHERE, reading=True),
    PageLink(path="/verify", title=message("Verify"), roles=EVERYWHERE, reading=True),
)


def links(person: Person | None, *, read_only: bool) -> Iterator[PageLink]:
    """Yield the pages that lie open to somebody, or to readers where nobody acts."""
    for link in LINKS:
        mine = person is not None and (not link.roles or link.roles & person.roles)
        if (read_only and link.reading) or (mine and link.acting):
            yield link
