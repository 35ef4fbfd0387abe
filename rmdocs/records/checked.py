"""What checking a record leaves: the record tidied, and the names computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rmdocs.records.draft import RecordDraft


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record that was found without error, ready to be numbered and rendered.

    :param draft: its content tidied as the schema says; this is what is sealed.
    :param names: what expressions and templates see of it, its stages included.
    """

    draft: RecordDraft
    names: Mapping[str, Any]
