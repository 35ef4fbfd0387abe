"""Controlled documents that are not forms, for tests: a small manifest, and IXD7200-01 revised."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from revised import edit_part

from rmdocs.forms.document import ControlledDocument, DocumentFiles, load_document
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.workspace import revising

if TYPE_CHECKING:
    from bank import Bank
    from lxml import etree

ROOT = Path(__file__).parents[1]
NUMBER, NEW = DocumentNumber("IXD7200-01"), Revision(major=1, minor=1)
PROCEDURE, EXTERNAL = DocumentNumber("PXD7201"), DocumentNumber("EXT-006")
AUTHOR, REVIEWER, APPROVER = "SD00-0001", "SD00-0002", "SD00-0003"
OLD_SENTENCE, NEW_SENTENCE = "旨在规范业务操作", "旨在规范业务操作和服务"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

MANIFEST = """
[document]
number = "PXD7201"
revision = "1.0"
kind = "internal"
title = { zh = "程序", en = "Procedure" }
organisation = { zh = "某行", en = "A bank" }
effective = 2020-01-01
prepared = "甲"
reviewed = "乙"
approved = "丙"
kept = { zh = "档案室", en = "Archive" }

[[history]]
revision = "1.0"
date = 2020-01-01
change = { zh = "首次发布", en = "First issue" }

[[references]]
number = "EXT-001"
clause = "§1"
purpose = { zh = "依据", en = "Basis" }
"""


def manifest(*changes: tuple[str, str]) -> bytes:
    """Return the small manifest with texts replaced, each of which must be there."""
    text = MANIFEST
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def small(*changes: tuple[str, str]) -> tuple[ControlledDocument, DocumentFiles]:
    """Return the small document with texts of its manifest replaced."""
    files = DocumentFiles(manifest=manifest(*changes))
    return load_document(files), files


def reword(bank: Bank, old: str = OLD_SENTENCE, new: str = NEW_SENTENCE) -> None:
    """Change a sentence of IXD7200-01 on the desk, as an officer would in Word."""
    path = bank.root / "documents" / str(NUMBER) / "body.docx"

    def edit(root: etree._Element) -> None:
        [found] = [text for text in root.iter(f"{_W}t") if old in (text.text or "")]
        found.text = (found.text or "").replace(old, new)

    path.write_bytes(edit_part(path.read_bytes(), "word/document.xml", edit))


def change_manifest(bank: Bank, *changes: tuple[str, str], number: DocumentNumber = NUMBER) -> None:
    """Replace texts of a manifest on the desk."""
    path = bank.root / "documents" / str(number) / "document.toml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert re.search(old, text), old
        text = re.sub(old, new, text, count=1)
    path.write_text(text, "utf-8")


def release_document(bank: Bank, effective: date, number: DocumentNumber = NUMBER) -> None:
    """Have the next revision of a document approved, as the desk holds it."""
    day = effective - timedelta(1)
    revising.propose(bank.at(AUTHOR, day), number, "修改目的", effective)
    revising.submit(bank.at(AUTHOR, day), number)
    revising.review(bank.at(REVIEWER, day), number, "")
    revising.approve(bank.at(APPROVER, day), number, "")
