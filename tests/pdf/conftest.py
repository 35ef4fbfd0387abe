"""The fonts of an invented bank."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from typefaces import CHINESE, LATIN, typeface

from rmdocs.pdf.fonts import FontSet


@pytest.fixture(scope="session")
def own(tmp_path_factory) -> Path:
    """A folder as a bank would mount it."""
    folder = tmp_path_factory.mktemp("fonts")
    typeface(folder / "TestSong.ttf", "宋体", CHINESE + LATIN)
    typeface(folder / "TestRoman.ttf", "Times New Roman", LATIN)
    typeface(folder / "TestSigns.ttf", "Segoe UI Symbol", "☐☑")
    return folder


@pytest.fixture(scope="session")
def fonts(own) -> FontSet:
    """These fonts and no others."""
    return FontSet.found(own, ())


@pytest.fixture(scope="session")
def damaged():
    """What writes a font whose table of characters says nothing that makes sense."""

    def write(path: Path, family: str) -> Path:
        with TTFont(typeface(path, family, CHINESE)) as font:
            table = DefaultTable("cmap")
            table.data = b"\0\0\0\x09\0\x03\0\x01\xff\xff\xff\xf0"
            font["cmap"] = table
            font.save(path)
        return path

    return write


@pytest.fixture(scope="session")
def search_path() -> str:
    return os.environ["PATH"]
