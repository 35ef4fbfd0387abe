"""Founding a store: its first commit, its founder, its first registers.

The founder is whoever holds the ledger key on the day the store begins; they
may enter units and staff until a records officer takes over. A store says in
its first event whether it is a sample, for ever (docs/adr).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.policy import BUILT_IN
from rmdocs.control.releasing import adoption_event, document_adoption_event, release_event
from rmdocs.control.requestkinds import policy_event, year_event
from rmdocs.control.staff import JSON_TYPE, person_event, unit_event
from rmdocs.errors import FindingsError
from rmdocs.events.control import StoreFounded
from rmdocs.events.records import Unit
from rmdocs.identifiers import UnitCode
from rmdocs.registers.committexts import commit_text
from rmdocs.registers.ledgerkeys import FOUNDING_PATH
from rmdocs.registers.officetime import year_toml
from rmdocs.registers.staff import FOUNDER, Person
from rmdocs.store.event import Actor
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.forms.document import ControlledDocument, DocumentFiles
    from rmdocs.forms.form import Form, FormFiles
    from rmdocs.language.workingdays import Arrangement
    from rmdocs.store.keys import Signer
    from rmdocs.store.protocol import Head, Receipt, Store


FOUNDER_NAME = "建库管理员"
FOUNDER_UNIT = Unit(code=UnitCode("AA00"), name="档案库", full_name="rmdocs 档案库")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a store begins with.

    :param purpose: ``production`` or ``sample``.
    :param forms: the first revisions.
    :param approvers: author, reviewer, approver with keys; empty where the
        first revisions are adopted from paper.
    :param documents: the other controlled documents, adopted from paper.
    :param years: the working days of the years to begin with, each with its source.
    """

    purpose: str
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    forms: tuple[tuple[Form, FormFiles], ...]
    approvers: tuple[tuple[Person, Signer], ...]
    documents: tuple[tuple[ControlledDocument, DocumentFiles], ...] = ()
    years: tuple[tuple[Arrangement, str], ...] = ()


def founder(ledger_key: Signer) -> Person:
    """Return the founder as the register of staff holds them."""
    return Person(
        staff_no=FOUNDER,
        name=FOUNDER_NAME,
        unit=FOUNDER_UNIT.code,
        roles=frozenset({"records_officer"}),
        keys=(ledger_key.public.line,),
    )


def found(store: Store, foundation: Foundation, ledger_key: Signer, now: datetime) -> Receipt:
    """Write the first commit of the control ledger: founding, registers, forms, documents."""
    new_events = (
        _founding_event(foundation, ledger_key),
        policy_event(BUILT_IN.read_bytes(), 1),
        *(unit_event(unit) for unit in (FOUNDER_UNIT, *foundation.units)),
        *(person_event(person) for person in (founder(ledger_key), *foundation.people)),
        *_form_events(foundation),
        *(document_adoption_event(*document) for document in foundation.documents),
        *(year_event(year_toml(*year)) for year in foundation.years),
    )
    with store.locked(CONTROL_REF) as branch:
        subject_line, trailers = commit_text(new_events, branch.head)
        return branch.append(
            new_events,
            actor=Actor(
                staff_no=str(FOUNDER), name=FOUNDER_NAME, fingerprint=ledger_key.public.fingerprint
            ),
            key=ledger_key,
            ledger_key=ledger_key,
            time=now,
            subject_line=subject_line,
            trailers=trailers,
        )


def is_sample(control: Head) -> bool:
    """Return whether a store says in its first event that it is a sample, with invented data."""
    with suppress(FindingsError):
        founding = canonical.decode(control.read(FOUNDING_PATH) or b"")
        return isinstance(founding, dict) and founding.get("purpose") == "sample"
    return False


def _founding_event(foundation: Foundation, ledger_key: Signer) -> NewEvent:
    facts = StoreFounded(purpose=foundation.purpose, ledger_key=ledger_key.public.line, format=1)
    data = canonical.encode(facts.to_json())
    return NewEvent(
        facts=facts,
        subject="store",
        directory="founding",
        files=(NewFile(path=FOUNDING_PATH, data=data, media_type=JSON_TYPE),),
    )


def _form_events(foundation: Foundation) -> Sequence[NewEvent]:
    if foundation.approvers:
        return [
            release_event(form, files, foundation.approvers) for form, files in foundation.forms
        ]
    return [adoption_event(form, files) for form, files in foundation.forms]
