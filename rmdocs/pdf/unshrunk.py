"""A copy of a document for an engine that loses text when it shrinks blanks to fill a line.

LibreOffice from 24.8 on narrows the blanks of a justified line, as Word 2013 and later do, so
that more fits on it; 25.2 then loses what follows, such as the full stop of a paragraph whose
last line is full. It does so only for documents that say they are of Word 2013 or later.
"""

from __future__ import annotations

from lxml import etree

from rmdocs.rendering.package import Head, Member, read
from rmdocs.rendering.patching import parse
from rmdocs.rendering.tables import WORD

_SETTINGS = "word/settings.xml"
_MODE, _WORD_2010, _WORD_2013 = "compatibilityMode", 14, 15


def unshrunk(document: bytes) -> bytes | None:
    """Return ``document`` (.docx) as one of Word 2010; None if it is none of a later one.

    It says the same. The document itself stays as it was sealed.

    :raises FindingsError: if it is no Word document.
    """
    members = read(document)
    settings = next((one for one in members if one.name == _SETTINGS), None)
    root = parse(settings.content()) if settings is not None else None
    modes = [
        one
        for one in (() if root is None else root.iter(f"{WORD}compatSetting"))
        if one.get(f"{WORD}name") == _MODE and one.get(f"{WORD}val") == str(_WORD_2013)
    ]
    if root is None or not modes:
        return None
    for mode in modes:
        mode.set(f"{WORD}val", str(_WORD_2010))
    content = etree.tostring(root, encoding="UTF-8", standalone=True)
    changed = Member.stored(_SETTINGS, content)
    return Head.of(changed if one is settings else one for one in members).archive(())
