import re
from dataclasses import replace
from pathlib import Path

import pytest

from rmdocs.findings import has_errors
from rmdocs.forms.checking import check_form
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import FormFiles
from rmdocs.identifiers import DocumentNumber

ROOT = Path(__file__).parents[2]
FIFTH = ROOT / "tests/data/fifth_form"


@pytest.fixture(scope="session")
def files():
    """Return the files of a form made of data alone."""
    form = FIFTH / "forms/RXD7200-05"
    return FormFiles(
        manifest=(form / "form.toml").read_bytes(),
        template=(form / "template.docx").read_bytes(),
        schema=(FIFTH / "schemas/RXD7200-05.schema.json").read_bytes(),
        common=(ROOT / "schemas/common.schema.json").read_bytes(),
        sample=(form / "sample.json").read_bytes(),
    )


@pytest.fixture(scope="session")
def notice():
    """Return the maturity notice as it ships."""
    return read_desk(ROOT, DocumentNumber.parse("RXD7200-04"))


@pytest.fixture
def edited(files):
    """Return the same files with changes made to the manifest's text."""

    def edit(*changes, more=""):
        text = files.manifest.decode()
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
            assert count, f"nothing to change: {pattern}"
        return replace(files, manifest=(text + "\n" + more).encode())

    return edit


@pytest.fixture
def refused():
    """Return the findings of files that are no form to be released, by path."""

    def check(changed):
        findings = check_form(changed)
        assert has_errors(findings)
        return {finding.path: finding for finding in findings}

    return check
