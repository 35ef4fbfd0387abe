import json
from datetime import date
from pathlib import Path

import pytest

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.forms.revision import FormFiles
from rmdocs.identifiers import DocumentNumber

ROOT = Path(__file__).parents[2]
FIFTH = ROOT / "tests/data/fifth_form"
TODAY = date(2026, 11, 24)
UNIT = {
    "code": "JN01",
    "name": "济南示例支行",
    "full_name": "中国建设银行股份有限公司济南示例支行",
}


@pytest.fixture(scope="session")
def files():
    form = FIFTH / "forms/RXD7200-05"
    return FormFiles(
        (form / "form.toml").read_bytes(),
        (form / "template.docx").read_bytes(),
        (FIFTH / "schemas/RXD7200-05.schema.json").read_bytes(),
        (ROOT / "schemas/common.schema.json").read_bytes(),
        (form / "sample.json").read_bytes(),
    )


@pytest.fixture(scope="session")
def form(files):
    """Return a form made of data alone."""
    return Form.load(files)


@pytest.fixture(scope="session")
def notice():
    """Return RXD7200-04, a form with many stages."""
    return Form.load(read_desk(ROOT, DocumentNumber("RXD7200-04")))


@pytest.fixture
def sample(files):
    return json.loads(files.sample)


@pytest.fixture(scope="session")
def today():
    return TODAY


@pytest.fixture(scope="session")
def unit():
    return UNIT


@pytest.fixture(scope="session")
def plan():
    """Return RXD7200-03, a form with a stage that repeats."""
    return Form.load(read_desk(ROOT, DocumentNumber("RXD7200-03")))
