"""What differs in what a form computes and demands: its derived values and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rmdocs.comparison.change import Area, Change, What, plain
from rmdocs.comparison.renames import Renames
from rmdocs.comparison.tags import Wording
from rmdocs.comparison.telling import aspect_of, became, expressions, said_both
from rmdocs.comparison.titles import Titles
from rmdocs.findings import NOTHING, Severity
from rmdocs.forms.manifest import Manifest
from rmdocs.messages import Bilingual, Language, Text, message
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule, Saying

_SEVERITIES: Mapping[Severity, Text] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
}


class Conditions:
    """Tells the differences between derived values and rules of two manifests.

    :param old: the titles of the old revision's names, ``new`` those of the new one's.
    """

    def __init__(self, old: Titles, new: Titles, renames: Renames) -> None:
        self._old, self._new, self._renames = old, new, renames
        self._wordings = Wording(old), Wording(new)

    def changes(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        """Yield a change for each value and rule that came, went or differs."""
        values = {item.name: item for item in old.derived}
        for value in new.derived:
            yield from self._derived(values.pop(value.name, None), value)
        for gone in values.values():
            place = message("derived value “{title}”", title=gone.title)
            how = self._old.expression(gone.value.source)
            sentence = message("{value} was removed (it was {how}).", value=place, how=how)
            path = f"$.derived.{gone.name}"
            yield Change(Area.DERIVED, place, What.REMOVED, how, NOTHING, sentence, path)
        rules = {rule.code: rule for rule in old.rules}
        for rule in new.rules:
            yield from self._rule(rules.pop(rule.code, None), rule)
        for lost in rules.values():
            told = self._described(lost, self._old)
            named = _place(lost)
            sentence = message("{rule} was removed. It said: {told}", rule=named, told=told)
            yield Change(Area.RULES, named, What.REMOVED, told, NOTHING, sentence, lost.path)

    def _derived(self, old: Derivation | None, new: Derivation) -> Iterator[Change]:
        place = message("derived value “{title}”", title=new.title)
        path, how = f"$.derived.{new.name}", self._new.expression(new.value.source)
        if old is None:
            sentence = message("{value} was added: {how}.", value=place, how=how)
            yield Change(Area.DERIVED, place, What.ADDED, NOTHING, how, sentence, path)
            return
        titled = message("title of derived value “{title}”", title=old.title)
        yield from became(Area.DERIVED, titled, said_both(old.title), said_both(new.title), path)
        before, after = self._expressions(old.value, new.value)
        yield from became(Area.DERIVED, place, before, after, path)

    def _rule(self, old: Rule | None, new: Rule) -> Iterator[Change]:
        place = _place(new)
        if old is None:
            told = self._described(new, self._new)
            sentence = message("{rule} was added: {told}", rule=place, told=told)
            yield Change(Area.RULES, place, What.ADDED, NOTHING, told, sentence, new.path)
            return
        within = Conditions(_within(self._old, old), _within(self._new, new), self._renames)
        for aspect, before, after in within._aspects(old, new):
            yield from became(Area.RULES, aspect_of(place, aspect), before, after, new.path)

    def _aspects(self, old: Rule, new: Rule) -> Iterator[tuple[Text, Text, Text]]:
        yield message("severity"), _SEVERITIES[old.severity], _SEVERITIES[new.severity]
        yield message("when it applies"), *self._expressions(old.when, new.when)
        yield message("what it goes through"), *self._expressions(old.each, new.each)
        yield message("what it asks for"), *self._expressions(old.require, new.require)
        yield message("message"), *self._sayings(old.message, new.message)
        yield message("remedy"), *self._sayings(old.remedy, new.remedy)
        yield message("clause"), plain(old.clause), plain(new.clause)
        yield message("place it points to"), *self._paths(old.path, new.path)
        if old.stage != new.stage:
            yield message("stage it guards"), _guarded(self._old, old), _guarded(self._new, new)

    def _expressions(self, old: Expression | None, new: Expression | None) -> tuple[Text, Text]:
        return expressions(old, new, (self._old, self._new), self._renames)

    def _sayings(self, old: Saying | None, new: Saying | None) -> tuple[Text, Text]:
        """Return two messages, their fields by title: each in the reader's language.

        Where only one language was changed, that one for every reader.
        """
        before, after = _sources(old), _sources(new)
        changed = [
            self._renames.applied(was) != now for was, now in zip(before, after, strict=True)
        ]
        if not any(changed):
            return NOTHING, NOTHING
        (old_zh, old_en), (new_zh, new_en) = (
            tuple(map(wording.phrase, sources))
            for wording, sources in zip(self._wordings, (before, after), strict=True)
        )
        if not all(changed):
            return (old_zh, new_zh) if changed[0] else (old_en, new_en)
        return _both(old_zh, old_en), _both(new_zh, new_en)

    def _paths(self, old: str, new: str) -> tuple[Text, Text]:
        if self._renames.path(old) == new:
            return NOTHING, NOTHING
        return plain(old), plain(new)

    def _described(self, rule: Rule, titles: Titles) -> Text:
        """Return what a rule asks for, when, and what it says."""
        titles = _within(titles, rule)
        wording, severity = Wording(titles), _SEVERITIES[rule.severity]
        zh, en = map(wording.phrase, _sources(rule.message))
        asked = titles.expression(rule.require.source)
        if rule.when is None:
            return message(
                "{severity} unless {asked}: “{said}”.",
                severity=severity,
                asked=asked,
                said=_both(zh, en),
            )
        return message(
            "where {when}, {severity} unless {asked}: “{said}”.",
            when=titles.expression(rule.when.source),
            severity=severity,
            asked=asked,
            said=_both(zh, en),
        )


def _sources(saying: Saying | None) -> tuple[str, str]:
    return (saying.zh.source, saying.en.source) if saying is not None else ("", "")


def _both(zh: Text, en: Text) -> Text:
    return Bilingual(zh.text(Language.ZH), en.text(Language.EN))


def _within(titles: Titles, rule: Rule) -> Titles:
    """Return titles as a rule's expressions see them: its stage, and each item."""
    meant = {"stage": [f"stages.{rule.stage}"]} if rule.stage else {}
    if rule.each is not None:
        lists = [rule.each.source]
        if rule.stage and lists[0].startswith("stage."):
            lists = [lists[0].replace("stage.", f"stages.{rule.stage}.", 1)]
        meant["item"] = [f"{name}[]" for name in lists]
    return titles.with_aliases(meant)


def _guarded(titles: Titles, rule: Rule) -> Text:
    return titles.title(f"stages.{rule.stage}") or plain(rule.stage)


def _place(rule: Rule) -> Text:
    return message("rule {code}", code=rule.code)
