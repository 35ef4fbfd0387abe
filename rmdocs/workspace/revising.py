"""Revising controlled documents in a workspace: from the desk to the ledger and back.

Reads and lays out the desk, says who acts and when; the procedure is
``control.revising``'s. Forms and other documents alike (see ``kinds``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.control import revising, withdrawing
from rmdocs.control.covers import repeated
from rmdocs.control.policy import Party, party, policy_in_force
from rmdocs.control.revising import Proposal
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.layout import NewCover, lay_out
from rmdocs.identifiers import DocumentNumber, Revision, StaffNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.changes import ChangeRegister, ChangeRequest
from rmdocs.registers.revisions import Release, RevisionRegister, unknown_revision
from rmdocs.registers.zone import zone_of
from rmdocs.workspace.kinds import FORM, KINDS, OTHER, DocumentKind, form_files, without_the_unseen

if TYPE_CHECKING:
    from rmdocs.control.covers import Cover, RevisionFiles
    from rmdocs.regeneration.trial import Tried
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """A change request and the desk laid out for it.

    :param written: the files that were written.
    :param kept: files that were there with edits of their own, and stay.
    """

    change: ChangeRequest
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A draft in the ledger and what was found about it.

    :param findings: warnings about the desk.
    :param tried: the newest records under it; none for what is no form.
    :param dropped: what nobody sees and was left out of the Word file before review.
    """

    change: ChangeRequest
    findings: tuple[Finding, ...]
    tried: tuple[Tried, ...] = ()
    dropped: tuple[Text, ...] = ()


class Revising:
    """The procedure of revising, for whoever acts in a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.root

    # Where a document stands -----------------------------------------------

    def kind(self, number: DocumentNumber) -> DocumentKind:
        """Return whether a number is a form's or another document's.

        :raises ControlError: if neither desk nor ledger has it.
        """
        control = self._workspace.office.control
        for kind in (FORM, OTHER):
            on_desk = kind.paths(self._root, number)[kind.manifest].is_file()
            if on_desk or control.list(f"{kind.base}/{number}"):
                return kind
        raise ControlError(
            message("there is no controlled document {number}", number=number),
            message("put its files on the desk first; see: rmdocs form list"),
        )

    def change(self, number: DocumentNumber) -> ChangeRequest:
        """Return the open change of a document.

        :raises ControlError: if there is none.
        """
        return self._changes().require_open(number)

    def open_change(self, number: DocumentNumber) -> ChangeRequest | None:
        """Return the open change of a document, or None."""
        return self._changes().open_for(number)

    def draft(self, change: ChangeRequest) -> RevisionFiles:
        """Return the files of the draft that counts.

        :raises ControlError: if none was submitted.
        """
        draft = revising.require_draft(change)
        kind = KINDS[change.request.base]
        control = self._workspace.office.control
        names = control.list(draft.directory)
        register = RevisionRegister(control, kind.base)
        contents = {name: register.read(f"{draft.directory}/{name}") for name in names}
        return kind.files(contents)

    def has_revision(self, number: DocumentNumber) -> bool:
        """Return whether a document was ever released."""
        register = RevisionRegister(self._workspace.office.control, self.kind(number).base)
        return bool(register.releases(number))

    def released(self, number: DocumentNumber, revision: Revision | None = None) -> RevisionFiles:
        """Return the files of a released revision; of the last one if none is named.

        :raises ControlError: if there is none.
        """
        kind = self.kind(number)
        register = RevisionRegister(self._workspace.office.control, kind.base)
        known = register.releases(number)
        found = [one for one in known if revision is None or one.revision == revision]
        if not found:
            raise unknown_revision(number, revision, known)
        directory = register.directory(number, found[-1].revision)
        paths = kind.paths(self._root, number)
        contents = {name: register.head.read(f"{directory}/{name}") for name in paths}
        return kind.files({name: data for name, data in contents.items() if data is not None})

    def desk(self, number: DocumentNumber) -> RevisionFiles:
        """Return the files on the desk.

        :raises FindingsError: with every file that is missing.
        """
        return self.kind(number).read_desk(self._root, number)

    # The author ------------------------------------------------------------

    def propose(  # noqa: PLR0913 - a proposal simply says that much
        self,
        number: DocumentNumber,
        reason: str,
        effective: date,
        *,
        reissue: bool = False,
        reviewer: StaffNumber | None = None,
        approver: StaffNumber | None = None,
        fresh: bool = False,
    ) -> LaidOut:
        """Open a change request and lay out the desk for it.

        :param fresh: lay out the files in force anew, over edits on the desk.
        :raises ControlError: if the actor may not, or a change is open.
        :raises FindingsError: if the desk cannot be laid out.
        """
        kind, acting = self.kind(number), self._workspace.acting()
        proposal = Proposal(
            document=number, base=kind.base, effective=effective, reason=reason, reissue=reissue
        )
        register = RevisionRegister(self._workspace.office.control, kind.base)
        cover = NewCover(
            revision=revising.next_revision(register, proposal),
            effective=effective,
            prepared=acting.person.name,
            reviewed=self._signer(kind, number, reviewer, "reviewed", "revision.review"),
            approved=self._signer(kind, number, approver, "approved", "revision.approve"),
            change=Bilingual(zh=reason, en=reason),
        )
        cover = replace(cover, anew=self._came_to_nothing(number, cover.revision))
        # All that can fail about the desk fails before anything is sealed.
        files = self._prepared(kind, number, cover, fresh=fresh)
        change = revising.propose(self._workspace.store, proposal, acting)
        self._workspace.reopen()
        return self._lay(kind, number, change, files, fresh=fresh)

    def _prepared(
        self, kind: DocumentKind, number: DocumentNumber, cover: NewCover, *, fresh: bool
    ) -> Mapping[str, bytes]:
        """Return what is to lie on the desk, by name."""
        register = RevisionRegister(self._workspace.office.control, kind.base)
        known = bool(register.standings(number))
        try:
            base = dict(kind.read_desk(self._root, number).contents())
        except FindingsError:
            if not known:
                raise
            base = {}
        released = dict(self.released(number).contents()) if known else {}
        if known and (fresh or not base):
            base = released
        manifest = lay_out(
            base[kind.manifest],
            cover,
            table=kind.table,
            name=kind.manifest,
            released=released.get(kind.manifest),
        )
        return {**base, kind.manifest: manifest}

    def _lay(
        self,
        kind: DocumentKind,
        number: DocumentNumber,
        change: ChangeRequest,
        files: Mapping[str, bytes],
        *,
        fresh: bool,
    ) -> LaidOut:
        written, kept = [], []
        released = (
            self.released(number).contents() if change.request.from_revision is not None else {}
        )
        for name, path in kind.paths(self._root, number).items():
            data = files.get(name)
            if data is None:
                continue
            there = path.read_bytes() if path.is_file() else None
            if there == data or (there is not None and name in kind.shared()):
                if there != released.get(name, there):
                    kept.append(path)
                continue
            if there is not None and there != released.get(name) and not fresh:
                kept.append(path)
                if name != kind.manifest:
                    continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.part")
            partial.write_bytes(data)
            partial.replace(path)
            written.append(path)
        return LaidOut(change=change, written=tuple(written), kept=tuple(kept))

    def _signer(
        self,
        kind: DocumentKind,
        number: DocumentNumber,
        named: StaffNumber | None,
        place: str,
        act: str,
    ) -> str:
        """Return the name for the cover: who was named, who stands there, or the only one."""
        staff, acting = self._workspace.office.staff, self._workspace.acting()
        policy = policy_in_force(self._workspace.office.control)
        if named is not None:
            person = staff.person(named)
            policy.require_person(person, act)
            # Told now rather than when the draft lies before them.
            signer = Party(act=act, staff_no=str(named), name=person.name, fingerprint="")
            policy.require_separate(signer, (party(acting, "revision.submit"),))
            return person.name
        able = [
            person.name
            for person in staff.people()
            if person.roles & set(policy.acts[act]) and person.staff_no != acting.person.staff_no
        ]
        try:
            standing = str(getattr(kind.cover(self.released(number)), place))
        except (ControlError, FindingsError):
            standing = ""
        if standing in able or len(able) != 1:
            return standing or (able[0] if able else "")
        return able[0]

    def is_on_desk(self, number: DocumentNumber, digest: str) -> bool:
        """Return whether the desk, submitted as it is, would have that SHA-256."""
        kind = self.kind(number)
        desk = kind.read_desk(self._root, number)
        if desk.digest() == digest:
            return True
        try:
            files, _ = without_the_unseen(kind, desk, self._last(number))
        except FindingsError:
            return False  # what cannot be read as Word can be submitted no more
        return files.digest() == digest

    def _last(self, number: DocumentNumber) -> Mapping[str, bytes]:
        """Return the files of the last revision; none where there is none yet."""
        return self.released(number).contents() if self.has_revision(number) else {}

    def check(self, number: DocumentNumber) -> list[Finding]:
        """Return what is found wrong with the desk of a document."""
        if self.kind(number) is FORM:
            return self._workspace.desk.check(number)
        return self._workspace.documents.check(number)

    def submit(self, number: DocumentNumber) -> Submitted:
        """Seal the desk as the draft of the open change, signed by its author.

        What nobody sees in its Word file is left out: reviewed, approved and released
        is the same.

        :raises FindingsError: if the desk has errors, or its sample does not pass.
        :raises ControlError: if the actor may not, or no change is open.
        """
        kind, acting = self.kind(number), self._workspace.acting()
        findings = self.check(number)
        if has_errors(findings):
            raise FindingsError(tuple(findings))
        desk, released = kind.read_desk(self._root, number), self._last(number)
        files, dropped = without_the_unseen(kind, desk, released)
        tried = tuple(self._workspace.regeneration.trial(form_files(files))) if kind is FORM else ()
        sample = tried[0].findings if tried else ()
        if has_errors(sample):
            raise FindingsError(sample)
        change = revising.submit(self._workspace.store, kind.cover(files), files, acting)
        self._workspace.reopen()
        findings += (*sample, *self.noted(number))
        return Submitted(change=change, findings=tuple(findings), tried=tried[1:], dropped=dropped)

    # Reviewer and approver ---------------------------------------------------

    def review(self, number: DocumentNumber, remark: str, digest: str = "") -> ChangeRequest:
        """Approve the draft as its reviewer.

        :param digest: how the SHA-256 of the draft that was looked at begins.
        """
        files, cover = self._looked_at(number, digest)
        acting = self._workspace.acting()
        change = revising.review(self._workspace.store, cover, files, acting, remark)
        self._workspace.reopen()
        return change

    def approve(self, number: DocumentNumber, remark: str, digest: str = "") -> Release:
        """Approve the reviewed draft: it is released from its effective date on.

        :param digest: how the SHA-256 of the draft that was looked at begins.
        """
        files, cover = self._looked_at(number, digest)
        acting = self._workspace.acting()
        release = revising.approve(self._workspace.store, cover, files, acting, remark)
        self._workspace.reopen()
        return release

    def return_(self, number: DocumentNumber, remark: str) -> ChangeRequest:
        """Send the draft back to its author."""
        change = revising.return_(self._workspace.store, number, remark, self._workspace.acting())
        self._workspace.reopen()
        return change

    def reject(self, number: DocumentNumber, remark: str) -> ChangeRequest:
        """Reject the proposal for good."""
        change = revising.reject(self._workspace.store, number, remark, self._workspace.acting())
        self._workspace.reopen()
        return change

    def withdraw(
        self, number: DocumentNumber, revision: Revision | None, on: date | None, reason: str
    ) -> Release:
        """Withdraw a revision, the one in force unless named, from a day on."""
        kind = self.kind(number)
        register = RevisionRegister(self._workspace.office.control, kind.base)
        today = self._workspace.today()
        wanted = revision or register.in_force(number, today).revision
        withdrawing.withdraw(
            self._workspace.store,
            kind.base,
            number,
            wanted,
            on or today,
            reason,
            self._workspace.acting(),
        )
        self._workspace.reopen()
        return register.release(number, wanted)

    def confirm(self, number: DocumentNumber, remark: str) -> Release:
        """Note that the revision in force was reviewed and needs no change."""
        kind = self.kind(number)
        register = RevisionRegister(self._workspace.office.control, kind.base)
        acting = self._workspace.acting()
        withdrawing.confirm(self._workspace.store, kind.base, number, remark, acting)
        self._workspace.reopen()
        return register.in_force(number, acting.today)

    def status(self, number: DocumentNumber, revision: Revision) -> RevisionStatus:
        """Return where a released revision stands today."""
        register = RevisionRegister(self._workspace.office.control, self.kind(number).base)
        found = register.find(number, revision)
        if found is None:
            raise unknown_revision(number, revision, register.releases(number))
        return found.status(self._workspace.today())

    def _looked_at(self, number: DocumentNumber, digest: str) -> tuple[RevisionFiles, Cover]:
        change = self.change(number)
        files = self.draft(change)
        if digest and not files.digest().startswith(digest.lower()):
            raise UsageError(
                message(
                    "the draft of {number} is not {digest}: its SHA-256 begins with {found}",
                    number=number,
                    digest=digest,
                    found=files.digest()[:12],
                ),
                message("look at it again: rmdocs form diff {number} --to draft", number=number),
            )
        return files, KINDS[change.request.base].cover(files)

    def _came_to_nothing(self, number: DocumentNumber, revision: Revision) -> bool:
        """Return whether a revision was proposed before, and not released."""
        earlier = self._changes().of(number)
        return any(
            not one.is_open and one.request.to_revision == revision
            for one in earlier
            if one.status is not RevisionStatus.APPROVED
        )

    def noted(self, number: DocumentNumber) -> tuple[Finding, ...]:
        """Return what reviewer and approver are to know of the draft before they sign."""
        change = self.open_change(number)
        control = self._workspace.office.control
        found = None if change is None else repeated(self._changes(), change, zone_of(control))
        return () if found is None else (found,)

    def _changes(self) -> ChangeRegister:
        return ChangeRegister(head=self._workspace.office.control)
