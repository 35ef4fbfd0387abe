"""Single tags and the blocks they form: what is wrong with them, in a part.

Names are read here but not judged; that needs the schema. A block that begins
in one cell or row and ends in another, or removes a paragraph at one end and a
row at the other, would tear the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy

from jinja2 import nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from lxml import etree

from rmdocs.findings import Finding
from rmdocs.language.analysis import Reading, read_template
from rmdocs.language.mistakes import unreadable
from rmdocs.language.sandbox import FILTERS, sandbox
from rmdocs.language.shapes import Scope
from rmdocs.messages import message
from rmdocs.rendering.tags import LONGEST_LABEL, ParagraphHolder, Tag, paragraphs, scan, text_beside

_OPENING = frozenset({"if", "for", "with", "macro", "call", "filter", "raw"})
_MIDDLE = {"else": ("if", "for"), "elif": ("if",)}


def opens(tag: Tag) -> bool:
    """Return whether ``tag`` needs an end tag."""
    return tag.word in _OPENING or (tag.word == "set" and "=" not in tag.rest)


class Nesting:
    """The blocks of one part: their mistakes, and a source that nests all the same.

    :ivar findings: what is wrong.
    :ivar repaired: the tags with the text that makes them nest: an end tag
        that is missing comes first, a tag that closes nothing is left out.
    """

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.findings: list[Finding] = []
        self.repaired: list[tuple[Tag, str]] = []
        self._open: list[Tag] = []
        for tag in tags:
            self._take(tag)
        self.closing = "".join(self._abandon() for _ in tuple(self._open))

    def _take(self, tag: Tag) -> None:
        word, before = tag.word, ""
        if opens(tag):
            self._open.append(tag)
        elif word in _MIDDLE:
            if not self._open or self._open[-1].word not in _MIDDLE[word]:
                self._stray(tag, " / ".join(_MIDDLE[word]))
                return
            self._compare(self._open[-1], tag)
        elif word.startswith("end"):
            wanted = word.removeprefix("end")
            if all(opened.word != wanted for opened in self._open):
                self._stray(tag, wanted)
                return
            while self._open[-1].word != wanted:
                before += self._abandon()
            self._compare(self._open.pop(), tag)
        self.repaired.append((tag, before))

    def _abandon(self) -> str:
        """Note that the innermost open tag has no end; return the end it needs."""
        tag = self._open.pop()
        self.findings.append(
            tag.finding(
                "TEMPLATE-BLOCK",
                message("{tag} has no end{word}", tag=tag.raw, word=tag.word),
                message("add {{% end{word} %}} where the part it governs ends", word=tag.word),
            )
        )
        return f"{{% end{tag.word} %}}"

    def _stray(self, tag: Tag, wanted: str) -> None:
        self.findings.append(
            tag.finding(
                "TEMPLATE-BLOCK",
                message("{tag} belongs to no open {word}", tag=tag.raw, word=wanted),
                message("add the opening tag, or delete this one"),
            )
        )

    def _compare(self, first: Tag, last: Tag) -> None:
        """Note a finding if the two ends of a block do not enclose whole elements."""
        if first.level == last.level and _holder(first) is _holder(last):
            return
        self.findings.append(
            last.finding(
                "TEMPLATE-TORN",
                message(
                    "{last} and {first} stand in different cells or tables, or at different levels",
                    first=first.raw,
                    last=last.raw,
                ),
                message("make both ends alike: both {%p, both {%tr, both {%tc or both plain"),
            )
        )


def _holder(tag: Tag) -> ParagraphHolder | None:
    """Return what must hold both ends: a row's table, a cell's row, else the cell."""
    place = tag.paragraph.place
    outer = place.enclosing(tag.level) if tag.level in {"tr", "tc"} else None
    return outer.parent if outer else place


_OF_A_CELL = re.compile(r"[-+]?\s*(vm|hm|colspan|cellbg)\b(.*)", re.DOTALL)
_FOREIGN = frozenset(
    {"include", "import", "from", "extends", "block", "autoescape", "raw", "do", "trans"}
)


_TOO_DEEP = message("brackets or blocks are nested too deeply, or a number is too long")
_FLATTEN = message("write it in several tags")
_SYNTAX = "TEMPLATE-SYNTAX"
_UNREADABLE = (TemplateSyntaxError, RecursionError, ValueError)
_MAKE_RUNS = frozenset(name for name, entry in FILTERS.items() if entry.makes_runs)


class PartTags:
    """One part's paragraphs and tags.

    :ivar findings: what is wrong with the tags, apart from their names.
    """

    def __init__(self, name: str, root: etree._Element) -> None:
        self.paragraphs = paragraphs(name, root)
        pieces = [piece for paragraph in self.paragraphs for piece in scan(paragraph)]
        told = {id(one): [*_placing(one)] for one in pieces if isinstance(one, Tag)}

        def readable() -> list[Tag]:
            tags = (one for one in pieces if isinstance(one, Tag) and one.word not in _FOREIGN)
            return [tag for tag in tags if all(one.code != _SYNTAX for one in told[id(tag)])]

        tags = readable()
        nesting = Nesting(tags)
        tree = self._parsed(nesting)
        if tree is None:
            # Which cannot be read is asked of each tag; what is left is read together.
            for tag in tags:
                told[id(tag)] += _unread(tag)
            tags = readable()
            nesting = Nesting(tags)
            tree = self._parsed(nesting)
        for tag in tags:
            told[id(tag)] += _runs(tag)
        self.findings: list[Finding] = []
        for piece in pieces:
            self.findings += [piece] if isinstance(piece, Finding) else told[id(piece)]
        self.findings += nesting.findings
        if tree is None and not self.findings:
            # What does not nest is told above; the rest nests too deeply to be read.
            self.findings.append(tags[0].finding(_SYNTAX, _TOO_DEEP, _FLATTEN))
        self._tree = nodes.Template([], lineno=1) if tree is None else tree

    def reading(self, scope: Scope | None) -> Reading:
        """Return what the tags read, and where they are mistaken; lines are paragraph numbers.

        :param scope: the names there are; None if any name is taken for one.
        """
        return read_template(self._tree, scope)

    def always_prints(self, values: Mapping[str, object]) -> frozenset[str]:
        """Return which of the names in ``values`` the tags print whole whatever else is so.

        :param values: what the names are worth in the case that is asked about; a condition
            that asks for anything else may hold or not. A name that a tag of the part gives
            another value is not printed.
        """
        stored = (one for one in self._tree.find_all(nodes.Name) if one.ctx == "store")
        given = {one.name for one in stored}
        own = {name: value for name, value in values.items() if name.split(".")[0] not in given}
        return frozenset(_printed(self._tree.body, own))

    def _parsed(self, nesting: Nesting) -> nodes.Template | None:
        try:
            return sandbox(autoescape=True).parse(self._source(nesting))
        except _UNREADABLE:
            return None

    def _source(self, nesting: Nesting) -> str:
        """Return the tags alone as Jinja source, a line for each paragraph."""
        lines: dict[int, list[str]] = {}
        for tag, before in nesting.repaired:
            lines.setdefault(tag.paragraph.number, []).append(before + _jinja(tag))
        numbers = range(1, len(self.paragraphs) + 1)
        return "\n".join("".join(lines.get(number, ())) for number in numbers) + nesting.closing


def paragraph_number(finding: Finding) -> int:
    """Return the number in a finding's place (``word/document.xml#12``)."""
    return int(finding.path.rpartition("#")[2])


def _jinja(tag: Tag) -> str:
    """Return a tag as plain Jinja, without what only docxtpl knows."""
    if tag.opener == "{#":
        return ""
    of_a_cell = _OF_A_CELL.fullmatch(tag.body) if tag.opener == "{%" else None
    if of_a_cell:
        return f"{{{{ {of_a_cell[2]} }}}}" if of_a_cell[2].strip() else ""
    closer = "}}" if tag.opener == "{{" else "%}"
    return f"{tag.opener}{tag.body}{closer}"


def _unread(tag: Tag) -> Iterator[Finding]:
    """Yield why a tag cannot be read by itself; nothing if it can."""
    try:
        sandbox(autoescape=True).parse(_alone(tag))
    except TemplateSyntaxError as problem:
        yield tag.finding(
            _SYNTAX,
            message("the tag cannot be read: {reason}", reason=unreadable(problem)),
            message("use half-width signs only, and compare with a tag that works"),
        )
    except _UNREADABLE:
        yield tag.finding(_SYNTAX, _TOO_DEEP, _FLATTEN)


def _runs(tag: Tag) -> Iterator[Finding]:
    """Yield a finding if a filter that makes runs stands in a plain tag."""
    if tag.opener == "{{" and tag.level != "r" and _makes_runs(tag):
        yield tag.finding(
            "TEMPLATE-RUN",
            message("{tag} makes runs of its own, which a plain tag cannot hold", tag=tag.raw),
            message("begin the tag with {{r and a space"),
        )


def _makes_runs(tag: Tag) -> bool:
    if not any(name in tag.body for name in _MAKE_RUNS):
        return False
    printed = sandbox(autoescape=True).parse(_jinja(tag)).find(nodes.Output)
    last = printed.nodes[0] if printed and printed.nodes else None
    return isinstance(last, nodes.Filter) and last.name in _MAKE_RUNS


def _alone(tag: Tag) -> str:
    """Return source that is valid if the tag in itself is."""
    source, word = _jinja(tag), tag.word
    if tag.opener == "{{" or not source.startswith("{%"):
        return source
    if opens(tag):
        return f"{source}{{% end{word} %}}"
    if word == "elif":
        return f"{{% if {tag.rest} %}}{{% endif %}}"
    if word == "else":
        return f"{{% if 1 %}}{source}{{% endif %}}"
    if word.startswith("end"):
        return "" if not tag.rest else source
    return source


def _placing(tag: Tag) -> Iterator[Finding]:
    """Yield why a tag must not stand where it does, or at all."""
    if tag.word in _FOREIGN:
        yield tag.finding(
            "TEMPLATE-FORBIDDEN",
            message("{word} is not allowed in a template", word=tag.word),
            message("a template stands alone; write the text out"),
        )
    cell = tag.paragraph.place.enclosing("tc")
    special = _OF_A_CELL.fullmatch(tag.body) if tag.opener == "{%" else None
    if cell is None and (special or tag.level in {"tr", "tc"}):
        yield tag.finding(
            "TEMPLATE-MISPLACED",
            message("{tag} belongs into a table cell", tag=tag.raw),
            message("move it into a table, or use {%p for a paragraph"),
        )
    elif tag.level in {"p", "tr", "tc"}:
        if re.search(r"[}%]", tag.body):
            yield tag.finding(
                _SYNTAX,
                message("a tag with {level} cannot hold % or a brace", level=tag.level),
                message("compute the value in a {% set %} tag before it"),
            )
        beside = text_beside(tag)[:LONGEST_LABEL]
        if beside:
            yield tag.finding(
                "TEMPLATE-LOST-TEXT",
                message("text beside {tag} would be deleted: {text}", tag=tag.raw, text=beside),
                message("give the tag a paragraph or row of its own"),
            )


def _printed(body: Iterable[nodes.Node], values: Mapping[str, object]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.Output):
            for expression in node.nodes:
                yield from _shown(expression, values)
        elif isinstance(node, nodes.If):
            yield from _printed(_branch(node, values), values)


def _branch(node: nodes.If, values: Mapping[str, object]) -> list[nodes.Node]:
    """Return what of a condition is certainly printed; nothing if it may be either."""
    holds = _holds(node.test, values)
    if holds is None:
        return []
    if holds:
        return node.body
    if node.elif_:
        rest = nodes.If(node.elif_[0].test, node.elif_[0].body, node.elif_[1:], node.else_)
        return [rest]
    return node.else_


def _shown(expression: nodes.Node, values: Mapping[str, object]) -> Iterator[str]:
    """Yield the names whose whole value stands in what an expression prints."""
    names = _paths(expression)
    if names <= values.keys():
        text = (_worth(expression, values) or "").casefold()
        yield from (name for name in names if str(values[name]).casefold() in text)
    elif isinstance(expression, nodes.Concat):
        for part in expression.nodes:
            yield from _shown(part, values)
    elif isinstance(expression, nodes.CondExpr):
        holds = _holds(expression.test, values)
        chosen = expression.expr1 if holds else expression.expr2
        if holds is not None and chosen is not None:
            yield from _shown(chosen, values)


def _holds(test: nodes.Node, values: Mapping[str, object]) -> bool | None:
    if not _paths(test) <= values.keys():
        return None
    text = _worth(nodes.CondExpr(test, nodes.Const(1), nodes.Const("")), values)
    return None if text is None else bool(text)


def _worth(expression: nodes.Node, values: Mapping[str, object]) -> str | None:
    """Return what an expression prints; None if that cannot be computed."""
    source = deepcopy(nodes.Template([nodes.Output([expression])]))
    source.set_lineno(1)
    try:
        return sandbox(autoescape=True).from_string(source).render(_nested(values))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _nested(values: Mapping[str, object]) -> dict[str, object]:
    """Return dotted names as values within values."""
    found: dict[str, object] = {}
    for name, value in values.items():
        parent, _, last = name.rpartition(".")
        if parent:
            found[parent] = {**dict(found.get(parent) or {}), last: value}  # type: ignore[call-overload]
        else:
            found[name] = value
    return found


def _paths(expression: nodes.Node) -> frozenset[str]:
    """Return the dotted names in an expression."""
    tree = nodes.Template([nodes.Output([expression])])
    return frozenset(use.path for use in read_template(tree, None).uses)
