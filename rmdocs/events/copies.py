"""What acts on controlled copies say, each in the directory of the copy on control."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Self

from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.events.facts import NULL, EventFacts, Group, Sha256
from rmdocs.identifiers import (
    CopyNumber,
    Revision,
    StaffNumber,
)
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a copy: a member of staff, or somebody outside by name alone.

    :param staff_no: None for an outside holder.
    """

    name: str
    staff_no: StaffNumber | None = None

    def to_json(self) -> JsonObject:
        """Return the holder as the ledger keeps them; staff_no empty for an outside one."""
        return {"name": self.name, "staff_no": str(self.staff_no or "")}

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """Return the holder that JSON describes.

        :raises TypeError: if the name is no text.
        :raises UsageError: if the staff number is none.
        """
        staff_no = value["staff_no"]
        if type(value["name"]) is not str:
            raise TypeError(value["name"])
        return cls(name=value["name"], staff_no=StaffNumber.parse(staff_no) if staff_no else None)

    def __str__(self) -> str:
        return f"{self.name}（{self.staff_no}）" if self.staff_no else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerms(Group):
    """What a copy was issued as: ``copy.json``, which never changes.

    :param number: the copy's 受控号.
    :param revision: the revision that it is a copy of.
    :param digest: SHA-256 of that whole revision.
    :param holder: who holds it.
    :param issued_on: the date where the office is.
    :param replaces: the lost copy in whose place it was issued, if any.
    """

    number: CopyNumber
    revision: Revision
    digest: Sha256
    holder: Holder
    issued_on: date
    replaces: Annotated[CopyNumber | None, NULL]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCopy(EventFacts):
    """What an act says on a controlled copy.

    :param on: the day where the office is.
    """

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyIssued(OnCopy):
    """A copy was given out.

    :param terms: those of ``copy.json``.
    :param exemplar: 1.
    """

    KIND: ClassVar = "copy-issue"
    TOLD: ClassVar = message("copy given out")
    terms: CopyTerms
    exemplar: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAcknowledged(OnCopy):
    """A copy was signed for.

    :param exemplar: which exemplar of it.
    :param signed_by: whose name stands on the receipt.
    :param signed_on: the day on a receipt of paper; None where its holder signed by key.
    """

    KIND: ClassVar = "copy-acknowledge"
    TOLD: ClassVar = message("copy signed for")
    exemplar: int
    signed_by: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRecalled(OnCopy):
    """The holder of a copy was told to give it back.

    :param revision_status: of a revision whose copies were all recalled: what it was then.
    """

    KIND: ClassVar = "copy-recall"
    TOLD: ClassVar = message("copy recalled")
    revision_status: RevisionStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReturned(OnCopy):
    """A copy was taken back."""

    KIND: ClassVar = "copy-return"
    TOLD: ClassVar = message("copy taken back")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReplaced(OnCopy):
    """A damaged copy was swapped for a new exemplar under its number.

    :param exemplar: the new one; counted from 1.
    :param destroyed: whether the damaged one was destroyed; else it was taken back.
    """

    KIND: ClassVar = "copy-replace"
    TOLD: ClassVar = message("damaged copy swapped")
    exemplar: int
    destroyed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLost(OnCopy):
    """A copy was entered as lost: its number is void.

    :param replaced_by: the copy that its holder got instead, if any.
    """

    KIND: ClassVar = "copy-lose"
    TOLD: ClassVar = message("copy entered as lost")
    replaced_by: CopyNumber | None = None
