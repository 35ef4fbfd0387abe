"""Every refusal says what to do, and says it in words of ours, never in a library's."""

import ast
import errno
import re

import pytest
from lxml import etree
from sources import MODULES, PACKAGE, nodes

from rmdocs.errors import FindingsError, system_problem, why
from rmdocs.forms.tomltables import read_toml
from rmdocs.language.expression import Expression
from rmdocs.messages import (
    Language,
)
from rmdocs.rendering.template import malformed

OURS = {
    "RmdocsError",
    "FindingsError",
    "UsageError",
    "ControlError",
    "RefusedError",
    "StoreError",
    "DamagedError",
    "NestingError",
    "ConflictError",
    "KeyAbsentError",
    "MissingProgramError",
}
"""What carries sentences of ours: its reason may be told on."""

OWN_WORDS = OURS | {
    "UnfitValueError",
    "FileFaultError",
    "PageTroubleError",
    "_StrictnessError",
    "_RefusedError",
    "_UnstampedError",
    "WideWorkbookError",
    "ChangedDraftError",
}

SAYINGS = {"message", "Verbatim", "listed", "Bilingual", "error", "warning", "notice", "Finding"}

TRANSLATING = {
    "system_problem": "errors.py",
    "unreadable": "language/mistakes.py",
    "missing": "language/mistakes.py",
    "_syntax": "canonical.py",
    "_not_toml": "forms/tomltables.py",
    "malformed": "rendering/template.py",
}
"""Where a library's words are read, to be replaced by ours; and nowhere else."""

WORDS = {"msg", "message", "strerror", "args", "problem", "reason"}
"""Where exceptions keep what they say."""


def called(node):
    function = node.func
    return getattr(function, "id", getattr(function, "attr", ""))


def calls(*names):
    for path in MODULES:
        for node in nodes(path, ast.Call):
            if called(node) in names:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


def is_nothing(node):
    return getattr(node, "id", "") == "NOTHING" or (
        isinstance(node, ast.Call) and called(node) == "Verbatim" and not node.args[0].value
    )


def test_no_error_is_given_an_empty_remedy():
    for place, call in calls("error", *OURS):
        given = [*call.args, *(one.value for one in call.keywords)]
        # The root is given it by those whose findings have remedies of their own.
        if place.startswith("errors.py"):
            continue
        assert not any(is_nothing(one) for one in given), place


def test_an_error_without_findings_has_a_remedy_itself():
    for place, call in calls("FindingsError"):
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Tuple) and not first.elts:
            assert len(call.args) > 2 or "remedy" in {one.arg for one in call.keywords}, place


def caught(path):
    """Yield each exception that is caught by name, with what is done about it."""
    for node in nodes(path, ast.ExceptHandler, ast.FunctionDef):
        if isinstance(node, ast.ExceptHandler) and node.name:
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {getattr(one, "id", getattr(one, "attr", "")) for one in kinds}
            if not names <= OWN_WORDS:
                yield node.name, node.body
        elif isinstance(node, ast.FunctionDef):
            for argument in node.args.args:
                kind = ast.unparse(argument.annotation) if argument.annotation else ""
                kind = kind.rpartition(".")[2]
                if kind.endswith(("Error", "Exception")) and kind not in OWN_WORDS:
                    yield argument.arg, node.body


def narrowed(node, name):
    """Return whether an expression holds only where the exception is one of ours."""
    return (
        isinstance(node, (ast.IfExp, ast.If))
        and isinstance(node.test, ast.Call)
        and called(node.test) == "isinstance"
        and getattr(node.test.args[0], "id", "") == name
        and {one.id for one in ast.walk(node.test.args[1]) if isinstance(one, ast.Name)}
        <= OWN_WORDS
    )


def taken(node, name):
    """Yield where an exception's own words are taken out of it."""
    if narrowed(node, name):
        rest = node.orelse if isinstance(node.orelse, list) else [node.orelse]
        for one in rest:
            yield from taken(one, name)
        return
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == name:
        if node.attr in WORDS:
            yield node
    elif isinstance(node, ast.FormattedValue) and getattr(node.value, "id", "") == name:
        yield node
    elif isinstance(node, ast.Call):
        given = [*node.args, *(one.value for one in node.keywords)]
        direct = any(getattr(one, "id", "") == name for one in given)
        if direct and called(node) in {"str", "repr", *SAYINGS}:
            yield node
    for child in ast.iter_child_nodes(node):
        yield from taken(child, name)


def test_no_library_speaks_to_a_person():
    found = []
    for path in MODULES:
        place = path.relative_to(PACKAGE).as_posix()
        allowed = [
            node for node in nodes(path, ast.FunctionDef) if TRANSLATING.get(node.name) == place
        ]
        lines = {line for node in allowed for line in range(node.lineno, node.end_lineno + 1)}
        for name, body in caught(path):
            for statement in body:
                found += [
                    f"{place}:{one.lineno}: {ast.unparse(one)}"
                    for one in taken(statement, name)
                    if one.lineno not in lines
                ]
    assert found == []


def words_of_english(text):
    """Return what is English in a Chinese sentence: names of formats are none."""
    return set(re.findall("[A-Za-z]{2,}", text)) - {"XML", "TOML"}


XML = [
    "<a><b></a>",
    "<a>",
    "",
    "<w:a/>",
    "<a b='1' b='2'/>",
    "<a>\x01</a>",
    "<a b='<'/>",
    "<a>&</a>",
]
XML += ["<a b=1/>", "<a", "x", "<a/><b/>", "<a><!-- -- --></a>", "<a>]]></a>", "<a>&#0;</a>"]


@pytest.mark.parametrize("text", XML)
def test_broken_xml_is_told_with_its_line(text):
    with pytest.raises(etree.XMLSyntaxError) as broken:
        etree.fromstring(text.encode())
    said = malformed(broken.value).text(Language.ZH)
    assert said.startswith("第 1 行")
    assert not words_of_english(said), said


TOML = [
    "甲",
    "a",
    "a=",
    "a=1\na=2",
    "[a]\n[a]",
    'a="x',
    "a=[1",
    "a={b=1",
    "a='x\ny'",
    'a="\\q"',
    "[a",
]
TOML += ["a=01", "=1", "a=1 b=2", "a=True", "a=”x”", "a=\x01", "a='''x", 'a="\\ud800"']


@pytest.mark.parametrize("text", TOML)
def test_broken_toml_is_told_in_words(text):
    with pytest.raises(FindingsError) as refused:
        read_toml(text.encode(), "form.toml")
    (found,) = refused.value.findings
    assert not words_of_english(found.message.text(Language.ZH)), found
    assert found.remedy.text(Language.ZH).startswith("请")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_the_system_is_told_in_words(number):
    assert not words_of_english(system_problem(OSError(number, "in English")).text(Language.ZH))
    assert not words_of_english(why(OSError("in English")).text(Language.ZH))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a.b", {"a": {}}),
        ("a + 1", {"a": "x"}),
        ("a|decimal + 1", {"a": "甲"}),
        ("a.format(1)", {"a": "{}"}),
        ("a > 1", {"a": "甲"}),
        ("a()", {"a": 1}),
        ("(a|first) + 1", {"a": []}),
    ],
)
def test_what_cannot_be_computed_is_told_in_words(source, names):
    with pytest.raises(FindingsError) as refused:
        Expression.compile(source).evaluate(names)
    said = refused.value.findings[0].message.text(Language.ZH).replace(source, "")
    assert not words_of_english(said), said
