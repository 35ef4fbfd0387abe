"""Word documents written by hand, and a reader that accepts or rejects tracked changes.

The reader shares no code with the package: it is what the redline is held to.
"""

import io
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from revised import revise_04

from rmdocs.forms.desk import read_desk
from rmdocs.identifiers import DocumentNumber

ROOT = Path(__file__).resolve().parents[2]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
XML = "http://www.w3.org/XML/1998/namespace"
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="{MC}" xmlns:wps="{WPS}"'
SECTION = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
STYLES = """<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman"
 w:eastAsia="宋体"/><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Big"><w:name w:val="Big"/><w:basedOn w:val="Normal"/>
<w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="32"/></w:rPr></w:style>"""


def run(text, properties=""):
    """Return a run, with its line breaks and tabs."""
    found = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    pieces = text.replace("\n", "\0\n\0").replace("\t", "\0\t\0").split("\0")
    signs = {"\n": "<w:br/>", "\t": "<w:tab/>"}
    content = "".join(
        signs.get(piece) or f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in pieces
    )
    return f"<w:r>{found}{content}</w:r>"


def paragraph(*content, properties=""):
    """Return a paragraph of runs, or of texts that become runs."""
    found = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    runs = "".join(item if item.startswith("<") else run(item) for item in content if item)
    return f"<w:p>{found}{runs}</w:p>"


def table(*rows, properties="", grid=()):
    """Return a table of rows of cells; a cell is a text, or a list of texts or blocks."""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid)
    return (
        f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        + "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
        + "</w:tbl>"
    )


def cell(content):
    blocks = content if isinstance(content, (list, tuple)) else [content]
    inner = "".join(
        item if item.startswith(("<w:p>", "<w:tbl>")) else paragraph(item) for item in blocks
    )
    return f"<w:tc>{inner}</w:tc>"


def zipped(parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def document(*blocks, section=SECTION, header="", footer="", styles=STYLES, files=None):
    """Return a whole Word document of blocks written in XML."""
    related = {"styles": ("styles.xml", f"<w:styles {NAMESPACES}>{styles}</w:styles>")}
    references = ""
    for kind, tag, content in (("header", "hdr", header), ("footer", "ftr", footer)):
        if content:
            related[kind] = (f"{kind}1.xml", f"<w:{tag} {NAMESPACES}>{content}</w:{tag}>")
            references += f'<w:{kind}Reference w:type="default" r:id="{kind}"/>'
    section = section.replace("<w:sectPr>", f"<w:sectPr>{references}", 1)
    body = "".join(blocks)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
        f' ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
        f'"{MAIN}.document.main+xml"/>'
        + "".join(
            f'<Override PartName="/word/{name}" ContentType="{MAIN}.{kind}+xml"/>'
            for kind, (name, _) in related.items()
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1"'
        f' Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        + "".join(
            f'<Relationship Id="{kind}" Type="{R}/{kind}" Target="{name}"/>'
            for kind, (name, _) in related.items()
        )
        + "</Relationships>",
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}{section}</w:body>"
        "</w:document>",
        **{f"word/{name}": content for name, content in related.values()},
        **(files or {}),
    }
    return zipped(parts)


def q(name):
    return f"{{{W}}}{name}"


class Reader:
    """Reads a document with its tracked changes accepted or rejected."""

    def __init__(self, kept, gone, *, formatted=False):
        self.kept, self.gone, self.formatted = kept, gone, formatted

    def parts(self, data):
        """Return the blocks of the body and of each header and footer that shows anything."""
        found = {}
        for name, content in unzipped(data).items():
            kind = name.removeprefix("word/")
            if kind.startswith(("document", "header", "footer")) and kind.endswith(".xml"):
                root = etree.fromstring(content)
                body = root.find(q("body"))
                blocks = self.blocks(root if body is None else body)
                if blocks not in ([""], [((), "")]):
                    found[kind.removesuffix(".xml").rstrip("0123456789").removesuffix("Before")] = (
                        blocks
                    )
        return found

    def blocks(self, container):
        """Return paragraphs, and tables as lists of rows of cells of blocks."""
        made, pending, ended = [], [], True
        for element in self.flat(container, ("p", "tbl")):
            if element.tag == q("tbl"):
                rows = self.rows(element)
                if rows:
                    assert not pending, "a paragraph would run into a table"
                    made.append(rows)
                continue
            pending += self.pieces(element)
            ended = not self.is_gone(element.find(f"{q('pPr')}/{q('rPr')}"))
            if ended:
                made.append(self.paragraph(element, pending))
                pending = []
        assert ended, "the last mark can neither be put in nor taken out"
        return made

    def paragraph(self, element, pieces):
        if not self.formatted:
            return "".join(text for text, _ in pieces)
        letters = tuple((letter, form) for text, form in pieces for letter in text)
        return letters, self.properties(element, "pPr", "pPrChange", ("rPr", "sectPr"))

    def rows(self, element):
        return [
            [self.blocks(cell) for cell in self.flat(row, ("tc",))]
            for row in self.flat(element, ("tr",))
            if not self.is_gone(row.find(q("trPr")))
        ]

    def flat(self, container, wanted):
        for child in container:
            if child.tag in [q(name) for name in wanted]:
                yield child
            elif child.tag in (q("sdt"), q("sdtContent")):
                yield from self.flat(child, wanted)

    def is_gone(self, properties):
        return properties is not None and properties.find(q(self.gone)) is not None

    def properties(self, element, name, change, without=()):
        """Return formatting as it is, or as it was before the tracked change."""
        found = element.find(q(name))
        earlier = None if found is None else found.find(q(change))
        if earlier is not None and self.kept == "del":
            found = earlier.find(q(name))
        skipped = [q(tag) for tag in (change, *without)]
        children = () if found is None else [child for child in found if child.tag not in skipped]
        return " ".join(
            etree.tostring(child, encoding="unicode").split(" xmlns")[0]
            + str(sorted(child.attrib.items()))
            for child in children
        )

    def pieces(self, element):
        """Return the texts of a paragraph, each with how its run is formatted."""
        found = []
        for child in element:
            name = etree.QName(child).localname
            if name in (self.gone, "pPr", "rPr", "sdtPr", "instrText", "delInstrText"):
                continue
            if name == "r":
                form = self.properties(child, "rPr", "rPrChange")
                found += [(text, form) for text in self.shown(child)]
            else:
                found += self.pieces(child)
        return found

    def shown(self, run):
        for child in run:
            name = etree.QName(child).localname
            if name in ("t", "delText"):
                kept = child.get(f"{{{XML}}}space") == "preserve"
                yield (child.text or "") if kept else (child.text or "").strip(" \t\r\n")
            elif name in ("tab", "br", "drawing"):
                yield {"tab": "\t", "br": "\n", "drawing": "▣"}[name]
            elif name == "AlternateContent":
                for box in child.find(f"{{{MC}}}Choice").iter(q("txbxContent")):
                    yield repr(self.blocks(box))


@pytest.fixture(scope="session")
def write():
    """Return what writes documents: ``document``, ``paragraph``, ``run``, ``table``."""
    return SimpleNamespace(
        namespace=W,
        document=document,
        paragraph=paragraph,
        run=run,
        table=table,
        zipped=zipped,
        unzipped=unzipped,
    )


@pytest.fixture(scope="session")
def accepted():
    """Return a function that reads a document with all its changes accepted."""
    return Reader("ins", "del").parts


@pytest.fixture(scope="session")
def accepted_looks():
    """Return the same with the formatting of each letter and paragraph."""
    return Reader("ins", "del", formatted=True).parts


@pytest.fixture(scope="session")
def rejected():
    """Return a function that reads a document with all its changes rejected."""
    return Reader("del", "ins").parts


@pytest.fixture(scope="session")
def rejected_looks():
    """Return the same with the formatting of each letter and paragraph."""
    return Reader("del", "ins", formatted=True).parts


@pytest.fixture(scope="session")
def files():
    """Return the maturity notice as it ships."""
    return read_desk(ROOT, DocumentNumber.parse("RXD7200-04"))


@pytest.fixture(scope="session")
def unzipped_parts():
    """Return a function that gives the parts of a package by name."""
    return unzipped


@pytest.fixture(scope="session")
def revised_files(tmp_path_factory):
    """Return the maturity notice as an officer revises it, not yet renumbered."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "forms" / "RXD7200-04", desk / "forms" / "RXD7200-04")
    shutil.copytree(ROOT / "schemas", desk / "schemas")
    revise_04(desk)
    return read_desk(desk, DocumentNumber.parse("RXD7200-04"))
