"""Checking a form on the desk before it is released, and its migration."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from rmdocs import canonical
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, did_you_mean, error, warning
from rmdocs.forms.form import NAMES, Form, FormFiles, read_form, understood
from rmdocs.forms.migrationsteps import (
    Assign,
    Drop,
    PropertyPath,
    Rename,
    Step,
    known_places,
    origin,
)
from rmdocs.forms.scopes import FUNCTION, findings_of, misnamed, record_scope, unfilled, words
from rmdocs.forms.section import MANIFEST_NAME, stated
from rmdocs.forms.sections.migration import step_finding
from rmdocs.forms.sections.stages import Stage
from rmdocs.forms.tomltables import unreadable_texts
from rmdocs.language.shapes import ANY, YES_OR_NO, Sort, of
from rmdocs.messages import message
from rmdocs.schemas.fields import FieldKind, FieldTree
from rmdocs.schemas.schema import COMMON
from rmdocs.schemas.soundness import unsound


def succession(old: Form, new: Form) -> list[Finding]:
    """Return where the migration of ``new`` does not fit the records of ``old``.

    Names that ``old`` does not have, values that would meet another, and what
    ``old`` captured and no step says anything of.
    """
    steps = new.migration.steps if new.migration is not None else ()
    findings = list(_stages(old, new))
    there = {PropertyPath.of(name) for name in known_places(old.schema, old.stages)}
    inner = {place for place in there if any(_inside(other, place) for other in there)}
    for index, step in enumerate(steps):
        findings += _known(index, step, there, old)
        findings += _goes_through(index, steps, there, old)
        findings += _sees(index, step, old)
        there = _after(step, there)
        inner = _after(step, inner)
    findings += _left_behind(there - inner, old, new)
    return findings


def _inside(place: PropertyPath, other: PropertyPath) -> bool:
    return place != other and place.within(other)


def _open_stages(old: Form) -> Iterator[Stage]:
    """Yield the stages that a record may have and still be open: only such are carried over."""
    for stage in old.stages:
        if not stage.settles:
            yield stage
        elif not stage.optional:
            return


def _stages(old: Form, new: Form) -> Iterator[Finding]:
    for stage in _open_stages(old):
        other = new.stage(stage.name)
        if other is None or bool(other.repeat) != bool(stage.repeat):
            yield warning(
                "FORM-MIGRATION",
                f"{MANIFEST_NAME}:stages",
                message(
                    "records with the stage “{name}” of revision {old} cannot be carried over",
                    name=stage.name,
                    old=old.revision,
                ),
                message("keep the stage, or leave such records as they are"),
            )


def _known(index: int, step: Step, there: set[PropertyPath], old: Form) -> Iterator[Finding]:
    """Yield whether a step takes what is not there, or puts a value where one is."""
    if isinstance(step, Assign):
        through = step.place.list
        if through is not None and PropertyPath(through.steps[:-1]) not in there:
            yield _not_there(index, step.act, through, there, old)
        return
    if not any(place.within(step.place) for place in there):
        key = "drop" if isinstance(step, Drop) else "rename"
        yield _not_there(index, key, step.place, there, old)
    if isinstance(step, Rename) and not step.place.within(step.to):
        taken = any(place.within(step.to) and not place.within(step.place) for place in there)
        if taken:
            yield step_finding(
                index,
                "to",
                message("revision {old} has “{place}” already", old=old.revision, place=step.to),
                message("rename it or drop it in an earlier step"),
            )


def _goes_through(
    index: int, steps: Sequence[Step], there: set[PropertyPath], old: Form
) -> Iterator[Finding]:
    """Yield whether a value is computed for the items of what is no list."""
    step = steps[index]
    through = step.place.list
    if not isinstance(step, Assign) or through is None:
        return
    whole = PropertyPath(through.steps[:-1])
    field = known_places(old.schema, old.stages).get(str(origin(whole, steps[:index])))
    if whole not in there or (field is not None and field.item is None):
        yield _not_there(index, step.act, through, there, old)


def _not_there(
    index: int, key: str, place: PropertyPath, there: set[PropertyPath], old: Form
) -> Finding:
    otherwise = message("leave the step out, or correct the name")
    return step_finding(
        index,
        key,
        message("revision {old} has no “{place}” at this step", old=old.revision, place=place),
        did_you_mean(str(place), map(str, there), otherwise=otherwise),
        "FORM-FIELD",
    )


def _sees(index: int, step: Step, old: Form) -> Iterator[Finding]:
    """Yield what is wrong with the expressions of a step, which see the record as it was."""
    if not isinstance(step, Assign):
        return
    scope = {name: shape for name, shape in record_scope(old).items() if name != "form"}
    if step.place.list is not None:
        scope |= {"item": ANY, "index": of(Sort.INTEGER)}
    for key, expression, wants in (("value", step.value, None), ("when", step.when, YES_OR_NO)):
        for one in stated(f"migration.steps[{index}].{key}", expression, scope, wants):
            # Functions are the same in every revision: the form's own check tells of them.
            yield from (found for found in findings_of(one) if found.code != FUNCTION)


def _after(step: Step, there: set[PropertyPath]) -> set[PropertyPath]:
    """Return which places there are after a step."""
    if isinstance(step, Rename):
        return {
            place.moved(step.place, step.to) if place.within(step.place) else place
            for place in there
        }
    if isinstance(step, Drop):
        return {place for place in there if not place.within(step.place)}
    whole = not step.default and step.when is None
    kept = {place for place in there if not (whole and _inside(place, step.place))}
    return kept if step.place.is_item else {*kept, step.place}


def _left_behind(leaves: set[PropertyPath], old: Form, new: Form) -> Iterator[Finding]:
    known = {PropertyPath.of(name) for name in known_places(new.schema, new.stages)}
    # A stage that is gone altogether is told as such.
    staged = {stage.name for stage in _open_stages(old)} & {stage.name for stage in new.stages}
    lost = {
        _topmost(place, known)
        for place in leaves - known
        if place.steps[0] == "content" or place.steps[1] in staged
    }
    for place in sorted(lost, key=str):
        yield error(
            "FORM-MIGRATION",
            f"{MANIFEST_NAME}:migration",
            message(
                "revision {old} captured “{place}”, which revision {new} does not have",
                old=old.revision,
                place=place,
                new=new.revision,
            ),
            message("add a step that renames it or drops it"),
        )


def _topmost(place: PropertyPath, known: set[PropertyPath]) -> PropertyPath:
    """Return the outermost object around ``place`` that the new revision does not have."""
    for end in range(len(place.home) + 1, len(place.steps)):
        outer = PropertyPath(place.steps[:end])
        if not outer.is_item and outer not in known:
            return outer
    return place


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
