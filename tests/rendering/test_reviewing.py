"""A copy without comments and with all changes accepted: what is left passes the check."""

import pytest

from rmdocs.rendering.compiled import printed_text
from rmdocs.rendering.lint import lint_template, without_review

NAMES = frozenset({"number"})
BY = 'w:id="9" w:author="王样例" w:date="2026-01-01T00:00:00Z"'
RUN = "<w:r><w:t>{}</w:t></w:r>"
CELL = "<w:tc>{}<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
TABLE = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{}</w:tbl>"
CHANGES = {
    "inserted": (f"<w:p><w:ins {BY}>{RUN.format('新')}</w:ins></w:p>", "新"),
    "deleted": (
        f"<w:p>{RUN.format('留')}<w:del {BY}><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>",
        "留",
    ),
    "moved": (
        (
            f'<w:p><w:moveFromRangeStart {BY} w:name="m"/><w:moveFrom {BY}>{RUN.format("搬")}'
            f'</w:moveFrom><w:moveFromRangeEnd w:id="9"/></w:p>'
            f"<w:p><w:moveTo {BY}>{RUN.format('搬')}</w:moveTo></w:p>"
        ),
        "搬",
    ),
    "formatted": (
        (
            f"<w:p><w:pPr><w:pPrChange {BY}><w:pPr/></w:pPrChange></w:pPr><w:r><w:rPr><w:b/>"
            f"<w:rPrChange {BY}><w:rPr/></w:rPrChange></w:rPr><w:t>粗</w:t></w:r></w:p>"
        ),
        "粗",
    ),
    "joined": (
        (
            f"<w:p><w:pPr><w:rPr><w:del {BY}/></w:rPr></w:pPr>{RUN.format('前')}</w:p>"
            f"<w:p>{RUN.format('后')}</w:p>"
        ),
        "前后",
    ),
    "row": (
        TABLE.format(
            f"<w:tr><w:trPr><w:del {BY}/></w:trPr>{CELL.format('', '旧行')}</w:tr>"
            f"<w:tr><w:trPr><w:ins {BY}/></w:trPr>{CELL.format('', '新行')}</w:tr>"
        ),
        "新行",
    ),
    "cell": (
        TABLE.format(
            f"<w:tr>{CELL.format(f'<w:tcPr><w:cellDel {BY}/></w:tcPr>', '旧格')}"
            f"{CELL.format(f'<w:tcPr><w:cellIns {BY}/></w:tcPr>', '新格')}</w:tr>"
        ),
        "新格",
    ),
    "comment": (
        (
            f'<w:p><w:commentRangeStart w:id="1"/>{RUN.format("批")}<w:commentRangeEnd w:id="1"/>'
            '<w:r><w:commentReference w:id="1"/></w:r></w:p>'
        ),
        "批",
    ),
}
RELATION = (
    '<Relationship Id="x1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/comments" Target="comments.xml"/></Relationships>'
)
COMMENTS = (
    '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:comment w:id="1" w:author="王样例"><w:p/></w:comment></w:comments>'
)


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_left_is_what_was_meant(name, docx, unzipped, rezipped):
    body, left = CHANGES[name]
    template = docx("甲 {{ number }}")
    found = {one: data.decode() for one, data in unzipped(template).items() if ".xml" in one}
    parts = {
        "word/document.xml": found["word/document.xml"].replace("<w:sectPr", f"{body}<w:sectPr", 1),
        "word/settings.xml": found["word/settings.xml"].replace(
            "</w:settings>", "<w:trackRevisions/></w:settings>"
        ),
        "word/comments.xml": COMMENTS,
        "word/_rels/document.xml.rels": found["word/_rels/document.xml.rels"].replace(
            "</Relationships>", RELATION
        ),
        "[Content_Types].xml": found["[Content_Types].xml"].replace(
            "</Types>",
            '<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.comments+xml"/></Types>',
        ),
    }
    reviewed = rezipped(template, parts=parts)
    assert {one.code for one in lint_template(reviewed, NAMES)} <= {
        "TEMPLATE-TRACKED",
        "TEMPLATE-COMMENT",
    }
    done = without_review(reviewed)
    assert lint_template(done, NAMES) == []
    assert printed_text(done).split() == ["甲", "{{", "number", "}}", left]
    assert "word/comments.xml" not in unzipped(done)
    assert without_review(done) == done
