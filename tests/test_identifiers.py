"""Numbers parse, format and order themselves; malformed ones are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import UsageError
from rmdocs.identifiers import (
    VOLUME_CAPACITY,
    DocumentNumber,
    RecordNumber,
    Revision,
    Series,
    StaffNumber,
    UnitCode,
    Volume,
)
from rmdocs.messages import Language

FORMS = st.sampled_from(["RXD7200-01", "RXD7200-02", "RXD7200-10", "PXD7201", "QMM-CCBSD"])
UNITS = st.from_regex(r"[A-Z]{2}[0-9]{2}", fullmatch=True)
SERIES = st.builds(
    Series,
    form=FORMS.map(DocumentNumber.parse),
    unit=UNITS.map(UnitCode.parse),
    year=st.integers(1990, 2999),
)
NUMBERS = st.builds(RecordNumber, series=SERIES, serial=st.integers(1, 999_999))


@given(NUMBERS)
def test_record_number_reads_what_it_writes(number):
    assert RecordNumber.parse(str(number)) == number


WIDE = str.maketrans({sign: chr(sign + 0xFEE0) for sign in range(ord("!"), ord("~") + 1)})


@given(
    NUMBERS.filter(lambda number: str(number.series.form)[0] in "IPR"),
    st.sampled_from(["-", "", " ", "－", "—", "–", " - ", "_"]),
    st.sampled_from([str, str.lower, lambda text: text.translate(WIDE), "  {} ".format]),
)
def test_a_record_number_is_read_however_it_is_typed(number, joint, way):
    assert RecordNumber.typed(way(str(number).replace("-", joint))) == number


@given(st.text(max_size=40))
def test_what_is_no_record_number_is_refused_as_it_was_typed(text):
    with pytest.raises(UsageError) as refusal:
        RecordNumber.typed(text)
    assert repr(text) in refusal.value.reason.text(Language.EN)


@given(NUMBERS, NUMBERS)
def test_record_numbers_differ_in_text_and_place(one, other):
    assert (one == other) == (str(one) == str(other))
    if one != other:
        assert (one.volume, one.directory) != (other.volume, other.directory)


@given(SERIES, st.integers(1, 999_998))
def test_record_numbers_order_by_serial_past_9999(series, serial):
    assert RecordNumber(series=series, serial=serial) < RecordNumber(
        series=series, serial=serial + 1
    )


@given(NUMBERS)
def test_volume_holds_the_number(number):
    volume = number.volume
    assert Volume.parse(volume.name) == volume
    assert (volume.part - 1) * VOLUME_CAPACITY < number.serial <= volume.part * VOLUME_CAPACITY
    assert volume.ref == f"refs/heads/records/{volume.name}"


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_revision_reads_what_it_writes(major, minor):
    assert Revision.parse(f"{major}.{minor}") == Revision(major=major, minor=minor)
    assert str(Revision(major=major, minor=minor)) == f"{major}.{minor}"


@given(UNITS, st.integers(0, 9999))
def test_staff_number_reads_what_it_writes(unit, serial):
    number = StaffNumber.parse(f"{unit}-{serial:04d}")
    assert str(number) == f"{unit}-{serial:04d}"
    assert number.unit == UnitCode(unit)


def test_revisions_order_as_numbers():
    assert Revision.parse("1.10") > Revision.parse("1.9")
    assert Revision.parse("2.0") > Revision.parse("1.10")


@pytest.mark.parametrize(
    "text",
    ["IXD7200-01", "RXD7200-02", "PXD7201", "ICM-CCBSD", "QMM-CCBSD", "EXT-001", "EXT-1000"],
)
def test_document_number_of_the_scheme(text):
    assert str(DocumentNumber.parse(text)) == text


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (DocumentNumber.parse, "rxd7200-01"),
        (DocumentNumber.parse, "RXD7200-1"),
        (DocumentNumber.parse, "RXD7200-01\n"),
        (DocumentNumber.parse, "XXD7200-01"),
        (DocumentNumber.parse, "RXD７200-01"),
        (DocumentNumber.parse, "EXT-01"),
        (DocumentNumber.parse, "EXT-000"),
        (DocumentNumber.parse, "EXT-0001"),
        (DocumentNumber.parse, None),
        (Revision.parse, "01.0"),
        (Revision.parse, "1"),
        (Revision.parse, "1.0 "),
        (Revision.parse, 1.0),
        (UnitCode.parse, "JN1"),
        (UnitCode.parse, "jn01"),
        (UnitCode.parse, "JN０１"),
        (UnitCode.parse, None),
        (StaffNumber.parse, "JN01-101"),
        (StaffNumber.parse, "JN01 0101"),
        (StaffNumber.parse, 101),
        (Volume.parse, "RXD7200-02/JN01/2026"),
        (Volume.parse, "RXD7200-02/JN01/2026/0"),
        (Volume.parse, "RXD7200-02/JN01/2026/01"),
        (RecordNumber.parse, "RXD7200-02-JN01-2026-1"),
        (RecordNumber.parse, "RXD7200-02-JN01-2026-0000"),
        (RecordNumber.parse, "RXD7200-02-JN01-2026-00001"),
        (RecordNumber.parse, "RXD7200-02-JN01-1026-0001"),
        (RecordNumber.parse, "RXD7200-02-JN01-2026-0001.docx"),
        (RecordNumber.parse, None),
    ],
)
def test_malformed_numbers_are_refused_with_an_example(parse, text):
    with pytest.raises(UsageError) as refusal:
        parse(text)
    assert str(refusal.value)
    assert refusal.value.remedy.text(Language.EN).startswith("write it like")


def test_document_names():
    number = RecordNumber.parse("RXD7200-02-JN01-2026-0123")
    assert number.directory == "00/01/23"
    assert number.document_name(1) == "RXD7200-02-JN01-2026-0123-e1.docx"
    assert number.document_name(2, 1, "pdf") == "RXD7200-02-JN01-2026-0123-e2-c1.pdf"
    assert RecordNumber.parse("RXD7200-02-JN01-2026-10000").directory == "01/00/00"
