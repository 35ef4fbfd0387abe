"""Revoked keys and confirmed acts, as events of control tell of them."""

from datetime import UTC, datetime

from rmdocs import canonical
from rmdocs.identifiers import StaffNumber
from rmdocs.registers.ledgerkeys import MachineOrder
from rmdocs.registers.revocations import RevocationOrder, RevocationRegister
from rmdocs.store.checkpoint import Checkpoint, parse_verifier_line
from rmdocs.store.event import Actor, Event

WHO, CONTROL = "JN01-0101", "rmdocs/control"
REVOKED, GOOD = "SHA256:" + "R" * 43, "SHA256:" + "G" * 43


def event(kind, index, key, facts):
    return Event(
        kind=kind,
        subject=f"key {WHO}",
        index=index,
        actor=Actor(staff_no=WHO, name="王样例", fingerprint=key),
        time=datetime(2026, 3, 2, tzinfo=UTC),
        reason="",
        relied_on=None,
        previous=None,
        renderer="",
        files=(),
        facts={"staff_no": WHO, **facts},
    )


def chain(count, last):
    """Return a revocation, and confirmations of which each confirms the one before it."""
    events = [event("revoke", 0, GOOD, {"fingerprint": REVOKED, "ledgers": [], "digest": "0" * 64})]
    for index in range(1, count):
        before = events[-1]
        digest = canonical.sha256(before.to_bytes())
        acts = [{"ledger": CONTROL, "index": before.index, "digest": digest}]
        key = last if index == count - 1 else REVOKED
        events.append(event("confirm-acts", index, key, {"acts": acts}))
    return events


def test_confirmations_of_confirmations_are_judged_however_many_follow_one_another():
    """Whoever has the revoked key can seal thousands: they are all told, and nothing breaks."""
    for last, confirmed in ((REVOKED, False), (GOOD, True)):
        events = chain(3000, last)
        found = [*RevocationRegister(events).questioned_of(CONTROL, events)]
        assert len(found) == 2999 - confirmed
        assert {one.confirmed is not None for one in found[:-1]} == {confirmed}


KEY = "rmdocs-ledger+bdb02775+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


def test_an_order_is_the_bytes_that_earlier_versions_sealed():
    """What was sealed is known by its bytes."""
    revoked = RevocationOrder(
        staff_no=StaffNumber.parse(WHO),
        name='王"样\\例',
        fingerprint=REVOKED,
        since=datetime(2026, 3, 2, 8, tzinfo=UTC),
    )
    assert revoked.to_toml().decode() == (
        'staff_no = "JN01-0101"\nname = "王\\"样\\\\例"\n'
        f'key = "{REVOKED}"\nin_doubt_from = "2026-03-02T08:00:00Z"\n'
    )
    assert RevocationOrder.from_toml(revoked.to_toml()) == revoked
    machine = MachineOrder(
        machine="JN01-server",
        key=parse_verifier_line(KEY),
        ledgers=("control", "records/*/JN01"),
        late=(Checkpoint(origin="rmdocs/records/R/JN01/2026/1", size=2, root=bytes(32)),),
    )
    assert machine.to_toml().decode() == (
        f'machine = "JN01-server"\nkey = "{KEY}"\n'
        'ledgers = ["control", "records/*/JN01"]\n'
        f'late = ["rmdocs/records/R/JN01/2026/1 2 {"0" * 64}"]\n'
    )
    assert MachineOrder.from_toml(machine.to_toml()) == machine
