"""What an insider does to a store is named, by what was kept outside too; see ``drill``."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from bank import Bank
from insider import Insider, inject
from marking import mark
from PIL import Image
from plaingit import with_file
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject
from sheets import drawn, scanned

from rmdocs.audit.conformance import properties_of
from rmdocs.audit.pins import Pin
from rmdocs.audit.report import Verified, reports
from rmdocs.audit.verify import verify
from rmdocs.checkcodes import CheckCode
from rmdocs.drill.recordfaults import change_json, redrawn
from rmdocs.errors import FindingsError, StoreError, UsageError
from rmdocs.files import File
from rmdocs.findings import Severity
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.pdf.codes import DocumentCode
from rmdocs.pdf.marks import Marks
from rmdocs.pdf.overlay import stream
from rmdocs.reports.report import write_html
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CHECKPOINT_PATH, CONTROL_REF, ledger_origin
from rmdocs.store.vault import HEADER
from rmdocs.workspace import records, store
from rmdocs.workspace.places import seen_path
from rmdocs.workspace.seen import HERE

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AGREEMENT = "refs/heads/records/RXD7200-01/JN01/2026/1"
NOTICE = "refs/heads/records/RXD7200-04/JN01/2026/1"


@pytest.fixture(scope="module")
def lived(walked, place):
    """A bank of which the store is copied for each fault, and nothing else."""
    bank = Bank(Path(shutil.copytree(walked, place / "faults" / "bank")))
    whole = bank.root.parent / "whole.git"
    shutil.copytree(bank.store, whole)
    yield bank, whole
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def insider(lived):
    bank, whole = lived
    bank.close()
    shutil.rmtree(bank.store)
    shutil.copytree(whole, bank.store)
    seen_path(bank.root).unlink(missing_ok=True)
    return Insider(bank)


@pytest.mark.parametrize("ref", [CONTROL_REF, NOTICE])
def test_what_is_sealed_anew_as_it_was_has_no_finding(insider, ref):
    """The kit itself leaves no trace: what is found below is the fault."""
    insider.rewrite(ref, lambda _acts: None)
    assert insider.bank.codes() == set()


def named(insider, code, **how):
    """Verify; return the findings of a code, each told whole in both languages."""
    insider.bank.close()
    found = store.verify(insider.bank.at(), **how).findings
    for finding in found:
        for language in Language:
            assert finding.message.text(language)
            assert finding.remedy.text(language)
        assert finding.path
        assert finding.clause
    return [finding for finding in found if finding.code == code]


def test_only_documents_that_were_compared_are_counted(insider):
    whole = store.verify(insider.bank.at(), contents=True).documents
    document = "00/00/01/editions/1/RXD7200-04-JN01-2026-0001-e1.docx"
    with_file(insider.bank, document, HEADER + b"nobody's", NOTICE)
    assert named(insider, "DOCUMENT-OTHER", contents=True)
    assert store.verify(insider.bank.at(), contents=True).documents == whole - 1


def test_where_a_document_differs_is_quoted(insider):
    def change(acts):
        told = acts[0].events[0]
        [path] = [one for one in told.files if one.endswith("-e1.docx")]
        other = redrawn(told.files[path], lambda xml: xml.replace("济南".encode(), "泰安".encode()))
        told.files[path] = other

    insider.rewrite(AGREEMENT, change)
    [first, *_] = named(insider, "DOCUMENT-OTHER", contents=True)
    assert "泰安虚构" in first.message.text(Language.EN)
    assert "济南虚构" in first.message.text(Language.EN)
    assert first.path.endswith("RXD7200-01-JN01-2026-0001-e1.docx")


def test_a_stage_that_breaks_a_rule_is_named(insider):
    def early(acts):
        told = acts[-1].events[0]
        change_json(told, ".json", lambda value: value["party_a"].update(date="2026-01-02"))

    insider.rewrite(AGREEMENT, early)
    assert named(insider, "CONTENT-REFUSED", contents=True)


def test_documents_of_a_sound_store_are_made_again(shared_bank):
    found = store.verify(shared_bank.at(), contents=True)
    assert found.findings == ()
    assert found.contents
    assert found.documents > found.volumes
    assert found.unread == 0
    assert not store.verify(shared_bank.at()).contents


def test_documents_of_an_encrypted_record_are_made_again_where_its_key_is(lived_bank, tmp_path):
    found = store.verify(lived_bank.at(), contents=True)
    assert (found.findings, found.unread) == ((), 0)
    shutil.copytree(lived_bank.root, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere" / "record-keys")
    away = store.verify(Bank(tmp_path / "elsewhere").at(), contents=True)
    assert (away.ok, away.documents) == (True, 0)
    assert away.unread == found.documents


FROM_OUTSIDE = {
    "history-cut": "LEDGER-BACK",
    "history-rewritten": "LEDGER-REWRITTEN",
    "volume-dropped-with-its-opening": "LEDGER-GONE",
}
"""What is sound in itself, and named only by who kept a checkpoint."""


def scan_of(number, edition, pin):
    """Return the scan of a page that bears the code of an edition."""
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(595.3, 841.9)
    writer.write(written)
    code = DocumentCode(number=number, edition=edition, digest="0" * 12, pin=pin)
    [page] = drawn(mark(written.getvalue(), Marks(code=code)), 200)
    return File(name="scan.jpg", data=scanned(page, 7))


def pages_of(*words):
    """Return a PDF of which each page says some words."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/F"): font})
    for said in words:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(
            stream(f"BT /F 10 Tf 50 50 Td <{said.encode('cp1252').hex()}> Tj ET")
        )
    made = BytesIO()
    writer.write(made)
    return File(name="pages.pdf", data=made.getvalue())


class TestKnownFromOutside:
    @pytest.mark.parametrize(("name", "code"), FROM_OUTSIDE.items(), ids=FROM_OUTSIDE)
    def test_what_was_seen_here_before_is_held_against_it(self, insider, name, code):
        first = store.verify(insider.bank.at())
        assert (first.findings, first.pinned) == ((), 0)
        inject(insider, name, NOTICE)
        # Asked twice: what contradicts is not what is remembered.
        for _ in range(2):
            assert named(insider, code)

    @pytest.mark.parametrize(("name", "code"), FROM_OUTSIDE.items(), ids=FROM_OUTSIDE)
    def test_a_checkpoint_that_was_kept_is_held_against_it(self, insider, name, code):
        kept = store.checkpoint(insider.bank.at())
        pins = store.pins_from(File(name="kept.txt", data=kept.text.encode()))
        assert len(pins) == kept.ledgers
        sound = store.verify(insider.bank.at(), against=pins)
        assert (sound.findings, sound.pinned) == ((), kept.ledgers)
        seen_path(insider.bank.root).unlink()
        inject(insider, name, NOTICE)
        assert named(insider, code, against=pins)

    def test_what_is_known_tells_of_the_acts_before_it_and_of_no_later_one(self, insider):
        """Of several things that are known of a ledger, that of the most acts counts."""
        bank = insider.bank.at().store
        head = bank.require_head(NOTICE)
        whole = head.checkpoint.size
        known = [
            Pin(origin=origin, size=size, root=head.root_at(size).hex(), source=HERE)
            for origin, size in ((ledger_origin(NOTICE), size) for size in range(1, whole + 1))
        ]
        assert whole > 1
        for pins, held in ((known[:1], 1), (known[:1] + known, whole)):
            found = verify(bank, pins=[replace(one, root=one.root[:25]) for one in pins])
            [ledger] = [one for one in found.ledgers if one.held]
            assert (found.pinned, found.held, ledger.held, ledger.events) == (1, held, held, whole)
            told = found.told_held.text(Language.EN) if found.told_held is not None else ""
            assert (f"up to act {held} of {whole}" in told) is (held < whole)
            [integrity] = [one for one in properties_of(found) if one.property == "integrity"]
            left = [one.text(Language.EN) for one in integrity.not_looked_at]
            assert any(f"of {found.volumes} ledger(s) that were held" in one for one in left)
            last = f"of the last {whole - held} act(s) of 1 ledger(s)"
            assert any(last in one for one in left) is (held < whole)
            page = write_html(
                reports(Verified(found=found, begun=AT, ended=AT, organisation=HERE)), Language.EN
            )
            assert f"up to act {held} of {whole}" in page
            assert "against nothing" in page

    def test_a_document_in_somebodys_hand_is_held_against_it(self, insider, tmp_path):
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        [path, *_] = save_all(tmp_path, records.export(insider.bank.at(), number))
        pins = store.pins_from(File(name=path.name, data=path.read_bytes()))
        assert store.verify(insider.bank.at(), against=pins).findings == ()
        insider.point(NOTICE, insider.commits(NOTICE)[0])
        assert named(insider, "LEDGER-BACK", against=pins)

    def test_a_document_that_no_act_seals_is_told_though_its_code_is_right(self, insider, tmp_path):
        """One byte more; or the act that sealed it cut off, of which its code tells nothing."""
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        [path, *_] = save_all(tmp_path, records.export(insider.bank.at(), number))
        handed = File(name=path.name, data=path.read_bytes())
        changed = replace(handed, data=handed.data + b"\0")
        assert store.verify(insider.bank.at(), against=store.pins_from(handed)).findings == ()
        assert named(insider, "DOCUMENT-UNSEALED", against=store.pins_from(changed))
        [pin] = store.pins_from(handed)
        seen_path(insider.bank.root).unlink()
        commits = insider.commits(NOTICE)
        sizes = [insider.head(one).checkpoint.size for one in commits]
        insider.point(NOTICE, commits[sizes.index(pin.size)])
        assert named(insider, "DOCUMENT-UNSEALED", against=store.pins_from(handed))

    @pytest.mark.parametrize("way", ["typed", "words", "scan"])
    def test_a_code_of_an_act_that_was_cut_off_is_told_however_it_was_read(self, insider, way):
        """The code is of the acts before: what is left of the ledger agrees with it."""
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        printed = records.trace(insider.bank.at(), str(number)).edition
        pin = insider.store.require_head(NOTICE).events(number.directory)[printed - 1].facts["pin"]
        handed = f"{number} {pin}"
        if way == "words":
            handed = pages_of(handed)
        elif way == "scan":
            handed = scan_of(number, printed, pin)
        pins = store.pins_from(handed)
        assert store.verify(insider.bank.at(), against=pins).findings == ()
        seen_path(insider.bank.root).unlink()
        commits = insider.commits(NOTICE)
        sizes = [insider.head(one).checkpoint.size for one in commits]
        insider.point(NOTICE, commits[sizes.index(CheckCode.parse(pin).size)])
        assert named(insider, "DOCUMENT-UNSEALED", against=pins)

    def test_a_code_under_another_number_is_told(self, insider):
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        printed = records.trace(insider.bank.at(), str(number)).edition
        pin = insider.store.require_head(NOTICE).events(number.directory)[printed - 1].facts["pin"]
        other = RecordNumber(series=number.series, serial=9999)
        assert named(insider, "DOCUMENT-UNSEALED", against=store.pins_from(f"{other} {pin}"))

    def test_a_code_as_it_is_typed_is_held_against_it(self, insider):
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        printed = records.trace(insider.bank.at(), str(number)).edition
        head = insider.bank.at().store.require_head(NOTICE)
        pin = head.events(number.directory)[printed - 1].facts["pin"]
        for typed in (f"{number} {pin}", f"{number}　核验码：{pin.lower()}"):
            pins = store.pins_from(typed)
            assert store.verify(insider.bank.at(), against=pins).findings == ()
        code = CheckCode.parse(pin)
        other = CheckCode(size=code.size, root="0" * len(code.root))
        assert named(insider, "LEDGER-REWRITTEN", against=store.pins_from(f"{number} {other}"))
        pages = pages_of(f"{number} {pin}", f"{number} {pin}")
        [pin_of_all] = store.pins_from(pages)
        assert (pin_of_all.size, pin_of_all.root) == (code.size, code.root)
        # Another paper behind the right one.
        pages = pages_of(f"{number} {pin}", f"{number} {other}")
        assert named(insider, "LEDGER-REWRITTEN", against=store.pins_from(pages))
        old = CheckCode(size=code.size, root=code.root[:12])
        seen_path(insider.bank.root).unlink()
        held = store.verify(insider.bank.at(), against=store.pins_from(f"{number} {old}"))
        assert held.pinned == 0  # whoever has every key could have met so few bits
        [short] = held.findings
        assert (short.code, short.severity) == ("PIN-SHORT", Severity.WARNING)
        assert "48 bits" in short.message.text(Language.EN)

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("RXD7200-04-JN01-2026-0001 4·0A1B-2C3D-4E5F-6G7H-8J9K2", "read or typed wrongly"),
            ("RXD7200-04-JN01-2026-0001 0", "says nothing of a history"),
            ("RXD7200-04-JN01-2026-0001 看不清", "no check code"),
            ("RXD7200-04-JN01-2026-0001", "no check code"),
            ("12·0A1B-2C3D-4E5F-6G7H-8J9K2", "no number with a check code"),
        ],
    )
    def test_what_is_no_code_is_told(self, typed, told):
        with pytest.raises(UsageError, match=told):
            store.pins_from(typed)

    @pytest.mark.parametrize(
        "between",
        ["e3 ", "e1 ", "1 ", "版次：1 ", "blah blah ", "版次：1 核验码： ", "版次：2　核验码："],
    )
    @pytest.mark.parametrize("in_file", [False, True])
    def test_what_stands_between_number_and_code_is_refused(self, between, in_file):
        code = CheckCode.of(4, bytes(range(32)))
        typed = f"RXD7200-04-JN01-2026-0001 {between}{code}"
        with pytest.raises(UsageError, match="compared with nothing") as told:
            store.pins_from(File(name="a.txt", data=typed.encode()) if in_file else typed)
        asked = f"trace RXD7200-04-JN01-2026-0001 --edition N --code {code}"
        assert asked in told.value.remedy.text(Language.EN)

    @pytest.mark.parametrize(
        "typed",
        [
            "RXD7200—04—JN01—2026—0001 {}",
            "rxd7200 04 jn01 2026 0001　{}",
            "ＲＸＤ7200－04－JN01－2026－0001  核验码：{}",
            " RXD7200-04-JN01-2026-0001\n{}\n",
        ],
    )
    def test_number_and_code_are_read_however_they_are_typed(self, typed):
        code = CheckCode.of(4, bytes(range(32)))
        said = typed.format(code)
        for handed in (said, File(name="a.txt", data=said.encode())):
            [pin] = store.pins_from(handed)
            assert (pin.ref, pin.size, pin.root) == (NOTICE, code.size, code.root)

    def test_a_scan_in_somebodys_hand_is_held_against_it(self, insider):
        """A JPEG from the machine, skewed and sealed; its PDF, whose pages are pictures."""
        number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
        head = insider.bank.at().store.require_head(NOTICE)
        pin = [event.facts["pin"] for event in head.events(number.directory)][-1]
        jpeg, pdf = scan_of(number, 1, pin).data, BytesIO()
        Image.open(BytesIO(jpeg)).save(pdf, "PDF", resolution=200)
        for name, data in (("scan.jpg", jpeg), ("scan.pdf", pdf.getvalue())):
            pins = store.pins_from(File(name=name, data=data))
            assert [(one.ref, one.bits) for one in pins] == [(NOTICE, 100)]
        assert store.verify(insider.bank.at(), against=pins).findings == ()
        insider.point(NOTICE, insider.commits(NOTICE)[0])
        seen_path(insider.bank.root).unlink()
        assert named(insider, "LEDGER-BACK", against=pins)

    @pytest.mark.parametrize("data", [b"%PDF-1.7 cut off", b"\x89PNG\r\n\x1a\n"])
    def test_pages_that_show_no_code_are_told(self, data):
        with pytest.raises(UsageError, match="no code of a page"):
            store.pins_from(File(name="scan", data=data))

    @pytest.mark.parametrize(("name", "code"), FROM_OUTSIDE.items(), ids=FROM_OUTSIDE)
    def test_a_summary_alone_is_held_against_it(self, insider, name, code):
        kept = store.checkpoint(insider.bank.at())
        assert kept.text.startswith(f"{kept.summary}\n")
        pins = store.pins_from(File(name="summary.txt", data=kept.summary.encode()))
        sound = store.verify(insider.bank.at(), against=pins)
        assert (sound.findings, sound.pinned) == ((), kept.ledgers)
        seen_path(insider.bank.root).unlink()
        inject(insider, name, NOTICE)
        wanted = {"LEDGER-REWRITTEN": "SUMMARY-OTHER"}.get(code, code)
        assert named(insider, wanted, against=pins)

    def test_checkpoints_that_are_not_of_their_summary_are_told(self, insider):
        kept = store.checkpoint(insider.bank.at())
        summary, *notes = kept.text.split("\n\nrmdocs/")
        fewer = "\n\nrmdocs/".join([summary, *notes[1:]])
        with pytest.raises(UsageError, match="not those that its summary is over"):
            store.pins_from(File(name="kept.txt", data=fewer.encode()))
        for cut in (kept.summary[:-9], kept.summary.replace("control", "?"), summary[:40]):
            with pytest.raises(UsageError, match="cannot be read"):
                store.pins_from(File(name="kept.txt", data=cut.encode()))

    def test_another_clone_is_held_against_it(self, insider, lived):
        _, whole = lived
        pins = store.pins_of_clone(insider.bank.at(), whole)
        assert store.verify(insider.bank.at(), against=pins).findings == ()
        inject(insider, "history-rewritten", NOTICE)
        seen_path(insider.bank.root).unlink()
        assert named(insider, "LEDGER-REWRITTEN", against=pins)

    def test_this_store_itself_is_nothing_from_outside(self, insider):
        for folder in (insider.bank.root, insider.bank.store):
            with pytest.raises(UsageError, match="is this store itself"):
                store.pins_of_clone(insider.bank.at(), folder)

    def test_of_a_folder_that_is_no_clone_another_is_asked_for(self, insider, tmp_path):
        with pytest.raises(UsageError, match="no records store") as refusal:
            store.pins_of_clone(insider.bank.at(), tmp_path)
        assert "name a clone" in refusal.value.remedy.text(Language.EN)

    def test_only_ledgers_that_were_compared_are_counted(self, insider):
        kept = store.checkpoint(insider.bank.at())
        pins = store.pins_from(File(name="kept.txt", data=kept.text.encode()))
        insider.bank.git("update-ref", "-d", NOTICE)
        assert named(insider, "LEDGER-GONE", against=pins)
        found = store.verify(insider.bank.at(), against=pins)
        assert found.pinned == found.volumes + 1 == kept.ledgers - 1

    def test_what_could_not_be_compared_is_told_and_not_remembered(self, insider):
        kept = store.checkpoint(insider.bank.at())
        memory = seen_path(insider.bank.root)
        store.verify(insider.bank.at())
        seen = memory.read_bytes()
        inject(insider, "history-rewritten", NOTICE)
        with_file(insider.bank, "ledger/tile", None, NOTICE)
        insider.bank.close()
        pins = store.pins_from(File(name="kept.txt", data=kept.text.encode()))
        assert named(insider, "LEDGER-UNCOMPARED", against=pins)
        memory.unlink()
        found = store.verify(insider.bank.at(), against=pins)
        assert found.pinned == kept.ledgers - 1
        memory.write_bytes(seen)
        store.verify(insider.bank.at())
        assert memory.read_bytes() == seen

    def test_nobody_acts_on_a_control_ledger_that_cannot_be_compared(self, insider):
        store.verify(insider.bank.at())
        with_file(insider.bank, "ledger/tile", None, CONTROL_REF)
        insider.bank.close()
        with pytest.raises(StoreError) as refusal:
            insider.bank.at("SD00-0004").acting()
        assert "could not be held against" in str(refusal.value)

    @pytest.mark.parametrize("kept", [b"", b"\xff", b"rmdocs/control", b"anything"])
    def test_a_memory_that_cannot_be_read_is_told(self, insider, kept):
        memory = seen_path(insider.bank.root)
        memory.write_bytes(kept)
        for _ in range(2):
            assert named(insider, "SEEN-UNREADABLE")
        assert memory.read_bytes() == kept
        with pytest.raises(StoreError):
            insider.bank.at("SD00-0004").acting()

    def test_a_memory_that_cannot_be_kept_is_told(self, insider):
        partial = seen_path(insider.bank.root).with_name(".checkpoints.part")
        partial.mkdir()
        try:
            [finding] = store.verify(insider.bank.at()).findings
        finally:
            partial.rmdir()
        assert finding.code == "SEEN-NOT-KEPT"

    def test_no_checkpoint_is_given_out_that_another_key_signed(self, insider):
        head = insider.store.require_head(NOTICE)
        note = head.checkpoint.sign(SigningKey.generate("stranger"))
        with_file(insider.bank, CHECKPOINT_PATH, note.encode(), NOTICE)
        insider.bank.close()
        with pytest.raises(FindingsError) as refusal:
            store.checkpoint(insider.bank.at())
        assert [one.code for one in refusal.value.findings] == ["PIN-SIGNATURE"]

    def test_a_checkpoint_that_another_key_signed_says_nothing(self, insider):
        head = insider.store.require_head(NOTICE)
        note = head.checkpoint.sign(SigningKey.generate("stranger"))
        pins = store.pins_from(File(name="x", data=note.encode()))
        assert named(insider, "PIN-SIGNATURE", against=pins)

    @pytest.mark.parametrize("data", [b"", b"rmdocs/control", b"\xff", b"rmdocs/control\n1\nx\n"])
    def test_what_says_nothing_of_a_ledger_is_refused(self, data):
        with pytest.raises(UsageError):
            store.pins_from(File(name="x", data=data))

    def test_nobody_acts_on_a_control_ledger_that_went_back(self, insider):
        bank = insider.bank
        store.verify(bank.at())
        insider.point(CONTROL_REF, bank.git("rev-parse", f"{CONTROL_REF}~1"))
        with pytest.raises(StoreError, match=r"had \d+"):
            bank.at("SD00-0004").acting()
        assert bank.at().registry.control  # reading needs nothing
        seen_path(bank.root).unlink()
        assert bank.at("SD00-0004").acting()
