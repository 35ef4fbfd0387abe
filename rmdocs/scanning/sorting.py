"""Sheets to documents: what is complete and beyond doubt, and what a person must look at.

A sheet is filed only as part of a set that is complete, whose pages agree in
everything and come once, and that the store knows as current. A slip that was
torn off is a set by itself; one still on its page is part of the page. Nothing
is guessed: doubt about one sheet of a set puts the whole set aside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.pdf.codes import PageCode
from rmdocs.scanning.pile import (
    Aside,
    CodeStatus,
    Judge,
    Pile,
    ScannedDocument,
    ScannedFile,
    ScannedPage,
    ScannedSheet,
    Trouble,
)

_Set = tuple[RecordNumber, int, int, int]
"""Number, edition, copy, and slip or 0: what all sheets of a set have in common."""


def sort(
    files: Sequence[ScannedFile],
    sheets: Iterable[ScannedSheet],
    judge: Judge,
    faults: Iterable[Finding],
) -> Pile:
    """Return the pile that ``sheets`` make.

    :param judge: tells what is known of a document.
    :param faults: what was wrong with the files.
    """
    sheets = list(sheets)
    asides = [
        Aside(sheet=sheet, finding=_unsorted(sheet))
        for sheet in sheets
        if sheet.trouble is not None or _shown(sheet) is None
    ]
    # A sheet that bears two codes may be the missing page of either set: both stay open.
    doubtful = {_set(code) for aside in asides for code in aside.sheet.codes}
    documents, findings = [], list(faults)
    for pages in _sets(sheets):
        verdict = _judged(pages, judge, _set(pages[0].code) in doubtful)
        findings += verdict.missing
        if verdict.doubts:
            asides += [
                Aside(sheet=page.sheet, finding=verdict.doubts[page.sheet]) for page in pages
            ]
        else:
            code = pages[0].code
            documents.append(
                ScannedDocument(code=code.document, pages=tuple(pages), slip=code.slip)
            )
    asides.sort(key=_place)
    return Pile(
        files=tuple(files),
        documents=tuple(documents),
        review=tuple(asides),
        findings=tuple(findings),
    )


def whole_sets(pile: Pile, finding: str = "") -> Iterator[ScannedDocument]:
    """Yield the sets in the review list that are whole.

    :param finding: the code of what is told of each of their sheets; empty for anything.
    """
    told = [aside.sheet for aside in pile.review if finding in {"", aside.finding.code}]
    for pages in _sets(told):
        code = pages[0].code
        wanted = [code.page] if code.slip else [*range(1, code.pages + 1)]
        if [page.code.page for page in pages] == wanted:
            yield ScannedDocument(code=code.document, pages=tuple(pages), slip=code.slip)


def absent_pages(pile: Pile) -> Iterator[PageCode]:
    """Yield the codes of the pages that sets in the review list lack."""
    for pages in _sets([aside.sheet for aside in pile.review]):
        codes = {page.code for page in pages}
        alike = {(code.digest, code.pin, code.pages) for code in codes}
        first = min(codes)
        if len(alike) == 1 and not first.slip:
            whole = (replace(first, page=at) for at in range(1, first.pages + 1))
            yield from (code for code in whole if code not in codes)


def _sets(sheets: Iterable[ScannedSheet]) -> Iterator[list[ScannedPage]]:
    """Yield the sheets that show one page, set by set, in order."""
    sets: dict[_Set, list[ScannedPage]] = defaultdict(list)
    for sheet in sheets:
        code = _shown(sheet)
        if code is not None and sheet.trouble is None:
            sets[_set(code)].append(ScannedPage(code=code, sheet=sheet))
    for key in sorted(sets):
        yield sorted(sets[key], key=lambda page: (page.code, page.sheet.file, page.sheet.number))


def _set(code: PageCode) -> _Set:
    return code.number, code.edition, code.copy, code.slip


def _shown(sheet: ScannedSheet) -> PageCode | None:
    """Return the code of the one page or slip that a sheet shows, None if they are several."""
    pages = [code for code in sheet.codes if not code.slip]
    if len(pages) != 1:
        return sheet.codes[0] if len(sheet.codes) == 1 else None
    (page,) = pages
    whole = all(replace(code, slip=0) == page for code in sheet.codes)
    return page if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What speaks against a set: nothing, or a finding for each of its sheets.

    :param missing: said of the set, since no sheet shows a page that is not there.
    """

    doubts: Mapping[ScannedSheet, Finding]
    missing: tuple[Finding, ...] = ()


def _judged(pages: Sequence[ScannedPage], judge: Judge, doubtful: bool) -> _Verdict:  # noqa: FBT001 - internal
    """Return what speaks against the pages of one set, in their order."""
    for doubts in (_disagreeing(pages), _unwanted(pages, judge)):
        if doubts:
            return _Verdict(doubts=doubts)
    code = pages[0].code
    counts = Counter(page.code.page for page in pages)
    # A slip is one sheet, whichever page it was on.
    wanted = [code.page] if code.slip else range(1, code.pages + 1)
    absent = [number for number in wanted if not counts[number]]
    missing = (_missing(pages, absent),) if absent else ()
    if not absent and len(pages) == len(wanted) and not doubtful:
        return _Verdict(doubts={})
    waiting: Text = message("its set is not complete: {document}", document=_name(code))
    if not absent:
        waiting = _in_doubt(code)
    doubts = {}
    for page in pages:
        if counts[page.code.page] > 1:
            doubts[page.sheet] = _doubled(page, pages)
        else:
            doubts[page.sheet] = _about(page, "SCAN-WAITING", waiting, _SCAN_WHOLE)
    return _Verdict(doubts=doubts, missing=missing)


def _disagreeing(pages: Sequence[ScannedPage]) -> Mapping[ScannedSheet, Finding]:
    """Return findings if pages of one edition differ in what they all must say alike."""
    digests = {(page.code.digest, page.code.pin) for page in pages}
    if len(digests) > 1:
        reason = message("the pages of this edition do not come from one record: digests disagree")
        remedy = message("compare the print beside the codes; ask who made the other pages")
        return {page.sheet: _about(page, "SCAN-DIGEST", reason, remedy) for page in pages}
    lengths = sorted({page.code.pages for page in pages})
    if len(lengths) > 1:
        reason = message(
            "the pages disagree on how many there are: {counts}",
            counts=listed(lengths),
        )
        remedy = message("it was printed twice in different ways: keep one printing together")
        return {page.sheet: _about(page, "SCAN-COUNT", reason, remedy) for page in pages}
    return {}


def put_aside(pile: Pile, document: ScannedDocument, status: CodeStatus) -> Pile:
    """Return ``pile`` with a document's sheets in the review list, for what it stands for."""
    return _aside(pile, document, _unwanted(document.pages, lambda _code, _slip: status))


def put_unsigned(pile: Pile, document: ScannedDocument, missing: Mapping[int, Text]) -> Pile:
    """Return ``pile`` with a document's sheets in the review list, since nobody signed it.

    :param missing: what is missing, by number of the page.
    """
    remedy = by_command(
        message(
            "have it signed and sealed, and scan it again; if there is ink, only pale, look at"
            " the paper and say so"
        ),
        "--looked",
    )
    rest = _in_doubt(document.pages[0].code)
    doubts = {
        page.sheet: _about(page, "SCAN-UNSIGNED", missing[page.code.page], remedy)
        if page.code.page in missing
        else _about(page, "SCAN-WAITING", rest, _SCAN_WHOLE)
        for page in document.pages
    }
    return _aside(pile, document, doubts)


_SCAN_WHOLE = message("settle what the other sheets lack; the set is filed as a whole")


def _in_doubt(code: PageCode) -> Text:
    return message("another sheet of its set is in doubt: {document}", document=_name(code))


def _aside(pile: Pile, document: ScannedDocument, doubts: Mapping[ScannedSheet, Finding]) -> Pile:
    kept = tuple(one for one in pile.documents if one is not document)
    asides = [
        *pile.review,
        *(Aside(sheet=page.sheet, finding=doubts[page.sheet]) for page in document.pages),
    ]
    asides.sort(key=_place)
    return replace(pile, documents=kept, review=tuple(asides))


def _place(aside: Aside) -> tuple[int, int]:
    return aside.sheet.file, aside.sheet.number


def _unwanted(pages: Sequence[ScannedPage], judge: Judge) -> Mapping[ScannedSheet, Finding]:
    """Return findings if the store does not take the document as it stands."""
    shown = pages[0].code
    refusal = _REFUSALS.get(judge(shown.document, shown.slip))
    if refusal is None:
        return {}
    code, reason, remedy = refusal
    said = message("{document}: {reason}", document=_name(shown), reason=reason)
    return {page.sheet: _about(page, code, said, remedy) for page in pages}


_REFUSALS: Mapping[CodeStatus, tuple[str, Text, Text]] = {
    CodeStatus.SUPERSEDED: (
        "SCAN-SUPERSEDED",
        message("a newer edition has been issued"),
        message("have the newer edition signed, or ask which of the two counts"),
    ),
    CodeStatus.VOID: (
        "SCAN-VOID",
        message("the record is void"),
        message("keep the paper with the reason for the void"),
    ),
    CodeStatus.UNKNOWN: (
        "SCAN-UNKNOWN",
        message("nobody here knows this number or edition"),
        message("look up which unit issued it; it may belong to another store"),
    ),
    CodeStatus.OTHER: (
        "SCAN-OTHER",
        message("the code is not that of the document issued under this number"),
        message("compare with the document in the store: the page is not from there"),
    ),
    CodeStatus.CONTENT: (
        "SCAN-CONTENT",
        message("the record was disposed of, or its key is not on this machine"),
        message("ask the records manager (档案管理员)"),
    ),
    CodeStatus.FORBIDDEN: (
        "SCAN-FORBIDDEN",
        message("whoever scans may not act for this record: another unit, or not their form"),
        message("have it scanned by the unit that issued it"),
    ),
    CodeStatus.UNRENDERED: (
        "SCAN-NO-PDF",
        message("there is no formal PDF that it can have been printed from"),
        message("it may be a preview: make the PDF, have that printed and signed"),
    ),
    CodeStatus.LENGTH: (
        "SCAN-LENGTH",
        message("the formal PDF has another number of pages"),
        message("compare with the document in the store: the page is not from there"),
    ),
    CodeStatus.SIGNED: (
        "SCAN-SIGNED",
        message("a signed original, or this slip of it, is in the store already"),
        message("compare the two; if the new one counts, amend the record and have it signed anew"),
    ),
    CodeStatus.CHANGED: (
        "SCAN-CHANGED",
        message("the record was changed while it was filed"),
        message("scan it once more; what was filed before stays filed"),
    ),
}


_AGAIN = message("scan it again at 300 dpi")
_TROUBLES: Mapping[Trouble, tuple[str, Text, Text]] = {
    Trouble.CODE: (
        "SCAN-UNREADABLE",
        message("there is a code on the sheet that cannot be read"),
        _AGAIN,
    ),
    Trouble.PICTURE: (
        "SCAN-DAMAGED",
        message("the picture is cut off or damaged, or cannot be taken out of its file"),
        _AGAIN,
    ),
    Trouble.SIZE: (
        "SCAN-TOO-LARGE",
        message("the sheet or its picture is larger than is read"),
        _AGAIN,
    ),
    Trouble.NOTES: (
        "SCAN-NOTES",
        message("something was put on the sheet after it was scanned"),
        message("hand in the scan as the machine delivered it"),
    ),
    Trouble.CRASH: (
        "SCAN-BROKEN",
        message("reading the sheet broke off"),
        message("hand in the scan as the machine delivered it, or scan it again"),
    ),
}


def _unsorted(sheet: ScannedSheet) -> Finding:
    """Return the finding on a sheet that is in trouble or has not exactly one code."""
    if sheet.trouble is not None:
        code, reason, remedy = _TROUBLES[sheet.trouble]
        return error(code, sheet.place, reason, remedy)
    if sheet.codes:
        return error(
            "SCAN-TWO-CODES",
            sheet.place,
            message(
                "{count} different codes on one sheet: {codes}",
                count=len(sheet.codes),
                codes=listed(_place_of(code) for code in sheet.codes),
            ),
            message("scan the pages one by one"),
        )
    if sheet.blank:
        return warning("SCAN-BLANK", sheet.place, message("the sheet is blank"))
    return error(
        "SCAN-FOREIGN",
        sheet.place,
        message("there is no code on the sheet"),
        message("if it is no page of ours, take it out; else scan it again at 300 dpi"),
    )


def _missing(pages: Sequence[ScannedPage], absent: Sequence[int]) -> Finding:
    return error(
        "SCAN-MISSING",
        _name(pages[0].code),
        message(
            "page(s) {absent} of {pages} missing",
            absent=listed(absent),
            pages=pages[0].code.pages,
        ),
        message("find and scan them, and hand them in together with those that are here"),
        label=", ".join(page.sheet.place for page in pages),
    )


def _doubled(page: ScannedPage, pages: Sequence[ScannedPage]) -> Finding:
    others = [
        other.sheet.place
        for other in pages
        if other.code.page == page.code.page and other.sheet is not page.sheet
    ]
    return _about(
        page,
        "SCAN-DOUBLED",
        message("the same page is also on {places}", places=listed(others)),
        message("decide which sheet counts, the signed one, and scan that alone"),
    )


def _about(page: ScannedPage, code: str, reason: Text, remedy: Text) -> Finding:
    return error(code, page.sheet.place, reason, remedy, label=_place_of(page.code))


def _name(code: PageCode) -> str:
    """Return what the file of the document is called, without its kind."""
    return code.number.document_name(code.edition, code.copy, "").rstrip(".")


def _place_of(code: PageCode) -> str:
    slip = f" +{code.slip}" if code.slip else ""
    return f"{_name(code)} {code.page}/{code.pages}{slip}"
