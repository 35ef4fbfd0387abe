"""Word documents built on the spot, and docxtpl's own rendering to compare with."""

import io
import re
import zipfile
from functools import cache

import pytest
from blankfile import Document
from docxtpl import DocxTemplate

from rmdocs.language.sandbox import sandbox
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.template import canonical_xml

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def save(document):
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def docx():
    """Return a function that makes a document of paragraphs, a table, a header."""

    @cache
    def once(*paragraphs, rows, header, footer, title):
        document = Document()
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        if rows:
            table = document.add_table(rows=0, cols=len(rows[0]))
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        if header:
            document.sections[0].header.paragraphs[0].text = header
        if footer:
            document.sections[0].footer.paragraphs[0].text = footer
        document.core_properties.title = title
        return save(document)

    def make(*paragraphs, rows=(), header="", footer="", title=""):
        cells = tuple(map(tuple, rows))
        return once(*paragraphs, rows=cells, header=header, footer=footer, title=title)

    return make


@pytest.fixture(scope="session")
def saved():
    return save


@pytest.fixture(scope="session")
def unzipped():
    return parts


@pytest.fixture(scope="session")
def rezipped():
    """Return a function that replaces or adds (or, with None, drops) parts."""

    def change(data, **changes):
        contents = {**parts(data), **changes.pop("parts", {})}
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                if content is not None:
                    archive.writestr(name, content)
        return made.getvalue()

    return change


@pytest.fixture(scope="session")
def made(docx, unzipped, rezipped):
    """Return a function that makes a template with something in its body, parts and references.

    :param body: stands before the end of the body; ``in_run`` in a run of its own.
    :param related: kinds and targets of references of the main part; outside if so said.
    :param parts: further parts with their content type.
    """

    def make(body="", *, related=(), parts=None, types=None, settings="", styles=""):
        template = docx("甲 {{ number }}")
        found = unzipped(template)
        changed = dict(parts or {})
        main = found["word/document.xml"].decode()
        changed["word/document.xml"] = main.replace("<w:sectPr", f"{body}<w:sectPr", 1)
        links = "".join(
            f'<Relationship Id="x{number}" Type="{RELATIONS}/{kind}" Target="{target}"'
            + (' TargetMode="External"/>' if outside else "/>")
            for number, (kind, target, outside) in enumerate(related)
        )
        relations = found["word/_rels/document.xml.rels"].decode()
        changed["word/_rels/document.xml.rels"] = relations.replace(
            "</Relationships>", f"{links}</Relationships>"
        )
        overrides = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>'
            for name, kind in (types or {}).items()
        )
        changed["[Content_Types].xml"] = (
            found["[Content_Types].xml"].decode().replace("</Types>", f"{overrides}</Types>")
        )
        for name, added in (("settings", settings), ("styles", styles)):
            part = found[f"word/{name}.xml"].decode()
            changed[f"word/{name}.xml"] = re.sub(
                rf"</w:{name}>", lambda end, added=added: f"{added}{end[0]}", part
            )
        return rezipped(template, parts=changed)

    return make


@pytest.fixture(scope="session")
def by_docxtpl():
    """Return a function that renders with docxtpl in the shared sandbox."""

    def render(template, context):
        whole = DocxTemplate(io.BytesIO(template))
        whole.render(context, sandbox(autoescape=True))
        return save(whole)

    return render


@pytest.fixture(scope="session")
def differences():
    """Return a function naming the parts that differ under Canonical XML."""

    def compare(ours, theirs):
        first, second = parts(ours), parts(theirs)
        assert first.keys() == second.keys()
        return [
            name
            for name in first
            if first[name] != second[name]
            and (
                not name.endswith((".xml", ".rels"))
                or canonical_xml(first[name]) != canonical_xml(second[name])
            )
        ]

    return compare


@pytest.fixture(scope="session")
def template(docx):
    """Return a compiled template that prints x and y in body, cell and header."""
    made = docx("【{{ x }}】", rows=(("〔{{ x }}|{{ y }}〕", "固定"),), header="《{{ y }}》")
    return CompiledTemplate.compile(made)
