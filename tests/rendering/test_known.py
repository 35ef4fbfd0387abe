"""What every form's template may name besides its content: the form itself and its history."""

from pathlib import Path

import pytest
from revised import next_revision

from rmdocs.forms.form import Form, FormFiles
from rmdocs.language.sandbox import CALENDAR
from rmdocs.language.shapes import Shape
from rmdocs.messages import Language
from rmdocs.records.context import blank_context
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template
from rmdocs.values import View

ROOT = Path(__file__).resolve().parents[2]
TABLE = (
    ["版本", "日期", "修改内容"],
    ["{%tr for row in form.history %}", "", ""],
    ["{{ row.revision }}", "{{ row.date|cn_date }}", "{{ row.change.zh }} / {{ row.change.en }}"],
    ["{%tr endfor %}", "", ""],
)


@pytest.fixture(scope="module")
def form():
    fifth = ROOT / "tests/data/fifth_form"
    folder = fifth / "forms/RXD7200-05"
    files = FormFiles(
        manifest=(folder / "form.toml").read_bytes(),
        template=(folder / "template.docx").read_bytes(),
        schema=(fifth / "schemas/RXD7200-05.schema.json").read_bytes(),
        common=(ROOT / "schemas/common.schema.json").read_bytes(),
        sample=(folder / "sample.json").read_bytes(),
    )
    return Form.load(next_revision(files))


def test_the_revision_table_is_printed(docx, form, by_docxtpl, differences):
    template = docx("修改记录", rows=TABLE)
    assert lint_template(template, form_names(form)) == []
    context = blank_context(form)
    document = CompiledTemplate.compile(template).render(context)
    text = printed_text(document)
    for printed in ("1.0", "2026年1月1日", "首次发布 / First issue", "1.1", "2026年2月1日"):
        assert printed in text
    assert text.index("首次发布") < text.index("改 / changed")
    assert differences(document, by_docxtpl(template, context)) == []


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("form.histroy", "history"),
        ("form.titel.zh", "title"),
        ("form.title.fr", "en, zh"),
    ],
)
def test_a_misspelt_name_of_the_form(docx, form, name, advice):
    (found,) = lint_template(docx(f"{{{{ {name} }}}}"), form_names(form))
    assert found.code == "TEMPLATE-UNDEFINED"
    assert advice in found.remedy.text(Language.EN)


def test_what_lint_knows_of_a_form_is_what_a_template_sees(form):
    seen = dict(blank_context(form))
    seen.pop(CALENDAR)
    assert set(_names(seen["form"], "form")) == set(_known(form_names(form)["form"], "form"))
    known = form_names(form)
    assert seen.keys() == known.keys()
    for name in ("record", "unit", "facts"):
        assert seen[name].keys() == known[name].names.keys()


def _known(shape, name):
    if shape.names is not None:
        for key, inner in shape.names.items():
            yield from _known(inner, f"{name}.{key}")
    elif shape.item is not None:
        yield from _known(shape.item, f"{name}[]")
    else:
        yield name


def _names(value, name):
    if isinstance(value, View):
        for key, inner in value.items():
            yield from _names(inner, f"{name}.{key}")
    elif isinstance(value, tuple):
        yield from _names(value[0], f"{name}[]")
    else:
        yield name


WRONG = {
    "a function that there is not": ("{{ days_betwen(record.date, today) }}", "TEMPLATE-FILTER"),
    "in brackets": ("{{ content['calledon'] }}", "TEMPLATE-UNDEFINED"),
    "in a branch never taken": (
        "{% if false %}{{ content.calledon }}{% endif %}",
        "TEMPLATE-UNDEFINED",
    ),
    "a property in quotes": (
        "{{ content.questions|map(attribute='scor')|sum }}",
        "TEMPLATE-UNDEFINED",
    ),
    "a filter in quotes": ("{{ content.questions|map('mony')|join }}", "TEMPLATE-FILTER"),
    "an item of a loop in a loop": (
        "{% for q in content.questions %}{% for p in [q] %}{{ p.scor }}{% endfor %}{% endfor %}",
        "TEMPLATE-UNDEFINED",
    ),
    "what a loop sets, after it": (
        "{% for q in content.questions %}{% set last = q %}{% endfor %}{{ last.score }}",
        "TEMPLATE-UNDEFINED",
    ),
    "what one branch sets": (
        "{% if content.follow_up %}{% set x = 1 %}{% endif %}{{ x }}",
        "TEMPLATE-UNDEFINED",
    ),
    "of a set name": ("{% set q = content.questions[0] %}{{ q.scor }}", "TEMPLATE-UNDEFINED"),
    "inside a macro": (
        "{% macro m(a) %}{{ a }}{{ content.calledon }}{% endmacro %}{{ m(1) }}",
        "TEMPLATE-UNDEFINED",
    ),
    "a macro that there is not": (
        "{% macro row(a) %}{{ a }}{% endmacro %}{{ rwo(1) }}",
        "TEMPLATE-FILTER",
    ),
    "of a loop": (
        "{% for q in content.questions %}{{ loop.indx }}{% endfor %}",
        "TEMPLATE-UNDEFINED",
    ),
    "too few values": ("{{ days_between(record.date) }}", "TEMPLATE-FILTER"),
    "a list, printed": ("{{ content.questions }}", "TEMPLATE-KIND"),
    "a group, printed": ("{{ record.prepared_by }}", "TEMPLATE-KIND"),
    "a text as a date": ("{{ content.channel|cn_date }}", "TEMPLATE-KIND"),
    "a loop over a number": (
        "{% for x in content.questions|length %}{% endfor %}",
        "TEMPLATE-KIND",
    ),
    "a macro that calls itself": (
        "{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}",
        "TEMPLATE-LENGTH",
    ),
    "three ranges": (
        (
            "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
            "{% endfor %}{% endfor %}{% endfor %}"
        ),
        "TEMPLATE-LENGTH",
    ),
    "brackets without end": ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "TEMPLATE-SYNTAX"),
    "a number without end": ("{{ " + "9" * 5000 + " }}", "TEMPLATE-SYNTAX"),
}
RIGHT = [
    "{% if content.follow_up %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% if content.follow_up %}{% set y = 1 %}{% endif %}{{ y|default('') }}",
    (
        "{% set n = namespace(t=0) %}{% for q in content.questions %}{% set n.t = n.t + q.score %}"
        "{% endfor %}{{ n.t }}"
    ),
    "{% macro m(a, b='') %}{{ a.score }}{{ b }}{% endmacro %}{{ m(content.questions[0]) }}",
    "{% with q = content.questions|first %}{{ q.score }}{% endwith %}",
    "{% for q in content.questions %}{{ loop.index }}{{ loop.previtem.score }}{% endfor %}",
    "{% for r in content.questions|batch(2) %}{{ r[0].score }}{% endfor %}",
    "{{ content.questions|map(attribute='score')|sum }}{{ facts.issued_on.year }}{{ today }}",
    "{{ (content.called_on|as_date).year }}{{ content.called_on[:4] }}",
    "{% set s %}{{ number }}{% endset %}{{ s|upper }}{{ addressee.name }}",
]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_names_is_found_wherever_it_stands(docx, form, name):
    tags, code = WRONG[name]
    assert {one.code for one in lint_template(docx(tags), form_names(form))} == {code}


@pytest.mark.parametrize("tags", RIGHT)
def test_names_are_followed(docx, form, tags):
    scope = {**form_names(form), "addressee": Shape()}
    assert lint_template(docx(tags), scope) == []
