"""What differs in the course of a record: its stages, who may act, how long it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rmdocs.comparison.change import Area, Change, What, listed, plain
from rmdocs.comparison.renames import Renames
from rmdocs.comparison.telling import aspect_of, became, comma, expressions, flag, said_both
from rmdocs.comparison.titles import Titles
from rmdocs.findings import NOTHING
from rmdocs.forms.manifest import Manifest
from rmdocs.forms.parts import Stage
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.messages import Text, message
from rmdocs.rules.expression import Expression


class Course:
    """Tells the differences of two manifests in what happens to a record.

    :param old: the titles of the old revision's names, ``new`` those of the new one's.
    """

    def __init__(self, old: Titles, new: Titles, renames: Renames) -> None:
        self._old, self._new, self._renames = old, new, renames

    def changes(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        """Yield what differs in stages, roles, retention and what lists show."""
        yield from self._stages(old, new)
        yield from self._roles(old, new)
        yield from self._retention(old, new)
        yield from self._other(old, new)

    def _stages(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        before, after = ({one.name: one for one in side.stages} for side in (old, new))
        for name, stage in after.items():
            if name in before:
                yield from self._stage(before[name], stage)
            else:
                place = _place(stage)
                told = listed(_described(stage))
                sentence = message("{stage} was added: {described}.", stage=place, described=told)
                path = f"$.stages.{name}"
                yield Change(Area.STAGES, place, What.ADDED, NOTHING, told, sentence, path)
        for name, stage in before.items():
            if name not in after:
                place = _place(stage)
                sentence = message("{stage} was removed.", stage=place)
                path = f"$.stages.{name}"
                yield Change(Area.STAGES, place, What.REMOVED, stage.title, NOTHING, sentence, path)
        orders = [
            [stage.name for stage in side.stages if stage.name in before and stage.name in after]
            for side in (old, new)
        ]
        if orders[0] != orders[1]:
            was, now = (comma(stage.title for stage in side.values()) for side in (before, after))
            place = message("order of the stages")
            yield from became(Area.STAGES, place, was, now, "stages")

    def _stage(self, old: Stage, new: Stage) -> Iterator[Change]:
        for aspect, before, after in (
            (message("title"), said_both(old.title), said_both(new.title)),
            (message("who may add it"), _roles(old.roles), _roles(new.roles)),
            (message("who must be the person acting"), *self._person(old, new)),
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

    def _person(self, old: Stage, new: Stage) -> tuple[Text, Text]:
        if self._renames.of(f"stages.{old.name}.{old.person}") == f"stages.{new.name}.{new.person}":
            return NOTHING, NOTHING
        return _titled(self._old, old, old.person), _titled(self._new, new, new.person)

    def _roles(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        for name, place, before, after in (
            ("issue", message("who may issue a record"), old.roles.issue, new.roles.issue),
            ("amend", message("who may amend a record"), old.roles.amend, new.roles.amend),
            (
                "void_approve",
                message("who may approve voiding a record"),
                old.roles.void_approve,
                new.roles.void_approve,
            ),
        ):
            yield from became(Area.ROLES, place, _roles(before), _roles(after), f"roles.{name}")

    def _retention(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        before, after = old.retention, new.retention
        for name, place, was, now in (
            (
                "years",
                message("years a record is kept"),
                *self._expressions(before.years, after.years),
            ),
            (
                "from",
                message("what the years count from"),
                said_both(before.start),
                said_both(after.start),
            ),
            (
                "basis",
                message("rule that asks for keeping it"),
                plain(before.basis),
                plain(after.basis),
            ),
            (
                "starts",
                message("date the years count from"),
                *self._expressions(before.starts, after.starts),
            ),
            (
                "hold_while",
                message("kept whatever the years say, while"),
                *self._expressions(before.hold_while, after.hold_while),
            ),
        ):
            yield from became(Area.RETENTION, place, was, now, f"retention.{name}")

    def _other(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        before, after = old.summary, new.summary
        for name, place, was, now in (
            (
                "review",
                message("review interval"),
                _months(old.review_months),
                _months(new.review_months),
            ),
            (
                "summary.customer",
                message("customer shown in lists"),
                *self._expressions(before.customer, after.customer),
            ),
            (
                "summary.uscc",
                message("credit code shown in lists"),
                *self._expressions(before.uscc, after.uscc),
            ),
            (
                "summary.subject",
                message("subject shown in lists"),
                *self._expressions(before.subject, after.subject),
            ),
            (
                "copies",
                message("further documents, one for each of"),
                *self._expressions(old.copies, new.copies),
            ),
            ("unique", message("what no two records may share"), *self._keys(old, new)),
            (
                "unique.replaces",
                message("what a record says that it replaces"),
                *self._expressions(
                    *(side.unique.replaces if side.unique else None for side in (old, new))
                ),
            ),
        ):
            yield from became(Area.OTHER, place, was, now, name)
        if old.unique is not None and new.unique is not None:
            texts = said_both(old.unique.message), said_both(new.unique.message)
            place = message("what is said where two records share it")
            yield from became(Area.OTHER, place, *texts, "unique.message")

    def _keys(self, old: Manifest, new: Manifest) -> tuple[Text, Text]:
        before, after = (side.unique.key if side.unique is not None else () for side in (old, new))
        if [self._renames.applied(key.source) for key in before] == [key.source for key in after]:
            return NOTHING, NOTHING
        return (
            comma(self._old.expression(key.source) for key in before),
            comma(self._new.expression(key.source) for key in after),
        )

    def _expressions(self, old: Expression | None, new: Expression | None) -> tuple[Text, Text]:
        return expressions(old, new, (self._old, self._new), self._renames)


def _place(stage: Stage) -> Text:
    return message("stage “{title}”", title=stage.title)


def _repeated(stage: Stage) -> Text:
    return comma(plain(str(value)) for value in stage.repeat_values)


def _titled(titles: Titles, stage: Stage, name: str) -> Text:
    dotted = f"stages.{stage.name}.{name}"
    return (titles.title(dotted) or plain(name)) if name else NOTHING


def _roles(codes: Iterable[str]) -> Text:
    return comma(ROLE_NAMES.get(code) or plain(code) for code in codes)


def _months(months: int | None) -> Text:
    return NOTHING if months is None else message("{count} months", count=months)


def _described(stage: Stage) -> Iterator[Text]:
    yield message("added by {roles}", roles=_roles(stage.roles))
    if stage.optional:
        yield message("may be skipped")
    if stage.repeat_values:
        yield message("repeated for each of {values}", values=_repeated(stage))
    if stage.signs:
        yield message("the document is signed or leaves the bank with it")
    if stage.closes:
        yield message("closes the record")
