"""What the samples look like on paper, as far as counting pages tells."""

import subprocess

import pytest

from rmdocs.demonstration import ISSUED, demonstrate


@pytest.mark.office
def test_one_page_forms_fit_one_page(tmp_path):
    demonstrate(tmp_path / "bank", lambda _text: None)
    documents = sorted((tmp_path / "bank" / ISSUED).glob("RXD7200-0[234]-*.docx"))
    assert len(documents) == 6
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *documents],
        check=True,
        capture_output=True,
        timeout=180,
    )
    pages = {}
    for document in documents:
        pdf = tmp_path / f"{document.stem}.pdf"
        told = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
        pages[document.stem] = int(told.split("Pages:")[1].split()[0])
    assert set(pages.values()) == {1}, pages
