"""Ledgers that the store accepts, but that are wrong: events appended past the use cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bank import NEW_YEAR

from rmdocs import canonical
from rmdocs.control.releasing import APPROVER_ROLES, approval_statement, approve, revision_files
from rmdocs.events.control import DraftApproved, RevisionReleased
from rmdocs.events.facts import Unknown
from rmdocs.forms.form import NAMES, Form, FormFiles
from rmdocs.identifiers import ChangeNumber, DocumentNumber, RecordNumber, Revision, StaffNumber
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.registers.committexts import expected_text
from rmdocs.registers.revisions import FORMS, RELEASE_NAME, Release, ReleaseApproval
from rmdocs.registers.series import SERIES_NAME, SeriesState
from rmdocs.store.event import Actor, Event, SealedFile
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.workspace import revising

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bank import Bank

    from rmdocs.store.event import Approval
    from rmdocs.store.keys import SigningKey
    from rmdocs.store.protocol import Head

FORM = DocumentNumber("RXD7200-04")
AUTHOR, REVIEWER, APPROVER, OFFICER = "SD00-0001", "SD00-0002", "SD00-0003", "SD00-0004"
THREE = (AUTHOR, REVIEWER, APPROVER)
PROPOSED, EFFECTIVE = date(2026, 6, 1), date(2026, 7, 1)


def append(
    bank: Bank,
    who: str,
    *new_events: NewEvent,
    day: date = PROPOSED,
    ref: str = CONTROL_REF,
    **more: Any,
) -> None:
    """Seal events as somebody, whatever the rules of control say.

    :param more: as the store takes it, in place of what would be right.
    """
    workspace = bank.at(who, day)
    acting = workspace.acting()
    with workspace.store.locked(ref) as branch:
        subject_line, trailers = told(branch.head, new_events, acting.actor)
        right = {
            "actor": acting.actor,
            "key": acting.key,
            "ledger_key": acting.ledger_key,
            "time": acting.time_after(branch.head),
            "subject_line": subject_line,
            "trailers": trailers,
        }
        branch.append(new_events, **(right | more))


def told(head: Head | None, new_events: Sequence[NewEvent], actor: Actor) -> tuple[str, Any]:
    """Return what the commit of events must say; anything where nobody knows."""
    files = {file.path: file.data for one in new_events for file in one.files}
    events = [
        Event(
            kind=one.kind,
            subject=one.subject,
            index=0,
            actor=actor,
            time=NEW_YEAR,
            reason=one.reason,
            relied_on=one.relied_on,
            previous=None,
            renderer=one.renderer,
            files=tuple(
                SealedFile(path=file.path, sha256="", size=0, media_type="") for file in one.files
            ),
            facts=one.facts.to_json(),
        )
        for one in new_events
    ]
    text = expected_text(
        events, lambda path: files.get(path) or (head.read(path) if head else None)
    )
    if text is None:
        return "Forge", {"Event": new_events[0].kind}
    subject_line, _, lines = text.partition("\n\n")
    trailers: dict[str, str] = {}
    for name, _, value in (line.partition(": ") for line in lines.splitlines()):
        trailers[name] = f"{trailers[name]}\n{value}" if name in trailers else value
    return subject_line, trailers


def review_change(bank: Bank, effective: date = EFFECTIVE) -> None:
    """Propose, submit and review the next revision, as it must be done."""
    revising.propose(bank.at(AUTHOR, PROPOSED), FORM, "增加联系方式", effective)
    revising.submit(bank.at(AUTHOR, PROPOSED), FORM)
    revising.review(bank.at(REVIEWER, PROPOSED), FORM, "")


def release_change(bank: Bank, effective: date = EFFECTIVE) -> None:
    """Bring the next revision into force from a day on, as it must be done."""
    review_change(bank, effective)
    revising.approve(bank.at(APPROVER, PROPOSED), FORM, "")


@dataclass(frozen=True)
class Forgery:
    """The release of a reviewed change, every part of which can be made wrong.

    :param signers: who is said to have signed; ``keys`` what they signed with.
    :param approvals: instead of those.
    :param files: instead of the draft's; ``digest`` instead of theirs.
    :param names: the staff numbers that the release names, if not ``signers``.
    """

    bank: Bank
    files: FormFiles
    revision: Revision
    effective: date
    change: str = ""
    signers: Sequence[str] = THREE
    keys: Sequence[SigningKey] | None = None
    approvals: tuple[Approval, ...] | None = None
    digest: str = ""
    names: Sequence[str] | None = None

    @classmethod
    def of(cls, bank: Bank) -> Forgery:
        """Return the release as it would be, were the open change approved."""
        control = bank.at().registry.control
        change = ChangeRegister(head=control).require_open(FORM)
        assert change.draft is not None
        contents = {
            name: control.read(f"{change.draft.directory}/{name}") for name in NAMES.values()
        }
        files = FormFiles(**{part: contents[name] for part, name in NAMES.items()})
        form = Form.load(files)
        return cls(bank, files, form.revision, form.effective, str(change.number))

    def but(self, **parts: Any) -> Forgery:
        """Return it with some parts made wrong."""
        return replace(self, **parts)

    def signatures(self) -> tuple[Approval, ...]:
        """Return what ``signers`` sign with ``keys``, each in the role of their place."""
        workspace = self.bank.at()
        keys = self.keys or [workspace.keys.load(one) for one in self.signers]
        digest = self.digest or self.files.digest()
        return tuple(
            approve(
                approval_statement(FORM, self.revision, digest, role),
                workspace.registry.staff.person(StaffNumber.parse(one)),
                key,
            )
            for role, one, key in zip(APPROVER_ROLES, self.signers, keys, strict=False)
        )

    def seal(self, day: date = PROPOSED) -> None:
        """Seal approval and release in one commit."""
        digest = self.digest or self.files.digest()
        people = self.bank.at().registry.staff
        approvals = self.signatures() if self.approvals is None else self.approvals
        named = [people.person(StaffNumber.parse(one)) for one in self.names or THREE]
        signed = tuple(
            ReleaseApproval(role=role, name=person.name, staff_no=str(person.staff_no))
            for role, person in zip(APPROVER_ROLES, named, strict=True)
        )
        release = Release(
            number=FORM,
            revision=self.revision,
            effective=self.effective,
            digest=digest,
            approvals=signed,
        )
        directory = f"{FORMS}/{FORM}/{self.revision}"
        contents = {**self.files.contents(), RELEASE_NAME: canonical.encode(release.to_json())}
        change = ChangeNumber.parse(self.change) if self.change else None
        new_events = [
            NewEvent(
                facts=RevisionReleased(change=change),
                subject=f"{FORM} {self.revision}",
                directory=directory,
                files=revision_files(directory, contents),
                approvals=approvals,
            )
        ]
        if self.change:
            facts = DraftApproved(change=change, document=FORM, draft=1, digest=digest)
            new_events.insert(
                0,
                NewEvent(
                    facts=facts,
                    subject=self.change,
                    directory=f"changes/{self.change}",
                    approvals=approvals[-1:],
                ),
            )
        append(self.bank, APPROVER, *new_events, day=day)


def issue_again(bank: Bank, number: RecordNumber, day: date, **wrong: Any) -> RecordNumber:
    """Seal the next number of a series as an issue like ``number``'s, but for what is wrong.

    :param wrong: facts of the event, its ``relied_on``, who acts, or the keys that sign.
    """
    names = {"actor", "key", "ledger_key"} & wrong.keys()
    signed = {name: wrong.pop(name) for name in names}
    workspace = bank.at(None, day)
    head = workspace.store.require_head(number.volume.ref)
    event = next(one for one in head.events(number.directory) if one.kind == "issue")
    other = RecordNumber(series=number.series, serial=number.serial + 1)
    files = tuple(
        NewFile(
            path=file.path.replace(number.directory, other.directory).replace(
                str(number), str(other)
            ),
            data=head.read(file.path) or b"",
            media_type=file.media_type,
        )
        for file in event.files
    )
    relied_on = wrong.pop("relied_on", workspace.registry.control.checkpoint)
    facts = {**event.facts, "issued_on": day.isoformat(), "pin": head.checkpoint.pin, **wrong}
    new_event = NewEvent(
        facts=Unknown(name="issue", said=facts),
        subject=str(other),
        directory=other.directory,
        files=files,
        relied_on=relied_on,
        renderer=event.renderer,
    )
    state = canonical.encode(SeriesState(volume=other.volume, given=other.serial).to_json())
    append(
        bank,
        event.actor.staff_no,
        new_event,
        day=day,
        ref=number.volume.ref,
        state={SERIES_NAME: state},
        **signed,
    )
    return other
