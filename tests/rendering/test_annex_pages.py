"""On paper, in a real LibreOffice: an annex stands where its blank form stands alone."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.messages import Bilingual
from rmdocs.records.context import blank_context
from rmdocs.rendering.assembly import Annex, CoverPage, assemble
from rmdocs.rendering.compiled import CompiledTemplate

ROOT = Path(__file__).parents[2]
BODY = (ROOT / "documents" / "IXD7200-01" / "body.docx").read_bytes()
COVER = CoverPage(
    number="IXD7200-01",
    control_number="",
    organisation=Bilingual(zh="某行", en="A bank"),
    title="规范",
    prepared="甲",
    reviewed="乙",
    approved="丙",
    revision="1.0",
    effective=date(2004, 6, 8),
)
FARTHEST = 1.5
"""Points between a word's two places.

LibreOffice rounds them. It also takes the cell margins of the default table
style only where a table names that style: in an edition it does, alone it need
not, and Word makes no difference.
"""

_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="[\d.]+">(.*?)</')

_HANGING = "，。；：、"


def words(pdf):
    """Return the words of each page with their places, page numbers left out.

    A mark that hangs over the end of a line is a word of its own, or the end of the one before
    it, as its distance rounds: words are told without it.
    """
    told = subprocess.check_output(["pdftotext", "-bbox", pdf, "-"]).decode()
    return [
        [
            (text.rstrip(_HANGING), float(x), float(y))
            for x, y, text in _WORD.findall(page)
            if not text.isdecimal() and not re.search("^第|^共|^页$", text)
            if text.rstrip(_HANGING)
        ]
        for page in told.split("<page ")[1:]
    ]


@pytest.mark.office
@pytest.mark.poppler
def test_every_word_of_an_annex_stands_where_it_stands_alone(tmp_path):
    annexes = []
    for number in desk_numbers(ROOT):
        files = read_desk(ROOT, number)
        blank = CompiledTemplate.compile(files.template).render(blank_context(Form.load(files)))
        annexes.append(Annex(title="附录", number=str(number), revision="1.0", document=blank))
        (tmp_path / f"{number}.docx").write_bytes(blank)
    (tmp_path / "edition.docx").write_bytes(assemble(COVER, (), BODY, annexes))
    documents = sorted(tmp_path.glob("*.docx"))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *documents],
        check=True,
        capture_output=True,
        timeout=180,
    )
    alone = {annex: words(tmp_path / f"{annex.number}.pdf") for annex in annexes}
    edition = words(tmp_path / "edition.pdf")[-sum(map(len, alone.values())) :]
    for annex, pages in alone.items():
        for place, page in enumerate(pages):
            together = edition.pop(0)
            added = annex.heading.split() if place == 0 else []
            assert sorted([*(word for word, _, _ in page), *added]) == sorted(
                word for word, _, _ in together
            ), (annex.number, place)
            for word, x, y in page:
                near = (
                    other == word and abs(x - left) <= FARTHEST and abs(y - top) <= FARTHEST
                    for other, left, top in together
                )
                assert any(near), (annex.number, place, word, x, y)
