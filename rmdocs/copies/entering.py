"""Entering what happens to copies in the control ledger: its lock, the policy, the commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.canonical import Json
from rmdocs.control.acting import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.copies.states import require_act
from rmdocs.identifiers import CopyNumber
from rmdocs.registers.copies import Copy, CopyAct, CopyRegister, copy_directory
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.store.protocol import Branch, Head, Store


@dataclass(frozen=True, slots=True)
class LockedControl:
    """The control ledger under its lock, and who acts."""

    branch: Branch
    acting: Acting

    @property
    def head(self) -> Head:
        """Return the ledger as it stands."""
        return self.branch.require_head()

    @property
    def copies(self) -> CopyRegister:
        """Return the copies as they stand."""
        return CopyRegister(self.head)

    def require(self, act: str) -> None:
        """Refuse an act that the policy does not give to who acts.

        :param act: as the policy calls it, such as ``copy.issue``.
        :raises ControlError: naming the person, the act and the roles.
        """
        policy_in_force(self.head).require(self.acting, act)

    def copy(self, number: CopyNumber, act: CopyAct) -> Copy:
        """Return a copy to which something is to happen.

        :raises ControlError: if there is no such copy, or its status does not
            allow the act.
        """
        copy = self.copies.get(number)
        require_act(copy, act)
        return copy

    def deed(
        self,
        number: CopyNumber,
        act: CopyAct,
        *,
        reason: str = "",
        files: tuple[NewFile, ...] = (),
        facts: Mapping[str, Json] = MappingProxyType({}),
    ) -> Deed:
        """Return the deed of an act on a copy, done today.

        :param facts: what the event says besides the day.
        """
        return Deed(
            kind=act.value,
            subject=str(number),
            directory=copy_directory(number),
            files=files,
            reason=reason.strip(),
            facts={"on": self.acting.today.isoformat(), **facts},
        )

    def enter(self, deeds: Sequence[Deed]) -> list[Copy]:
        """Seal deeds together, or none of them; return their copies as they stand then."""
        acts = dict.fromkeys(deed.kind for deed in deeds)
        numbers = [CopyNumber.parse(deed.subject) for deed in deeds]
        verb = deeds[0].kind.removeprefix("copy-").capitalize()
        more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
        self.acting.seal(
            self.branch,
            deeds,
            subject_line=f"{verb} copy {numbers[0]}{more}",
            trailers={"Event": "\n".join(acts), "Copy": "\n".join(map(str, numbers))},
        )
        return [self.copies.get(number) for number in numbers]


@contextmanager
def control_locked(store: Store, acting: Acting) -> Iterator[LockedControl]:
    """Give the control ledger under its lock.

    :raises ControlError: if the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        yield LockedControl(branch, acting)
