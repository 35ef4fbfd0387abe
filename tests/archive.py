"""An archive at work: encrypted records that have come due, and who decides on them."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rmdocs.disposition.proposing import ProposedAction
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.holds import Held
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import disposition, records, store

if TYPE_CHECKING:
    from bank import Bank

    from rmdocs.registers.disposals import Disposal
    from rmdocs.registers.holds import Hold
    from rmdocs.workspace.opening import Workspace

DUE = date(2032, 1, 2)
EARLY, LATE = date(2031, 12, 31), date(2026, 12, 31)
OFFICER, AUDITOR, PRESIDENT = "SD00-0004", "SD00-0009", "JN01-0002"
IN_CLEAR = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
NUMBERS = tuple(RecordNumber.parse(f"RXD7200-05-JN01-2026-000{n}") for n in (1, 2, 3))
ELSEWHERE = RecordNumber.parse("RXD7200-05-YT03-2026-0001")
IN_TWO_VOLUMES = (*NUMBERS[:2], ELSEWHERE)
ANSWERS = ("只有第一张回访单写着的话", "只有第二张回访单写着的话", "只有第三张回访单写着的话")


def fill(bank: Bank, sample: dict[str, Any]) -> None:
    """Issue a call log in clear, then three call-backs, each saying something of its own."""
    assert bank.walk(bank.sample("RXD7200-02-JN01")) == IN_CLEAR
    for number, answer in zip(NUMBERS, ANSWERS, strict=True):
        one = copy.deepcopy(sample)
        one["record"]["content"]["questions"][0]["answer"] = answer
        assert bank.walk(one) == number


def propose_in_two_volumes(bank: Bank, sample: dict[str, Any]) -> None:
    """Issue a call-back in another unit; propose to destroy it and two of the others."""
    one = copy.deepcopy(sample)
    one["record"]["unit"] = "YT03"
    one["record"]["prepared_by"] = {"name": "刘样例", "staff_no": "YT03-0301"}
    one["record"]["content"]["caller"] = one["record"]["prepared_by"]
    one["stages"][0]["content"]["name"] = "钱部长"
    assert bank.walk(one) == ELSEWHERE
    archive = Archive(bank)
    list(records.find(archive.at(), Query()))
    archive.propose(*IN_TWO_VOLUMES)


@dataclass
class Archive:
    """A bank whose call-backs have come due, on a day."""

    bank: Bank
    day: date = DUE

    def at(self, actor: str | None = None) -> Workspace:
        return self.bank.at(actor, self.day)

    def by(self, actor: str) -> Workspace:
        return self.at(actor)

    def hold(
        self, held: Held | None = None, kind: str = "litigation", actor: str = AUDITOR
    ) -> Hold:
        return disposition.place_hold(
            self.by(actor), held or Held.record(str(NUMBERS[0])), kind, "另案"
        )

    def propose(self, *numbers: RecordNumber, actor: str = OFFICER, **wanted: Any) -> Disposal:
        return disposition.propose(
            self.by(actor), numbers or NUMBERS, ProposedAction(**wanted), "保管期满"
        )

    def approve(self, disposal: Disposal, actor: str = AUDITOR) -> Disposal:
        return disposition.approve(self.by(actor), disposal.number)

    def dispose(self, *numbers: RecordNumber) -> Disposal:
        return self.approve(self.propose(*numbers))

    def codes(self) -> set[str]:
        return {finding.code for finding in store.verify(self.at()).findings}

    def indexed(self) -> bytes:
        """Return every byte of the search index and its journal."""
        return b"".join(path.read_bytes() for path in self.bank.index_files())
