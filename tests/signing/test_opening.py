"""What is no plain PDF is refused, with a finding and never with a traceback."""

from contextlib import suppress
from io import BytesIO

import pytest
from bank import refused_for
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.reader import PdfFileReader
from signed import LATER, paper

from rmdocs.errors import FindingsError
from rmdocs.signing import integrity
from rmdocs.signing.integrity import open_pdf
from rmdocs.signing.sign import sign
from rmdocs.signing.validation import validate

SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def codes(data):
    with pytest.raises(FindingsError) as refusal:
        open_pdf(data)
    return {finding.code for finding in refusal.value.findings}


def encrypted():
    copy = writer.copy_into_new_writer(PdfFileReader(BytesIO(paper())))
    copy.encrypt("owner", "user")
    output = BytesIO()
    copy.write(output)
    return output.getvalue()


def test_a_plain_one():
    assert open_pdf(paper()).root["/Type"] == "/Catalog"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>", b"x" * 2000 + paper()])
def test_no_pdf(data):
    assert codes(data) == {"PDF-NOT"}


@pytest.mark.parametrize("data", [b"%PDF-1.7", paper()[:300], paper()[300:], paper()[:-30]])
def test_damaged(data):
    if data.startswith(b"%PDF"):
        assert codes(data) == {"PDF-DAMAGED"}
    else:
        assert codes(data) == {"PDF-NOT"}


def test_encrypted():
    assert codes(encrypted()) == {"PDF-ENCRYPTED"}


def test_too_large():
    assert codes(paper() + bytes(integrity.LARGEST)) == {"PDF-SIZE"}


@pytest.mark.parametrize(
    "changes",
    [
        {"catalog": f"/OpenAction {SCRIPT}"},
        {"catalog": "/OpenAction 6 0 R", "more": SCRIPT},
        {"catalog": "/Names << /JavaScript << /Names [(x) 6 0 R] >> >>", "more": SCRIPT},
        {"catalog": "/AA << /WC << /S /Launch /F (x.exe) >> >>"},
        {"catalog": "/OpenAction << /S /SubmitForm /F (http://x) >>"},
        {"catalog": "/A [[[[[ << /S /GoTo /Next << /JS (x) >> >> ]]]]]"},
    ],
)
def test_what_acts_by_itself(changes):
    assert codes(paper(**changes)) == {"PDF-ACTIVE"}


def test_xfa_and_a_script_are_told_at_once():
    catalog = f"/OpenAction {SCRIPT} /AcroForm << /Fields [] /XFA [] >>"
    assert codes(paper(catalog=catalog)) == {"PDF-XFA", "PDF-ACTIVE"}


def test_too_many_objects(monkeypatch):
    monkeypatch.setattr(integrity, "MOST_OBJECTS", 3)
    monkeypatch.setattr(integrity, "_FIT", set())
    assert codes(paper()) == {"PDF-DAMAGED"}


def test_loops():
    assert open_pdf(paper(catalog="/X 6 0 R", more="[6 0 R 7 0 R]\n\n<< /Y 6 0 R >>"))


def test_neither_signed_nor_judged(bureau):
    for data, code in (
        (encrypted(), "PDF-ENCRYPTED"),
        (paper(catalog=f"/OpenAction {SCRIPT}"), "PDF-ACTIVE"),
        (b"%PDF-1.7 nothing", "PDF-DAMAGED"),
    ):
        with refused_for(code):
            sign(data, bureau.request("a"), bureau.a.credential)
        with refused_for(code):
            validate(data, bureau.trust(), LATER)


@given(st.data())
def test_a_file_made_to_break_readers(data):
    whole = paper()
    place = data.draw(st.integers(9, len(whole)))
    junk = data.draw(st.binary(max_size=40) | st.sampled_from([b"<<", b"[" * 5000, b"6 0 R", b"("]))
    with suppress(FindingsError):
        reader = open_pdf(whole[:place] + junk + whole[place:])
        assert isinstance(reader.root, generic.DictionaryObject)
