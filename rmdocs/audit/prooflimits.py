"""What a proof of a document does not show, told by who makes it and by who judges it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rmdocs.events.kinds import kind_of, read
from rmdocs.events.records import EditionIssued, OnEdition, OnRecord, RecordDisposed, RecordVoided
from rmdocs.findings import Finding, warning
from rmdocs.messages import Text, Verbatim, by_command, message
from rmdocs.registers.officetime import DEFAULT_ZONE, zone_named
from rmdocs.store.event import Event
from rmdocs.store.proof import Proven


def moment_of(event: Event) -> str:
    """Return when an act was, where nothing says what the clocks of the office showed."""
    return f"{event.time:%Y-%m-%d %H:%M} UTC"


def clocks(time: datetime) -> Text:
    """Return a time by two clocks, where nothing says which the office goes by.

    By that of China, as ``trace`` tells it in an office there, and in UTC, as it is sealed.
    """
    zone = zone_named(DEFAULT_ZONE)
    return message(
        "{local} {zone}, {utc} UTC",
        local=time.astimezone(zone).isoformat(" ", "seconds"),
        zone=DEFAULT_ZONE,
        utc=f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    )


def act_of(event: Event) -> Text:
    """Return what an act is called."""
    kind = kind_of(event)
    return kind.TOLD if kind is not None else Verbatim(event.kind)


def limits(proven: Proven) -> Iterator[Finding]:
    """Yield what a proof does not show, and what it shows besides."""
    event, later, checkpoint = proven.event, proven.later, proven.checkpoint
    number, said = event.subject, read(event)
    if later is not None:
        yield not_last(number, later)
    if isinstance(said, OnRecord) and said.concealment is not None:
        yield warning(
            "PROOF-CONCEALED",
            number,
            message(
                "the record is stored encrypted: of the document its SHA-256 is proved, of what"
                " the record says nothing; that holds after its key is destroyed, too"
            ),
        )
    yield warning(
        "PROOF-UNTIL",
        number,
        message(
            "it is shown for the ledger as it stood at {count} event(s); whether the record was"
            " changed, voided or disposed of after that, no file can show",
            count=checkpoint.size,
        ),
        by_command(message("ask the branch what counts now"), f"rmdocs trace {number}"),
    )
    yield warning(
        "PROOF-KEY-THEN",
        event.actor.staff_no,
        message(
            "the key was entered as that of {name} before the act; that it had not been replaced"
            " or revoked, and that they had not left by then, is not shown",
            name=event.actor.name,
        ),
        by_command(message("have the whole store verified"), "rmdocs verify"),
    )
    if proven.machine:
        yield warning(
            "PROOF-LEDGER-KEY",
            checkpoint.origin,
            message(
                "the checkpoint is signed by the machine {machine}, to which the key that you trust"
                " leads; that its key had not ended by then is not shown",
                machine=proven.machine,
            ),
            by_command(message("have the whole store verified"), "rmdocs verify"),
        )
    if not proven.witnesses:
        remedy = _ASK_WITNESSES if proven.others else _COMPARE
        yield warning("PROOF-UNWITNESSED", checkpoint.origin, _unwitnessed(proven), remedy)


_COMPARE = message(
    "compare the check code (核验码) with a checkpoint that was kept elsewhere, or with the one"
    " printed on a later document"
)
_ASK_WITNESSES = by_command(
    message("have them judged by a policy of your own, if they are of witnesses whom you know"),
    "rmdocs verify-file FILE P --keys K --policy POLICY",
)


def _unwitnessed(proven: Proven) -> Text:
    if proven.others:
        return message(
            "{count} more line(s) stand below the checkpoint as signatures, and were not judged:"
            " whoever has the ledger's key could show you another history than others",
            count=proven.others,
        )
    return message(
        "nobody but the ledger's own key signed the checkpoint: whoever has that key could show"
        " you another history than others"
    )


def not_last(number: str, later: Event) -> Finding:
    """Return what is told of an act by which an earlier one of the record is not the last word."""
    return warning(
        "PROOF-NOT-LAST",
        number,
        _superseded(later),
        by_command(message("ask for what counts now"), f"rmdocs trace {number}"),
    )


def _superseded(later: Event) -> Text:
    said, moment = read(later), moment_of(later)
    if isinstance(said, RecordVoided):
        return message("the record was declared void (作废) on {day}", day=moment)
    if isinstance(said, RecordDisposed):
        return message("the record was disposed of on {day}", day=said.disposed_on)
    if isinstance(said, EditionIssued):
        return message(
            "edition {edition} replaced it on {day}",
            edition=said.edition.number,
            day=said.edition.issued_on,
        )
    if isinstance(said, OnEdition):
        return message(
            "signing began anew on {day}: what was signed before counts no more", day=moment
        )
    return message("{act} on {day}", act=act_of(later), day=moment)
