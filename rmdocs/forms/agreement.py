"""Whether the parts of a form agree with each other: manifest and schema, rule and stage.

What its expressions name is the business of ``naming``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rmdocs.findings import NOTHING, Finding, error
from rmdocs.forms.fitness import misfits
from rmdocs.forms.manifest import MANIFEST_NAME, Manifest
from rmdocs.forms.mentions import placed_rules
from rmdocs.forms.parts import Stage
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.messages import Text, message
from rmdocs.rules.guesses import did_you_mean
from rmdocs.rules.rule import Rule
from rmdocs.schemas.fields import Field
from rmdocs.schemas.paths import Steps, split
from rmdocs.schemas.schema import Schema

_ENVELOPE: tuple[Steps, ...] = (
    ("form",),
    ("unit",),
    ("date",),
    ("prepared_by",),
    ("prepared_by", "name"),
    ("prepared_by", "staff_no"),
    ("related",),
    ("related", 0),
)
"""What a record holds beside its content."""

CONTENT = "content"


def disagreements(manifest: Manifest, schema: Schema) -> list[Finding]:
    """Return everything in which the parts of a form disagree."""
    found = [*_identity(manifest), *_duplicates(manifest)]
    for index, stage in enumerate(manifest.stages):
        found += _stage(f"stages[{index}]", stage, schema)
    found += _undeclared_stages(manifest, schema)
    for place, rule in placed_rules(manifest.rules, manifest.signing):
        found += _rule(place, rule, manifest, schema)
    found += _ledger(manifest, schema)
    found += _unknown_roles(schema)
    return [*found, *misfits(manifest, schema)]


def _finding(
    place: str, code: str, reason: Text, remedy: Text = NOTHING, label: str = ""
) -> Finding:
    return error(code, f"{MANIFEST_NAME}:{place}", reason, remedy, label=label)


def _identity(manifest: Manifest) -> Iterator[Finding]:
    identity = manifest.identity
    signatures = [identity.prepared, identity.reviewed, identity.approved]
    if len(set(signatures)) != len(signatures):
        yield error(
            "FORM-THREE",
            f"{MANIFEST_NAME}:form",
            message("who prepares, reviews and approves a form are three people"),
            clause="ISO 9001 §7.5.2",
        )
    revisions = [entry.revision for entry in manifest.history]
    if identity.revision not in revisions:
        reason = message("no row for the revision {revision}", revision=identity.revision)
        yield _finding("history", "FORM-HISTORY", reason, message("add a row to [[history]]"))
    if revisions != sorted(set(revisions)):
        reason = message("the rows are not in the order of revisions")
        yield _finding("history", "FORM-HISTORY", reason)


def _duplicates(manifest: Manifest) -> Iterator[Finding]:
    codes = [rule.code for _, rule in placed_rules(manifest.rules, manifest.signing)]
    codes += [manifest.unique.code] if manifest.unique else []
    for part, name, values in (
        ("rules", "code", codes),
        ("derived", "name", [item.name for item in manifest.derived]),
        ("stages", "name", [stage.name for stage in manifest.stages]),
        ("signing.parties", "name", [party.name for party in manifest.signing]),
        ("slips", "name", [slip.name for slip in manifest.slips]),
        ("due", "name", [due.name for due in manifest.due]),
    ):
        for value, count in Counter(values).items():
            if count > 1:
                place = f"{part}[{_last(values, value)}].{name}"
                reason = message("“{value}” is used {count} times", value=value, count=count)
                yield _finding(place, "FORM-DUPLICATE", reason)


def _last(values: list[str], value: str) -> int:
    return len(values) - 1 - values[::-1].index(value)


def _stage(place: str, stage: Stage, schema: Schema) -> Iterator[Finding]:
    if stage.name not in schema.stage_names:
        yield _finding(
            f"{place}.name",
            "FORM-STAGE",
            message("the schema describes no stage “{name}”", name=stage.name),
            message("describe it under $defs.stages of the schema"),
        )
        return
    root = schema.stage(stage.name).root
    for name, value in (("person", stage.person), ("repeat", stage.repeat)):
        if value and root.at(tuple(value.split("."))) is None:
            reason = message("the stage has no property “{value}”", value=value)
            yield _finding(f"{place}.{name}", "FORM-FIELD", reason, _likely(value, root))


def _unknown_roles(schema: Schema) -> Iterator[Finding]:
    """Yield fields whose ``x-role`` is no role: nobody would ever hold it."""
    for base, part in (
        (CONTENT, schema),
        *((name, schema.stage(name)) for name in schema.stage_names),
    ):
        for name, field in part.fields().walk():
            for role in (*field.roles, *(field.item.roles if field.item else ())):
                if role not in ROLE_NAMES:
                    yield _finding(
                        f"{base}.{name}",
                        "FORM-ROLE",
                        message("unknown role: {roles}", roles=role),
                        did_you_mean(role, ROLE_NAMES),
                    )


def _undeclared_stages(manifest: Manifest, schema: Schema) -> Iterator[Finding]:
    declared = {stage.name for stage in manifest.stages}
    for name in schema.stage_names:
        if name not in declared:
            yield _finding(
                "stages",
                "FORM-STAGE",
                message("the schema describes a stage “{name}” that [[stages]] lacks", name=name),
                did_you_mean(name, declared),
            )


def _rule(place: str, rule: Rule, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
    stages = [stage.name for stage in manifest.stages]
    if rule.stage and rule.stage not in stages:
        reason = message("there is no stage “{name}”", name=rule.stage)
        remedy = did_you_mean(rule.stage, stages)
        yield _finding(f"{place}.stage", "FORM-STAGE", reason, remedy, rule.code)
    steps = split(rule.path.replace("{index}", "0"))
    if steps is None or not _leads(steps, manifest, schema):
        reason = message("“{path}” leads to nothing in a record", path=rule.path)
        remedy = message("write it like $.content.contract.no")
        yield _finding(f"{place}.path", "FORM-PATH", reason, remedy, rule.code)


def _ledger(manifest: Manifest, schema: Schema) -> Iterator[Finding]:
    for place, name in manifest.ledger.places() if manifest.ledger is not None else ():
        steps = tuple(0 if step == "[]" else step for step in name.replace("[]", ".[]").split("."))
        if not _leads(steps, manifest, schema):
            reason = message("“{name}” is not in the form", name=name)
            remedy = message("write it like content.contract.no")
            yield _finding(place, "FORM-FIELD", reason, remedy)


def _leads(steps: Steps, manifest: Manifest, schema: Schema) -> bool:
    """Return whether ``steps`` lead to something that a record can hold."""
    match steps:
        case () | ("content",) | ("stages",):
            return True
        case ("content", *inner):
            return schema.root.at(tuple(inner)) is not None
        case ("stages", str(name), *inner):
            declared = [stage.name for stage in manifest.stages]
            return name in declared and _in_stage(schema, name, tuple(inner))
        case ("derived", name):
            return name in {item.name for item in manifest.derived}
    return steps in _ENVELOPE


def _in_stage(schema: Schema, name: str, steps: Steps) -> bool:
    return name in schema.stage_names and schema.stage(name).root.at(steps) is not None


def _likely(name: str, field: Field) -> Text:
    return did_you_mean(name, _names(field.children), {c.name: c.title for c in field.children})


def _names(fields: Iterable[Field]) -> list[str]:
    return [field.name for field in fields]
