"""Choices as plain text: boxes that are ticked or empty.

Choices whose other options are struck through need runs and are in ``runs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rmdocs.formatting.numbers import shown
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import listed, message

TICKED, EMPTY = "☑", "☐"


def checked(value: object) -> str:
    """Return ☑ for true, ☐ for false and for none."""
    return TICKED if value else EMPTY


def pick(options: Iterable[object], chosen: object, separator: str = "　") -> str:
    """Return all options in order, each behind its box: ``☑推荐　☐支持``.

    :param chosen: an option, several, or None.
    :raises UnfitValueError: as :func:`~rmdocs.formatting.runs.choices`.
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
