"""Time stamps of files: what they say, and what is none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import cms
from bank import refused_for
from hypothesis import given, settings
from hypothesis import strategies as st
from signed import LATER, Clock, big

from rmdocs.messages import Language
from rmdocs.signing.timestampclient import judge_stamp, stamped
from rmdocs.signing.trust import Trust

SUMMARY = b"rmdocs/summary\n1\n5UCzUzlaPjiRTBvj7g/qllOIdmLg7ADaXaZLBQVSBSQ=\nrmdocs/control 46\n"


@pytest.fixture(scope="module")
def token(bureau):
    return stamped(SUMMARY, bureau.authority(LATER))


def codes(found):
    return {finding.code for finding in found.findings}


def test_it_says_when_the_bytes_were_there_and_by_whose_word(bureau, token):
    found = judge_stamp(SUMMARY, token, bureau.trust(), "s.tst")
    assert (found.time, found.authority, found.findings) == (LATER, "示例时间戳机构", ())


def test_other_bytes(bureau, token):
    found = judge_stamp(SUMMARY + b"\n", token, bureau.trust(), "s.tst")
    assert (found.time, codes(found)) == (None, {"STAMP-BROKEN"})


@pytest.mark.parametrize("minutes", [9, 11])
def test_a_time_that_is_yet_to_come(bureau, token, minutes):
    now = LATER - timedelta(minutes=minutes)
    found = judge_stamp(SUMMARY, token, bureau.trust(), "s.tst", now)
    expected = (LATER, set()) if minutes < 10 else (None, {"STAMP-BROKEN"})
    assert (found.time, codes(found)) == expected


def test_an_authority_that_is_not_trusted_here(token):
    found = judge_stamp(SUMMARY, token, Trust(roots=()), "s.tst")
    assert (found.time, codes(found)) == (None, {"STAMP-UNTRUSTED"})
    [finding] = found.findings
    assert finding.remedy


def test_a_certificate_that_is_not_for_stamps(bureau):
    with refused_for("SIGN-STAMP"):
        stamped(SUMMARY, Clock(bureau.signer("某公司", big()), LATER))


def test_an_authority_that_stamps_something_else(bureau):
    class Other(Clock):
        def stamp(self, query):
            at = query.index(b"\x04\x20") + 2  # the digest that is asked to be stamped
            return super().stamp(query[:at] + bytes(32) + query[at + 32 :])

    with refused_for("SIGN-STAMP"):
        stamped(SUMMARY, Other(bureau.stamps, LATER))


def test_an_authority_whose_certificate_was_not_valid_then(bureau):
    long_ago = LATER - timedelta(days=40 * 365)
    token = stamped(SUMMARY, bureau.authority(long_ago))
    found = judge_stamp(SUMMARY, token, bureau.trust(), "s.tst")
    assert (found.time, codes(found)) == (None, {"STAMP-UNTRUSTED"})


def test_a_digest_that_proves_nothing(bureau, token):
    content = cms.ContentInfo.load(token)
    info = content["content"]["encap_content_info"]["content"].parsed
    info["message_imprint"]["hash_algorithm"] = {"algorithm": "sha1"}
    info["message_imprint"]["hashed_message"] = b""
    content["content"]["encap_content_info"]["content"] = cms.ParsableOctetString(
        info.dump(force=True)
    )
    found = judge_stamp(SUMMARY, content.dump(force=True), bureau.trust(), "s.tst")
    assert (found.time, codes(found)) == (None, {"STAMP-BROKEN"})
    assert "sha1" in found.findings[0].message.text(Language.EN)


def test_the_whole_answer_of_an_authority(bureau):
    answers = []

    class Kept(Clock):
        def stamp(self, query):
            answers.append(super().stamp(query))
            return answers[-1]

    token = stamped(SUMMARY, Kept(bureau.stamps, LATER))
    whole = judge_stamp(SUMMARY, answers[0], bureau.trust(), "s.tsr")
    assert (whole.time, whole.findings) == (LATER, ())
    assert whole == judge_stamp(SUMMARY, token, bureau.trust(), "s.tst")


def test_a_certificate_that_the_verifier_has(bureau, token):
    content = cms.ContentInfo.load(token)
    del content["content"]["certificates"]
    bare = content.dump(force=True)
    assert codes(judge_stamp(SUMMARY, bare, bureau.trust(), "s.tst")) == {"STAMP-BROKEN"}
    trust = bureau.trust()
    known = replace(trust, others=(*trust.others, bureau.stamps.der))
    found = judge_stamp(SUMMARY, bare, known, "s.tst")
    assert (found.time, found.findings) == (LATER, ())


@given(st.integers(0, 1 << 20), st.integers(1, 255), st.sampled_from(["change", "drop", "cut"]))
@settings(max_examples=settings.default.max_examples * 8)
def test_whatever_is_changed_says_no_other_time(bureau, token, place, byte, how):
    at = place % len(token)
    changed = {"change": bytes([token[at] ^ byte]), "drop": b"", "cut": b""}[how]
    other = token[:at] + changed + (b"" if how == "cut" else token[at + 1 :])
    found = judge_stamp(SUMMARY, other, bureau.trust(), "s.tst")
    assert found.time in {None, LATER}
    assert (found.time is None) == bool(found.findings)


@given(st.binary(max_size=400))
def test_any_bytes(bureau, data):
    found = judge_stamp(SUMMARY, data, bureau.trust(), "s.tst")
    assert (found.time, codes(found)) == (None, {"STAMP-BROKEN"})
