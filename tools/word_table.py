"""Write the part of docs/refusals.md on Word files from what the code knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rmdocs.messages import Language
from rmdocs.rendering.refusals import refusal
from rmdocs.rendering.vocabulary import FATES, ElementHandling, short
from rmdocs.rendering.wordfile import PARTS

DOCS = Path(__file__).resolve().parents[1] / "docs" / "refusals.md"
TITLE = "\n## Word files\n"
HEAD = f"""{TITLE}
Made by `tools/word_table.py` from `rmdocs/rendering/vocabulary.py` and `wordfile.py`: parts
and elements of a Word file and what becomes of them. *Dropped* is what nobody sees; it goes at
`form submit`, before review, and is named there. *Unwrapped* goes, and what is in it stays. What
is in no row is refused: an element as TEMPLATE-ELEMENT, a part as TEMPLATE-PART. Of a controlled
document that is no form the codes begin with DOCUMENT-.

| what becomes of it | elements | parts, by the kind of reference that leads to them |
|---|---|---|
"""
RULES = """
What is judged beyond names:

| what | what becomes of it |
|---|---|
| a field whose whole code is PAGE, NUMPAGES or SECTIONPAGES, with a style of figures | kept |
| TOC, REF, PAGEREF, NOTEREF, SEQ, STYLEREF with their text, in a controlled document | kept |
| HYPERLINK, a link to the web or to mail, a link within the form | told: TEMPLATE-LINK |
| a link to a file, a field or picture fetched from outside | TEMPLATE-EXTERNAL |
| any other field, one without beginning or end, one in the code of another | TEMPLATE-FIELD |
| hidden text, by its run, styles or the defaults; hidden rows and shapes | TEMPLATE-HIDDEN |
| text in a colour that does not stand out from its ground by 1.5 : 1 (WCAG), directly, by styles, \
theme or defaults | TEMPLATE-UNREADABLE |
| text below 4 pt, letters set below 33 % wide, on each other or out of their line, lines lower \
than seven tenths of their letters | TEMPLATE-UNREADABLE |
| text off the page or without room: indents, frames, text boxes, tables, cells, rows, columns, \
margins, header and footer | TEMPLATE-OFF-PAGE |
| a picture or filled shape in front of the text | told: TEMPLATE-IN-FRONT; in a header or footer \
an error |
| a text box whose two versions differ | TEMPLATE-TWO-VERSIONS |
| a bookmark twice, or in a loop | TEMPLATE-BOOKMARK |
| the bookmark `_GoBack`, rsid and paragraph ids, XML comments | dropped |
| custom XML and preview pictures that nothing leads to | dropped |
| a picture that is not PNG, JPEG, GIF, BMP, TIFF, EMF or WMF | TEMPLATE-PICTURE |
| a tag in an attribute, a field or a property that is not printed | TEMPLATE-NOT-FILLED |
| a part or reference that is missing, or of another kind than the file says | TEMPLATE-BROKEN |
| Strict Open XML | TEMPLATE-STRICT |
| .dotx, workbooks, presentations | TEMPLATE-KIND |
| macros, .docm, .dotm | TEMPLATE-MACRO |
| a header and footer that do not print number, edition, revision and pin by tags | TEMPLATE-PAGE |
| text that asks to be written over (点击此处输入文字, [Type text], lorem ipsum) \
| told: TEMPLATE-PLACEHOLDER |
| a number, edition, revision, date or page number typed by hand in a header or footer \
| told: TEMPLATE-TYPED |
| a font or glyph that is not on this machine | told: PDF-FONT, PDF-GLYPH |
| a part with tags above 2 MB, any above 32 MB, more than 128 MB in all | TEMPLATE-TOO-LARGE |
"""


def word_files() -> str:
    """Return the section."""
    return HEAD + "".join(_rows()) + RULES


def _rows() -> Iterator[str]:
    for fate in ElementHandling:
        elements = sorted(short(name) for name, found in FATES.items() if found is fate)
        parts = sorted(kind for kind, found in PARTS.items() if found is fate)
        if elements or parts:
            yield f"| {_said(fate)} | {' '.join(elements)} | {' '.join(parts)} |\n"


def _said(fate: ElementHandling) -> str:
    if fate is ElementHandling.TRACKED:
        return "TEMPLATE-TRACKED: tracked changes, told by sort"
    refused = refusal(fate)
    return fate.value if refused is None else f"{refused[0]}: {refused[1].text(Language.EN)}"


def main() -> None:
    """Write the section at the end of the file, in place of what stands there."""
    before = DOCS.read_text(encoding="utf-8").partition(TITLE)[0].rstrip("\n") + "\n"
    DOCS.write_text(before + word_files(), encoding="utf-8")


if __name__ == "__main__":
    main()
