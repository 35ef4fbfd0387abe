"""Entering acts of disposition in the control ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rmdocs.control.acting import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.control.policy import Policy
    from rmdocs.store.protocol import Branch, Deed, Store


@contextmanager
def control_locked(store: Store, acting: Acting) -> Iterator[tuple[Branch, Policy]]:
    """Give the control ledger under its lock, and the policy in force.

    :raises ControlError: if the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        yield branch, policy_in_force(branch.require_head())


def enter(branch: Branch, acting: Acting, deeds: Sequence[Deed]) -> None:
    """Seal deeds on one subject, in one commit."""
    kinds = [deed.kind for deed in deeds]
    acting.seal(
        branch,
        deeds,
        subject_line=f"{kinds[0].capitalize()} {deeds[0].subject}",
        trailers={"Event": "\n".join(kinds), "Subject": deeds[0].subject},
    )
