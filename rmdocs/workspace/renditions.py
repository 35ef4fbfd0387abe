"""PDF, electronic signatures and scans in a workspace: engines, fonts, trust and clock.

The use cases are ``renditions``'s; here it is said which program, which fonts,
which roots, whose passphrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from datetime import date, timedelta
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import AMONG, Answer
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.events.records import PaperFiled
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.candidates import Hidden, Selection, Unread
from rmdocs.messages import Language, message
from rmdocs.registers.indexfile import IndexedRecord, Query
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import renditions as told
from rmdocs.renditions import making
from rmdocs.renditions.making import Made
from rmdocs.renditions.records import require_own, subject
from rmdocs.workspace import machine
from rmdocs.workspace.machine import Ask, SignatureOrder, opened
from rmdocs.workspace.recordfiles import check_files

if TYPE_CHECKING:
    from rmdocs.forms.sections.signing import Party
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.renditions.filing import Filing
    from rmdocs.renditions.printing import PrintSet
    from rmdocs.renditions.signing import BegunAnew, Signed
    from rmdocs.signing.signatures import Validation
    from rmdocs.signing.trust import Trust
    from rmdocs.workspace.opening import Workspace
    from rmdocs.workspace.recordfiles import Incoming

TRUST_PATH = Path("trust")
_LATELY = timedelta(days=14)
"""How long it is told that paper came back."""
_CERTIFICATES = {".pem", ".crt", ".cer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOutcome(Answer):
    """A record that was to be printed as a draft.

    :param checked: what issuing it would find. :param files: PDF, one a document;
        none if its content cannot be printed.
    """

    TOLD: ClassVar = ("checked", "names")
    checked: CheckedCandidate = field(metadata=AMONG)
    files: tuple[File, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files."""
        return tuple(file.name for file in self.files)


def make(workspace: Workspace, numbers: Sequence[RecordNumber]) -> list[Made]:
    """Seal the formal PDF of each record, and return it; for many see :func:`each_made`."""
    return [*each_made(workspace, numbers)]


def each_made(
    workspace: Workspace,
    numbers: Sequence[RecordNumber],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[Made]:
    """Seal the formal PDF of each record, and yield each as it is sealed; no more than is taken.

    :param progress: told how many of how many records are done.
    :raises ControlError: if a record is void or unknown, or whoever acts may not; nothing
        is made.
    :raises FindingsError: at the end, with all that cannot be made; see ``making``.
    :raises MissingProgramError: if LibreOffice is not installed.
    """
    acting, engine = workspace.acting(), machine.formal_engine()
    total, done = len(set(numbers)), set[RecordNumber]()
    try:
        with workspace.others(total - 1, making.AT_ONCE) as executor:
            for one in making.sealed_renditions(
                workspace.registry, numbers, engine, acting, executor
            ):
                yield one
                done.add(one.number)
                progress(len(done), total)
    finally:
        workspace.refresh()


def not_to_make(workspace: Workspace, number: RecordNumber) -> RmdocsError | None:
    """Return why whoever acts may not have PDF made of a record; None if they may."""
    try:
        found = subject(workspace.registry, number)
        act = message("make PDF of {form}", form=found.form.number)
        require_own(found, workspace.require_person(), act)
    except RmdocsError as problem:
        return problem
    return None


def print_sets(
    workspace: Workspace,
    numbers: Sequence[RecordNumber],
    sides: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[PrintSet]:
    """Return a file to print for each record: cover, copies, blank backs.

    :param sides: 1 or 2, of a sheet; None for what each form says.
    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.renditions.printing import make_print_sets

    with workspace.act() as acting:
        return make_print_sets(
            workspace.registry,
            numbers,
            machine.formal_engine(),
            acting=acting,
            sides=sides,
            progress=progress,
        )


def preview(workspace: Workspace, number: RecordNumber) -> list[Made]:
    """Return PDF of a record marked 预览; nothing is sealed."""
    from rmdocs.pdf.engine import PreviewEngine

    return making.preview(workspace.registry, number, PreviewEngine(fonts=machine.fonts()))


def draft(workspace: Workspace, files: Sequence[File | Unread]) -> list[DraftOutcome]:
    """Return PDF of records that are not issued, marked 草稿.

    With LibreOffice if it is installed, else with the embedded engine. Every
    record is checked as it would be at issue; one that would be refused is
    printed all the same if its content can be.

    :raises FindingsError: if a document cannot be converted.
    :raises UsageError: if two records would have one name.
    """
    from rmdocs.issuing.editions import print_draft
    from rmdocs.renditions.drafting import draft_renditions

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
    return [
        DraftOutcome(
            checked=draft.checked,
            files=tuple(
                File(name=name, data=pdf) for name, pdf in zip(called, contents, strict=True)
            ),
        )
        for draft, called, contents in zip(drafts, names, pdfs, strict=True)
    ]


def copy(workspace: Workspace, number: RecordNumber) -> list[Made]:
    """Return copies of what counts, marked 复制件 or 作废; nothing is sealed."""
    return making.copy_renditions(workspace.registry, number)


def sign(workspace: Workspace, number: RecordNumber, order: SignatureOrder, ask: Ask) -> Signed:
    """Sign a record's formal PDF as one of its parties.

    :param ask: gives the secret of the certificate, if it takes one.
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
    return signed


def begin_anew(workspace: Workspace, number: RecordNumber, reason: str) -> BegunAnew:
    """Seal that a record's edition is signed from the beginning again.

    :raises ControlError: if nobody signed it yet, or there is no reason.
    """
    from rmdocs.renditions.signing import begin_anew

    with workspace.act() as acting:
        return begin_anew(workspace.registry, number, reason, acting)


def scan(
    workspace: Workspace,
    files: Sequence[Path],
    progress: Callable[[str, int, int], None] = lambda _name, _page, _pages: None,
    *,
    looked: bool = False,
) -> Filing:
    """File scans of signed paper; what is doubtful is only told.

    :param looked: file also where no signature or seal is found; a person looked.
    :param files: PDF, TIFF or pictures.
    :param progress: told the name of a file, and which page of how many is read.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts has no key, or may file none of it.
    :raises FindingsError: if a file was changed while it was read; nothing is sealed.
    """
    from rmdocs.renditions.filing import file_scans

    with workspace.act() as acting:
        return file_scans(workspace.registry, files, acting, progress, looked=looked)


def review(
    workspace: Workspace, filing: Filing, files: Sequence[Path], language: Language
) -> Iterator[File]:
    """Yield what scans leave to a person: pictures, and lists of what is in doubt.

    :param language: of the lists.
    """
    from rmdocs.renditions.filing import review_files

    return review_files(filing.pile, files, workspace.today(), language)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """Signed paper of a record that was filed.

    :param on: the day it was. :param name: of the file. :param by: who filed it, by name.
    """

    record: IndexedRecord
    edition: int
    name: str
    on: date
    by: str


def came_back(workspace: Workspace) -> list[CameBack]:
    """Return what was filed lately of the paper of whoever acts, the last first."""
    person = workspace.person()
    if person is None:
        return []
    workspace.registry.catalogue.catch_up()
    since = workspace.now() - _LATELY
    query = Query(rm=str(person.staff_no), scanned_since=since.isoformat())
    found = []
    for record in workspace.index.find(query):
        folder = find_folder(workspace.store, RecordNumber.parse(record.number))
        found += [
            (
                one.event.time,
                CameBack(
                    record=record,
                    edition=one.edition,
                    name=PurePosixPath(one.file.path).name,
                    on=workspace.local(one.event.time).date(),
                    by=one.event.actor.name,
                ),
            )
            for one in told(folder.events)
            if isinstance(one.said, PaperFiled) and one.event.time >= since
        ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True)]


def signatures(workspace: Workspace, target: RecordNumber | File) -> Validation:
    """Return what the signatures of a record's PDF, or of a file, are worth.

    :param target: of a file that is too large to be judged its beginning is enough.
    """
    from rmdocs.renditions.validating import validate_file, validate_rendition

    registry, now = workspace.registry, workspace.now()
    if isinstance(target, File):
        return validate_file(registry, target.data, trust(workspace), now, target.base)
    return validate_rendition(registry, target, trust(workspace))


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
    per_file = Counter(one.file.name for one in read)
    names, taken = [], dict[str, tuple[str, int]]()
    for one, count in zip(read, documents, strict=True):
        row = f"-{one.candidate.row}" if per_file[one.file.name] > 1 else ""
        names.append(
            [
                f"{PurePath(one.file.name).stem}{row}-draft{f'-c{at}' if at else ''}.pdf"
                for at in range(count)
            ]
        )
        record = (one.file.name, one.candidate.row)
        for name in names[-1]:
            if taken.setdefault(name, record) != record:
                raise UsageError(
                    message("two records would both be written to {name}", name=name),
                    message("rename one of the files, or give each a folder of its own"),
                )
    return names
