"""Whatever comes from outside, byte by byte: no crash, and nothing that was changed is taken.

Proofs have tests of their own (``audit/test_proofs``, ``web/test_proof_page``), as have slips
(``audit/test_proofslips``), packs of git (``store/test_packs``), PDF (``signing/test_opening``)
and scans (``scanning/test_bad_files``, tools/bad_files.py).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bank import SAMPLES, Bank
from hypothesis import given, settings
from hypothesis import strategies as st
from mutating import changes, within
from plaingit import with_file

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.audit.contents import _difference
from rmdocs.audit.pins import compared, pins_in
from rmdocs.audit.proofslips import joined, parts_of
from rmdocs.audit.verify import verify
from rmdocs.beginning import SAMPLE, built_in
from rmdocs.control.policy import BUILT_IN, Policy
from rmdocs.errors import ControlError, RmdocsError
from rmdocs.events.kinds import read as read_facts
from rmdocs.files import File
from rmdocs.forms.form import NAMES, Form, FormFiles
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.messages import Language, Verbatim
from rmdocs.registers.ledgerkeys import MachineOrder, ledger_keys
from rmdocs.registers.revisions import Release
from rmdocs.registers.revocations import RevocationOrder
from rmdocs.registers.staff import FOUNDER, Person, Unit
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.rendering.lint import lint_template, names_alone
from rmdocs.store import checkpoint as checkpoints
from rmdocs.store import commits, merkle
from rmdocs.store.checkpoint import Checkpoint, parse_verifier_line, verifier_line
from rmdocs.store.event import Event
from rmdocs.store.keys import PublicKey, SigningKey
from rmdocs.store.objects import parse_tree
from rmdocs.store.protocol import CONTROL_REF, LEDGER_PREFIX
from rmdocs.workspace import desk, proving, records, store

pytestmark = pytest.mark.long
FORM = DocumentNumber("RXD7200-02")
LOGGED = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
NOTICE = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
KEY = SigningKey.generate("x")
MANY = settings.default.max_examples
"""Examples of what is quick: 25 in make test, 400 in make soak."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What reads bytes, and good bytes for it to read.

    :param refusals: what it may raise, as its documentation says.
    """

    good: Callable[[Bank], bytes]
    read: Callable[[Bank, bytes], object]
    refusals: tuple[type[Exception], ...] = (RmdocsError,)


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def head(bank: Bank, ref: str = LOGGED.volume.ref):
    return bank.at().store.require_head(ref)


def an_event(bank: Bank) -> bytes:
    [first, *_] = head(bank).events(LOGGED.directory)
    return first.to_bytes()


def json_of(path: str) -> Callable[[Bank], bytes]:
    return lambda bank: head(bank, CONTROL_REF).read(path) or b""


def release(bank: Bank) -> bytes:
    found = [path for path, _ in head(bank, CONTROL_REF).walk(f"forms/{FORM}")]
    return json_of(next(path for path in found if path.endswith("/release.json")))(bank)


def machine(_bank: Bank) -> bytes:
    return MachineOrder(machine="pc", key=KEY.public, ledgers=("control", "records")).to_toml()


def revocation(_bank: Bank) -> bytes:
    return RevocationOrder(staff_no=FOUNDER, name="建库", fingerprint=KEY.fingerprint).to_toml()


def form_file(part: str) -> Reader:
    """Return the reader of one file of a form, the others being as they are."""

    @cache
    def files() -> FormFiles:
        folder, schemas = built_in() / "forms" / str(FORM), built_in() / "schemas"
        places = {
            "schema": schemas / f"{FORM}.schema.json",
            "common": schemas / "common.schema.json",
        }
        return FormFiles(
            **{one: places.get(one, folder / name).read_bytes() for one, name in NAMES.items()}
        )

    def read(_bank: Bank, data: bytes) -> object:
        return Form.load(replace(files(), **{part: data}))

    return Reader(good=lambda _: getattr(files(), part), read=read)


READERS = {
    "event": Reader(good=an_event, read=lambda _, data: read_facts(Event.from_bytes(data))),
    "checkpoint": Reader(
        good=lambda bank: head(bank).note.encode(),
        read=lambda _, data: Checkpoint.parse(text(data)),
    ),
    "checkpoint of an event": Reader(
        good=lambda bank: canonical.encode(head(bank).checkpoint.to_json()),
        read=lambda _, data: Checkpoint.from_json(canonical.decode(data)),
        refusals=UNREADABLE,
    ),
    "checkpoint file": Reader(
        good=lambda bank: store.checkpoint(bank.at()).text.encode(),
        read=lambda _, data: store.pins_from(File(name="x", data=data)),
    ),
    "commit": Reader(
        good=lambda bank: bank.at().store.objects.content(head(bank).commit, "commit"),
        read=lambda _, data: commits.parse("0" * 40, data),
    ),
    "tree": Reader(
        good=lambda bank: bank.at().store.objects.content(head(bank).tree, "tree"),
        read=lambda _, data: parse_tree(data),
        refusals=(RmdocsError, ValueError),
    ),
    "ledger key": Reader(
        good=lambda _: verifier_line(KEY.public).encode(),
        read=lambda _, data: parse_verifier_line(text(data)),
        refusals=(ValueError, RmdocsError),
    ),
    "key of a person": Reader(
        good=lambda _: KEY.public_line.encode(), read=lambda _, data: PublicKey.parse(text(data))
    ),
    "slip": Reader(
        good=lambda bank: b"\x1e".join(parts_of(proving.prove(bank.at(), str(LOGGED)).file.data)),
        read=lambda _, data: joined(data.split(b"\x1e")),
    ),
    "person": Reader(
        good=json_of("people/JN01-0101/0001.json"),
        read=lambda _, data: Person.from_json(canonical.decode(data)),
        refusals=UNREADABLE,
    ),
    "unit": Reader(
        good=json_of("units/JN01/0001.json"),
        read=lambda _, data: Unit.from_json(canonical.decode(data)),
        refusals=UNREADABLE,
    ),
    "release": Reader(
        good=release,
        read=lambda _, data: Release.from_json(canonical.decode(data)),
        refusals=UNREADABLE,
    ),
    "policy": Reader(good=lambda _: BUILT_IN.read_bytes(), read=lambda _, data: Policy.load(data)),
    "machine": Reader(good=machine, read=lambda _, data: MachineOrder.from_toml(data)),
    "revocation": Reader(good=revocation, read=lambda _, data: RevocationOrder.from_toml(data)),
    **{f"form: {part}": form_file(part) for part in NAMES},
}


def checked(name: str) -> Callable[[Bank, bytes], object]:
    def read(bank: Bank, data: bytes) -> object:
        found = records.check(bank.at("JN01-0101"), [File(name=name, data=data)])
        for one in found:
            for finding in one.findings:
                assert finding.message.text(Language.ZH)
        return found

    return read


def sample(bank: Bank) -> bytes:
    return (SAMPLE / "RXD7200-02-JN01.json").read_bytes()


def lines(bank: Bank) -> bytes:
    rows = [json.loads((SAMPLE / f"{one}.json").read_bytes()) for one in SAMPLES[:3]]
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in rows).encode()


def table(bank: Bank) -> bytes:
    head_line = "form,unit,date,prepared_by.name,prepared_by.staff_no,content.visit.topic"
    return f"{head_line}\nRXD7200-02,JN01,2026-03-02,王样例,JN01-0101,结算\n".encode()


def workbook(bank: Bank) -> bytes:
    return desk.sheet(bank.at(), FORM, Language.ZH)


def document(bank: Bank) -> bytes:
    return records.export(bank.at(), NOTICE)[0].data


def template(_bank: Bank) -> bytes:
    return (built_in() / "forms" / str(FORM) / "template.docx").read_bytes()


FILES = {
    "record in JSON": Reader(good=sample, read=checked("x.json")),
    "records in JSONL": Reader(good=lines, read=checked("x.jsonl")),
    "record in YAML": Reader(good=sample, read=checked("x.yaml")),
    "records in CSV": Reader(good=table, read=checked("x.csv")),
    "records in XLSX": Reader(good=workbook, read=checked("x.xlsx")),
    "document as a pin": Reader(
        good=document, read=lambda _, data: store.pins_from(File(name="x.docx", data=data))
    ),
    "template": Reader(
        good=template, read=lambda _, data: lint_template(data, names_alone(frozenset()))
    ),
}
PACKED = ("records in XLSX", "document as a pin", "template")


@pytest.fixture(scope="module")
def bank(walked):
    return Bank(walked)


def good(bank: Bank, reader: Reader) -> bytes:
    """Return the good bytes of a reader, made once."""
    if reader not in _GOOD:
        _GOOD[reader] = reader.good(bank)
    return _GOOD[reader]


_GOOD: dict[Reader, bytes] = {}


def attempt(bank: Bank, reader: Reader, data: bytes) -> None:
    """Read; whatever is not read is refused in words of both languages."""
    refusal = None
    try:
        reader.read(bank, data)
    except RmdocsError as problem:
        refusal = problem
    except reader.refusals:
        return
    assert refusal is None or all(refusal.reason.text(one) for one in Language)


@pytest.mark.parametrize("name", [*READERS, *FILES])
def test_what_is_good_is_read(bank, name):
    reader = {**READERS, **FILES}[name]
    assert reader.read(bank, good(bank, reader)) is not None


@pytest.mark.parametrize("name", READERS)
@given(change=changes())
def test_what_is_changed_is_read_or_refused(bank, name, change):
    attempt(bank, READERS[name], change(good(bank, READERS[name])))


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=200))
def test_anything_is_read_or_refused(bank, name, data):
    attempt(bank, READERS[name], data)


@pytest.mark.parametrize("name", FILES)
@given(change=changes())
@settings(max_examples=MANY // 2)
def test_a_changed_file_is_read_or_refused(bank, name, change):
    attempt(bank, FILES[name], change(good(bank, FILES[name])))


@pytest.mark.parametrize("name", PACKED)
@given(place=st.integers(0, 200), change=changes())
@settings(max_examples=MANY)
def test_a_file_with_a_changed_part_is_read_or_refused(bank, name, place, change):
    attempt(bank, FILES[name], within(good(bank, FILES[name]), place, change))


# What was changed is not taken -----------------------------------------------------


@given(change=changes())
def test_no_changed_checkpoint_counts_as_signed(bank, change):
    note, keys = head(bank).note, ledger_keys(head(bank, CONTROL_REF))
    changed = text(change(note.encode()))
    known = checkpoints.verify(changed, keys.founding.public)
    assert known in {None, Checkpoint.parse(note)}


@given(change=changes())
def test_no_changed_checkpoint_file_agrees(bank, change):
    """What still agrees says the same of every ledger that it names."""
    whole = store.checkpoint(bank.at()).text
    changed = text(change(whole.encode()))
    try:
        pins = pins_in(changed, Verbatim("x"))
    except RmdocsError:
        return
    work = bank.at().store
    found = compared(work, pins, ledger_keys(work.require_head(CONTROL_REF)))
    if not found.findings:
        true = {(one.origin, one.size, one.root) for one in pins_in(whole, Verbatim("x"))}
        assert {(one.origin, one.size, one.root) for one in pins} <= true


@given(change=changes(), place=st.integers(0, 50), index=st.integers(0, 1000))
def test_no_changed_tile_lets_another_event_in(bank, change, place, index):
    volume = head(bank, CONTROL_REF)
    there = volume.checkpoint
    tiles = sorted(path for path, _ in volume.walk(f"{LEDGER_PREFIX}tile"))
    spoiled = tiles[place % len(tiles)]

    def read(path: str) -> bytes | None:
        data = volume.read(LEDGER_PREFIX + path)
        return change(data) if data and LEDGER_PREFIX + path == spoiled else data

    tree, at = merkle.MerkleTree(there.size, read), index % there.size
    try:
        path = tree.inclusion_proof(at)
    except merkle.MissingTileError:
        return
    assert merkle.root_by(merkle.leaf_hash(b"another"), at, there.size, path) != there.root


@given(change=changes(), place=st.integers(0, 200), packed=st.booleans())
@settings(max_examples=MANY)
def test_no_changed_document_is_traced(bank, change, place, packed):
    data = good(bank, FILES["document as a pin"])
    changed = within(data, place, change) if packed else change(data)
    if changed == data:
        return
    with pytest.raises(ControlError):
        records.trace(bank.at(), File(name="x.docx", data=changed))


@given(change=changes(), place=st.integers(0, 200), packed=st.booleans())
@settings(max_examples=MANY)
def test_no_changed_document_is_taken_for_what_its_record_gives(bank, change, place, packed):
    data = good(bank, FILES["document as a pin"])
    changed = within(data, place, change) if packed else change(data)
    told = _difference(changed, data, RENDERER_VERSION)
    assert changed == data or (told is not None and told.text(Language.ZH))


@pytest.mark.long
@given(change=changes(), place=st.integers(0, 1 << 16), control=st.booleans())
@settings(max_examples=MANY // 3)
def test_no_changed_file_of_a_store_is_sound(visited, change, place, control):
    """Event, tile, checkpoint, record, document, register: whichever of them."""
    ref = CONTROL_REF if control else LOGGED.volume.ref
    with TemporaryDirectory() as folder:
        bank = Bank(Path(shutil.copytree(visited, Path(folder) / "bank")))
        volume = head(bank, ref)
        paths = sorted(path for path, _ in volume.walk())
        path = paths[place % len(paths)]
        data = volume.read(path)
        changed = change(data)
        with_file(bank, path, changed, ref)
        bank.close()
        told = codes_of(bank)
        bank.close()
    # A commit that nobody signed is told in any case: the change has to be named as well.
    assert changed == data or told - MADE_BY_GIT, path


MADE_BY_GIT = {"COMMIT-EMPTY", "COMMIT-UNSIGNED", "COMMIT-STRANGER", "COMMIT-ACTOR", "COMMIT-TIME"}


def codes_of(bank: Bank) -> set[str]:
    try:
        return {one.code for one in verify(bank.at().store).findings}
    except RmdocsError:
        return {"STORE-UNREADABLE"}
