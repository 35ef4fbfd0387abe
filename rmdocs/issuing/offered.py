"""The content of a stage in the file somebody gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.records.check import STAGE_PATH, STAGES_LABEL

if TYPE_CHECKING:
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.registers.records import RecordFolder


def offered_content(value: Json, stage: str, title: Text, folder: RecordFolder) -> JsonObject:
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
        if named:
            raise FindingsError((_all_added(title),))
    elif isinstance(value, dict) and set(value) == {"stage", "content"}:
        if value["stage"] == stage:
            return _object(value["content"])
    elif isinstance(value, dict):
        return value
    raise FindingsError(
        (
            error(
                "STAGE-ABSENT",
                STAGE_PATH,
                message("the file holds no stage “{stage}”", stage=title),
                message("give the stage's content, or a record file with that stage"),
                label=STAGES_LABEL,
            ),
        )
    )


def _object(value: Json) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise FindingsError(
        (
            error(
                "STAGE-CONTENT",
                STAGE_PATH,
                message("the stage's content must be an object"),
                message("give the stage's content, or a record file with that stage"),
                label=STAGES_LABEL,
            ),
        )
    )


def _all_added(title: Text) -> Finding:
    return error(
        "STAGE-ADDED",
        STAGE_PATH,
        message("every stage “{stage}” in the file was added before", stage=title),
        message("what was added stays as it is; give only what comes after it"),
        label=STAGES_LABEL,
    )
