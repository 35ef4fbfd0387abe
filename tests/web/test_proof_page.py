"""The saved page that judges a proof without a network says what the other verifiers say."""

import base64
import random
import re
from collections import Counter

import pytest
from bank import Bank
from proofs import TOOL, Taken, judged, spelled, theirs
from witnessed import Witness, policy

from rmdocs.audit.proofslips import parts_of
from rmdocs.identifiers import RecordNumber
from rmdocs.store.checkpoint import Checkpoint, LedgerKey, key_id
from rmdocs.store.keys import SigningKey
from rmdocs.workspace import proving, records
from rmdocs.workspace.keyring import LEDGER_KEY_NAME

NOTICE = "RXD7200-04-JN01-2026-0001"
PAGE = TOOL.with_suffix(".html")
CHANGES = 120

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def three(shared_bank):
    """A document that a later edition replaced, its proof, and the keys."""
    work = shared_bank.at()
    [document, *_] = records.export(work, RecordNumber.parse(NOTICE), 1)
    return document.data, proving.prove(work, document).file.data, proving.trusted(work).data


@pytest.fixture
def opened(chromium):
    """Return the page, opened from a file, without a network, on a telephone."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    told = []
    page = context.new_page()
    page.on("console", lambda one: told.append(one.text))
    page.on("pageerror", lambda one: told.append(str(one)))
    page.goto(PAGE.as_uri())
    yield page
    assert told == []
    context.close()


def hand_in(page, **files):
    for name, data in files.items():
        page.set_input_files(
            f"#{name}", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )


def said(page):
    page.click("button")
    page.wait_for_selector("#said[aria-busy=false] p")
    return page.get_attribute("#said", "class"), page.inner_text("#said")


def test_it_says_yes_and_what_it_is(opened, three):
    file, proof, keys = three
    assert said(opened)[0] == ""  # nothing was given
    hand_in(opened, file=file, proof=proof, keys=keys)
    kind, text = said(opened)
    assert kind == "yes"
    facts = {re.split(r"\s{2,}|核验码 |签署人 ", line)[-1] for line in theirs.judge(*three)[1:9]}
    for fact in facts:
        assert fact in text, fact
    assert "NOT THE LAST WORD" in text
    hand_in(opened, file=file + b"\n")
    kind, text = said(opened)
    assert (kind, "PROOF-FILE" in text) == ("no", True)


def test_it_reads_what_a_telephone_read_of_the_slip(opened, three):
    file, proof, keys = three
    *parts, last = (part.decode() for part in parts_of(proof))
    hand_in(opened, file=file)
    opened.fill("#key", keys.decode().strip())
    opened.fill("#codes", "\n".join([last, *parts]))
    assert said(opened)[0] == "yes"
    opened.fill("#codes", "\n".join(parts))
    assert "PROOF-PARTS" in said(opened)[1]


def changed(proof, chance):
    """Return a proof of which something is changed: a sign, a bit of what it holds, a line."""
    taken = Taken(proof)
    match chance.randrange(4):
        case 0:
            at = chance.randrange(len(proof))
            return proof[:at] + bytes([proof[at] ^ 1 << chance.randrange(8)]) + proof[at + 1 :]
        case 1:
            at, bit = chance.randrange(len(taken.raw)), 1 << chance.randrange(8)
            taken.raw = taken.raw[:at] + bytes([taken.raw[at] ^ bit]) + taken.raw[at + 1 :]
        case 2:
            which = chance.randrange(7)
            text = taken.texts[which] or b"{}"
            at = chance.randrange(len(text))
            sign = bytes([chance.choice(b'09azAZ",:{}[] ')])
            taken.texts[which] = text[:at] + sign.replace(b"\n", b"") + text[at + 1 :]
        case 3:
            at = chance.randrange(1, len(taken.lines))
            taken.lines[at : at + 1] = []
    return taken.together()


@pytest.mark.parametrize("count", [CHANGES, pytest.param(10_100, marks=pytest.mark.soak)])
def test_no_changed_proof_is_taken(opened, three, count):
    """By none of the three, for one reason; but the page sees to the order of names first."""
    file, proof, keys = three
    chance = random.Random(count)  # noqa: S311 - the same changes every time
    others = [one for one in (changed(proof, chance) for _ in range(count)) if one != proof]
    codes = Counter()
    for start in range(0, len(others), 500):
        some = others[start : start + 500]
        asked = [base64.b64encode(one).decode() for one in (file, keys, *some)]
        told = opened.evaluate(
            """async ([file, keys, ...proofs]) => {
                const found = [];
                for (const one of proofs) {
                    try { await judge(atob(file), atob(one), atob(keys)); found.push("yes"); }
                    catch (problem) { found.push(problem.code || String(problem)); }
                }
                return found;
            }""",
            asked,
        )
        for other, code in zip(some, told, strict=True):
            theirs_is = judged(file, other, keys, alike=False)
            assert theirs_is, other
            assert code in {theirs_is, "PROOF-FORMAT"}, other
        codes.update(told)
    print(len(others), "changed proofs, none taken:", dict(codes))  # noqa: T201 - what make soak tells


def by_machine(bank, proof, *chain):
    """Return the proof with a checkpoint that the last key of a chain signed."""
    taken = Taken(proof)
    founding, (key, _) = bank.at().keys.load(LEDGER_KEY_NAME), chain[-1]
    note = proof.decode().partition("rmdocs/records")
    signed = Checkpoint.parse(note[1] + note[2]).sign(key)
    start = next(at for at, line in enumerate(taken.lines) if line.startswith(b"rmdocs/records"))
    taken.lines[start:] = signed.encode().split(b"\n")
    words = [word for _, named in chain for word in spelled(named)]
    size = taken.texts[0].split(b" ")[1]
    identity = key_id(founding.public).hex().encode()
    taken.texts[0] = b" ".join([b"rmdocs/2", size, identity, *words])
    return taken.together()


def test_a_machine_names_others_only_for_its_own_ledgers(opened, three, shared_bank):
    file, proof, keys = three
    founding = shared_bank.at().keys.load(LEDGER_KEY_NAME)
    one, two = SigningKey.generate("one"), SigningKey.generate("two")

    def named(key, by, *ledgers):
        return key, LedgerKey(public=key.public, machine="pc", ledgers=ledgers).named_by(by)

    unit, all_of_them = ("control", "records/*/JN01"), ("control", "records")
    goods = [
        (named(one, founding, *all_of_them),),
        (named(one, founding, *unit), named(two, one, "records/RXD7200-04/JN01")),
    ]
    bads = [
        (named(one, founding, "control", "records/*/YT03"), named(two, one, *unit)),
        (named(one, founding, *unit), named(two, one, *all_of_them)),
        (named(one, founding, "control", "records/RXD7200-04"), named(two, one, *unit)),
        (named(one, founding, "records"), named(two, one, *unit)),
    ]
    hand_in(opened, file=file, keys=keys)
    for chain in (*goods, *bads):
        other = by_machine(shared_bank, proof, *chain)
        code = "" if chain in goods else "PROOF-CHECKPOINT"
        assert judged(file, other, keys) == code
        hand_in(opened, proof=other)
        kind, text = said(opened)
        assert (kind, code in text) == ("no" if code else "yes", True)
        assert ("Signed by the machine pc" in text) is (not code)


@pytest.fixture(scope="module")
def witnessed(visited, once):
    """A document, its proof with three cosignatures, the keys, and a policy."""
    bank = Bank(once.copy(visited, "witnessed-page", lambda _root: None)[0])
    witnesses = [Witness(name, bank) for name in ("JN02", "YT03")]
    for one in witnesses:
        one.look()
    work = bank.at()
    [document, *_] = records.export(work, RecordNumber.parse("RXD7200-02-JN01-2026-0001"))
    proof = proving.prove(work, document).file.data
    return document.data, proof, proving.trusted(work).data, policy(*witnesses)


def test_it_asks_for_the_witnesses_of_a_policy(opened, witnessed):
    file, proof, keys, asked = witnessed
    hand_in(opened, file=file, proof=proof, keys=keys)
    kind, text = said(opened)
    assert (kind, "witness：" in text, "others were shown" in text) == ("yes", False, True)
    hand_in(opened, policy=asked)
    kind, text = said(opened)
    assert (kind, "witness：JN02 (2026-12-31 09:00Z)" in text) == ("yes", True)
    assert "others were shown" not in text
    hand_in(opened, policy=asked.replace(b"quorum everybody", b"quorum nobody"))
    assert "WITNESS-POLICY" in said(opened)[1]


def test_policies_and_cosignatures_are_judged_as_by_the_other_verifier(opened, witnessed):
    file, proof, keys, asked = witnessed
    chance = random.Random(40)  # noqa: S311 - the same changes every time
    pairs = []
    start = proof.index(b"rmdocs/records")
    for number in range(CHANGES):
        data, low = (asked, 0) if number % 2 else (proof, start)
        at = chance.randrange(low, len(data))
        byte = bytes([chance.choice([*b"+ \t\n#9Aa=", data[at] ^ 1 << chance.randrange(8)])])
        other = data[:at] + byte * chance.randrange(3) + data[at + 1 :]
        pairs.append((proof, other) if number % 2 else (other, asked))
    given = [base64.b64encode(one).decode() for pair in pairs for one in pair]
    told = opened.evaluate(
        """async ([file, keys, ...pairs]) => {
            const found = [];
            for (let at = 0; at < pairs.length; at += 2) {
                try {
                    await judge(atob(file), atob(pairs[at]), atob(keys), atob(pairs[at + 1]));
                    found.push("yes");
                } catch (problem) { found.push(problem.code || String(problem)); }
            }
            return found;
        }""",
        [*(base64.b64encode(one).decode() for one in (file, keys)), *given],
    )
    for (other, by), code in zip(pairs, told, strict=True):
        assert code == (judged(file, other, keys, by) or "yes"), (other, by)
    assert {"yes", "PROOF-WITNESS", "WITNESS-POLICY"} <= set(told)


def test_it_says_what_it_does_not_judge_and_what_does(opened, three):
    file, _, keys = three
    for proof, way in (
        (b"\xd2\x84", "rmdocs verify-file"),
        (b"%PDF-1.7", "rmdocs verify-file"),
        (file, "as the file"),
        (b"rmdocs/summary\n", "rmdocs verify --against"),
        (keys, "as the key"),
        (b"# v2 git bundle\n", "rmdocs -w BUNDLE verify"),
    ):
        hand_in(opened, file=file, proof=proof, keys=keys)
        kind, text = said(opened)
        assert (kind, "not judged here" in text, way in text) == ("", True, True), proof[:8]


def test_keys_are_read_as_an_editor_saves_them(opened, three):
    file, proof, keys = three
    mark = b"\xef\xbb\xbf"
    for saved in (keys.replace(b"\n", b"\r\n"), mark + keys, keys.rstrip(b"\n")):
        hand_in(opened, file=file, proof=proof, keys=saved)
        assert said(opened)[0] == "yes"
    hand_in(opened, file=file, proof=proof, keys=mark + b" " + keys)
    assert said(opened)[0] == "no"


def test_pasted_keys_are_read_with_what_an_editor_put_before(opened, three):
    file, proof, keys = three
    hand_in(opened, file=file, proof=proof)
    opened.fill("#key", "\ufeff" + keys.decode().replace("\n", "\r\n"))
    assert said(opened)[0] == "yes"
