"""What people call things by: forms and documents by a number, its end, a title or a part of one.

And units, managers and quarters, by which a list is narrowed: what nobody knows is refused with
what there is, since an empty list would look like good news.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from rmdocs.characters import fold, narrow
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber, UnitCode
from rmdocs.messages import Joined, Text, by_command, listed, message
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.registers.released import DocumentRegister
from rmdocs.registers.revisions import DOCUMENTS, FORMS
from rmdocs.registers.series import known_volumes

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace


_QUOTES = str.maketrans("", "", "《》“”")


def document(workspace: Workspace, text: str, *, forms_only: bool = False) -> DocumentNumber:
    """Return the number of the form or document that a person calls ``text``.

    A whole number is taken as it is, in any case and width, also where nothing
    has it: who asks for it says so.

    :param text: a number, its end, or a title in either language, or a part of one.
    :raises UsageError: if nothing is called so, or more than one.
    """
    return called(text, lambda: _known(workspace, forms_only=forms_only))


def known(workspace: Workspace, text: str, *, forms_only: bool = False) -> DocumentNumber:
    """Return the number that a person calls ``text``, to list what is of it.

    :raises UsageError: if nothing is called so, or more than one, or no register has the number:
        an empty list would look like an answer.
    """
    number = document(workspace, text, forms_only=forms_only)
    require_known(workspace, number, forms_only=forms_only)
    return number


def require_known(
    workspace: Workspace, number: DocumentNumber, *, forms_only: bool = False
) -> None:
    """Refuse the number of a document that neither is released nor was ever proposed.

    :raises UsageError: with those that there are.
    """
    control = workspace.registry.control
    released = [*(() if forms_only else control.list(DOCUMENTS)), *control.list(FORMS)]
    proposed = (str(change.request.document) for change in ChangeRegister(head=control).all())
    if str(number) not in released and str(number) not in proposed:
        raise UsageError(
            message("{number} is in no register", number=number),
            message("documents in this workspace: {known}", known=listed(released)),
        )


def unit(workspace: Workspace, text: str) -> UnitCode:
    """Return the code of the unit that a person calls ``text``: by its code or its name.

    :raises UsageError: if there is none: with those that there are.
    """
    units = [*workspace.registry.staff.units()]
    for one in units:
        if fold(text) in map(fold, (str(one.code), one.name, one.full_name)):
            return one.code
    raise UsageError(
        message("{code} is not in the register of units", code=text),
        message("there are: {names}", names=listed(one.code for one in units)),
    )


def manager(workspace: Workspace, text: str) -> str:
    """Return the staff number or the name by which a person calls a manager, as it is entered.

    :raises UsageError: if nobody in the register of staff, and no record, has it.
    """
    wanted = fold(text)
    for one in workspace.registry.staff.people():
        for name in (str(one.staff_no), one.name):
            if fold(name) == wanted:
                return name
    workspace.registry.catalogue.catch_up()
    if not workspace.index.count(Query(rm=text)):
        raise UsageError(
            message("{staff_no} is not in the register of staff", staff_no=text),
            by_command(message("compare with the register of staff"), "rmdocs person list"),
        )
    return text


def quarter(workspace: Workspace, text: str) -> Quarter:
    """Return the quarter that a person calls ``text``.

    :raises UsageError: if it is none, or has not begun.
    """
    found = Quarter.parse(narrow(text))
    if found.first > workspace.today():
        raise UsageError(
            message("the quarter {quarter} has not begun", quarter=found),
            message("name one up to {last}", last=Quarter.of(workspace.today())),
        )
    return found


def require_year(workspace: Workspace, year: int) -> None:
    """Refuse a year in which no number was ever given, other than this one.

    :raises UsageError: with those in which some were.
    """
    volumes = known_volumes(workspace.store.refs())
    years = {workspace.today().year, *(volume.series.year for volume in volumes)}
    if year not in years:
        raise UsageError(
            message("no number was given in {year}", year=year),
            message("numbers were given in: {years}", years=listed(sorted(years))),
        )


def called(
    text: str, all_known: Callable[[], Iterable[tuple[DocumentNumber, tuple[str, ...]]]]
) -> DocumentNumber:
    """Return the number that a person calls ``text``, of those with titles in ``all_known``.

    :raises UsageError: if nothing is called so, or more than one.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    try:
        return DocumentNumber.parse(plain)
    except UsageError:
        known = dict(all_known())
    wanted = fold(text.translate(_QUOTES))
    exact = [number for number, titles in known.items() if wanted in map(fold, titles)]
    near = [
        number
        for number, titles in known.items()
        if _ends(str(number), plain) or (wanted and any(wanted in fold(title) for title in titles))
    ]
    found = exact or near
    if len(found) == 1:
        return found[0]
    may_be: tuple[Text, ...] = tuple(
        message("{number} {title}", number=number, title=known[number][0])
        for number in found or known
    )
    if found:
        raise UsageError(
            message("“{text}” may be any of: {names}", text=text, names=Joined(may_be)),
            message("give the number"),
        )
    raise UsageError(
        message("no form or document is called “{text}”", text=text),
        message("there are: {names}", names=Joined(may_be)),
    )


def _known(
    workspace: Workspace, *, forms_only: bool
) -> Iterator[tuple[DocumentNumber, tuple[str, ...]]]:
    """Yield every number that has a revision, and the titles of its last one."""
    forms, documents = workspace.registry.forms, DocumentRegister(workspace.registry.control)
    for number in forms.numbers():
        form = forms.load(forms.releases(number)[-1]).form
        yield number, (form.title.zh, form.title.en, *form.aliases)
    for number in () if forms_only else documents.numbers():
        document = documents.load(documents.releases(number)[-1]).document
        yield number, (document.title.zh, document.title.en)


def _ends(number: str, part: str) -> bool:
    """Return whether ``part`` is the end of a number, from one of its parts on."""
    end = part.removeprefix("-")
    return bool(end) and (f"-{number}".endswith(f"-{end}") or number.endswith(f"D{end}"))
