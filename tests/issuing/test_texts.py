"""Characters in what is captured: seen, or refused by number and path; and rules by names."""

import pytest
from bank import LATE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmdocs.characters import refused
from rmdocs.events.records import EditionFacts
from rmdocs.findings import Severity
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing.batchrendering import NumberedRecord, rendered
from rmdocs.messages import Language
from rmdocs.rendering.compiled import printed_text

CALL, NOTICE, AGREEMENT = "RXD7200-02-JN01", "RXD7200-04-JN01", "RXD7200-01-JN01"


def found(bank, sample):
    return {(one.code, one.path) for one in bank.check(sample)[0].findings}


def guaranteed_by(bank, name):
    sample = bank.sample(NOTICE)
    guarantor = {"name": name, "uscc": None, "address": None, "phone": None}
    sample["record"]["content"]["guarantors"] = [guarantor]
    return sample


@pytest.mark.parametrize(
    ("text", "code", "number"),
    [
        ("\u200b\u200b", "TEXT-INVISIBLE", "200B"),
        ("\u3164", "TEXT-INVISIBLE", "3164"),
        ("公司\U000e0041", "TEXT-INVISIBLE", "E0041"),
        ("公司\u2800", "TEXT-INVISIBLE", "2800"),
        ("公司❤\ufe0f", "TEXT-INVISIBLE", "FE0F"),
        ("公司\u202e001", "TEXT-DIRECTION", "202E"),
        ("\u2067公司", "TEXT-DIRECTION", "2067"),
        ("王\ue816", "TEXT-PRIVATE-USE", "E816"),
        ("公司\U0010fffd", "TEXT-PRIVATE-USE", "10FFFD"),
        ("公司\u0378", "TEXT-UNASSIGNED", "0378"),
        ("公\u200a司", "TEXT-SPACE", "200A"),
        ("\u0336公司", "TEXT-MARK", "0336"),
        ("公司\ufffe", "TEXT-UNPRINTABLE", "FFFE"),
    ],
)
def test_a_guarantor_whom_nobody_sees_gets_no_notice(shared_bank, text, code, number):
    sample = guaranteed_by(shared_bank, text)
    [finding] = [
        one for one in shared_bank.check(sample)[0].findings if one.code.startswith("TEXT-")
    ]
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert finding.path == "$.content.guarantors[0].name"
    assert f"U+{number}" in finding.message.text(Language.ZH)


def test_the_private_character_of_an_old_font_is_told_by_the_assigned_one(shared_bank):
    sample = guaranteed_by(shared_bank, "王\ue81e")
    [finding] = [
        one for one in shared_bank.check(sample)[0].findings if one.code == "TEXT-PRIVATE-USE"
    ]
    assert "“龴”（U+9FB4）" in finding.message.text(Language.ZH)
    assert "龴" in finding.remedy.text(Language.ZH)


@pytest.mark.parametrize(
    "name", ["张𬭎", "\U000323af氏商行", "葛\U000e0100城商行", "阿不都·热西提"]
)
def test_a_rare_name_is_a_name(shared_bank, name):
    sample = guaranteed_by(shared_bank, name)
    assert not {code for code, _ in found(shared_bank, sample) if code.startswith("TEXT-")}


@pytest.mark.parametrize("text", ["\u3000", " \u00a0", "\n"])
def test_spaces_are_no_text(shared_bank, text):
    sample = shared_bank.sample(CALL)
    sample["record"]["content"]["visit"]["topic"] = text
    found_here = shared_bank.check(sample)[0].findings
    assert {one.path for one in found_here if one.severity is Severity.ERROR} == {
        "$.content.visit.topic"
    }


@pytest.mark.parametrize("name", ["王样例 ", "王 样例", "王\u3000样例", "⺩样例", "王样\u00a0例"])
def test_two_managers_are_two_however_their_names_are_typed(shared_bank, name):
    sample = shared_bank.sample(CALL)
    content = sample["record"]["content"]
    content["rm_primary"]["name"], content["rm_second"]["name"] = "王样例", name
    same = "R02-RM-SAME" in {code for code, _ in found(shared_bank, sample)}
    # U+2EA9 is a radical of its own: only what NFKC makes one name is one.
    assert same is (name != "⺩样例")


def test_full_width_letters_make_no_other_company(shared_bank):
    sample = shared_bank.sample(AGREEMENT)
    content = sample["record"]["content"]
    content["party_a"]["name"] = content["party_b"]["full_name"].replace("中国", "中 国")
    before = {path for _, path in found(shared_bank, shared_bank.sample(AGREEMENT))}
    assert {path for _, path in found(shared_bank, sample)} - before


READ = st.text(
    st.sampled_from(
        "王样例 济南·𠮷㐀⿰ABzé१ก한،.,;()（）—1２%&<>\"'{}\U000e0100\ufe00\u200c\u200d\ue816\u202e"
    ),
    min_size=1,
    max_size=30,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(READ)
def test_what_is_accepted_is_read_back_as_it_was(shared_bank, text):
    sample = shared_bank.sample(CALL)
    sample["record"]["content"]["visit"]["topic"] = text
    [checked] = shared_bank.check(sample)
    wrong = refused(text.strip())
    if wrong is not None:
        assert any(one.path == "$.content.visit.topic" for one in checked.findings)
        return
    if checked.ready is None:
        return
    registry = shared_bank.at().registry
    record = NumberedRecord(
        number=RecordNumber.parse("RXD7200-02-JN01-2026-0099"),
        release=checked.ready.release,
        edition=EditionFacts(number=1, issued_on=LATE, pin="0", unit=checked.ready.unit),
        record=checked.ready.record,
        encrypted=False,
    )
    [(_, made)] = rendered(registry, [record], None)
    printed = printed_text(made.files[0].data)
    assert text.strip() in printed
    assert not any(one in printed for one in "\ue816\u202e")
