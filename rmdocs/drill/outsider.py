"""Faults that take nobody's key: whoever can write to the disk where a store lies (F1–F23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

from rmdocs import canonical
from rmdocs.drill import faults
from rmdocs.drill.scene import Found, Scene, place_of
from rmdocs.messages import Text, message
from rmdocs.registers.series import SERIES_NAME
from rmdocs.registers.staff import StaffRegister
from rmdocs.store import commits
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import rewrite
from rmdocs.store.objectwriter import ObjectWriter
from rmdocs.store.protocol import CHECKPOINT_PATH, CONTROL_REF, EVENTS_NAME

fault = partial(faults.fault, keys=False)
Changes = Mapping[str, bytes | None]


def heads(chance: Random) -> bool:
    """Toss a coin."""
    return chance.choice((True, False))


def commit(scene: Scene, ref: str, changes: Changes, *, on_top: bool = False) -> str:
    """Commit changed files (None drops one) unsigned, or with a key that nobody knows.

    :param on_top: of what is there; else by chance so, or in the place of the last commit.
    :return: what findings call the ledger.
    """
    store, chance = scene.store, scene.random
    tip = store.require_head(ref).commit
    last = commits.parse(tip, store.objects.content(tip, "commit"))
    parent = tip
    if last.parents and not on_top and heads(chance):
        parent = last.parents[0]
        scene.told.append(message("in place of the last commit"))
    writer = scene.writer()

    def read(oid: str) -> bytes:
        return writer.pending(oid) or store.objects.content(oid, "tree")

    oids = {p: None if data is None else writer.add("blob", data) for p, data in changes.items()}
    draft = commits.DraftCommit(
        tree=rewrite(read, lambda data: writer.add("tree", data), last.tree, oids) or "",
        parent=parent,
        actor=next(one for one in reversed(scene.sealed) if one.ref == ref).event.actor,
        time=last.time,
        subject_line=last.subject_line,
        trailers={},
    )
    data = commits.signed(draft, SigningKey.generate("stranger"))
    if heads(chance):
        start, _, rest = data.partition(b"gpgsig ")
        data = start + b"\n" + rest.partition(b"\n\n")[2]
        scene.told.append(message("unsigned"))
    made = writer.add("commit", data)
    _flush(scene, writer)
    scene.insider.point(ref, made)
    return place_of(ref)


def stored(*, packed: bool) -> Text:
    """Return what is told of where git keeps an object."""
    return message("in a pack") if packed else message("loose")


def _flush(scene: Scene, writer: ObjectWriter) -> None:
    packed = heads(scene.random)
    scene.told.append(stored(packed=packed))
    writer.flush(packed=packed)


def _event_path(found: Found) -> str:
    return f"{found.directory}/{EVENTS_NAME}/{found.event.file_name}"


def _sealing(scene: Scene, ending: str = "", *, here: bool = True) -> tuple[Found, str]:
    """Return an event that seals a file, and which."""

    def fits(one: Found) -> bool:
        named = any(file.path.endswith(ending) for file in one.event.files)
        return named and (not here or one.ref != CONTROL_REF)

    found = scene.one(message("sealed file ({ending})", ending=ending or "*"), fits)
    files = [file.path for file in found.event.files if file.path.endswith(ending)]
    return found, scene.random.choice(files)


# Files and records ---------------------------------------------------------------


@fault("F1", "FILE-CHANGED", message("a sealed document is replaced by another"))
def document_replaced(scene: Scene) -> str:
    found, path = _sealing(scene, ".docx")
    data = scene.store.require_head(found.ref).read(path) or b""
    at = scene.random.randrange(len(data))
    other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    return commit(scene, found.ref, {path: scene.random.choice((other, b"changed", b""))})


@fault("F1", "FILE-CHANGED", message("what a sealed record says is changed"))
def record_changed(scene: Scene) -> str:
    found, path = _sealing(scene, ".json")
    data = scene.store.require_head(found.ref).read(path) or b""
    return commit(scene, found.ref, {path: scene.random.choice((data + b" ", b"{}"))})


@fault("F2", "FILE-MISSING", message("a sealed file is taken away"))
def file_dropped(scene: Scene) -> str:
    found, path = _sealing(scene)
    return commit(scene, found.ref, {path: None})


@fault("F2", "EVENT-MISSING LEDGER-SIZE", message("a record is taken away with all its events"))
def record_dropped(scene: Scene) -> str:
    found = scene.act_on_record()
    gone = [path for path, _ in scene.store.require_head(found.ref).walk(found.directory)]
    return commit(scene, found.ref, dict.fromkeys(gone))


@fault("F3", "EVENT-NAME", message("two events change places"))
def events_exchanged(scene: Scene) -> str:
    found = scene.one(
        message("ledger with two events"), lambda one: scene.last_of(one).event.index > 0
    )
    others = [one for one in scene.sealed if one.ref == found.ref and one is not found]
    other = scene.random.choice(others)
    head = scene.store.require_head(found.ref)
    one, two = (head.read(_event_path(event)) for event in (found, other))
    return commit(scene, found.ref, {_event_path(found): two, _event_path(other): one})


@fault("F4", "LEDGER-ROOT", message("the time of an event is set back"))
def event_backdated(scene: Scene) -> str:
    found = scene.one(message("event"), lambda _one: True)
    back = timedelta(seconds=scene.random.randrange(1, 10_000_000))
    data = replace(found.event, time=found.event.time - back).to_bytes()
    return commit(scene, found.ref, {_event_path(found): data})


@fault("F12", "FILE-CHANGED", message("an entry of a register is changed"))
def entry_changed(scene: Scene) -> str:
    found = scene.one(
        message("entry of a register"),
        lambda one: one.event.kind in {"person", "unit", "customer"} and bool(one.event.files),
    )
    path = found.event.files[0].path
    data = (scene.control.read(path) or b"").replace(b'"name":"', b'"name":"X', 1)
    return commit(scene, CONTROL_REF, {path: data})


@fault("F12", "FILE-UNSEALED", message("an entry is slipped into a register"))
def entry_slipped_in(scene: Scene) -> str:
    person = scene.random.choice(list(StaffRegister(head=scene.control).people()))
    path = f"people/{person.staff_no}/0099.json"
    value = {**person.to_json(), "roles": ["records_officer", "president"]}
    return commit(scene, CONTROL_REF, {path: canonical.encode(value)})


@fault("F14", "NUMBER-GAP", message("a series is said to have given more numbers than it did"))
def series_raised(scene: Scene) -> str:
    ref = scene.volumes()[0]
    value = canonical.decode(scene.store.require_head(ref).read(SERIES_NAME) or b"")
    more = {**value, "given": value["given"] + scene.random.randrange(1, 9)}
    return commit(scene, ref, {SERIES_NAME: canonical.encode(more)})


@fault("F15", "LEDGER-ORIGIN", message("a volume is shown under another unit's name as well"))
def volume_shown_twice(scene: Scene) -> str:
    ref = scene.volumes()[0]
    other = ref.rpartition("/")[0].rpartition("/")[0].rpartition("/")[0] + "/ZZ99/2099/1"
    scene.insider.point(other, scene.store.require_head(ref).commit)
    return place_of(other)


@fault("F16", "COMMIT-STRANGER COMMIT-UNSIGNED", message("a commit is made that nobody signed"))
def commit_of_a_stranger(scene: Scene) -> str:
    ref = scene.one(message("ledger"), lambda _one: True).ref
    return commit(scene, ref, {})


@fault("F18", "STORE-UNREADABLE", message("an event is put into an older format"))
def event_of_an_older_format(scene: Scene) -> str:
    found = scene.one(message("event"), lambda _one: True)
    value = canonical.decode(found.event.to_bytes())
    if heads(scene.random):
        value["format"] = 0
    else:
        del value["previous"]
    return commit(scene, found.ref, {_event_path(found): canonical.encode(value)})


@fault("F18", "LEDGER-SIGNATURE STORE-UNREADABLE", message("a checkpoint without its signature"))
def checkpoint_unsigned(scene: Scene) -> str:
    ref = scene.one(message("ledger"), lambda _one: True).ref
    checkpoint = scene.store.require_head(ref).checkpoint
    note = checkpoint.sign(SigningKey.generate("stranger")).encode()
    data = scene.random.choice((checkpoint.body.encode(), note))
    return commit(scene, ref, {CHECKPOINT_PATH: data})


@fault("F19", "FILE-UNSEALED", message("a file is put beside a record"))
def file_slipped_in(scene: Scene) -> str:
    found = scene.act_on_record()
    name = scene.random.choice(("note.txt", "editions/1/signed.pdf", "record-2.json"))
    return commit(scene, found.ref, {f"{found.directory}/{name}": b"x"})


@fault("F20", "COMMIT-EMPTY", message("a commit is made without an event"))
def commit_without_event(scene: Scene) -> str:
    ref = scene.one(message("ledger"), lambda _one: True).ref
    return commit(scene, ref, {}, on_top=True)


@fault("F20", "LEDGER-TILE", message("a part of a ledger's tree is changed"))
def tile_changed(scene: Scene) -> str:
    ref = scene.one(message("ledger"), lambda _one: True).ref
    head = scene.store.require_head(ref)
    tiles = [path for path, _ in head.walk("ledger/tile")]
    path = scene.random.choice(sorted(tiles))
    return commit(scene, ref, {path: scene.random.choice((None, b"x" * 32))})
