"""The drill's insider on a bank of the tests, holding its keys; and its faults, put in by name."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.drill import insider
from rmdocs.drill.drilling import ENTERED
from rmdocs.drill.faults import FAULTS, DrillFault
from rmdocs.drill.insider import ToldEvent
from rmdocs.drill.scene import Scene, all_sealed
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.places import vault

if TYPE_CHECKING:
    from bank import Bank

    from rmdocs.store.event import Actor

assert ENTERED  # so that all faults are known by their names


class Insider(insider.Insider):
    """Whoever holds all keys of a bank, and the store's directory."""

    def __init__(self, bank: Bank) -> None:
        ring = bank.at().keys
        held = [ring.load(path.stem) for path in sorted((bank.root / "keys").glob("*.key"))]
        super().__init__(bank.store, {key.public: key for key in held}, vault(bank.root))
        self.bank = bank

    def point(self, ref: str, commit: str) -> None:
        super().point(ref, commit)
        self.bank.close()


def inject(held: Insider, name: str, ref: str, seed: int = 1) -> DrillFault:
    """Put a fault into a volume; return it."""
    scene = Scene(
        path=held.path,
        insider=held,
        sealed=all_sealed(held.store),
        random=Random(seed),  # noqa: S311 - nothing is guarded
        only=ref,
    )
    FAULTS[name].inject(scene)
    held.close()
    held.bank.close()
    return FAULTS[name]


def on_control(held: Insider, who: Actor, *events: ToldEvent, **more: Any) -> None:
    """Seal an act on control, whatever it says."""
    held.append(CONTROL_REF, *events, actor=who, **more)


def customer_entered(held: Insider, who: Actor) -> None:
    """Enter a customer in control, as somebody with the key that they act with."""
    uscc = "91370112MA3DEM019E"
    value = {"uscc": uscc, "name": "济南虚构岱岳重型机械有限公司"}
    told = ToldEvent(
        kind="customer",
        subject=uscc,
        directory=f"customers/{uscc}",
        files={f"customers/{uscc}/0001.json": canonical.encode(value)},
    )
    on_control(held, who, told)
