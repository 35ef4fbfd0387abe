"""References between documents, resolved on a day, and those that dangle."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from bank import NEW_YEAR, Bank
from notices import EFFECTIVE, FORM, release
from papers import (
    APPROVER,
    EXTERNAL,
    NUMBER,
    PROCEDURE,
    ROOT,
    change_manifest,
    release_document,
    small,
)

from rmdocs.beginning import begin
from rmdocs.findings import Severity
from rmdocs.forms.desk import desk_numbers
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Language
from rmdocs.registers.released import DocumentRegister, References, citations
from rmdocs.workspace import revising

TODAY = date(2026, 6, 1)
BEFORE = EFFECTIVE - timedelta(1)
FORMS = [DocumentNumber(f"RXD7200-0{n}") for n in (1, 2, 3, 4)]


def references(bank, on=TODAY, expected=()):
    workspace = bank.at()
    documents = DocumentRegister(workspace.registry.control)
    return References(workspace.registry.forms, documents, on, expected)


def annexes(bank, on):
    found = references(bank, on).annexes(NUMBER)
    return [(released.release.number, released.release.revision) for released in found]


def concerned(bank, day, target):
    """Return what refers to a document on a day."""
    found = references(bank, day).all().resolved
    return [one for one in found if one.citation.target == target]


def citing(target):
    """Return a document that cites one number, in one clause."""
    return small(('"EXT-001"', f'"{target}"'))[0]


def test_every_built_in_reference_resolves(shared_bank):
    found = references(shared_bank)
    told = found.all()
    assert told.findings == ()
    documents = DocumentRegister(shared_bank.at().registry.control)
    cited = [
        citation
        for number in documents.numbers()
        for citation in citations(documents.document(number, TODAY))
    ]
    assert [one.citation for one in told.resolved[: len(cited)]] == cited
    parents = told.resolved[len(cited) :]
    assert [one.citation.source for one in parents] == desk_numbers(shared_bank.root)
    assert {one.release.number for one in parents} == {NUMBER}
    for one in told.resolved:
        assert one.release == found.in_force(one.citation.target)


def test_a_citation_says_where_it_stands(shared_bank):
    document = DocumentRegister(shared_bank.at().registry.control).document(NUMBER, TODAY)
    first, *_ = citations(document)
    assert first.place == "documents/IXD7200-01/document.toml:references[0]"
    assert (first.target, first.clause) == (EXTERNAL, "§3")
    child = small(('kind = "', 'parent = "QMM-CCBSD"\nkind = "'))[0]
    parent, other = citations(child)
    assert parent.place == "documents/PXD7201/document.toml:document.parent"
    assert (parent.target, other.target) == (
        DocumentNumber("QMM-CCBSD"),
        DocumentNumber("EXT-001"),
    )


def test_a_reference_to_nothing(shared_bank):
    told = references(shared_bank).of(citing("PXD9999"))
    [finding] = told.findings
    assert told.resolved == ()
    assert finding.code == "REFERENCE-DANGLING"
    assert finding.severity is Severity.ERROR
    assert finding.path == "documents/PXD7201/document.toml:references[0]"
    assert finding.message.text(Language.EN) == "PXD9999 is in no register"
    assert finding.label == "§1"


def test_a_reference_to_what_lies_on_the_desk_only_warns(shared_bank):
    expected = {DocumentNumber("PXD9999")}
    [finding] = references(shared_bank, TODAY, expected).of(citing("PXD9999")).findings
    assert finding.severity is Severity.WARNING
    assert "on the desk" in finding.remedy.text(Language.EN)


def test_a_reference_to_what_is_not_in_force_yet(shared_bank):
    document = citing("EXT-010")
    [finding] = references(shared_bank, date(2023, 11, 30)).of(document).findings
    assert finding.message.text(Language.EN) == (
        "no revision of EXT-010 is in force on 2023-11-30: 1.0 begins on 2023-12-01"
    )
    [resolved] = references(shared_bank, date(2023, 12, 1)).of(document).resolved
    assert resolved.release.revision == Revision(major=1, minor=0)


def test_a_withdrawal_leaves_references_dangling(bank):
    [cited] = concerned(bank, TODAY, EXTERNAL)
    assert (cited.citation.source, cited.citation.clause) == (NUMBER, "§3")
    revising.withdraw(bank.at(APPROVER, TODAY), EXTERNAL, None, EFFECTIVE, "已被取代")
    assert references(bank, BEFORE).all().findings == ()
    [finding] = references(bank, EFFECTIVE).all().findings
    assert finding.code == "REFERENCE-DANGLING"
    assert finding.path == "documents/IXD7200-01/document.toml:references[0]"
    assert "EXT-006 was withdrawn on" in finding.message.text(Language.EN)


def test_a_form_whose_document_was_withdrawn(bank):
    revising.withdraw(bank.at(APPROVER, TODAY), NUMBER, None, TODAY, "停用")
    findings = references(bank, TODAY).all().findings
    assert [finding.path for finding in findings] == [
        f"forms/{number}/form.toml:form.parent" for number in FORMS
    ]


def test_references_follow_the_revision_of_the_citing_document(bank):
    purpose = (
        'purpose = { zh = "采用其定义和缩写", en = "Its definitions and abbreviations are used" }'
    )
    row = f'[[references]]\nnumber = "EXT-009"\nclause = "§3"\n{purpose}\n\n[review]'
    change_manifest(bank, (r"\[review\]", row))
    release_document(bank, EFFECTIVE)
    cited = DocumentNumber("EXT-009")
    assert concerned(bank, BEFORE, cited) == []
    [one] = concerned(bank, EFFECTIVE, cited)
    assert one.citation.source == NUMBER


def test_references_mean_the_revision_in_force(bank):
    release_document(bank, EFFECTIVE, PROCEDURE)
    for day, revision in (
        (BEFORE, Revision(major=1, minor=0)),
        (EFFECTIVE, Revision(major=1, minor=1)),
    ):
        found = concerned(bank, day, PROCEDURE)
        assert [one.citation.clause for one in found] == ["§6.3.7", "§6.3.8", "§6.3.9", "§8.2"]
        assert {one.release.revision for one in found} == {revision}


def test_annexes_follow_the_revisions_of_the_forms(bank):
    assert annexes(bank, BEFORE) == [(number, Revision(major=1, minor=0)) for number in FORMS]
    release(bank)
    assert annexes(bank, BEFORE) == [(number, Revision(major=1, minor=0)) for number in FORMS]
    assert annexes(bank, EFFECTIVE) == [
        (number, Revision(major=1, minor=1) if number == FORM else Revision(major=1, minor=0))
        for number in FORMS
    ]


def test_a_withdrawn_form_is_no_annex(bank):
    revising.withdraw(bank.at(APPROVER, TODAY), FORMS[1], None, EFFECTIVE, "停用")
    assert [number for number, _ in annexes(bank, EFFECTIVE)] == [FORMS[0], *FORMS[2:]]
    assert [number for number, _ in annexes(bank, BEFORE)] == FORMS


@pytest.fixture(scope="module")
def muddled(place):
    """A workspace where two forms are 附录二, and one is annex 10."""
    desk = place / "muddled" / "desk"
    shutil.copytree(ROOT / "schemas", desk / "schemas")
    shutil.copytree(ROOT / "documents", desk / "documents")
    names = {1: ("附录十", "Annex 10"), 2: ("附录二", "Annex 2"), 3: ("附录二", "Annex 2")}
    for number, (zh, en) in names.items():
        form = Path("forms") / f"RXD7200-0{number}"
        shutil.copytree(ROOT / form, desk / form)
        path = desk / form / "form.toml"
        lines = [
            f'annex = {{ zh = "{zh}", en = "{en}" }}' if line.startswith("annex = ") else line
            for line in path.read_text("utf-8").splitlines()
        ]
        path.write_text("\n".join(lines) + "\n", "utf-8")
    begin(place / "muddled" / "bank", sample=True, now=NEW_YEAR, desk=desk)
    return Bank(place / "muddled" / "bank")


def test_two_forms_with_one_annex(muddled):
    found = [one for one in references(muddled).all().findings if one.code == "ANNEX-DUPLICATE"]
    assert [finding.path for finding in found] == [
        f"forms/RXD7200-0{number}/form.toml:form.annex" for number in (2, 3)
    ]
    assert "IXD7200-01 has more than one Annex 2" in found[0].message.text(Language.EN)


def test_annexes_are_in_the_order_of_their_numbers(muddled):
    found = references(muddled).annexes(NUMBER)
    assert [released.release.number for released in found] == [FORMS[1], FORMS[2], FORMS[0]]


def test_a_form_that_nobody_knows_is_taken_for_one_of_personal_data(founded_personal):
    """What may leave this machine is asked of it: when in doubt, nothing does."""
    forms = Bank(founded_personal).at().registry.forms
    assert not forms.must_be_destroyable(DocumentNumber("RXD7200-02"))
    assert forms.must_be_destroyable(DocumentNumber("RXD7200-05"))
    assert forms.must_be_destroyable(DocumentNumber("RXD9999-99"))
