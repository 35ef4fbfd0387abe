"""What differs in how a document is handled: printed, signed, given back, watched till it is due.

These are the manifest's ``[printing]``, ``[signing]``, ``[[slips]]``, ``[[due]]``
and ``[ledger]``; stages and roles are ``course``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rmdocs.comparison.change import Area, Change, What, listed, plain
from rmdocs.comparison.renames import Renames
from rmdocs.comparison.tags import Wording
from rmdocs.comparison.telling import aspect_of, became, comma, expressions, said_both
from rmdocs.comparison.titles import Titles
from rmdocs.findings import NOTHING
from rmdocs.forms.ledger import Ledger, LedgerMap
from rmdocs.forms.manifest import Manifest
from rmdocs.forms.parts import DueDate, Party, Slip
from rmdocs.forms.printing import Printing
from rmdocs.messages import Bilingual, Language, Text, message
from rmdocs.rules.expression import Expression
from rmdocs.rules.rule import Rule, Saying

Named = TypeVar("Named", Party, Slip, DueDate)
Aspect = tuple[Text, Text, Text]
"""What of a thing is said, how it was, how it is."""


class Handling:
    """Tells the differences of two manifests in what is done with the document.

    :param old: the titles of the old revision's names, ``new`` those of the new one's.
    """

    def __init__(self, old: Titles, new: Titles, renames: Renames) -> None:
        self._old, self._new, self._renames = old, new, renames
        self._wordings = Wording(old), Wording(new)

    def changes(self, old: Manifest, new: Manifest) -> Iterator[Change]:
        """Yield what differs in printing, signing, slips, due dates and the ledger."""
        yield from self._printing(old.printing, new.printing)
        yield from self._each("signing.parties", old.signing, new.signing)
        yield from self._each("slips", old.slips, new.slips)
        yield from self._each("due", old.due, new.due)
        yield from self._ledger(old.ledger, new.ledger)

    def _printing(self, old: Printing, new: Printing) -> Iterator[Change]:
        place = message("printing")
        for name, aspect, was, now in (
            ("copies", message("copies of each document"), old.copies, new.copies),
            ("addressee", message("whom a document goes to"), old.addressee, new.addressee),
        ):
            texts = self._expressions(was, now)
            yield from self._became(place, (aspect, *texts), f"printing.{name}")
        sides = (message("sides printed on"), plain(str(old.sides)), plain(str(new.sides)))
        yield from self._became(place, sides, "printing.sides")
        steps = [*old.steps], [*new.steps]
        for index in range(max(map(len, steps))):
            before, after = (side[index] if index < len(side) else None for side in steps)
            aspect = message("step {number}", number=index + 1)
            told = self._sayings(before, after)
            yield from self._became(place, (aspect, *told), f"printing.steps[{index}]")

    def _each(self, path: str, old: Sequence[Named], new: Sequence[Named]) -> Iterator[Change]:
        """Yield what differs in things that go by their names, and in their order."""
        before, after = ({one.name: one for one in side} for side in (old, new))
        for name, one in after.items():
            here = f"{path}.{name}"
            if name in before:
                for aspect in self._aspects(before[name], one):
                    yield from self._became(_place(one), aspect, here)
                continue
            told = self._described(one)
            said = message("{thing} was added: {told}.", thing=_place(one), told=told)
            yield Change(Area.HANDLING, _place(one), What.ADDED, NOTHING, told, said, here)
        for name, one in before.items():
            if name not in after:
                said = message("{thing} was removed.", thing=_place(one))
                here = f"{path}.{name}"
                yield Change(
                    Area.HANDLING, _place(one), What.REMOVED, one.title, NOTHING, said, here
                )
        kept = before.keys() & after.keys()
        names = [[name for name in side if name in kept] for side in (before, after)]
        if names[0] != names[1]:
            was, now = (
                comma(side[name].title for name in order)
                for side, order in zip((before, after), names, strict=True)
            )
            place = message("order in [[{path}]]", path=path)
            yield from became(Area.HANDLING, place, was, now, path)

    def _described(self, one: Party | Slip | DueDate) -> Text:
        """Return every aspect of what was added, as a list."""
        told = (
            message("{aspect}: {value}", aspect=aspect, value=now)
            for aspect, _, now in self._aspects(one, one)
            if now.text(Language.ZH)
        )
        return listed(told)

    def _aspects(
        self, old: Party | Slip | DueDate, new: Party | Slip | DueDate
    ) -> Iterator[Aspect]:
        yield message("title"), said_both(old.title), said_both(new.title)
        if isinstance(old, Party) and isinstance(new, Party):
            yield (
                message("meaning of the signature"),
                said_both(old.meaning),
                said_both(new.meaning),
            )
            yield message("place of the signature"), _signature(old), _signature(new)
            yield message("limit of authority"), *self._limits(old.limit, new.limit)
            names = old.certificate_names, new.certificate_names
            told = self._listed(*names) if old is new else self._keys(*names)
            yield message("whom its certificate names"), *told
        elif isinstance(old, Slip) and isinstance(new, Slip):
            yield message("place of the code"), _code(old), _code(new)
        elif isinstance(old, DueDate) and isinstance(new, DueDate):
            yield message("last day"), *self._shown(old.on, new.on)
            yield message("still to be done while"), *self._shown(old.when, new.when)
            yield message("told as near"), _days(old.days), _days(new.days)
            yield message("clause"), plain(old.clause), plain(new.clause)

    def _limits(self, old: Rule | None, new: Rule | None) -> tuple[Text, Text]:
        if old == new:
            told = self._limit(new, self._new)
            return told, told
        before, after = self._limit(old, self._old), self._limit(new, self._new)
        return before, after

    def _limit(self, rule: Rule | None, titles: Titles) -> Text:
        if rule is None:
            return NOTHING
        asked = titles.expression(rule.require.source)
        said = said_both(Bilingual(rule.message.zh.source, rule.message.en.source))
        if rule.when is None:
            return message("{asked}: “{said}”", asked=asked, said=said)
        when = titles.expression(rule.when.source)
        return message("where {when}, {asked}: “{said}”", when=when, asked=asked, said=said)

    def _ledger(self, old: Ledger | None, new: Ledger | None) -> Iterator[Change]:
        place = message("records from a ledger")
        if old is None or new is None:
            was, now = (NOTHING if side is None else said_both(side.title) for side in (old, new))
            yield from became(Area.HANDLING, place, was, now, "ledger")
            return
        for name, aspect in (
            ("title", (message("title"), said_both(old.title), said_both(new.title))),
            ("key", (message("what tells rows apart"), *self._keys(old.key, new.key))),
            (
                "when",
                (message("rows that ask for a record"), *self._expressions(old.when, new.when)),
            ),
            ("on", (message("last day"), *self._expressions(old.on, new.on))),
            ("wanted", (message("wanted by"), *self._expressions(old.wanted, new.wanted))),
            ("days", (message("told as near"), _days(old.days), _days(new.days))),
            ("clause", (message("clause"), plain(old.clause), plain(new.clause))),
        ):
            yield from self._became(place, aspect, f"ledger.{name}")
        yield from self._columns(old, new, place)

    def _columns(self, old: Ledger, new: Ledger, place: Text) -> Iterator[Change]:
        maps = self._renamed(old.map), new.map
        for name in dict.fromkeys(key for side in maps for key, _ in side.columns):
            was, now = (comma(map(plain, side.titles(name))) for side in maps)
            aspect = message("column of {name}", name=self._titled(name))
            yield from self._became(place, (aspect, was, now), f"ledger.columns.{name}")
        words = [dict(side.words) for side in maps]
        for name in dict.fromkeys([*words[0], *words[1]]):
            was, now = (
                comma(plain(f"{cell} = {value}") for cell, value in side.get(name, ()))
                for side in words
            )
            aspect = message("words of {name}", name=self._titled(name))
            yield from self._became(place, (aspect, was, now), f"ledger.words.{name}")
        values = [dict(side.values) for side in maps]
        for name in dict.fromkeys([*values[0], *values[1]]):
            texts = self._expressions(*(side.get(name) for side in values))
            aspect = message("{name} where no column gives it", name=self._titled(name))
            yield from self._became(place, (aspect, *texts), f"ledger.values.{name}")

    def _renamed(self, old: LedgerMap) -> LedgerMap:
        """Return a map whose properties go by their new names."""
        named = self._renames.of
        return LedgerMap(
            tuple((named(name), titles) for name, titles in old.columns),
            tuple((named(name), words) for name, words in old.words),
            tuple((named(name), value) for name, value in old.values),
        )

    def _titled(self, name: str) -> Text:
        return self._new.title(name) or self._old.title(name) or plain(name)

    def _keys(self, old: Sequence[Expression], new: Sequence[Expression]) -> tuple[Text, Text]:
        if [self._renames.applied(key.source) for key in old] == [key.source for key in new]:
            return NOTHING, NOTHING
        return (
            comma(self._old.expression(key.source) for key in old),
            comma(self._new.expression(key.source) for key in new),
        )

    def _listed(self, _: Sequence[Expression], new: Sequence[Expression]) -> tuple[Text, Text]:
        """Return a list of expressions in words, as one that was added."""
        return NOTHING, comma(self._new.expression(one.source) for one in new)

    def _became(self, place: Text, aspect: Aspect, path: str) -> Iterator[Change]:
        what, before, after = aspect
        yield from became(Area.HANDLING, aspect_of(place, what), before, after, path)

    def _expressions(self, old: Expression | None, new: Expression | None) -> tuple[Text, Text]:
        return expressions(old, new, (self._old, self._new), self._renames)

    def _shown(self, old: Expression, new: Expression) -> tuple[Text, Text]:
        """Return two expressions in words; one and the same is said all the same."""
        if old is new:
            return NOTHING, self._new.expression(new.source)
        return self._expressions(old, new)

    def _sayings(self, old: Saying | None, new: Saying | None) -> tuple[Text, Text]:
        before, after = _sources(old), _sources(new)
        if tuple(map(self._renames.applied, before)) == after:
            return NOTHING, NOTHING
        return _both(self._wordings[0], before), _both(self._wordings[1], after)


def _both(wording: Wording, sources: tuple[str, str]) -> Text:
    zh, en = map(wording.phrase, sources)
    return said_both(Bilingual(zh.text(Language.ZH), en.text(Language.EN)))


def _sources(saying: Saying | None) -> tuple[str, str]:
    return (saying.zh.source, saying.en.source) if saying is not None else ("", "")


def _place(one: Party | Slip | DueDate) -> Text:
    match one:
        case Party():
            return message("signing party “{title}”", title=one.title)
        case Slip():
            return message("slip “{title}”", title=one.title)
        case DueDate():
            return message("due date “{title}”", title=one.title)


def _signature(party: Party) -> Text:
    place = party.place
    return message(
        "{right} mm right of and {down} mm below “{anchor}”, {width} × {height} mm",
        right=place.right,
        down=place.down,
        anchor=place.anchor,
        width=place.width,
        height=place.height,
    )


def _code(slip: Slip) -> Text:
    return message(
        "{right} mm right of and {down} mm below “{anchor}”",
        right=slip.right,
        down=slip.down,
        anchor=slip.anchor,
    )


def _days(days: int) -> Text:
    return message("{days} day(s) before", days=days)
