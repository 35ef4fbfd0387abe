"""A pack for an auditor: read by any browser, checked without the store."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from contextlib import suppress
from functools import partial
from urllib.parse import unquote

import bagit
import pytest
from bank import Bank, refused_for
from witnessed import Witness, policy

from rmdocs import folders
from rmdocs.audit.pins import CONTRADICTIONS
from rmdocs.errors import ConflictError, UsageError
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.store.protocol import ledger_origin
from rmdocs.workspace import auditpack, auditwork, packcheck, proving

NUMBERS = [RecordNumber.parse(f"RXD7200-0{form}-JN01-2026-0001") for form in (4, 2)]


def packing(bank, numbers=NUMBERS, **more):
    return auditpack.Packing(workspace=bank.at(), numbers=numbers, language=Language.ZH, **more)


@pytest.fixture(scope="module")
def made(walked, tmp_path_factory):
    bank = Bank(walked)
    sample = auditwork.sample(bank.at(), auditwork.SampleWanted(count=1, seed="x"))
    folder = tmp_path_factory.mktemp("packs") / "pack"
    one = packing(bank, [*NUMBERS, *map(RecordNumber.parse, sample.numbers)], sample=sample)
    folders.save_bag(folder, one.files(), one.facts)
    return folder, one.done


@pytest.fixture
def pack(made, tmp_path):
    return shutil.copytree(made[0], tmp_path / "pack")


@pytest.fixture(scope="module")
def keys(walked):
    return proving.trusted(Bank(walked).at())


def checked(pack, keys, policy=None, **known):
    read = packcheck.ReadPack(
        read=partial(folders.in_bag, pack),
        names=folders.names_in_bag(pack),
        changed=tuple(folders.bag_findings(pack)),
        sha256=folders.bag_digest(pack),
    )
    return packcheck.check(read, keys, policy, **known)


def codes(found):
    return {one.code for one in found.findings}


def test_every_document_is_proved(made, keys):
    folder, done = made
    found = checked(folder, keys)
    assert (found.ok, found.findings) == (True, ())
    records = [one for one in (folder / "data" / "records").rglob("*") if one.is_file()]
    assert found.proved == len(records) - 2 * found.documents > 0
    assert found.documents == done.documents == done.proofs > len(NUMBERS)
    assert (done.records, done.ok) == (len(NUMBERS) + 1, True)
    assert done.files == sum(one.is_file() for one in (folder / "data").rglob("*"))


def test_a_document_is_judged_by_itself_too(made, keys):
    folder, _ = made
    [first, *_] = json.loads((folder / "data" / auditpack.PROOFS).read_bytes())
    document, proof = (
        File(name=one, data=(folder / "data" / one).read_bytes())
        for one in (first["file"], first["proof"])
    )
    assert proving.judge(document, proof, keys).ok


def test_the_index_leads_to_all_there_is(made):
    folder, done = made
    page = (folder / "data" / "index.html").read_text(encoding="utf-8")
    links = {unquote(link) for link in re.findall(r'href="([^"]+)"', page)}
    assert all((folder / "data" / link).is_file() for link in links)
    assert {f"registers/{name}.html" for name in (*REGISTER_NAMES, "sample")} <= links
    assert sum(link.endswith(".tlog-proof") for link in links) == done.proofs
    assert "http" not in page
    assert "审计" in page


def test_a_changed_document_is_named(pack, keys):
    [document, *_] = sorted((pack / "data" / "records").rglob("*.docx"))
    document.write_bytes(document.read_bytes() + b" ")
    found = checked(pack, keys)
    assert not found.ok
    assert codes(found) >= {"PACK-CHANGED", "PACK-DOCUMENT"}


def test_a_file_more_or_less_is_named(pack, keys):
    (pack / "data" / "registers" / "staff.html").unlink()
    (pack / "data" / "more.txt").write_text("more")
    assert "PACK-CHANGED" in codes(checked(pack, keys))


def test_what_lies_beside_the_packed_is_named(pack, keys):
    (pack / "index.html").write_text("more")
    found = checked(pack, keys)
    assert [(one.code, one.path) for one in found.findings] == [("PACK-CHANGED", "index.html")]


@pytest.mark.parametrize("link", ["data/more", "data/records/more", "more"])
def test_a_link_is_named_wherever_it_leads(pack, keys, tmp_path, link):
    """Manifests are of files: what lies in a folder that is led to, none of them covers."""
    (tmp_path / "elsewhere").mkdir()
    (pack / link).symlink_to(tmp_path / "elsewhere")
    found = checked(pack, keys)
    assert {one.code for one in found.findings} == {"PACK-CHANGED"}
    assert {one.path for one in found.findings} == {link}


@pytest.mark.parametrize("name", ["tagmanifest-sha256.txt", "bag-info.txt"])
def test_what_each_of_our_packs_has_is_missed(pack, keys, capfd, name):
    (pack / name).unlink()
    found = checked(pack, keys)
    assert [(one.code, one.path) for one in found.findings] == [("PACK-CHANGED", name)]
    assert capfd.readouterr() == ("", "")


def sealed_anew(pack, change):
    """Return a pack that somebody changed, and whose manifests they wrote anew."""
    change(pack / "data")
    for path in [one for one in pack.iterdir() if one.is_file()]:
        path.unlink()
    (pack / "data").rename(pack / "content")
    for path in [*(pack / "content").iterdir()]:
        path.rename(pack / path.name)
    (pack / "content").rmdir()
    bagit.make_bag(str(pack), checksums=["sha256"])
    return pack


def unlisted(data):
    path = data / auditpack.PROOFS
    pairs = json.loads(path.read_bytes())
    path.write_text(json.dumps(pairs[1:]))
    return data / pairs[0]["file"]


def swap_document(data):
    unlisted(data).write_bytes(b"forged")


def add_document(data):
    shutil.copyfile(unlisted(data), data / "records" / str(NUMBERS[0]) / "RXD.DOCX")


def rename_document(data):
    path = data / auditpack.PROOFS
    pairs = json.loads(path.read_bytes())
    older, newer = pairs[0]["file"], pairs[1]["file"]
    shutil.copyfile(data / older, data / newer)
    pairs[1]["proof"] = pairs[0]["proof"]
    path.write_text(json.dumps(pairs))


def swap_content(data):
    path = data / "records" / str(NUMBERS[0]) / "record.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))


def swap_act(data):
    path = next((data / "records" / str(NUMBERS[0]) / "events").iterdir())
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))


def add_act(data):
    (data / "records" / str(NUMBERS[0]) / "events" / "000099-void.json").write_bytes(b"{}")


def lay_beside(data):
    shutil.copyfile(next(data.rglob("*.docx")), data / "registers" / "RXD7200-04.docx")


def hide_newest(data):
    path = data / auditpack.PROOFS
    of = [one for one in json.loads(path.read_bytes()) if str(NUMBERS[0]) in one["file"]]
    pairs = json.loads(path.read_bytes())
    path.write_text(json.dumps([one for one in pairs if one != of[-1]]))
    for one in of[-1].values():
        (data / one).unlink()


def acts(data):
    return sorted((data / "records" / str(NUMBERS[0]) / "events").iterdir())


def hide_act(data, act=None):
    """An act and all that it sealed, with the proofs of that."""
    act = act or acts(data)[1]
    folder, path = act.parents[1], data / auditpack.PROOFS
    sealed = {
        folder / one["path"].split("/", 3)[3] for one in json.loads(act.read_bytes())["files"]
    }
    pairs = json.loads(path.read_bytes())
    gone = [one for one in pairs if data / one["file"] in sealed]
    path.write_text(json.dumps([one for one in pairs if one not in gone]))
    for file in {act, *sealed, *(data / one["proof"] for one in gone)}:
        file.unlink()


def hide_content(data):
    (data / "records" / str(NUMBERS[0]) / "record.json").unlink()


def state(data, number):
    return data / auditpack.state_place(number.volume)


def hide_acts_and_state(data):
    hide_act(data)
    shutil.rmtree(state(data, NUMBERS[0]).parent)


def hide_trees(data):
    (data / auditpack.TREES).write_text("[]")


def exchange_states(data):
    shutil.copyfile(state(data, NUMBERS[1]), state(data, NUMBERS[0]))


def other_count(data):
    path = data / auditpack.series_place(NUMBERS[0].volume)
    path.write_bytes(path.read_bytes().replace(b'"given":', b'"given":9'))


def sampled(data):
    return json.loads((data / auditpack.SAMPLE).read_bytes())["strata"][0]["records"][0]["number"]


def hide_record(data, number):
    shutil.rmtree(data / "records" / number)
    path = data / auditpack.PROOFS
    pairs = json.loads(path.read_bytes())
    path.write_text(json.dumps([one for one in pairs if f"/{number}/" not in one["file"]]))


def hide_of_sample(data):
    hide_record(data, sampled(data))


def shorten_sample(data):
    path = data / auditpack.SAMPLE
    said = json.loads(path.read_bytes())
    said["strata"][0]["records"] = []
    path.write_text(json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False))


def hide_and_lie(data):
    """A record of the sample, and whatever in the pack says that it was one."""
    hide_record(data, sampled(data))
    path = data / auditpack.SAMPLE
    said = json.loads(path.read_bytes())
    said["strata"][0]["records"], said["strata"][0]["population"] = [], 0
    path.write_text(json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False))


@pytest.mark.parametrize(
    ("change", "ok", "code"),
    [
        (swap_document, False, "PACK-DOCUMENT"),
        (add_document, False, "PACK-DOCUMENT"),
        (rename_document, False, "PACK-DOCUMENT"),
        (swap_content, False, "PACK-DOCUMENT"),
        (swap_act, False, "PACK-DOCUMENT"),
        (add_act, True, "PACK-UNPROVED"),
        (lay_beside, False, "PACK-DOCUMENT"),
        (hide_newest, False, "PROOF-NOT-LAST"),
        (hide_newest, False, "PACK-MISSING"),
        (hide_act, False, "PACK-MISSING"),
        (hide_content, False, "PACK-MISSING"),
        (hide_acts_and_state, False, "PACK-ACTS"),
        (hide_trees, False, "PACK-ACTS"),
        (exchange_states, False, "PACK-ACTS"),
        (other_count, False, "PACK-DOCUMENT"),
        (hide_of_sample, False, "PACK-MISSING"),
        (shorten_sample, False, "PACK-SAMPLE"),
    ],
)
def test_a_bag_sealed_anew_is_found_out_by_the_proofs(pack, keys, change, ok, code):
    found = checked(sealed_anew(pack, change), keys)
    assert "PACK-CHANGED" not in codes(found)
    assert (found.ok, code in codes(found)) == (ok, True)


def test_every_act_is_shown_by_the_volume_that_somebody_signed(made, keys):
    found = checked(made[0], keys)
    packed = {RecordNumber.parse(path.name) for path in (made[0] / "data/records").iterdir()}
    assert {one.ledger: one.packed for one in found.ledgers} == Counter(
        ledger_origin(number.volume.ref) for number in packed
    )
    assert all(one.given >= one.packed for one in found.ledgers)


def test_a_record_that_was_left_out_shows_only_from_outside(pack, keys, shared_bank, made):
    """What nothing in the pack says any more, its SHA-256 tells, and the store."""
    before = checked(made[0], keys)
    forged = sealed_anew(pack, hide_and_lie)
    found = checked(forged, keys)
    assert found.ok
    assert "cannot show by itself" in english(found)
    known = checked(forged, keys, known=before.sha256)
    assert (known.ok, known.known, "PACK-OTHER" in codes(known)) == (False, False, True)
    typed = " ".join(before.sha256.upper()[at : at + 8] for at in range(0, 64, 8))
    whole = checked(made[0], keys, known=typed)
    assert (whole.ok, whole.known) == (True, True)
    assert "as it was made" in english(whole)
    against = checked(forged, keys, against=shared_bank.at())
    assert (against.ok, codes(against)) == (False, {"PACK-MISSING"})
    held = checked(made[0], keys, against=shared_bank.at())
    assert (held.ok, held.findings, held.compared) == (True, (), True)


def english(found):
    return "; ".join(one.text(Language.EN) for one in found.told_whole)


def test_what_was_found_out_from_outside_is_all_told(made, keys, shared_bank):
    known = checked(made[0], keys).sha256
    told = english(checked(made[0], keys, known=known, against=shared_bank.at()))
    assert "as it was made" in told
    assert "held against the store" in told
    assert "not verified (rmdocs verify), and registers were not compared" in told


def test_which_sample_it_claims_to_be_is_told_of_every_pack(pack, made, keys, shared_bank):
    said = checked(made[0], keys)
    assert (said.sample.seed, said.sample.count, said.sample.taken) == ("x", 1, 1)
    assert said.sample.population > 1
    assert f"{said.records} record(s) are in it, 1 of them a sample" in said.says.text(Language.EN)
    forged = checked(sealed_anew(pack, hide_and_lie), keys)
    assert (forged.sample.taken, forged.sample.population) == (0, 0)
    assert "0 of them a sample of 0" in forged.says.text(Language.EN)
    assert forged.to_json(Language.EN)["says"] == forged.says.text(Language.EN)


def test_a_pack_of_named_records_says_so(shared_bank, keys, tmp_path):
    one = packing(shared_bank)
    found = checked(folders.save_bag(tmp_path / "pack", one.files(), one.facts), keys)
    assert (found.ok, found.sample, found.records) == (True, None, len(NUMBERS))
    assert "2 record(s) are in it that were named" in found.says.text(Language.EN)


def test_what_a_sample_is_of_is_told(shared_bank, keys, tmp_path):
    series = NUMBERS[0].volume.series
    wanted = auditwork.SampleWanted(
        count=1, seed="x", form=series.form, unit=series.unit, by=("form", "quarter")
    )
    sample = auditwork.sample(shared_bank.at(), wanted)
    one = packing(shared_bank, [*map(RecordNumber.parse, sample.numbers)], sample=sample)
    found = checked(folders.save_bag(tmp_path / "pack", one.files(), one.facts), keys)
    assert found.ok
    told = found.says.text(Language.EN)
    assert all(part in told for part in ("“x”", str(wanted.form), "JN01", "form, quarter")), told


def test_each_part_that_every_pack_has_is_missed(pack, keys):
    """With manifests made anew, which then say nothing of it."""
    parts = {*auditpack.Packing.PARTS, *auditpack.Packing.OF_SAMPLE}
    lost = []
    for name in sorted(parts):
        path = pack / "data" / name
        data = path.read_bytes()
        path.unlink()
        found = checked(sealed_anew(pack, lambda _: None), keys)
        if not found.ok and [
            one.path for one in found.findings if one.code == "PACK-MISSING" and one.path == name
        ]:
            lost.append(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert lost == sorted(parts)


@pytest.mark.parametrize("typed", ["12ab", "", " "])
def test_what_is_no_sha256_is_refused(made, keys, typed):
    with pytest.raises(UsageError):
        checked(made[0], keys, known=typed)


@pytest.mark.parametrize("data", [b"", b"no key", b"{}"])
def test_what_holds_no_keys_is_refused_and_the_pack_not_blamed(made, data):
    with pytest.raises(UsageError, match="keys"):
        checked(made[0], File(name="k", data=data))


def test_what_was_done_since_is_told_of_the_store(walked, copied, keys, tmp_path):
    bank = copied(walked)
    one = packing(bank, [NUMBERS[1]])
    folder = folders.save_bag(tmp_path / "pack", one.files(), one.facts)
    bank.void(NUMBERS[1], "JN01-0101", "JN01-0001")
    found = checked(folder, keys, against=bank.at())
    assert (found.ok, codes(found)) == (True, {"PACK-SINCE"})


def test_a_pack_of_another_store_is_not_of_this_one(made, keys, lived_bank):
    found = checked(made[0], keys, against=lived_bank.at())
    assert not found.ok
    assert codes(found) & CONTRADICTIONS


def test_that_a_record_was_voided_cannot_be_left_out(walked, copied, keys, tmp_path):
    """An act that sealed no document, of a pack whose proofs are of before it."""
    bank, number = copied(walked), NUMBERS[1]
    before = packing(bank, [number])
    older = folders.save_bag(tmp_path / "older", before.files(), before.facts)
    bank.void(number, "JN01-0101", "JN01-0001")
    after = packing(bank, [number])
    folder = folders.save_bag(tmp_path / "pack", after.files(), after.facts)
    assert codes(checked(folder, keys)) == {"PROOF-NOT-LAST"}

    def hide(data):
        [void] = (data / "records" / str(number) / "events").glob("*-void.json")
        hide_act(data, void)
        for proof in (data / "records" / str(number) / "proofs").iterdir():
            shutil.copyfile(older / proof.relative_to(folder), proof)

    found = checked(sealed_anew(folder, hide), keys)
    assert (found.ok, "PACK-MISSING" in codes(found), "PROOF-NOT-LAST" in codes(found)) == (
        False,
        True,
        False,
    )


def test_other_keys_prove_nothing(pack, keys, tmp_path_factory):
    from rmdocs.store.keys import SigningKey
    from rmdocs.store.prooffile import keys_file

    others = File(name="others", data=keys_file((SigningKey.generate("other").public,)))
    found = checked(pack, others)
    assert (found.ok, found.documents) == (False, 0)


@pytest.mark.parametrize(
    "pairs", [b"[]", b'[{"file":"../../secret.docx","proof":"proofs.json"}]', b"{", b'[{"file":1}]']
)
def test_a_list_of_proofs_that_is_not_one_proves_nothing(pack, keys, pairs):
    (pack.parent / "secret.docx").write_bytes(b"secret")
    (pack / "data" / auditpack.PROOFS).write_bytes(pairs)
    found = None
    with suppress(UsageError):
        found = checked(pack, keys)
    assert found is None or (found.ok, found.documents) == (False, 0)


def test_a_proof_of_another_record_is_told(pack, keys):
    path = pack / "data" / auditpack.PROOFS
    pairs = json.loads(path.read_bytes())
    there = pack / "data" / pairs[0]["file"]
    moved = there.parents[3] / "RXD7200-04-JN01-2026-0009" / there.name
    moved.parent.mkdir()
    shutil.copyfile(there, moved)
    pairs[0]["file"] = moved.relative_to(pack / "data").as_posix()
    path.write_text(json.dumps(pairs))
    assert "PACK-DOCUMENT" in codes(checked(pack, keys))


def test_a_concealed_record_that_is_void_is_told_as_such(lived_bank, tmp_path):
    numbers = auditwork.sample(lived_bank.at(), auditwork.SampleWanted(count=1, seed="x")).numbers
    one = packing(lived_bank, [RecordNumber.parse(number) for number in numbers])
    folder = folders.save_bag(tmp_path / "pack", one.files(), one.facts)
    found = checked(folder, proving.trusted(lived_bank.at()))
    assert (found.ok, found.documents) == (True, one.done.documents)
    assert codes(found) == {"PACK-UNPROVED", "PROOF-NOT-LAST"}


def test_witnesses_are_asked_for(visited_bank, tmp_path):
    witness, keys = Witness("JN02", visited_bank), proving.trusted(visited_bank.at())
    asked = File(name="policy", data=policy(witness))
    found = []
    for name in ("before", "after"):
        one = packing(visited_bank, [NUMBERS[1]])
        folder = folders.save_bag(tmp_path / name, one.files(), one.facts)
        found.append(checked(folder, keys, asked))
        assert checked(folder, keys).ok
        witness.look()
    assert [one.ok for one in found] == [False, True]
    assert "PROOF-WITNESS" in codes(found[0])
    with refused_for("WITNESS-POLICY"):
        checked(folder, keys, File(name="policy", data=b""))


def test_what_cannot_be_read_is_told(lived_bank, tmp_path):
    shutil.copytree(lived_bank.root, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere" / "record-keys")
    away = Bank(tmp_path / "elsewhere")
    numbers = auditwork.sample(away.at(), auditwork.SampleWanted(count=1, seed="x")).numbers
    one = packing(away, [RecordNumber.parse(number) for number in numbers])
    assert [*one.files()]
    assert "PACK-LEFT-OUT" in codes(one.done)


def test_nothing_is_packed_over_what_is_there(made, shared_bank, tmp_path):
    folder, _ = made
    with pytest.raises(ConflictError):
        folders.save_bag(folder, (), {})
    with pytest.raises(UsageError):
        folders.save_bag(tmp_path / "empty", packing(shared_bank, []).files(), {})
    assert not [*tmp_path.iterdir()]


def test_what_is_no_pack_is_refused(tmp_path):
    with pytest.raises(UsageError):
        [*folders.bag_findings(tmp_path)]
