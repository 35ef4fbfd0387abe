"""One entry a function, filter and test: everything else that tells of it is read from there."""

import inspect
import re
import subprocess
import sys
import textwrap
from datetime import date
from decimal import Decimal

import guides
import pytest
from walks import ENDINGS, place

from rmdocs.language.expression import Expression
from rmdocs.language.functions import Filter
from rmdocs.language.sandbox import ENTRIES, FILTERS, FUNCTIONS, TESTS, sandbox

_RUN = re.compile(r"<w:r><w:rPr>.*?(?:<w:(u|strike)\b.*?)?</w:rPr><w:t.*?>(.*?)</w:t></w:r>")


def as_shown(value):
    """Return a value as the guides show it: texts as printed, the rest as one writes it."""
    if isinstance(value, str):
        return _RUN.sub(formatted, value)
    if isinstance(value, (list, tuple)):
        items = ", ".join(f"'{one}'" if isinstance(one, str) else as_shown(one) for one in value)
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else f"{Decimal(value):f}"


def formatted(run):
    mark = {"u": "u", "strike": "s"}.get(run[1])
    return f"<{mark}>{run[2]}</{mark}>" if mark else run[2]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: f"{type(one).__name__}-{one.name}")
def test_every_example_gives_what_it_says(entry):
    source, shown = entry.example
    assert re.search(rf"\b{re.escape(entry.name)}\b", source)
    assert as_shown(Expression.compile(source).evaluate({})) == shown


def test_a_name_means_one_thing_and_nothing_else_can_be_called():
    for kind, entries in (("filters", FILTERS), ("tests", TESTS), ("globals", FUNCTIONS)):
        for autoescape in (False, True):
            there = getattr(sandbox(autoescape=autoescape), kind)
            assert {name for name in there if not name.startswith("#")} == entries.keys()
    assert len([name for one in ENTRIES for name in one.names]) == sum(
        map(len, (FILTERS, TESTS, FUNCTIONS))
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: f"{type(one).__name__}-{one.name}")
def test_no_more_kinds_are_named_than_there_are_values(entry):
    parameters = entry.parameters()
    if parameters is not None and all(one.kind is not one.VAR_POSITIONAL for one in parameters):
        assert len(entry.takes) <= len(parameters)
    if entry.by_calendar:
        assert "calendar" in inspect.signature(entry.function).parameters


@pytest.mark.parametrize("language", ENDINGS)
def test_the_tables_of_the_guides_are_up_to_date(language):
    text = place(guides.AUTHORING, language).read_text("utf-8")
    assert text == guides.with_tables(text, language), "run: make function-docs"
    for one in ENTRIES:
        assert re.search(rf"^\| `{re.escape(one.name)}[`(]", text, re.MULTILINE)


ADDED = """
    from rmdocs.language import texts
    from rmdocs.language.functions import Filter
    from rmdocs.language.shapes import SOME_WORDS, TEXTS
    from rmdocs.messages import Bilingual, Language, message

    def shouted(text, times=1):
        return text + "！" * times

    texts.ENTRIES += (
        Filter(
            name="shouted",
            call=shouted,
            takes=(TEXTS,),
            gives=SOME_WORDS,
            says=message(" (shouted)"),
            does=message("a text said aloud"),
            example=("'甲'|shouted", "甲！"),
        ),
    )
"""
USED = """
    import io
    from docx import Document
    import guides
    from walks import place
    from rmdocs.findings import Severity
    from rmdocs.forms.titles import Titles
    from rmdocs.language.expression import Expression
    from rmdocs.language.rules import Rule, Saying
    from rmdocs.language.shapes import A_TEXT, list_of, object_of
    from rmdocs.messages import Verbatim
    from rmdocs.rendering.compiled import CompiledTemplate, printed_text

    names = {"content": {"name": "甲"}}
    said = Saying.compile(Bilingual(zh="{{ content.name|shouted(2) }}", en="x"))
    rule = Rule(
        code="R-SHOUTED",
        severity=Severity.ERROR,
        require=Expression.compile("content.name|shouted == '乙！'"),
        path="$",
        message=said,
    )
    [found] = rule.findings(names)
    print(found.code, found.message.text(Language.ZH))

    document, data = Document(), io.BytesIO()
    document.add_paragraph("{{ content.name|shouted }}")
    document.save(data)
    template = CompiledTemplate.compile(data.getvalue())
    print(printed_text(template.render(names)))

    scope = {"content": object_of({"name": A_TEXT, "rows": list_of()})}
    for source in ("rows|shouted", "name|shouted(1, 2)", "name|shouted + 1", "name|shoutd"):
        [mistake, *_] = Expression(f"content.{source}").reading(scope).mistakes
        print(mistake.what.text(Language.EN))
    print(mistake.remedy.text(Language.EN))

    titles = Titles((), {"content.name": Verbatim("客户名称")})
    print(titles.expression("content.name|shouted").text(Language.EN))

    text = place(guides.AUTHORING, "en").read_text("utf-8")
    print(*sorted({*guides.with_tables(text, "en").splitlines()} - {*text.splitlines()}))
"""
TOLD = r"""
    R-SHOUTED 甲！！
    甲！
    “content.rows” is a list, where a text is expected
    “shouted” is given too many values, too few, or one it does not know
    “content.name|shouted” is a text, where a number is expected
    there is no filter “shoutd”
    did you mean “shouted”?
    “客户名称” (shouted)
    | `shouted(times=1)` | a text said aloud | `'甲'\|shouted` | `甲！` |
"""


def test_a_function_is_added_by_its_entry_alone():
    """In a process of its own: what is there is read once."""
    program = textwrap.dedent(ADDED) + textwrap.dedent(USED)
    paths = [str(guides.ROOT / name) for name in ("tools", "tests")]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", f"import sys\nsys.path[:0] = {paths}\n{program}"],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stdout.split("\n") == textwrap.dedent(TOLD).lstrip("\n").split("\n"), done.stderr


def test_only_filters_make_runs():
    assert [one.name for one in ENTRIES if one.makes_runs] == ["choices", "filled", "struck"]
    assert all(isinstance(one, Filter) for one in ENTRIES if one.makes_runs)


def test_the_filters_that_remedies_name_are_there():
    source = (guides.ROOT / "rmdocs" / "language" / "mistakes.py").read_text("utf-8")
    named = set(re.findall(r" \|([a-z_]+)", source))
    assert {"as_date", "decimal", "join_cn"} <= named <= FILTERS.keys()
