"""Copies given out: numbers, marks, holders, swapped and lost ones, and who may."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from bank import refused_for
from blankfile import Document
from custody import AUDITOR, DOCUMENT, HOLDER, LATER, OFFICER, OUTSIDE, TODAY, TOMORROW
from pypdf import PdfReader, PdfWriter

from rmdocs.copies.issuance import (
    CopyPrinting,
    Exemplar,
    control_text,
    issue_copy,
    outside_holder,
    print_exemplar,
)
from rmdocs.errors import ControlError, FindingsError, MissingProgramError, UsageError
from rmdocs.events.copies import Holder
from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
from rmdocs.issuing.editions import blank_document
from rmdocs.registers.copies import CopyRegister, CopyStatus
from rmdocs.registers.revisions import Release
from rmdocs.rendering.compiled import printed_text
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import copies


def text_of(custody, copy, exemplar=None):
    register = CopyRegister(head=custody.bank.at().registry.control)
    return printed_text(register.document(register.get(copy.number), exemplar))


def test_the_copy_is_the_blank_of_the_revision_in_force_with_its_mark(custody):
    copy = custody.issue()
    assert str(copy.number) == "RXD7200-04-C0001"
    assert (str(copy.terms.revision), copy.terms.issued_on) == ("1.0", TODAY)
    printed = text_of(custody, copy)
    for said in ("受控文件", "受控号 RXD7200-04-C0001", "持有人 王样例（JN01-0101）", "版本 1.0"):
        assert said in printed
    registry = custody.bank.at().registry
    blank = printed_text(blank_document(registry, registry.form_in_force(DOCUMENT, TODAY)))
    assert [line for line in blank.split("\n") if line not in printed] == []
    event = copy.events[0]
    assert event.facts["digest"] == registry.forms.in_force(DOCUMENT, TODAY).digest
    assert event.actor.staff_no == OFFICER
    assert "Issue copy RXD7200-04-C0001" in custody.bank.commits()[0].subject_line
    assert custody.bank.codes() == set()


def test_numbers_follow_each_other_by_document_without_gaps(custody):
    numbers = [str(custody.issue().number) for _ in range(2)]
    numbers.append(str(custody.issue(document=DocumentNumber("RXD7200-01")).number))
    lost = copies.lose(custody.by(), CopyNumber.parse(numbers[0]), "丢失")
    numbers += [str(lost.replacement.number), str(custody.issue().number)]
    assert numbers == [
        "RXD7200-04-C0001",
        "RXD7200-04-C0002",
        "RXD7200-01-C0001",
        "RXD7200-04-C0003",
        "RXD7200-04-C0004",
    ]


def test_a_refused_issue_burns_no_number(custody):
    def broken(_release, _number):
        raise FindingsError(())

    acting = custody.bank.at(OFFICER, TODAY).acting()
    store = custody.bank.at().store
    with refused_for():
        issue_copy(store, DOCUMENT, StaffNumber.parse(HOLDER), broken, acting)
    assert custody.issue().number.serial == 1


def test_the_document_is_made_for_the_revision_in_force_under_the_lock(revised):
    seen = []

    def source(release, _number):
        seen.append(release)
        registry = revised.bank.at().registry
        return blank_document(registry, registry.forms.load(release))

    for day, revision in ((TODAY, "1.0"), (TOMORROW, "1.1")):
        acting = revised.bank.at(OFFICER, day).acting()
        store = revised.bank.at().store
        copy = issue_copy(store, DOCUMENT, outside_holder(OUTSIDE), source, acting)
        assert str(copy.terms.revision) == str(seen[-1].revision) == revision
        assert f"版本 {revision}" in text_of(revised, copy)


def test_a_workspace_opened_before_a_release_gives_out_the_new_revision(custody):
    early = custody.by(day=TOMORROW)
    custody.revise(TOMORROW)
    copy = copies.issue(early, DOCUMENT, outside=OUTSIDE)
    assert str(copy.terms.revision) == "1.1"
    assert "版本 1.1" in text_of(custody, copy)


def test_a_document_is_given_out_as_its_edition_with_the_number_on_its_cover(custody):
    copy = custody.issue(document=DocumentNumber("IXD7200-01"))
    printed = text_of(custody, copy)
    assert "受控号：\xa0IXD7200-01-C0001" in printed
    assert "持有人 王样例（JN01-0101）" in printed
    assert "信贷业务到期通知书" in printed


def test_a_document_that_is_kept_elsewhere_is_not_given_out(custody):
    with pytest.raises(ControlError, match="PXD7201 has no text here"):
        custody.issue(document=DocumentNumber("PXD7201"))
    assert list(CopyRegister(head=custody.bank.at().registry.control).all()) == []


@pytest.mark.parametrize("who", [AUDITOR, HOLDER, "SD00-0001", "JN01-0002"])
@pytest.mark.parametrize("act", ["issue", "recall", "return_", "replace", "lose"])
def test_only_who_the_policy_names(who, act, given):
    number = CopyNumber(document=DOCUMENT, serial=2)
    group = given.by(who)
    calls = {
        "issue": lambda: copies.issue(group, DOCUMENT, outside=OUTSIDE),
        "return_": lambda: copies.return_(group, number),
    }
    call = calls.get(act) or (lambda: getattr(copies, act)(group, number, "原因"))
    before = given.bank.refs()
    with pytest.raises(ControlError, match=f"{who}.*it takes the role records officer"):
        call()
    assert given.bank.refs() == before


def test_nobody_and_another_s_key_are_refused(custody):
    with pytest.raises(UsageError):
        copies.issue(custody.by(None), DOCUMENT, outside=OUTSIDE)
    keys = custody.bank.root / "keys"
    (keys / f"{OFFICER}.key").write_bytes((keys / f"{HOLDER}.key").read_bytes())
    with pytest.raises(ControlError, match="is not one of"):
        custody.issue()


@pytest.mark.parametrize(
    ("document", "day", "reason"),
    [
        ("RXD7200-04", date(2001, 1, 1), "no revision of RXD7200-04 is in force"),
        ("RXD7200-99", TODAY, "there is no form RXD7200-99"),
    ],
)
def test_nothing_in_force_nothing_issued(document, day, reason, given):
    acting = given.bank.at(OFFICER, TODAY).acting()
    early = replace(acting, today=day)
    with pytest.raises(ControlError, match=reason):
        issue_copy(
            given.bank.at().store,
            DocumentNumber(document),
            outside_holder(OUTSIDE),
            lambda _release, _number: b"",
            early,
        )


def test_a_withdrawn_document_is_not_issued(custody):
    custody.withdraw(TODAY)
    with pytest.raises(ControlError, match="withdrawn"):
        custody.issue()


def test_a_holder_must_be_known_or_have_a_name_that_prints(given):
    with pytest.raises(ControlError, match="JN01-0999"):
        copies.issue(given.by(), DOCUMENT, staff=StaffNumber.parse("JN01-0999"))
    for wrong in ("长" * 61, " "):
        with pytest.raises(UsageError, match="name"):
            outside_holder(wrong)
    with refused_for("TEXT-UNPRINTABLE"):
        outside_holder("a\x07b")
    assert outside_holder(" 甲\n 乙 ").name == "甲 乙"


def test_a_copy_has_one_holder(given):
    for holders in ({}, {"staff": StaffNumber.parse(HOLDER), "outside": OUTSIDE}):
        with pytest.raises(UsageError):
            copies.issue(given.by(), DOCUMENT, **holders)


def test_an_outside_holder_stands_on_the_page(custody):
    assert f"持有人 {OUTSIDE}" in text_of(custody, custody.issue(outside=OUTSIDE))


def test_a_damaged_copy_is_swapped_under_its_number_and_signed_for_again(custody):
    number = custody.in_status(CopyStatus.HELD).number
    copy = copies.replace(custody.by(), number, "茶水浸湿", destroyed=True)
    assert (copy.number, copy.exemplar, copy.status) == (number, 2, CopyStatus.ISSUED)
    assert copy.signed_for is None
    assert copy.events[-1].facts["destroyed"] is True
    assert copy.events[-1].reason == "茶水浸湿"
    assert "受控号 RXD7200-04-C0001（第2份）" in text_of(custody, copy)
    assert "第2份" not in text_of(custody, copy, 1)
    again = copies.acknowledge(custody.by(HOLDER), number)
    assert again.signed_for.exemplar == 2
    assert custody.bank.codes() == set()


def test_a_copy_of_a_superseded_revision_is_not_swapped(revised):
    number = revised.issue().number
    with pytest.raises(ControlError, match=r"RXD7200-04 1\.0, which is superseded"):
        copies.replace(revised.by(day=LATER), number, "破损")
    assert copies.replace(revised.by(day=TODAY), number, "破损").exemplar == 2


def test_a_lost_copy_and_the_new_one_name_each_other(revised):
    number = revised.in_status(CopyStatus.HELD).number
    before = revised.bank.refs()[CONTROL_REF]
    done = copies.lose(revised.by(day=LATER), number, "出差途中遗失")
    assert done.lost.status is CopyStatus.LOST
    assert (
        done.lost.replaced_by == done.replacement.number == CopyNumber(document=DOCUMENT, serial=2)
    )
    assert done.replacement.terms.replaces == number
    assert done.replacement.holder == done.lost.holder
    assert str(done.replacement.terms.revision) == "1.1"
    assert done.lost.events[-1].index + 1 == done.replacement.events[0].index
    assert revised.bank.commits()[1].oid == before
    assert revised.bank.codes() == set()


@pytest.mark.parametrize("why", ["recalled", "withdrawn"])
def test_no_copy_in_place_of_one_recalled_or_of_a_withdrawn_document(why, custody):
    status = CopyStatus.RECALLED if why == "recalled" else CopyStatus.HELD
    number = custody.in_status(status).number
    if why == "withdrawn":
        custody.withdraw(TODAY)
    done = copies.lose(custody.by(), number, "找不到")
    assert (done.lost.status, done.replacement) == (CopyStatus.LOST, None)
    assert done.lost.replaced_by is None


@pytest.mark.parametrize("act", ["recall", "replace", "lose"])
def test_a_reason_must_be_given(act, given):
    with pytest.raises(ControlError, match="reason"):
        getattr(copies, act)(given.by(), CopyNumber(document=DOCUMENT, serial=2), "  ")


@pytest.mark.parametrize("act", ["acknowledge", "recall", "return", "replace", "lose"])
def test_a_copy_that_was_never_issued(act, given):
    with pytest.raises(ControlError, match="there is no controlled copy RXD7200-04-C0999"):
        given.do(act, CopyNumber(document=DOCUMENT, serial=999))


def test_the_stamped_document_is_handed_out_byte_for_byte(custody):
    copy = custody.issue()
    made = copies.export(custody.by(), copy.number)
    assert made.name == "RXD7200-04-C0001-1.docx"
    control = custody.bank.at().store.require_head(CONTROL_REF)
    assert control.read(f"copies/{copy.number}/exemplars/1/{made.name}") == made.data
    with pytest.raises(ControlError, match="exemplar 2"):
        copies.export(custody.by(), copy.number, 2)


def test_copies_issued_at_once_get_numbers_of_their_own(custody):
    def issue(name):
        return custody.issue(outside=name).number.serial

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(issue, "甲乙丙丁")) == [1, 2, 3, 4]
    assert custody.bank.codes() == set()


NUMBER = CopyNumber(document=DocumentNumber("RXD7200-04"), serial=1)
INSIDE = Holder(name="王样例", staff_no=StaffNumber.parse(HOLDER))


@dataclass(frozen=True)
class Blank:
    """An engine that makes two blank pages of anything."""

    name: str = "blank"
    version: str = "1"
    formal: bool = True

    def convert(self, documents):
        writer, written = PdfWriter(), io.BytesIO()
        for _ in range(2):
            writer.add_blank_page(595, 842)
        writer.write(written)
        return dict.fromkeys(documents, written.getvalue())


PRESS = CopyPrinting(
    engine=Blank(),
    title="到期通知书",
    organisation="样例银行",
    moment=datetime(2026, 6, 1, 9, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def release(shared_bank) -> Release:
    return shared_bank.at().registry.forms.in_force(DocumentNumber("RXD7200-04"), TODAY)


def word(*, page_field: bool) -> bytes:
    made, written = Document(), io.BytesIO()
    if page_field:
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls

        field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "/>')
        made.sections[0].footer.paragraphs[0]._p.append(field)
    made.save(written)
    return written.getvalue()


def texts(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def pdf_of(custody, copy, exemplar=None):
    register = CopyRegister(head=custody.bank.at().registry.control)
    return register.pdf(register.get(copy.number), exemplar)


@pytest.mark.parametrize("own", [True, False])
def test_pages_are_numbered_unless_the_document_does(release, own):
    exemplar = Exemplar(number=NUMBER, serial=1, holder=INSIDE, release=release)
    pdf = print_exemplar(word(page_field=own), exemplar, PRESS)
    assert pdf == print_exemplar(word(page_field=own), exemplar, PRESS)
    for page, text in enumerate(texts(pdf), 1):
        assert "受控文件 受控号：RXD7200-04-C0001 持有人 JN01-0101 版本 1.0" in text
        assert (f"第 {page} 页 共 2 页" in text) is not own
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "到期通知书"


def test_what_stands_beside_the_number(release):
    assert release.revision == Revision.parse("1.0")
    outside = Exemplar(number=NUMBER, serial=2, holder=Holder(name=OUTSIDE), release=release)
    assert control_text(outside) == "RXD7200-04-C0001 第2份 版本 1.0"


@pytest.mark.office
@pytest.mark.fonts
def test_issued_swapped_and_lost_copies_have_their_pdf_if_it_is_asked_for(custody, tmp_path):
    staff = StaffNumber.parse(HOLDER)
    copy = copies.issue(custody.by(), DocumentNumber("RXD7200-04"), staff=staff, pdf=True)
    pdf = pdf_of(custody, copy)
    [text] = texts(pdf)
    assert "受控号：RXD7200-04-C0001 持有人 JN01-0101 版本 1.0" in text
    assert "信贷业务到期通知书" in text
    assert text.count("第 1 页") == 1
    made = copies.export_pdf(custody.by(), copy.number)
    assert (made.name, made.data) == ("RXD7200-04-C0001-1.pdf", pdf)
    found = copies.trace(custody.bank.at(day=TODAY), made)
    assert (found.copy.number, found.exemplar, found.findings) == (copy.number, 1, ())
    # One event, and both files are in it.
    assert {file.path.rpartition(".")[2] for file in copy.events[0].files} >= {"docx", "pdf"}
    swapped = copies.replace(custody.by(), copy.number, "茶水浸湿", pdf=True)
    assert "第2份" in texts(pdf_of(custody, swapped))[0]
    assert "第2份" not in texts(pdf_of(custody, swapped, 1))[0]
    lost = copies.lose(custody.by(), copy.number, "遗失")
    assert pdf_of(custody, lost.replacement) is None
    assert copies.export_pdf(custody.by(), lost.replacement.number) is None
    assert custody.bank.codes() == set()


@pytest.mark.fonts
def test_without_the_engine_nothing_is_issued(custody, monkeypatch):
    workspace = custody.bank.at(OFFICER, TODAY)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        with pytest.raises(MissingProgramError):
            copies.issue(workspace, DocumentNumber("RXD7200-04"), outside=OUTSIDE, pdf=True)
    assert list(CopyRegister(head=custody.bank.at().registry.control).all()) == []
