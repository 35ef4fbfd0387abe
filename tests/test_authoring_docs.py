"""What the guides to forms show is what forms take: their examples, loaded and run."""

import json
import re
import shutil
import textwrap
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from blankfile import Document
from revised import next_revision, renumber, revise_04

from rmdocs.findings import Severity
from rmdocs.forms.checking import succession
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.forms.migrationsteps import Assign, Drop, Rename
from rmdocs.forms.sections.identity import Access
from rmdocs.forms.sections.oversight import ActivitySection, TargetsSection
from rmdocs.identifiers import DocumentNumber
from rmdocs.records.context import blank_context
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import migrate
from rmdocs.registers.indexfile import Query
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template
from rmdocs.workspace import comparing, desk, records, revising

ROOT = Path(__file__).resolve().parents[1]
UNIT = {"code": "JN01", "name": "示例支行", "full_name": "中国建设银行股份有限公司示例支行"}


@pytest.fixture
def example():
    """Return the indented example that begins with some words: both guides show the same."""
    text = (ROOT / "docs" / "authoring-forms.md").read_text(encoding="utf-8")

    def find(start):
        found = re.search(rf"^    {re.escape(start)}.*\n(?:(?:    .*)?\n)*", text, re.MULTILINE)
        assert found, f"no example begins with {start}"
        return textwrap.dedent(found[0]).strip() + "\n"

    return find


def desk_of(number):
    return read_desk(ROOT, DocumentNumber(number))


def edited(files, edit):
    return replace(files, manifest=edit(files.manifest.decode()).encode())


def test_a_stage(example):
    (told,) = tomllib.loads(example("[[stages]]"))["stages"]
    table = r'^\[\[stages\]\]\nname = "quarter_actual"\n(?:.+\n)*'
    shown = example("[[stages]]")
    form = Form.load(
        edited(
            desk_of("RXD7200-03"),
            lambda text: re.sub(table, lambda _: shown, text, count=1, flags=re.MULTILINE),
        )
    )
    stage = form.stage(told["name"])
    assert (stage.signs, stage.closes, stage.optional) == (True, True, True)
    assert stage.repeat_values == (1, 2, 3, 4)
    assert stage.settles


def test_a_party_that_signs(example):
    shown = example("[[signing.parties]]")
    own = r'^\[\[signing\.parties\]\]\nname = "b"\n(?:.*\n)*?(?=\n# Ten years)'

    def edit(text):
        return re.sub(own, lambda _: shown, text, count=1, flags=re.MULTILINE)

    party = Form.load(edited(desk_of("RXD7200-01"), edit)).signing[1]
    assert (party.place.anchor, party.place.height) == ("乙方（公章）", 32)
    assert party.limit.message.zh.source == "协议期限超过乙方自行签署的权限"


def test_a_due_date(example):
    def edit(text):
        return re.sub(r'(?s)\[\[due\]\]\nname = "receipt"\n.*?\n\n', shown, text, count=1)

    (told,), shown = tomllib.loads(example("[[due]]"))["due"], example("[[due]]") + "\n"
    form = Form.load(edited(desk_of("RXD7200-04"), edit))
    due = next(one for one in form.due if one.name == told["name"])
    assert (due.days, due.clause, due.on.source) == (told["days"], told["clause"], told["on"])


def test_a_ledger(example):
    def edit(text):
        before, _, rest = text.partition("[ledger]\n")
        return f"{before}{shown}\n[retention]\n{rest.partition('[retention]')[2]}"

    shown = example("[ledger]")
    told = tomllib.loads(shown)["ledger"]
    ledger = Form.load(edited(desk_of("RXD7200-04"), edit)).ledger
    assert [key.source for key in ledger.key] == told["key"]
    assert dict(ledger.map.columns) == {key: tuple(one) for key, one in told["columns"].items()}
    assert [name for name, _ in ledger.map.values] == list(told["values"])


def test_what_is_counted_and_planned_by_quarter(example):
    """The example is the visits of one form and a figure of another, as they are."""
    shown = tomllib.loads(example("[activity]"))
    visits = Form.load(desk_of("RXD7200-02")).section(ActivitySection)
    assert (shown["activity"]["on"], shown["activity"]["title"]["zh"]) == (
        visits.on.source,
        visits.title.zh,
    )
    plan = Form.load(desk_of("RXD7200-03")).section(TargetsSection)
    figure = next(one for one in plan.figures if one.name == "loan_increment")
    (told,) = shown["targets"]["figures"]
    assert shown["targets"]["year"] == plan.year.source
    assert (told["planned"], told["actual"]) == (figure.planned.source, figure.actual.source)


def test_a_review(example):
    def edit(text):
        return text.replace("[review]\nmonths = 36\n", example("[review]"))

    assert Form.load(edited(desk_of("RXD7200-04"), edit)).review_months == 24


def test_printing(example):
    def edit(text):
        return re.sub(r"^\[printing\]\n(?:.+\n)*", example("[printing]"), text, flags=re.MULTILINE)

    printing = Form.load(edited(desk_of("RXD7200-04"), edit)).printing
    assert (printing.copies_for({"addressee": None}), printing.sides) == (2, 2)
    assert printing.addressee_of({"addressee": {"name": "担保人"}}) == "担保人"
    assert "{{" in printing.steps[0].zh.source


def test_personal_data(example):
    def edit(text):
        return text.replace('access = "customer"\n', example("access = "))

    assert Form.load(edited(desk_of("RXD7200-04"), edit)).access is Access.PERSONAL


def test_a_migration(example, tmp_path):
    for name in ("forms", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    revise_04(tmp_path)
    renumber(tmp_path, "RXD7200-04", "1.1", date(2026, 8, 1))
    files = read_desk(tmp_path, DocumentNumber("RXD7200-04"))
    files = edited(files, lambda text: text.partition("[migration]")[0] + example("[migration]"))
    old, new = Form.load(desk_of("RXD7200-04")), Form.load(files)
    assert succession(old, new) == []
    assert [type(step) for step in new.migration.steps] == [Rename, Assign, Assign, Assign, Drop]
    sample = json.loads(files.sample)["record"]
    sample["content"]["branch_phone"] = sample["content"].pop("contact_phone")
    sample["content"]["guarantors"] = [
        {"name": "甲", "phone": "0531 55500001"},
        {"name": "乙", "address": "济南"},
    ]
    del sample["content"]["contact_channel"], sample["content"]["interest"]["basis"]
    content = migrate(RecordDraft.parse(sample), [], (old, new), UNIT).draft.content
    assert content["contact_phone"] == "0531-55500001"
    assert content["guarantors"] == [{"name": "甲", "phone": "053155500001"}, {"name": "乙"}]
    assert content["interest"]["basis"] == 360
    assert "contact_channel" not in content


def test_the_revision_table(example, tmp_path):
    document = Document()
    rows = [re.split(r"\s{3,}", line) for line in example("{%tr for row").splitlines()]
    table = document.add_table(rows=0, cols=3)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text
    document.save(tmp_path / "template.docx")
    template = (tmp_path / "template.docx").read_bytes()
    form = Form.load(next_revision(desk_of("RXD7200-04")))
    assert lint_template(template, form_names(form)) == []
    text = printed_text(CompiledTemplate.compile(template).render(blank_context(form)))
    assert text.split() == ["1.0", "2004年6月8日", "首次发布", "1.1", "2026年2月1日", "改"]


def test_both_guides_show_the_same():
    shown = []
    for name in ("authoring-forms.md", "authoring-forms.zh-CN.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.startswith("    ")]
        shown.append([re.sub(r"\s+#.*", "", line) for line in lines])
    assert shown[0] == shown[1]


EXAMPLE = DocumentNumber("RXD7200-06")
AUTHOR, REVIEWER, APPROVER = (f"SD00-000{place}" for place in range(1, 4))
BEGINS = date(2026, 7, 1)


def lay_out_example(example, desk):
    """Put the whole form that a guide shows on the desk."""
    folder = desk / "forms" / str(EXAMPLE)
    folder.mkdir()
    (folder / "form.toml").write_text(example("# forms/RXD7200-06/form.toml"), encoding="utf-8")
    schema = example('{\n      "$schema"')
    (desk / "schemas" / f"{EXAMPLE}.schema.json").write_text(schema, encoding="utf-8")
    (folder / "sample.json").write_text(example('{\n      "record"'), encoding="utf-8")
    document = Document()
    for line in example("{{ form.title.zh }}").splitlines():
        document.add_paragraph(line)
    footer = document.sections[0].footer
    footer.is_linked_to_previous = False
    footer.paragraphs[0].text = example("{{ number }}").strip()
    document.save(folder / "template.docx")


def test_a_new_form_in_an_existing_store(example, bank):
    """What the guide shows whole is checked, looked at, released and issued."""
    lay_out_example(example, bank.root)
    day = BEGINS - timedelta(1)
    workspace = bank.at(AUTHOR, day)
    assert [one for one in desk.check(workspace, EXAMPLE) if one.severity is Severity.ERROR] == []
    revising.propose(workspace, EXAMPLE, "新增", BEGINS)
    submitted = revising.submit(workspace, EXAMPLE)
    assert str(submitted.change.request.to_revision) == "1.0"
    compared = comparing.diff(bank.at(REVIEWER, day), EXAMPLE)
    assert (compared.old, compared.new) == ("none", "draft")
    revising.review(bank.at(REVIEWER, day), EXAMPLE, "")
    revising.approve(bank.at(APPROVER, day), EXAMPLE, "")
    sample = json.loads(example('{\n      "record"'))
    number = bank.walk(sample)
    shown = records.show(bank.at(), number)
    assert (shown.status, shown.revision) == ("closed", "1.0")
    [kept] = records.find(bank.at(), Query(form=str(EXAMPLE)))
    assert (kept.starts, kept.due, kept.held) == ("2027-01-01", "2032-01-01", False)
    assert bank.codes() == set()
