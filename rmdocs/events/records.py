"""What acts on a record say, each beside the record in its volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, ClassVar, Self

from rmdocs.answering import WordlessAnswer
from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, UsageError
from rmdocs.events.facts import (
    CLEAR,
    CONCEALED,
    NULL,
    EventFacts,
    Group,
    JsonName,
    Sha256,
    Spelling,
    facts_of,
)
from rmdocs.identifiers import (
    DisposalNumber,
    DocumentNumber,
    RecordNumber,
    RequestNumber,
    Revision,
    UnitCode,
)
from rmdocs.lifecycle import StageKey
from rmdocs.messages import message
from rmdocs.records.migration import RecordChange
from rmdocs.signing.levels import Level, Named
from rmdocs.store.event import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(WordlessAnswer):
    """A unit under the branch (IXD7200-01 §2), as registers and editions name it.

    :param name: its short name. :param full_name: the registered one.
    """

    code: UnitCode
    name: str
    full_name: str

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """Return the unit that JSON describes.

        :raises StoreError: if it is none.
        """
        try:
            names = {name: value[name] for name in ("name", "full_name")}
            if all(type(name) is str for name in names.values()):
                return cls(code=UnitCode.parse(value["code"]), **names)
        except (KeyError, TypeError, UsageError):
            pass
        raise DamagedError(message("an entry of the registers cannot be read"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Concealment(Group):
    """How an event says what it must not say in clear: that of an encrypted record.

    :param cipher: the files of the event are encrypted with it.
    :param notes: path of the file that holds, encrypted, the reason and concealed facts.
    :param documents: SHA-256 of each document and rendition before encryption, by its
        file name.
    """

    cipher: Annotated[str, JsonName(name="encryption"), CLEAR]
    notes: Annotated[str, CLEAR]
    documents: Annotated[Mapping[str, Sha256], CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Group):
    """Which request an act decides (ADR 0020).

    :param request: its number.
    :param digest: SHA-256 of the event that asked.
    :param asked_by: the name of who asked.
    """

    request: Annotated[RequestNumber, CLEAR]
    digest: Annotated[Sha256, JsonName(name="request_sha256"), CLEAR]
    asked_by: Annotated[str, CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFacts(Group):
    """What an edition prints besides the record.

    :param number: counted from 1 within the record.
    :param issued_on: the day where the office is.
    :param pin: the volume's checkpoint before this edition; see ``Checkpoint.pin``.
    :param unit: the unit of the record, as the register had it then.
    """

    number: Annotated[int, JsonName(name="edition"), CLEAR]
    issued_on: Annotated[date, CLEAR]
    pin: Annotated[str, CLEAR]
    unit: Annotated[Unit, CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRevision(Group):
    """Under which revision of its form a record stands.

    :param form: the form's number.
    :param revision: of the form.
    :param digest: SHA-256 of the whole revision.
    """

    form: Annotated[DocumentNumber, CLEAR]
    revision: Annotated[Revision, CLEAR]
    digest: Annotated[Sha256, JsonName(name="form_digest"), CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord(EventFacts):
    """What every act on a record says.

    :param rules: version of the rules that it was judged by (ADR 0018); None is the
        first, of before there were versions.
    :param concealment: how it says what is concealed; None of a record in clear.
    """

    rules: Annotated[int | None, CLEAR] = None
    concealment: Concealment | None = None

    @property
    def concealed(self) -> JsonObject:
        """Return, as JSON, the facts that do not stay in clear on an encrypted record."""
        names = {
            fact.name
            for fact in facts_of(type(self))
            if fact.group is None and CLEAR not in fact.marks
        }
        return {name: value for name, value in self.to_json().items() if name in names}

    def with_concealment(self, concealment: Concealment) -> Self:
        """Return what the event of an encrypted record says in clear."""
        hidden = {
            fact.field: None
            for fact in facts_of(type(self))
            if fact.group is None and CLEAR not in fact.marks
        }
        return replace(self, concealment=concealment, **hidden)

    def revealed(self, concealed: Mapping[str, Json]) -> Self:
        """Return the facts with those that were concealed.

        :raises FactsError: if they are not of this kind.
        """
        return type(self).from_json({**self.to_json(), **concealed})


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionIssued(OnRecord):
    """What an act says that issues an edition of a record.

    :param edition: the edition.
    """

    edition: EditionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordIssued(EditionIssued):
    """A record was captured, got its number and its first edition.

    :param under: the revision of its form.
    :param record_digest: SHA-256 of the record as captured; finds a second issue.
    """

    KIND: ClassVar = "issue"
    TOLD: ClassVar = message("issued")
    under: FormRevision
    record_digest: Annotated[Sha256 | None, CONCEALED] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAdded(EditionIssued):
    """A stage was added to a record.

    :param stage: its name in the form.
    :param repeat: the value that tells its repetitions apart; None if it happens once.
    :param content: path of the file with what it says.
    """

    KIND: ClassVar = "stage"
    TOLD: ClassVar = message("stage added")
    stage: Annotated[str, CLEAR]
    repeat: Annotated[str | int | None, CLEAR, NULL]
    content: Annotated[str, CLEAR]

    @property
    def key(self) -> StageKey:
        """Return which happening of the stage it is."""
        return StageKey(name=self.stage, repeat=self.repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAmended(EditionIssued):
    """A record was corrected.

    :param content: path of the file with the whole corrected record.
    :param changes: the places that differ from the record as it stood.
    """

    KIND: ClassVar = "amend"
    TOLD: ClassVar = message("amended")
    content: Annotated[str, CLEAR]
    changes: Annotated[tuple[RecordChange, ...] | None, CONCEALED] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRegenerated(EditionIssued):
    """A record was carried over to a newer revision of its form (ADR 0012).

    :param under: the revision it stands under from now on.
    :param from_revision: the one it stood under.
    :param run: the run of regeneration, by its name.
    :param content: path of the file with the record and its stages, carried over.
    :param changes: the places that differ from the record as it stood.
    """

    KIND: ClassVar = "regenerate"
    TOLD: ClassVar = message("regenerated")
    under: FormRevision
    from_revision: Annotated[Revision, CLEAR]
    run: Annotated[str, Spelling(pattern=r"[0-9]{4,}"), CLEAR]
    content: Annotated[str, CLEAR]
    changes: Annotated[tuple[RecordChange, ...] | None, CONCEALED] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVoided(OnRecord):
    """A record was declared void.

    :param decides: the request that led to it; None of before requests were events of
        their own, when the event bears the approver's signature.
    :param approver: the name of who approved it.
    """

    KIND: ClassVar = "void"
    TOLD: ClassVar = message("declared void")
    decides: Decision | None = None
    approver: Annotated[str, CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDisposed(OnRecord):
    """A tombstone: a record was disposed of; never encrypted, the key is destroyed.

    :param certificate: the disposal that it is of.
    :param disposed_on: the day where the office is.
    :param list_sha256: of the list of that disposal.
    :param approver: the name of who approved the disposal.
    :param proposed_by: who proposed it.
    :param approved_by: who approved it.
    """

    KIND: ClassVar = "dispose"
    TOLD: ClassVar = message("disposed of")
    certificate: Annotated[DisposalNumber, CLEAR]
    disposed_on: Annotated[date, CLEAR]
    list_sha256: Annotated[Sha256, CLEAR]
    approver: Annotated[str, CLEAR]
    proposed_by: Annotated[Actor, CLEAR]
    approved_by: Annotated[Actor | None, CLEAR, NULL]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEdition(OnRecord):
    """What an act says that is of an edition, but issues none.

    :param of_edition: the edition.
    """

    of_edition: Annotated[int, CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfMade(OnEdition):
    """A PDF was made of an edition (ADR 0013).

    :param engine: name and version of what made it.
    :param formal: that it is the archival file that is signed and printed.
    """

    KIND: ClassVar = "render"
    TOLD: ClassVar = message("PDF made")
    engine: Annotated[str, CLEAR]
    formal: Annotated[bool, CLEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSigned(OnEdition):
    """A party signed an edition's PDF electronically (ADR 0014).

    :param party: as the form calls it.
    :param level: PAdES level that was asked for.
    :param signatory: the name that is printed with the signature.
    :param certificate: SHA-256 of the signer's certificate.
    :param named: whom the certificate names (ADR 0024); None of before that was asked.
    :param filed_on: the day where the office is.
    """

    KIND: ClassVar = "sign"
    TOLD: ClassVar = message("signed electronically")
    party: Annotated[str, CLEAR]
    level: Annotated[Level, CLEAR]
    signatory: Annotated[str | None, CONCEALED] = None
    certificate: Annotated[Sha256 | None, CONCEALED] = None
    named: Annotated[Named | None, CLEAR] = None
    filed_on: Annotated[date | None, CLEAR] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningBegunAnew(OnEdition):
    """Signing began anew on an edition: what was signed of it before counts no more."""

    KIND: ClassVar = "sign-again"
    TOLD: ClassVar = message("signing begun anew")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFiled(OnEdition):
    """Signed paper was scanned and filed (ADR 0015).

    :param pages: how many were scanned.
    :param slip: which slip of the form it is; None of the document.
    :param copy: which addressee's copy it is of; None of the document itself.
    :param looked: that a person looked at the paper, since no signature or seal was found.
    :param placed: the pages, in order, of which a person said which they are: no code on
        their sheets can be read.
    :param filed_on: the day where the office is.
    """

    KIND: ClassVar = "scan"
    TOLD: ClassVar = message("signed paper filed")
    pages: Annotated[int, CLEAR]
    slip: Annotated[str | None, CLEAR] = None
    copy: Annotated[int | None, CLEAR] = None
    looked: Annotated[bool | None, CLEAR] = None
    placed: Annotated[tuple[int, ...] | None, CLEAR] = None
    filed_on: Annotated[date | None, CLEAR] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequested(OnRecord):
    """Somebody asked for a record to be declared void (ADR 0020).

    :param request: the number of the request.
    :param act: the kind of event that an approval seals: ``void``.
    :param of_edition: the newest edition then.
    """

    KIND: ClassVar = "request"
    TOLD: ClassVar = message("void asked for")
    ABOUT: ClassVar = RecordNumber
    request: Annotated[RequestNumber, CLEAR]
    act: Annotated[str, CLEAR]
    of_edition: Annotated[int | None, CLEAR] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(OnRecord):
    """A request, about a record or about control, was rejected, or taken back by who asked.

    :param decides: the request.
    """

    KIND: ClassVar = "reject"
    TOLD: ClassVar = message("request rejected or taken back")
    decides: Decision
