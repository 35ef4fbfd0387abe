"""PDF, electronic signatures and scans in a workspace: engines, fonts, trust and clock.

The use cases are ``renditions``'s; here it is said which program, which fonts,
which roots, whose passphrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import UsageError, system_problem
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.candidates import Hidden, Selection
from rmdocs.messages import message
from rmdocs.renditions import making
from rmdocs.renditions.making import Made
from rmdocs.renditions.records import subject
from rmdocs.workspace import machine
from rmdocs.workspace.credentials import Ask, SignatureOrder, opened
from rmdocs.workspace.incoming import check_files
from rmdocs.workspace.saving import save

if TYPE_CHECKING:
    from rmdocs.forms.sections.signing import Party
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.renditions.filing import Filing
    from rmdocs.renditions.printing import PrintSet
    from rmdocs.renditions.signing import BegunAnew, Signed
    from rmdocs.signing.signatures import Validation
    from rmdocs.signing.trust import Trust
    from rmdocs.workspace.incoming import Incoming
    from rmdocs.workspace.opening import Workspace

TRUST_PATH = Path("trust")
_CERTIFICATES = {".pem", ".crt", ".cer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOutcome:
    """A record that was to be printed as a draft.

    :param checked: what issuing it would find. :param paths: the files written;
        none if its content cannot be printed.
    """

    checked: CheckedCandidate
    paths: tuple[Path, ...]


def make(
    workspace: Workspace,
    numbers: Sequence[RecordNumber],
    *,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Made]:
    """Seal the formal PDF of each record; also written to ``out``.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    acting = workspace.acting()
    made = making.make_renditions(
        workspace.registry, numbers, machine.formal_engine(), acting, progress
    )
    workspace.refresh()
    _write(made, out)
    return made


def print_sets(
    workspace: Workspace,
    numbers: Sequence[RecordNumber],
    out: Path,
    sides: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[PrintSet]:
    """Write a file to print for each record: cover, copies, blank backs.

    :param sides: 1 or 2, of a sheet; None for what each form says.
    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.renditions.printing import make_print_sets

    made = make_print_sets(
        workspace.registry, numbers, machine.formal_engine(), workspace.acting(), sides, progress
    )
    workspace.refresh()
    for one in made:
        save(out / one.name, one.pdf)
    return made


def preview(workspace: Workspace, number: RecordNumber, out: Path) -> list[Made]:
    """Write a PDF marked 预览 to a folder; nothing is sealed."""
    from rmdocs.pdf.embedded import Embedded

    made = making.preview(workspace.registry, number, Embedded(fonts=machine.fonts()))
    _write(made, out)
    return made


def draft(workspace: Workspace, files: Sequence[Path], out: Path) -> list[DraftOutcome]:
    """Write PDF of records that are not issued, marked 草稿, to a folder, over earlier ones.

    With LibreOffice if it is installed, else with the embedded engine. Every
    record is checked as it would be at issue; one that would be refused is
    printed all the same if its content can be.

    :raises FindingsError: if a document cannot be converted; nothing is written.
    :raises UsageError: if two records would be written under one name; likewise.
    """
    from rmdocs.issuing.editions import print_draft
    from rmdocs.renditions.drafting import draft_renditions, is_draft

    read = check_files(workspace, files, selection=Selection(hidden=Hidden.REFUSE))
    drafts = [
        print_draft(workspace.registry, one.candidate, one.checked, workspace.today())
        for one in read
    ]
    printed = [draft.printed for draft in drafts if draft.printed is not None]
    made = iter(
        draft_renditions(printed, machine.any_engine(), workspace.today()) if printed else ()
    )
    pdfs = [() if draft.printed is None else next(made) for draft in drafts]
    names = _draft_names(read, [len(one) for one in pdfs])
    outcomes = []
    for draft, called, contents in zip(drafts, names, pdfs, strict=True):
        paths = [
            # It is changed and looked at again and again.
            save(out / name, pdf, replaces=is_draft)
            for name, pdf in zip(called, contents, strict=True)
        ]
        outcomes.append(DraftOutcome(checked=draft.checked, paths=tuple(paths)))
    return outcomes


def copy(workspace: Workspace, number: RecordNumber, out: Path) -> list[Made]:
    """Write copies of what counts, marked 复制件 or 作废, to a folder; nothing is sealed."""
    made = making.copy_renditions(workspace.registry, number)
    _write(made, out)
    return made


def sign(
    workspace: Workspace,
    number: RecordNumber,
    order: SignatureOrder,
    out: Path | None = None,
    ask: Ask | None = None,
) -> Signed:
    """Sign a record's formal PDF as one of its parties.

    :param ask: asks a person for the secret of the certificate where the
        environment holds none; None if there is nobody to ask.
    :raises FindingsError: if a text given cannot be printed, or the address of the
        authority is none or holds a password; before anything is opened or asked.
    :raises UsageError: if the level needs what is not there.
    """
    from rmdocs.renditions.signing import PartySigning, sign_rendition
    from rmdocs.signing.levels import Level
    from rmdocs.signing.signaturerequest import require_texts
    from rmdocs.signing.timestamps import HttpAuthority

    # Before a secret is asked for, or a token opened.
    require_texts(order.signatory, order.reason)
    authority = HttpAuthority(url=order.authority) if order.authority else None
    level = Level(order.level)
    with opened(order.certificate, ask) as credential:
        how = PartySigning(
            party=order.party,
            signatory=order.signatory,
            credential=credential,
            moment=workspace.local(workspace.now()),
            font=machine.signature_font(),
            trust=trust(workspace),
            level=level,
            authority=authority,
            reason=order.reason,
            again=order.again,
        )
        signed = sign_rendition(workspace.registry, number, how, workspace.acting())
    workspace.refresh()
    if out is not None:
        save(out / signed.name, signed.pdf)
    return signed


def begin_anew(workspace: Workspace, number: RecordNumber, reason: str) -> BegunAnew:
    """Seal that a record's edition is signed from the beginning again.

    :raises ControlError: if nobody signed it yet, or there is no reason.
    """
    from rmdocs.renditions.signing import begin_anew

    begun = begin_anew(workspace.registry, number, reason, workspace.acting())
    workspace.refresh()
    return begun


def scan(
    workspace: Workspace,
    files: Sequence[Path],
    progress: Callable[[str, int, int], None] = lambda _name, _page, _pages: None,
    *,
    looked: bool = False,
) -> Filing:
    """File scans of signed paper; what is doubtful is only told.

    :param looked: file also where no signature or seal is found; a person looked.
    """
    from rmdocs.renditions.filing import file_scans

    filing = file_scans(workspace.registry, files, workspace.acting(), progress, looked=looked)
    workspace.refresh()
    return filing


def review(
    workspace: Workspace, filing: Filing, files: Sequence[Path], folder: Path
) -> Path | None:
    """Write what scans leave to a person: pictures, and a list for Excel; return where.

    Beside what an earlier pile left there; None if nothing is left.
    """
    from rmdocs.workspace.saving import write_review

    if not filing.pile.all_findings:
        return None
    return write_review(filing.pile, files, folder, workspace.today())


def signatures(workspace: Workspace, target: str) -> Validation:
    """Return what the signatures of a record's PDF, or of a file, are worth."""
    from rmdocs.renditions.signing import (
        validate_file,
        validate_rendition,
    )

    path = Path(target)
    if path.is_file():
        data = _to_judge(path)
        return validate_file(workspace.registry, data, trust(workspace), workspace.now(), path.name)
    try:
        number = RecordNumber.parse(target)
    except UsageError as problem:
        raise UsageError(
            message("{target} is no file and no record number", target=target),
            message("name a PDF file, or write a number like RXD7200-02-JN01-2026-0001"),
        ) from problem
    return validate_rendition(workspace.registry, number, trust(workspace))


def parties(workspace: Workspace, number: RecordNumber) -> tuple[Party, ...]:
    """Return who signs a record electronically, in order; empty if nobody does."""
    return subject(workspace.registry, number).form.signing


def trust(workspace: Workspace) -> Trust:
    """Return the certificates in the workspace's ``trust`` folder, roots all of them."""
    from rmdocs.signing.trust import Trust, read_certificates, read_crl

    folder = workspace.root / TRUST_PATH
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    roots = [
        one
        for path in files
        if path.suffix.lower() in _CERTIFICATES
        for one in read_certificates(path.read_bytes(), path.name)
    ]
    lists = [path for path in files if path.suffix.lower() == ".crl"]
    crls = [read_crl(path.read_bytes(), path.name) for path in lists]
    return Trust(roots=tuple(roots), crls=tuple(crls))


def _draft_names(read: Sequence[Incoming], documents: Sequence[int]) -> list[list[str]]:
    """Return what the drafts of each record are called.

    :param documents: how many each record has.
    :raises UsageError: if two records would be written under one name.
    """
    per_file = Counter(one.path for one in read)
    names, taken = [], dict[str, tuple[Path, int]]()
    for one, count in zip(read, documents, strict=True):
        row = f"-{one.candidate.row}" if per_file[one.path] > 1 else ""
        names.append(
            [f"{one.path.stem}{row}-draft{f'-c{at}' if at else ''}.pdf" for at in range(count)]
        )
        record = (one.path, one.candidate.row)
        for name in names[-1]:
            if taken.setdefault(name, record) != record:
                raise UsageError(
                    message("two records would both be written to {name}", name=name),
                    message("rename one of the files, or give each a folder of its own"),
                )
    return names


def _to_judge(path: Path) -> bytes:
    """Return a file's bytes; of one too large to be judged only enough to show that it is."""
    from rmdocs.signing.integrity import LARGEST

    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as problem:
        raise UsageError(
            message("{path} cannot be read: {problem}", path=path, problem=system_problem(problem)),
            message("check where the file lies and who may read it"),
        ) from problem


def _write(made: Sequence[Made], out: Path | None) -> None:
    for one in made if out is not None else ():
        if out is not None:
            save(out / one.name, one.pdf)
