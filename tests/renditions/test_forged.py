"""Renditions sealed past the use cases: what a thief with a key could do, and verify has to see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO

import pytest
from bank import LATE
from forged import append
from pypdf import PdfReader, PdfWriter
from sheets import all_scanned, delivered
from signed import Bureau, elliptic

from rmdocs.control.staff import add_person
from rmdocs.events.facts import Unknown
from rmdocs.events.records import PaperFiled, PdfMade, PdfSigned, SigningBegunAnew
from rmdocs.registers.indexfile import Query
from rmdocs.registers.renditions import print_copy
from rmdocs.registers.renditions import renditions as made_of
from rmdocs.renditions.records import edition_event, rendition_event, subject
from rmdocs.signing.sign import unjudged as put_signature
from rmdocs.signing.signaturerequest import SignatureRequest
from rmdocs.signing.trust import Trust
from rmdocs.workspace import due, records, renditions, store
from rmdocs.workspace.due import Wanted

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER, STRANGER, HEAD, OFFICER = "JN01-0101", "YT03-0301", "JN01-0001", "SD00-0004"
RENDER, SIGN, SCAN = PdfMade.KIND, PdfSigned.KIND, PaperFiled.KIND
FILED = {"filed_on": LATE.isoformat()}


def forge(bank, number, kind, pdf, facts=None, *, actor=MANAGER, at="", **more):
    """Seal a PDF as a rendition of a record, as no procedure would."""
    one = subject(bank.at().registry, number)
    said = {
        "rules": one.rules,
        "of_edition": one.edition,
        **(FILED if kind != RENDER else {}),
    }
    places = {
        RENDER: f"renditions/1-2/{number}-e1.pdf",
        SCAN: f"scans/1/9/{number}-e1-scan.pdf",
    }
    path = at or places.get(kind, f"signatures/1/9/{number}-e1-signed-a.pdf")
    forged = Unknown(name=kind, said={**said, **(facts or {})})
    new_event = replace(rendition_event(one, forged, path, pdf), **more)
    append(bank, actor, new_event, day=LATE, ref=number.volume.ref)


def scanned(one, more):
    return PaperFiled(rules=one.rules, of_edition=one.edition, filed_on=LATE, **more)


def begun(one):
    return SigningBegunAnew(rules=one.rules, of_edition=one.edition)


def sealed(bank, number, kind=RENDER):
    """Return the newest rendition of a kind, as bytes."""
    one = subject(bank.at().registry, number)
    return one.content(
        [made for made in made_of(one.folder.events) if made.said.kind == kind][-1].file
    )


def engine(bank, number):
    return print_copy(subject(bank.at().registry, number).folder.events)[0].event.facts["engine"]


def pages(bank, number):
    return {"pages": len(PdfReader(BytesIO(sealed(bank, number))).pages)}


def another(bank):
    """Issue another agreement, of as many pages."""
    record = bank.sample("RXD7200-01-JN01")
    record["record"]["content"]["contract_no"] += "9"
    return bank.issue(record, LATE)


@pytest.fixture
def by(rendered, signatories):
    """Return a function that signs a PDF of the agreement, with any certificate."""
    bank, number = rendered
    parties = subject(bank.at().registry, number).form.signing

    def made(pdf, party, holder=None, trusted=signatories.bureau):
        holder = holder or getattr(signatories.bureau, party)
        font, moment = signatories.bureau.font, bank.at().now()
        trust = Trust(roots=(trusted.root.der,))
        asked = SignatureRequest(
            parties=parties,
            party=party,
            signatory="陈虚实",
            moment=moment,
            font=font,
            trust=trust,
            reason="测试",
        )
        return put_signature(pdf, asked, holder.credential)

    return made


def certificate(holder):
    return {"certificate": sha256(holder.der).hexdigest(), "signatory": "陈虚实", "level": "B-B"}


class TestWho:
    def test_a_scan_by_another_unit(self, rendered):
        bank, number = rendered
        forge(bank, number, SCAN, sealed(bank, number), pages(bank, number), actor=STRANGER)
        assert bank.codes() == {"RENDITION-UNIT"}

    def test_a_scan_by_who_may_not_issue(self, rendered):
        bank, number = rendered
        forge(bank, number, SCAN, sealed(bank, number), pages(bank, number), actor=HEAD)
        assert bank.codes() == {"RENDITION-ROLE"}

    @pytest.mark.parametrize("old", [False, True])
    def test_with_a_key_that_was_taken_away(self, rendered, old):
        """A state of the registers from before is no excuse."""
        bank, number = rendered
        thief, before = bank.at(MANAGER).acting(), bank.at().registry.control.checkpoint
        person, officer = thief.person, bank.at(OFFICER, date(2026, 12, 1))
        add_person(officer.store, replace(person, keys=()), officer.acting())
        one = subject(bank.at().registry, number)
        facts = scanned(one, pages(bank, number))
        path = f"scans/1/9/{number}-e1-scan.pdf"
        new_event = rendition_event(one, facts, path, sealed(bank, number))
        with bank.at().store.locked(number.volume.ref) as branch:
            branch.append(
                (replace(new_event, relied_on=before) if old else new_event,),
                actor=thief.actor,
                key=thief.key,
                ledger_key=thief.ledger_key,
                time=thief.time_after(branch.head),
                subject_line="Forge",
                trailers={"Event": SCAN},
            )
        assert bank.codes() == {"ACTOR-KEY-THEN", "COMMIT-TEXT"}

    def test_on_a_control_ledger_that_never_stood_so(self, rendered):
        bank, number = rendered
        facts = pages(bank, number)
        forge(bank, number, SCAN, sealed(bank, number), facts, relied_on=None)
        assert bank.codes() == {"RELIED-ON"}

    def test_of_a_void_record(self, rendered):
        bank, number = rendered
        pdf, facts = sealed(bank, number), pages(bank, number)
        one = subject(bank.at().registry, number)
        bank.void(number, MANAGER, HEAD)
        path = f"scans/1/9/{number}-e1-scan.pdf"
        new_event = rendition_event(one, scanned(one, facts), path, pdf)
        append(bank, MANAGER, new_event, day=LATE, ref=number.volume.ref)
        assert bank.codes() == {"RENDITION-ENDED"}


class TestScanned:
    def test_dated_otherwise_than_sealed(self, rendered):
        bank, number = rendered
        facts = {**pages(bank, number), "filed_on": "2026-03-01"}
        forge(bank, number, SCAN, sealed(bank, number), facts)
        assert bank.codes() == {"RENDITION-DATE"}

    def test_of_an_edition_that_is_not_there(self, rendered):
        bank, number = rendered
        facts = {**pages(bank, number), "of_edition": 7}
        forge(bank, number, SCAN, sealed(bank, number), facts, at="scans/7/1/x.pdf")
        assert bank.codes() == {"RENDITION-EDITION", "SCAN-UNRENDERED"}

    @pytest.mark.parametrize("edition", [None, "2", [1], 1.5])
    def test_of_no_edition_stops_nobody(self, rendered, edition):
        """Neither verifying nor anything else ends in a traceback."""
        bank, number = rendered
        facts = {**pages(bank, number), "of_edition": edition, "copy": "x", "filed_on": "never"}
        forge(bank, number, SCAN, sealed(bank, number), facts)
        assert bank.codes() == {"EVENT-FACTS", "RENDITION-EDITION", "RENDITION-DATE"}
        assert records.trace(bank.at(), str(number)).original == ""
        assert [row.status for row in records.find(bank.at(), Query())] == ["issued"]
        assert due.what_is_due(bank.at(), Wanted(within=400)).items

    def test_in_another_place(self, rendered):
        bank, number = rendered
        facts = pages(bank, number)
        forge(bank, number, SCAN, sealed(bank, number), facts, at="renditions/1-9/x.pdf")
        assert bank.codes() == {"RENDITION-PLACE"}

    def test_of_another_length(self, rendered):
        bank, number = rendered
        forge(bank, number, SCAN, shortened(sealed(bank, number)), {"pages": 1})
        assert bank.codes() == {"SCAN-LENGTH"}
        forge(
            bank,
            number,
            SCAN,
            shortened(sealed(bank, number)),
            {"pages": 5},
            at="scans/1/8/x.pdf",
        )
        assert bank.codes() == {"SCAN-LENGTH", "SCAN-PAGES"}

    def test_that_is_no_pdf(self, rendered):
        bank, number = rendered
        forge(bank, number, SCAN, b"%PDF-1.7 no", {"pages": 1})
        assert bank.codes() == {"RENDITION-UNREADABLE"}

    def test_of_another_record(self, rendered, tmp_path):
        """As many pages, and nothing but the codes on them tells; who asks is told."""
        bank, number = rendered
        mine = delivered(tmp_path / "mine.pdf", all_scanned(sealed(bank, number))).read_bytes()
        other = another(bank)
        renditions.make(bank.at(MANAGER), [other])
        forge(bank, other, SCAN, mine, pages(bank, other))
        assert bank.codes() == set()
        found = store.verify(bank.at(), renditions=True).findings
        assert [finding.code for finding in found] == ["SCAN-OTHER"]

    def test_a_true_one_read_again(self, rendered, tmp_path):
        bank, number = rendered
        mine = delivered(tmp_path / "mine.pdf", all_scanned(sealed(bank, number)))
        assert renditions.scan(bank.at(MANAGER), [mine]).settled
        assert store.verify(bank.at(), renditions=True).findings == ()


class TestRendered:
    def test_of_another_record(self, rendered):
        bank, number = rendered
        other = another(bank)
        facts = {"engine": engine(bank, number), "formal": True}
        forge(bank, other, RENDER, sealed(bank, number), facts)
        assert bank.codes() == {"RENDER-OTHER", "RENDER-SOURCE"}

    def test_with_another_content(self, rendered):
        bank, number = rendered
        pdf = sealed(bank, number)
        content = subject(bank.at().registry, number).source()
        assert content in pdf
        changed = pdf.replace(content, content.replace("济南".encode(), "青岛".encode(), 1))
        facts = {"engine": engine(bank, number), "formal": True}
        forge(bank, number, RENDER, changed, facts)
        assert bank.codes() == {"RENDER-SOURCE"}

    def test_by_another_engine_or_none(self, rendered):
        bank, number = rendered
        forge(bank, number, RENDER, sealed(bank, number), {"engine": "Word", "formal": True})
        assert bank.codes() == {"RENDER-ENGINE"}

    def test_of_pages_without_a_word_of_what_they_are(self, rendered):
        bank, number = rendered
        facts = {"engine": engine(bank, number), "formal": True}
        forge(bank, number, RENDER, shortened(sealed(bank, number)), facts)
        assert bank.codes() == {"RENDER-OTHER", "RENDER-SOURCE", "RENDER-ENGINE"}


class TestSigned:
    def test_as_it_should_be(self, rendered, by, signatories):
        """The forger's own way is no offence if all is as it must be."""
        bank, number = rendered
        facts = {"party": "a", **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a"), facts)
        assert bank.codes() == set()

    def test_not_signed_at_all(self, rendered, signatories):
        """F22: what looks like a signature on the page is a picture."""
        bank, number = rendered
        facts = {"party": "a", **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, sealed(bank, number), facts)
        assert bank.codes() == {"SIGN-COUNT"}

    def test_on_other_pages(self, rendered, by, signatories):
        bank, number = rendered
        pdf = sealed(bank, number)
        content = subject(bank.at().registry, number).source()
        other = pdf.replace(content, content.replace("济南".encode(), "青岛".encode(), 1))
        facts = {"party": "a", **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, by(other, "a"), facts)
        assert bank.codes() == {"SIGN-OTHER"}

    def test_by_another_than_it_says(self, rendered, by, signatories):
        bank, number = rendered
        mallory = signatories.bureau.signer("马洛里")
        facts = {"party": "a", **certificate(signatories.bureau.a)}
        forge(
            bank,
            number,
            SIGN,
            by(sealed(bank, number), "a"),
            {**facts, **certificate(mallory)},
        )
        assert bank.codes() == {"SIGN-CERTIFICATE"}

    def test_for_a_party_that_is_none(self, rendered, by, signatories):
        bank, number = rendered
        facts = {"party": "c", **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a"), facts)
        assert bank.codes() == {"SIGN-PARTY"}

    def test_with_the_same_file_for_both(self, rendered, by, signatories):
        """One signature counted twice makes no signed original."""
        bank, number = rendered
        pdf, facts = by(sealed(bank, number), "a"), certificate(signatories.bureau.a)
        for place, party in enumerate("ab", 1):
            at = f"signatures/1/{place}/{party}.pdf"
            forge(bank, number, SIGN, pdf, {"party": party, **facts}, at=at)
        assert bank.codes() == {"SIGN-COUNT", "SIGN-PARTY"}

    def test_with_bytes_behind(self, rendered, by, signatories):
        bank, number = rendered
        pdf = by(sealed(bank, number), "a") + b"% paid\n"
        forge(bank, number, SIGN, pdf, {"party": "a", **certificate(signatories.bureau.a)})
        assert bank.codes() == {"SIGN-PARTIAL"}

    def test_with_a_changed_byte(self, rendered, by, signatories):
        bank, number = rendered
        pdf = bytearray(by(sealed(bank, number), "a"))
        pdf[pdf.index(b"/Contents <") - 40] ^= 1
        forge(
            bank,
            number,
            SIGN,
            bytes(pdf),
            {"party": "a", **certificate(signatories.bureau.a)},
        )
        assert bank.codes() == {"SIGN-BROKEN"}

    @pytest.mark.usefixtures("sign")
    def test_by_one_whom_nobody_trusts(self, rendered, by, signatories):
        """Whom to trust is asked of the workspace, when somebody asks."""
        bank, number = rendered
        bureau = Bureau(signatories.bureau.font)
        stranger = bureau.signer("中国建设银行济南示例支行", elliptic())
        facts = {"party": "a", **certificate(stranger)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a", stranger, bureau), facts)
        assert bank.codes() == set()
        found = store.verify(bank.at(), renditions=True).findings
        assert {"SIG-UNTRUSTED"} <= {finding.code for finding in found}

    def test_a_true_one_judged_again(self, signed_by_a):
        assert store.verify(signed_by_a.bank.at(), renditions=True).findings == ()

    def test_true_ones_judged_again(self, signed_by_both):
        assert store.verify(signed_by_both.bank.at(), renditions=True).findings == ()

    @pytest.mark.parametrize("case", ["party", "signatory", "nobody", "other"])
    def test_whom_its_certificate_names(self, rendered, by, signatories, case):
        said, reason = case, "为何" if case == "nobody" else ""
        found = set() if case == "party" else {"SIGN-NAMED"}
        bank, number = rendered
        facts = {"party": "a", "named": said, **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a"), facts, reason=reason)
        assert bank.codes() == found

    @pytest.mark.parametrize("reason", ["", " ", "为何"])
    def test_by_the_other_party_s_certificate(self, rendered, by, signatories, reason):
        bank, number = rendered
        other = signatories.bureau.b
        facts = {"party": "a", "named": "other", **certificate(other)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a", other), facts, reason=reason)
        assert bank.codes() == ({"SIGN-REASON"} if not reason.strip() else set())

    def test_before_anybody_was_asked_whom_it_names(self, rendered, by, signatories):
        """What an earlier version sealed says nothing of it, and is not judged by it."""
        bank, number = rendered
        stranger = signatories.bureau.signer("济南")
        facts = {"party": "a", **certificate(stranger)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a", stranger), facts)
        assert bank.codes() == set()

    def test_begun_anew_where_nobody_signed(self, rendered):
        bank, number = rendered
        one = subject(bank.at().registry, number)
        new_event = edition_event(one, begun(one), reason="为何")
        append(bank, MANAGER, new_event, day=LATE, ref=number.volume.ref)
        assert bank.codes() == {"SIGN-ANEW"}

    def test_begun_anew_by_somebody_of_another_unit(self, rendered, by, signatories):
        bank, number = rendered
        facts = {"party": "a", **certificate(signatories.bureau.a)}
        forge(bank, number, SIGN, by(sealed(bank, number), "a"), facts)
        one = subject(bank.at().registry, number)
        new_event = edition_event(one, begun(one), reason="为何")
        append(bank, STRANGER, new_event, day=LATE, ref=number.volume.ref)
        assert bank.codes() == {"RENDITION-UNIT"}


def shortened(pdf):
    """Return the first page of a PDF, without a word of what it is."""
    writer = PdfWriter()
    writer.add_page(PdfReader(BytesIO(pdf)).pages[0])
    written = BytesIO()
    writer.write(written)
    return written.getvalue()
