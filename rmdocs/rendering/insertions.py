"""Pictures and links in a document: docxtpl inserts them, and is loaded for them alone."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from docx.image.exceptions import UnrecognizedImageError
from docxtpl import DocxTemplate, InlineImage, RichText
from jinja2 import Environment

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.rendering.compiledpart import CompiledPart, Link, Picture, Printed
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.template import FOOTNOTES, PartSource, lined, part_name, rank
from rmdocs.values import View

_EMU_PER_MM = 36_000


class _Whole(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """docxtpl, except that each part is filled by rmdocs."""

    def __init__(self, template: bytes, environment: Environment) -> None:
        super().__init__(io.BytesIO(template))
        self.environment = environment
        self.printed: list[Printed] = []

    def render_xml_part(
        self,
        src_xml: str,
        part: Any,  # noqa: ANN401 - python-docx has no types
        context: Mapping[str, object],
        _: object = None,
    ) -> str:
        """Return the filled part; docxtpl calls this for body, headers, footers."""
        self.current_rendering_part = part
        source = PartSource(name=part_name(part), source=lined(src_xml))
        xml, printed = CompiledPart(source, self.environment).fill(context)
        self.printed += printed
        return xml

    def render_properties(self, context: object, jinja_env: object = None) -> None:
        """Leave the properties alone; rmdocs fills them itself."""

    def render_footnotes(self, context: Mapping[str, object], _: object = None) -> None:
        """Fill the footnotes once; docxtpl does it once per section."""
        for part in self.docx.part.package.iter_parts():
            if part.content_type == FOOTNOTES:
                xml = self.patch_xml(part.blob.decode("utf-8"))
                part._blob = self.render_xml_part(xml, part, context).encode()  # noqa: SLF001 - kept as bytes


def render(
    template: bytes, context: Mapping[str, object], core: CompiledPart, environment: Environment
) -> tuple[bytes, tuple[Printed, ...]]:
    """Return the document with its pictures and links, and what was printed.

    :raises FindingsError: as the fast way does, or if a picture is none.
    """
    whole = _Whole(template, environment)
    whole.init_docx()
    try:
        whole.render({name: _inserted(value, whole) for name, value in context.items()})
    except UnrecognizedImageError as problem:
        finding = error(
            "RENDER-PICTURE",
            "$",
            message("the picture is in no format that Word can show"),
            message("use PNG or JPEG"),
        )
        raise FindingsError((finding,)) from problem
    saved = io.BytesIO()
    whole.save(saved)
    xml, printed = core.fill(context)
    members = _members(saved.getvalue(), Member.stored(core.name, xml.encode()))
    document = StaticMembers.of(()).archive(sorted(members, key=rank))
    return document, (*whole.printed, *printed)


def _members(saved: bytes, core: Member) -> Iterator[Member]:
    for member in read(saved):
        yield core if member.name == core.name else Member.stored(member.name, member.content())


def _inserted(value: object, whole: _Whole) -> object:
    """Return ``value`` with what docxtpl inserts in place of ours, however deep."""
    if isinstance(value, Picture):
        width = int(value.width_mm * _EMU_PER_MM) or None
        return InlineImage(whole, io.BytesIO(value.data), width=width)
    if isinstance(value, Link):
        return RichText(value.text, url_id=whole.build_url_id(value.url), underline=True)
    if isinstance(value, Mapping):
        return View({name: _inserted(item, whole) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(_inserted(item, whole) for item in value)
    return value
