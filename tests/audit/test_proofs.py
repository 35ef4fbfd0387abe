"""Proofs of single documents: what they show, and that nothing else passes as one."""

import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from archive import Archive
from bank import SAMPLES, Bank, refused_for
from findingcodes import ROOT
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from proofs import TOOL, Taken, judged, lacks, theirs

from rmdocs.audit.proofslips import MARK
from rmdocs.canonical import sha256
from rmdocs.errors import ControlError, UsageError
from rmdocs.files import File
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, StaffNumber, UnitCode
from rmdocs.messages import Language
from rmdocs.registers.records import find_folder
from rmdocs.scanning.frames import kind_of
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.keys import PublicKey
from rmdocs.store.merkle import MerkleTree, ending_start, leaf_hash, root_by
from rmdocs.store.prooffile import LARGEST, Proof, ProofChain
from rmdocs.workspace import people, proving, records, store
from rmdocs.workspace.keyring import LEDGER_KEY_NAME
from rmdocs.workspace.keys import confirm as confirm_acts
from rmdocs.workspace.keys import revoke as revoke_key

OFFICER, RM = "SD00-0004", "JN01-0101"
AGREEMENT, LOG = "RXD7200-01-JN01-2026-0001", "RXD7200-02-JN01-2026-0001"
FIRST, MIDDLE, LAST = (f"RXD7200-02-JN01-2026-000{number}" for number in (2, 3, 4))
"""Issued in one commit; the first has a second edition."""

LONG_AFTER = date(2027, 3, 1)
ALWAYS = {"PROOF-UNTIL", "PROOF-KEY-THEN", "PROOF-UNWITNESSED"}


@pytest.fixture(scope="module")
def proved(walked, once):
    """A workspace with all samples, then three call logs in one commit, the first gone on with."""

    def go_on(root):
        bank = Bank(root)
        sample = bank.sample("RXD7200-02-JN01")
        records.issue(bank.at(RM), [read(bank.write(sample))] * 3, again=True)
        stage = sample["stages"][0]
        actor = bank.stage_actor(sample, stage)
        bank.add(RecordNumber.parse(FIRST), stage["stage"], stage["content"], actor)

    return Bank(once.copy(walked, "proved", go_on)[0])


@pytest.fixture(scope="module")
def keys(proved):
    return proving.trusted(proved.at()).data


class Pair(tuple):
    """A document and its proof, which Hypothesis does not show whole."""

    __slots__ = ()

    def __repr__(self):
        return "a document and its proof"


@pytest.fixture(scope="module")
def one(proved):
    work = proved.at()
    [document] = records.export(work, RecordNumber.parse(AGREEMENT))[:1]
    return Pair((document.data, proving.prove(work, document).file.data))


def sealed_files(bank):
    """Yield every sealed file of every record, as it is read."""
    work = bank.at()
    for found in records.find(work, query()):
        number = RecordNumber.parse(found.number)
        head = work.store.require_head(number.volume.ref)
        for event in find_folder(work.store, number).events:
            for file in event.files:
                yield number, file.path, head.reveal(file.path, number)


def query():
    from rmdocs.registers.indexfile import Query

    return Query()


class TestWhatIsProved:
    def test_every_sealed_file_of_every_record(self, proved, keys):
        work, count = proved.at(), 0
        for number, path, data in sealed_files(proved):
            proof = proving.prove(work, File(name="x", data=data))
            if "/editions/" in path:  # what was issued again says the same as before
                assert proof.number == str(number)
            assert judged(data, proof.file.data, keys) == ""
            count += 1
        assert count > 2 * len(SAMPLES)

    def test_number_proves_the_newest_edition(self, proved, keys):
        work, number = proved.at(), RecordNumber.parse(LOG)
        found = proving.prove(work, str(number))
        assert found.edition == 3
        [newest] = records.export(work, number)
        assert judged(newest.data, found.file.data, keys) == ""
        assert lacks(newest.data, found.file.data, keys) == ALWAYS
        assert {finding.code for finding in found.findings} == ALWAYS

    def test_earlier_edition_is_true_but_not_the_last_word(self, proved, keys):
        work, number = proved.at(), RecordNumber.parse(LOG)
        [first] = records.export(work, number, 1)
        found = proving.prove(work, first)
        assert found.edition == 1
        assert judged(first.data, found.file.data, keys) == ""
        assert lacks(first.data, found.file.data, keys) == ALWAYS | {"PROOF-NOT-LAST"}
        assert "PROOF-NOT-LAST" in {finding.code for finding in found.findings}

    def test_proof_of_before_says_how_far_it_goes(self, proved, keys, copied):
        bank, number = copied(proved.root), RecordNumber.parse(AGREEMENT)
        [document] = records.export(bank.at(), number)[:1]
        before = proving.prove(bank.at(), document).file.data
        bank.void(number, RM, "JN01-0001")
        after = proving.prove(bank.at(), document).file.data
        assert judged(document.data, before, keys) == judged(document.data, after, keys) == ""
        assert lacks(document.data, before, keys) == ALWAYS
        assert lacks(document.data, after, keys) == ALWAYS | {"PROOF-NOT-LAST"}

    @pytest.mark.office
    @pytest.mark.fonts
    def test_pdf_of_an_edition(self, agreement):
        root, number = agreement
        work = Bank(root).at()
        [pdf] = [one for one in records.export(work, number) if one.suffix == ".pdf"]
        found = proving.prove(work, pdf)
        assert judged(pdf.data, found.file.data, proving.trusted(work).data) == ""

    def test_key_replaced_and_person_left_since(self, proved, keys, copied):
        bank = copied(proved.root)
        [document] = records.export(bank.at(), RecordNumber.parse(AGREEMENT))[:1]
        staff_no = StaffNumber.parse(RM)
        person = bank.at().registry.staff.person(staff_no)
        old = bank.at().keys.path(RM)
        old.rename(old.with_name("old"))
        people.new_key(bank.at(), staff_no)
        work = bank.at(OFFICER, LONG_AFTER)
        people.add(work, staff_no, person.name, UnitCode("JN01"), sorted(person.roles))
        replaced = proving.prove(bank.at(day=LONG_AFTER), document)
        people.leave(bank.at(OFFICER, LONG_AFTER), staff_no)
        left = proving.prove(bank.at(day=LONG_AFTER), document)
        for found, word in ((replaced, "replaced on"), (left, "left on")):
            assert judged(document.data, found.file.data, keys) == ""
            [since] = [one for one in found.findings if one.code == "PROOF-SIGNER-SINCE"]
            assert word in since.message.text(Language.EN)

    def test_key_revoked_since_and_in_doubt(self, proved, keys, copied):
        bank = copied(proved.root)
        [document] = records.export(bank.at(), RecordNumber.parse(AGREEMENT))[:1]
        staff_no = StaffNumber.parse(RM)
        revoke_key(bank.at(RM, LONG_AFTER), staff_no, "U盘遗失")
        found = proving.prove(bank.at(day=LONG_AFTER), document)
        assert judged(document.data, found.file.data, keys) == ""
        [since] = [one for one in found.findings if one.code == "PROOF-SIGNER-SINCE"]
        assert "revoked on" in since.message.text(Language.EN)

    def test_act_in_doubt_is_not_proved(self, proved, copied):
        bank = copied(proved.root)
        began = datetime(2026, 1, 6, tzinfo=UTC)
        revoke_key(bank.at(RM, LONG_AFTER), StaffNumber.parse(RM), "U盘遗失", began)
        with refused_for("KEY-DOUBT"):
            proving.prove(bank.at(day=LONG_AFTER), AGREEMENT)

    def test_act_that_was_in_doubt_and_is_confirmed(self, proved, copied):
        """It is not told to be good for having been signed before the key was revoked."""
        bank = copied(proved.root)
        staff_no = StaffNumber.parse(RM)
        person = bank.at().registry.staff.person(staff_no)
        revoke_key(bank.at(RM, LONG_AFTER), staff_no, "U盘遗失", datetime(2026, 1, 6, tzinfo=UTC))
        old = bank.at().keys.path(RM)
        old.rename(old.with_name("old"))
        people.new_key(bank.at(), staff_no)
        officer = bank.at(OFFICER, LONG_AFTER)
        people.add(officer, staff_no, person.name, UnitCode("JN01"), sorted(person.roles))
        confirm_acts(bank.at(RM, LONG_AFTER), "本人所为")
        found = proving.prove(bank.at(day=LONG_AFTER), AGREEMENT)
        [since] = [one for one in found.findings if one.code == "PROOF-SIGNER-SINCE"]
        assert "has confirmed" in since.message.text(Language.EN)
        assert "stays good" not in since.message.text(Language.EN)

    def test_encrypted_record_by_the_digest_of_its_document(self, lived_bank):
        work = lived_bank.at()
        keys = proving.trusted(work).data
        number = RecordNumber.parse("RXD7200-05-JN01-2026-0001")
        [document] = records.export(work, number)
        for found in (proving.prove(work, document), proving.prove(work, str(number))):
            assert judged(document.data, found.file.data, keys) == ""
            told = lacks(document.data, found.file.data, keys)
            assert told == ALWAYS | {"PROOF-CONCEALED", "PROOF-NOT-LAST"}

    def test_disposed_record_whose_document_somebody_still_has(self, proposed_at_last):
        bank, document, number = proposed_at_last
        work = bank.at(day=date(2032, 1, 3))
        found = proving.prove(work, document)
        keys = proving.trusted(work).data
        assert judged(document.data, found.file.data, keys) == ""
        assert "PROOF-NOT-LAST" in lacks(document.data, found.file.data, keys)
        assert proving.prove(work, str(number)).number == str(number)


@pytest.fixture
def proposed_at_last(lived_in_archive):
    archive, number = lived_in_archive
    [document] = records.export(archive.at(), number)
    archive.dispose(number)
    return archive.bank, document, number


@pytest.fixture
def lived_in_archive(founded_personal, copied):
    from archive import NUMBERS
    from bank import CALL_BACK

    bank = copied(founded_personal)
    number = bank.walk(json.loads(CALL_BACK.read_bytes()))
    assert number == NUMBERS[0]
    return Archive(bank), number


class TestWhatIsNot:
    def test_another_file(self, one, keys):
        assert judged(one[0] + b"\n", one[1], keys) == "PROOF-FILE"
        assert judged(b"", one[1], keys) == "PROOF-FILE"

    def test_another_records_proof_and_another_editions(self, proved, one, keys):
        work, number = proved.at(), RecordNumber.parse(LOG)
        other = proving.prove(work, str(number)).file.data
        assert judged(one[0], other, keys) == "PROOF-FILE"
        [first] = records.export(work, number, 1)
        assert judged(first.data, other, keys) == "PROOF-FILE"

    def test_another_stores_keys(self, one, lived_bank):
        others = proving.trusted(lived_bank.at()).data
        assert judged(*one, others) == "PROOF-CHECKPOINT"

    def test_number_that_was_never_given_and_file_that_nobody_sealed(self, proved):
        for target in ("RXD7200-01-JN01-2026-0999", File(name="x.docx", data=b"x")):
            with pytest.raises(ControlError):
                proving.prove(proved.at(), target)

    def test_record_that_is_not_as_it_was_sealed(self, proved, copied_in_git):
        bank = copied_in_git(proved.root)
        shutil.rmtree(bank.store / "objects")
        with pytest.raises(Exception) as problem:  # noqa: PT011 - of the store, whichever
            proving.prove(bank.at(), AGREEMENT)
        assert problem.value.remedy.text(Language.EN)

    def test_parts_of_two_proofs(self, proved, one, keys):
        """Whoever puts a proof together of sound parts proves nothing by it."""
        number = LOG
        other = proving.prove(proved.at(), number).file.data
        for part in range(7):
            mixed, taken = Taken(one[1]), Taken(other)
            mixed.texts[part] = taken.texts[part]
            if mixed.texts != Taken(one[1]).texts:
                assert judged(one[0], mixed.together(), keys), part
        for line in range(2, len(one[1].split(b"\n"))):
            lines, others = one[1].split(b"\n"), other.split(b"\n")
            if line < len(others) and lines[line] != others[line]:
                lines[line] = others[line]
                assert judged(one[0], b"\n".join(lines), keys), line

    def test_act_in_anothers_name_before_one_of_theirs(self, proved, keys):
        """Who signs a ledger later has not done what stood there before, in their name (F25)."""
        work = proved.at()
        [log] = records.export(work, RecordNumber.parse(LOG), 1)
        before, after = (
            Proof.parse(proving.prove(work, target).file.data) for target in (log, MIDDLE)
        )
        head = work.store.require_head(RecordNumber.parse(LOG).volume.ref)
        one, other = (ProofChain.parse(x.extra, head.checkpoint.size) for x in (before, after))
        assert one.event.actor == other.event.actor
        tree = MerkleTree(head.checkpoint.size, lambda path: head.read(f"ledger/{path}"))
        start = ending_start(one.event.index, other.size)
        chain = replace(
            other,
            event=one.event,
            entered=one.entered,
            entry=one.entry,
            register=one.register,
            ending=tuple(tree.inclusion_proof(other.size - 1, other.size, start)),
        )
        forged = replace(before, extra=chain.to_bytes()).to_bytes()
        assert judged(log.data, forged, keys) == "PROOF-SIGNATURE"

    def test_a_later_act_that_is_none(self, proved, keys):
        """An act on another record cannot be told as the last word on this one."""
        work, number = proved.at(), RecordNumber.parse(LOG)
        [first] = records.export(work, number, 1)
        taken = Taken(proving.prove(work, first).file.data)
        other = Taken(proving.prove(work, FIRST).file.data)
        taken.texts[4] = other.texts[1]
        assert judged(first.data, taken.together(), keys) in {"PROOF-LATER", "PROOF-FORMAT"}


def other_actor(event):
    return replace(event, actor=replace(event.actor, staff_no="JN01-0002", name="周示行"))


def other_file(event):
    files = [replace(file, sha256=sha256(b"another document")) for file in event.files]
    return replace(event, files=tuple(files))


class TestLedgerKeyInOtherHands:
    """Whoever has the key of the ledgers signs what they like, but not as somebody else."""

    FORGED = (
        (other_file, "PROOF-SIGNATURE"),
        (other_actor, "PROOF-REGISTER"),
        (lambda event: replace(event, time=event.time - timedelta(days=3)), "PROOF-SIGNATURE"),
        (lambda event: replace(event, subject="RXD7200-01-JN01-2026-0002"), "PROOF-SIGNATURE"),
        (lambda event: replace(event, subject="RXD7200-01-QD02-2026-0001"), "PROOF-EVENT"),
        (lambda event: replace(event, reason="补记"), "PROOF-SIGNATURE"),
        (lambda event: replace(event, relied_on=event.previous), "PROOF-FORMAT"),
        (lambda event: replace(event, kind="void"), "PROOF-SIGNATURE"),
    )

    @pytest.mark.parametrize(("lie", "code"), FORGED)
    def test_event_is_changed_and_the_ledger_signed_anew(self, proved, one, keys, lie, code):
        proof, chain = self.parts(one)
        forged = replace(chain, event=lie(chain.event))
        if forged.last.index == forged.event.index:
            forged = replace(forged, last=forged.event)
        assert judged(b"another document", self.signed(proved, proof, forged), keys) == code
        assert judged(one[0], self.signed(proved, proof, forged), keys) == code

    @pytest.mark.parametrize("part", [1, 2, 3])
    def test_name_that_stands_twice(self, one, part):
        """Two readers would take two events from the same bytes."""
        text = Taken(one[1]).texts[part]
        twice = text[:-1] + b',"subject":"RXD7200-01-JN01-2026-0002","subject":"x"}'
        read = theirs.event_in if part < 3 else self.person
        with pytest.raises(theirs.NotProvedError):
            read(twice)
        assert read(text)

    def person(self, entry):
        """Return the key in an entry, as if an event had sealed just these bytes."""
        said = json.loads(entry)
        key = PublicKey.parse(said["keys"][-1])
        actor = {"staff_no": RM, "name": said["name"], "fingerprint": key.fingerprint}
        files = [{"path": f"people/{RM}/0001.json", "sha256": sha256(entry)}]
        entered = {"kind": "person", "subject": RM, "files": files}
        return theirs.person_key({"actor": actor}, entered, entry)

    def test_ledger_signed_anew_as_it_is(self, proved, one, keys):
        assert judged(one[0], self.signed(proved, *self.parts(one)), keys) == ""

    def test_ledger_of_another_name_or_size(self, proved, one, keys):
        proof, chain = self.parts(one)
        other = self.signed(proved, proof, chain, origin="rmdocs/records/RXD7200-01/JN01/2026/2")
        assert judged(one[0], other, keys) == "PROOF-EVENT"
        longer = self.signed(proved, proof, chain, size=900)
        assert judged(one[0], longer, keys) == "PROOF-EVENT"

    def parts(self, one):
        proof = Proof.parse(one[1])
        return proof, ProofChain.parse(proof.extra, Checkpoint.parse(proof.note).size)

    def signed(self, proved, proof, chain, **said):
        there = Checkpoint.parse(proof.note)
        leaf = leaf_hash(chain.event.to_bytes())
        root = root_by(leaf, chain.event.index, there.size, proof.path)
        key = proved.at().keys.load(LEDGER_KEY_NAME)
        note = replace(there, **{"root": root, **said}).sign(key)
        return replace(proof, note=note, extra=chain.to_bytes()).to_bytes()


def mutated(data: bytes, how: str, place: int, byte: int) -> bytes:
    at = place % len(data)
    if how == "change":
        return data[:at] + bytes([data[at] ^ (byte % 255 + 1)]) + data[at + 1 :]
    if how == "drop":
        return data[:at] + data[at + 1 + byte % 40 :]
    if how == "double":
        return data[: at + 1] + data[at:]
    return data[:at] + bytes([byte]) + data[at:]


MUTATIONS = st.tuples(
    st.sampled_from(["change", "change", "change", "drop", "double", "add"]),
    st.integers(0, 1 << 20),
    st.integers(0, 255),
)


class TestMutation:
    """Whatever byte is changed, of proof, file or keys, both refuse with one reason."""

    def refused(self, one, keys, which, mutation):
        parts = [*one, keys]
        changed = mutated(parts[which], *mutation)
        if changed != parts[which]:
            parts[which] = changed
            assert judged(*parts)

    @given(st.sampled_from([0, 1, 1, 1, 1, 2]), MUTATIONS)
    @settings(max_examples=settings.default.max_examples * 10)
    def test_anywhere(self, one, keys, which, mutation):
        self.refused(one, keys, which, mutation)

    def test_every_byte_of_the_keys_and_of_all_but_the_extra_line(self, one, keys):
        for at in range(len(keys)):
            self.refused(one, keys, 2, ("change", at, 0))
        begins = one[1].index(b"\nindex")
        for at in (*range(40), *range(begins, len(one[1]))):
            self.refused(one, keys, 1, ("change", at, 3))

    @given(st.integers(0, 6), st.integers(0, 1 << 20), st.integers(1, 255))
    @settings(max_examples=settings.default.max_examples * 5)
    def test_a_text_is_changed_and_the_digest_made_anew(self, proved, keys, part, place, byte):
        """The digest only finds accidents; what a forger changes is found by signatures."""
        file, proof = self.rich(proved)
        taken = Taken(proof)
        assert all(taken.texts)
        taken.texts[part] = mutated(taken.texts[part], "change", place, byte - 1)
        assert judged(file, taken.together(), keys, alike=False)

    @given(st.integers(0, 1 << 20), st.integers(1, 255))
    @settings(max_examples=settings.default.max_examples * 5)
    def test_what_is_no_text_is_changed_and_the_digest_made_anew(self, proved, keys, place, byte):
        file, proof = self.rich(proved)
        taken = Taken(proof)
        taken.raw = mutated(taken.raw, "change", place, byte - 1)
        assert judged(file, taken.together(), keys)

    def rich(self, proved):
        """Return one of several of a commit that was replaced: all stands in its proof that can."""
        if not hasattr(proved, "rich"):
            number = RecordNumber.parse(FIRST)
            [first] = records.export(proved.at(), number, 1)
            proved.rich = (first.data, proving.prove(proved.at(), first).file.data)
        return proved.rich


class TestReader:
    """What comes from outside: no crash, no acceptance, no more memory than is needed."""

    @given(st.binary(max_size=3000), st.binary(max_size=200))
    @example(b"", b"")
    @example(MARK, b"")
    @settings(max_examples=settings.default.max_examples * 6)
    def test_any_bytes(self, one, keys, proof, others):
        assume(not kind_of(proof))  # a scan: only the package reads those
        # What a code of a slip begins with makes it parts of a proof, not a proof.
        due = "PROOF-PARTS" if MARK in proof else "PROOF-FORMAT"
        assert judged(one[0], proof, keys) == due
        assert judged(*one, others) == "PROOF-KEYS"

    @given(st.lists(st.binary(max_size=400), min_size=7, max_size=7), st.binary(max_size=600))
    @settings(max_examples=settings.default.max_examples * 6)
    def test_any_texts_in_a_sound_frame(self, one, keys, texts, raw):
        taken = Taken(one[1])
        taken.texts, taken.raw = [text.replace(b"\n", b"") for text in texts], raw
        assert judged(one[0], taken.together(), keys) == "PROOF-FORMAT"

    @pytest.mark.parametrize("part", [1, 2, 3])
    @pytest.mark.parametrize(
        "text",
        [
            *(b"[" * 100_000, b"9" * 10_000, b"null", b"[]", b"{}", b'"x"', b"1", b"\xff"),
            b'{"format":1,"index":-1}',
        ],
    )
    def test_json_of_another_shape(self, one, keys, part, text):
        taken = Taken(one[1])
        taken.texts[part] = text
        assert judged(one[0], taken.together(), keys) in {"PROOF-FORMAT", "PROOF-REGISTER"}

    def test_numbers_without_end(self, one, keys):
        for old, new in (
            (b"rmdocs/1 ", b"rmdocs/1 99999999999999"),
            (b"rmdocs/1 ", b"rmdocs/2 "),
        ):
            taken = Taken(one[1])
            taken.texts[0] = taken.texts[0].replace(old, new)
            assert judged(one[0], taken.together(), keys) == "PROOF-FORMAT"
        large = one[1].replace(b"\nindex ", b"\nindex 9999999999999999999")
        assert judged(one[0], large, keys) == "PROOF-FORMAT"

    def test_little_that_unpacks_to_much(self, one, keys):
        taken = Taken(one[1])
        taken.texts[6] = bytes(200 * LARGEST)
        proof = taken.together()
        assert len(proof) < LARGEST
        tracemalloc.start()
        assert judged(one[0], proof, keys) == "PROOF-FORMAT"
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 20 * LARGEST

    def test_larger_than_any(self, one, keys):
        assert judged(one[0], one[1] + bytes(LARGEST), keys) == "PROOF-FORMAT"
        assert judged(*one, keys * LARGEST) == "PROOF-KEYS"

    def test_line_ends_of_another_system(self, one, keys):
        assert judged(one[0], one[1].replace(b"\n", b"\r\n"), keys) == "PROOF-FORMAT"

    def test_others_who_signed_are_counted_and_not_judged(self, one, keys):
        more = (
            one[1]
            + "— witness.example {}\n".format(
                base64.b64encode(b"abcd" + bytes(72)).decode()
            ).encode()
        )
        assert judged(one[0], more, keys) == ""
        # Anybody may write such a line: it does not make another history any less possible.
        for proof in (one[1], more):
            found = proving.judge(*(File(name="x", data=data) for data in (one[0], proof, keys)))
            [told] = [one for one in found.findings if one.code == "PROOF-UNWITNESSED"]
            assert "another history" in told.message.text(Language.EN)
            assert "other(s) signed" not in told.message.text(Language.EN)


def test_proof_of_before_is_read_as_ever(one, keys):
    """It was packed by itself; the phrases came later."""
    before = Taken(one[1]).together(b"")
    assert len(before) > len(one[1]) + 400
    assert judged(one[0], before, keys) == ""


def test_phrases_are_the_same_wherever_they_stand():
    described = (ROOT / "docs/proof-format.md").read_text()
    page = (ROOT / "tools/verify_proof.html").read_text()
    [told] = re.findall(r"(?s)```text\n(.*?)```", described)
    [in_page] = re.findall(r"(?s)PHRASES = latin\(.*?`(.*?)`", page)
    own = (ROOT / "rmdocs/store/proofphrases.txt").read_bytes()
    assert own == theirs.PHRASES == told.encode() == in_page.encode()
    assert f"`{sha256(own)}`" in described


def test_sizes_at_ten_million_records(proved):
    """A volume has 10,000 numbers, here of eight acts each; control here four million acts.

    Three witnesses cosigned the checkpoint.
    """
    alone, of_hundred = [], []
    witnesses = "".join(
        f"— rmdocs/witness/{name} {base64.b64encode(os.urandom(76)).decode()}\n"
        for name in ("head-office", "audit-office", "JN02")
    )
    for found in records.find(proved.at(), query()):
        data = proving.prove(proved.at(), found.number).file.data
        proof = Proof.parse(data)
        chain = ProofChain.parse(proof.extra, int(proof.note.split("\n")[1]))
        long, several = Taken(data), chain.last is not chain.event
        hashes = [os.urandom(32) for _ in range(7 * several + 22)]
        rest = 148 + 32 * (len(chain.ending) + len(chain.register))
        long.raw = long.raw[:148] + b"".join(hashes) + long.raw[rest:]
        path = [base64.b64encode(os.urandom(32)) for _ in range(17)]
        long.lines = [*long.lines[:2], b"index 79999", *path, *long.lines[3 + len(proof.path) :]]
        size = len(long.together()) + len(witnesses.encode())
        (of_hundred if several else alone).append(size)
    assert max(alone) <= 3840, alone
    assert max(of_hundred) <= 4352, of_hundred


def test_tool_by_itself(one, keys, tmp_path):
    """It runs without the package, from another folder, and names what is wrong."""
    places = [tmp_path / name for name in ("文件.docx", "p.tlog-proof", "keys")]
    for place, data in zip(places, (*one, keys), strict=True):
        place.write_bytes(data)
    words = [sys.executable, "-I", str(TOOL)]
    yes = subprocess.run([*words, *places], cwd=tmp_path, capture_output=True, check=False)
    assert yes.returncode == 0
    assert AGREEMENT in yes.stdout.decode()
    no = subprocess.run(
        [*words, places[2], *places[1:]], cwd=tmp_path, capture_output=True, check=False
    )
    assert (no.returncode, b"PROOF-FILE" in no.stdout) == (1, True)
    assert "import rmdocs" not in TOOL.read_text()
    assert subprocess.run([*words], capture_output=True, check=False).returncode == 2


MARK_BEFORE = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "saved",
    [
        lambda keys: keys.replace(b"\n", b"\r\n"),
        lambda keys: MARK_BEFORE + keys,
        lambda keys: keys.rstrip(b"\n"),
        lambda keys: MARK_BEFORE + keys.rstrip(b"\n"),
        lambda keys: MARK_BEFORE + (keys + keys).replace(b"\n", b"\r\n"),
    ],
)
def test_keys_are_read_as_an_editor_saves_them(one, keys, saved):
    assert judged(*one, saved(keys)) == ""


@pytest.mark.parametrize("more", [b"\r", b" ", b"\n", b"#", MARK_BEFORE])
def test_nothing_else_stands_in_keys(one, keys, more):
    for saved in (keys + more + keys, MARK_BEFORE + more + keys):
        assert judged(*one, saved) == "PROOF-KEYS"


@pytest.fixture
def tool(one, keys, tmp_path):
    """Run the verifier that stands alone; the three files of a good proof lie there."""
    for name, data in zip(("f.docx", "p", "keys"), (*one, keys), strict=True):
        (tmp_path / name).write_bytes(data)

    def run(*names, **more):
        words = [sys.executable, "-I", str(TOOL), *names]
        return subprocess.run(words, cwd=tmp_path, check=False, **more)

    return run


def test_tool_says_what_it_does_not_judge_and_what_does(tool, proved, one, tmp_path):
    work = proved.at()
    others = {
        "r.cose": (proving.receipt(work, AGREEMENT).file.data, "verify-file"),
        "slip.pdf": (b"%PDF-1.7", "verify-file"),
        "scan.png": (b"\x89PNG\r\n", "verify-file"),
        "c.txt": (store.checkpoint(work).text.encode(), "verify --against"),
        "s.txt": (store.checkpoint(work).summary.encode(), "verify --against"),
        "again.docx": (one[0], "FILE PROOF KEYS"),
        "more.keys": ((tmp_path / "keys").read_bytes(), "FILE PROOF KEYS"),
        "2026.bundle": (b"# v2 git bundle\n", "-w BUNDLE verify"),
        "pack/bagit.txt": (b"BagIt-Version: 1.0", "audit check"),
    }
    for name, (data, way) in others.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        found = tool("f.docx", name.split("/")[0], "keys", capture_output=True)
        assert (found.returncode, found.stdout) == (2, b""), name
        assert way in found.stderr.decode(), name
        assert "Traceback" not in found.stderr.decode()


def test_tool_ends_quietly_where_nobody_reads_on(tool):
    for names, code in ((("f.docx", "p", "keys"), 0), (("p", "p", "keys"), 1), ((), 2)):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as closed:
            stream = {"stderr": closed} if code == 2 else {"stdout": closed}
            rest = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **stream}
            found = tool(*names, **rest)
        assert found.returncode == code
        assert not found.stdout
        assert not found.stderr


GOOD = ("f.docx", "p", "keys")


@pytest.fixture
def bare(tool, tmp_path):
    """Run it by a shell, as it is in an environment: where streams lead, and how they are coded."""

    def run(names=GOOD, streams="", **environment):
        words = shlex.join([sys.executable, str(TOOL), *names])
        return subprocess.run(
            ["/bin/sh", "-c", f"exec {words} {streams}"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONUTF8": "0", **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_tool_answers_where_signs_cannot_be_shown(bare, environment):
    found = bare(**environment)
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.startswith(b"YES")
    assert bare(("p", "p", "keys"), **environment).returncode == 1
    assert b"Traceback" not in bare((), **environment).stderr


def test_tool_never_says_no_where_its_answer_cannot_be_written(bare):
    found = bare(streams=">/dev/full")
    assert (found.returncode, found.stderr.count(b"\n")) == (2, 1)
    assert b"cannot be written" in found.stderr
    for streams in (">&-", "2>&-", ">&- 2>&-"):
        found = bare(streams=streams)
        assert (found.returncode, found.stderr) == (0, b""), streams
    for streams in (">/dev/full 2>/dev/full", ">/dev/full 2>&-", "1</dev/null 2>&-"):
        assert bare(streams=streams).returncode == 2, streams
    for streams in ("2>/dev/full", "2>&-"):
        found = bare((), streams=streams)
        assert (found.returncode, found.stdout) == (2, b""), streams


def test_tool_refuses_what_is_no_file(bare, tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("/dev/zero", "folder", "none", "n" * 300):
        for place in range(3):
            names = [*GOOD[:place], name, *GOOD[place + 1 :]]
            found = bare(names)
            assert (found.returncode, found.stdout) == (2, b""), names
            assert b"Traceback" not in found.stderr
    assert bare(("/dev/stdin", "p", "keys"), streams="</dev/zero").returncode == 2
    for streams in ("<f.docx", "<<'END'\n\nEND"):
        found = bare(("/dev/stdin", "p", "keys"), streams=streams)
        assert found.returncode == (streams != "<f.docx"), found.stderr


@pytest.mark.parametrize(
    "saved",
    [
        lambda keys: keys.decode().encode("utf-16"),
        lambda keys: b"# ours\n" + keys,
        lambda keys: b" " + keys,
        lambda _keys: b"",
        lambda _keys: b"\n",
    ],
)
def test_by_keys_that_cannot_be_read_nothing_is_judged(bare, keys, tmp_path, saved):
    (tmp_path / "keys").write_bytes(saved(keys))
    found = bare()
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"rmdocs-ledger+ID+KEY" in found.stderr
    with pytest.raises(UsageError, match=r"rmdocs-ledger\+ID\+KEY"):
        proving.require_keys(File(name="keys", data=saved(keys)))
    proving.require_keys(File(name="keys", data=keys))


def test_tool_tells_the_time_by_both_clocks(tool):
    told = tool("f.docx", "p", "keys", capture_output=True).stdout.decode()
    [line] = [one for one in told.splitlines() if one.startswith("time")]
    local, utc = (datetime.fromisoformat(one) for one in re.findall(r"\d{4}-\S+ [\d:]+", line))
    assert local - utc == timedelta(hours=8)
    assert line.endswith(" UTC")


def test_the_page_may_run_its_own_script_and_nothing_else():
    """A browser runs what the policy in the page names by its digest; no browser is needed here."""
    page = (ROOT / "tools/verify_proof.html").read_text()
    for kind in ("script", "style"):
        [inside] = re.findall(rf"(?s)<{kind}>(.*?)</{kind}>", page)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page
