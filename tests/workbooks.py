"""Workbooks written by hand, part by part, as programs write them that no library imitates."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from rmdocs import folders
from rmdocs.intake.cells import Numeric
from rmdocs.intake.formats import number_format
from rmdocs.intake.rejected import write_rejected

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPES = 'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"'


def text(reference, said):
    """Return a cell with a text of its own."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(said)}</t></is></c>'


def sheet(*rows, before="", after=""):
    """Return a worksheet; each row is its cells as XML, or attributes and cells."""
    pairs = [row if isinstance(row, tuple) else ("", row) for row in rows]
    data = "".join(f"<row {attributes}>{cells}</row>" for attributes, cells in pairs)
    return f"<worksheet {_MAIN}>{before}<sheetData>{data}</sheetData>{after}</worksheet>"


def package(*sheets, formats=(), texts=(), properties="", states=(), names=()):
    """Return a workbook.

    :param formats: codes of number formats; the first is style 1.
    :param texts: shared strings, each as the XML inside ``si``.
    :param states: of each worksheet, where it is not visible.
    """
    called = [names[at] if at < len(names) else f"表{at + 1}" for at in range(len(sheets))]
    state = [states[at] if at < len(states) else "visible" for at in range(len(sheets))]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" state="{seen}" r:id="r{at}"/>'
        for at, (name, seen) in enumerate(zip(called, state, strict=True), 1)
    )
    own = "".join(
        f'<numFmt numFmtId="{at}" formatCode={quoteattr(code)}/>'
        for at, code in enumerate(formats, 164)
    )
    styles = "".join(f'<xf numFmtId="{at}"/>' for at in range(164, 164 + len(formats)))
    parts = {
        "[Content_Types].xml": f"<Types {_TYPES}/>",
        "_rels/.rels": _related([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _related(
            [
                *((f"r{at}", "worksheet", f"worksheets/s{at}.xml") for at in _counted(sheets)),
                ("s", "styles", "styles.xml"),
                ("t", "sharedStrings", "/xl/sharedStrings.xml"),
            ]
        ),
        "xl/styles.xml": f"<styleSheet {_MAIN}><numFmts>{own}</numFmts>"
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f"<sst {_MAIN}>"
        + "".join(f"<si>{one}</si>" for one in texts)
        + "</sst>",
        **{f"xl/worksheets/s{at}.xml": one for at, one in enumerate(sheets, 1)},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return written.getvalue()


def _counted(sheets):
    return range(1, len(sheets) + 1)


def _related(relations):
    inner = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in relations
    )
    return f"<Relationships {_RELATIONS}>{inner}</Relationships>"


def rejected_beside(path, refused, language):
    """Write refused records of a file beside it, as the command line does; return where."""
    made = write_rejected(folders.read(path), refused, language)
    return folders.save(path.with_name(made.name), made.data, replaces=lambda _before: True)


def number(value, code="General"):
    """Return a number as a cell holds it, shown by the format."""
    return Numeric(value=Decimal(str(value)), format=number_format(code))
