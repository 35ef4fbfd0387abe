"""What of a workbook is read: which worksheets, and what becomes of what nobody sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Hidden(StrEnum):
    """What becomes of rows, columns and worksheets that nobody sees.

    Without an answer they are refused; ``REFUSE`` where there is none to give.
    """

    ASK = ""
    REFUSE = "refuse"
    SKIP = "skip"
    USE = "use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a workbook is read.

    :param sheets: names of worksheets; none for the one that holds the rows.
    """

    sheets: tuple[str, ...] = ()
    hidden: Hidden = Hidden.ASK


ALL = Selection()
"""Nothing said: whatever is hidden, or stands on several worksheets, is asked about."""
