"""One part of a template as compiled Jinja: filled, and what it printed noted.

Jinja yields a template's own text and the escaped values in turn, so what a
value printed is known without wrapping it, and nothing that stands in a
value is ever taken for a tag. Which values there are is not known here.

A line feed in a value becomes ``<w:br/>``, a tab ``<w:tab/>`` in a run of its
own. docxtpl does this to the finished XML of every part, whole, by three nested
regular expressions; here the same is done only to the paragraphs concerned.
Pictures and links are no text: they need new relationships in the package,
which the fast way never makes; ``insertions`` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple

from jinja2 import Environment, Template, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from markupsafe import Markup

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.language.mistakes import reason
from rmdocs.messages import message
from rmdocs.rendering.template import PartSource
from rmdocs.values import unprintable


class InsertNeededError(Exception):
    """A picture or link was printed: docxtpl must make this document."""


class _Insert:
    """What cannot be written into a part alone; printing it stops the fast way."""

    __slots__ = ()

    def __html__(self) -> str:
        """Stop the fast way."""
        raise InsertNeededError

    def __str__(self) -> str:
        raise InsertNeededError


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Picture(_Insert):
    """A picture, printed by ``{{ name }}``.

    :param data: the file's bytes (PNG, JPEG, GIF, BMP or TIFF).
    :param width_mm: width on paper; 0 for the picture's own.
    """

    data: bytes
    width_mm: float = 0


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Link(_Insert):
    """A link to an address outside the document, printed by ``{{r name }}``."""

    text: str
    url: str


_PARAGRAPH_START = re.compile(r"<w:p(?: [^>]*)?>")
_RUN = re.compile(r"<w:r(?: [^>]*)?>")
_TEXT = re.compile(r"<w:t(?: [^>]*)?>")
_RUN_PROPERTIES = re.compile(r"<w:rPr>.*?</w:rPr>")
_CONTROL = re.compile(r"[\t\n]")


def has_breaks(text: str) -> bool:
    """Return whether ``text`` holds a line feed or a tab."""
    return "\n" in text or "\t" in text


def resolve(xml: str) -> str:
    """Return ``xml`` with the breaks and tabs of its texts made elements.

    A paragraph reaches from its start tag to the first end tag, as docxtpl
    sees it; so does a run and a text.
    """
    pieces = xml.split("</w:p>")
    last = len(pieces) - 1
    return "</w:p>".join(
        _paragraph(piece) if number < last and has_breaks(piece) else piece
        for number, piece in enumerate(pieces)
    )


def _paragraph(piece: str) -> str:
    start = _PARAGRAPH_START.search(piece)
    if not start:
        return piece
    runs = piece[start.end() :].split("</w:r>")
    last = len(runs) - 1
    resolved = "</w:r>".join(
        _run(run) if number < last and has_breaks(run) else run for number, run in enumerate(runs)
    )
    return piece[: start.end()] + resolved


def _run(run: str) -> str:
    start = _RUN.search(run)
    if not start:
        return run
    found = _RUN_PROPERTIES.search(run, start.end())
    properties = found[0] if found else ""
    texts = run[start.end() :].split("</w:t>")
    last = len(texts) - 1
    resolved = "</w:t>".join(
        _text(text, properties) if number < last and has_breaks(text) else text
        for number, text in enumerate(texts)
    )
    return run[: start.end()] + resolved


def _text(text: str, properties: str) -> str:
    start = _TEXT.search(text)
    if not start:
        return text
    elements = {
        "\t": (
            f"</w:t></w:r><w:r>{properties}<w:tab/></w:r>"
            f'<w:r>{properties}<w:t xml:space="preserve">'
        ),
        "\n": '</w:t><w:br/><w:t xml:space="preserve">',
    }
    resolved = _CONTROL.sub(lambda control: elements[control[0]], text[start.end() :])
    return text[: start.end()] + resolved


_PARAGRAPH = re.compile(r"\n(?=<w:p[ >])")
_MARKUP = re.compile(r"<[^>]*>")
_LONGEST_LABEL = 60
_COMPUTING = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a tag's expression or filter raises over a value it cannot use."""
_SPELT_BRACES = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))


class Printed(NamedTuple):
    """What one tag printed.

    :param part: name of the part.
    :param xml: the value as it stands in the XML, escaped.
    :param in_tag: whether it stands inside an XML tag (a colour, a span).
    """

    part: str
    xml: str
    in_tag: bool


class CompiledPart:
    """A compiled part; immutable, so that threads can share it.

    :raises FindingsError: if the source is not valid Jinja.
    """

    __slots__ = ("_always_breaks", "_source", "_template", "name")

    def __init__(self, part: PartSource, environment: Environment) -> None:
        self.name = part.name
        self._source = part.source
        try:
            tree = environment.parse(part.source, part.name, part.name)
            own_text = [_own_text(node) for node in tree.find_all(nodes.TemplateData)]
            code = environment.compile(tree, part.name, part.name)
        except TemplateSyntaxError as problem:
            raise FindingsError((self._syntax(problem),)) from problem
        self._template = Template.from_code(environment, code, environment.make_globals(None))
        # The line feed after the XML declaration is the only one that is nobody's text.
        self._always_breaks = has_breaks("".join(own_text).replace("?>\n", "?>", 1))

    def fill(self, context: Mapping[str, object]) -> tuple[str, list[Printed]]:
        """Return the filled XML and what its tags printed, in order.

        :raises FindingsError: naming the part, if a name is undefined, a
            value cannot be computed or cannot be printed exactly.
        """
        pieces: list[str] = []
        printed: list[Printed] = []
        breaks = self._always_breaks
        in_tag = False
        try:
            for piece in self._template.root_render_func(self._template.new_context(dict(context))):
                pieces.append(piece)
                if not isinstance(piece, Markup):
                    end = piece.rfind(">")
                    in_tag = piece.find("<", end + 1) >= 0 or (in_tag and end < 0)
                elif piece:
                    printed.append(Printed(self.name, str(piece), in_tag))
                    breaks = breaks or has_breaks(piece)
        except _COMPUTING as problem:
            raise FindingsError((self._failure(problem),)) from problem
        xml = "".join(pieces)
        self._refuse_unprintable(printed)
        return (resolve(xml) if breaks else xml), printed

    def _refuse_unprintable(self, printed: list[Printed]) -> None:
        """Stop if XML or a reader could not carry one of the values exactly."""
        # Nearly always there is none, so all values are looked at as one text.
        if not any(unprintable("".join([value.xml for value in printed]))):
            return
        findings = tuple(
            error(
                finding.code,
                self.name,
                finding.message,
                finding.remedy,
                clause=finding.clause,
                label=value.xml.encode("ascii", "backslashreplace").decode()[:_LONGEST_LABEL],
            )
            for value in printed
            for finding in unprintable(value.xml)
        )
        raise FindingsError(findings)

    def _failure(self, problem: Exception) -> Finding:
        label = self._visible(_line(self._template, problem.__traceback__, self.name))
        if isinstance(problem, UndefinedError):
            return error(
                "TEMPLATE-UNDEFINED",
                self.name,
                message("{part}: {reason}", part=self.name, reason=reason(problem)),
                message("compare the name with the form's schema"),
                label=label,
            )
        code = "TEMPLATE-FORBIDDEN" if isinstance(problem, SecurityError) else "TEMPLATE-EVALUATION"
        return error(
            code,
            self.name,
            message(
                "{part}: the tag cannot be computed: {reason}",
                part=self.name,
                reason=reason(problem),
            ),
            message("correct the tag in the template"),
            label=label,
        )

    def _syntax(self, problem: TemplateSyntaxError) -> Finding:
        return error(
            "TEMPLATE-SYNTAX",
            self.name,
            message("{part}: {reason}", part=self.name, reason=reason(problem)),
            message("correct the tag in the template"),
            label=self._visible(problem.lineno),
        )

    def _visible(self, line: int) -> str:
        """Return the text of a paragraph of the source, as a person sees it."""
        lines = self._source.split("\n")
        text = _MARKUP.sub("", lines[line - 1]) if 0 < line <= len(lines) else ""
        return text.strip()[:_LONGEST_LABEL]


def _own_text(node: nodes.TemplateData) -> str:
    """Return a piece of the template's text, made final in the syntax tree.

    docxtpl drops its line feeds and turns ``{_{`` into ``{{`` in the finished
    document, values included; here only the template's own text is touched.
    """
    text = _PARAGRAPH.sub("", node.data)
    for spelt, braces in _SPELT_BRACES:
        text = text.replace(spelt, braces)
    node.data = text
    return text


def _line(template: Template, trace: TracebackType | None, name: str) -> int:
    line = 0
    while trace:
        if trace.tb_frame.f_code.co_filename == name:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
