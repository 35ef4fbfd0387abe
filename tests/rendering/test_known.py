"""What every form's template may name besides its content: the form itself and its history."""

from pathlib import Path

import pytest
from revised import next_revision

from rmdocs.forms.form import Form
from rmdocs.forms.revision import FormFiles
from rmdocs.messages import Language
from rmdocs.records.context import blank_context
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.known import form_names
from rmdocs.rendering.lint import lint_template
from rmdocs.rendering.readback import printed_text
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
    files = FormFiles(
        *(
            (base / name).read_bytes()
            for base, name in (
                (fifth, "forms/RXD7200-05/form.toml"),
                (fifth, "forms/RXD7200-05/template.docx"),
                (fifth, "schemas/RXD7200-05.schema.json"),
                (ROOT, "schemas/common.schema.json"),
                (fifth, "forms/RXD7200-05/sample.json"),
            )
        )
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
        ("form.histroy", "form.history"),
        ("form.titel.zh", "form.title.zh"),
        ("form.title.fr", "form.title"),
    ],
)
def test_a_misspelt_name_of_the_form(docx, form, name, advice):
    (found,) = lint_template(docx(f"{{{{ {name} }}}}"), form_names(form))
    assert found.code == "TEMPLATE-UNDEFINED"
    assert advice in found.remedy.text(Language.EN)


def test_what_lint_knows_of_a_form_is_what_a_template_sees(form):
    known = {name for name in form_names(form) if name.startswith("form.")}
    assert set(_names(blank_context(form)["form"], "form")) == known


def _names(value, name):
    if isinstance(value, View):
        for key, inner in value.items():
            yield from _names(inner, f"{name}.{key}")
    elif isinstance(value, tuple):
        yield from _names(value[0], f"{name}[]")
    else:
        yield name
