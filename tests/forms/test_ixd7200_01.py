"""The text of IXD7200-01: the source's words, and nothing that claims to be the bank's."""

from __future__ import annotations

import hashlib
import io

import docx
import pytest
from papers import NUMBER, ROOT

from rmdocs.forms.desk import read_document
from rmdocs.forms.document import load_document
from rmdocs.rendering.assembly import ANNEXES, check_body

FILES = read_document(ROOT, NUMBER)
SOURCE_SHA256 = "c25b527f4533646952407e1d0486d5d9d7aefaaf8430e2b302b41475d7685727"
"""Of sections 1 to 8 as the source prints them, without line ends."""


@pytest.fixture(scope="module")
def paragraphs():
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(FILES.body)).paragraphs]


def test_the_text_is_the_source_word_for_word(paragraphs):
    assert paragraphs[-2:] == ["9.附录", ANNEXES]
    assert paragraphs[paragraphs.index("4.职责与权限") + 1] == "待核定"
    text = "".join(line for line in paragraphs[:-2] if line != "待核定")
    assert hashlib.sha256(text.encode()).hexdigest() == SOURCE_SHA256


def test_what_the_source_does_not_hold_is_pending():
    pending = "".join(item.zh for item in load_document(FILES).pending)
    for matter in ("职责与权限", "修改记录", "受控号", "版式", "英文名称", "评审周期"):
        assert matter in pending


def test_each_item_is_a_paragraph_with_two_signs_of_indent(paragraphs):
    document = docx.Document(io.BytesIO(FILES.body))
    items = [one for one in document.paragraphs if one.text[:2] in {"1)", "2)", "9)"}]
    assert len(items) > 8
    for item in items:
        assert item.style.paragraph_format.first_line_indent.pt == 28
        assert item.style.paragraph_format.line_spacing == 1.5


def test_the_body_can_be_assembled():
    assert check_body(FILES.body) == []
