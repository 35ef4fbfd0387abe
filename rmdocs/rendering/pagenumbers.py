"""Whether a finished document numbers its pages itself, in a header or a footer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from rmdocs.rendering.package import read
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.template import parse

_PART = re.compile(r"word/[^/]+\.xml")
_EDGES = (f"{WORD}hdr", f"{WORD}ftr")
_PAGE = "PAGE"


def numbers_pages(document: bytes) -> bool:
    """Return whether a header or footer of ``document`` (.docx) prints the page's number.

    :raises FindingsError: if it is no Word document.
    """
    # Whatever the parts are called: in an assembled document each annex has its own.
    roots = (parse(one.content()) for one in read(document) if _PART.fullmatch(one.name))
    edges = (root for root in roots if root.tag in _EDGES)
    return any(code.split()[:1] == [_PAGE] for root in edges for code in _codes(root))


def _codes(root: etree._Element) -> Iterator[str]:
    """Yield the code of every field; Word may write one in several runs."""
    for field in root.iter(f"{WORD}fldSimple"):
        yield str(field.get(f"{WORD}instr", ""))
    code = ""
    for element in root.iter(f"{WORD}fldChar", f"{WORD}instrText"):
        if element.tag == f"{WORD}instrText":
            code += element.text or ""
        else:
            yield code
            code = ""
    yield code
