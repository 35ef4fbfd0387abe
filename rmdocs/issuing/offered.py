"""The content of a stage in the file somebody gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.registers.records import RecordFolder


def offered_content(value: Json, stage: str, folder: RecordFolder) -> JsonObject:
    """Return the content of ``stage`` in a file: bare, wrapped, or among a record's stages.

    :raises FindingsError: if the file offers no such stage.
    """
    if isinstance(value, dict) and isinstance(value.get("stages"), list) and "record" in value:
        added = sum(entry.key.name == stage for entry in folder.stages)
        named = [
            item
            for item in value["stages"]
            if isinstance(item, dict) and item.get("stage") == stage
        ]
        if added < len(named):
            return _object(named[added].get("content"))
    elif isinstance(value, dict) and set(value) == {"stage", "content"}:
        if value["stage"] == stage:
            return _object(value["content"])
    elif isinstance(value, dict):
        return value
    raise FindingsError(
        (
            error(
                "STAGE-ABSENT",
                "$.stages",
                message("the file holds no stage {stage}", stage=stage),
                message("give the stage's content, or a record file with that stage"),
            ),
        )
    )


def _object(value: Json) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise FindingsError(
        (error("STAGE-CONTENT", "$.stages", message("the stage's content must be an object")),)
    )
