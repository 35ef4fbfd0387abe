"""Text that nobody sees on paper though nothing hides it: refused; what can be read passes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.findings import Severity
from rmdocs.forms.desk import read_desk
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.rendering.colours import INK, LEAST_CONTRAST, PAPER, contrast, mixed
from rmdocs.rendering.lint import lint_template

ROOT = Path(__file__).parents[2]
NAMES = frozenset({"number", "pin", "content.guarantors[].name"})
WHITE = '<w:color w:val="FFFFFF"/>'
DARK = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def run(properties, text="乙方"):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def p(properties, *runs):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs) or run('')}</w:p>"


def table(cell, *, of_cell="", of_row="", of_table="", grid=4000, before=0):
    first = f'<w:gridCol w:w="{before}"/>' if before else ""
    empty = f'<w:tc><w:tcPr><w:tcW w:w="{before}" w:type="dxa"/></w:tcPr><w:p/></w:tc>'
    return (
        f'<w:tbl><w:tblPr>{of_table}</w:tblPr><w:tblGrid>{first}<w:gridCol w:w="{grid}"/>'
        f"</w:tblGrid><w:tr><w:trPr>{of_row}</w:trPr>{empty if before else ''}"
        f"<w:tc><w:tcPr>{of_cell}</w:tcPr>{cell}</w:tc></w:tr></w:tbl>"
    )


def styled(kind, properties, *, more="", name="密"):
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:rPr>{properties}</w:rPr>{more}</w:style>'
    )


def box(fill, text=None, *, wide=1800000, high=900000, across=0, down=0, base="page", body=""):
    return (
        '<w:p><w:r><w:drawing><wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006'
        '/wordprocessingDrawing" behindDoc="1" simplePos="0"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="{base}"><wp:posOffset>{across}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="{base}"><wp:posOffset>{down}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{wide}" cy="{high}"/><wp:wrapNone/><wp:docPr id="1" name="框"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData'
        f' uri="{WPS}"><wps:wsp xmlns:wps="{WPS}"><wps:spPr>{fill}</wps:spPr><wps:txbx>'
        f"<w:txbxContent>{text or p('', run(WHITE))}</w:txbxContent></wps:txbx>"
        f"<wps:bodyPr>{body}</wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor>"
        "</w:drawing></w:r></w:p>"
    )


def old_box(style, *, shape="", text=None):
    return (
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" '
        f'style="{style}" {shape}><v:textbox><w:txbxContent>{text or p("")}</w:txbxContent>'
        "</v:textbox></v:shape></w:pict></w:r></w:p>"
    )


SOLID = '<a:solidFill><a:srgbClr val="1F3864"/></a:solidFill>'
A4 = '<w:pgSz w:w="11906" w:h="16838"/>'


def found(template):
    return [
        one.code
        for one in lint_template(template, NAMES)
        if one.severity is Severity.ERROR and one.code != "TEMPLATE-TWO-VERSIONS"
    ]


UNREADABLE = {
    # colour: of the run, near white, by the theme, pale, on its own shade, on its highlight
    "white": p("", run(WHITE)),
    "near white": p("", run('<w:color w:val="F2F2F2"/>')),
    "theme": p("", run('<w:color w:val="auto" w:themeColor="background1"/>')),
    "theme beside a dark value": p(
        "", run('<w:color w:val="000000" w:themeColor="background1" w:themeShade="F2"/>')
    ),
    "tint": p("", run('<w:color w:val="auto" w:themeColor="accent1" w:themeTint="19"/>')),
    "yellow": p("", run('<w:color w:val="FFFF00"/>')),
    "black on its black shade": p(
        "", run('<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>')
    ),
    "a solid pattern": p(
        "", run('<w:color w:val="FF0000"/><w:shd w:val="solid" w:color="FF0000"/>')
    ),
    "highlight": p("", run('<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>')),
    "no colour on a black highlight": p("", run('<w:highlight w:val="black"/>')),
    "dark in a dark paragraph": p(DARK, run('<w:color w:val="1F3864"/>')),
    "white in a light cell": table(
        p("", run(WHITE)), of_cell='<w:shd w:val="clear" w:fill="EEEEEE"/>'
    ),
    "white in a cell that takes its shade back": table(
        p("", run(WHITE)), of_table=DARK, of_cell='<w:shd w:val="clear" w:fill="auto"/>'
    ).replace('w:fill="auto"', 'w:fill="FFFFFF"'),
    "white letters of a newer kind": p(
        "",
        run(
            f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill>'
            "</w14:textFill>"
        ),
    ),
    "no letters at all": p("", run(f"<w14:textFill {W14}><w14:noFill/></w14:textFill>")),
    "letters that are seen through": p(
        "",
        run(
            f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha'
            ' w14:val="95000"/></w14:srgbClr></w14:solidFill></w14:textFill>'
        ),
    ),
    "white in a box without fill": box("<a:noFill/>"),
    "white in a white box": box('<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'),
    "white in an old box": old_box("width:90pt;height:40pt", text=p("", run(WHITE))),
    "one run of a split tag": p("", run("", "{{ pi"), run(WHITE, "n }}")),
    # too small, too narrow, heaped, out of the line, cut away
    "one point": p("", run('<w:sz w:val="2"/>')),
    "three and a half points": p("", run('<w:sz w:val="7"/>')),
    "one percent wide": p("", run('<w:w w:val="1"/>')),
    "one percent wide, with its sign": p("", run('<w:w w:val="1%"/>')),
    "heaped": p("", run('<w:spacing w:val="-200"/>')),
    "raised off the page": p("", run('<w:position w:val="3000"/>')),
    "lowered": p("", run('<w:position w:val="-400"/>')),
    "lines of one point": p('<w:spacing w:line="20" w:lineRule="exact"/>'),
    "lines without height": p('<w:spacing w:line="0" w:lineRule="exact"/>'),
    "negative lines": p('<w:spacing w:line="-20"/>'),
    "a tenth of a line": p('<w:spacing w:line="24" w:lineRule="auto"/>'),
    "high letters in low lines": p(
        '<w:spacing w:line="240" w:lineRule="exact"/>', run('<w:sz w:val="96"/>')
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read(name, made):
    assert found(made(UNREADABLE[name])) == ["TEMPLATE-UNREADABLE"]


READABLE = {
    "silver": p("", run('<w:color w:val="C0C0C0"/>')),
    "red": p("", run('<w:color w:val="FF0000"/>')),
    "no colour on a dark shade": p(DARK),
    "white on a dark shade of its own": p("", run(WHITE + DARK)),
    "white in a dark paragraph": p(DARK, run(WHITE)),
    "white in a dark cell": table(p("", run(WHITE)), of_cell=DARK),
    "white in a table in a dark cell": table(table(p("", run(WHITE))) + "<w:p/>", of_cell=DARK),
    "white on a dark highlight": p("", run(WHITE + '<w:highlight w:val="darkBlue"/>')),
    "black on yellow": p("", run('<w:highlight w:val="yellow"/>')),
    "white in a dark box": box(SOLID),
    "white in a dark old box": old_box(
        "width:90pt;height:40pt", shape='fillcolor="#1f3864 [1604]"', text=p("", run(WHITE))
    ),
    "white blanks": p("", run(WHITE, "  "), run("")),
    "a white tag that steers": p(
        "", run(WHITE, "{% if number %}"), run(""), run(WHITE, "{% endif %}")
    ),
    "four points": p("", run('<w:sz w:val="8"/>')),
    "a third as wide": p("", run('<w:w w:val="33"/>')),
    "a little closer": p("", run('<w:spacing w:val="-10"/>')),
    "exact lines that fit": p('<w:spacing w:line="400" w:lineRule="exact"/>'),
    "lines as high as need be": p('<w:spacing w:line="1" w:lineRule="atLeast"/>'),
    "nine tenths of a line": p('<w:spacing w:line="216" w:lineRule="auto"/>'),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read(name, made):
    assert found(made(READABLE[name])) == []


@pytest.mark.parametrize("kind", ["character", "paragraph", "table"])
@pytest.mark.parametrize("properties", [WHITE, '<w:sz w:val="2"/>', '<w:w w:val="5"/>'])
def test_by_a_style(kind, properties, made):
    bodies = {
        "character": p("", run('<w:rStyle w:val="密"/>')),
        "paragraph": p('<w:pStyle w:val="密"/>'),
        "table": table(p(""), of_table='<w:tblStyle w:val="密"/>'),
    }
    assert found(made(bodies[kind], styles=styled(kind, properties)))[:1] == ["TEMPLATE-UNREADABLE"]


def test_by_the_style_it_is_based_on_and_by_default(made, unzipped, rezipped):
    styles = styled("paragraph", WHITE) + (
        '<w:style w:type="paragraph" w:styleId="下"><w:basedOn w:val="密"/></w:style>'
    )
    assert found(made(p('<w:pStyle w:val="下"/>'), styles=styles)) == ["TEMPLATE-UNREADABLE"]
    template = made()
    sheet = unzipped(template)["word/styles.xml"].decode()
    by_default = sheet.replace("<w:rPrDefault><w:rPr>", f"<w:rPrDefault><w:rPr>{WHITE}", 1)
    assert found(rezipped(template, parts={"word/styles.xml": by_default})) == [
        "TEMPLATE-UNREADABLE"
    ]


HEADING = styled(
    "table",
    "",
    more='<w:tblStylePr w:type="firstRow"><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:tcPr>'
    f"{DARK}</w:tcPr></w:tblStylePr>",
)


@pytest.mark.parametrize(
    ("of_cell", "look", "codes"),
    [
        ("", "0020", []),
        ("", "0000", []),
        ('<w:shd w:val="clear" w:fill="FFFFFF"/>', "0020", ["TEMPLATE-UNREADABLE"]),
    ],
)
def test_the_heading_of_a_table_is_judged_with_its_shade(of_cell, look, codes, made):
    look = f'<w:tblStyle w:val="密"/><w:tblLook w:val="{look}"/>'
    body = table(p(""), of_cell=of_cell, of_table=look)
    assert found(made(body, styles=HEADING)) == codes


SQUARE = "<w:pict/>"
OFF_PAGE = {
    # indents, frames, boxes, tables, cells, rows
    "indent to the left": p('<w:ind w:left="-9000"/>'),
    "hanging off the page": p('<w:ind w:left="0" w:hanging="9000"/>'),
    "indent to the right": p('<w:ind w:left="12000"/>'),
    "no room between indents": p('<w:ind w:left="4000" w:right="8000"/>'),
    "indent out of a cell": table(p('<w:ind w:left="-5000"/>')),
    "frame above the page": p(
        '<w:framePr w:hAnchor="page" w:vAnchor="page" w:x="100" w:y="-3000"/>'
    ),
    "frame right of the page": p(
        '<w:framePr w:w="900" w:hAnchor="page" w:vAnchor="page" w:x="20000" w:y="100"/>'
    ),
    "frame of no height": p('<w:framePr w:h="20" w:hRule="exact" w:xAlign="left"/>'),
    "frame of no width": p('<w:framePr w:w="10" w:xAlign="left"/>'),
    "box below the page": box(SOLID, down=99999999),
    "box left of the page": box(SOLID, across=-9000000),
    "box left of the margin": box(SOLID, across=-9000000, base="margin"),
    "box of no height": box(SOLID, high=1000),
    "box of no width": box(SOLID, wide=1000),
    "old box off the page": old_box(
        "position:absolute;margin-left:-900pt;width:90pt;height:40pt;"
        "mso-position-horizontal-relative:page"
    ),
    "old box of no height": old_box("width:90pt;height:1pt"),
    "floating table": table(
        p(""), of_table='<w:tblpPr w:horzAnchor="page" w:vertAnchor="page" w:tblpX="30000"/>'
    ),
    "table left of the page": table(p(""), of_table='<w:tblInd w:w="-9000" w:type="dxa"/>'),
    "cell right of the page": table(p(""), before=20000),
    "cell of no width": table(p(""), of_cell='<w:tcW w:w="10" w:type="dxa"/>', grid=10),
    "row of no height": table(p(""), of_row='<w:trHeight w:val="20" w:hRule="exact"/>'),
    "row too low for its second line": table(
        p("") + p(""), of_row='<w:trHeight w:val="200" w:hRule="exact"/>'
    ),
}


@pytest.mark.parametrize("name", OFF_PAGE)
def test_what_lies_off_the_page(name, made):
    assert found(made(OFF_PAGE[name]))[:1] == ["TEMPLATE-OFF-PAGE"]


ON_PAGE = {
    "usual indents": p('<w:ind w:left="420" w:firstLine="420" w:right="-100"/>'),
    "hanging": p('<w:ind w:left="720" w:hanging="720"/>'),
    "frame on the page": p(
        '<w:framePr w:w="3000" w:hAnchor="page" w:vAnchor="page" w:x="1000" w:y="600"/>'
    ),
    "box on the page": box(SOLID, across=900000, down=900000),
    "box above its paragraph": box(SOLID, down=-300000, base="paragraph").replace(
        'positionH relativeFrom="paragraph"', 'positionH relativeFrom="column"'
    ),
    "low box that grows": box(SOLID, high=1000, body="<a:spAutoFit/>"),
    "row that is exact and fits": table(p(""), of_row='<w:trHeight w:val="400" w:hRule="exact"/>'),
    "low row that grows": table(p(""), of_row='<w:trHeight w:val="20" w:hRule="atLeast"/>'),
    "row of a loop": table(
        p("", run("", "{% if number %}{% endif %}")),
        of_row='<w:trHeight w:val="20" w:hRule="exact"/>',
    ),
}


@pytest.mark.parametrize("name", ON_PAGE)
def test_what_lies_on_the_page(name, made):
    assert found(made(ON_PAGE[name])) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('w:header="720"', 'w:header="-3000"'),
        ('w:footer="720"', 'w:footer="-3000"'),
        ('w:footer="720"', 'w:footer="20000"'),
        ('w:left="1800"', 'w:left="-5000"'),
        ('w:right="1800"', 'w:right="20000"'),
        ('w:top="1440"', 'w:top="16000"'),
        ("<w:cols", '<w:cols><w:col w:w="10"/></w:cols><w:cols'),
    ],
)
def test_margins(old, new, made, unzipped, rezipped):
    template = made()
    main = unzipped(template)["word/document.xml"].decode()
    assert old in main
    changed = rezipped(template, parts={"word/document.xml": main.replace(old, new, 1)})
    assert found(changed) == ["TEMPLATE-OFF-PAGE"]


PINS = {
    "white": ("", WHITE),
    "one point": ("", '<w:sz w:val="2"/>'),
    "no width": ("", '<w:w w:val="1"/>'),
    "cut away": ('<w:spacing w:line="20" w:lineRule="exact"/>', ""),
    "off the page": ('<w:ind w:left="-12000"/>', ""),
}


@pytest.mark.parametrize("name", PINS)
def test_a_pin_that_nobody_sees_does_not_say_what_a_page_is(name, unzipped, rezipped):
    template = read_desk(ROOT, DocumentNumber.parse("RXD7200-02")).template
    of_paragraph, of_run = PINS[name]
    edges = {
        part: content.decode()
        for part, content in unzipped(template).items()
        if part.startswith(("word/header", "word/footer")) and b"pin" in content
    }
    assert edges
    part, content = next(iter(edges.items()))
    end = content.rindex("</w:")
    pin = p(of_paragraph, run(of_run, "{{ pin }}"))
    changed = rezipped(template, parts={part: content[:end] + pin + content[end:]})
    (one,) = [
        one
        for one in lint_template(changed, NAMES)
        if one.code in {"TEMPLATE-UNREADABLE", "TEMPLATE-OFF-PAGE"}
    ]
    assert (one.severity, one.label) == (Severity.ERROR, "{{ pin }}")
    assert one.path.startswith(f"{part}#")
    assert one.remedy.text(Language.ZH).startswith("请")


def test_a_picture_in_front_of_the_text_is_told_and_refused_beside_the_pin(made, rezipped, docx):
    front = box(SOLID, p("", run(WHITE))).replace('behindDoc="1"', 'behindDoc="0"')
    (told,) = lint_template(made(front), NAMES)
    assert (told.code, told.severity) == ("TEMPLATE-IN-FRONT", Severity.WARNING)
    ruled = front.replace("<wps:spPr>", '<wps:spPr><a:prstGeom prst="line"/>')
    assert lint_template(made(ruled), NAMES) == []
    template = docx("甲", footer="{{ pin }}")
    with_front = front.replace("<w:p>", f'<w:p xmlns:w="{W}">', 1)
    footer = f'<w:ftr xmlns:w="{W}">{with_front}</w:ftr>'
    assert found(rezipped(template, parts={"word/footer1.xml": footer})) == ["TEMPLATE-IN-FRONT"]


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@given(COLOURS, COLOURS)
def test_contrast_is_that_of_two_colours_whichever_comes_first(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21
    assert contrast(one, one) == 1


@given(st.floats(0, 1))
def test_no_grey_is_lost_both_on_paper_and_on_ink(share):
    grey = mixed(INK, PAPER, share)
    assert max(contrast(grey, PAPER), contrast(grey, INK)) >= LEAST_CONTRAST
