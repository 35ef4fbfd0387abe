"""Choices: boxes that are ticked or empty, and runs underlined or struck through.

The value of a ``{{r …}}`` tag replaces its whole run of WordprocessingML, so each is
complete and escaped. Fonts and size come from the paragraph's style; the East Asian
hint keeps signs like “” and … in its Chinese font.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from rmdocs.language.functions import UNSAID, Filter
from rmdocs.language.numbers import UnfitValueError, shown, whole, written
from rmdocs.language.shapes import LISTS, PRINTED, SOME_WORDS
from rmdocs.messages import listed, message

TICKED, EMPTY = "☑", "☐"


def checked(value: object) -> str:
    """Return ☑ for true, ☐ for false and for none."""
    return TICKED if value else EMPTY


def pick(options: Iterable[object], chosen: object, separator: str = "　") -> str:
    """Return all options in order, each behind its box: ``☑推荐　☐支持``.

    :param chosen: an option, several, or None.
    :raises UnfitValueError: as :func:`~rmdocs.language.choices.choices`.
    """
    names = options_of(options)
    picked = chosen_of(chosen, names)
    return separator.join(f"{checked(name in picked)}{name}" for name in names)


def options_of(options: Iterable[object]) -> tuple[str, ...]:
    """Return the options' names.

    :raises UnfitValueError: if there are none, or they are no list.
    """
    if isinstance(options, (str, Mapping)) or not isinstance(options, Iterable):
        raise UnfitValueError(message("{value} is not a list of options", value=shown(options)))
    names = tuple(str(option) for option in options)
    if not names or "" in names:
        raise UnfitValueError(message("there are no options to choose from"))
    return names


def chosen_of(chosen: object, options: tuple[str, ...]) -> frozenset[str]:
    """Return what is chosen.

    :raises UnfitValueError: if it is not among the options.
    """
    if isinstance(chosen, str) or chosen is None or not isinstance(chosen, Iterable):
        chosen = (chosen,)
    picked = frozenset(str(item) for item in chosen if item is not None)
    strange = picked.difference(options)
    if strange:
        raise UnfitValueError(
            message(
                "“{chosen}” is not among the options {options}",
                chosen=listed(sorted(strange)),
                options=listed(options),
            )
        )
    return picked


_HINT = '<w:rFonts w:hint="eastAsia"/>'
_UNDERLINE = '<w:u w:val="single"/>'
_STRIKE = "<w:strike/>"
_WIDEST = 60
_ROOM = "\u00a0" * 4 + "\u200b"
"""Room for one Chinese sign that the end of a line does not swallow, as it does spaces.

Four no-break spaces are as wide as a sign; after each the line may break.
"""


def filled(value: object, width: int = 8) -> Markup:
    """Return a value underlined, as it stands on a line to fill in.

    :param width: Chinese signs of the line where there is no value.
    :raises UnfitValueError: if the value is a list or holds runs already.
    """
    signs = whole(width)
    if not 0 < signs <= _WIDEST:
        raise UnfitValueError(message("{width} is not the width of a line", width=shown(width)))
    text = _text(value)
    return _run(f" {text} " if text else _ROOM * signs, _UNDERLINE)


def struck(value: object) -> Markup:
    """Return a value struck through; nothing for none.

    :raises UnfitValueError: if the value is a list or holds runs already.
    """
    text = _text(value)
    return _run(text, _STRIKE) if text else Markup("")


def choices(options: Iterable[object], chosen: object, separator: str = "/") -> Markup:
    """Return all options in order, those not chosen struck through.

    :param chosen: an option, several, or None.
    :raises UnfitValueError: if there are no options, or one is chosen that is
        not among them and so would not be printed.
    """
    names = options_of(options)
    picked = chosen_of(chosen, names)
    between = _run(separator) if separator else Markup("")
    return between.join(_run(name) if name in picked else struck(name) for name in names)


def _run(text: str, properties: str = "") -> Markup:
    """Return a run; line feeds and tabs become Word's own elements."""
    pieces: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            pieces.append("<w:br/>")
        for place, piece in enumerate(line.split("\t")):
            if place:
                pieces.append("<w:tab/>")
            if piece:
                pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    content = "".join(pieces)
    return Markup(f"<w:r><w:rPr>{_HINT}{properties}</w:rPr>{content}</w:r>")  # noqa: S704 - escaped


def _text(value: object) -> str:
    """Return the text a plain tag would print."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        if "<" in value:
            raise UnfitValueError(message("the value holds runs already: use one filter only"))
        return value.unescape()
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        raise UnfitValueError(message("a list cannot be printed: use “join_cn” before"))
    return str(written(value))


ENTRIES = (
    Filter(
        name="checked",
        call=checked,
        gives=SOME_WORDS,
        does=message("a box: ticked where it is so, empty where it is not"),
        example=("true|checked", "☑"),
    ),
    Filter(
        name="pick",
        call=pick,
        takes=(LISTS,),
        gives=SOME_WORDS,
        does=message("all options behind their boxes, those chosen ticked"),
        example=("['推荐', '支持']|pick('推荐')", "☑推荐　☐支持"),
    ),
    Filter(
        name="choices",
        call=choices,
        takes=(LISTS,),
        gives=SOME_WORDS,
        makes_runs=True,
        does=message("all options, those not chosen struck through; in {{r …}} tags only"),
        example=("['推荐', '支持']|choices('支持')", "<s>推荐</s>/支持"),
    ),
    Filter(
        name="filled",
        call=filled,
        takes=(PRINTED,),
        gives=SOME_WORDS,
        says=UNSAID,
        makes_runs=True,
        does=message(
            "a value underlined, or a line of so many Chinese signs to fill in; "
            "in {{r …}} tags only"
        ),
        example=("'济南'|filled", "<u> 济南 </u>"),
    ),
    Filter(
        name="struck",
        call=struck,
        takes=(PRINTED,),
        gives=SOME_WORDS,
        makes_runs=True,
        does=message("a value struck through; in {{r …}} tags only"),
        example=("'支持'|struck", "<s>支持</s>"),
    ),
)
