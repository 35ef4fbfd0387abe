"""A record or stage that somebody has begun to fill in, as a file: what was typed, key by key.

The terminal keeps one beside the record file to be, the server one for whoever writes; each
goes on with what the other kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import error
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.intake.typed import Typed

_INSIDE = frozenset({"form", "stage", "defaults", "answers"})
"""What every draft's file says."""
_ON_THE_SERVER = frozenset({"version", "changed", "issued", "record", "edition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is kept of a record, or of a stage, that is not finished.

    :param stage: the stage's name; empty if it is a record.
    :param offered: a record, or a stage's content, whose values are offered.
    :param version: counted up each time that what was typed changes; 0 off the server.
    :param changed: when it last did; None off the server.
    :param issued: the number that it became, or empty.
    :param record: the number of the record that it is a stage of, or corrects; empty if it
        is a new one.
    :param edition: that of the record which whoever writes has before them; 0 of a new one.
    """

    form: DocumentNumber
    stage: str = ""
    offered: JsonObject = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    version: int = 0
    changed: datetime | None = None
    issued: str = ""
    record: str = ""
    edition: int = 0


def read_draft(file: File, stage: str | None = "") -> Draft:
    """Return a draft, which must be of the stage; of a record if that is empty; None for either.

    :raises FindingsError: if the file is none.
    """
    try:
        return _parsed(json.loads(file.data), stage)
    except (ValueError, TypeError, AttributeError, RecursionError, UsageError) as problem:
        reason = message("this is no draft of a record")
        remedy = message("name the file that rmdocs new kept when it was broken off")
        if stage:
            reason = message("this is no draft of the stage {stage}", stage=stage)
            remedy = message("move it away, and begin again with the same command")
        raise FindingsError((error("DRAFT", file.base, reason, remedy),)) from problem


def _parsed(value: JsonObject, stage: str | None) -> Draft:
    if not _INSIDE <= value.keys() <= _INSIDE | _ON_THE_SERVER:
        raise ValueError
    if stage is not None and value["stage"] != stage:
        raise ValueError
    changed = value.get("changed")
    return Draft(
        form=DocumentNumber.parse(value["form"]),
        stage=str(value["stage"]),
        offered=dict(value["defaults"]),
        typed={str(key): str(text) for key, text in value["answers"].items()},
        version=int(value.get("version", 0)),
        changed=None if changed is None else datetime.fromisoformat(changed),
        issued=str(value.get("issued", "")),
        record=str(value.get("record", "")),
        edition=int(value.get("edition", 0)),
    )


def write_draft(draft: Draft) -> bytes:
    """Return a draft as a file."""
    value: dict[str, object] = {
        "form": str(draft.form),
        "stage": draft.stage,
        "defaults": draft.offered,
        "answers": draft.typed,
    }
    if draft.changed is not None:
        value |= {
            "version": draft.version,
            "changed": draft.changed.isoformat(),
            "issued": draft.issued,
        }
    if draft.record:
        value |= {"record": draft.record, "edition": draft.edition}
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()
