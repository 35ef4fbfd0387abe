"""Manifests as hands write them: any way that TOML allows, with comments, each its own."""

from __future__ import annotations

import json
import re
from datetime import date

from hypothesis import strategies as st

WORDS = st.text("ab\"'#[]{}=,.\\\n\t 款", max_size=6)
NAMES = st.sampled_from(["a", "b-1", "revision", "date", "款", "a b", 'q"', "x.y", "#"])
SCALARS = (
    WORDS
    | st.integers(-9, 9)
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"revision": st.sampled_from(["0.9", "1.0", "1.1"])},
        optional={"date": st.dates(), "change": st.fixed_dictionaries({"zh": WORDS, "en": WORDS})},
    ),
    max_size=3,
)
COVERS = st.fixed_dictionaries(
    {},
    optional={
        "revision": st.just("1.0"),
        "effective": st.dates(),
        "prepared": WORDS,
        "title": st.fixed_dictionaries({"zh": WORDS, "en": WORDS}),
        "x": VALUES,
    },
)
MANIFESTS = st.fixed_dictionaries(
    {"form": COVERS},
    optional={
        "history": ROWS,
        "migration": st.just({"from": "1.0", "steps": [{"drop": "content.old"}]}),
        "rules": st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=2), min_size=1),
        "roles": st.dictionaries(NAMES, VALUES, max_size=3),
    },
)


class Hand:
    def __init__(self, draw):
        self.draw = draw
        self.comments = 0

    def any(self, *ways):
        return self.draw(st.sampled_from(ways))

    def comment(self):
        self.comments += 1
        return f"# {self.comments};"

    def space(self):
        return self.any("", " ", "\t", "  ")

    def rest(self):
        return self.space() + self.any("", self.comment()) + "\n"

    def gap(self):
        return "".join(self.any("", self.rest()) for _ in range(2))

    def name(self, name):
        return name if name.isascii() and name.replace("-", "").isalnum() else basic(name)

    def key(self, *names):
        """Return a name with dots, each part in quotes or not."""
        return self.any(".", " . ").join(self.any(self.name(name), basic(name)) for name in names)

    def value(self, value, *, lines=True):
        if isinstance(value, dict):
            inside = [self.said((key,), one, lines=False) for key, one in value.items()]
            return "{" + self.space() + ", ".join(inside) + self.space() + "}"
        if isinstance(value, list):
            between = self.gap() if lines else self.space()
            inside = [between + self.value(one, lines=lines) + self.space() for one in value]
            last = self.any("", ",") if value else ""
            return "[" + ",".join(inside) + last + between + "]"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return self.text(value, lines)
        return value.isoformat() if isinstance(value, date) else repr(value)

    def text(self, value, lines):
        ways = [basic(value)]
        if "'" not in value and "\n" not in value:
            ways.append(f"'{value}'")
        if lines and "'" not in value:
            ways += [f"'''\n{value}'''", '"""\n' + basic(value)[1:-1] + '"""']
        return self.any(*ways)

    def said(self, names, value, *, lines=True):
        return f"{self.key(*names)}{self.space()}={self.space()}{self.value(value, lines=lines)}"

    def statement(self, names, value):
        return self.gap() + self.space() + self.said(names, value) + self.rest()

    def table(self, name, table):
        own = {key: one for key, one in table.items() if not isinstance(one, dict)}
        apart = {key: one for key, one in table.items() if key not in own}
        if not apart or self.any("apart", "") == "":
            own, apart = table, {}
        yield self.heading(name) + "".join(self.statement((key,), one) for key, one in own.items())
        for key, one in apart.items():
            yield self.heading(name, key) + "".join(
                self.statement((inner,), value) for inner, value in one.items()
            )

    def heading(self, *names, signs="[]"):
        start, end = signs[: len(signs) // 2], signs[len(signs) // 2 :]
        inner = self.space() + self.key(*names) + self.space()
        return self.gap() + self.space() + start + inner + end + self.rest()

    def manifest(self, tables):
        top, below = [], []
        for name, table in tables.items():
            ways = ["braces", "headings"]
            if isinstance(table, dict) and table:
                ways.append("dots")
            way = self.any(*ways) if table else "braces"
            if way == "braces":
                top.append(self.statement((name,), table))
            elif way == "dots":
                top += [self.statement((name, key), one) for key, one in table.items()]
            elif isinstance(table, dict):
                below.append(list(self.table(name, table)))
            else:
                below.append(
                    [
                        self.heading(name, signs="[[]]")
                        + "".join(self.statement((key,), one) for key, one in row.items())
                        for row in table
                    ]
                )
        parts = []
        while below:  # tables of one kind need not follow each other
            kind = self.draw(st.integers(0, len(below) - 1))
            parts.append(below[kind].pop(0))
            below = [rest for rest in below if rest]
        return "".join([*top, *parts]) + self.gap()


def basic(text):
    return json.dumps(text, ensure_ascii=False)


@st.composite
def manifests(draw):
    tables, hand = draw(MANIFESTS), Hand(draw)
    text = hand.manifest(tables)
    text = text[: draw(st.sampled_from([-1, len(text)]))]
    return tables, text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def comments(text):
    return re.findall(r"# \d+;", text)
