"""A bank that gives out copies of RXD7200-04, and short ways to do so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bank import Bank

from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
from rmdocs.registers.copies import CopyRegister, CopyStatus
from rmdocs.workspace import copies, revising

DOCUMENT = DocumentNumber("RXD7200-04")
HOLDER, OFFICER, AUDITOR = "JN01-0101", "SD00-0004", "SD00-0009"
TODAY, TOMORROW, LATER = date(2026, 6, 1), date(2026, 6, 2), date(2026, 7, 1)
OUTSIDE = "山东样例会计师事务所"


@dataclass
class Custody:
    """A bank and the copies it gives out."""

    bank: Bank

    def by(self, who: str | None = OFFICER, day: date = TODAY):
        return self.bank.at(who, day)

    def issue(self, day: date = TODAY, document: DocumentNumber = DOCUMENT, outside: str = ""):
        staff = None if outside else StaffNumber.parse(HOLDER)
        return copies.issue(self.by(day=day), document, staff=staff, outside=outside)

    def in_status(self, status: CopyStatus, day: date = TODAY):
        """Return a new copy that stands so."""
        copy = self.issue(day)
        if status in {CopyStatus.HELD, CopyStatus.RECALLED}:
            copy = copies.acknowledge(self.by(HOLDER, day), copy.number)
        if status is CopyStatus.RECALLED:
            copy = copies.recall(self.by(day=day), copy.number, "换岗")
        elif status is CopyStatus.RETURNED:
            copy = copies.return_(self.by(day=day), copy.number)
        elif status is CopyStatus.LOST:
            copy = copies.lose(self.by(day=day), copy.number, "遗失").lost
        assert copy.status is status
        return copy

    def do(self, act: str, number: CopyNumber, day: date = TODAY):
        """Do an act, named as the command is, on a copy."""
        officer = self.by(day=day)
        if act == "acknowledge":
            return copies.acknowledge(self.by(HOLDER, day), number)
        if act == "return":
            return copies.return_(officer, number)
        return getattr(copies, act)(officer, number, "原因")

    def get(self, number: CopyNumber):
        return CopyRegister(head=self.bank.at().registry.control).get(number)

    def revise(self, effective: date = TOMORROW):
        """Release 1.1 of RXD7200-04, in force from a day on."""
        revising.propose(self._revising(1), DOCUMENT, "增加联系方式", effective)
        revising.submit(self._revising(1), DOCUMENT)
        revising.review(self._revising(2), DOCUMENT, "")
        return revising.approve(self._revising(3), DOCUMENT, "")

    def withdraw(self, on: date, revision: str = "1.0"):
        revising.withdraw(self._revising(3), DOCUMENT, Revision.parse(revision), on, "停用")

    def _revising(self, who: int):
        """Return the procedure of revising, as author, reviewer or approver."""
        return self.bank.at(f"SD00-000{who}", TODAY)
