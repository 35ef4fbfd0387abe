"""Where on the pages of a PDF a text is printed.

What is put beside it, a signature or a code, is the business of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2


@dataclass(frozen=True, slots=True)
class Print:
    """A text where it is printed once; lengths are points from the page's lower left corner.

    :param page: number of the page, from 0.
    :param left: left edge of the text; ``bottom`` its lower one.
    :param box: left, lower, right and upper edge of the page it is on.
    :param turned: whether the page is shown turned.
    """

    page: int
    left: float
    bottom: float
    box: tuple[float, float, float, float]
    turned: bool


def printed(pdf: bytes, texts: tuple[str, ...]) -> list[list[Print]]:
    """Return, for each text, every place where it is printed, in reading order."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [list(_prints(document, text)) for text in texts]


def _prints(document: pypdfium2.PdfDocument, text: str) -> Iterator[Print]:
    for number, page in enumerate(document):
        words = page.get_textpage()
        search = words.search(text, match_case=True)
        while (hit := search.get_next()) is not None:
            start, count = hit
            signs = [words.get_charbox(index) for index in range(start, start + count)]
            left, bottom = (min(sign[side] for sign in signs) for side in (0, 1))
            yield Print(number, left, bottom, page.get_mediabox(), page.get_rotation() != 0)


def signs(pdf: bytes, page: int) -> list[tuple[float, float, float, float]]:
    """Return where each sign stands that is printed on a page: left, bottom, right, top.

    :param page: number of the page, from 0; lengths are points from its lower left corner.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        words = document[page].get_textpage()
        return [
            words.get_charbox(index)
            for index in range(words.count_chars())
            if not words.get_text_range(index, 1).isspace()
        ]
