"""The store as a whole, looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import (
    FindingsError,
    RmdocsError,
    StoreError,
    UsageError,
    system_problem,
)
from rmdocs.messages import Verbatim, by_command, message
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import seen
from rmdocs.workspace.opening import sending_nobody_back
from rmdocs.workspace.processes import processes

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from rmdocs.audit.pins import Pin
    from rmdocs.audit.since import VerifiedState
    from rmdocs.audit.verify import Verification
    from rmdocs.audit.witnesses import AskedOfWitnesses
    from rmdocs.drill.drilling import Drill
    from rmdocs.files import File
    from rmdocs.messages import Text
    from rmdocs.reports.report import Report
    from rmdocs.signing.timestampclient import FileStamp
    from rmdocs.workspace.opening import Workspace


REPORT_NAMESPACE = "rmdocs-report"
"""For what somebody signs a report; a signature for something else is none of it."""

LAST: Literal["last"] = "last"
"""What was verified last from this workspace, to go on from."""
_MANY, _MANY_WITH_CONTENTS = 2_000, 500
"""Acts that are worth another process, which takes as long to begin as some 500 to 1,300 of them:
those that were sealed one by one take longer to judge than those of a batch."""


@sending_nobody_back()
def verify(  # noqa: PLR0913 - what is asked, and how
    workspace: Workspace,
    *,
    renditions: bool = False,
    contents: bool = False,
    against: Sequence[Pin] = (),
    stamp: FileStamp | None = None,
    since: Literal["last"] | Sequence[Pin] | None = None,
    policy: File | None = None,
    within: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store; if asked, judge all signatures and read all scans again.

    What was seen of its ledgers from here before is held against it, and remembered; so is
    what was verified with no fault found.

    :param contents: judge again what every record says, and make every document again.
    :param against: what else is known of the ledgers from outside.
    :param stamp: what a time stamp says of that.
    :param since: what was verified before, of which the acts are not judged again: what
        checkpoints from outside say, or the last verification from here (:data:`LAST`).
    :param policy: which witnesses must have cosigned the ledgers (c2sp.org/tlog-policy).
    :param within: how many days ago, at most, enough of them saw each ledger; None for any.
    :param progress: told how many events of how many are gone through.
    :raises UsageError: if nothing was verified from here that it could go on from, or days are
        given and no witnesses asked for.
    :raises FindingsError: if the policy cannot be read.
    :raises StoreError: if control is so damaged that nothing can be judged by it.
    """
    from rmdocs.audit import verify
    from rmdocs.audit.since import VerifiedState
    from rmdocs.workspace.places import seen_path
    from rmdocs.workspace.renditions import trust
    from rmdocs.workspace.seen import Depth, keep_verified, verified

    path, depth = seen_path(workspace.root), Depth(renditions=renditions, contents=contents)
    memory = seen.recall(path)
    asked = asked_of_witnesses(workspace, policy, within)
    state = None
    if since is not None:
        state = verified(path, depth) if isinstance(since, str) else VerifiedState.of_pins(since)
    worth = _MANY_WITH_CONTENTS if contents else _MANY
    with workspace.others(_to_share(workspace, state, contents=contents), worth) as executor:
        found = verify.verify(
            workspace.store,
            trust(workspace) if renditions else None,
            contents=contents,
            pins=(*memory.pins, *against),
            since=state,
            witnesses=asked,
            now=workspace.now(),
            executor=executor,
            progress=progress,
        )
    kept = seen.remember(path, workspace.store)
    # What machines of a cluster say is believed once, not by whoever goes on from there.
    if (
        found.ok and workspace.others is processes
    ):  # else the office's clock may not be readable either
        at = workspace.local(workspace.now())
        with suppress(StoreError):  # the next one goes on from an earlier state, or begins anew
            keep_verified(path, found, depth, at.strftime("%Y-%m-%d %H:%M"))
    told = memory.findings or (() if kept else (seen.not_kept(),))
    if stamp is not None:
        if stamp.time is not None:
            there = workspace.local(stamp.time)
            found = replace(found, stamped=there, stamped_by=stamp.authority)
        told = (*told, *stamp.findings)
    return replace(found, findings=(*found.findings, *told))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAsked:
    """By whom a verification was asked for, when, and with how old a look of witnesses.

    :param begun: when it began. :param ended: when it ended; None for now.
    :param by: who asked for it; empty for whoever acts, if anybody does.
    :param within: how many days ago, at most, witnesses had to see each ledger; None for any.
    """

    begun: datetime
    ended: datetime | None = None
    by: str = ""
    within: int | None = None


def report(
    workspace: Workspace, found: Verification, asked: VerificationAsked
) -> tuple[Report, ...]:
    """Return what a verification came to, to be printed and signed: the four properties first."""
    from rmdocs.audit.report import Verified, reports
    from rmdocs.workspace import registers

    organisation: Text = message("rmdocs records store")
    zone: tzinfo = UTC
    acting = None
    with suppress(RmdocsError):  # what cannot be read of a damaged store, the report itself tells
        zone, acting = workspace.registry.zone, workspace.person()
        organisation = registers.organisation(workspace)
    return reports(
        Verified(
            found=found,
            begun=asked.begun.astimezone(zone),
            ended=(asked.ended or workspace.now()).astimezone(zone),
            organisation=organisation,
            asked_by=asked.by or (acting.name if acting is not None else ""),
            within=asked.within,
        )
    )


def asked_of_witnesses(
    workspace: Workspace, policy: File | None, within: int | None
) -> AskedOfWitnesses | None:
    """Return what is asked of witnesses; None if no policy is given.

    :raises UsageError: if days are given, and nobody that could have cosigned in them.
    :raises FindingsError: if the policy cannot be read.
    """
    from rmdocs.audit.witnesses import AskedOfWitnesses
    from rmdocs.store.witnesspolicy import WitnessPolicy

    asked = WitnessPolicy.parse(policy.data) if policy is not None else None
    if within is not None and (asked is None or not asked.asks):
        raise UsageError(
            message("within how many days is asked of witnesses, and none is asked for"),
            by_command(message("name a policy that asks for some"), "--policy FILE"),
        )
    if asked is None:
        return None
    return AskedOfWitnesses(policy=asked, now=workspace.now(), within=within)


def _to_share(workspace: Workspace, since: VerifiedState | None, *, contents: bool) -> int:
    """Return how many acts others may judge: of a volume alone only what its records say.

    :param since: of which the acts are not read again.
    """
    from rmdocs.audit.ledgers import stated_size
    from rmdocs.audit.pins import ledgers_of

    store = workspace.store
    known = {} if since is None or since.by_checkpoints else since.ledgers
    control, *volumes = ledgers_of(store)
    acts = 0
    for ref in (control, *volumes) if contents or len(volumes) > 1 else ():
        with suppress(StoreError):  # told where it is gone through
            acts += stated_size(store.require_head(ref))
            acts -= known[ref].size if ref in known else 0
    return acts


def pins_from(handed: File | str) -> tuple[Pin, ...]:
    """Return what a file, or a text as somebody typed it, says of ledgers from outside.

    A file of :func:`checkpoint`, or the summary in it; a document (DOCX or PDF), of which the
    number and the check code that it prints are read; a scan (PDF, JPEG, PNG or TIFF), of which
    the codes of its pages are; a proof, of which the checkpoint in it is; or a number and a check
    code.

    :raises UsageError: if it says nothing of a ledger.
    :raises FindingsError: if it is a proof that was altered.
    """
    from rmdocs.audit.pins import TYPED_LENGTH, pin_typed, pins_in, require_said
    from rmdocs.rendering.compiled import printed_text
    from rmdocs.scanning.frames import kind_of
    from rmdocs.store.prooffile import PROOF_BEGINS, Proof

    if isinstance(handed, str):
        require_said(handed)
        return (pin_typed(handed, Verbatim(handed)),)
    if kind_of(handed.data):
        return _pins_on_pages(handed, is_pdf=kind_of(handed.data) == "PDF")
    source = Verbatim(handed.base)
    if handed.data.startswith(PROOF_BEGINS):
        return pins_in(Proof.parse(handed.data).note, source)
    try:
        text = printed_text(handed.data)
    except FindingsError:  # no document
        text = handed.data.decode("utf-8", "replace")
        if len(text) <= TYPED_LENGTH and not text.startswith("rmdocs/"):
            return (pin_typed(text, source),)
        return pins_in(text, source)
    digest = canonical.sha256(handed.data)
    return tuple(replace(pin, digest=digest) for pin in pins_in(text, source))


def _pins_on_pages(handed: File, *, is_pdf: bool) -> tuple[Pin, ...]:
    """Return what the pages of a PDF or a picture print of ledgers: in words, or by their codes."""
    from rmdocs.audit.pins import pin_of, pins_in
    from rmdocs.checkcodes import CheckCode
    from rmdocs.pdf.overlay import words_of_pages
    from rmdocs.scanning.reading import read_sheets

    source = Verbatim(handed.base)
    found: list[Pin] = []
    silent = True
    if is_pdf:
        with suppress(RmdocsError):
            pages = words_of_pages(handed.data, handed.base)
            silent = False
            for words in pages:
                try:
                    found += pins_in(words, source)
                except RmdocsError:
                    silent = True  # a scan has no words, or such as a machine guessed
    if silent:  # at least one page says more by its code, if anything
        with on_disk(handed) as path:
            sheets = read_sheets([path]).sheets
        codes = {(one.number.volume.ref, one.pin): one for sheet in sheets for one in sheet.codes}
        many = len(codes) + len(found) > 1
        found += (
            pin_of(one.number, CheckCode.parse(one.pin), source)
            for one in codes.values()
            if one.pin != "0" or not many  # the first of a ledger says nothing of a history
        )
    if not found:
        raise UsageError(
            message("no code of a page can be read in {source}", source=source),
            message("scan it at 200 dpi or more, or type what stands at the foot of a page"),
        )
    return tuple({(one.origin, one.size, one.root): one for one in found}.values())


@contextmanager
def on_disk(handed: File) -> Iterator[Path]:
    """Lay a file down for as long as it is read by another process."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "handed"
        path.write_bytes(handed.data)
        yield path


def is_bundle(path: Path) -> bool:
    """Return whether a path names the bundle of a year, or what was one.

    :raises StoreError: if it cannot be read.
    """
    from rmdocs.store import bundles

    return bundles.is_bundle(path)


def pins_of_bundle(file: Path) -> tuple[Pin, ...]:
    """Return what the bundle of a year gives of its ledgers.

    :raises StoreError: if it is damaged, or there is no place where it could be laid out.
    """
    from rmdocs.audit.pins import pins_of
    from rmdocs.workspace.opening import open_bundle, present

    with open_bundle(file, present) as workspace:
        return pins_of(workspace.store, Verbatim(file.name))


def pins_of_clone(workspace: Workspace, folder: Path) -> tuple[Pin, ...]:
    """Return what another clone of a store, or of a workspace, gives of its ledgers.

    Or the checkpoints in a pack that an auditor took along.

    :raises UsageError: if there is no store, or it is this very one, which says nothing new
        of itself.
    """
    from rmdocs.audit.pins import pins_of
    from rmdocs.store.git import GitStore
    from rmdocs.workspace.places import PACK_CHECKPOINTS, PACK_MARK, STORE_PATH

    if (folder / PACK_MARK).is_file():
        from rmdocs.audit.pins import pins_in

        path = folder / "data" / PACK_CHECKPOINTS
        said = path.read_text("utf-8", "replace") if path.is_file() else ""
        return pins_in(said, Verbatim(str(folder)))
    path = folder / STORE_PATH if (folder / STORE_PATH).is_dir() else folder
    remedy = message("name a clone that was kept elsewhere, or a file of rmdocs checkpoint")
    if not (path / "objects").is_dir():
        raise UsageError(message("there is no records store at {path}", path=folder), remedy)
    if path.resolve() == (workspace.root / STORE_PATH).resolve():
        raise UsageError(
            message("{path} is this store itself: it cannot be held against itself", path=folder),
            remedy,
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
    :param text: the summary, then C2SP signed notes, one after the other.
    :param summary: over all of them: one root, and the size of each ledger.
    """

    TOLD: ClassVar = ("ledgers", "events", "sha256", "text", "summary")
    ledgers: int
    events: int
    sha256: str
    text: str
    summary: str


def checkpoint(workspace: Workspace) -> Checkpoints:
    """Return the signed checkpoints of control and of each volume as they stand.

    :raises StoreError: if one cannot be read.
    :raises FindingsError: if one is not signed by the ledgers' key, is of another tree, or is
        missing: whoever kept them would hold nothing in hand.
    """
    from rmdocs.audit.numbers import require_volumes
    from rmdocs.audit.pins import compared, notes_of, pins_in, summary_of
    from rmdocs.registers.ledgerkeys import ledger_keys
    from rmdocs.store.checkpoint import Checkpoint

    require_volumes(workspace.store)
    notes = notes_of(workspace.store)
    pins = pins_in(notes, message("the store itself"))
    keys = ledger_keys(workspace.store.require_head(CONTROL_REF))
    findings = compared(workspace.store, pins, keys).findings
    if findings:
        raise FindingsError(findings)
    summary = summary_of([Checkpoint.parse(pin.note) for pin in pins])
    text = f"{summary}\n{notes}"
    return Checkpoints(
        ledgers=len(pins),
        events=sum(pin.size for pin in pins),
        sha256=canonical.sha256(text.encode()),
        text=text,
        summary=summary,
    )


def stamp(data: bytes, url: str) -> bytes:
    """Return an authority's time stamp of what is kept outside the store (RFC 3161), DER.

    :param data: as it is written, to the byte. :param url: where the authority answers.
    :raises FindingsError: SIGN-STAMP, if it gives none.
    """
    from rmdocs.signing.timestampclient import stamped
    from rmdocs.signing.timestamps import HttpAuthority

    return stamped(data, HttpAuthority(url=url))


def stamp_of(workspace: Workspace, kept: File, token: File) -> FileStamp:
    """Return what a time stamp says of what was kept outside the store.

    It is judged by the certificates in the workspace's ``trust`` folder, as of its own time.
    """
    from rmdocs.signing.timestampclient import judge_stamp
    from rmdocs.workspace.renditions import trust

    return judge_stamp(kept.data, token.data, trust(workspace), token.name, workspace.now())


def drill(
    workspace: Workspace,
    *,
    seed: int,
    count: int,
    against: Sequence[Pin] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Drill:
    """Put faults into clones of the store, one into each, and see that each is named.

    The store itself is only read; nobody's key is needed.

    :param seed: by which the same store makes the same faults again.
    :param count: how many faults.
    :param against: what is known of the ledgers from outside.
    :param progress: told how many faults of how many were tried.
    :raises StoreError: if the store cannot be read at all, or there is no room for clones.
    :raises UsageError: if it is the bundle of a year.
    """
    workspace.require_whole()
    import shutil
    from tempfile import TemporaryDirectory

    from rmdocs.drill.drilling import Drilling, DrillOrder
    from rmdocs.workspace.places import STORE_PATH

    try:
        with TemporaryDirectory(prefix="rmdocs-drill-") as folder:
            return Drilling(
                path=workspace.root / STORE_PATH,
                vault=workspace.store.vault,
                folder=Path(folder),
                order=DrillOrder(
                    seed=seed, count=count, on=workspace.today(), against=tuple(against)
                ),
                progress=progress,
            ).run()
    except shutil.Error as problem:
        raise StoreError(
            message("no clone can be made: not all of the store can be read here"),
            message("have it drilled by somebody who may read every file of it"),
        ) from problem
    except OSError as problem:
        raise StoreError(
            message("no clone can be made: {problem}", problem=system_problem(problem)),
            by_command(
                message("make room for three copies of the store, or name another folder"),
                "TMPDIR",
            ),
        ) from problem


def sign_report(workspace: Workspace, report: bytes) -> str:
    """Return the signature of a report by whoever acts: SSH, armoured, of ``rmdocs-report``.

    ``ssh-keygen -Y check-novalidate -n rmdocs-report -s SIGNATURE < REPORT`` says whose key.

    :raises UsageError: if nobody acts.
    :raises ControlError: if their key is not here.
    """
    from rmdocs.store.keys import sign

    return sign(workspace.key(), report, REPORT_NAMESPACE)
