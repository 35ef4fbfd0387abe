"""What is not given to a program of this machine."""

import io
import zipfile

import pytest
from typefaces import written

from rmdocs.pdf.engine import unsafe

RELATION = (
    '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006'
    '/relationships/image" Target="https://example.invalid/a.png" TargetMode="External"/>'
)
FIELD = '<w:fldSimple w:instr=" DATE "><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'


def changed(**changes):
    """Return a document with a part added or its text replaced once."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written("甲方"))) as whole,
        zipfile.ZipFile(buffer, "w") as archive,
    ):
        for name in whole.namelist():
            content = whole.read(name).decode("utf-8", "surrogateescape")
            for old, new in changes.get(name.split("/")[-1].replace(".", "_"), ()):
                content = content.replace(old, new, 1)
            archive.writestr(name, content.encode("utf-8", "surrogateescape"))
        for name in changes.get("added", ()):
            archive.writestr(name, b"x")
    return buffer.getvalue()


def test_a_plain_document_is_safe():
    assert unsafe("d", changed()) == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (changed(added=["word/vbaProject.bin"]), "TEMPLATE-MACRO"),
        (changed(added=["word/embeddings/a.bin"]), "TEMPLATE-EMBEDDED"),
        (
            changed(document_xml_rels=[("</Relationships>", f"{RELATION}</Relationships>")]),
            "TEMPLATE-EXTERNAL",
        ),
        (changed(document_xml=[("</w:p>", FIELD)]), "TEMPLATE-FIELD"),
        (b"", "TEMPLATE-NOT-DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TEMPLATE-ENCRYPTED"),
    ],
)
def test_what_a_document_must_not_carry(document, code):
    [finding] = unsafe("d", document)
    assert (finding.code, finding.severity, finding.path[:2]) == (code, "error", "d#")
