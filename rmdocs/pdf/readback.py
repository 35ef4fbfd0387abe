"""Reading a PDF back: its pages show what the document says, no sign more and no sign less.

Independent of the engine. Of what is drawn anew (line ends, blanks, hyphens, page numbers,
headings of tables that go on) nothing is asked but that it is the document's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, product, takewhile

import pypdfium2

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.pdf.pagetext import PAGE, PAGES, DocumentText, PageText, said, shown

_AROUND = 40
"""Signs of a text that are told."""


def disagreements(name: str, document: bytes, pdf: bytes) -> list[Finding]:
    """Return where the pages of ``pdf`` show something else than ``document`` says.

    :param name: what to call the document.
    :param document: the .docx that the PDF was made from; ``pdf``: as the engine made it,
        before anything was put on its pages.
    :raises FindingsError: if the document is no Word document.
    """
    says = said(document)
    try:
        shows = shown(pdf)
    except pypdfium2.PdfiumError:
        damaged = message("the PDF made of it cannot be read")
        return [error("PDF-DAMAGED", name, damaged, message("make it again"))]
    return [
        error("PDF-READBACK", f"{name}#{one.page}", one.reason, _remedy(), label=one.text[:_AROUND])
        for one in differences(says, shows)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDifference:
    """A text that a page lacks, or has and should not.

    :param page: counted from 1.
    """

    page: int
    text: str
    is_lost: bool

    @property
    def reason(self) -> Text:
        """Return what is wrong."""
        values = {"page": self.page, "text": self.text[:_AROUND]}
        if self.is_lost:
            return message(
                "page {page} of the PDF does not show “{text}” as the document says it", **values
            )
        return message(
            "page {page} of the PDF shows “{text}”, which the document does not say", **values
        )


def differences(says: DocumentText, shows: Sequence[PageText]) -> list[PageDifference]:
    """Return where pages show something else than a document says.

    :param shows: what each page shows, in order.
    """
    says, shows = _cased(says, shows)
    return [*_edges(says, shows), *_body(says, shows)]


def _remedy() -> Text:
    return message(
        "make the PDF with another release of LibreOffice; if it is the same, look in the template"
        " for a control, a field or hidden text at this place"
    )


def _missing(page: int, text: str) -> PageDifference:
    return PageDifference(page=page, text=text, is_lost=True)


def _extra(page: int, text: str) -> PageDifference:
    return PageDifference(page=page, text=text, is_lost=False)


def _cased(
    says: DocumentText, shows: Sequence[PageText]
) -> tuple[DocumentText, Sequence[PageText]]:
    """Return both in small letters if the document has some shown as capitals."""
    if not says.allowed.any_case:
        return says, shows
    small = DocumentText(
        body=_small(says.body),
        headings=tuple(map(_small, says.headings)),
        edges=tuple(map(_small, says.edges)),
        renumbered=says.renumbered,
        allowed=says.allowed,
    )
    return small, tuple(PageText(body=_small(one.body), edges=_small(one.edges)) for one in shows)


def _small(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text.casefold() for text in texts)


def _edges(says: DocumentText, shows: Sequence[PageText]) -> Iterator[PageDifference]:
    """Yield what headers and footers lack, and what is beside them that is no heading."""
    for number, page in enumerate(shows, 1):
        tries = [
            _edge(says, page, [*head, *foot])
            for head, foot in product((*_numbered(says, number, len(shows)), ()), repeat=2)
        ]
        best = min(tries, key=len)
        yield from ((_missing if lost else _extra)(number, text) for lost, text in best)


def _numbered(says: DocumentText, page: int, pages: int) -> Iterator[tuple[str, ...]]:
    """Yield the texts of each header and footer as they are on a page."""
    for edge in says.edges:
        yield tuple(text.replace(PAGE, str(page)).replace(PAGES, str(pages)) for text in edge)


def _edge(says: DocumentText, page: PageText, wanted: Sequence[str]) -> list[tuple[bool, str]]:
    """Return the texts that are lost, and those that are too much, for one header and footer."""
    whole = "".join(page.edges)
    lost = [(True, text) for text in wanted if text not in whole]
    left = Counter(whole) - Counter("".join(wanted))
    for row in says.headings:
        signs = Counter("".join(row))
        if left and signs <= left and all(text in whole for text in row):
            left -= signs
    if not all(map(says.allowed.covers, left)):
        lost.append((False, "".join(left.elements())))
    return lost


def _body(says: DocumentText, shows: Sequence[PageText]) -> list[PageDifference]:
    """Return what the pages lack of the document's text, and what they show besides."""
    whole, pages = "".join(says.body), [_ReadPage.of(one.body) for one in shows]
    drawn = "".join(page.text for page in pages)
    if whole == drawn:
        return []
    lacking = Counter(whole) - Counter(drawn)
    extra = [sign for sign in Counter(drawn) - Counter(whole) if not says.allowed.covers(sign)]
    found: list[PageDifference] = []
    doubtful: list[PageDifference] = []
    at = 1
    for text, count in Counter(says.body).items():
        whole_on = [number for number, page in enumerate(pages, 1) for _ in range(page.shows(text))]
        torn_on = _torn(text, pages) if len(whole_on) < count else []
        if len(whole_on) + len(torn_on) < count:
            found.append(_missing(_nearest(text, pages, at), text))
        elif torn_on and not any(pages[number - 1].ends_in(text) for number in torn_on):
            # What it lacks may be another's, taken for it.
            doubtful.append(_missing(_nearest(text, pages, at), text))
        at = next(iter(whole_on or torn_on), at)
    if extra:
        found += [
            _extra(number, text)
            for number, page in enumerate(shows, 1)
            for text in page.body
            if text not in whole and not set(text).isdisjoint(extra)
        ]
    if (lacking or extra) and not found:
        found = doubtful or [_missing(1, "".join(lacking) or "".join(extra))]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadPage:
    """The text of a page.

    :param bounds: where the texts that it was drawn of begin and end.
    """

    text: str
    bounds: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _ReadPage:
        return cls(text="".join(texts), bounds=(0, *accumulate(map(len, texts))))

    def shows(self, text: str) -> int:
        """Return how often ``text`` is shown whole."""
        found, at = 0, self.text.find(text)
        while at >= 0:
            found += self._is_bound(at) and self._is_bound(at + len(text))
            at = self.text.find(text, at + 1)
        return found

    def begins(self, text: str, start: int) -> Iterator[frozenset[int]]:
        """Yield, for each place where it may, how far the page shows ``text`` from ``start`` on.

        Never to its end.
        """
        for order, at in enumerate(self.bounds):
            if not self.text.startswith(text[start], at):
                continue
            shared = _shared(self.text, at, text, start)
            ends = takewhile(lambda end: end <= at + shared, self.bounds[order + 1 :])  # noqa: B023 - used up here
            found = frozenset(start + end - at for end in ends) - {start, len(text)}
            if found:
                yield found

    def longest(self, text: str) -> int:
        """Return how much of the start of ``text`` is shown at most."""
        return max((max(ends) for ends in self.begins(text, 0)), default=0)

    def ends_in(self, text: str) -> bool:
        """Return whether the last that is shown is the start of ``text``."""
        return any(
            self.text.endswith(text[:length]) for ends in self.begins(text, 0) for length in ends
        )

    def _is_bound(self, at: int) -> bool:
        place = bisect_left(self.bounds, at)
        return place < len(self.bounds) and self.bounds[place] == at


def _shared(one: str, at: int, other: str, start: int) -> int:
    """Return how many signs two texts have in common from these places on."""
    most = min(len(one) - at, len(other) - start)
    if one[at : at + most] == other[start : start + most]:
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[at : at + middle] == other[start : start + middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _torn(text: str, pages: Sequence[_ReadPage]) -> list[int]:
    """Return the page, from 1, of each place where ``text`` begins, to go on overleaf."""
    return [
        number
        for number, page in enumerate(pages, 1)
        for reached in page.begins(text, 0)
        if _goes_on(text, reached, pages[number:])
    ]


def _goes_on(text: str, reached: frozenset[int], pages: Sequence[_ReadPage]) -> bool:
    """Return whether the pages show the rest of ``text`` from one of these places on."""
    for page in pages:
        if any(page.shows(text[at:]) for at in reached):
            return True
        reached = frozenset(end for at in reached for ends in page.begins(text, at) for end in ends)
    return False


def _nearest(text: str, pages: Sequence[_ReadPage], at: int) -> int:
    """Return the page on which most of ``text`` stands; ``at`` if there is none."""
    longest = {number: page.longest(text) for number, page in enumerate(pages, 1)}
    best = max(longest, key=longest.__getitem__, default=at)
    return best if longest.get(best) else at
