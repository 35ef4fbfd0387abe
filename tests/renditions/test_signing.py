"""Electronic signatures of a record: in order, within limits, sealed, and found out if changed."""

from __future__ import annotations

from datetime import date

import pytest
from signed import paper

from rmdocs.errors import ControlError, FindingsError
from rmdocs.folders import read, save_all
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.signing.sign import sign as put_signature
from rmdocs.workspace import due, records, renditions, store
from rmdocs.workspace.due import Wanted

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"


def test_both_parties_sign_and_their_original_counts(rendered, sign, tmp_path):
    bank, number = rendered
    first = sign("a")
    assert first.left == ("b",)
    found = records.trace(bank.at(), str(number))
    assert (found.original, found.status) == ("", "issued")
    last = sign("b")
    assert last.left == ()
    found = records.trace(bank.at(), str(number))
    assert (found.original, found.status) == (last.name, "signed")
    waiting = {one.key for one in due.what_is_due(bank.at(), Wanted(within=400)).items}
    assert f"{number}-signing_entry" in waiting
    assert f"{number}-signing" not in waiting
    assert [(act.kind, act.party) for act in found.acts[-2:]] == [("sign", "a"), ("sign", "b")]
    judged = renditions.signatures(bank.at(), number)
    assert judged.valid, judged.findings
    assert [one.party for one in judged.signatures] == ["a", "b"]
    assert bank.codes() == set()
    (tmp_path / "back.pdf").write_bytes(last.pdf)
    assert renditions.signatures(bank.at(), read(tmp_path / "back.pdf")).valid
    given = {
        path.name: path.read_bytes()
        for path in save_all(tmp_path / "out", records.export(bank.at(), number))
    }
    assert given[last.name] == last.pdf
    assert set(given) == {f"{number}-e1.docx", f"{number}-e1.pdf", first.name, last.name}
    assert records.trace(bank.at(), read(tmp_path / "back.pdf")).number == number


def test_a_changed_byte_is_found(signed_by_both, tmp_path):
    bank = signed_by_both.bank
    pdf = bytearray(signed_by_both.made["b"].pdf)
    place = pdf.index(b"/Contents <") - 40
    pdf[place] ^= 1
    (tmp_path / "changed.pdf").write_bytes(pdf)
    assert not renditions.signatures(bank.at(), read(tmp_path / "changed.pdf")).valid


def test_before_its_turn_nothing_is_signed(rendered, sign):
    refused(*rendered, lambda: sign("b"))


def test_the_first_party_signs_but_once(signed_by_a):
    refused(signed_by_a.bank, signed_by_a.number, lambda: signed_by_a.sign("a"))


def test_once_all_have_signed_nothing_is_signed(signed_by_both):
    refused(signed_by_both.bank, signed_by_both.number, lambda: signed_by_both.sign("b"))


def refused(bank, number, act):
    before = bank.git("rev-parse", number.volume.ref)
    with pytest.raises((ControlError, FindingsError)):
        act()
    assert bank.git("rev-parse", number.volume.ref) == before


def test_what_is_added_afterwards_leaves_the_original_standing(signed_by_both):
    """The day of signing is recorded once both have signed; it prints a new edition."""
    bank, number, last = signed_by_both.bank, signed_by_both.number, signed_by_both.made["b"]
    sample = bank.sample("RXD7200-01-JN01")
    stage = next(stage for stage in sample["stages"] if stage["stage"] == "signing")
    bank.add(number, "signing", stage["content"], bank.stage_actor(sample, stage))
    found = records.trace(bank.at(), str(number))
    assert (found.current_edition, found.original) == (2, last.name)
    marked = [act.kind for act in found.acts if act.superseded]
    assert marked == ["issue", "render"], "what was signed still counts"
    assert renditions.signatures(bank.at(), number).valid


def test_a_stage_between_two_signatures_strands_nobody(signed_by_a):
    """What the first party signed still stands: the second signs the same pages."""
    bank, number = signed_by_a.bank, signed_by_a.number
    sample = bank.sample("RXD7200-01-JN01")
    stage = next(stage for stage in sample["stages"] if stage["stage"] == "signing")
    bank.add(number, "signing", stage["content"], bank.stage_actor(sample, stage))
    last = signed_by_a.sign("b")
    assert (last.name, last.left) == (f"{number}-e1-signed-b.pdf", ())
    assert records.trace(bank.at(), str(number)).original == last.name
    assert renditions.signatures(bank.at(), number).valid
    assert bank.codes() == set()


def test_an_amended_record_is_signed_anew(signed_by_both):
    bank, number, sign = signed_by_both.bank, signed_by_both.number, signed_by_both.sign
    record = bank.sample("RXD7200-01-JN01")["record"]
    record["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, record, MANAGER)
    assert records.trace(bank.at(), str(number)).original == ""
    assert {
        act.superseded for act in records.trace(bank.at(), str(number)).acts if act.kind == "sign"
    } == {True}
    with pytest.raises(ControlError, match="no formal PDF"):
        sign("a")
    renditions.make(bank.at(MANAGER), [number])
    assert sign("a").name.startswith(f"{number}-e2")


def test_what_is_not_signed_has_nothing_to_judge(rendered):
    bank, number = rendered
    with pytest.raises(ControlError, match="no electronic signature"):
        renditions.signatures(bank.at(), number)


def test_a_wrong_passphrase_signs_nothing(rendered, sign):
    bank, number = rendered
    before = bank.git("rev-parse", number.volume.ref)
    with pytest.raises(FindingsError):
        sign("a", secret=b"wrong")
    assert bank.git("rev-parse", number.volume.ref) == before


def test_the_index_still_finds_it(signed_by_a):
    found = records.find(signed_by_a.bank.at(), Query())
    assert [one.number for one in found] == [str(signed_by_a.number)]


def test_a_file_is_judged_by_what_its_edition_asks_for_also_once_void(signed_by_both, tmp_path):
    bank, number = signed_by_both.bank, signed_by_both.number
    (tmp_path / "half.pdf").write_bytes(signed_by_both.made["a"].pdf)
    (tmp_path / "whole.pdf").write_bytes(signed_by_both.made["b"].pdf)
    bank.void(number, MANAGER, "JN01-0001")
    judged = renditions.signatures(bank.at(), read(tmp_path / "half.pdf"))
    assert [one.code for one in judged.findings] == ["SIG-MISSING", "RECORD-VOID"]
    assert renditions.signatures(bank.at(), read(tmp_path / "whole.pdf")).valid


def test_a_good_file_that_the_store_does_not_know(signed_by_a, signatories, tmp_path):
    """The right people signed, but not what was issued here."""
    bank = signed_by_a.bank
    paper_of_their_own = put_signature(
        paper(), signatories.bureau.request("a"), signatories.bureau.a.credential
    )
    (tmp_path / "other.pdf").write_bytes(paper_of_their_own)
    found = renditions.signatures(bank.at(), read(tmp_path / "other.pdf"))
    assert "FILE-UNKNOWN" in {one.code for one in found.findings}


def test_what_was_signed_is_judged_after_it_counts_no_more(signed_by_both, tmp_path):
    bank, number = signed_by_both.bank, signed_by_both.number
    (tmp_path / "signed.pdf").write_bytes(signed_by_both.made["b"].pdf)
    record = bank.sample("RXD7200-01-JN01")["record"]
    record["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, record, MANAGER)
    found = renditions.signatures(bank.at(), read(tmp_path / "signed.pdf"))
    assert [one.code for one in found.findings] == ["EDITION-SUPERSEDED"]
    bank.void(number, MANAGER, "JN01-0001")
    found = renditions.signatures(bank.at(), read(tmp_path / "signed.pdf"))
    assert ([one.code for one in found.findings], found.valid) == (["RECORD-VOID"], True)


def test_a_file_of_the_store_is_judged_as_of_its_sealing(signed_by_both, tmp_path):
    """Certificates end; what was in time stays so, whoever asks with the file in hand."""
    bank, number = signed_by_both.bank, signed_by_both.number
    (tmp_path / "signed.pdf").write_bytes(signed_by_both.made["b"].pdf)
    late = bank.at(None, date(2031, 1, 1))
    assert renditions.signatures(late, number).findings == ()
    assert renditions.signatures(late, read(tmp_path / "signed.pdf")).findings == ()


class TestWhoseCertificate:
    def test_the_other_party_s(self, rendered, sign, signatories):
        bank, number = rendered
        before = bank.git("rev-parse", number.volume.ref)
        with pytest.raises(FindingsError) as refusal:
            sign("a", certificate=signatories.folder / "b.p12")
        assert [one.code for one in refusal.value.findings] == ["CERT-NAME"]
        assert bank.git("rev-parse", number.volume.ref) == before

    def test_for_a_reason_that_is_told_everywhere(self, rendered, sign, signatories):
        bank, number = rendered
        why = "甲方更名，新证书尚未签发"
        stranger = signatories.folder / "stranger.p12"
        stranger.write_bytes(signatories.bureau.signer("济南").pkcs12())
        with pytest.raises(FindingsError):
            sign("a", certificate=stranger)
        sign("a", certificate=stranger, reason=why)
        (act,) = [act for act in records.trace(bank.at(), str(number)).acts if act.kind == "sign"]
        assert act.reason == why
        sign("b")
        judged = renditions.signatures(bank.at(), number)
        assert (judged.findings, [one.reason for one in judged.signatures]) == ((), [why, ""])
        assert store.verify(bank.at(), renditions=True).findings == ()

    def test_one_who_signs_for_both(self, rendered, sign):
        """A reason is needed, and told instead of the warning."""
        bank, number = rendered
        sign("a")
        with pytest.raises(FindingsError) as refusal:
            sign("b", signatory="陈虚实")
        assert [one.code for one in refusal.value.findings] == ["SIG-SIGNATORY"]
        sign("b", signatory="陈虚实", reason="双方均委托其签字")
        judged = renditions.signatures(bank.at(), number)
        assert (judged.findings, judged.signatures[1].reason) == ((), "双方均委托其签字")
        assert store.verify(bank.at(), renditions=True).findings == ()


class TestWhatBecameOfIt:
    """Whoever asks is told, and nobody is sent to sign what is not signed any more."""

    def refusal(self, bank, number):
        with pytest.raises(ControlError) as refusal:
            renditions.signatures(bank.at(), number)
        return refusal.value.reason.text(Language.EN), refusal.value.remedy.text(Language.EN)

    def test_of_a_void_record_nobody_signed(self, rendered):
        bank, number = rendered
        assert f"rmdocs sign {number} --party a" in self.refusal(bank, number)[1]
        bank.void(number, MANAGER, "JN01-0001")
        said, remedy = self.refusal(bank, number)
        assert "declared void" in said
        assert remedy == f"look at what became of it: rmdocs trace {number}"

    def test_of_one_that_is_to_be_signed_anew(self, rendered, sign):
        bank, number = rendered
        first = sign("a")
        renditions.begin_anew(bank.at(MANAGER), number, "乙方签字人有误")
        said, remedy = self.refusal(bank, number)
        assert "(JN01-0101) had the signing of edition 1 begin anew at " in said
        assert said.endswith(": 乙方签字人有误; nobody has signed since")
        assert f"rmdocs sign {number} --party a" in remedy
        with pytest.raises(ControlError, match="nobody has signed since"):
            renditions.begin_anew(bank.at(MANAGER), number, "重签")
        (aside,) = [
            act.set_aside for act in records.trace(bank.at(), str(number)).acts if act.set_aside
        ]
        assert (aside.staff_no, aside.reason, aside.replaced_by) == (MANAGER, "乙方签字人有误", "")
        second = sign("a")
        (act,) = [act for act in records.trace(bank.at(), str(number)).acts if act.set_aside]
        assert act.files[0].path.endswith(first.name)
        assert act.set_aside.replaced_by == second.name
        renditions.begin_anew(bank.at(MANAGER), number, "又错")
        asides = [act.set_aside for act in records.trace(bank.at(), str(number)).acts]
        assert [one and one.reason for one in asides[-4:]] == [
            "乙方签字人有误",
            "又错",
            "又错",
            None,
        ]
        bank.void(number, MANAGER, "JN01-0001")
        said, remedy = self.refusal(bank, number)
        assert ("又错" in said, "declared void" in said) == (True, True)
        assert "rmdocs sign" not in remedy


class TestAnew:
    def test_what_was_signed_is_kept_and_marked(self, rendered, sign, tmp_path):
        bank, number = rendered
        first = sign("a")
        wrong = sign("b")
        (tmp_path / "wrong.pdf").write_bytes(wrong.pdf)
        assert records.trace(bank.at(), str(number)).original == wrong.name
        begun = renditions.begin_anew(bank.at(MANAGER), number, "乙方签字人有误")
        assert (begun.edition, begun.set_aside, begun.left) == (1, ("a", "b"), ("a", "b"))
        found = records.trace(bank.at(), str(number))
        assert (found.original, found.status, found.edition) == ("", "issued", 1)
        assert [(act.kind, act.superseded, act.reason) for act in found.acts[-3:]] == [
            ("sign", True, ""),
            ("sign", True, ""),
            ("sign-again", False, "乙方签字人有误"),
        ]
        with pytest.raises(ControlError, match="nobody has signed since"):
            renditions.signatures(bank.at(), number)
        with pytest.raises(ControlError, match="Party A signs before"):
            sign("b")
        again = [sign("a"), sign("b")]
        assert [one.name for one in again] == [
            f"{number}-e1-signed-a-2.pdf",
            f"{number}-e1-signed-b-2.pdf",
        ]
        assert records.trace(bank.at(), str(number)).original == again[1].name
        assert renditions.signatures(bank.at(), number).findings == ()
        kept = renditions.signatures(bank.at(), read(tmp_path / "wrong.pdf"))
        assert [one.code for one in kept.findings] == ["SIGNING-ANEW"]
        assert "乙方签字人有误" in kept.findings[0].message.text(Language.EN)
        assert kept.valid
        given = {
            path.name: path.read_bytes()
            for path in save_all(tmp_path, records.export(bank.at(), number))
        }
        assert given[first.name] == first.pdf
        assert given[wrong.name] == wrong.pdf
        assert given[again[1].name] == again[1].pdf
        assert bank.codes() == set()
        assert store.verify(bank.at(), renditions=True).findings == ()

    def test_with_the_first_signature_of_it(self, rendered, sign, signatories):
        """Both are sealed, or neither: a signature that is refused sets nothing aside."""
        bank, number = rendered
        first = sign("a")
        before = bank.git("rev-parse", number.volume.ref)
        with pytest.raises(FindingsError):
            sign("a", certificate=signatories.folder / "b.p12", again=True, reason="重签")
        with pytest.raises(ControlError, match="reason"):
            sign("a", again=True)
        assert bank.git("rev-parse", number.volume.ref) == before
        anew = sign("a", again=True, reason="签字人有误")
        assert anew.left == ("b",)
        assert anew.pdf[: len(first.pdf)] != first.pdf
        assert [act.kind for act in records.trace(bank.at(), str(number)).acts[-2:]] == [
            "sign-again",
            "sign",
        ]
        sign("b")
        assert store.verify(bank.at(), renditions=True).findings == ()

    def test_more_than_once(self, rendered, sign):
        bank, number = rendered
        sign("a")
        for count in (2, 3):
            renditions.begin_anew(bank.at(MANAGER), number, "重签")
            with pytest.raises(ControlError, match="nobody has signed since"):
                renditions.begin_anew(bank.at(MANAGER), number, "重签")
            assert sign("a").name == f"{number}-e1-signed-a-{count}.pdf"
        assert bank.codes() == set()

    def test_on_the_edition_that_was_signed(self, rendered, sign):
        """A stage came after it: signing goes on where it began."""
        bank, number = rendered
        sign("a")
        sample = bank.sample("RXD7200-01-JN01")
        stage = next(stage for stage in sample["stages"] if stage["stage"] == "signing")
        bank.add(number, "signing", stage["content"], bank.stage_actor(sample, stage))
        assert renditions.begin_anew(bank.at(MANAGER), number, "重签").edition == 1
        assert sign("a").name == f"{number}-e1-signed-a-2.pdf"
        assert bank.codes() == set()

    @pytest.mark.parametrize("reason", ["", " ", "重\u202e签"])
    def test_not_without_a_reason(self, rendered, sign, reason):
        bank, number = rendered
        sign("a")
        with pytest.raises((ControlError, FindingsError)):
            renditions.begin_anew(bank.at(MANAGER), number, reason)

    @pytest.mark.usefixtures("sign")
    def test_not_where_nobody_signed(self, rendered):
        bank, number = rendered
        with pytest.raises(ControlError, match="nothing begins anew"):
            renditions.begin_anew(bank.at(MANAGER), number, "重签")

    def test_not_by_another_unit(self, rendered, sign):
        bank, number = rendered
        sign("a")
        with pytest.raises(ControlError):
            renditions.begin_anew(bank.at("YT03-0301"), number, "重签")
