"""Line breaks and tabs inside printed values become Word's own elements.

docxtpl does this to the finished XML of every part, whole, by three nested
regular expressions; here the same is done only to the paragraphs concerned.
A line feed becomes ``<w:br/>``, a tab ``<w:tab/>`` in a run of its own.
"""

from __future__ import annotations

import re

_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>")
_RUN = re.compile(r"<w:r(?: [^>]*)?>")
_TEXT = re.compile(r"<w:t(?: [^>]*)?>")
_RUN_PROPERTIES = re.compile(r"<w:rPr>.*?</w:rPr>")
_CONTROL = re.compile(r"[\t\n]")


def has_breaks(text: str) -> bool:
    """Return whether ``text`` holds a line feed or a tab."""
    return "\n" in text or "\t" in text


def resolve(xml: str) -> str:
    """Return ``xml`` with the breaks and tabs of its texts made elements.

    A paragraph reaches from its start tag to the first end tag, as docxtpl
    sees it; so does a run and a text.
    """
    pieces = xml.split("</w:p>")
    last = len(pieces) - 1
    return "</w:p>".join(
        _paragraph(piece) if number < last and has_breaks(piece) else piece
        for number, piece in enumerate(pieces)
    )


def _paragraph(piece: str) -> str:
    start = _PARAGRAPH.search(piece)
    if not start:
        return piece
    runs = piece[start.end() :].split("</w:r>")
    last = len(runs) - 1
    resolved = "</w:r>".join(
        _run(run) if number < last and has_breaks(run) else run for number, run in enumerate(runs)
    )
    return piece[: start.end()] + resolved


def _run(run: str) -> str:
    start = _RUN.search(run)
    if not start:
        return run
    found = _RUN_PROPERTIES.search(run, start.end())
    properties = found[0] if found else ""
    texts = run[start.end() :].split("</w:t>")
    last = len(texts) - 1
    resolved = "</w:t>".join(
        _text(text, properties) if number < last and has_breaks(text) else text
        for number, text in enumerate(texts)
    )
    return run[: start.end()] + resolved


def _text(text: str, properties: str) -> str:
    start = _TEXT.search(text)
    if not start:
        return text
    elements = {
        "\t": (
            f"</w:t></w:r><w:r>{properties}<w:tab/></w:r>"
            f'<w:r>{properties}<w:t xml:space="preserve">'
        ),
        "\n": '</w:t><w:br/><w:t xml:space="preserve">',
    }
    resolved = _CONTROL.sub(lambda control: elements[control[0]], text[start.end() :])
    return text[: start.end()] + resolved
