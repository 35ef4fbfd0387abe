"""The names a template may use, and what is known of each.

The record's are those of every expression of the form; what the act of issuing
adds is the same for every form and is listed here.
"""

from __future__ import annotations

from collections.abc import Collection

from rmdocs.forms.form import Form
from rmdocs.forms.scopes import document_scope, record_scope
from rmdocs.language.shapes import LISTS, Scope, Shape, Sort, object_of, of

_DAY = of(Sort.DATE).optional()
_TEXT = of(Sort.TEXT)
_OF_A_DATE = {name: of(Sort.INTEGER) for name in ("year", "month", "day")}


def form_names(form: Form) -> Scope:
    """Return the names the template of ``form`` may use."""
    return {
        **document_scope(form, record_scope(form)),
        "today": _DAY,
        "facts": object_of({"issued_on": _DAY}),
        "number": _TEXT,
        "revision": _TEXT,
        "pin": _TEXT,
        "edition": of(Sort.INTEGER),
        "blank": of(Sort.BOOLEAN),
    }


def names_alone(names: Collection[str]) -> Scope:
    """Return the names a template may use where no more is known of them.

    :param names: dotted paths, items as ``[]``; one without a dot and nothing below it
        may hold anything (``addressee``).
    """
    roots = {name.replace("[", ".").partition(".")[0] for name in names}
    return {root: _below(root, names) for root in roots}


def _below(path: str, names: Collection[str]) -> Shape:
    inner = {
        name.removeprefix(f"{path}.").replace("[", ".").partition(".")[0]
        for name in names
        if name.startswith(f"{path}.")
    }
    if any(name.startswith(f"{path}[]") for name in names):
        return Shape(sorts=LISTS, item=_below(f"{path}[]", names))
    if inner:
        return object_of({name: _below(f"{path}.{name}", names) for name in inner})
    return Shape(names=_OF_A_DATE if "." in path else None)
