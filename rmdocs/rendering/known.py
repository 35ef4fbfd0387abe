"""The names a template may use, and what to say about one it may not.

The schema gives the content's names; the other names of a context are the
same for every form and are listed here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from rmdocs.findings import NOTHING
from rmdocs.forms.form import Form
from rmdocs.messages import Text, message
from rmdocs.schemas.fields import FieldTree

_RECORD = (
    "record.form",
    "record.unit",
    "record.date",
    "record.prepared_by.name",
    "record.prepared_by.staff_no",
    "record.related",
)
_UNIT = ("unit.code", "unit.name", "unit.full_name")
_FORM = (
    "form.number",
    "form.revision",
    "form.title.zh",
    "form.title.en",
    "form.organisation.zh",
    "form.organisation.en",
    "form.parent",
    "form.annex.zh",
    "form.annex.en",
    "form.clause",
    "form.access",
    "form.marking",
    "form.effective",
    "form.prepared",
    "form.reviewed",
    "form.approved",
    "form.history[].revision",
    "form.history[].date",
    "form.history[].change.zh",
    "form.history[].change.en",
)
_ISSUE = ("number", "edition", "pin", "facts.issued_on", "revision", "addressee", "blank")
_TODAY = "today"
_OF_A_DATE = frozenset({"year", "month", "day"})


def context_names(
    content: FieldTree,
    derived: Iterable[str] = (),
    stages: Mapping[str, FieldTree] | None = None,
) -> frozenset[str]:
    """Return the dotted names a template of a form may use, items as ``[]``.

    :param content: the fields of the record's content.
    :param derived: names of the form's derived values.
    :param stages: fields of each stage, by name; a repeated stage is named
        with ``[]`` (``rating[]``).
    """
    names = {*_RECORD, *_UNIT, *_FORM, *_ISSUE, _TODAY} | content.names("content.")
    names |= {f"derived.{name}" for name in derived}
    for stage, fields in (stages or {}).items():
        names |= {f"stages.{stage}"} | fields.names(f"stages.{stage}.")
    return frozenset(names)


def form_names(form: Form) -> frozenset[str]:
    """Return the dotted names the template of ``form`` may use."""
    stages = {
        f"{stage.name}[]" if stage.repeat else stage.name: form.stage_schema(stage.name).fields()
        for stage in form.stages
    }
    derived = (derivation.name for derivation in form.derived)
    return context_names(form.schema.fields(), derived, stages)


class KnownNames:
    """What exists, asked with what is used.

    :param names: dotted paths; one without a dot and nothing below it may
        hold anything (``addressee``).
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._parents = {parent for name in names for parent in _parents(name)}

    def has(self, used: str) -> bool:
        """Return whether ``used`` names something, or something below a known name."""
        name = used
        while name.endswith("[]"):
            name = name.removesuffix("[]")
        if name in self._names or name in self._parents or f"{name}[]" in self._parents:
            return True
        parent, _, last = name.rpartition(".")
        if last in _OF_A_DATE and parent in self._names:
            return True
        root = name.replace("[", ".").partition(".")[0]
        return root in self._names and root not in self._parents

    def advice(self, used: str) -> Text:
        """Return what to do about a name that does not exist."""
        near = difflib.get_close_matches(used, sorted(self._names), n=1)
        if near:
            return message("did you mean {name}?", name=near[0])
        return message("take the name from the form's schema") if self._names else NOTHING


def _parents(name: str) -> list[str]:
    return [name[:end] for end, sign in enumerate(name) if sign in ".[" and end]
