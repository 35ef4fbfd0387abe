"""Every code that verifying can give is shown by a fault of the drill, or it is said how else."""

from __future__ import annotations

from pathlib import Path

import pytest
from findingcodes import ROOT, shown_by_drill, told_by_verify

OTHERWISE = {
    "an observation, of no fault: nothing was done that should not be": """
        FOUNDER-ACTS KEY-DOUBT KEY-REVOKED-CONFIRMED LEDGER-KEY-CONFIRMED PIN-SHORT
    """,
    "keys of records lie beside the store: a clone has none to lose": """
        KEY-MISSING KEY-REMAINS KEY-WRONG
    """,
    "takes a formal PDF, a scan or certificates of several parties, with programs of others": """
        RENDER-ENGINE RENDER-OTHER RENDER-SOURCE RENDITION-DATE RENDITION-EDITION RENDITION-ENDED
        RENDITION-PLACE RENDITION-ROLE RENDITION-UNIT RENDITION-UNREADABLE SCAN-LENGTH SCAN-OTHER
        SCAN-PAGES SCAN-UNRENDERED SIG-MISSING SIGN-ANEW SIGN-BROKEN SIGN-CERTIFICATE SIGN-NAMED
        SIGN-OTHER SIGN-PARTIAL SIGN-PARTY SIGN-REASON
    """,
    "another turn of what the drill does: an approval, a request or a release put wrong": """
        APPROVAL-KEY APPROVAL-ROLE APPROVAL-UNIT RELEASE-BACKDATED RELEASE-EFFECTIVE
        RELEASE-MOVED RELEASE-OVERLAP RELEASE-UNREADABLE RELEASE-UNREQUESTED REQUEST-DECIDED
        REQUEST-LAPSED REQUEST-OTHER REQUEST-ROLE REQUEST-UNKNOWN REQUEST-UNREADABLE SOD-HOLD
    """,
    "another turn of what the drill does: a register, copy, policy or year put wrong": """
        CALENDAR-UNREADABLE CLOSING-UNREADABLE COPY-EXEMPLAR COPY-HOLDER COPY-UNKNOWN
        DISPOSED-UNCERTIFIED ENTRY-ORDER HOLD-UNKNOWN POLICY-RULES POLICY-UNREADABLE STAFF-UNKNOWN
    """,
    "another turn of what the drill does: a ledger, commit or event put wrong": """
        COMMIT-LEDGER COMMIT-MERGE COMMIT-REPLACES COMMIT-UNSEALED EVENT-FACTS EVENT-PLACE
        EVENT-PREVIOUS EVENT-TWICE EVENT-UNSEALED FILE-TWICE NUMBER-UNREADABLE RECORD-UNREADABLE
    """,
    "another turn of what the drill does: the key of a person or machine put wrong": """
        CONFIRMATION-OTHER FOUNDER-BACK FOUNDER-ENDED KEY-BACK MACHINE-KEY MACHINE-OTHER
        MACHINE-SIZE MACHINE-UNNAMED REVOCATION-KEY REVOCATION-OTHER REVOCATION-SIZE
        REVOCATION-SURE
    """,
    "told only of what was held against the store, in a way that no drill does": """
        DOCUMENT-UNSEALED HISTORY-OTHER LEDGER-UNCOMPARED SUMMARY-OTHER
    """,
    "told only by the policy of witnesses of whoever verifies, which a drill does not have": """
        WITNESS-BEHIND WITNESS-FUTURE WITNESS-LOG WITNESS-NOBODY WITNESS-OLD WITNESS-POLICY
        WITNESS-QUORUM WITNESS-SIGNATURE
        WITNESS-UNREADABLE
    """,
    "told by the clock of whoever verifies: a drill asks none": "EVENT-AHEAD",
}
"""Codes that no fault of the drill is named by, but a test elsewhere, and why not."""

UNSHOWN = {
    "REGISTER-UNREADABLE": "follows an entry that cannot be read, which the drill puts in",
    "RECORD-BEGUN": "follows a number given twice, which the drill does",
    "RECORD-DIGEST": "the word of contents for a finding that CONTENT-REFUSED tells",
    "RECORD-SERIES": "likewise",
    "VOLUME-LATE": "a warning that no honest clock gives; RELIED-LATER tells the fault",
    "RENDITION-CONTENT": "a rendition of an encrypted record, changed: takes a PDF engine",
    "SCAN-SLIP": "a scan by a slip that the form lacks: takes a scan",
    "SIGN-SAME": "two parties with one key: refused where it is signed",
}
"""Codes that no test asks for by name, and why."""


def otherwise() -> frozenset[str]:
    return frozenset(code for codes in OTHERWISE.values() for code in codes.split())


def test_every_code_is_shown_by_a_fault_or_said_by_what_else():
    known = otherwise() | UNSHOWN.keys()
    assert told_by_verify() - shown_by_drill() == known


def test_every_fault_of_the_drill_is_named_by_codes_that_verify_can_give():
    assert shown_by_drill() <= told_by_verify()


@pytest.mark.parametrize("code", sorted(otherwise()))
def test_what_the_drill_does_not_show_a_test_does(code):
    asking = (path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in asking)
