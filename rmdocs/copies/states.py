"""The state table of controlled copies: what may happen to one, and when.

Pure. Who may act is a matter of the policy; whether the revision is still in
force, of the use case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rmdocs.errors import ControlError
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, message
from rmdocs.registers.copies import Copy, CopyAct, CopyStatus

CLAUSE = "ISO 9001 §7.5.3.2"

COPY_ACTS: Mapping[CopyStatus, frozenset[CopyAct]] = MappingProxyType(
    {
        CopyStatus.ISSUED: frozenset(
            {
                CopyAct.ACKNOWLEDGE,
                CopyAct.RECALL,
                CopyAct.RETURN,
                CopyAct.REPLACE,
                CopyAct.LOSE,
            }
        ),
        CopyStatus.HELD: frozenset({CopyAct.RECALL, CopyAct.RETURN, CopyAct.REPLACE, CopyAct.LOSE}),
        # What was recalled comes back, or turns out to be lost; it is not swapped.
        CopyStatus.RECALLED: frozenset({CopyAct.RETURN, CopyAct.LOSE}),
        CopyStatus.RETURNED: frozenset(),
        CopyStatus.LOST: frozenset(),
    }
)
"""What may happen to a copy; what is not here is refused."""

_GIVEN = (
    message("its number was given already, and is never given again"),
    message("the next copy gets a number of its own"),
)
_RETURNED = (
    message("it was returned: nothing more happens to it"),
    message("issue another copy, under a new number"),
)
_LOST = (
    message("it was entered as lost: its number is void"),
    message("if it turns up, destroy it; the holder has another number"),
)
_OF_STATUS: Mapping[CopyStatus, tuple[Text, Text]] = MappingProxyType(
    {CopyStatus.RETURNED: _RETURNED, CopyStatus.LOST: _LOST}
)
_OF_ACT: Mapping[tuple[CopyStatus, CopyAct], tuple[Text, Text]] = MappingProxyType(
    {
        (CopyStatus.HELD, CopyAct.ACKNOWLEDGE): (
            message("its receipt is signed already"),
            NOTHING,
        ),
        (CopyStatus.RECALLED, CopyAct.ACKNOWLEDGE): (
            message("it was recalled: it is given back, not signed for"),
            message("take it back with: rmdocs copy return"),
        ),
        (CopyStatus.RECALLED, CopyAct.RECALL): (
            message("it was recalled already"),
            message("take it back with: rmdocs copy return"),
        ),
        (CopyStatus.RECALLED, CopyAct.REPLACE): (
            message("it was recalled: it is not swapped"),
            message("take it back, and issue a copy of the revision in force"),
        ),
    }
)


def refusal(status: CopyStatus, act: CopyAct) -> tuple[Text, Text] | None:
    """Return why a copy's status does not allow an act, and the remedy; None if it does."""
    if act in COPY_ACTS[status]:
        return None
    if act is CopyAct.ISSUE:
        return _GIVEN
    return _OF_STATUS.get(status) or _OF_ACT[status, act]


def require_act(copy: Copy, act: CopyAct) -> None:
    """Refuse an act that a copy's status does not allow.

    :raises ControlError: naming the copy, its holder and the rule.
    """
    found = refusal(copy.status, act)
    if found is not None:
        reason, remedy = found
        raise ControlError(
            message(
                "{copy}, issued to {holder}: {reason}",
                copy=copy.number,
                holder=copy.holder,
                reason=reason,
            ),
            remedy,
            clause=CLAUSE,
        )
