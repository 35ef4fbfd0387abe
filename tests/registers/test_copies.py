"""The register of copies: numbers, what the ledger holds, and as of a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from custody import DOCUMENT, LATER, OUTSIDE, TODAY, TOMORROW, Custody
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.events.copies import CopyIssued, CopyTerms, Holder
from rmdocs.events.facts import Unknown
from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
from rmdocs.registers.copies import CopyRegister
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.workspace import copies

NUMBERS = st.builds(
    CopyNumber,
    document=st.sampled_from(["RXD7200-04", "PXD7201", "QMM-CCBSD"]).map(DocumentNumber.parse),
    serial=st.integers(1, 999_999),
)


@pytest.fixture
def custody(bank):
    return Custody(bank)


def register(custody, until=None):
    return CopyRegister(head=custody.bank.at().registry.control, until=until)


@given(NUMBERS)
def test_a_number_reads_what_it_writes(number):
    assert CopyNumber.parse(str(number)) == number
    assert number.document_name(2) == f"{number}-2.docx"


@given(NUMBERS)
def test_numbers_order_by_serial_past_9999(number):
    assert number < CopyNumber(document=number.document, serial=number.serial + 1)


@pytest.mark.parametrize(
    "text",
    [
        "RXD7200-04-C001",
        "RXD7200-04-C0000",
        "RXD7200-04-C00001",
        "RXD7200-04-c0001",
        "RXD7200-4-C0001",
        "RXD7200-04-C０001",
        "RXD7200-04",
        None,
    ],
)
def test_malformed_numbers_are_refused_with_an_example(text):
    with pytest.raises(UsageError) as refusal:
        CopyNumber.parse(text)
    assert "write it like" in str(refusal.value.remedy)


@given(
    NUMBERS,
    st.text(min_size=1),
    st.none() | st.just(StaffNumber.parse("JN01-0101")),
    st.dates(),
    st.none() | NUMBERS,
)
def test_terms_come_back_as_written(number, name, staff_no, day, replaces):
    terms = CopyTerms(
        number=number,
        revision=Revision(major=1, minor=0),
        digest="0" * 64,
        holder=Holder(name=name, staff_no=staff_no),
        issued_on=day,
        replaces=replaces,
    )
    assert CopyTerms.from_json(terms.to_json()) == terms


def test_copies_come_by_document_and_serial(custody):
    numbers = [
        custody.issue().number,
        custody.issue(document=DocumentNumber("RXD7200-01")).number,
        custody.issue(outside=OUTSIDE).number,
    ]
    assert [copy.number for copy in register(custody).all()] == sorted(numbers)
    assert [copy.number for copy in register(custody).of(DOCUMENT)] == [numbers[0], numbers[2]]
    assert register(custody).out() == {DOCUMENT: 2, DocumentNumber("RXD7200-01"): 1}
    copies.return_(custody.by(), numbers[0])
    assert register(custody).out()[DOCUMENT] == 1


def test_the_copies_as_they_stood_at_a_moment(custody):
    number = custody.issue(TODAY).number
    copies.replace(custody.by(day=TOMORROW), number, "破损")
    copies.return_(custody.by(day=LATER), number)
    moments = {day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in DAYS}
    stood = {day: register(custody, moments[day]).get(number) for day in DAYS}
    assert [copy.status.value for copy in stood.values()] == ["issued", "issued", "returned"]
    assert [copy.exemplar for copy in stood.values()] == [1, 2, 2]
    assert [copy.given_on for copy in stood.values()] == [TODAY, TOMORROW, TOMORROW]
    before = register(custody, moments[TODAY] - timedelta(days=1))
    assert list(before.all()) == []
    assert before.out() == {}
    with pytest.raises(ControlError, match="there is no controlled copy"):
        before.get(number)


DAYS = (TODAY, TOMORROW, LATER)


def test_the_next_number_counts_those_after_the_moment_too(custody):
    custody.issue()
    early = datetime(2026, 1, 1, tzinfo=UTC)
    assert register(custody, early).next_number(DOCUMENT) == CopyNumber(document=DOCUMENT, serial=2)


def test_the_document_of_each_exemplar(custody):
    copy = custody.issue()
    copies.replace(custody.by(), copy.number, "破损")
    swapped = register(custody).get(copy.number)
    first, second = (register(custody).document(swapped, exemplar) for exemplar in (1, 2))
    assert first != second == register(custody).document(swapped)
    with pytest.raises(ControlError, match="has no exemplar 3"):
        register(custody).document(swapped, 3)


@pytest.mark.parametrize("content", [b"{}", b"not JSON", b"[]", None])
def test_a_damaged_entry_is_told(content, custody):
    acting = custody.bank.at("SD00-0004", TODAY).acting()
    store = custody.bank.at().store
    path = "copies/RXD7200-04-C0001/copy.json"
    files = (
        ()
        if content is None
        else (NewFile(path=path, data=content, media_type="application/json"),)
    )
    new_event = NewEvent(
        facts=Unknown(name=CopyIssued.KIND),
        subject="x",
        directory="copies/RXD7200-04-C0001",
        files=files,
    )
    with store.locked("refs/heads/control") as branch:
        branch.append(
            (new_event,),
            actor=acting.actor,
            key=acting.key,
            ledger_key=acting.ledger_key,
            time=acting.now,
            subject_line="x",
            trailers={},
        )
    with pytest.raises(StoreError, match="RXD7200-04-C0001 cannot be read"):
        list(register(custody).all())
