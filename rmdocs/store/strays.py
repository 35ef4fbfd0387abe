"""What lies in a store's directory that no store has: files, folders, links, halves of packs.

Nothing of it is believed, or read by git as history; but what nobody knows of has no place beside
what is sealed. Known is what rmdocs and git write there (gitrepository-layout(5)), also what a
killed one left half-written; whatever else there is, is told. What a file *holds* is asked of
packs alone: of what is sealed, verifying reads every byte, and what an object that nothing names
holds is nothing to a store (``git fsck`` tells whether it is what its name says).
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rmdocs.errors import StoreError, system_problem
from rmdocs.findings import Finding, warning
from rmdocs.messages import Text, message
from rmdocs.store import refs
from rmdocs.store.packs import Pack
from rmdocs.store.spool import DROPPING, on_the_way

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_FEW = 5
"""So many of a kind are named; of the others, how many there are."""

_A_MOMENT = 0.2
"""Seconds after which what somebody was writing or dropping is whole, or gone."""

_HASH = "[0-9a-f]{40}"
_PACK_FILE = re.compile(rf"pack-({_HASH})\.(pack|idx|rev|bitmap|mtimes|keep)")
_OBJECTS = (
    rf"[0-9a-f]{{2}}/([0-9a-f]{{38}}|tmp_obj_\w+)|pack/({_PACK_FILE.pattern}"
    rf"|multi-pack-index(-{_HASH}\.(rev|bitmap))?(\.lock)?"
    rf"|multi-pack-index\.d/(multi-pack-index-chain(\.lock)?|multi-pack-index-{_HASH}\.midx)"
    rf"|tmp_(pack|idx|rev|bitmap|mtimes|midx)_\w+|\.tmp-\d+-pack(-{_HASH})?\.\w+)"
    rf"|info/(packs(_\w+)?|commit-graph(\.lock)?"
    rf"|commit-graphs/(commit-graph-chain(\.lock)?|(graph-{_HASH}|tmp_graph_\w+)(\.graph)?))"
    r"|maintenance\.lock|tmp_obj_\w+"
)
# A killed one of before may have left what git writes beside an index (from 2.41 unasked).
_SCRATCH = rf"(spool|new)\.(pack|idx|rev)|ref|names|placing|superseded|{_HASH}"
_FILES = re.compile(
    r"(HEAD|config|packed-refs)(\.lock)?|packed-refs\.new|description|FETCH_HEAD|ORIG_HEAD"
    r"|allowed_signers(\.[0-9a-f]{16})?|gc\.(log|pid)(\.lock)?|git-daemon-export-ok|shallow"
    r"|info/(refs(_\w+)?|exclude|grafts)|hooks/[a-z0-9-]+\.sample"
    rf"|objects/(tmp_objdir-[\w-]+/|incoming-\w+/)?({_OBJECTS})"
    rf"|rmdocs/partial/[^/]+/({_SCRATCH})"
    r"|rmdocs/partial/maintenance/git/(HEAD|config)"
)
_FOLDERS = re.compile(
    r"branches|hooks|info|(logs|refs)(/.+)?"
    r"|objects(/(tmp_objdir-[\w-]+|incoming-\w+))?(/([0-9a-f]{2}|info(/commit-graphs)?"
    r"|pack(/multi-pack-index\.d)?))?"
    # A drill, which writes into clones, names its own by chance.
    r"|rmdocs(/(locks|partial(/([0-9a-f]{16}|maintenance(/git(/(objects|refs))?)?))?))?"
)
_LOCKS = {"keys", "maintenance"}
"""Locks that are of no ref."""


def strays(path: Path) -> Iterator[Finding]:
    """Yield what the repository at ``path`` holds that no store does, and packs that are of no use.

    :raises StoreError: if it cannot be looked at.
    """
    found = _found(path)
    if found:
        # Somebody may have been at it just now: what is there still, is there.
        time.sleep(_A_MOMENT)
        again = _found(path)
        found = [one for one in found if one in again]
    kinds: defaultdict[str, list[tuple[str, Text]]] = defaultdict(list)
    for code, place, what in found:
        kinds[code].append((place, what))
    for code in sorted(kinds):
        yield from _told(code, kinds[code])


def _told(code: str, found: list[tuple[str, Text]]) -> Iterator[Finding]:
    remedy = _REMEDIES[code]
    for place, what in found[:_FEW]:
        yield warning(code, place, what, remedy, clause=_CLAUSE)
    if len(found) > _FEW:
        more = message("and {count} more of the kind", count=len(found) - _FEW)
        yield warning(code, "", more, remedy, clause=_CLAUSE)


_REMEDIES = {
    "STORE-STRAY": message(
        "find out who put it there; move it elsewhere, or delete it: nothing that is sealed is lost"
    ),
    "STORE-PACK": message(
        "if verifying finds nothing lost, move it elsewhere; otherwise restore it from another copy"
    ),
}


def _found(path: Path) -> list[tuple[str, str, Text]]:
    """Return code, place and what is wrong, sorted by place."""
    there = list(refs.list_refs(path))
    found = [
        ("STORE-STRAY", place, what)
        for place, mode in _entries(path, "")
        if (what := _strange(place, mode, there)) is not None
    ]
    halves = set(_on_the_way(path / "rmdocs/partial"))
    found += [
        ("STORE-PACK", place, what)
        for place, what in _useless_packs(path / "objects/pack")
        if Path(place).stem not in halves
    ]
    return sorted(found, key=lambda one: one[:2])


def _on_the_way(partial: Path) -> Iterator[str]:
    """Yield the names of packs that somebody is placing or dropping, or was when killed."""
    for scratch in partial.iterdir() if partial.is_dir() else ():
        yield from on_the_way(scratch)
        with suppress(OSError):
            yield from (scratch / DROPPING).read_text("ascii", "replace").split()


def _entries(path: Path, below: str) -> Iterator[tuple[str, int]]:
    """Yield place and mode of all that lies there; what lies in a strange folder goes with it."""
    try:
        with os.scandir(path / below) as listed:
            entries = sorted(listed, key=lambda one: one.name)
        for one in entries:
            mode = one.stat(follow_symlinks=False).st_mode
            place = f"{below}{one.name}"
            yield place, mode
            if stat.S_ISDIR(mode) and _is_known_folder(place):
                yield from _entries(path, f"{place}/")
    except FileNotFoundError:
        return  # it went just now
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be read: {problem}",
                path=path / below,
                problem=system_problem(problem),
            ),
            message("have it readable for whoever works on the store"),
            clause=_CLAUSE,
        ) from problem


def _strange(place: str, mode: int, there: list[str]) -> Text | None:
    """Return why something is not of a store; None if it is."""
    if stat.S_ISDIR(mode):
        return None if _is_known_folder(place) else message("no store has this folder")
    if stat.S_ISLNK(mode):
        return message("a link leads elsewhere; no store has any")
    if not stat.S_ISREG(mode):
        return message("it is no plain file, as a store has them")
    if _is_known_file(place, there):
        return None
    if place.startswith("hooks/") and mode & 0o111:
        return None  # told as a program that git runs
    return message("no store has this file")


def _is_known_folder(place: str) -> bool:
    scratch = place.removeprefix("rmdocs/partial/")
    return _FOLDERS.fullmatch(place) is not None or (
        scratch != place and refs.ref_of_lock(scratch) is not None
    )


def _is_known_file(place: str, there: list[str]) -> bool:
    top, _, rest = place.partition("/")
    if top == "refs":
        # A ref that no store has is told as one.
        return place in there or _is_ours(place.removesuffix(".lock"))
    if top == "logs":
        return rest == "HEAD" or rest in there or _is_ours(rest)
    if place.startswith("rmdocs/locks/"):
        name = rest.removeprefix("locks/")
        return name in _LOCKS or refs.ref_of_lock(name) is not None
    return _FILES.fullmatch(place) is not None


def _is_ours(ref: str) -> bool:
    return refs.is_ledger_ref(ref) or refs.is_witness_ref(ref)


def _useless_packs(directory: Path) -> Iterator[tuple[str, Text]]:
    """Yield packs that cannot be read, and halves: one without its index is nobody's."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for file in directory.iterdir() if directory.is_dir() else ():
        if (named := _PACK_FILE.fullmatch(file.name)) and file.is_file() and not file.is_symlink():
            names[named[1]].add(named[2])
    for name, suffixes in names.items():
        place = f"objects/pack/pack-{name}"
        if "pack" not in suffixes:
            yield f"{place}.{min(suffixes)}", message("the pack to which this belongs is not there")
        elif "idx" not in suffixes:
            yield f"{place}.pack", message("the pack has no index, so that nothing in it is found")
        elif not _is_whole(directory / f"pack-{name}.idx"):
            yield f"{place}.pack", message("the pack or its index is damaged")


_TRAILER, _HEADER = 20, 12


def _is_whole(index: Path) -> bool:
    """Return whether pack and index belong to each other, by count and digest."""
    try:
        pack = Pack(index)
        count = pack.count
        pack.close()
        with index.open("rb") as file:
            file.seek(-2 * _TRAILER, os.SEEK_END)
            said = file.read(_TRAILER)
        with index.with_suffix(".pack").open("rb") as file:
            header = file.read(_HEADER)
            file.seek(-_TRAILER, os.SEEK_END)
            digest = file.read()
    except FileNotFoundError:
        return True  # it went just now, with what it held in another
    except (OSError, ValueError):
        return False
    return header[:4] == b"PACK" and int.from_bytes(header[8:]) == count and digest == said
