"""Concealing: of a destroyable record, only what says nothing of its content stands in clear.

Every file is encrypted with the record's key. Reason and facts go the same
way, in a file of notes, unless they are known to say nothing of the content;
the SHA-256 of each document stays, so that a copy in somebody's hands can be
told after the key is gone (ADR 0011).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.registers.records import DOCUMENTS, ENCRYPTION, NOTES
from rmdocs.store.protocol import NewFile
from rmdocs.store.vault import CIPHER

if TYPE_CHECKING:
    from rmdocs.store.protocol import Deed
    from rmdocs.store.vault import RecordKey

CLEAR = frozenset(
    {
        "edition",
        "issued_on",
        "pin",
        "unit",
        "form",
        "revision",
        "form_digest",
        "stage",
        "repeat",
        "content",
        "approver",
        "from_revision",
        "run",
        "of_edition",
        "engine",
        "formal",
        "party",
        "level",
        "pages",
        "slip",
        "copy",
        "filed_on",
        "looked",
        "named",
        "rules",
        "request",
        "request_sha256",
        "act",
        "asked_by",
    }
)
"""Facts that say nothing of a record's content: its form's own words, numbers,
paths and dates of the act, staff. Any other fact is concealed."""


READ = ("/editions/", "/renditions/", "/signatures/", "/scans/")
"""Where files lie that people hold copies of: documents and their renditions."""


def concealed(deed: Deed, key: RecordKey, place: int) -> Deed:
    """Return a deed on a destroyable record as it is sealed.

    :param place: of its event among the record's own, counted from 1.
    """
    path = f"{deed.directory}/notes/{place:02d}.json"
    hidden = {name: value for name, value in deed.facts.items() if name not in CLEAR}
    notes = canonical.encode({"reason": deed.reason, "facts": hidden})
    files = (*deed.files, NewFile(path=path, data=notes, media_type="application/json"))
    return replace(
        deed,
        files=tuple(replace(file, data=key.encrypt(file.path, file.data)) for file in files),
        reason="",
        facts={
            **{name: value for name, value in deed.facts.items() if name in CLEAR},
            ENCRYPTION: CIPHER,
            NOTES: path,
            DOCUMENTS: {
                PurePosixPath(file.path).name: canonical.sha256(file.data)
                for file in deed.files
                if any(place in file.path for place in READ)
            },
        },
    )
