"""The store as a whole, looked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.messages import Verbatim, by_command, message
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import seen

if TYPE_CHECKING:
    from rmdocs.audit.pins import Pin
    from rmdocs.audit.proofs import JudgedFile, ProvedDocument
    from rmdocs.audit.verify import Verification
    from rmdocs.files import File
    from rmdocs.workspace.opening import Workspace


def verify(
    workspace: Workspace,
    *,
    renditions: bool = False,
    contents: bool = False,
    against: Sequence[Pin] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store; if asked, judge all signatures and read all scans again.

    What was seen of its ledgers from here before is held against it, and remembered.

    :param contents: judge again what every record says, and make every document again.
    :param against: what else is known of the ledgers from outside.
    :param progress: told how many events of how many are gone through.
    """
    from rmdocs.audit import verify
    from rmdocs.workspace.opening import seen_path
    from rmdocs.workspace.renditions import trust

    path = seen_path(workspace.root)
    memory = seen.recall(path)
    found = verify.verify(
        workspace.store,
        trust(workspace) if renditions else None,
        contents=contents,
        pins=(*memory.pins, *against),
        progress=progress,
    )
    kept = seen.remember(path, workspace.store)
    told = memory.findings or (() if kept else (seen.not_kept(),))
    return replace(found, findings=(*found.findings, *told))


def pins_from(handed: File | str) -> tuple[Pin, ...]:
    """Return what a file, or a text as somebody typed it, says of ledgers from outside.

    A file of :func:`checkpoint`; a document, of which the number and the check code that it
    prints are read; or a number and a check code.

    :raises UsageError: if it says nothing of a ledger.
    """
    import zipfile

    from lxml.etree import XMLSyntaxError

    from rmdocs.audit.pins import pins_in
    from rmdocs.rendering.compiled import printed_text

    if isinstance(handed, str):
        return pins_in(handed, Verbatim(handed))
    try:
        text = printed_text(handed.data)
    except (zipfile.BadZipFile, XMLSyntaxError, KeyError, ValueError):
        text = handed.data.decode("utf-8", "replace")
    return pins_in(text, Verbatim(handed.base))


def pins_of_clone(workspace: Workspace, folder: Path) -> tuple[Pin, ...]:
    """Return what another clone of a store, or of a workspace, gives of its ledgers.

    :raises StoreError: if there is no store.
    :raises UsageError: if it is this very store, which says nothing new of itself.
    """
    from rmdocs.audit.pins import pins_of
    from rmdocs.store.git import GitStore
    from rmdocs.workspace.opening import STORE_PATH

    path = folder / STORE_PATH if (folder / STORE_PATH).is_dir() else folder
    if path.resolve() == (workspace.root / STORE_PATH).resolve():
        raise UsageError(
            message("{path} is this store itself: it cannot be held against itself", path=folder),
            message("name a clone that was kept elsewhere, or a file of rmdocs checkpoint"),
        )
    store = GitStore.open(path)
    try:
        return pins_of(store, Verbatim(str(folder)))
    finally:
        store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints(Answer):
    """The signed checkpoints of all ledgers, to be kept outside the store.

    :param ledgers: how many. :param events: in all of them.
    :param sha256: of the text, to be noted or compared in one line.
    :param text: C2SP signed notes, one after the other.
    """

    TOLD: ClassVar = ("ledgers", "events", "sha256", "text")
    ledgers: int
    events: int
    sha256: str
    text: str


def checkpoint(workspace: Workspace) -> Checkpoints:
    """Return the signed checkpoints of control and of each volume as they stand.

    :raises StoreError: if one cannot be read.
    :raises FindingsError: if one is not signed by the ledgers' key, or is of another tree:
        whoever kept it would hold nothing in hand.
    """
    from rmdocs.audit.pins import compared, notes_of, pins_in
    from rmdocs.registers.ledgerkeys import ledger_keys

    text = notes_of(workspace.store)
    pins = pins_in(text, message("the store itself"))
    keys = ledger_keys(workspace.store.require_head(CONTROL_REF))
    findings = compared(workspace.store, pins, keys).findings
    if findings:
        raise FindingsError(findings)
    return Checkpoints(
        ledgers=len(pins),
        events=sum(pin.size for pin in pins),
        sha256=canonical.sha256(text.encode()),
        text=text,
    )


def prove(workspace: Workspace, target: str | File) -> ProvedDocument:
    """Return the proof of a record's newest edition, or of a file that the store knows.

    :param target: a number, a file or a SHA-256.
    :raises UsageError: if it is none of the three.
    :raises ControlError: if the store does not know it, or it is a controlled copy.
    :raises FindingsError: if it is not as it was sealed.
    """
    from rmdocs.audit.proofs import prove
    from rmdocs.workspace import copies

    copy = copies.trace(workspace, target)
    if copy is not None:
        raise ControlError(
            message(
                "{number} is a controlled copy: only records have proofs", number=copy.copy.number
            ),
            by_command(
                message("trace it where the store is"),
                message("rmdocs trace {number}", number=copy.copy.number),
            ),
        )
    return prove(workspace.store, workspace.registry, target)


def judge(file: File, proof: File, keys: File) -> JudgedFile:
    """Return whether a file is what its proof says was sealed; needs no workspace.

    :param keys: what whoever asks trusts; see :func:`trusted`.
    """
    from rmdocs.audit.proofs import judge

    return judge(file, proof.data, keys.data)


def trusted(workspace: Workspace) -> File:
    """Return the keys by which proofs from this store are judged, to be handed out.

    :raises StoreError: if control does not name them.
    """
    from rmdocs.audit.proofs import trusted
    from rmdocs.files import File

    return File(name="rmdocs-ledger.keys", data=trusted(workspace.store))
