"""How records of earlier revisions become records of this one: ``[migration]``.

Steps as data, and whether they fit the form they lead to. Whether they fit the one
they come from is ``succession``'s business; carrying them out is ``records``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.findings import NOTHING, Finding, did_you_mean
from rmdocs.forms.differences import Area, Change, RevisionTerms, What, comma, plain
from rmdocs.forms.migrationsteps import (
    CONTENT,
    Assign,
    Drop,
    PropertyPath,
    Rename,
    Step,
    known_places,
)
from rmdocs.forms.section import (
    ExpressionScopes,
    Manifest,
    Section,
    Stated,
    both,
    finding,
    list_of,
    stated,
    table_of,
    text,
)
from rmdocs.forms.sections.identity import HistorySection, IdentitySection
from rmdocs.forms.sections.stages import StagesSection
from rmdocs.forms.titles import Titles
from rmdocs.forms.tomltables import TomlTable
from rmdocs.identifiers import Revision
from rmdocs.language.expression import Expression
from rmdocs.messages import Text, Verbatim, listed, message
from rmdocs.schemas.fields import Field
from rmdocs.schemas.schema import Schema

_ACTS: Mapping[str, frozenset[str]] = {
    "rename": frozenset({"to"}),
    "set": frozenset({"value", "when"}),
    "default": frozenset({"value"}),
    "drop": frozenset(),
}
"""What a step does, and what else it says."""

_SEEN = frozenset({"content", "stages", "unit", "record", "derived"})
_OF_AN_ITEM = frozenset({"item", "index"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationSection(Section):
    """``[migration]``: how records of the revisions ``origins`` become records of this one.

    :param steps: carried out in this order.
    """

    table = "migration"
    schema = table_of(
        {
            "from": {
                "title": "来源版本",
                "description": "The revisions whose records it carries over",
                "type": ["string", "array"],
                "items": text("版本", "Revision", examples=["1.0"]),
                "minItems": 1,
                "minLength": 1,
            },
            "steps": list_of(
                table_of(
                    {
                        "rename": text("改名", "The value moves", examples=["content.phone"]),
                        "to": text("新名称", "Its new name"),
                        "set": text("赋值", "An expression computes the value"),
                        "default": text("默认", "The same, only where there is no value"),
                        "drop": text("舍去", "The value is left behind"),
                        "value": {
                            "title": "值",
                            "description": "Expression, number, or true or false",
                            "type": ["string", "integer", "boolean"],
                            "minLength": 1,
                        },
                        "when": text("条件", "Expression: only where it holds"),
                        "note": both("说明", "What the step is for"),
                    },
                    *("rename", "to", "set", "default", "drop", "value", "when", "note"),
                ),
                title="步骤",
                english="What is done, in this order",
            ),
        },
        "steps",
        title="迁移",
        english="How records of earlier revisions become records of this one",
    )

    origins: tuple[Revision, ...]
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return what becomes of earlier records."""
        steps = map(_step, table.tables("steps"))
        return cls(origins=_origins(table), steps=tuple(step for step in steps if step is not None))

    @property
    def renamed(self) -> Mapping[str, str]:
        """Return which names the steps change."""
        return {str(one.place): str(one.to) for one in self.steps if isinstance(one, Rename)}

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield what is computed; it sees the revision before, which is not known here."""
        del seen
        for index, step in enumerate(self.steps):
            if isinstance(step, Assign):
                yield from stated(f"migration.steps[{index}].value", step.value, None)
                yield from stated(f"migration.steps[{index}].when", step.when, None)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield everything in which it disagrees with its own form.

        What it says of the revisions before is not known here; see ``succession``.
        """
        yield from self._disordered(manifest)
        known = known_places(schema, manifest[StagesSection].stages)
        for index, step in enumerate(self.steps):
            earlier, later = self.steps[:index], self.steps[index + 1 :]
            yield from _shape(index, step)
            yield from _target(index, step, later, known)
            if isinstance(step, Assign):
                yield from _free_names(index, step)
                yield from _replaced(index, step, earlier)

    def _disordered(self, manifest: Manifest) -> Iterator[Finding]:
        own, known = manifest[IdentitySection].revision, manifest[HistorySection].revisions
        for one in self.origins:
            if one >= own:
                reason = message("{origin} does not come before {own}", origin=one, own=own)
                remedy = message("name a revision before {own}", own=own)
                yield finding("migration.from", "FORM-MIGRATION", reason, remedy)
            elif one not in known:
                reason = message("no row of the history is of revision {origin}", origin=one)
                earlier = listed(str(revision) for revision in known if revision < own)
                remedy = message("add a row to [[history]]")
                if earlier:
                    remedy = message("known here: {names}", names=earlier)
                yield finding("migration.from", "FORM-MIGRATION", reason, remedy)
        if len(set(self.origins)) != len(self.origins):
            remedy = message("name each revision once")
            reason = message("a revision occurs twice")
            yield finding("migration.from", "FORM-MIGRATION", reason, remedy)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield what becomes of records of earlier revisions, if that is not as before."""
        if old == new:
            return
        area, place = Area.MIGRATION, message("records of earlier revisions")
        if new is None:
            told = message("Records of the earlier revision are carried over as they are.")
            yield Change.removed(area, place, NOTHING, told, cls.table)
            return
        origins = comma(plain(str(revision)) for revision in new.origins)
        place = message("records of revision {revisions}", revisions=origins)
        if not new.steps:
            told = message("{records} are carried over as they are.", records=place)
            yield Change(area=area, place=place, what=What.CHANGED, sentence=told, path=cls.table)
        for number, step in enumerate(new.steps):
            said = _said(step, telling)
            told = message("{records}: {step}.", records=place, step=said)
            path = f"migration.steps[{number}]"
            yield Change.added(area, place, said, told, path)


def _said(step: Step, telling: RevisionTerms) -> Text:
    if isinstance(step, Rename):
        name, to = _titled(telling.old, str(step.place)), _titled(telling.new, str(step.to))
        return message("the value of {name} is kept as {to}", name=name, to=to)
    if not isinstance(step, Assign):
        return message("{name} is left behind", name=_titled(telling.old, str(step.place)))
    name = _titled(telling.new, str(step.place))
    value = telling.old.expression(step.value.source)
    if step.default:
        return message("{name} becomes {value} where it is empty", name=name, value=value)
    if step.when is not None:
        return message(
            "{name} becomes {value} where {condition}; elsewhere nothing is set",
            name=name,
            value=value,
            condition=telling.old.expression(step.when.source),
        )
    return message("{name} becomes {value}", name=name, value=value)


def _titled(titles: Titles, name: str) -> Text:
    title = titles.title(name) or Verbatim(name)
    return message("“{title}” ({name})", title=title, name=name)


def step_finding(
    index: int, name: str, reason: Text, remedy: Text, code: str = "FORM-MIGRATION"
) -> Finding:
    """Return a finding about the value called ``name`` of a step; the step itself if empty."""
    return finding(f"migration.steps[{index}]{f'.{name}' if name else ''}", code, reason, remedy)


def _origins(table: TomlTable) -> tuple[Revision, ...]:
    if isinstance(table.values.get("from"), str):
        return (table.parsed("from", Revision.parse, Revision(major=0, minor=0)),)
    origins = []
    for index, origin in enumerate(table.texts("from")):
        try:
            origins.append(Revision.parse(origin))
        except UsageError as problem:
            table.note(f"from[{index}]", "FORM-VALUE", problem.reason, problem.remedy)
    return tuple(origins)


def _step(table: TomlTable) -> Step | None:
    acts = [act for act in _ACTS if table.has(act)]
    if len(acts) != 1:
        reason = message("a step does one thing, not {count}", count=len(acts))
        remedy = message("give it exactly one of: {acts}", acts=listed(_ACTS))
        table.note("", "FORM-MIGRATION", reason, remedy)
        return None
    act = acts[0]
    for name in table.values.keys() - {act, "note"} - _ACTS[act]:
        reason = message("“{name}” means nothing here", name=name)
        table.note(name, "FORM-UNKNOWN", reason, message("leave it out"))
    for name in sorted(_ACTS[act] - {"when"} - table.values.keys()):
        reason = message("required, but missing")
        table.note(name, "FORM-MISSING", reason, message("write it in the step"))
    nowhere = PropertyPath((CONTENT, ""))
    place = table.parsed(act, PropertyPath.parse, nowhere)
    note = table.optional_bilingual("note")
    step: Step
    if act == "rename":
        step = Rename(place=place, to=table.parsed("to", PropertyPath.parse, nowhere), note=note)
    elif act == "drop":
        step = Drop(place=place, note=note)
    else:
        when = table.optional_expression("when") if act == "set" else None
        step = Assign(
            place=place, value=_value(table), when=when, default=act == "default", note=note
        )
    return step


def _value(table: TomlTable) -> Expression:
    """Return the expression of a value; a plain number or truth value stands for itself."""
    value = table.values.get("value")
    if isinstance(value, bool):
        return Expression.compile("true" if table.flag("value") else "false")
    if isinstance(value, int):
        return Expression.compile(str(table.whole("value")))
    return table.expression("value")


def _shape(index: int, step: Step) -> Iterator[Finding]:
    if isinstance(step, Rename):
        yield from _rename(index, step)
    elif step.place.is_item and (isinstance(step, Drop) or step.default):
        name = "drop" if isinstance(step, Drop) else step.act
        reason = message("“{place}” are the items themselves", place=step.place)
        yield step_finding(index, name, reason, message("name a property of the items"))


def _rename(index: int, step: Rename) -> Iterator[Finding]:
    if step.place == step.to:
        reason = message("the new name is the old one")
        yield step_finding(index, "to", reason, message("leave the step out"))
    elif step.place.home != step.to.home:
        reason = message("a value stays in the content, or in its stage")
        remedy = message("begin both names with {home}", home=".".join(step.place.home))
        yield step_finding(index, "to", reason, remedy)
    elif step.place.is_item or step.to.is_item:
        reason = message("“{place}” are the items themselves", place=step.place)
        yield step_finding(index, "rename", reason, message("name a property of the items"))
    elif step.place.list != step.to.list:
        reason = message("a value stays with its item of a list")
        remedy = message("both names lead through the same list, up to the last []")
        yield step_finding(index, "to", reason, remedy)


def _target(
    index: int, step: Step, later: Sequence[Step], known: Mapping[str, Field]
) -> Iterator[Finding]:
    """Yield whether a value ends where the form has nothing, and stays there."""
    target = step.target
    if target is None or any(_takes_away(other, target) for other in later):
        return
    name = str(target).removesuffix("[]")
    field = known.get(name)
    if field is None or (target.is_item and field.item is None):
        remedy = did_you_mean(str(target), known, otherwise=message("describe it in the schema"))
        yield step_finding(
            index,
            step.act if isinstance(step, Assign) else "to",
            message("“{name}” is not in the form", name=target),
            remedy,
            "FORM-FIELD",
        )


def _takes_away(step: Step, target: PropertyPath) -> bool:
    return isinstance(step, (Rename, Drop)) and target.within(step.place)


def _free_names(index: int, step: Assign) -> Iterator[Finding]:
    known = _SEEN | _OF_AN_ITEM if step.place.list is not None else _SEEN
    for key, expression in (("value", step.value), ("when", step.when)):
        for name in sorted(expression.names() - known) if expression is not None else ():
            if name in _OF_AN_ITEM:
                remedy = message("only a place with [] has items")
            else:
                remedy = message("a text has quotes of its own: \"'{name}'\"", name=name)
            reason = message("“{name}” is no name that a migration sees", name=name)
            yield step_finding(index, key, reason, remedy, "FORM-FIELD")


def _replaced(index: int, step: Assign, earlier: Sequence[Step]) -> Iterator[Finding]:
    """Yield whether a step goes through a list that an earlier one has replaced.

    ``item`` is what the old form saw, and would not be what stands there.
    """
    through = step.place.list
    for other in earlier:
        if not isinstance(other, Assign) or through is None or through == other.place:
            continue
        if through.within(other.place):
            reason = message("an earlier step has replaced the list in “{place}”", place=step.place)
            yield step_finding(index, "", reason, message("give the list its values in one step"))
            return
