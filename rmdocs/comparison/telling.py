"""The sentences that every comparer of a form's data tells: from one value to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rmdocs.comparison.change import Area, Change, What, listed, plain, reads_same
from rmdocs.comparison.renames import Renames
from rmdocs.comparison.titles import Titles
from rmdocs.findings import NOTHING
from rmdocs.messages import Bilingual, Language, Text, Verbatim, message
from rmdocs.rules.expression import Expression


def became(area: Area, place: Text, old: Text, new: Text, path: str = "") -> Iterator[Change]:
    """Yield a change if two values of one thing read differently; an empty one is none."""
    if reads_same(old, new):
        return
    if reads_same(old, NOTHING):
        sentence = message("{place}: {new} (before: none).", place=place, new=new)
        yield Change(area, place, What.ADDED, old, new, sentence, path)
    elif reads_same(new, NOTHING):
        sentence = message("{place}: none any more (before: {old}).", place=place, old=old)
        yield Change(area, place, What.REMOVED, old, new, sentence, path)
    else:
        quoted = any("“" in text.text(Language.ZH) for text in (old, new))
        sentence = (
            message("{place}: {new} (before: {old}).", place=place, old=old, new=new)
            if quoted  # quotes within quotes are hard to read
            else message("{place}: from “{old}” to “{new}”.", place=place, old=old, new=new)
        )
        yield Change(area, place, What.CHANGED, old, new, sentence, path)


def said_both(text: Bilingual) -> Verbatim:
    """Return both wordings of a text where they differ, whatever the reader's language.

    An officer who reads Chinese must learn that only the English was changed.
    """
    return Verbatim(text.zh if text.zh == text.en else f"{text.zh} / {text.en}")


def flag(on: bool) -> Text:  # noqa: FBT001 - the value itself, not an option
    """Return yes or no."""
    return message("yes") if on else message("no")


def aspect_of(place: Text, aspect: Text) -> Text:
    """Return the place of one thing that can be said of another."""
    return message("{place}, {aspect}", place=place, aspect=aspect)


def comma(texts: Iterable[Text]) -> Text:
    """Return texts as a list in a sentence, parted by commas."""
    return listed(texts, message(", "))


def expressions(
    old: Expression | None,
    new: Expression | None,
    titles: tuple[Titles, Titles],
    renames: Renames,
) -> tuple[Text, Text]:
    """Return two expressions in words, as they are written if the words are the same.

    Nothing twice if the new one only follows the new names of fields.
    """
    before, after = (item.source if item is not None else "" for item in (old, new))
    if renames.applied(before) == after:
        return NOTHING, NOTHING
    words = titles[0].expression(before), titles[1].expression(after)
    return (plain(before), plain(after)) if reads_same(*words) else words
