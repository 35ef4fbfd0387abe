"""What later people add to a record: its stages (环节)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding, did_you_mean
from rmdocs.forms.differences import (
    Area,
    Change,
    RevisionTerms,
    aspect_of,
    became,
    comma,
    flag,
    listed,
    plain,
    said_both,
)
from rmdocs.forms.section import (
    Manifest,
    Section,
    both,
    duplicates,
    finding,
    list_of,
    table_of,
    text,
    texts,
    value,
)
from rmdocs.forms.sections.roles import roles_named
from rmdocs.forms.titles import Titles
from rmdocs.forms.tomltables import TomlTable
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What later people add to a record, in the order of the form's stages.

    :param person: dotted property of the content that must be the actor's name;
        empty if none.
    :param repeat: property that tells repetitions apart; empty if the stage
        happens once.
    :param repeat_values: the values of ``repeat``, each once, in order.
    :param closes: whether the record is closed once the stage is complete.
    :param optional: whether the next stage may skip it.
    :param signs: whether somebody signs the document with it, or it leaves the bank.
    """

    name: str
    title: Bilingual
    roles: tuple[str, ...]
    person: str = ""
    repeat: str = ""
    repeat_values: tuple[str | int, ...] = ()
    closes: bool = False
    optional: bool = False
    signs: bool = False

    @property
    def settles(self) -> bool:
        """Return whether the document is never regenerated once the stage is there.

        What was signed, handed over or closed stands as it was; only an
        amendment corrects it (ISO 15489-1 §5.2.2.3).
        """
        return self.signs or self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesSection(Section):
    """``[[stages]]``: what later people add to a record, in order."""

    table = "stages"
    schema = list_of(
        table_of(
            {
                "name": text("名称", "What commands call it", examples=["review"]),
                "title": both("标题", "What a person calls it"),
                "roles": texts("可以添加的角色", "Roles that may add it", least=1),
                "person": text("本人", "The property that must be the actor's own name"),
                "repeat": text("重复依据", "The property that tells repetitions apart"),
                "repeat_values": {
                    "title": "重复值",
                    "description": "Its values, each once, in order",
                    "type": "array",
                    "items": {"type": ["string", "integer"]},
                    "uniqueItems": True,
                },
                "closes": value("boolean", "办结", "Whether it closes the record"),
                "optional": value("boolean", "可跳过", "Whether the next stage may skip it"),
                "signs": value("boolean", "签署", "Whether the document is signed with it"),
            },
            *("person", "repeat", "repeat_values", "closes", "optional", "signs"),
        ),
        title="环节",
        english="What later people add to a record",
    )

    stages: tuple[Stage, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return the stages, in order."""
        return cls(stages=tuple(map(_read, root.tables(cls.table))))

    @property
    def known(self) -> tuple[str, ...]:
        """Return what commands call the stages, in order."""
        return tuple(stage.name for stage in self.stages)

    def names(self) -> Mapping[str, Text]:
        """Return the stages by name."""
        return {f"stages.{stage.name}": stage.title for stage in self.stages}

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield where stages and schema disagree."""
        del manifest
        yield from duplicates("stages[{}].name", self.known)
        for index, stage in enumerate(self.stages):
            yield from _checked(f"stages[{index}]", stage, schema)
        for name in schema.stage_names:
            if name not in self.known:
                yield finding(
                    "stages",
                    "FORM-STAGE",
                    message(
                        "the schema describes a stage “{name}” that [[stages]] lacks", name=name
                    ),
                    did_you_mean(name, self.known),
                )

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the stages that came or went, what differs in each, and their order."""
        before, after = (
            {one.name: one for one in side.stages} if side is not None else {}
            for side in (old, new)
        )
        for name, stage in after.items():
            place, path = _place(stage), f"$.stages.{name}"
            if name in before:
                yield from _stage(before[name], stage, telling)
                continue
            told = listed(_described(stage))
            sentence = message("{stage} was added: {described}.", stage=place, described=told)
            yield Change.added(Area.STAGES, place, told, sentence, path)
        for name, stage in before.items():
            if name not in after:
                place, path = _place(stage), f"$.stages.{name}"
                sentence = message("{stage} was removed.", stage=place)
                yield Change.removed(Area.STAGES, place, stage.title, sentence, path)
        orders = [
            [name for name in side if name in before and name in after] for side in (before, after)
        ]
        if orders[0] != orders[1]:
            was, now = (comma(stage.title for stage in side.values()) for side in (before, after))
            yield from became(Area.STAGES, message("order of the stages"), was, now, "stages")


def _read(table: TomlTable) -> Stage:
    if table.has("repeat") != table.has("repeat_values"):
        missing = "repeat_values" if table.has("repeat") else "repeat"
        table.note(
            missing,
            "FORM-MISSING",
            message("“repeat” and “repeat_values” belong together"),
            message("write both, or neither"),
        )
    return Stage(
        name=table.name(),
        title=table.bilingual("title"),
        roles=table.texts("roles"),
        person=table.text("person"),
        repeat=table.text("repeat"),
        repeat_values=table.values_of("repeat_values"),
        closes=table.flag("closes"),
        optional=table.flag("optional"),
        signs=table.flag("signs"),
    )


def _checked(place: str, stage: Stage, schema: Schema) -> Iterator[Finding]:
    if stage.name not in schema.stage_names:
        yield finding(
            f"{place}.name",
            "FORM-STAGE",
            message("the schema describes no stage “{name}”", name=stage.name),
            message("describe it under $defs.stages of the schema"),
        )
        return
    root = schema.stage(stage.name).root
    titles = {child.name: child.title for child in root.children}
    for name, given in (("person", stage.person), ("repeat", stage.repeat)):
        if given and root.at(tuple(given.split("."))) is None:
            reason = message("the stage has no property “{value}”", value=given)
            remedy = did_you_mean(given, titles, titles)
            yield finding(f"{place}.{name}", "FORM-FIELD", reason, remedy)


def _stage(old: Stage, new: Stage, telling: RevisionTerms) -> Iterator[Change]:
    for aspect, before, after in (
        (message("title"), said_both(old.title), said_both(new.title)),
        (message("who may add it"), roles_named(old.roles), roles_named(new.roles)),
        (message("who must be the person acting"), *_persons(old, new, telling)),
        (message("repeated for each"), _repeated(old), _repeated(new)),
        (message("it may be skipped"), flag(old.optional), flag(new.optional)),
        (message("it closes the record"), flag(old.closes), flag(new.closes)),
        (
            message("the document is signed or leaves the bank with it"),
            flag(old.signs),
            flag(new.signs),
        ),
    ):
        place = aspect_of(_place(new), aspect)
        yield from became(Area.STAGES, place, before, after, f"$.stages.{new.name}")


def _persons(old: Stage, new: Stage, telling: RevisionTerms) -> tuple[Text, Text]:
    names = [f"stages.{one.name}.{one.person}" for one in (old, new)]
    if telling.renames.of(names[0]) == names[1]:
        return NOTHING, NOTHING
    return _titled(telling.old, old, names[0]), _titled(telling.new, new, names[1])


def _titled(titles: Titles, stage: Stage, name: str) -> Text:
    return (titles.title(name) or plain(stage.person)) if stage.person else NOTHING


def _place(stage: Stage) -> Text:
    return message("stage “{title}”", title=stage.title)


def _repeated(stage: Stage) -> Text:
    return comma(plain(str(one)) for one in stage.repeat_values)


def _described(stage: Stage) -> Iterator[Text]:
    yield message("added by {roles}", roles=roles_named(stage.roles))
    if stage.optional:
        yield message("may be skipped")
    if stage.repeat_values:
        yield message("repeated for each of {values}", values=_repeated(stage))
    if stage.signs:
        yield message("the document is signed or leaves the bank with it")
    if stage.closes:
        yield message("closes the record")
