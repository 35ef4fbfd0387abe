import json
from datetime import date
from pathlib import Path

import pytest
from revised import next_revision

from rmdocs.errors import FindingsError
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form, FormFiles
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import StageKey
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import migrate

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
        manifest=(form / "form.toml").read_bytes(),
        template=(form / "template.docx").read_bytes(),
        schema=(FIFTH / "schemas/RXD7200-05.schema.json").read_bytes(),
        common=(ROOT / "schemas/common.schema.json").read_bytes(),
        sample=(form / "sample.json").read_bytes(),
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


@pytest.fixture(scope="session")
def plan_files():
    return read_desk(ROOT, DocumentNumber("RXD7200-03"))


@pytest.fixture
def carried(files, form, unit, sample):
    """Migrate the sample, perhaps changed, and return what it has become."""

    def carry(*steps, stages=(), content=None, given=None, **revision):
        if content:
            sample["record"]["content"].update(content)
        new = Form.load(next_revision(files, *steps, **revision))
        draft = RecordDraft.parse(sample)
        return migrate(draft, stages, (form, new), unit, given or {})

    return carry


@pytest.fixture
def refused(carried):
    """Return what is found wrong with migrating the sample."""

    def refuse(*steps, **named):
        with pytest.raises(FindingsError) as refusal:
            carried(*steps, **named)
        return refusal.value.findings

    return refuse


@pytest.fixture(scope="session")
def quarters():
    """Return two repetitions of a stage of RXD7200-03."""
    return tuple(
        (
            StageKey(name="quarter_actual", repeat=quarter),
            {
                "quarter": quarter,
                "name": "王样例",
                "date": f"2026-0{3 * quarter}-28",
                "fee_income": 1.5,
            },
        )
        for quarter in (1, 2)
    )
