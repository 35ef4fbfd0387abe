"""The empty Word document that a controlled edition is joined into.

Only what holds for the whole: settings, properties, and the styles of what the
edition itself writes. It sets no defaults, so that none reaches a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from rmdocs.rendering.package import Head, Member

_LATIN = "Times New Roman"
_HEITI, _SONGTI, _XIAOBIAOSONG = "黑体", "宋体", "方正小标宋简体"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_RELATION = f"{_PACKAGE}/relationships/metadata/core-properties"


@dataclass(frozen=True, slots=True)
class _Style:
    """A paragraph style: sizes and spaces in points, line as a multiple."""

    identifier: str
    name: str
    font: str
    size: float
    align: str = "center"
    before: float = 0
    after: float = 0
    line: float = 1
    indent: float = 0
    outline: int | None = None
    keeps: bool = False


_STYLES = (
    _Style("FrontNumber", "封面 编号", _SONGTI, 12, "left"),
    _Style("FrontOrganisation", "封面 机构", _HEITI, 20, before=90, after=6, line=1.25),
    _Style("FrontOrganisationEn", "封面 机构英文", _SONGTI, 14, line=1.25),
    _Style("FrontTitle", "封面 名称", _XIAOBIAOSONG, 28, before=70, after=90, line=1.25),
    _Style("FrontLabel", "封面 栏目", _HEITI, 14, "right", after=1),
    _Style("FrontValue", "封面 内容", _SONGTI, 14, after=1),
    _Style("FrontHeading", "前置 标题", _HEITI, 18, after=12, line=1.5, keeps=True),
    _Style("FrontContents1", "目录 一级", _SONGTI, 12, "left", line=1.7),
    _Style("FrontContents2", "目录 二级", _SONGTI, 12, "left", line=1.7, indent=24),
    _Style("FrontCellHead", "修改记录 表头", _HEITI, 10.5, before=1, after=1),
    _Style("FrontCell", "修改记录 居中", _SONGTI, 10.5, before=1, after=1),
    _Style("FrontCellText", "修改记录 内容", _SONGTI, 10.5, "both", before=1, after=1),
    _Style("FrontAnnex", "附录 标题", _HEITI, 9, "left", outline=0),
)
_TABLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="FrontTable">'
    '<w:name w:val="前置 表格"/><w:tblPr><w:tblCellMar>'
    '<w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
)
_SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
)


def skeleton(*, title: str, subject: str, day: date) -> bytes:
    """Return the empty document.

    :param title: its properties as file managers show them, ``subject`` too.
    :param day: when it was made, as its properties say.
    """
    types = {
        "word/document.xml": f"{_WORD}.document.main+xml",
        "word/styles.xml": f"{_WORD}.styles+xml",
        "word/settings.xml": f"{_WORD}.settings+xml",
        "docProps/core.xml": _CORE,
    }
    contents = {
        "[Content_Types].xml": _content_types(types),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (_CORE_RELATION, "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(title, subject, day),
        "word/_rels/document.xml.rels": _relations(
            (f"{_OFFICE}/styles", "styles.xml"), (f"{_OFFICE}/settings", "settings.xml")
        ),
        "word/document.xml": f"<w:document {nsdecls('w', 'r')}><w:body/></w:document>",
        "word/settings.xml": f"<w:settings {nsdecls('w')}>{_SETTINGS}</w:settings>",
        "word/styles.xml": _style_sheet(),
    }
    members = (
        Member.stored(name, (_DECLARATION + text).encode()) for name, text in contents.items()
    )
    return Head.of(members).archive(())


def _style_sheet() -> str:
    return f"<w:styles {nsdecls('w')}>{''.join(map(_style, _STYLES))}{_TABLE}</w:styles>"


def _style(style: _Style) -> str:
    half = round(style.size * 2)
    keeps = "<w:keepNext/>" if style.keeps else ""
    indent = f'<w:ind w:left="{round(style.indent * 20)}"/>' if style.indent else ""
    outline = f'<w:outlineLvl w:val="{style.outline}"/>' if style.outline is not None else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.identifier}">'
        f'<w:name w:val="{style.name}"/><w:qFormat/><w:pPr>{keeps}<w:widowControl w:val="0"/>'
        f'<w:spacing w:before="{round(style.before * 20)}" w:after="{round(style.after * 20)}"'
        f' w:line="{round(style.line * 240)}" w:lineRule="auto"/>{indent}'
        f'<w:jc w:val="{style.align}"/>{outline}</w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:cs="{_LATIN}"'
        f' w:eastAsia="{style.font}" w:hint="eastAsia"/><w:kern w:val="2"/>'
        f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
        f'<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:style>'
    )


def _content_types(types: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target={quoteattr(target)}/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _core(title: str, subject: str, day: date) -> str:
    moment = f"{day.isoformat()}T00:00:00Z"
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:subject>{escape(subject)}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )
