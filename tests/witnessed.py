"""Witnesses at clones of a bank, and policies that know them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bank import LATE, Bank

from rmdocs.files import File
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.keys import SigningKey
from rmdocs.workspace import store, witnessing

if TYPE_CHECKING:
    from rmdocs.workspace.witnessing import Witnessing


def clone(bank: Bank, place: Path) -> Bank:
    """Return another bank as this one stands, with all its keys."""
    return Bank(Path(shutil.copytree(bank.root, place, copy_function=shutil.copy)))


def fetch(bank: Bank, other: Bank, what: str = "refs/*") -> None:
    """Bring over what another clone holds, as git's fetch of a mirror does."""
    bank.git("fetch", "-q", str(other.store), f"+{what}:{what}")
    bank.close()


class Witness:
    """A witness, at whatever clone it looks; its key is made at the first."""

    def __init__(self, name: str, bank: Bank) -> None:
        self.name, self.home = name, bank
        self.line = witnessing.own_key(bank.at(), name).line
        self.key = WitnessKey.parse(self.line.split(" ")[2])

    @property
    def signer(self) -> SigningKey:
        return self.home.at().keys.load(f"witness-{self.name}")

    @property
    def ref(self) -> str:
        return f"refs/witness/{self.name}"

    def look(self, bank: Bank | None = None, day: date = LATE) -> Witnessing:
        """Look at a clone; return what it found."""
        bank = bank or self.home
        if bank is not self.home:
            work = self.home.at()
            for suffix in (".key", ".pub"):
                path = work.keys.path(f"witness-{self.name}").with_suffix(suffix)
                shutil.copy(path, bank.root / "keys" / path.name)
        return witnessing.witness(bank.at(day=day), self.name)


def policy(*witnesses: Witness, rule: str = "all", log: str = "") -> bytes:
    """Return a policy that asks for them."""
    lines = [f"log {log}"] if log else []
    lines += [one.line for one in witnesses]
    names = " ".join(one.name for one in witnesses)
    lines += [f"group everybody {rule} {names}", "quorum everybody", ""]
    return "\n".join(lines).encode()


def told(bank: Bank, data: bytes | None) -> set[str]:
    """Verify a store by a policy; return the codes of what is told."""
    file = File(name="policy", data=data) if data is not None else None
    found = store.verify(bank.at(), policy=file)
    return {finding.code for finding in found.findings}
