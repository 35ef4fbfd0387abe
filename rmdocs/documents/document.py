"""A controlled document's revision, typed: everything ``document.toml`` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rmdocs.forms.parts import RevisionEntry
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual


class Kind(StrEnum):
    """Where a document comes from (ISO 9001 §7.5.3.2)."""

    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Reference:
    """That a document relies on another one, whatever its revision in force is.

    :param clause: the clause of the citing document where it does.
    :param purpose: what it relies on it for.
    """

    number: DocumentNumber
    clause: str
    purpose: Bilingual


@dataclass(frozen=True, slots=True)
class ControlledDocument:
    """A revision of a controlled document that is not a form.

    :param parent: the document it belongs to, a register entry; None if none.
    :param prepared: who prepared, ``reviewed`` and ``approved`` it, as its cover
        says; empty where that is not known and still pending.
    :param designation: an external document's own number and edition, such as
        ``GB 32100-2015``; empty if it has none.
    :param publisher: who issued an external document; None for an internal one.
    :param file: the name of its body file; empty if it is kept elsewhere.
    :param kept: where it is kept if there is no body file, else None.
    :param pending: what is not known of it and still to be settled (待核定).
    :param review_months: how often it is reviewed, in months; None if never.
    """

    number: DocumentNumber
    revision: Revision
    kind: Kind
    title: Bilingual
    organisation: Bilingual
    parent: DocumentNumber | None
    effective: date
    prepared: str
    reviewed: str
    approved: str
    designation: str
    publisher: Bilingual | None
    file: str
    kept: Bilingual | None
    references: tuple[Reference, ...]
    history: tuple[RevisionEntry, ...]
    pending: tuple[Bilingual, ...]
    review_months: int | None

    @property
    def signatures(self) -> tuple[str, str, str]:
        """Return who prepared, reviewed and approved it; empty where pending."""
        return self.prepared, self.reviewed, self.approved
