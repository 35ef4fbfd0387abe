"""What an auditor does: trace a file, or a paper in the hand; go through the whole store."""

import html
import re
import time

import pytest
from browsing import heading
from proofs import judged
from witnessed import Witness, policy

from rmdocs.checkcodes import CheckCode
from rmdocs.folders import read
from rmdocs.messages import Language
from rmdocs.reports.report import cell_text
from rmdocs.workspace import records, store

VISIT = "RXD7200-02-JN01-2026-0001"
NOTICE = "RXD7200-04-JN01-2026-0001"


@pytest.fixture
def reader(browse, shared_bank):
    """Somebody who may only read."""
    made = browse(shared_bank, read_only=True)
    made.enter()
    return made


def document(browser, number=VISIT, edition=1):
    return browser.get(f"/records/{number}/{edition}/{number}-e{edition}.docx").content


def drop(browser, data, name="文件.docx"):
    return browser.submit("/trace", {}, files={"file": (name, data)})


def said(page):
    """Return the sentence that tells what tracing came to."""
    return re.search(r'class="outcome (\w+)"[^>]*><strong>(.*?)</strong>', page.text)


def rows(page, section):
    """Return what stands in the rows of the table of a section, without tags."""
    table = re.search(rf'id="{section}".*?<tbody>(.*?)</tbody>', page.text, re.DOTALL)[1]
    return [
        [
            re.sub(r"<[^>]*>", "", cell).strip()
            for cell in re.findall(r"(?s)<td[^>]*>(.*?)</td>", row)
        ]
        for row in table.split("</tr>")
        if "<td" in row
    ]


def code(browser, number=VISIT, edition=1):
    """Return the check code that an edition prints, as its page tells it."""
    page = browser.submit("/trace", {"number": number, "edition": edition, "pin": ""})
    return re.search(r"<dt>check code</dt><dd[^>]*>([^<]*)<", page.text)[1]


def test_a_sealed_file_is_known_by_its_bytes_under_any_name(reader):
    page = drop(reader, document(reader), "附件1.bin")
    assert said(page)[1] == "sound"
    assert "edition 1 of this record" in said(page)[2]
    assert VISIT in heading(page)
    assert "EDITION-SUPERSEDED" not in page.text
    assert (
        "edition 1 was replaced by edition 2" not in drop(reader, document(reader, edition=2)).text
    )
    assert "was replaced by edition" in page.text


def test_a_traced_file_has_a_proof_that_anybody_can_check(reader, browse, shared_bank):
    data = document(reader)
    links = re.findall(r'href="(/[^"]+)" download', drop(reader, data).text)
    proofs = [reader.get(link) for link in links if "/proofs/" in link]
    keys = reader.get("/trace/key")
    assert all("attachment" in one.headers["content-disposition"] for one in (*proofs, keys))
    told = [judged(data, one.content, keys.content) for one in proofs]
    assert "" in told
    assert "has no such file" in reader.get(links[0].replace(VISIT, NOTICE)).text
    other = browse(shared_bank)
    other.enter("YT03-0301")
    assert other.get(links[0]).status_code == 403


def test_a_file_that_was_changed_is_told_by_its_name_alone(reader):
    page = drop(reader, document(reader) + b"\n", f"{VISIT}-e1.docx")
    assert said(page)[1] == "unsound"
    assert f'href="/records/{VISIT}"' in page.text
    sealed = re.findall(r"[0-9a-f]{64}", page.text)
    assert len(set(sealed)) == len(sealed) > 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.pdf", "RXD7200-99-JN01-2026-0001.pdf"])
def test_a_file_from_elsewhere(reader, name):
    page = drop(reader, b"%PDF-1.7 not ours", name)
    assert (page.status_code, said(page)[1]) == (200, "unsound")
    assert "<script>alert" not in page.text
    assert "/records/" not in page.text


def test_nothing_of_a_file_is_kept(reader, shared_bank):
    drop(reader, b"a secret that nobody sealed")
    found = [one for one in shared_bank.root.rglob("*") if one.is_file()]
    assert not any(b"a secret that nobody sealed" in one.read_bytes() for one in found)


def test_a_paper_by_number_edition_and_code(reader):
    pin = code(reader, edition=2)
    for typed in (pin, pin.replace("·", " "), pin.lower().replace("-", " ")):
        page = reader.submit("/trace", {"number": VISIT.lower(), "edition": "2", "pin": typed})
        assert said(page)[1] == "sound"
    assert "Compare the text" in page.text
    assert "济南" in page.text


def test_a_paper_whose_code_is_of_another_edition(reader):
    page = reader.submit(
        "/trace", {"number": VISIT, "edition": "1", "pin": code(reader, edition=2)}
    )
    assert said(page)[1] == "unsound"
    assert "this is the code of edition 2, not of edition 1" in page.text


def test_a_paper_of_a_history_that_this_store_never_had(reader):
    pin = code(reader, edition=2)
    code_there = CheckCode.parse(pin)
    other = str(CheckCode(size=code_there.size, root="0" * 25))
    page = reader.submit("/trace", {"number": VISIT, "edition": "2", "pin": other})
    assert said(page)[1] == "unsound"
    assert f"never stood at {other}" in page.text


def test_a_code_that_was_typed_wrongly_is_told_as_that(reader):
    pin = code(reader, edition=2)
    wrong = pin[:-1] + ("2" if pin[-1] != "2" else "3")
    page = reader.submit("/trace", {"number": VISIT, "edition": "2", "pin": wrong})
    assert heading(page) == "Trace a document"
    assert "was read or typed wrongly" in page.text


def test_a_code_of_before_says_how_little_it_proves(reader):
    there = CheckCode.parse(code(reader, edition=2))
    short = str(CheckCode(size=there.size, root=there.root[:12]))
    page = reader.submit("/trace", {"number": VISIT, "edition": "2", "pin": short})
    assert "48 bits" in page.text
    first = reader.submit("/trace", {"number": VISIT, "edition": "1", "pin": "0"})
    assert "nothing of its history" in first.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"number": ""}, "nothing was given to trace"),
        ({"number": "第一份"}, "is not a record number"),
        ({"number": VISIT.replace("0001", "0999")}, "was never given"),
        ({"number": VISIT, "edition": "99"}, "has no edition 99"),
        ({"number": VISIT, "edition": "一"}, "the edition of the paper is not known"),
        ({"number": VISIT, "edition": "1", "pin": "看不清"}, "this is no check code"),
        ({"number": VISIT, "pin": "0"}, "the edition of the paper is not known"),
        ({"number": "0" * 64}, "no event seals these bytes"),
    ],
)
def test_what_cannot_be_traced_is_told_beside_what_was_typed(reader, typed, told):
    page = reader.submit("/trace", typed)
    assert heading(page) == "Trace a document"
    assert told in page.text
    assert f'value="{typed["number"]}"' in page.text


def test_another_units_papers_are_not_traced(browse, shared_bank):
    manager = browse(shared_bank)
    manager.enter("SD00-0009")
    other = document(manager, "RXD7200-02-YT03-2026-0001")
    manager.submit("/who", {"staff_no": "JN01-0101"})
    assert drop(manager, other).status_code == 403
    page = drop(manager, other + b"\n", "RXD7200-02-YT03-2026-0001-e1.docx")
    assert "/records/" not in page.text


def verified(browser, since=""):
    """Have the store gone through, and return the report."""
    assert browser.submit("/verify", {"renditions": "", "since": since}).status_code == 200
    return ended(browser)


def ended(browser):
    """Return the report, once the store was gone through."""
    for _ in range(600):
        if browser.get("/verify/progress").status_code == 204:
            return browser.get("/verify")
        time.sleep(0.1)
    return None


def test_the_store_is_verified_while_one_may_leave(reader):
    page = verified(reader)
    assert heading(page) == "Verification report"
    assert "no error was found" in page.text
    assert "never" not in said(page)[2]
    pins = re.findall(r"\d+·(?:\w{4}-){4}\w{5}", page.text)
    assert len(pins) == 1 + len(set(re.findall(r"RXD7200-\d\d/\w{4}/\d{4}/\d", page.text)))
    assert "not judged: electronic signatures and scans" in page.text
    properties = rows(page, "properties")
    assert {row[0] for row in properties} == {
        *("authenticity", "integrity", "usability", "security")
    }
    document = ["usability", "each document, made again from its record", "", "not looked at"]
    assert document in properties
    assert "rmdocs verify --" not in page.text
    told = "nor were their files read"
    assert told not in page.text
    assert told in verified(reader, since="yes").text


def test_what_is_wrong_is_told_by_its_code(browse, visited_bank):
    visited_bank.git("update-ref", "refs/heads/elsewhere", visited_bank.refs().popitem()[1])
    reader = browse(visited_bank, read_only=True)
    reader.enter()
    page = verified(reader)
    assert said(page)[1] == "unsound"
    assert "REF-FOREIGN" in page.text
    assert "does not belong in a records store" in page.text
    told = [*("security", "what was found", "1 error(s), 0 to be known"), "REF-FOREIGN (1)"]
    assert told in rows(page, "properties")


def test_the_report_is_saved_as_a_command_writes_it(reader, shared_bank):
    assert "have it verified first" in reader.get("/verify/report.html").text
    page = verified(reader)
    saved = reader.get(re.search(r'href="(/verify/[^"]+)" download', page.text)[1])
    assert "attachment" in saved.headers["content-disposition"]
    assert "<script" not in saved.text
    found = store.verify(shared_bank.at())
    made = store.report(
        shared_bank.at(), found, store.VerificationAsked(begun=shared_bank.at().now())
    )
    cells = [cell_text(one, Language.EN) for each in made for row in each.rows for one in row]
    told = [html.unescape(one) for one in re.findall(r"<td[^>]*>([^<]*)</td>", saved.text)]
    assert told == cells


def test_who_sees_one_unit_does_not_verify_all(browse, shared_bank):
    manager = browse(shared_bank)
    manager.enter("JN01-0101")
    assert "/verify" not in manager.get("/").text
    assert manager.get("/verify").status_code == 403
    assert manager.submit("/verify", {}).status_code == 403


class TestWitnesses:
    """What an auditor asks of witnesses, and sees of their cosignatures."""

    def asked(self, browser, policy, within=""):
        files = {"policy": ("my.policy", policy, "text/plain")} if policy is not None else None
        return browser.submit("/verify", {"within": within}, files=files)

    def report(self, browser, policy, within=""):
        assert self.asked(browser, policy, within).status_code == 200
        return ended(browser)

    @pytest.fixture
    def looked(self, visited_bank):
        """A bank that one witness looked at, before a record was gone on with, and another not."""
        present, absent = Witness("JN02", visited_bank), Witness("YT03", visited_bank)
        present.look()
        sample = read(visited_bank.write(visited_bank.sample("RXD7200-02-JN01")))
        records.issue(visited_bank.at("JN01-0101"), [sample], again=True)
        return visited_bank, present, absent

    def test_it_is_told_who_cosigned_and_what_is_lacking(self, browse, looked):
        bank, present, absent = looked
        reader = browse(bank, read_only=True)
        reader.enter()
        page = self.report(reader, policy(present, absent, rule="any"), within="3650")
        assert said(page)[1] == "sound"
        assert "Asked for: within 3650 day(s)." in page.text
        [ledger] = [row for row in rows(page, "witnesses") if row[0].startswith("RXD7200-02/JN01")]
        assert ledger[1:5] == ["1", "JN02", "YT03", "1 of 2"]
        assert "WITNESS-BEHIND" in page.text
        page = self.report(reader, policy(present, absent))
        assert said(page)[1] == "unsound"
        assert "WITNESS-QUORUM" in page.text
        assert {row[4] for row in rows(page, "witnesses")} >= {"0 of 2"}

    def test_a_proof_is_taken_that_is_good_for_a_policy(self, browse, looked):
        bank, present, absent = looked
        reader = browse(bank, read_only=True)
        reader.enter()
        data = document(reader)
        page = drop(reader, data).text
        [action, *_] = re.findall(r'formaction="(/[^"]+/proofs/[^"]+)"', page)

        def taken(asked):
            files = {"policy": ("my.policy", asked, "text/plain")}
            return reader.submit(action, {}, files=files)

        met, keys = policy(present, absent, rule="any"), reader.get("/trace/key").content
        proof = taken(met).content
        assert judged(data, proof, keys, met) == ""
        assert judged(data, reader.get(action).content, keys) == ""
        refused = taken(policy(present, absent))
        assert refused.status_code >= 400
        assert "not enough" in refused.text or "PROOF-WITNESS" in refused.text
        assert "says what nobody is" in taken(b"quorum nobody\n").text

    def test_without_a_policy_nobody_is_told_of(self, reader):
        page = self.report(reader, None)
        assert "Who cosigned it" not in page.text

    @pytest.mark.parametrize(
        ("data", "within", "told"),
        [
            (b"quorum nobody\n", "", "no line before this one says what nobody is"),
            (None, "7", "none is asked for"),
            (b"quorum none\n", "7", "none is asked for"),
            (None, "a week", "is not a number"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_at_once(self, reader, data, within, told):
        answer = self.asked(reader, data, within)
        assert answer.status_code >= 400
        assert told in answer.text
