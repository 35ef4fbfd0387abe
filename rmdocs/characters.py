"""What a character is: whether a reader sees it, and when two names are the same.

One table (``characters.txt``), made once from the Unicode Character Database, answers
the same under every Python. Allowed is what is known to be seen; the rest is refused,
but for what a script cannot be written without (ADR 0017).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rmdocs.classes import dataclass

_TABLE = Path(__file__).parent / "characters.txt"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@cache
def _plain() -> re.Pattern[str]:
    """Return what nearly every text is made of; only the others are looked up.

    It takes longer to be compiled than anything else that a short command loads.
    """
    return re.compile("[\t\n -~·“”‘’…—、-〗〡-〩㐀-䶿一-鿿！-～￥]*")


def _is_plain(text: str) -> bool:
    if text.isascii():
        return _CONTROL.search(text) is None
    return _plain().fullmatch(text) is not None


class CharacterKind(StrEnum):
    """What a character is in a text, by its Unicode properties."""

    SEEN = "seen"
    IDEOGRAPH = "ideograph"  # Ideographic, and all of planes 2 and 3
    DUAL = "dual"  # Joining_Type D and L
    RIGHT = "right"  # Joining_Type R
    MARK = "mark"  # General_Category Mn and Me
    STACKING = "stacking"  # with a Canonical_Combining_Class
    VIRAMA = "virama"  # Canonical_Combining_Class 9
    SPACING = "spacing"  # General_Category Mc
    SPACE = "space"
    JOINER = "joiner"  # Join_Control
    SELECTOR = "selector"  # Variation_Selector
    HIDDEN = "hidden"  # Default_Ignorable_Code_Point, General_Category Cf
    DIRECTION = "direction"  # Bidi_Control
    WIDTH = "width"  # General_Category Zs of another width than a space's
    BLANK = "blank"  # drawn as nothing, or stands for something lost
    CONTROL = "control"  # General_Category Cc, Zl, Zp
    PRIVATE = "private"  # General_Category Co
    SURROGATE = "surrogate"  # General_Category Cs
    NOTHING = "nothing"  # Noncharacter_Code_Point, General_Category Cn
    LONELY = "lonely"  # a mark without a sign to stand on
    CROWDED = "crowded"  # a mark too many


_SEEN = frozenset(
    {
        CharacterKind.SEEN,
        CharacterKind.IDEOGRAPH,
        CharacterKind.DUAL,
        CharacterKind.RIGHT,
        CharacterKind.SPACE,
    }
)
_MARKS = frozenset(
    {CharacterKind.MARK, CharacterKind.STACKING, CharacterKind.VIRAMA, CharacterKind.SPACING}
)
_TRANSPARENT = frozenset({CharacterKind.MARK, CharacterKind.STACKING, CharacterKind.VIRAMA})
_MOST_STACKING = 4
"""UTS #39 §5.4 calls more nonspacing marks on one letter a sign of spoofing."""

_MOST_MARKS = 8
"""With those that have no combining class, as the stacks of Tibetan have."""

_ZWNJ = "\u200c"
_MONGOLIAN = re.compile("[\u1820-\u1878\u1880-\u18aa]")
_MONGOLIAN_SELECTORS = "\u180b\u180c\u180d\u180f"
_MONGOLIAN_BETWEEN = "\u180e\u202f"  # vowel separator, and the space before a suffix
_OF_IDEOGRAPHS = re.compile("[\ufe00-\ufe02\U000e0100-\U000e01ef]")

_ASSIGNED: Mapping[int, str] = MappingProxyType(
    {
        0xE76C: "€",
        0xE78D: "︐︒︑︓︔︕︖︗︘︙",
        0xE7C7: "ḿǹ",
        0xE7E7: "〾⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻",
        0xE815: "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠"
        "⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛"
        "䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻",
    }
)
"""Private-use characters of GBK and earlier editions of GB 18030, from each number on, as
GB 18030-2022 assigns them (its appendix on changed code points; the twenty-four that the
edition of 2005 still kept private are among them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCharacter:
    """A character that a text may not hold where it stands.

    :param offset: its place in the text, from 0.
    """

    offset: int
    kind: CharacterKind


def refused(text: str) -> RefusedCharacter | None:
    """Return the first character that ``text`` may not hold, None if there is none."""
    if _is_plain(text):
        return None
    marks = stacking = 0
    for offset, character in enumerate(text):
        kind = kind_of(character)
        if kind in _MARKS:
            marks, stacking = marks + 1, stacking + (kind is CharacterKind.STACKING)
            if not _has_base(text, offset):
                return RefusedCharacter(offset=offset, kind=CharacterKind.LONELY)
            if marks > _MOST_MARKS or stacking > _MOST_STACKING:
                return RefusedCharacter(offset=offset, kind=CharacterKind.CROWDED)
        elif kind in _SEEN:
            marks = stacking = 0
        elif not _is_needed(text, offset, kind):
            return RefusedCharacter(offset=offset, kind=kind)
    return None


def kind_of(character: str) -> CharacterKind:
    """Return what a character is by its properties alone."""
    first, last, kinds = _table()
    place = bisect_right(first, ord(character)) - 1
    return kinds[place] if place >= 0 and ord(character) <= last[place] else CharacterKind.NOTHING


def assigned(character: str) -> str:
    """Return the character that GB 18030-2022 assigns in place of a private one; empty if none."""
    code = ord(character)
    found = (one[code - start] for start, one in _ASSIGNED.items() if 0 <= code - start < len(one))
    return next(found, "")


def is_seen(text: str) -> bool:
    """Return whether a reader sees anything of ``text``."""
    if "!" <= text[:1] <= "~" or "\u4e00" <= text[:1] <= "\u9fff":
        return True  # What nearly every text begins with.
    return any(kind_of(character) in (_SEEN | _MARKS) - {CharacterKind.SPACE} for character in text)


@cache
def _table() -> tuple[list[int], list[int], list[CharacterKind]]:
    first: list[int] = []
    last: list[int] = []
    kinds: list[CharacterKind] = []
    for line in _TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            codes, _, name = line.partition(" ")
            start, _, end = codes.partition("..")
            first.append(int(start, 16))
            last.append(int(end, 16))
            kinds.append(CharacterKind(name))
    return first, last, kinds


def _has_base(text: str, offset: int) -> bool:
    before = kind_of(text[offset - 1]) if offset else CharacterKind.SPACE
    return before is not CharacterKind.SPACE


def _is_needed(text: str, offset: int, kind: CharacterKind) -> bool:
    """Return whether a script needs a character where it stands, though nobody sees it."""
    before = text[offset - 1] if offset else ""
    if kind is CharacterKind.JOINER:
        return bool(before) and (
            kind_of(before) is CharacterKind.VIRAMA
            or (text[offset] == _ZWNJ and _joins(text, offset))
        )
    if kind is CharacterKind.SELECTOR and text[offset] in _MONGOLIAN_SELECTORS:
        return _MONGOLIAN.match(before) is not None
    if kind is CharacterKind.SELECTOR:
        of_ideograph = _OF_IDEOGRAPHS.match(text[offset]) is not None
        return of_ideograph and bool(before) and kind_of(before) is CharacterKind.IDEOGRAPH
    if text[offset] in _MONGOLIAN_BETWEEN:
        last = text[:offset].rstrip(_MONGOLIAN_SELECTORS)[-1:]
        following = text[offset + 1 : offset + 2]
        return _MONGOLIAN.match(last) is not None and _MONGOLIAN.match(following) is not None
    return False


def _joins(text: str, offset: int) -> bool:
    """Return whether the letters on both sides would join (RFC 5892, appendix A.1)."""
    left = _beside(text[offset - 1 :: -1])
    right = _beside(text[offset + 1 :])
    return left is CharacterKind.DUAL and right in {CharacterKind.DUAL, CharacterKind.RIGHT}


def _beside(text: str) -> CharacterKind | None:
    kinds = (kind_of(character) for character in text)
    return next((kind for kind in kinds if kind not in _TRANSPARENT), None)


_DOTS = "•‧∙⋅・"
_UNSEEN = frozenset(
    {
        CharacterKind.JOINER,
        CharacterKind.SELECTOR,
        CharacterKind.HIDDEN,
        CharacterKind.DIRECTION,
        CharacterKind.BLANK,
    }
)


_ALIKE: Mapping[str, str] = MappingProxyType({"Ps": "(", "Pe": ")", "Pd": "-"})
_PRINTED_ALIKE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("<‹", "("),
        **dict.fromkeys(">›", ")"),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("〜∼", "~"),
        **dict.fromkeys("⁄∕⧸", "/"),
        **dict.fromkeys("−─━⁃゠", "-"),
        **dict.fromkeys("。", "."),
        **dict.fromkeys("∶", ":"),
        **dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs", strict=True)),
        **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
    }
)
"""What is typed for another in a number, by its folded form; Cyrillic and Greek capitals
print as Latin ones do."""


def fold(text: str) -> str:
    """Return a name as it is compared with others: however it was typed, it is one name.

    Full-width and compatibility forms, case and spaces do not count (NFKC and case
    folding), nor does what nobody sees, nor which dot stands between the parts of a
    name, nor whether a character is a private one of GBK. Idempotent; the same under
    every Python for every text that may be captured.
    """
    seen = "".join(
        assigned(character) or ("·" if character in _DOTS else character)
        for character in text
        if kind_of(character) not in _UNSEEN
    )
    plain = "".join(unicodedata.normalize("NFKC", seen).split())
    # Marks are set apart first: case folding knows some letters only without them.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", plain).casefold())
    return plain if plain == text else fold(plain)


def fold_number(text: str) -> str:
    """Return a number that somebody else gave, such as a contract's, as it is compared.

    As :func:`fold`, and whichever brackets, dashes, quotes, slashes and dots it was typed
    with: 〔2026〕, [2026] and （2026） are one; so are letters of other scripts that print
    as Latin ones do. Every dash of Unicode is one (category Pd, but for the wave dash, which
    is a ～), and spaces of any width and what nobody sees do not count. Digits count as they
    stand, leading zeros too. Idempotent.
    """
    return "".join(map(_alike, fold(text)))


def _alike(character: str) -> str:
    """Return what a character of a number is compared as."""
    found = _PRINTED_ALIKE.get(character)
    if found is None:
        found = _ALIKE.get(unicodedata.category(character))
    if found is None:
        digit = unicodedata.decimal(character, None)
        found = character if digit is None else str(digit)
    return found


_WIDE = {0x3000: " ", **{code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}}
_DIGITS = 15
"""Digits that a typed number has at most: more than any count, edition or seed."""


def narrow(text: str) -> str:
    """Return ``text`` with full-width forms as the plain ones, without blanks around it.

    So a Chinese input method writes what stands on paper; no other sign is taken for one.
    """
    return text.translate(_WIDE).strip()


def whole_number(text: str) -> int | None:
    """Return the whole number that somebody typed, in plain or full-width digits.

    None if it is none: Python would take signs before it, blanks and lines within it, and digits
    of every script, which stand on no paper here.
    """
    plain = narrow(text)
    return int(plain) if re.fullmatch(rf"[0-9]{{1,{_DIGITS}}}", plain) else None


def _numbered(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def visible(text: str, told: Callable[[str], str] = _numbered) -> str:
    """Return ``text`` for a terminal: what does not show, or does more, told by its number.

    Line feeds and tabs stay; a line of its own is for whoever prints to forbid.

    :param told: says a character that is not shown; ``<U+202E>`` if not given.
    """
    if _is_plain(text):
        return text
    return "".join(
        character if _shows(text, offset) else told(character)
        for offset, character in enumerate(text)
    )


def _shows(text: str, offset: int) -> bool:
    kind = kind_of(text[offset])
    return kind in _SEEN or kind in _MARKS or _is_needed(text, offset, kind)
