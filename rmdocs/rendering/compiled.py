"""A template compiled once, then rendered against many records.

The documents equal docxtpl's part by part (Canonical XML) and are the same
bytes on every machine: fixed order, dates of 1980, what changes is stored
and comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from jinja2 import Environment
from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.language.analysis import leaves, read_template
from rmdocs.language.sandbox import sandbox
from rmdocs.messages import message
from rmdocs.rendering import readback, tables
from rmdocs.rendering.package import Head, Member
from rmdocs.rendering.parts import InsertNeededError, Part, Printed
from rmdocs.rendering.template import Blueprint, malformed, take_apart

RENDERER_VERSION = "docx-2"
"""Changes whenever the same template and values would give other bytes."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished document and what its tags printed, part by part in order."""

    document: bytes
    printed: tuple[Printed, ...]


@cache
def _environment() -> Environment:
    """Return the one environment that rules and templates share."""
    return sandbox(autoescape=True)


class CompiledTemplate:
    """A form revision's template, ready to render; safe to share among threads.

    :param blueprint: the template taken apart.
    """

    __slots__ = ("_blueprint", "_fit", "_head", "_numbers_drawings", "_parts")

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._head = Head.of(blueprint.static)
        findings: list[Finding] = []
        parts: list[Part] = []
        for source in blueprint.filled:
            try:
                parts.append(Part(source, _environment()))
            except FindingsError as problem:
                findings += problem.findings
        if findings:
            raise FindingsError(tuple(findings))
        self._parts = tuple(parts)
        body = blueprint.filled[-1].source
        self._fit = tables.fit(body)
        self._numbers_drawings = tables.has_drawings(body)

    @classmethod
    @lru_cache(maxsize=32)
    def compile(cls, template: bytes) -> CompiledTemplate:
        """Return the ``template`` (a .docx with docxtpl tags) ready to render.

        :raises FindingsError: if it is no Word document or a tag is wrong;
            :func:`rmdocs.rendering.lint.lint_template` says more.
        """
        return cls(take_apart(template))

    @property
    def fields(self) -> frozenset[str]:
        """Return the dotted names the template uses (``content.party_a.name``)."""
        trees = (_environment().parse(part.source) for part in self._blueprint.filled)
        return leaves({use.path for tree in trees for use in read_template(tree, None).uses})

    def render(self, context: Mapping[str, object]) -> bytes:
        """Return the document of ``context``, proved to hold all that was printed.

        :raises FindingsError: with the findings of all parts: undefined
            names, values that cannot be printed exactly, or a value that is
            not in the document.
        """
        return self.rendering(context).document

    def rendering(self, context: Mapping[str, object]) -> Rendering:
        """Return the document of ``context`` with the record of what was printed.

        :raises FindingsError: as :meth:`render`.
        """
        try:
            made = self._fill(context)
        except InsertNeededError:
            made = self._whole(context)
        findings = readback.check_printed(made.document, made.printed)
        if findings:
            raise FindingsError(tuple(findings))
        return made

    def _fill(self, context: Mapping[str, object]) -> Rendering:
        members: list[Member] = []
        printed: list[Printed] = []
        findings: list[Finding] = []
        for part in self._parts:
            try:
                xml, values = part.fill(context)
                content = self._finished(xml) if part is self._parts[-1] else xml.encode()
            except FindingsError as problem:
                findings += problem.findings
            else:
                members.append(Member.stored(part.name, content))
                printed += values
        if findings:
            raise FindingsError(tuple(findings))
        return Rendering(self._head.archive(members), tuple(printed))

    def _whole(self, context: Mapping[str, object]) -> Rendering:
        from rmdocs.rendering import whole  # noqa: PLC0415 - docxtpl is needed for pictures only

        core = self._parts[-2]
        return Rendering(*whole.render(self._blueprint.template, context, core, _environment()))

    def _finished(self, xml: str) -> bytes:
        """Return the main part after docxtpl's last steps: table grids, drawing numbers."""
        content = xml.encode()
        empty = self._fit is tables.Fit.UNLESS_EMPTY and tables.has_empty_table(xml)
        if empty or self._fit is tables.Fit.UNKNOWN:
            try:
                content = tables.mend_grids(content)
            except etree.XMLSyntaxError as problem:
                raise FindingsError((_not_well_formed(self._parts[-1].name, problem),)) from problem
        return tables.number_drawings(content) if self._numbers_drawings else content


def _not_well_formed(part: str, problem: etree.XMLSyntaxError) -> Finding:
    return error(
        "RENDER-XML",
        part,
        message("{part} is not well-formed XML: {reason}", part=part, reason=malformed(problem)),
        message("a tag encloses half a table row or paragraph: check the template"),
    )
