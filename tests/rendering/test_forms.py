"""The forms that ship with rmdocs: sound templates, equal to docxtpl, read back."""

from datetime import date
from pathlib import Path

import pytest

from rmdocs.canonical import decode
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.language.analysis import leaves, read_template
from rmdocs.language.rules import derive
from rmdocs.language.sandbox import sandbox
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template, used_names
from rmdocs.rendering.template import take_apart
from rmdocs.values import view

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = desk_numbers(ROOT)


@pytest.fixture(scope="module", params=NUMBERS, ids=str)
def files(request):
    return read_desk(ROOT, request.param)


def stages_of(form, captured):
    found = {}
    for stage in form.stages:
        schema = form.stage_schema(stage.name)
        contents = [
            schema.complete(one["content"]) for one in captured if one["stage"] == stage.name
        ]
        found[stage.name] = contents if stage.repeat else (contents or [None])[0]
    return found


def context_of(form, sample, *, stages):
    record = sample["record"]
    names = {
        "record": {key: value for key, value in record.items() if key != "content"},
        "content": form.schema.complete(record["content"]),
        "stages": stages_of(form, sample["stages"] if stages else []),
        "unit": {
            "code": "JN01",
            "name": "济南示例支行",
            "full_name": "中国建设银行股份有限公司济南示例支行",
        },
        "number": f"{form.number}-JN01-2026-0001",
        "edition": 1,
        "pin": "12·9f3a0c1b2d4e",
        "revision": str(form.revision),
        "addressee": None,
        "blank": False,
        "today": date(2026, 9, 14),
        "form": {"number": str(form.number)},
    }
    seen = {key: view(value) for key, value in names.items()}
    seen["facts"] = view({"issued_on": date(2026, 9, 14)})
    return {**seen, "derived": view(derive(form.derived, seen))}


def test_the_template_is_sound(files):
    assert lint_template(files.template, form_names(Form.load(files))) == []


@pytest.mark.parametrize("stages", [False, True])
def test_the_sample_equals_docxtpl(files, stages, by_docxtpl, differences):
    form, sample = Form.load(files), decode(files.sample)
    context = context_of(form, sample, stages=stages)
    document = CompiledTemplate.compile(files.template).render(context)
    assert differences(document, by_docxtpl(files.template, context)) == []
    assert context["number"] in printed_text(document)


def test_the_names_in_tags_are_those_that_docxtpl_sees(files):
    trees = (
        sandbox(autoescape=True).parse(one.source) for one in take_apart(files.template).filled
    )
    seen = {use.path for tree in trees for use in read_template(tree, None).uses}
    assert used_names(files.template) == leaves(seen)
