"""A record as its renditions see it: under which form, allowed to whom, sealed how."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_own_unit, require_role
from rmdocs.errors import ConflictError, ControlError
from rmdocs.events.records import OnEdition, Unit
from rmdocs.issuing.registry import concealed
from rmdocs.lifecycle import RecordStatus
from rmdocs.messages import Text, by_command, message
from rmdocs.pdf.codes import DocumentCode
from rmdocs.registers.records import find_folder, folder_as_of, read_folder, revealed
from rmdocs.registers.renditions import PDF_TYPE
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import SealedFile
    from rmdocs.store.protocol import Branch

_SHORT = 12
"""Hexadecimal digits of a digest that a page bears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A record, its form, and what of it was read before the work began.

    :param last: index of the last event there was then.
    """

    registry: Registry
    folder: RecordFolder
    form: Form
    last: int

    @property
    def number(self) -> RecordNumber:
        """Return the record's number."""
        return self.folder.number

    @property
    def edition(self) -> int:
        """Return which edition is the newest of it."""
        return self.folder.current.number

    @property
    def rules(self) -> int | None:
        """Return how an act on it names the rules that it is judged by."""
        return self.registry.policy.rules_named

    @property
    def is_void(self) -> bool:
        """Return whether the record was declared void."""
        return self.folder.status(self.form) is RecordStatus.VOIDED

    @property
    def unit(self) -> Unit:
        """Return the unit the record is of, as it was registered then."""
        return self.folder.unit

    def content(self, file: SealedFile) -> bytes:
        """Return a sealed file as a reader gets it, checked against its seal.

        :raises StoreError: if it is not what was sealed.
        """
        head = self.registry.store.require_head(self.number.volume.ref)
        return revealed(head, file, self.number)

    def names(self) -> dict[str, Any]:
        """Return the names of the record that its form's expressions see, stages too."""
        return dict(self.registry.calendars.printed(self.folder, self.form).names)

    def source(self) -> bytes:
        """Return what the newest edition says, as canonical JSON: record and stages."""
        return source(self.folder)


def source(folder: RecordFolder) -> bytes:
    """Return what a record says, as canonical JSON: what its formal PDF carries.

    :raises ControlError: if it was disposed of.
    :raises KeyAbsentError: if its key is not here.
    """
    stages = [{"stage": entry.key.name, "content": entry.content} for entry in folder.stages]
    return canonical.encode({"record": folder.record, "stages": stages})


def subject(registry: Registry, number: RecordNumber) -> Subject:
    """Return a record whose content can be read and that is not void.

    :raises ControlError: if the number was never given, the record is void, or
        it was disposed of.
    """
    found = subject_or_void(registry, number)
    if found.is_void:
        raise ControlError(
            message("{number} is void: nothing is made of it", number=number),
            by_command(
                message("take its last PDF, marked 作废"),
                message("rmdocs pdf {number} --copy", number=number),
            ),
            clause="ISO 15489-1 §5.2.2.3",
        )
    return found


def subject_or_void(registry: Registry, number: RecordNumber) -> Subject:
    """Return a record whose content can be read, void or not.

    :raises ControlError: if the number was never given, or it was disposed of.
    """
    folder = find_folder(registry.store, number)
    folder.require_content()
    return Subject(
        registry=registry,
        folder=folder,
        form=registry.form_of(folder),
        last=folder.events[-1].index,
    )


def at_edition(found: Subject, edition: int) -> Subject:
    """Return the record as one of its editions printed it, under the form's revision of then."""
    registry = found.registry
    folder = folder_as_of(registry.store, found.folder, edition)
    return replace(found, folder=folder, form=registry.form_of(folder))


def not_rendered(found: Subject) -> ControlError:
    """Return the refusal of what needs a formal PDF of the newest edition."""
    return ControlError(
        message(
            "edition {edition} of {number} has no formal PDF yet",
            edition=found.folder.current.number,
            number=found.number,
        ),
        by_command(
            message("have the PDF made"), message("rmdocs pdf {number}", number=found.number)
        ),
    )


def form_of_edition(registry: Registry, number: RecordNumber, edition: int) -> Form:
    """Return the form that an edition was printed under, also of a void or disposed record.

    :raises ControlError: if the number was never given, or it has no such edition.
    """
    folder = find_folder(registry.store, number)
    return registry.form_of(folder_as_of(registry.store, folder, edition))


def require_own(found: Subject, person: Person, act: Text) -> None:
    """Refuse who may not issue the form, or is of another unit.

    :raises ControlError: naming the person.
    """
    require_role(person, found.form.roles.issue, act)
    require_own_unit(person, found.unit.code)


def page_code(folder: RecordFolder, copy: int = 0) -> DocumentCode:
    """Return what the pages of the newest edition in ``folder`` bear.

    :param copy: which addressee's copy they are of; 0 is the document itself.
    """
    edition = folder.current
    digest = canonical.sha256(source(folder))[:_SHORT]
    return DocumentCode(
        number=folder.number,
        edition=edition.number,
        digest=digest,
        pin=edition.facts.pin,
        copy=copy,
    )


@contextmanager
def unchanged(found: Subject) -> Iterator[Branch]:
    """Hold the record's volume, refusing if anything happened to the record meanwhile.

    :raises ConflictError: if it did.
    """
    store, number = found.registry.store, found.number
    with store.locked(number.volume.ref) as branch:
        now = read_folder(branch.require_head(), number)
        if now.events[-1].index != found.last:
            raise ConflictError(
                message("{number} was changed meanwhile", number=number), message("try again")
            )
        yield branch


def rendition_event(  # noqa: PLR0913, PLR0917 - what is sealed, where, and after what
    found: Subject, facts: OnEdition, path: str, pdf: bytes, ahead: int = 0, reason: str = ""
) -> NewEvent:
    """Return the event that seals a PDF of the newest edition; encrypted if the record is.

    :param found: the record, as it is or as one of its editions printed it.
    :param ahead: how many events on the record are sealed with it, before it.
    """
    file = NewFile(path=f"{found.number.directory}/{path}", data=pdf, media_type=PDF_TYPE)
    return edition_event(found, facts, (file,), ahead, reason)


def edition_event(
    found: Subject,
    facts: OnEdition,
    files: tuple[NewFile, ...] = (),
    ahead: int = 0,
    reason: str = "",
) -> NewEvent:
    """Return an event on the newest edition, whatever it seals; see :func:`rendition_event`."""
    number = found.number
    new_event = NewEvent(
        facts=facts,
        subject=str(number),
        directory=number.directory,
        files=files,
        reason=reason,
        relied_on=found.registry.control.checkpoint,
    )
    if not found.folder.encrypted:
        return new_event
    key = found.registry.record_key(number)
    return concealed(new_event, key, _events(found) + ahead + 1)


def _events(found: Subject) -> int:
    """Return how many events the record had when it was read, whatever edition is looked at."""
    head = found.registry.store.require_head(found.number.volume.ref)
    events = head.events(found.number.directory)
    return sum(event.index <= found.last for event in events)
