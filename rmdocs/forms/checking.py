"""Checking a form on the desk, before it is released: all that can be said of its files.

Beyond what keeps a form from loading: fields nobody can read, fields that are
captured and used nowhere, names a template uses that do not exist. Which names
a template uses is the business of ``rendering``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, did_you_mean, error, warning
from rmdocs.forms.form import Form, read_form, understood
from rmdocs.forms.naming import misnamed, unfilled, words
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.forms.section import MANIFEST_NAME
from rmdocs.forms.succession import succession
from rmdocs.forms.tomltables import unreadable_texts
from rmdocs.messages import message
from rmdocs.schemas.fields import FieldKind, FieldTree
from rmdocs.schemas.schema import COMMON
from rmdocs.schemas.soundness import unsound

_CONTENT, _DERIVED, _STAGES = "content", "derived", "stages"


def check_form(
    files: FormFiles,
    used: Collection[str] | None = None,
    released: Iterable[Form] = (),
    text: str | None = None,
) -> list[Finding]:
    """Return everything found wrong with a form's files, warnings too.

    :param used: the dotted names that its template uses, items as ``[]``;
        None if they are not known.
    :param released: its released revisions; those whose records it carries
        over are compared with its migration.
    :param text: what its template prints, without values; None if that is not known.
    """
    form, findings = read_form(files)
    if not findings:
        findings += unreadable_texts(files.manifest, MANIFEST_NAME)
    broken: list[Finding] = []
    if form is not None:
        broken = unsound(files.schema, {COMMON: files.common}, NAMES["schema"])
    # A sample is not held against a schema that two programs read in two ways, or never end.
    findings += [*broken, *_sample(files.sample, form, check=not broken)]
    whole = understood(files)
    if whole is not None:
        findings += [*misnamed(whole), *unfilled(files.manifest, whole)]
    if form is None:
        return findings
    findings += _untitled(form)
    for earlier in released:
        if earlier.revision in form.predecessors:
            findings += succession(earlier, form)
    if used is not None:
        findings += _unknown(form, used)
        findings += _unused(form, used)
    if text is not None:
        findings += _places(form, text)
    return findings


def _places(form: Form, text: str) -> Iterator[Finding]:
    """Yield a warning for each text that a place goes by and the template does not print once."""
    anchors = [
        (f"signing.parties[{i}].place", one.place.anchor) for i, one in enumerate(form.signing)
    ]
    anchors += [(f"slips[{i}].code", one.anchor) for i, one in enumerate(form.slips)]
    for place, anchor in anchors:
        times = text.count(anchor)
        if times != 1:
            yield warning(
                "FORM-PLACE",
                f"{MANIFEST_NAME}:{place}.anchor",
                message(
                    "the template prints “{anchor}” {times} time(s), not once",
                    anchor=anchor,
                    times=times,
                ),
                message("name a text that each document prints exactly once"),
            )


def _sample(data: bytes, form: Form | None, *, check: bool) -> Iterator[Finding]:
    name = NAMES["sample"]
    try:
        value = canonical.decode(data)
    except FindingsError as problem:
        for item in problem.findings:
            yield error(item.code, f"{name}:{item.path}", item.message, item.remedy)
        return
    record = value.get("record", value) if isinstance(value, dict) else None
    number = record.get("form") if isinstance(record, dict) else None
    if form is not None and number != str(form.number):
        own = form.number
        reason = (
            message("the sample does not say of which form it is")
            if not isinstance(number, str)
            else message("the sample is of the form {other}, not {own}", other=number, own=own)
        )
        remedy = message("write “form”: “{number}” in it, as in a record", number=str(own))
        yield error("FORM-SAMPLE", f"{name}:$.form", reason, remedy)
    elif check and form is not None and isinstance(record, dict):
        content = form.schema.normalise(record.get("content", {}))
        for found in form.schema.check(content):
            yield error(found.code, f"{name}:{found.path}", found.message, found.remedy)


def trees(form: Form) -> Iterator[tuple[str, FieldTree]]:
    """Yield the fields of a form's content and of each stage, with the name before them."""
    yield _CONTENT, form.schema.fields()
    for stage in form.stages:
        yield f"{_STAGES}.{stage.name}", form.stage_schema(stage.name).fields()


def form_names(form: Form) -> frozenset[str]:
    """Return the dotted names of everything captured or derived, items as ``[]``."""
    names = {f"{_DERIVED}.{item.name}" for item in form.derived}
    for prefix, tree in trees(form):
        names |= {prefix} | tree.names(f"{prefix}.")
    return frozenset(names)


def _untitled(form: Form) -> Iterator[Finding]:
    for prefix, tree in trees(form):
        for name, field in tree.walk():
            if not field.title or not field.description:
                yield warning(
                    "FORM-UNTITLED",
                    f"{NAMES['schema']}:{prefix}.{name}",
                    message("the property has no Chinese title or no English description"),
                    message("give it “title” and “description”; people see them, not the name"),
                )


def _unknown(form: Form, used: Collection[str]) -> Iterator[Finding]:
    known = {name.replace("[]", "") for name in form_names(form)}
    for name in sorted(used):
        plain = name.replace("[]", "")
        inside = plain.partition(".")[0] in {_CONTENT, _DERIVED, _STAGES}
        if inside and "." in plain and plain not in known:
            yield error(
                "FORM-TEMPLATE",
                f"{NAMES['template']}:{name}",
                message("the template uses “{name}”, which the form does not have", name=name),
                did_you_mean(plain, known),
            )


def _unused(form: Form, used: Collection[str]) -> Iterator[Finding]:
    """Yield what is captured but neither printed nor used by any expression.

    An expression uses a property if its name occurs in it at all: a false
    alarm would be worse than a missed one.
    """
    mentioned = words(form)
    printed = {name.replace("[]", "") for name in used}
    printed |= {parent for name in printed for parent in _parents(name)}
    for prefix, tree in trees(form):
        for name, field in tree.walk():
            plain = f"{prefix}.{name}".replace("[]", "")
            whole = any(parent in used for parent in _parents(plain))
            if field.kind is FieldKind.OBJECT or plain in printed or whole:
                continue
            if field.name not in mentioned:
                manifest = MANIFEST_NAME
                yield warning(
                    "FORM-UNUSED",
                    f"{NAMES['schema']}:{prefix}.{name}",
                    message("captured, but neither printed nor used in {file}", file=manifest),
                    message("print it, or leave it out of the schema unless it is kept for itself"),
                    label=field.title,
                )


def _parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    for end in range(2, len(parts)):
        yield ".".join(parts[:end])
