"""Number formats of spreadsheets: what a person sees of a number that a cell holds.

Only what is shown exactly alike by Excel, WPS and LibreOffice is computed; of
any other format it is said that it is not known (ECMA-376 part 1, 18.8.31).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from rmdocs.classes import dataclass

DIGITS = 15
"""Decimal digits that a spreadsheet keeps of a number."""

GENERAL = "General"
_WIDEST_GENERAL = 11
_TWO_DIGITS = 2
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_JAPANESE = "411"
_YEN = "¥"

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|[\\!](?P<escaped>.)"
    r"|_(?P<gap>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General|G/通用格式|常规)"
    r"|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<science>E[+-])"
    r"|(?P<digit>[0#?])"
    r"|(?P<date>[yYmMdDhHsSeEgGbBaA]+)"
    r"|(?P<sign>[.,%/@])"
    r"|(?P<plain>.)",
    re.DOTALL | re.IGNORECASE,
)
_ELAPSED = re.compile(r"[hms]+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-([0-9A-Fa-f]+))?")
_SCIENCE = re.compile(r"0(?:\.(0+))?E\+(0+)")

BUILT_IN: Mapping[int, str] = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    # A short date; every Chinese machine shows the year with four digits.
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    # What a Chinese Excel or WPS writes without naming it.
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: 'AM/PMh"时"mm"分"',
    35: 'AM/PMh"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: 'AM/PMh"时"mm"分"',
    56: 'AM/PMh"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
"""Formats by number, which a workbook need not spell out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatSection:
    """One of up to four parts of a format: for positive, negative, zero, text.

    :param condition: comparison and number, where the part says for which it is.
    :param shown: of a date what is shown: ``y m d h n s`` (n for minutes), ``?``
        for anything else; ``[`` where hours are counted past 24.
    """

    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    shown: frozenset[str]

    @property
    def percents(self) -> int:
        """Return how often the number is shown a hundredfold."""
        return sum(token == _PERCENT for token in self.tokens)


_PERCENT = _Token(kind="sign", text="%")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """A number format, understood as far as it can be."""

    code: str
    sections: tuple[FormatSection, ...]

    @property
    def is_general(self) -> bool:
        """Return whether it shows a number as it was typed; so does the format of text."""
        kinds = {token.kind for token in self.sections[0].tokens}
        return len(self.sections) == 1 and (
            kinds == {"general"} or self.sections[0].tokens == (_Token(kind="sign", text="@"),)
        )

    @property
    def is_date(self) -> bool:
        """Return whether it shows a date or a time of day."""
        return bool(self.sections[0].shown)

    @property
    def shown(self) -> frozenset[str]:
        """Return what of a date it shows."""
        return self.sections[0].shown

    def percents(self, value: Decimal) -> int:
        """Return how often ``value`` is shown a hundredfold."""
        section = self._section(value)
        return section.percents if section else 0

    def show(self, value: Decimal) -> str | None:
        """Return what a person sees of a number; None if that is not known.

        Spaces that only align numbers are left out.
        """
        section = self._section(value)
        if section is None or section.shown:
            return None
        negative = value < 0
        if negative and any(one.condition for one in self.sections):
            return None
        text = _render(section, abs(value))
        if text is None:
            return None
        text = " ".join(text.split())
        return f"-{text}" if negative and len(self.sections) == 1 and text else text

    def _section(self, value: Decimal) -> FormatSection | None:
        numeric = self.sections[:3]
        if any(one.condition for one in numeric):
            for one in numeric:
                if one.condition is None or _holds(one.condition, value):
                    return one
            return None
        if value < 0:
            return numeric[min(1, len(numeric) - 1)]
        return numeric[2 if value == 0 and len(numeric) > 2 else 0]  # noqa: PLR2004 - the third


@cache
def number_format(code: str) -> NumberFormat:
    """Return a number format by its code, as workbooks spell it."""
    return NumberFormat(code=code, sections=tuple(_sections(code or GENERAL)))


def to_digits(number: Decimal) -> Decimal:
    """Return a number with the digits that a spreadsheet shows at most."""
    return Context(prec=DIGITS, rounding=ROUND_HALF_UP).plus(number)


def plain(number: Decimal) -> str:
    """Return a number in digits, without an exponent and without idle zeros."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def general(number: Decimal) -> str:
    """Return a number as the format General shows it where there is room."""
    text = plain(number)
    whole = text.lstrip("-").partition(".")[0]
    if len(whole) > _WIDEST_GENERAL:
        mantissa, exponent = format(Context(prec=6).plus(number), ".5E").split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].zfill(2)}"
    if len(text.lstrip("-")) <= _WIDEST_GENERAL:
        return text
    places = max(_WIDEST_GENERAL - 1 - len(whole), 0)
    return plain(number.quantize(Decimal(1).scaleb(-places), context=_EXACT))


def _sections(code: str) -> Sequence[FormatSection]:
    found: list[FormatSection] = []
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "plain"
        if kind == "plain" and match[0] == ";":
            found.append(_section(tokens))
            tokens = []
        else:
            tokens.append(_Token(kind=kind, text=match[kind]))
    found.append(_section(tokens))
    return found


def _section(tokens: Sequence[_Token]) -> FormatSection:
    condition = None
    kept: list[_Token] = []
    for token in tokens:
        if token.kind != "bracket":
            kept.append(token)
            continue
        compared = _CONDITION.fullmatch(token.text)
        money = _CURRENCY.fullmatch(token.text)
        if compared:
            condition = (compared[1], Decimal(compared[2]))
        elif _ELAPSED.fullmatch(token.text):
            kept.append(_Token(kind="elapsed", text=token.text.lower()))
        elif money:
            # The yen of Japan has the sign of the yuan.
            foreign = (money[2] or "")[-3:] == _JAPANESE and money[1] in {_YEN, "￥"}
            kept.append(_Token(kind="plain", text="JP¥" if foreign else money[1]))
        elif token.text.upper().startswith("DBNUM"):
            kept.append(_Token(kind="chinese", text=token.text))
    return FormatSection(tokens=tuple(kept), condition=condition, shown=_shown(kept))


def _shown(tokens: Sequence[_Token]) -> frozenset[str]:
    """Return what of a date the tokens show; nothing if they show none."""
    parts = [token for token in tokens if token.kind in {"date", "elapsed", "half"}]
    shown = set()
    for at, token in enumerate(parts):
        letter = token.text[0].lower()
        short = len(token.text) <= _TWO_DIGITS
        if token.kind == "half":
            continue
        if token.kind == "elapsed":
            shown |= {"[", "n" if letter == "m" else letter}
        elif letter == "m":
            before = parts[at - 1].text[0].lower() if at else ""
            after = parts[at + 1].text[0].lower() if at + 1 < len(parts) else ""
            minutes = short and (before == "h" or after == "s")
            shown.add("n" if minutes else "m")
        elif letter == "y":
            shown.add("?" if short else "y")
        elif letter == "e":
            shown.add("y")
        elif letter == "a" or (letter == "d" and not short):
            shown.add("w")  # the day of the week
        else:
            shown.add(letter if letter in "dhs" else "?")
    return frozenset(shown)


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, other = condition
    return {
        "<": value < other,
        ">": value > other,
        "<=": value <= other,
        ">=": value >= other,
        "=": value == other,
        "<>": value != other,
    }[sign]


def _render(section: FormatSection, value: Decimal) -> str | None:
    tokens = section.tokens
    kinds = {token.kind for token in tokens}
    if kinds & {"chinese", "elapsed", "date", "half"} or _Token(kind="sign", text="/") in tokens:
        return None
    if "science" in kinds:
        return _science(section, value)
    if "general" in kinds or _Token(kind="sign", text="@") in tokens:
        if "digit" in kinds:
            return None
        shown = general(value)
        return "".join(
            shown
            if token.kind == "general" or token == _Token(kind="sign", text="@")
            else _literal(token)
            for token in tokens
        )
    return _digits(tokens, value * Decimal(100) ** section.percents)


def _digits(tokens: Sequence[_Token], value: Decimal) -> str | None:
    """Return what placeholders, literals and signs between them show."""
    point = next(
        (at for at, one in enumerate(tokens) if one == _Token(kind="sign", text=".")), len(tokens)
    )
    places = [at for at, one in enumerate(tokens) if one.kind == "digit"]
    whole, fraction = [at for at in places if at < point], [at for at in places if at > point]
    grouped = False
    for at, token in enumerate(tokens):
        if token != _Token(kind="sign", text=","):
            continue
        if not any(place > at for place in (whole if at < point else fraction)):
            value = value.scaleb(-3)
        elif at < point and any(place < at for place in whole):
            grouped = True
        else:
            return None
    if not places:
        return "".join(
            _literal(token) for token in tokens if token != _Token(kind="sign", text=",")
        )
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), context=_EXACT)
    before, _, after = format(rounded, "f").partition(".")
    between = any(
        tokens[at].kind in {"quoted", "escaped", "plain", "gap"}
        for at in range(whole[0] if whole else 0, whole[-1] if whole else 0)
    )
    if grouped and between:
        return None
    filled = _filled(tokens, whole, before.lstrip("0"), grouped=grouped)
    filled |= _decimals(tokens, fraction, after)
    if not whole and before != "0":
        filled[point] = f"{before}."
    return "".join(
        filled.get(at, "" if token == _Token(kind="sign", text=",") else _literal(token))
        for at, token in enumerate(tokens)
    )


def _filled(
    tokens: Sequence[_Token], places: Sequence[int], digits: str, *, grouped: bool
) -> dict[int, str]:
    """Return what stands at the placeholders before the point."""
    least = len(places) - next(
        (count for count, at in enumerate(places) if tokens[at].text == "0"), len(places)
    )
    digits = digits.zfill(least) if least else digits
    found: dict[int, str] = {}
    for count, at in enumerate(reversed(places)):
        last = count == len(places) - 1
        part = digits[: len(digits) - count] if last else digits[-count - 1 : len(digits) - count]
        part = part if len(digits) > count else ""
        if grouped:
            part = _grouped(part, count)
        found[at] = part
    return found


def _grouped(part: str, right: int) -> str:
    """Return digits with the commas that follow them, ``right`` digits standing behind."""
    text = ""
    for count, digit in enumerate(reversed(part), right):
        comma = "," if count and count % 3 == 0 else ""
        text = f"{digit}{comma}{text}"
    return text


def _decimals(tokens: Sequence[_Token], places: Sequence[int], digits: str) -> dict[int, str]:
    found = dict(zip(places, digits, strict=True))
    for at in reversed(places):
        if tokens[at].text == "0" or found[at] != "0":
            break
        found[at] = ""
    return found


def _science(section: FormatSection, value: Decimal) -> str | None:
    code = "".join(token.text.upper() for token in section.tokens)
    match = _SCIENCE.fullmatch(code)
    if match is None or any(
        token.kind not in {"digit", "sign", "science"} for token in section.tokens
    ):
        return None
    mantissa, exponent = format(value, f".{len(match[1] or '')}E").split("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(len(match[2]))}"


def _literal(token: _Token) -> str:
    if token.kind in {"gap", "fill"}:
        return " "
    return token.text
