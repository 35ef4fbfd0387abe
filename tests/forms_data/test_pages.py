"""What the samples look like on paper, as far as counting pages tells."""

import os

import pytest

from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.pdf.opening import opened


@pytest.mark.office
@pytest.mark.fonts
def test_one_page_forms_fit_one_page(samples):
    short = {name: data for name, data in samples.items() if name[8:10] in {"02", "03", "04"}}
    assert len(short) == 6
    made = LibreOffice.found(FontSet.found(), os.environ["PATH"]).convert(short)
    pages = {name: len(opened(pdf, name).pages) for name, pdf in made.items()}
    assert set(pages.values()) == {1}, pages
