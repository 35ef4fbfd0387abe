"""What document.toml says, and every way in which it can be wrong."""

from __future__ import annotations

from datetime import date

import pytest
from papers import MANIFEST, ROOT, manifest, small

from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.forms.desk import desk_documents, read_document
from rmdocs.forms.document import DocumentFiles, Origin, Reference, load_document, understand
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Language

BUILT_IN = desk_documents(ROOT)
NUMBER = ('number = "PXD7201"', 'number = "EXT-005"')
KEPT = 'kept = { zh = "档案室", en = "Archive" }'
PUBLISHED = ('kind = "internal"', 'kind = "external"\npublisher = { zh = "总行", en = "HQ" }')
EXTERNAL = (
    ('number = "PXD7201"', 'number = "EXT-009"'),
    PUBLISHED,
    ('prepared = "甲"\nreviewed = "乙"\napproved = "丙"\n', 'designation = "GB 1"\n'),
)


def found(data, body=None):
    """Return code and place of everything found wrong."""
    findings = understand(DocumentFiles(manifest=data, body=body))[1]
    assert all(finding.message.text(Language.EN) for finding in findings)
    return [(finding.code, finding.path.removeprefix("document.toml:")) for finding in findings]


@pytest.mark.parametrize("number", BUILT_IN, ids=str)
def test_every_built_in_document_is_right(number):
    document, findings = understand(read_document(ROOT, number))
    assert document is not None
    assert document.number == number
    assert not has_errors(findings)


def test_what_is_built_in():
    documents = {number: load_document(read_document(ROOT, number)) for number in BUILT_IN}
    external = [str(n) for n, document in documents.items() if document.kind is Origin.EXTERNAL]
    assert external == [f"EXT-{n:03d}" for n in range(1, 11)]
    rules = documents[DocumentNumber("IXD7200-01")]
    assert rules.signatures == ("林拥旗", "李庆", "王玉成")
    assert rules.effective == date(2004, 6, 8)
    assert {reference.number for reference in rules.references} <= {
        *documents,
        *(DocumentNumber(f"RXD7200-0{n}") for n in range(1, 5)),
    }
    with_text = [str(number) for number, document in documents.items() if document.file]
    assert with_text == ["IXD7200-01"]


def test_a_small_document():
    document, _ = small()
    assert document.kind is Origin.INTERNAL
    assert document.signatures == ("甲", "乙", "丙")
    assert document.kept == Bilingual(zh="档案室", en="Archive")
    assert document.publisher is None
    assert document.references == (
        Reference(
            number=DocumentNumber("EXT-001"), clause="§1", purpose=Bilingual(zh="依据", en="Basis")
        ),
    )
    assert (document.pending, document.review_months, document.parent) == ((), None, None)


def test_an_external_document_needs_no_names_but_a_publisher():
    document, _ = small(*EXTERNAL)
    assert document.kind is Origin.EXTERNAL
    assert (document.designation, document.publisher) == ("GB 1", Bilingual(zh="总行", en="HQ"))
    assert document.signatures == ("", "", "")
    publisher = ('\npublisher = { zh = "总行", en = "HQ" }', "")
    assert found(manifest(*EXTERNAL, publisher)) == [("DOCUMENT-MISSING", "document.publisher")]


def test_names_may_be_pending():
    unsigned = ('prepared = "甲"\nreviewed = "乙"\napproved = "丙"\n', "")
    assert found(manifest(unsigned)) == [
        ("DOCUMENT-MISSING", f"document.{place}") for place in ("prepared", "reviewed", "approved")
    ]
    pending = (
        "[[references]]",
        '[pending]\nitems = [{ zh = "待核定", en = "Open" }]\n\n[[references]]',
    )
    document, _ = small(unsigned, pending)
    assert document.pending == (Bilingual(zh="待核定", en="Open"),)


MISTAKES = {
    "not TOML": ((("[document]", "[document"),), ("DOCUMENT-", "")),
    "external number, internal kind": ((NUMBER,), ("DOCUMENT-NUMBER", "document.number")),
    "external kind, internal number": ((PUBLISHED,), ("DOCUMENT-NUMBER", "document.number")),
    "one person twice": ((('"丙"', '"甲"'),), ("DOCUMENT-THREE", "document")),
    "no row": ((('0"\ndate', '1"\ndate'),), ("DOCUMENT-HISTORY", "history")),
    "its own parent": (
        (('kind = "', 'parent = "PXD7201"\nkind = "'),),
        ("DOCUMENT-PARENT", "document.parent"),
    ),
    "itself": ((('"EXT-001"', '"PXD7201"'),), ("DOCUMENT-REFERENCE", "references[0].number")),
    "no clause": ((('clause = "§1"\n', ""),), ("DOCUMENT-MISSING", "references[0].clause")),
    "an odd kind": ((("internal", "other"),), ("DOCUMENT-CHOICE", "document.kind")),
    "another file": (((KEPT, 'file = "a.doc"'),), ("DOCUMENT-CHOICE", "document.file")),
    "no place": (((KEPT, ""),), ("DOCUMENT-MISSING", "document.kept")),
    "no body": (((KEPT, 'file = "body.docx"'),), ("DOCUMENT-FILE", "body.docx")),
    "a number of no scheme": ((('"EXT-001"', '"X1"'),), ("DOCUMENT-VALUE", "references[0].number")),
    "an unknown key": (
        (('kind = "', 'knd = "x"\nkind = "'),),
        ("DOCUMENT-UNKNOWN", "document.knd"),
    ),
    "never reviewed": (
        (("[[references]]", "[review]\nmonths = 0\n[[references]]"),),
        ("DOCUMENT-VALUE", "review.months"),
    ),
    "a date in quotes": (
        (("effective = 2020-01-01", 'effective = "2020-01-01"'),),
        ("DOCUMENT-TYPE", "document.effective"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found(name):
    changes, (code, place) = MISTAKES[name]
    [(told, where)] = found(manifest(*changes))
    assert told.startswith(code)
    assert where.startswith(place)


def test_mistakes_are_told_together():
    wrong = manifest(('"丙"', '""'), ("internal", "other"), ('"§1"', "1"), ('"EXT-001"', '"X"'))
    assert found(wrong) == [
        ("DOCUMENT-CHOICE", "document.kind"),
        ("DOCUMENT-TYPE", "references[0].clause"),
        ("DOCUMENT-VALUE", "references[0].number"),
    ]
    row = (
        '[[references]]\nnumber = "EXT-001"\nclause = "§1"\npurpose = { zh = "又", en = "Again" }\n'
    )
    twice = manifest(
        (NUMBER[0], 'number = "EXT-001"'),
        ('"丙"', '"甲"'),
        ("[[references]]", f"{row}[[references]]"),
    )
    assert found(twice, b"body") == [
        ("DOCUMENT-NUMBER", "document.number"),
        ("DOCUMENT-THREE", "document"),
        ("DOCUMENT-REFERENCE", "references[0].number"),
        ("DOCUMENT-DUPLICATE", "references[0]"),
        ("DOCUMENT-REFERENCE", "references[1].number"),
        ("DOCUMENT-FILE", "document.file"),
    ]


def test_rows_out_of_order():
    row = '[[history]]\nrevision = "1.1"\ndate = 2021-01-01\nchange = { zh = "改", en = "x" }\n\n'
    assert found(manifest(("[[history]]", f"{row}[[history]]"))) == [
        ("DOCUMENT-HISTORY", "history")
    ]


def test_loading_refuses_with_all_findings():
    with pytest.raises(FindingsError) as refusal:
        load_document(DocumentFiles(manifest=manifest(('"丙"', '"甲"'), NUMBER)))
    codes = {finding.code for finding in refusal.value.findings}
    assert {"DOCUMENT-THREE", "DOCUMENT-NUMBER"} <= codes
    assert refusal.value.exit_code == 1


def test_an_empty_manifest_has_every_mistake():
    assert len(found(b"")) == 1
    names = {place for _, place in found(b"[document]\n")}
    assert {f"document.{name}" for name in ("number", "revision", "kind", "title")} <= names


def test_revisions_are_read():
    document, _ = small(('revision = "1.0"', 'revision = "2.3"'))
    assert document.revision == document.history[0].revision == Revision(major=2, minor=3)
    assert MANIFEST.count("1.0") == 2
