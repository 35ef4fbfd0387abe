"""Changing the policy: a new entry in the control ledger, by two people.

Earlier entries stay; the last one rules (ISO 9001 §5.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.acting import require_key, require_reason
from rmdocs.control.policy import (
    Party,
    Policy,
    party,
    policy_in_force,
)
from rmdocs.control.releasing import approve
from rmdocs.registers.zone import POLICY_DIRECTORY
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.registers.people import Person
    from rmdocs.store.event import Approval
    from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import Receipt, Store

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
        files=(NewFile(path, data, _TOML),),
        reason=reason,
        approvals=approvals,
        facts={"digest": canonical.sha256(data)},
    )


def policy_statement(data: bytes, reason: str) -> bytes:
    """Return what the approver of a new policy signs."""
    return canonical.encode({"act": "policy", "digest": canonical.sha256(data), "reason": reason})


def change_policy(  # noqa: PLR0913 - a change simply takes that much
    store: Store,
    data: bytes,
    reason: str,
    acting: Acting,
    *,
    approver: Person,
    approver_key: SigningKey,
) -> Receipt:
    """Enter a new policy, approved by a second person; it rules from then on.

    Both are judged by the policy that is in force until then.

    :raises FindingsError: if it has mistakes, or drops a separation of duties.
    :raises ControlError: if one of the two may not, they are one person, or it would
        lower the version of the rules.
    """
    new = Policy.load(data)
    require_key(acting.person, acting.key)
    require_key(approver, approver_key)
    require_reason(reason)
    with store.locked(CONTROL_REF) as branch:
        head = branch.require_head()
        policy = policy_in_force(head)
        policy.require_not_older(new)
        policy.require(acting, "policy.change")
        policy.require_person(approver, "policy.approve")
        second = Party(
            "policy.approve", str(approver.staff_no), approver.name, approver_key.fingerprint
        )
        policy.require_separate(second, (party(acting, "policy.change"),))
        entry = sum(name.endswith(".toml") for name in head.list(POLICY_DIRECTORY)) + 1
        approval = approve(policy_statement(data, reason), approver, approver_key)
        return acting.seal(
            branch,
            (policy_deed(data, entry, reason, (approval,)),),
            subject_line=f"Change the policy ({entry:04d})",
            trailers={"Event": KIND},
        )
