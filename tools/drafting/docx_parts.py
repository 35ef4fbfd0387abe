"""Building blocks for the first drafts of form templates.

A draft is made once by a script and edited in Word or WPS from then on, so
it must look like a document a person made: few styles, named fonts that
Word and WPS have, no leftovers. Nothing here knows any form.

``{{r x|filled }}`` replaces its whole run, so its font comes from the
paragraph's style: text is formatted by paragraph styles, never run by run,
and :func:`paragraph` puts every such tag into a run of its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import docx
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer, _Header
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

Container: TypeAlias = Document | _Cell | _Header | _Footer
LATIN = "Times New Roman"
FANGSONG, HEITI, SONGTI, KAITI, XIAOBIAOSONG = "仿宋", "黑体", "宋体", "楷体", "方正小标宋简体"
SYMBOLS = "Segoe UI Symbol"
LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
ROOM = "\u00a0" * 4
"""Room to write one sign by hand, which the end of a line does not swallow as it does spaces."""

EMPTY_BOX = "{{ false|checked }}"
EPOCH = datetime(2004, 6, 8, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TAG = re.compile(r"(\{\{r .*?\}\}|\{\{ [^{}]*\|checked \}\}|\[\[(?:PAGE|NUMPAGES|TAB|BREAK)\]\])")

_STYLES = f"""<w:styles {nsdecls("w")}>
<w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{{chinese}}"/>
<w:kern w:val="2"/><w:sz w:val="{{half}}"/><w:szCs w:val="{{half}}"/>
<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>
</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>
<w:pPr><w:widowControl w:val="0"/></w:pPr></w:style>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>
<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>
<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>
<w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>
<w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>
<w:uiPriority w:val="99"/><w:semiHidden/></w:style>
</w:styles>"""


@dataclass(frozen=True, slots=True)
class Margins:
    """Page margins in millimetres."""

    top: float = 37
    bottom: float = 35
    left: float = 28
    right: float = 26


def new_document(
    *, margins: Margins, chinese: str = SONGTI, size: float = 10.5, header_mm: float = 15
) -> Document:
    """Return an empty A4 document whose only styles are Word's four defaults.

    :param chinese: Chinese font of plain text; Latin is always Times New Roman.
    :param size: size of plain text in points.
    """
    document = docx.Document()
    _drop_leftovers(document)
    styles = document.styles.element
    fresh = parse_xml(_STYLES.format(chinese=chinese, half=int(size * 2)))
    for child in list(styles):
        styles.remove(child)
    for child in list(fresh):
        styles.append(child)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(margins.top), Mm(margins.bottom)
    section.left_margin, section.right_margin = Mm(margins.left), Mm(margins.right)
    section.header_distance = section.footer_distance = Mm(header_mm)
    return document


def add_style(  # noqa: PLR0913 - a paragraph style simply has that many sides
    document: Document,
    name: str,
    *,
    chinese: str,
    size: float,
    bold: bool = False,
    align: WD_ALIGN_PARAGRAPH = JUSTIFY,
    line: float | None = None,
    indent_chars: float = 0,
    before: float = 0,
    after: float = 0,
    keep_next: bool = False,
    outline: int | None = None,
) -> str:
    """Add a paragraph style and return its name.

    :param line: a multiple such as 1.5; above 5 an exact height in points.
    :param indent_chars: first-line indent in Chinese characters.
    :param before: space before in points, ``after`` likewise.
    :param outline: outline level from 0, for the navigation pane.
    """
    style = document.styles.add_style(name, 1)
    style.element.set(qn("w:customStyle"), "1")
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for side in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{side}"), LATIN)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:hint"), "eastAsia")
    style.font.size = Pt(size)
    if bold:
        style.font.bold = True
    shape = style.paragraph_format
    shape.alignment = align
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if line is not None:
        shape.line_spacing = Pt(line) if line > 5 else line
    if keep_next:
        shape.keep_with_next = True
    if indent_chars:
        shape.first_line_indent = Pt(size * indent_chars)
        _ind(style.element.get_or_add_pPr()).set(
            qn("w:firstLineChars"), str(int(indent_chars * 100))
        )
    if outline is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(outline))
        style.element.get_or_add_pPr().append(level)
    return name


def paragraph(container: Container, text: str, style: str, **shape: object) -> Paragraph:
    """Add a paragraph of ``text`` to a document, cell, header or footer.

    ``{{r … }}`` and ``{{ …|checked }}`` tags, the fields ``[[PAGE]]`` and ``[[NUMPAGES]]``,
    ``[[TAB]]`` and ``[[BREAK]]``, get runs of their own; boxes also get a font
    that has them. ``shape`` sets attributes of python-docx's ``paragraph_format``
    (``keep_with_next=True``, ``page_break_before=True``).
    """
    added = _first_or_new(container)
    added.style = style
    for name, value in shape.items():
        setattr(added.paragraph_format, name, value)
    for piece in filter(None, _TAG.split(text)):
        _add_piece(added, piece)
    return added


def control(container: Container, tag: str, style: str) -> Paragraph:
    """Add a paragraph that holds nothing but a ``{%p … %}`` tag; it will not print."""
    return paragraph(container, tag, style)


def table(  # noqa: PLR0913 - a table simply has that many sides
    container: Container,
    rows: int,
    widths_mm: Sequence[float],
    *,
    border_eighths: int = 4,
    row_mm: float | None = 8,
    align: WD_TABLE_ALIGNMENT = WD_TABLE_ALIGNMENT.CENTER,
) -> Table:
    """Add a table of fixed column widths; empty cells take the first :func:`paragraph`.

    :param border_eighths: border in eighths of a point; 0 for none.
    :param row_mm: least height of every row.
    """
    if isinstance(container, (Document, _Cell)):
        grid = container.add_table(rows, len(widths_mm))
    else:
        grid = container.add_table(rows, len(widths_mm), Mm(sum(widths_mm)))
    properties = grid._tbl.tblPr  # noqa: SLF001 - python-docx has no public way
    for child in list(properties):
        properties.remove(child)
    width = OxmlElement("w:tblW")
    width.set(qn("w:w"), str(int(sum(widths_mm) * 56.7)))
    width.set(qn("w:type"), "dxa")
    properties.append(width)
    grid.alignment = align
    properties.append(_borders("w:tblBorders", border_eighths, inside=True))
    grid.autofit = False
    for column, millimetres in zip(grid.columns, widths_mm, strict=True):
        column.width = Mm(millimetres)
    for row in grid.rows:
        if row_mm is not None:
            row_height(row, row_mm)
        keep_row(row)
        for cell, millimetres in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(millimetres)
            cell.vertical_alignment = 1
    return grid


def row_height(row: _Row, millimetres: float, *, exact: bool = False) -> None:
    """Set the least height of a row, or its ``exact`` one."""
    row.height = Mm(millimetres)
    row.height_rule = WD_ROW_HEIGHT_RULE.EXACTLY if exact else WD_ROW_HEIGHT_RULE.AT_LEAST


def keep_row(row: _Row) -> None:
    """Do not let a row break across pages."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no public way
    if properties.find(qn("w:cantSplit")) is None:
        properties.insert(0, OxmlElement("w:cantSplit"))


def break_row(row: _Row) -> None:
    """Let a row go on with the next page after all, for text that may be higher than one."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no public way
    properties.remove(properties.find(qn("w:cantSplit")))


def repeat_row(row: _Row) -> None:
    """Repeat a row at the top of every page the table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no public way


def cell_borders(cell: _Cell, **sides: int) -> None:
    """Set borders of a cell: ``top=4, bottom=0`` in eighths of a point; 0 removes."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-docx has no public way
    old = properties.find(qn("w:tcBorders"))
    if old is not None:
        properties.remove(old)
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            borders.append(_border(side, sides[side]))
    before = ("w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign")
    following = [child for child in properties if child.tag in {qn(name) for name in before}]
    if following:
        following[0].addprevious(borders)
    else:
        properties.append(borders)


def edges(number: str, access: str) -> tuple[str, str]:
    """Return header and footer of a form, worded the same on all of them.

    :param access: 受控文件 or 内部资料.
    """
    bank = "中国建设银行股份有限公司山东省分行"
    header = f"{number}　版本号：{{{{ revision }}}}[[TAB]]{bank}[[TAB]]{access}"
    footer = (
        "记录编号：{% if not blank %}{{ number }}{% endif %}"
        "[[TAB]]第[[PAGE]]页 共[[NUMPAGES]]页[[TAB]]"
        "{% if not blank %}版次：{{ edition }}　核验码：{{ pin }}"
        "{% if pin == '0' %}（本册首份）{% endif %}{% endif %}"
    )
    return header, footer


def header_footer(
    document: Document, header: str, footer: str, *, style: str, rule: bool = True
) -> None:
    """Write header and footer; ``[[TAB]]`` moves to the right margin (twice: via the centre)."""
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    for part, text, side in (
        (section.header, header, "bottom"),
        (section.footer, footer, "top"),
    ):
        part.is_linked_to_previous = False
        line = paragraph(part, text, style)
        stops = [(width, 2)] if text.count("[[TAB]]") == 1 else [(width // 2, 1), (width, 2)]
        for position, kind in stops:
            line.paragraph_format.tab_stops.add_tab_stop(position, kind)
        if rule:
            borders = OxmlElement("w:pBdr")
            borders.append(_border(side, 4, space=3))
            _insert_border(line._p.get_or_add_pPr(), borders)  # noqa: SLF001 - no public way


def save(document: Document, path: Path, *, title: str, subject: str = "") -> int:
    """Write ``document`` with fixed dates and timestamps; return its size in bytes.

    The same script gives the same bytes, so that a draft can be compared.
    """
    core = document.core_properties
    core.title, core.subject, core.author, core.last_modified_by = title, subject, "", ""
    core.comments, core.keywords, core.category, core.revision = "", "", "", 1
    core.language = "zh-CN"
    core.created = core.modified = EPOCH
    buffer = io.BytesIO()
    document.save(buffer)
    with (
        zipfile.ZipFile(buffer) as made,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, made.read(name))
    return path.stat().st_size


def _drop_leftovers(document: Document) -> None:
    """Remove python-docx's thumbnail, theme, custom XML and style effects."""
    kept = {
        RELATIONSHIP_TYPE.STYLES,
        RELATIONSHIP_TYPE.SETTINGS,
        RELATIONSHIP_TYPE.HEADER,
        RELATIONSHIP_TYPE.FOOTER,
    }
    for key, relation in list(document.part.rels.items()):
        if relation.reltype not in kept:
            document.part.rels.pop(key)
    for key, relation in list(document.part.package.rels.items()):
        if relation.reltype not in {
            RELATIONSHIP_TYPE.OFFICE_DOCUMENT,
            RELATIONSHIP_TYPE.CORE_PROPERTIES,
        }:
            document.part.package.rels.pop(key)
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    for child in list(
        parse_xml(
            f'<w:settings {nsdecls("w")}><w:zoom w:percent="100"/>'
            '<w:defaultTabStop w:val="420"/>'
            '<w:characterSpacingControl w:val="compressPunctuation"/>'
            '<w:compat><w:compatSetting w:name="compatibilityMode"'
            ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
            '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
        )
    ):
        settings.append(child)


def _first_or_new(container: Container) -> Paragraph:
    """Reuse the empty first paragraph that cells, headers and footers come with."""
    if not isinstance(container, Document):
        first = container.paragraphs[0] if len(container.paragraphs) == 1 else None
        if first is not None and not first.text and not first.runs:
            return first
    return container.add_paragraph()


def _add_piece(line: Paragraph, piece: str) -> None:
    if piece == "[[TAB]]":
        line.add_run().add_tab()
    elif piece == "[[BREAK]]":
        line.add_run().add_break()
    elif piece.startswith("[["):
        _add_field(line, piece.strip("[]"))
    elif piece.endswith("|checked }}"):
        fonts = line.add_run(piece)._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - no public way
        for side in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{side}"), SYMBOLS)
    else:
        line.add_run(piece)


def _add_field(line: Paragraph, instruction: str) -> None:
    for kind, text in (
        ("begin", ""),
        ("", instruction),
        ("separate", ""),
        ("result", "1"),
        ("end", ""),
    ):
        run = line.add_run(text if kind == "result" else "")
        if kind == "":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
            run._r.append(element)  # noqa: SLF001 - python-docx has no fields
        elif kind != "result":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)  # noqa: SLF001 - python-docx has no fields


def _ind(properties: BaseOxmlElement) -> BaseOxmlElement:
    return properties.find(qn("w:ind"))


def _borders(tag: str, eighths: int, *, inside: bool) -> BaseOxmlElement:
    borders = OxmlElement(tag)
    sides = ["top", "left", "bottom", "right", *(["insideH", "insideV"] if inside else [])]
    for side in sides:
        borders.append(_border(side, eighths))
    return borders


def _border(side: str, eighths: int, *, space: int = 0) -> BaseOxmlElement:
    border = OxmlElement(f"w:{side}")
    border.set(qn("w:val"), "single" if eighths else "nil")
    if eighths:
        border.set(qn("w:sz"), str(eighths))
        border.set(qn("w:space"), str(space))
        border.set(qn("w:color"), "auto")
    return border


def _insert_border(properties: BaseOxmlElement, borders: BaseOxmlElement) -> None:
    """Put ``w:pBdr`` where the schema wants it: before tabs, spacing, indents."""
    after = ("w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:widowControl")
    index = 0
    for position, child in enumerate(properties):
        if child.tag in {qn(name) for name in after}:
            index = position + 1
    properties.insert(index, borders)
