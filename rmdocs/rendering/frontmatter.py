"""What comes before the text of a controlled edition: cover, contents, revision table.

Laid out as the source's own (IXD7200-01, cover and 修改记录), in the
styles of ``edition.docx``, which also has the settings that hold for a whole edition, and
sets no defaults, so that none reaches a part. The contents are the document's headings:
the paragraphs with an outline level, by style or directly. What an edition consists of
is known to ``assembly``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.language.dates import cn_date
from rmdocs.messages import Bilingual
from rmdocs.rendering.markup import WORD
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.styles import attribute
from rmdocs.rendering.template import FIXED_DATE

_EDITION = Path(__file__).with_name("edition.docx")
_CORE = "docProps/core.xml"
_BODY_TEXT = 9
"""The outline level that Word gives to what is no heading."""


def empty_edition(*, title: str, subject: str, day: date) -> bytes:
    """Return the empty document that an edition is joined into.

    :param title: its properties as file managers show them, ``subject`` too.
    :param day: when it was made, as its properties say.
    """
    members = {member.name: member for member in read(_EDITION.read_bytes())}
    core = members[_CORE].content().decode()
    for blank, value in (
        ("{title}", escape(title, quote=False)),
        ("{subject}", escape(subject, quote=False)),
        (FIXED_DATE, f"{day.isoformat()}T00:00:00Z"),
    ):
        core = core.replace(blank, value)
    members[_CORE] = Member.stored(_CORE, core.encode())
    return StaticMembers.of(members.values()).archive(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading.

    :param level: 0 for the highest.
    """

    paragraph: etree._Element
    level: int
    text: str


def headings(
    blocks: Iterable[etree._Element], sheet: etree._Element, deepest: int
) -> Iterator[Heading]:
    """Yield the headings among ``blocks`` in order, down to the level ``deepest``.

    :param sheet: the style sheet.
    """
    styles = {str(style.get(f"{WORD}styleId")): style for style in sheet.iter(f"{WORD}style")}
    for block in blocks:
        for paragraph in block.iter(f"{WORD}p"):
            level = _level(paragraph, styles)
            text = paragraph_text(paragraph)
            if level <= deepest and text:
                yield Heading(paragraph=paragraph, level=level, text=text)


def _level(paragraph: etree._Element, styles: dict[str, etree._Element]) -> int:
    holder = paragraph.find(f"{WORD}pPr")
    own = attribute(holder, "outlineLvl")
    name, seen = attribute(holder, "pStyle"), set[str]()
    while not own and name in styles and name not in seen:
        seen.add(name)
        own = attribute(styles[name].find(f"{WORD}pPr"), "outlineLvl")
        name = attribute(styles[name], "basedOn")
    return int(own) if own.isdecimal() else _BODY_TEXT


def paragraph_text(paragraph: etree._Element) -> str:
    """Return what a paragraph says, without blanks around it."""
    pieces = (
        "　" if element.tag == f"{WORD}tab" else element.text or ""
        for element in paragraph.iter(f"{WORD}t", f"{WORD}tab")
        if element.getparent() is not None and element.getparent().tag == f"{WORD}r"  # type: ignore[union-attr] # just asked
    )
    return "".join(pieces).strip()


HEADING_HEIGHT = 240
"""Of an annex's heading, in twentieths of a point."""

_NAMESPACE = nsdecls("w")
_COLUMNS = (16, 0, 32, 19, 19, 19)
"""Millimetres of the revision table's columns; 0 takes the rest."""

_HEADINGS = ("版本号", "修改内容", "生效日期", "编制", "审核", "批准")
_LABEL_MM, _VALUE_MM = 34, 68
_LINE = "\u00a0" * 40
_TWIPS_PER_MM = 1440 / 25.4
_LEVELS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPage:
    """What the cover of a controlled document says.

    :param control_number: 受控号 of the copy; empty for the master, and then
        a line to write on.
    :param prepared: who prepared, ``reviewed`` and ``approved`` it; empty for
        a line to sign on.
    """

    number: str
    control_number: str
    organisation: Bilingual
    title: str
    prepared: str
    reviewed: str
    approved: str
    revision: str
    effective: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A row of the revision table (修改记录), with who signed the revision."""

    revision: str
    change: str
    effective: date
    prepared: str
    reviewed: str
    approved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsEntry:
    """A line of the contents.

    :param level: 0 for a chapter, 1 for what is inside one.
    :param mark: the bookmark whose page it names.
    """

    text: str
    level: int
    mark: str


def cover_blocks(cover: CoverPage, width: int) -> list[etree._Element]:
    """Return the blocks of the cover page.

    :param width: of the text, in twentieths of a point.
    """
    organisation = cover.organisation
    signing = (
        ("编　　制：", cover.prepared),
        ("审　　核：", cover.reviewed),
        ("批　　准：", cover.approved),
        ("版 本 号：", cover.revision),
        ("生效日期：", cn_date(cover.effective)),
    )
    control = f"\u00a0{cover.control_number}\u00a0" if cover.control_number else _LINE
    numbers = f"文件编号：{cover.number}\t受控号："
    return [
        _block(_paragraph("FrontNumber", numbers, shape=_right(width), under=control)),
        _block(_paragraph("FrontOrganisation", organisation.zh)),
        _block(_paragraph("FrontOrganisationEn", organisation.en)),
        _block(_paragraph("FrontTitle", cover.title)),
        _block(_signing(signing)),
    ]


def contents_blocks(entries: Iterable[ContentsEntry], width: int) -> list[etree._Element]:
    """Return the blocks of the contents.

    :param width: of the text, in twentieths of a point.
    """
    blocks = [_block(_paragraph("FrontHeading", "目　　录"))]
    for entry in entries:
        style = f"FrontContents{min(entry.level, _LEVELS - 1) + 1}"
        blocks.append(_block(_contents_line(style, entry, width)))
    return blocks


def history_blocks(rows: Sequence[HistoryRow], width: int) -> list[etree._Element]:
    """Return the blocks of the revision table, on a page of their own, its heading first."""
    heading = _paragraph("FrontHeading", "修 改 记 录", shape="<w:pageBreakBefore/>")
    return [_block(heading), _block(_history(rows, width))]


def put_mark(paragraph: etree._Element, name: str, number: int) -> None:
    """Bookmark a whole paragraph."""
    start = parse_xml(f'<w:bookmarkStart {_NAMESPACE} w:id="{number}" w:name="{name}"/>')
    end = parse_xml(f'<w:bookmarkEnd {_NAMESPACE} w:id="{number}"/>')
    paragraph.insert(1 if len(paragraph) else 0, start)
    paragraph.append(end)


def annex_heading(text: str, frame: tuple[int, int] | None) -> etree._Element:
    """Return the heading of an annex.

    :param frame: its distance from the top edge and its width, in twentieths
        of a point, where it stands above the annex's own header; None to
        stand in the text.
    """
    shape = ""
    if frame is not None:
        top, width = frame
        shape = (
            f'<w:framePr w:w="{width}" w:h="{HEADING_HEIGHT}" w:hRule="exact" w:wrap="around"'
            f' w:vAnchor="page" w:hAnchor="margin" w:xAlign="left" w:y="{top}"/>'
        )
    return _block(_paragraph("FrontAnnex", text, shape=shape))


def _block(xml: str) -> etree._Element:
    element: etree._Element = parse_xml(xml)
    return element


def _paragraph(style: str, text: str, *, shape: str = "", under: str = "") -> str:
    """Return a paragraph; ``under`` is underlined and comes last."""
    line = f'<w:r><w:rPr><w:u w:val="single"/></w:rPr>{_text(under)}</w:r>' if under else ""
    return (
        f'<w:p {_NAMESPACE}><w:pPr><w:pStyle w:val="{style}"/>{shape}</w:pPr>'
        f"<w:r>{_text(text)}</w:r>{line}</w:p>"
    )


def _text(text: str) -> str:
    pieces = (f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in text.split("\t"))
    return "<w:tab/>".join(pieces)


def _contents_line(style: str, entry: ContentsEntry, width: int) -> str:
    """Return a line that names the page of its bookmark; Word works it out on opening."""
    field = "".join(
        f"<w:r>{part}</w:r>"
        for part in (
            '<w:fldChar w:fldCharType="begin" w:dirty="true"/>',
            f'<w:instrText xml:space="preserve"> PAGEREF {entry.mark} \\h </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>…</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    return (
        f'<w:p {_NAMESPACE}><w:pPr><w:pStyle w:val="{style}"/>{_right(width, "dot")}</w:pPr>'
        f'<w:hyperlink w:anchor="{entry.mark}" w:history="1">'
        f"<w:r>{_text(entry.text)}</w:r><w:r><w:tab/></w:r>{field}</w:hyperlink></w:p>"
    )


def _right(width: int, leader: str = "none") -> str:
    """Return a tab stop at the right margin."""
    return f'<w:tabs><w:tab w:val="right" w:leader="{leader}" w:pos="{width}"/></w:tabs>'


def _signing(rows: Iterable[tuple[str, str]]) -> str:
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    lines = "".join(
        f"<w:tr><w:trPr><w:cantSplit/>{_height(14)}</w:trPr>"
        + _cell(_LABEL_MM, "FrontLabel", label, align="bottom")
        + _cell(_VALUE_MM, "FrontValue", value, f"{rule}</w:tcBorders>", "bottom")
        + "</w:tr>"
        for label, value in rows
    )
    return _table((_LABEL_MM, _VALUE_MM), lines, borders=False)


def _history(rows: Sequence[HistoryRow], width: int) -> str:
    rest = width / _TWIPS_PER_MM - sum(_COLUMNS)
    columns = [column or rest for column in _COLUMNS]
    lines = [_row(columns, _HEADINGS, ["FrontCellHead"] * len(columns), "<w:tblHeader/>")]
    styles = ["FrontCell" if column else "FrontCellText" for column in _COLUMNS]
    for row in rows:
        texts = (
            row.revision,
            row.change,
            cn_date(row.effective),
            row.prepared,
            row.reviewed,
            row.approved,
        )
        lines.append(_row(columns, texts, styles))
    return _table(columns, "".join(lines), borders=True)


def _row(
    columns: Sequence[float], texts: Sequence[str], styles: Sequence[str], more: str = ""
) -> str:
    cells = "".join(
        _cell(column, style, text)
        for column, style, text in zip(columns, styles, texts, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{_height(10)}{more}</w:trPr>{cells}</w:tr>"


def _height(millimetres: float) -> str:
    return f'<w:trHeight w:val="{_twips(millimetres)}" w:hRule="atLeast"/>'


def _cell(width: float, style: str, text: str, extra: str = "", align: str = "center") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{extra}'
        f'<w:vAlign w:val="{align}"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{_text(text)}</w:r></w:p></w:tc>'
    )


def _table(widths: Sequence[float], rows: str, *, borders: bool) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides
    )
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    return (
        f'<w:tbl {_NAMESPACE}><w:tblPr><w:tblStyle w:val="FrontTable"/>'
        f'<w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        + (f"<w:tblBorders>{lines}</w:tblBorders>" if borders else "")
        + f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)
