"""LibreOffice opens every redline; accepting in it gives the new text, rejecting the old one."""

import base64
import re
from datetime import UTC, datetime

import pytest
import tracked
from lxml import etree

from rmdocs.comparison.redline import redline

MOMENT = datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEANl9ngAAAAABJRU5ErkJggg=="
)
PLACED = (
    f'<wp:anchor xmlns:wp="{DRAWING}/wordprocessingDrawing" distT="0" distB="0" distL="0"'
    ' distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1"'
    ' allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">'
    '<wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph">'
    '<wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="900000" cy="400000"/>'
    '<wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="1"/>'
)
SHAPE = (
    f'<a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri='
    '"http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
    '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="900000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    "</wps:spPr><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    "</a:graphicData></a:graphic></wp:anchor>"
)
LOGO = (
    f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing">'
    '<wp:extent cx="360000" cy="360000"/><wp:docPr id="1" name="1"/>'
    f'<a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{DRAWING}/picture">'
    f'<pic:pic xmlns:pic="{DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="0" name="1"/>'
    '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="logo"/></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="360000" cy="360000"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
SECTION = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
FRAME = '<w:framePr w:wrap="none" w:vAnchor="text" w:hAnchor="margin" w:xAlign="right" w:y="1"/>'
PAGE = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def drawn(old, new):
    return redline(old, new, author="林拥旗", moment=MOMENT)


def control(content):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


@pytest.fixture(scope="module")
def pairs(write):
    """Return old and new documents that offices have stumbled on, by what differs."""

    def lines(*blocks, **more):
        made = [block if block.startswith("<") else write.paragraph(block) for block in blocks]
        return write.document(*made, **more)

    def related(data, kind, name, content, part="document.xml"):
        """Return a document in which a part refers to one more."""
        parts = {"word/_rels/" + part + ".rels": empty, **write.unzipped(data)}
        relations, types = f"word/_rels/{part}.rels", "[Content_Types].xml"
        entry = f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{name}"/>'
        if kind == "image":
            entry = f'<Relationship Id="logo" Type="{OFFICE}/{kind}" Target="{name}"/>'
            told = '<Default Extension="png" ContentType="image/png"/>'
        else:
            word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
            told = f'<Override PartName="/word/{name}" ContentType="{word}.{kind}+xml"/>'
        parts[relations] = parts[relations].replace(b"</R", f"{entry}</R".encode())
        parts[types] = parts[types].replace(b"</T", f"{told}</T".encode())
        return write.zipped({**parts, f"word/{name}": content})

    def prefixed(data):
        """Return a document whose lists of relationships and types have a prefix."""
        parts = write.unzipped(data)
        for name in parts:
            if name.endswith(".rels") or name == "[Content_Types].xml":
                parts[name] = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", parts[name])
                parts[name] = parts[name].replace(b"xmlns=", b"xmlns:x=")
        return write.zipped(parts)

    def box(text):
        inner = SHAPE.format(write.paragraph(text))
        return write.paragraph(
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
            f"{PLACED}{inner}</w:drawing></mc:Choice></mc:AlternateContent></w:r>"
        )

    empty = f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'.encode()
    head = write.document(write.paragraph("正文"), header=LOGO + write.paragraph("抬头"))
    bare = lines("正文", header=write.paragraph("抬头"))
    with_logo = related(head, "image", "media/logo.png", PICTURE, "header1.xml")
    in_body = related(lines("正文", LOGO, "完"), "image", "media/logo.png", PICTURE)
    names = f'xmlns:w="{write.namespace}"'
    numbering = (
        f'<w:numbering {names}><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
    )
    listed = related(
        lines("正文", write.paragraph("甲", properties=NUMBERED), "完"),
        "numbering",
        "numbering.xml",
        numbering,
    )
    protection = (
        f'<w:settings {names}><w:revisionView w:markup="0"/>'
        '<w:documentProtection w:edit="trackedChanges" w:enforcement="1"/></w:settings>'
    )
    protected = related(lines("正文改了"), "settings", "settings.xml", protection)
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    entry = f'<w:footnote w:id="2">{write.paragraph("指借款人")}</w:footnote>'
    notes = f"<w:footnotes {names}>{entry}</w:footnotes>"
    with_note = related(
        lines(write.paragraph("甲", note, "乙"), "完"), "footnotes", "footnotes.xml", notes
    )
    last = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    break_ = write.paragraph("首节", properties=SECTION)
    own = f"<w:hdr {names}>{write.paragraph('后节')}</w:hdr>"
    later = related(lines(break_, "末节", section=last), "header", "header9.xml", own)
    row = write.table(("甲", "乙"))
    cell_in_control = row.replace("</w:tr>", f"{control('<w:tc>丙</w:tc>')}</w:tr>").replace(
        "丙", write.paragraph("丙")
    )
    return {
        "a footnote is new": (lines("甲乙", "完"), with_note),
        "a footnote is gone": (with_note, lines("甲乙", "完")),
        "a footnote gone with its line": (with_note, lines("完")),
        "a later section has a header": (lines(break_, "末节"), later),
        "a later section had a header": (later, lines(break_, "末节")),
        "a logo gone from a header": (with_logo, bare),
        "a logo gone from the body": (in_body, lines("正文", "完")),
        "a logo that is new": (lines("正文", "完"), in_body),
        "a header gone with its logo": (with_logo, lines("正文")),
        "lists written with a prefix": (bare, prefixed(with_logo)),
        "a numbered list gone": (listed, lines("正文", "完")),
        "a numbered list that is new": (lines("正文", "完"), listed),
        "a style only the old one has": (
            lines(write.paragraph("甲", properties='<w:pStyle w:val="Big"/>'), "完"),
            lines("完", styles=""),
        ),
        "a document in which changes are locked": (lines("正文"), protected),
        "a paragraph in a control is new": (
            lines("甲", "完"),
            lines("甲", control(write.paragraph("乙")), "完"),
        ),
        "words in a control are new": (
            lines("甲", "完"),
            lines(write.paragraph(write.run("甲"), control(write.run("新的"))), "完"),
        ),
        "a cell in a control": (lines(row, "完"), lines(cell_in_control, "完")),
        "a text box is new": (lines("甲", "完"), lines("甲", box("框中"), "完")),
        "a text box is gone": (lines("甲", box("框中"), "完"), lines("甲", "完")),
        "a text box says something else": (lines(box("框中")), lines(box("框中有话"))),
        "a new end, then new paragraphs": (
            lines("甲", "借款人应当还款", "完"),
            lines("甲", "借款人应当还款并付息", "另起一段", "完"),
        ),
        "a new end, new paragraphs, a new beginning": (
            lines("甲", "借款人应当还款", "完"),
            lines("甲", "借款人应当还款并付息", "另起一段", "至此完"),
        ),
        "another end, new paragraphs, a new beginning": (
            lines("甲", "借款人应当还款。贰", "完"),
            lines("甲", "借款人应当还款。并付息", "另起一段", "至此完"),
        ),
        "a page number in a frame gone": (
            lines("正文", header=write.paragraph(PAGE, properties=FRAME) + "<w:p/>"),
            lines("正文"),
        ),
    }


@pytest.mark.office
def test_each_opens_and_is_accepted_and_rejected(pairs, tmp_path):
    asked = {}
    for name, (old, new) in pairs.items():
        made = drawn(old, new)
        asked |= {
            (name, "accepted"): (made, tracked.ACCEPTED),
            (name, "rejected"): (made, tracked.REJECTED),
            (name, "new"): (drawn(new, new), tracked.ACCEPTED),
            (name, "old"): (drawn(old, old), tracked.ACCEPTED),
        }
    found = tracked.settled(asked, tmp_path)
    assert asked.keys() == found.keys()
    for name in pairs:
        assert found[name, "accepted"] == found[name, "new"], name
        assert sorted(found[name, "rejected"]) == sorted(found[name, "old"]), name
        assert found[name, "new"] != [], name


def test_lists_of_parts_bear_no_prefix_and_lead_somewhere(pairs, write):
    for name, (old, new) in pairs.items():
        parts = write.unzipped(drawn(old, new))
        types = etree.fromstring(parts["[Content_Types].xml"])
        known = {entry.get("PartName") for entry in types}
        defaults = {entry.get("Extension") for entry in types}
        for part, content in parts.items():
            assert f"/{part}" in known or part.rpartition(".")[2] in {*defaults, "xml"}, name
            if part.endswith(".rels"):
                root = etree.fromstring(content)
                assert root.nsmap == {None: f"{PACKAGE}/relationships"}
                identifiers = [entry.get("Id") for entry in root]
                assert len(identifiers) == len(set(identifiers))
        assert types.nsmap == {None: f"{PACKAGE}/content-types"}


def test_every_reference_has_its_relationship(pairs, write):
    for name, (old, new) in pairs.items():
        parts = write.unzipped(drawn(old, new))
        for part in [part for part in parts if part.endswith(".xml") and "word/" in part]:
            wanted = set(re.findall(rb' r:(?:embed|id)="(\w+)"', parts[part]))
            folder, _, file = part.rpartition("/")
            relations = parts.get(f"{folder}/_rels/{file}.rels", b"")
            for identifier in wanted:
                assert b'Id="%s"' % identifier in relations, (name, part)
