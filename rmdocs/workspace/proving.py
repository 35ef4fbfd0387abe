"""The proof of one document: made from the store, judged without it."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.messages import by_command, message
from rmdocs.workspace.store import on_disk

if TYPE_CHECKING:
    from rmdocs.audit.proofs import JudgedFile, ProvedDocument
    from rmdocs.audit.proofslips import ProofSlip
    from rmdocs.identifiers import Volume
    from rmdocs.store.witnesspolicy import WitnessPolicy
    from rmdocs.workspace.opening import Workspace


def prove(workspace: Workspace, target: str | File, policy: File | None = None) -> ProvedDocument:
    """Return the proof of a record's newest edition, or of a file that the store knows.

    :param target: a number, a file or a SHA-256.
    :param policy: which witnesses those who will judge it ask for (c2sp.org/tlog-policy); if
        not enough cosigned, that is a finding.
    :raises UsageError: if it is none of the three.
    :raises ControlError: if the store does not know it, or it is a controlled copy.
    :raises FindingsError: if it is not as it was sealed.
    """
    from rmdocs.audit.proofs import prove

    _require_record(workspace, target)
    return prove(workspace.store, workspace.registry, target, require_policy(policy))


def receipt(workspace: Workspace, target: str | File, policy: File | None = None) -> ProvedDocument:
    """Return the same proof as a COSE receipt (RFC 9942), which takes the ledger's key.

    :raises UsageError: if the target is none of the three.
    :raises ControlError: if the store does not know it, or it is a controlled copy; or the key that
        signed its ledger is not here.
    :raises FindingsError: if it is not as it was sealed.
    """
    from rmdocs.audit.proofs import as_receipt

    return as_receipt(prove(workspace, target, policy), workspace.ledger_key())


def prove_state(workspace: Workspace, volume: Volume) -> bytes:
    """Return the proof of a volume's last act, whose signer signed the volume as a whole.

    :raises FindingsError: if it would convince nobody.
    :raises StoreError: if the store lacks what it takes.
    """
    from rmdocs.audit.proofs import prove_state

    return prove_state(workspace.store, workspace.registry, volume)


def require_policy(policy: File | None) -> WitnessPolicy | None:
    """Return what a policy of witnesses asks for; None if there is none.

    :raises FindingsError: WITNESS-POLICY, if it cannot be read.
    """
    from rmdocs.store.witnesspolicy import WitnessPolicy

    return WitnessPolicy.parse(policy.data) if policy is not None else None


def slip(workspace: Workspace, target: str | File, policy: File | None = None) -> ProofSlip:
    """Return the same proof on one page, as QR codes.

    :raises UsageError: if the target is none of the three.
    :raises ControlError: if the store does not know it, or it is a controlled copy.
    :raises FindingsError: if it is not as it was sealed, or the page cannot be laid out.
    """
    from rmdocs.audit.proofslips import slip_of
    from rmdocs.workspace import machine

    _require_record(workspace, target)
    now, engine = workspace.local(workspace.now()), machine.any_engine()
    asked = require_policy(policy)
    return slip_of(
        workspace.store, workspace.registry, target, engine=engine, now=now, policy=asked
    )


def _require_record(workspace: Workspace, target: str | File) -> None:
    """Refuse a controlled copy, which has no proof."""
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


def judge(file: File, proof: File, keys: File, policy: File | None = None) -> JudgedFile:
    """Return whether a file is what its proof says was sealed; needs no workspace.

    :param proof: as :func:`prove` or :func:`receipt` gives it; a scan of its slip; or a text
        with what the codes on the slip say.
    :param keys: what whoever asks trusts; see :func:`trusted`.
    :param policy: which witnesses they ask for (c2sp.org/tlog-policy); None to ask for none.
    """
    from rmdocs.audit.proofs import JudgedFile, judge
    from rmdocs.audit.proofslips import MARK
    from rmdocs.store.cosereceipt import is_receipt

    data = proof.data
    try:
        if MARK in data or not (data.startswith(b"c2sp.org/") or is_receipt(data)):
            data = _on_paper(proof)
    except FindingsError as problem:
        sha256 = canonical.sha256(file.data)
        return JudgedFile(ok=False, sha256=sha256, findings=problem.findings)
    return judge(file, data, keys.data, policy.data if policy is not None else None)


_CHECKPOINT = message("a checkpoint of ledgers")
_OTHERS = (
    (
        b"PK\x03\x04",
        message("a document or a workbook, and no proof of one"),
        by_command(
            message("give it first, and its proof behind it"), "rmdocs verify-file FILE P --keys K"
        ),
    ),
    *(
        (
            beginning,
            _CHECKPOINT,
            by_command(message("hold the store against it"), "rmdocs verify --against CHECKPOINT"),
        )
        for beginning in (b"rmdocs/summary\n", b"rmdocs/control\n", b"rmdocs/records/")
    ),
    (
        b"rmdocs-ledger+",
        message("a file of keys"),
        by_command(message("give it as the keys"), "rmdocs verify-file FILE P --keys K"),
    ),
    (
        b"# v2 git bundle\n",
        message("the bundle of a year"),
        by_command(message("have it verified as the store that it is"), "rmdocs -w BUNDLE verify"),
    ),
)
"""What people take for a proof, by how it begins, and what judges it."""


def require_proof(proof: File) -> None:
    """Refuse what is known to be something else than a proof: it is neither good nor bad.

    :raises UsageError: with what judges that.
    """
    for beginning, called, remedy in _OTHERS:
        if proof.data.removeprefix(BOM_UTF8).startswith(beginning):
            raise UsageError(
                message("{name} is {kind}: no proof of a document", name=proof.name, kind=called),
                remedy,
            )


def require_keys(keys: File) -> None:
    """Refuse a file that holds no keys: by it the proof is neither good nor bad.

    :raises UsageError: with how such a file looks.
    """
    from rmdocs.store.prooffile import read_keys

    try:
        read_keys(keys.data)
    except FindingsError as problem:
        raise UsageError(
            message(
                "{name} holds no keys as they were handed out: lines rmdocs-ledger+ID+KEY and"
                " nothing else, no comment and no blank before them, saved as ASCII or UTF-8",
                name=keys.name,
            ),
            problem.findings[0].remedy,
        ) from problem


def _on_paper(proof: File) -> bytes:
    """Return the proof that a scan shows, or a text that is what its codes say.

    :raises FindingsError: if it is not whole there.
    """
    from rmdocs.audit.proofslips import MARK, joined
    from rmdocs.scanning.frames import kind_of
    from rmdocs.scanning.reading import read_parts

    if kind_of(proof.data):
        with on_disk(proof) as path:
            return joined(read_parts(path))
    return joined([proof.data]) if MARK in proof.data else proof.data


def trusted(workspace: Workspace) -> File:
    """Return the keys by which proofs from this store are judged, to be handed out.

    :raises StoreError: if control does not name them.
    """
    from rmdocs.audit.proofs import trusted

    return File(name="rmdocs-ledger.keys", data=trusted(workspace.store))
