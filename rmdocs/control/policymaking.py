"""Changing the policy: a new entry in the control ledger, by two people.

One person asks for it, another approves (``requesting``). Earlier entries
stay; the last one rules (ISO 9001 §5.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.policy import POLICY_NAME, Policy, policy_file, policy_in_force
from rmdocs.control.requesting import Kind
from rmdocs.registers.zone import POLICY_DIRECTORY
from rmdocs.store.protocol import Deed, NewFile

if TYPE_CHECKING:
    from rmdocs.store.event import Approval
    from rmdocs.store.protocol import Head

KIND = "policy"
_TOML = "application/toml"


def policy_deed(
    data: bytes, entry: int, reason: str = "", approvals: tuple[Approval, ...] = ()
) -> Deed:
    """Return the deed that enters a policy; the first one is entered at the founding."""
    path = f"{POLICY_DIRECTORY}/{entry:04d}.toml"
    return Deed(
        kind=KIND,
        subject="policy",
        directory=POLICY_DIRECTORY,
        files=(NewFile(path=path, data=data, media_type=_TOML),),
        reason=reason,
        approvals=approvals,
        facts={"digest": canonical.sha256(data)},
    )


def policy_statement(data: bytes, reason: str) -> bytes:
    """Return what the approver of a policy signed while one call took both people."""
    return canonical.encode({"act": "policy", "digest": canonical.sha256(data), "reason": reason})


def _next_entry(head: Head, data: bytes, reason: str) -> Deed:
    """Return the deed that enters a policy after those that are there.

    :raises FindingsError: if it has mistakes, or drops a separation of duties.
    :raises ControlError: if it would lower the version of the rules.
    """
    policy_in_force(head).require_not_older(Policy.load(data))
    entry = sum(name.endswith(".toml") for name in head.list(POLICY_DIRECTORY)) + 1
    return policy_deed(data, entry, reason)


CHANGE = Kind(
    act=KIND,
    asks="policy.change",
    approves="policy.approve",
    file_name=POLICY_NAME,
    deed=_next_entry,
    in_force=lambda head, _: policy_file(head),
)
"""A change of the policy; both people are judged by the one in force until then."""
