"""Faults around a store's objects and in them: refs moved, settings, what is lost (F2–F23).

Nobody's key is needed for any of it.
"""

from __future__ import annotations

import zlib
from functools import partial
from pathlib import Path

from rmdocs.drill import faults
from rmdocs.drill.outsider import heads, stored
from rmdocs.drill.scene import Found, Look, NothingThereError, Scene, place_of
from rmdocs.messages import Verbatim, message
from rmdocs.store.commits import history
from rmdocs.store.objects import object_header
from rmdocs.store.packs import Packs
from rmdocs.store.protocol import CONTROL_REF, EVENTS_NAME
from rmdocs.store.refs import PACKED

fault = partial(faults.fault, keys=False)

# Refs, which only what is known from outside shows -----------------------------------


@fault("F6", "LEDGER-BACK", message("the last acts of a ledger are cut off"), look=Look.PINNED)
def history_cut(scene: Scene) -> str:
    found = scene.one(message("ledger of more than one act"), _goes_on)
    cut_back(scene, found)
    return found.place


@fault(
    "F8",
    "LEDGER-BACK LEDGER-GONE",
    message("an older copy of the whole store is shown as the present one"),
    look=Look.PINNED,
)
def older_copy_shown(scene: Scene) -> str:
    moment = scene.random.choice(sorted({one.event.time for one in scene.sealed})[1:])
    shown: dict[str, str] = {}
    for one in scene.sealed:
        if one.event.time < moment:
            shown[one.ref] = one.commit
    for ref in {one.ref for one in scene.sealed}:
        if ref in shown:
            scene.insider.point(ref, shown[ref])
        else:
            forget(scene, ref)
    return ""


@fault("F12", "RELIED-ON", message("the registers are set back behind what acts relied on"))
def control_set_back(scene: Scene) -> str:
    relied = [one.event.relied_on.size for one in scene.sealed if one.event.relied_on]
    before = [
        one
        for one in scene.sealed
        if one.ref == CONTROL_REF and one.event.index < max(relied or [0])
    ]
    commits = sorted({one.at: one.commit for one in before}.items())[:-1]
    if not commits:
        raise NothingThereError(message("act on control that a record relies on"))
    scene.insider.point(CONTROL_REF, scene.random.choice(commits)[1])
    return "records/"


@fault("F2", "VOLUME-MISSING", message("a whole volume of records is taken away"))
def volume_dropped(scene: Scene) -> str:
    ref = scene.volumes()[0]
    forget(scene, ref)
    return place_of(ref).removeprefix("records/")


@fault("F20", "REF-FOREIGN", message("a branch is added that no store has"))
def foreign_ref(scene: Scene) -> str:
    ref = scene.random.choice(("refs/heads/main", "refs/tags/v1", "refs/notes/commits"))
    scene.insider.point(ref, scene.store.require_head(CONTROL_REF).commit)
    return ref


def _goes_on(found: Found) -> bool:
    return found.at > 0


def cut_back(scene: Scene, found: Found) -> None:
    """Let a ledger end before an act."""
    [_, before] = [
        one for _, one in zip(range(2), history(scene.store.objects, found.commit), strict=False)
    ]
    scene.insider.point(found.ref, before.oid)


def forget(scene: Scene, ref: str) -> None:
    """Take a ref away, wherever git keeps it."""
    (scene.path / ref).unlink(missing_ok=True)
    packed = scene.path / PACKED
    if packed.is_file():
        lines = packed.read_text(encoding="ascii").splitlines(keepends=True)
        _write(packed, "".join(line for line in lines if not line.endswith(f" {ref}\n")).encode())
    scene.insider.close()


# What git obeys ------------------------------------------------------------------


@fault("F17", "STORE-ALTERED", message("git is told to show another history than is stored"))
def history_hidden(scene: Scene) -> str:
    commit = scene.store.require_head(CONTROL_REF).commit
    which = scene.random.choice(
        ("replace", "grafts", "shallow", "commondir", "config.worktree", "promisor")
    )
    scene.told.append(Verbatim(which))
    path = scene.path / {
        "replace": f"refs/replace/{commit}",
        "grafts": "info/grafts",
        "promisor": "objects/pack/pack-0000.promisor",
    }.get(which, which)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, f"{commit}\n".encode())
    return ""


@fault("F17", "STORE-BORROWS", message("objects are read from somewhere else"))
def objects_borrowed(scene: Scene) -> str:
    name = scene.random.choice(("alternates", "http-alternates"))
    _write(scene.path / "objects" / "info" / name, b"/elsewhere/objects\n")
    return ""


@fault("F17", "STORE-ALTERED", message("a setting is made by which git hides history"))
def history_hidden_by_a_setting(scene: Scene) -> str:
    return _configure(
        scene,
        "[extensions]\n\tpartialClone = origin\n",
        '[remote "origin"]\n\tpromisor = true\n',
        "[core]\n\tworktree = /tmp\n",
        "[extensions]\n\tworktreeConfig = true\n",
    )


@fault("F17", "STORE-SETTING", message("a setting is made by which git runs or believes another"))
def setting_for_another(scene: Scene) -> str:
    return _configure(
        scene,
        '[gpg "ssh"]\n\tprogram = /tmp/evil\n',
        "[gpg]\n\tprogram = /tmp/evil\n",
        "[include]\n\tpath = /tmp/evil.config\n",
        '[gpg "ssh"] allowedSignersFile = /tmp/mine # x\n',
        "[core]\n\tpager = /tmp/evil\n",
        "[alias]\n\tlog = !/tmp/evil\n",
        "[core]\n\thooksPath = /tmp/evil\n",
    )


@fault("F18", "STORE-FORMAT", message("the repository is set to another format of objects"))
def repository_of_another_format(scene: Scene) -> str:
    return _configure(
        scene,
        "[extensions]\n\tobjectFormat = sha256\n",
        "[extensions]\n\trefStorage = reftable\n",
    )


@fault("F17", "STORE-PROGRAM", message("a program is laid where git runs it"))
def hook_laid(scene: Scene) -> str:
    name = scene.random.choice(("post-update", "pre-receive", "update", "post-checkout"))
    path = scene.path / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="ascii")
    path.chmod(0o755)
    return ""


@fault("F17", "STORE-STRAY", message("a file is laid beside what is sealed"))
def stray_laid(scene: Scene) -> str:
    place = scene.random.choice(
        ("virus.exe", "objects/pack/notes.txt", "objects/zz", "rmdocs/locks/notes", "info/notes")
    )
    _write(scene.path / place, b"x")
    return place


@fault("F17", "STORE-PACK", message("a pack is laid there that cannot be read"))
def broken_pack_laid(scene: Scene) -> str:
    place = f"objects/pack/pack-{'1' * 40}.pack"
    _write(scene.path / place, b"x")
    if scene.random.random() < 0.5:  # noqa: PLR2004 - half of them with an index
        _write((scene.path / place).with_suffix(".idx"), b"x")
    return place


def _configure(scene: Scene, *settings: str) -> str:
    setting = scene.random.choice(settings)
    scene.told.append(Verbatim(" ".join(setting.split())))
    path = scene.path / "config"
    _write(path, path.read_bytes() + setting.encode())
    return ""


# What is lost --------------------------------------------------------------------


@fault("F23", "FILE-UNREADABLE", message("a sealed file is lost or damaged on the disk"))
def file_lost(scene: Scene) -> str:
    found = scene.one(
        message("sealed file"), lambda one: one.ref != CONTROL_REF and bool(one.event.files)
    )
    path = scene.random.choice(found.event.files).path
    return _lose(scene, dict(scene.store.require_head(found.ref).walk())[path], found)


@fault("F23", "STORE-UNREADABLE", message("an event is lost or damaged on the disk"))
def event_lost(scene: Scene) -> str:
    found = scene.one(message("event"), lambda _one: True)
    path = f"{found.directory}/{EVENTS_NAME}/{found.event.file_name}"
    return _lose(scene, dict(scene.store.require_head(found.ref).walk())[path], found)


@fault("F23", "STORE-UNREADABLE", message("a commit is lost or damaged on the disk"))
def commit_lost(scene: Scene) -> str:
    found = scene.one(message("event"), lambda _one: True)
    return _lose(scene, found.commit, found)


@fault("F23", "STORE-UNREADABLE", message("a directory of a ledger is lost or damaged on the disk"))
def directory_lost(scene: Scene) -> str:
    found = scene.one(message("event"), lambda _one: True)
    return _lose(scene, scene.store.require_head(found.ref).tree, found)


@fault("F23", "STORE-UNREADABLE", message("a pack is cut off"))
def pack_cut(scene: Scene) -> str:
    folder = scene.path / "objects" / "pack"
    packs = sorted(folder.glob("*.pack"))
    if packs:
        pack = scene.random.choice(packs)
    else:
        found = scene.one(message("ledger"), lambda _one: True)
        writer = scene.writer()
        head = scene.store.require_head(found.ref)
        for oid in (head.commit, head.tree):
            writer.add(*scene.store.objects.read(oid))
            (scene.path / "objects" / oid[:2] / oid[2:]).unlink()
        writer.flush(packed=True)
        [pack] = folder.glob("*.pack")
    scene.insider.close()
    whole = pack.read_bytes()
    _write(pack, whole[: scene.random.choice((0, 11, len(whole) // 2))])
    return ""


@fault("F18", "STORE-UNREADABLE", message("directories lie in one another without an end"))
def directories_without_end(scene: Scene) -> str:
    writer = scene.writer()
    blob = writer.add("blob", b"x")
    tree = writer.add("tree", b"100644 f\0" + bytes.fromhex(blob))
    for _ in range(scene.random.choice((40, 3000))):
        tree = writer.add("tree", b"40000 d\0" + bytes.fromhex(tree))
    ref = scene.one(message("ledger"), lambda _one: True).ref
    objects = scene.store.objects
    head = scene.store.require_head(ref)
    root = writer.add(
        "tree", b"40000 !\0" + bytes.fromhex(tree) + objects.content(head.tree, "tree")
    )
    old = objects.content(head.commit, "commit")
    made = writer.add("commit", old.replace(head.tree.encode(), root.encode()))
    writer.flush(packed=True)
    scene.insider.point(ref, made)
    return place_of(ref)


def _lose(scene: Scene, oid: str, found: Found) -> str:
    """Take an object away or spoil it, loose or in a pack; return where that is found."""
    loose = scene.path / "objects" / oid[:2] / oid[2:]
    kind, data = scene.store.objects.read(oid)
    packed = heads(scene.random) or not loose.is_file()
    scene.told.append(stored(packed=packed))
    scene.insider.close()
    if packed and loose.is_file():
        known = set((scene.path / "objects/pack").glob("*.pack"))
        writer = scene.writer()
        writer.add(kind, data)
        writer.flush(packed=True)
        loose.unlink()
        [pack] = set((scene.path / "objects/pack").glob("*.pack")) - known
        whole = pack.read_bytes()
        keep = scene.random.choice((0, len(whole) // 2))
        _write(pack, whole[:keep])
    elif loose.is_file() and heads(scene.random):
        loose.unlink()
    elif loose.is_file():
        whole = zlib.compress(object_header(kind, len(data)) + data)
        spoilt = (b"", whole[:-3], whole[:5] + bytes([whole[5] ^ 255]) + whole[6:])
        other = zlib.compress(object_header("blob", 2) + b"{}")
        _write(loose, scene.random.choice((*spoilt, other)))
    else:
        _spoil_packed(scene, oid)
    return "" if found.ref == CONTROL_REF else found.place


def _spoil_packed(scene: Scene, oid: str) -> None:
    packs = Packs(scene.path / "objects" / "pack")
    for pack, begin in packs.copies(bytes.fromhex(oid)):
        spoiled = bytearray(pack.path.read_bytes())
        for at in range(begin + 4, min(begin + 12, len(spoiled))):
            spoiled[at] ^= 255
        _write(pack.path, bytes(spoiled))
    packs.close()


def _write(path: Path, data: bytes) -> None:
    """Write a file in place of what was there, which others may share."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)
