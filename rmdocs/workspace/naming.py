"""What people call forms and documents: a number, its end, a title or a part of one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from rmdocs.characters import fold
from rmdocs.errors import UsageError
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Joined, Text, message
from rmdocs.registers.released import DocumentRegister

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
