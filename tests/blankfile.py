"""An empty Word file to begin with, without what python-docx's own brings along.

Its own has a hundred styles of tables, a preview picture and parts that nothing refers to:
most of what a test that only wants a paragraph would have read and cleaned each time.
"""

import io
from functools import cache

import docx
from docx.enum.style import WD_STYLE_TYPE

from rmdocs.rendering.cleaning import clean

_KEPT = {"Normal Table", "Table Grid"}


def Document(file=None):  # noqa: N802 - stands for docx.Document
    """Open a Word file; an empty one where none is given."""
    return docx.Document(io.BytesIO(_empty()) if file is None else file)


@cache
def _empty():
    made, saved = docx.Document(), io.BytesIO()
    for style in [*made.styles]:
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in _KEPT:
            style.delete()
    made.save(saved)
    return clean(saved.getvalue()).data
