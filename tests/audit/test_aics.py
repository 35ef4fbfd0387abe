"""The library aics-tlog, which is not ours, says of checkpoints and proofs what we say.

It needs Python 3.12; with an older one it is not there, and nothing is tested here.
"""

import base64

import pytest
from bank import Bank
from questions import changed, ours, stored, trees
from witnessed import Witness

from rmdocs.folders import read
from rmdocs.workspace import records

theirs = pytest.importorskip("aics_tlog")


def judged(question: dict) -> bool:
    """Return what the library says."""
    hashes = [base64.b64decode(one) for one in question.get("Proof", ())]
    match question["Kind"]:
        case "inclusion":
            leaf, root = (base64.b64decode(question[name]) for name in ("Leaf", "Root"))
            place = question["Index"], question["Size"]
            return theirs.verify_leaf_inclusion(leaf, *place, hashes, root)
        case "consistency":
            roots = [base64.b64decode(question[name]) for name in ("OldRoot", "Root")]
            return theirs.verify_consistency(question["Old"], question["Size"], *roots, hashes)
    try:
        note, key = theirs.parse_note(question["Note"]), theirs.parse_vkey(question["Key"])
        checkpoint = theirs.parse_checkpoint(note.text)
        if "rmdocs/witness" not in question["Key"]:
            return theirs.verify_note(note, [key])
        stands = (checkpoint.origin, checkpoint.size, checkpoint.root)
        mine = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id)]
        good = [
            theirs.verify_cosignature(one.signature, key.name, key.public_key, *stands)
            for one in mine
        ]
        return bool(good) and all(good)
    except ValueError:
        return False


@pytest.fixture(scope="module")
def bank(visited, once):
    """A bank with four call logs, looked at by a witness."""
    bank = Bank(once.copy(visited, "aics", lambda _root: None)[0])
    sample = read(bank.write(bank.sample("RXD7200-02-JN01")))
    records.issue(bank.at("JN01-0101"), [sample] * 3, again=True)
    Witness("JN02", bank).look()
    return bank


def test_trees_and_their_changed_proofs():
    asked = trees()
    assert all(map(judged, asked))
    for other in changed(asked, 6962, 3000):
        assert ours(other) == judged(other), other


def test_what_a_store_holds_and_its_changed_copies(bank):
    asked = stored(bank)
    assert all(map(ours, asked))
    assert all(map(judged, asked))
    for other in changed(asked, 9162, 3000):
        # It forgives a note that does not end its last line; we do not.
        assert ours(other) == judged(other) or (judged(other) and other["Kind"] == "note"), other
