"""A record: where it stands, its documents, who did what when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response

from rmdocs.audit.trace import documents
from rmdocs.errors import ControlError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.names import ACT_NAMES, EVENT_NAMES, RECORD_STATUS_NAMES, named
from rmdocs.web.pages import page
from rmdocs.workspace import records

if TYPE_CHECKING:
    from rmdocs.web.pages import Visit

_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}
"""What is sent as what it is; anything else as bytes, which no browser runs."""


def _record(visit: Visit) -> Response:
    number = _number(visit)
    found = records.trace(visit.workspace, str(number))
    return visit.page(
        "record.html",
        found=found,
        status=named(RECORD_STATUS_NAMES, found.status),
        acts=[(one, named(EVENT_NAMES, one.kind)) for one in reversed(found.acts)],
        asked=named(ACT_NAMES, found.request.act) if found.request is not None else None,
    )


def _document(visit: Visit) -> Response:
    number, wanted = _number(visit), visit.request.path_params["name"]
    edition = visit.request.path_params["edition"]
    for name, data in documents(visit.workspace.registry, number, edition):
        if name == wanted:
            return attachment(name, data)
    raise ControlError(
        message("{number} has no document {name}", number=number, name=wanted),
        message("choose one of those that its page lists"),
    )


def attachment(name: str, data: bytes) -> Response:
    """Return a file to be saved, under its name; no browser opens it as a page."""
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type=kind, headers=headers)


def _number(visit: Visit) -> RecordNumber:
    """Return the number in the address, if its record is for whoever asks to see."""
    number = RecordNumber.parse(visit.request.path_params["number"])
    visit.require_unit(number.series.unit)
    return number


ROUTES = (
    page("/records/{number}", _record),
    page("/records/{number}/{edition:int}/{name}", _document),
)
