"""A party signs, or is refused with every reason at once."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from signed import DAY, END, LATER, PARTIES, PASSPHRASE, START, Bureau, elliptic, paper
from typefaces import LATIN, typeface

from rmdocs.errors import ControlError, FindingsError, RefusedError, UsageError
from rmdocs.forms.sections.signing import SignaturePlace
from rmdocs.messages import Language
from rmdocs.pdf.codes import MILLIMETRE
from rmdocs.pdf.pagetext import signs
from rmdocs.signing.appearance import Statement, _fitting, place_parties
from rmdocs.signing.credentials import Pkcs12
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.signaturerequest import beyond_limit
from rmdocs.signing.timestamps import HttpAuthority
from rmdocs.signing.trust import Trust
from rmdocs.signing.validation import validate


def refused(pdf, request, credential):
    with pytest.raises(FindingsError) as refusal:
        sign(pdf, request, credential)
    return {finding.code: finding for finding in refusal.value.findings}


@pytest.mark.parametrize(
    "level",
    [pytest.param(one, marks=() if one.value == "B-B" else pytest.mark.long) for one in Level],
)
def test_both_sign(bureau, sign_both, level):
    pdf = sign_both(paper(), level)
    roots = Trust(roots=(bureau.root.der,))
    found = validate(pdf, bureau.trust() if level is Level.B_B else roots, LATER, PARTIES)
    assert found.valid
    assert found.findings == ()
    first, last = found.signatures
    assert (first.level, last.level) == (level, level)
    assert (first.certifies, last.certifies) == (True, False)
    assert (first.locks, last.locks) == (False, True)
    assert (first.whole, last.whole) == (False, True)
    assert (first.signatory, first.meaning) == ("陈虚实", "代表甲方签订本协议")
    assert (first.claimed, last.claimed) == (DAY, LATER)
    assert last.trusted_by == "示例根证书"


def test_what_was_there_stays_as_it_was(by_a, by_both):
    assert by_a.startswith(paper())
    assert by_both.startswith(by_a)


def test_one_party_alone_certifies_and_locks(bureau):
    alone = PARTIES[1:]
    pdf = sign(paper(), bureau.request("b", parties=alone), bureau.b.credential)
    found = validate(pdf, bureau.trust(), LATER, alone)
    assert found.findings == ()
    assert (found.signatures[0].certifies, found.signatures[0].locks) == (True, True)


@pytest.mark.parametrize(
    ("state", "party", "reason"),
    [
        ("unsigned", "b", "Party A signs before Party B"),
        ("by_a", "a", "Party A signed this document already"),
        ("by_both", "b", "Party B signed this document already"),
    ],
)
def test_the_order_is_kept(request, bureau, state, party, reason):
    pdf = paper() if state == "unsigned" else request.getfixturevalue(state)
    with pytest.raises(ControlError) as refusal:
        sign(pdf, bureau.request(party), bureau.b.credential)
    assert refusal.value.reason.text(Language.EN) == reason


def test_nobody_signs_between(bureau, by_both):
    third = replace(PARTIES[1], name="c")
    parties = (PARTIES[0], third, PARTIES[1])
    with pytest.raises(ControlError):
        sign(by_both, bureau.request("c", parties=parties), bureau.b.credential)


def test_nobody_signs_what_was_altered(bureau, by_a):
    altered = by_a.replace(b"(Agreement)", b"(Agreemenx)")
    assert altered != by_a
    with pytest.raises(RefusedError) as refusal:
        sign(altered, bureau.request("b"), bureau.b.credential)
    assert [finding.code for finding in refusal.value.findings] == ["SIG-BROKEN"]


def test_unfit_certificates_are_told_at_once(bureau):
    server = [ExtendedKeyUsageOID.SERVER_AUTH]
    past = datetime(2025, 6, 1, tzinfo=UTC)
    bad = bureau.signer("济南", purposes=server, end=past)
    encrypted = paper().replace(b"/Root 1 0 R", b"/Root 9 0 R")
    found = refused(encrypted, bureau.request("a"), bad.credential)
    assert set(found) == {"CERT-EXPIRED", "CERT-USAGE", "PDF-DAMAGED"}
    early = bureau.signer("济南", start=DAY + timedelta(days=1))
    assert set(refused(paper(), bureau.request("a"), early.credential)) == {"CERT-EARLY"}
    coding = bureau.signer("济南", usage={"key_encipherment": True})
    assert set(refused(paper(), bureau.request("a"), coding.credential)) == {"CERT-USAGE"}
    issuer = Pkcs12.load(bureau.issuer.pkcs12(), PASSPHRASE)
    assert set(refused(paper(), bureau.request("a"), issuer)) == {"CERT-USAGE"}


@dataclass(frozen=True)
class Service:
    """A signing service: any object with these three members."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey
    chain: tuple[bytes, ...] = ()

    def sign(self, data, digest):
        assert digest == "sha256"
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.long
def test_a_service_signs(bureau, by_a):
    service = Service(bureau.b.der, bureau.b.key)
    pdf = sign(by_a, bureau.request("b", moment=LATER), service)
    assert validate(pdf, bureau.trust(), LATER, PARTIES).findings == ()


def test_a_key_of_another_certificate(bureau):
    service = Service(bureau.b.der, elliptic())
    assert set(refused(paper(), bureau.request("a"), service)) == {"CREDENTIAL-KEY"}


def test_places(bureau):
    nowhere = tuple(
        replace(party, place=replace(party.place, anchor=anchor))
        for party, anchor in zip(PARTIES, ("甲方（公章）", "Party"), strict=True)
    )
    with pytest.raises(FindingsError) as refusal:
        sign(paper(), bureau.request("a", parties=nowhere), bureau.a.credential)
    texts = [finding.message.text(Language.EN) for finding in refusal.value.findings]
    assert [text.rpartition(", ")[2] for text in texts] == [
        "is not on the pages",
        "is on the pages more than once",
    ]
    outside = (PARTIES[0], replace(PARTIES[1], place=replace(PARTIES[1].place, right=150)))
    found = refused(paper(), bureau.request("a", parties=outside), bureau.a.credential)
    assert found["SIGN-PLACE"].path == "signing.b"


def test_no_signature_covers_what_is_printed_where_it_was_to_stand():
    wanted = place_parties(paper(), PARTIES)
    lines = ["A party whose name is long"] * 4
    long = paper(words=") Tj 0 -18 Td (".join(lines), down=30)
    first, second = place_parties(long, PARTIES)
    lowest = min(one[1] for one in signs(long, 0))
    assert lowest - 10 < first.top < lowest
    assert first == replace(wanted[0], top=first.top, bottom=first.bottom)
    assert first.top - first.bottom == pytest.approx(wanted[0].top - wanted[0].bottom)
    assert second == wanted[1]
    # What only stands close by moves nothing; nor does a blank.
    assert place_parties(paper(words="A", down=120), PARTIES) == wanted
    assert place_parties(paper(words="   ", down=60), PARTIES) == wanted


def test_a_signature_without_room_below_a_name_is_refused(bureau):
    full = paper(words=") Tj 0 -18 Td (".join(["A party"] * 32), down=30)
    found = refused(full, bureau.request("a"), bureau.a.credential)
    assert found["SIGN-PLACE"].path == "signing.a"
    # Nor does one slide to where another party signs.
    above = (PARTIES[0], replace(PARTIES[1], place=replace(PARTIES[1].place, anchor="Beta")))
    stacked = paper(words="Ltd) Tj 0 -90 Td (Beta", down=30)
    found = refused(stacked, bureau.request("a", parties=above), bureau.a.credential)
    assert found["SIGN-PLACE"].path == "signing.a"


@pytest.mark.long
def test_fonts(bureau, tmp_path):
    request = bureau.request("a", signatory="喆堃")
    found = refused(paper(), request, bureau.a.credential)
    assert "喆" in found["SIGN-GLYPH"].message.text(Language.EN)
    latin = typeface(tmp_path / "Latin.ttf", "Latin", LATIN)
    assert set(refused(paper(), replace(request, font=latin), bureau.a.credential)) == {
        "SIGN-GLYPH"
    }
    for font in (tmp_path / "none.ttf", Path(__file__)):
        assert set(refused(paper(), replace(request, font=font), bureau.a.credential)) == {
            "SIGN-FONT"
        }


@pytest.mark.long
def test_a_long_meaning_is_folded(bureau):
    meaning = replace(PARTIES[0].meaning, zh="代表甲方签订本协议" * 6)
    parties = (replace(PARTIES[0], meaning=meaning), PARTIES[1])
    pdf = sign(paper(), bureau.request("a", parties=parties), bureau.a.credential)
    assert validate(pdf, bureau.trust(), DAY).signatures[0].meaning == meaning.zh


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signatory": "陈" * 61}, "TEXT-LONG"),
        ({"signatory": "陈虚实\n行长"}, "TEXT-LINES"),
        ({"signatory": "陈\t虚实"}, "TEXT-LINES"),
        ({"signatory": "陈\x07虚实"}, "TEXT-UNPRINTABLE"),
        ({"signatory": "陈\x85虚实"}, "TEXT-UNPRINTABLE"),
        ({"signatory": "陈\u2028虚实"}, "TEXT-UNPRINTABLE"),
        ({"signatory": "陈\u200b虚实"}, "TEXT-INVISIBLE"),
        ({"reason": "更名" * 151}, "TEXT-LONG"),
        ({"reason": "更名\n已获批准"}, "TEXT-LINES"),
        ({"reason": "更名\r"}, "TEXT-UNPRINTABLE"),
    ],
)
def test_texts_that_nobody_reads_as_they_are(bureau, changes, code):
    """Before anything is opened, asked or signed: the request itself is refused."""
    with pytest.raises(FindingsError) as refusal:
        bureau.request("a", **changes)
    (found,) = refusal.value.findings
    assert (found.code, found.path) == (code, next(iter(changes)))


@pytest.mark.long
@pytest.mark.parametrize("longest", [{"signatory": "陈" * 60}, {"reason": "更名" * 150}])
def test_texts_as_long_as_they_may_be(bureau, longest):
    pdf = sign(paper(), bureau.request("a", **longest), bureau.a.credential)
    assert validate(pdf, bureau.trust(), DAY, PARTIES[:1]).valid


def test_what_the_place_does_not_hold_is_refused_whole(bureau):
    """The library would print it ever smaller."""
    meaning = replace(PARTIES[0].meaning, zh="代表甲方签订本协议" * 25)
    parties = (replace(PARTIES[0], meaning=meaning), PARTIES[1])
    found = refused(paper(), bureau.request("a", parties=parties), bureau.a.credential)
    assert "70 × 32 mm" in found["SIGN-ROOM"].message.text(Language.EN)
    narrow = replace(PARTIES[0], place=replace(PARTIES[0].place, height=8))
    request = bureau.request("a", parties=(narrow, PARTIES[1]))
    assert set(refused(paper(), request, bureau.a.credential)) == {"SIGN-ROOM"}


@given(st.text("陈虚实 ab", min_size=1, max_size=200), st.integers(20, 120), st.integers(10, 60))
def test_a_signature_is_printed_whole_or_refused(signatory, width, height):
    """Every line lies within the place, and together they say all of it."""
    statement = Statement(
        party="甲方",
        signatory=signatory,
        subject="济南示例",
        moment=DAY,
        meaning="代表甲方签订本协议",
    )
    try:
        size, lines = _fitting(
            statement, SignaturePlace(anchor="x", right=0, down=0, width=width, height=height)
        )
    except FindingsError:
        return
    assert len(lines) * size <= height * MILLIMETRE
    assert "".join(lines).count(signatory) >= 1
    wide = [sum(2 if one > "\u2e80" else 1 for one in line) for line in lines]
    assert max(wide) * size / 2 <= width * MILLIMETRE


@pytest.mark.long
def test_silent_and_foolish_authorities(bureau):
    class Mute:
        def stamp(self, _):
            return b"no"

    for authority in (HttpAuthority(url="http://127.0.0.1:9/"), Mute()):
        request = bureau.request("a", Level.B_T, authority=authority)
        found = refused(paper(), request, bureau.a.credential)
        assert set(found) == {"SIGN-STAMP"}


@pytest.mark.long
@pytest.mark.parametrize("crls", [0, 1])
def test_the_long_term_level_needs_every_list(bureau, crls):
    trust = replace(bureau.trust(), crls=bureau.trust().crls[:crls])
    request = bureau.request("a", Level.B_LT, trust=trust)
    found = refused(paper(), request, bureau.a.credential)
    assert set(found) == {"SIGN-CHAIN"}
    assert "a revocation list is missing" in found["SIGN-CHAIN"].message.text(Language.EN)


@pytest.mark.long
def test_why_a_chain_cannot_be_proven(bureau):
    """Each usual cause in words of ours, none of the library's English among them."""
    other = Bureau(bureau.font)
    causes = {
        "济南虚构岱岳重型机械有限公司 was revoked on 2026-03-02": {
            "trust": bureau.trust(revoked=bureau.a)
        },
        "示例时间戳机构 was revoked on 2026-03-02": {"trust": bureau.trust(revoked=bureau.stamps)},
        "the certificate of 示例根证书 is missing": {"trust": other.trust()},
        "no trusted root is found for the time-stamping": {"authority": other.authority(DAY)},
        "is out of date": {"moment": DAY + timedelta(days=40)},
    }
    for words, changes in causes.items():
        request = bureau.request("a", Level.B_LT, **changes)
        found = refused(paper(), request, bureau.a.credential)["SIGN-CHAIN"]
        assert words in found.message.text(Language.EN)
        assert (found.label == "" or "→" in found.label, bool(found.remedy.text(Language.EN))) == (
            True,
            True,
        )


@pytest.mark.long
def test_issuers_that_expired_or_are_early(bureau):
    day = DAY.date()
    for words, start, end in (
        (f"expired on {day - timedelta(days=1)}", START, DAY - timedelta(days=1)),
        (f"is valid from {day + timedelta(days=1)}", DAY + timedelta(days=1), END),
    ):
        dated = Bureau(bureau.font)
        usage = {"key_cert_sign": True, "crl_sign": True}
        dated.issuer = dated._issued("示例", elliptic(), dated.root, usage, (), start, end, ca=True)
        request = dated.request("a", Level.B_LT, authority=bureau.authority(DAY))
        found = refused(paper(), request, dated.a.credential)["SIGN-CHAIN"]
        assert words in found.message.text(Language.EN)


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        {"party": "c"},
        {"signatory": " "},
        {"moment": DAY.replace(tzinfo=None)},
        {"level": Level.B_T, "authority": None},
    ],
)
def test_requests_that_mean_nothing(bureau, changes):
    with pytest.raises(UsageError):
        replace(bureau.request("a"), **changes)


def test_no_limit():
    assert beyond_limit(PARTIES[0], {}) == []
