"""The sandbox: data only, nothing behind it, exact, bounded, strict."""

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from rmdocs.errors import FindingsError
from rmdocs.language import jinja
from rmdocs.language.bounds import MOST_STEPS
from rmdocs.language.expression import Expression
from rmdocs.language.functions import Filter
from rmdocs.language.numbers import UnfitValueError
from rmdocs.language.sandbox import ENTRIES, sandbox
from rmdocs.values import view

NAMES = {
    "content": view(
        {
            "items": [{"name": "甲", "values": 1}, {"name": "乙", "values": 2}],
            "keys": "K",
            "rate": 6.5,
            "none": None,
            "name": "济南",
        }
    ),
    "today": date(2026, 11, 24),
    "intruder": print,
    "kind": dict,
}
REFUSED = [
    "content.values",
    "content['values']",
    "content.values()",
    "content.get('name')",
    "content.__class__",
    "content['__class__']",
    "content._items",
    "[content]|map(attribute='values')|first",
    "[content]|map(attribute='_items')|first",
    "''.__class__.__mro__",
    "''['__class__']",
    "(1).__class__",
    "[].append",
    "[].__class__",
    "none.__class__",
    "today.__class__",
    "today.__reduce__",
    "today.today()",
    "today.replace(year=1)",
    "today.strftime('%x')",
    "is_uscc.__globals__",
    "is_uscc['__globals__']",
    "is_uscc.__code__",
    "range.__globals__",
    "namespace.__init__",
    "namespace(a=1).__class__",
    "intruder('x')",
    "kind()",
    "self.__init__",
    "self.x",
    "environment",
    "loop",
    "lipsum()",
    "cycler(1)",
    "dict(a=1)",
    "joiner()",
    "'{0.__class__}'.format(1)",
    "'{0}'.format(1)",
    "'{a}'.format_map({'a': 1})",
    "'%s' % 1",
    "'%99999999d' % 1",
    "'%s'|format(1)",
    "''|attr('__class__')",
    "'<b>'|safe",
    "content|tojson",
    "content|pprint",
    "[1, 2]|random",
    "'a'|center(10 ** 9)",
    "'a'|indent(10 ** 9)",
    "'a'.ljust(10 ** 9)",
    "'a'.zfill(10 ** 9)",
    "'a'.join(['b'])",
    "'a'.encode()",
    "(1).to_bytes(10 ** 9, 'big')",
    "'a' * 10 ** 9",
    "10 ** 9 * 'a'",
    "[1] * 10 ** 9",
    "('a' * 10000) * 10000",
    "('a' * 99999) + ('a' * 99999)",
    "9 ** 9 ** 9",
    "9 ** -1",
    "2 ** 0.5 ** 9999",
    "(9 ** 64) ** 64",
    "(9 ** 64) * (9 ** 64) * (9 ** 64)",
    "range(10 ** 9)|list",
    "range(10 ** 9)|sum",
    "['a']|batch(10 ** 9, 'x')|list",
    "'a'|slice(10 ** 9)|list",
    "('a' * 9999)|replace('a', 'b' * 9999)",
    "1 / 0",
    "content.missing",
    "content.none.missing",
    "missing",
    "missing.deeper",
    "content.name > 1",
]


@pytest.mark.parametrize("source", REFUSED)
def test_refused(source):
    tracemalloc.start()
    try:
        with pytest.raises(FindingsError) as caught:
            Expression.compile(source).evaluate(NAMES)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.findings[0].code in {"RULE-EVALUATION", "RULE-SYNTAX"}


ALLOWED = {
    "content.items|length": 2,
    "content.keys": "K",
    "content['keys']": "K",
    "content.items[0]['values']": 1,
    "content.items|map(attribute='values')|sum": 3,
    "content.items|map(attribute='name')|join_cn": "甲、乙",
    "content.items|sum(attribute='values')": 3,
    "content.items|selectattr('name', 'equalto', '乙')|list|length": 1,
    "content.items|groupby('name')|map(attribute='list')|map('length')|list": [1, 1],
    "(content.items|groupby('name'))[0].grouper": "乙",
    "content.missing is defined": False,
    "content.missing|default('x')": "x",
    "content.name.startswith('济')": True,
    "content.name[-1:] == '南'": True,
    "today.year": 2026,
    "(today - '2026-11-20'|as_date).days": 4,
    "today.isoformat()": "2026-11-24",
    "range(3)|list": [0, 1, 2],
    "'a' * 3": "aaa",
    "[1] + [2]": [1, 2],
    "['a', 'b', 'a']|unique|list": ["a", "b"],
    "'a-b'|replace('-', '/')": "a/b",
    "[1, 2, 3]|batch(2)|list": [[1, 2], [3]],
    "true + 1": 2,
    "7 // 2": 3,
    "-7 % 3": 2,
    "2 ** 10": 1024,
    "content.rate * 2 == 13": True,
    "content.rate == 6.5": True,
    "content.rate|round": Decimal(7),
    "0.1 + 0.2 == 0.3": True,
    "0.1 + 0.2": Decimal("0.3"),
    "1 / 8": Decimal("0.125"),
    "1.10": Decimal("1.1"),
    "none|money": "",
}


@pytest.mark.parametrize(("source", "value"), ALLOWED.items())
def test_allowed(source, value):
    if source.startswith("(content.items|groupby"):
        value = min("甲乙")
    got = Expression.compile(source).evaluate(NAMES)
    assert (list(got) if isinstance(got, tuple) else got) == value


@given(st.decimals(0, 10**12, places=2), st.decimals(1, 10**6, places=4))
def test_arithmetic_is_exact(left, right):
    names = {"a": left, "b": right}
    assert Expression.compile("a * b / b == a").evaluate(names)
    assert Expression.compile("a + b - b").evaluate(names) == left


OWN = [one.name for one in ENTRIES if isinstance(one, Filter) and one not in jinja.ENTRIES]


@pytest.mark.parametrize("name", sorted({*OWN} - {"round"}))
def test_an_undefined_name_is_an_error_in_every_filter(name):
    template = sandbox(autoescape=True).from_string(f"{{{{ missing|{name} }}}}")
    with pytest.raises((UndefinedError, TypeError)) as caught:
        template.render({})
    # `choices` and `pick` need their argument; with it the name complains.
    if caught.type is TypeError:
        template = sandbox(autoescape=True).from_string(f"{{{{ missing|{name}('a') }}}}")
        with pytest.raises(UndefinedError, match="missing"):
            template.render({})


def render(source, **names):
    return sandbox(autoescape=True).from_string(source).render(names)


def test_what_tags_print():
    assert render("{{ a }}", a=None) == ""
    assert render("{{ a }}", a="<甲&乙>") == "&lt;甲&amp;乙&gt;"
    assert render("{{ a }}", a=Decimal("1E+3")) == "1000"
    assert render("{{ 0.50 }}") == "0.5"
    assert render("{% for x in a %}{{ loop.index }}{{ x }}{% endfor %}", a=("甲", "乙")) == "1甲2乙"
    assert render("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m('甲') }}") == "[甲]"
    total = "{% set n = namespace(t=0) %}{% for x in a %}{% set n.t = n.t + x %}{% endfor %}"
    assert render(total + "{{ n.t }}", a=(1, 2)) == "3"
    assert render("{{ a|struck }}", a="<甲>").count("&lt;甲&gt;") == 1


@pytest.mark.parametrize("value", [view({"a": 1}), (1, 2), ["a"]])
def test_lists_and_objects_are_not_printed(value):
    with pytest.raises(UnfitValueError):
        render("{{ a }}", a=value)


@pytest.mark.parametrize(
    "source",
    [
        "{{ self.__init__ }}",
        "{{ loop.__class__ }}",
        "{% for x in a %}{{ loop._iterator }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{% macro m() %}{{ caller.__code__ }}{% endmacro %}{% call m() %}{% endcall %}",
        "{{ a.append(1) }}",
    ],
)
def test_templates_do_not_reach_python(source):
    with pytest.raises((SecurityError, UndefinedError)):
        render(source, a=[1])


LOOP = "{{% for i in range({n}) %}}{inner}{{% endfor %}}"
TOO_LONG = {
    "three ranges": LOOP.format(
        n=1000, inner=LOOP.format(n=1000, inner=LOOP.format(n=1000, inner=""))
    ),
    "ranges of a record's number": LOOP.format(
        n="n", inner=LOOP.format(n="n", inner=LOOP.format(n="n", inner="{{ i }}"))
    ),
    "long text in loops": LOOP.format(n=1000, inner=LOOP.format(n=1000, inner="x" * 9999)),
    "macros that call themselves twice": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(50) }}"
    ),
    "a macro that prints twice": (
        "{% macro f(n) %}{% if n %}{% set x = f(n - 1) %}{{ x }}{{ x }}{% else %}甲{% endif %}"
        "{% endmacro %}{{ f(50) }}"
    ),
    "a text joined to itself": (
        "{% set s = namespace(t='甲') %}{% for i in range(50) %}{% set s.t = s.t ~ s.t %}"
        "{% endfor %}{{ s.t }}"
    ),
    "a block that repeats itself": (
        "{% set s = namespace(t='甲') %}{% for i in range(50) %}"
        "{% set s.t %}{{ s.t }}{{ s.t }}{% endset %}{% endfor %}{{ s.t }}"
    ),
    "lists within lists, printed": (
        "{% set s = namespace(t=[1]) %}{% for i in range(50) %}{% set s.t = [s.t, s.t] %}"
        "{% endfor %}{{ s.t|string }}"
    ),
    "lists within lists, compared": (
        "{% set s = namespace(t=[1], u=[1]) %}{% for i in range(50) %}{% set s.t = [s.t, s.t] %}"
        "{% set s.u = [s.u, s.u] %}{% endfor %}{{ s.t == s.u }}"
    ),
    "a huge join": "{{ (['x' * 99999] * 999)|join }}",
    "filters in loops": LOOP.format(
        n=1000, inner=LOOP.format(n=1000, inner="{{ range(1000)|map('string')|list|length }}")
    ),
    "lists compared in loops": LOOP.format(
        n=1000, inner=LOOP.format(n=1000, inner="{% if [0] * 9999 == [0] * 9999 %}{% endif %}")
    ),
    "a loop that calls itself": (
        "{% for x in t recursive %}{{ loop(t) }}{{ loop(t) }}{% endfor %}"
    ),
    "texts split in loops": LOOP.format(
        n=1000, inner=LOOP.format(n=1000, inner="{% set x = ('a' * 9999).split('a') %}")
    ),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_what_takes_too_long_is_refused(name):
    with pytest.raises((UnfitValueError, RecursionError)):
        render(TOO_LONG[name], n=999, t=(1,))


def test_what_people_print_is_far_from_too_long():
    rows = tuple(view({"name": "甲", "amount": "12.50"}) for _ in range(2000))
    cells = "<w:tc>" + "x" * 300 + "{{ row.name }}{{ row.amount|money }}</w:tc>"
    row = "{% for row in rows %}" + cells * 4 + "{% endfor %}"
    assert render(row, rows=rows).count("12.50") == 8000


@given(st.lists(st.sampled_from([0, 1, 3, 10, 1000]), max_size=4), st.booleans())
def test_loops_count_what_they_go_through(sizes, printing):
    source, steps, printed = "{{ 1 }}" if printing else "", 0, 1
    for index in range(len(sizes)):
        source = f"{{% for i in a{index} %}}{source}{{% endfor %}}"
    for size in reversed(sizes):
        printed *= size
        steps += printed
    names = {f"a{index}": range(size) for index, size in enumerate(sizes)}
    if steps > MOST_STEPS:
        with pytest.raises(UnfitValueError):
            render(source, **names)
    elif 3 * steps < MOST_STEPS:
        assert len(render(source, **names)) == (printed if printing else 0)
