"""Makes the store beside this file: with the code of a release, before the next one is begun.

What it holds is what that release accepted, right or wrong; it is never made
again by newer code. In a tree of the release, with its tests' helpers::

    PYTHONPATH=.:tests python make.py store.tar.gz
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sys
import tarfile
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bank import FIFTH, Bank

from rmdocs.beginning import begin, built_in
from rmdocs.identifiers import DocumentNumber, StaffNumber, UnitCode
from rmdocs.registers.holds import Held

RM, SECOND, HEAD, PRESIDENT = "JN01-0101", "JN01-0102", "JN01-0001", "JN01-0002"
NOBODY = {"name": "张三", "staff_no": "JN01-0198"}
UNSEEN = "\u200b\u200b"  # zero-width spaces
GUARANTOR = {"name": UNSEEN, "uscc": None, "address": None, "phone": None}
MANAGER = "relationship_manager"
KEPT = ("keys", "record-keys", "records/store.git")


def main(target: Path) -> None:
    """Make the store and pack it."""
    with TemporaryDirectory() as directory:
        desk = Path(directory) / "desk"
        for source in (built_in(), FIFTH):
            for name in ("forms", "schemas"):
                shutil.copytree(source / name, desk / name, dirs_exist_ok=True)
        manifest = desk / "forms" / "RXD7200-05" / "form.toml"
        text = manifest.read_text(encoding="utf-8").replace('"internal"', '"personal"')
        manifest.write_text(text, encoding="utf-8")
        bank = Bank(Path(directory) / "bank")
        begin(bank.root, sample=True, now=datetime(2026, 1, 5, 9, tzinfo=UTC), desk=desk)
        _live(bank)
        assert bank.codes() == set()
        bank.git("gc", "--quiet", "--aggressive", "--prune=now")
        _pack(bank.root, target)


def _live(bank: Bank) -> None:
    """Let happen what the release let happen, and much that newer rules would not."""
    plan, agreement, visit, notice = (bank.sample(f"RXD7200-0{n}-JN01") for n in (3, 1, 2, 4))
    # RXD7200-03-JN01-2026-0001: with a second planner nobody knows; amended.
    plan["record"]["content"]["co_planner"] = NOBODY
    number = bank.walk(plan)
    plan["record"]["content"]["budget"]["amount"] = 7.5
    file = bank.write(plan["record"])
    bank.at(RM, date(2026, 1, 20)).amend(number, file, "预算调整")
    # RXD7200-01-JN01-2026-0001: a representative's name with spaces in it.
    agreement["record"]["content"]["party_a"]["representative"]["name"] = "陈 虚 实"
    agreement["stages"][0]["content"]["party_a"]["signatory"] = "陈 虚 实"
    bank.walk(agreement)
    # RXD7200-02: 0001 with a second manager nobody knows, reviewed by one of two; 0002 with
    # the second manager's name in another spacing, relating to nothing; 0003 is void.
    visit["record"]["content"]["rm_second"] = NOBODY
    head = visit["stages"][0]
    day = date(2026, 4, 10)
    bank.add(bank.issue(visit, day), head["stage"], head["content"], HEAD, day)
    other = deepcopy(visit)
    other["record"]["related"] = ["RXD7200-01-JN01-2026-0099"]
    other["record"]["content"]["rm_second"] = {"name": "赵 样例", "staff_no": SECOND}
    other["record"]["content"]["visit"]["topic"] = "关联的协议不存在"
    bank.issue(other, day)
    other["record"]["content"]["visit"]["topic"] = "误录"
    wrong = bank.issue(other, day)
    bank.at(RM, date(2026, 4, 20)).void(wrong, "误录", StaffNumber.parse(HEAD))
    # RXD7200-04: 0001 and 0002 of one IOU and maturity; 0001 with a guarantor nobody can see.
    again = deepcopy(notice)
    notice["record"]["content"]["guarantors"] = [GUARANTOR]
    day = date(2026, 9, 15)
    delivery = notice["stages"][0]
    bank.add(bank.issue(notice, day), delivery["stage"], delivery["content"], RM, day)
    again["record"]["content"]["iou_no"] = "jk 20251017001"
    again["record"]["content"]["contract"]["no"] += "-2"
    bank.issue(again, day)
    # RXD7200-05-JN01-2026-0001: encrypted.
    call = json.loads((FIFTH / "forms" / "RXD7200-05" / "sample.json").read_bytes())
    bank.walk(call)
    # On control: the customer under another name, a key once more, a hold, a copy.
    day = date(2026, 11, 2)
    uscc = visit["record"]["content"]["customer"]["uscc"]
    facts = {"name": "济南虚构岱岳重工有限公司", "category": "重要"}
    bank.at(RM, day).customers.enter(uscc, facts)
    officer = bank.at("SD00-0004", day)
    officer.add_person(StaffNumber.parse(SECOND), "赵样例", UnitCode.parse("JN01"), [MANAGER])
    officer.copies.issue(DocumentNumber.parse("RXD7200-04"), staff=StaffNumber.parse(RM))
    officer.disposition.place_hold(Held.record(str(wrong)), "litigation", "诉讼需要")


def _pack(root: Path, target: Path) -> None:
    """Pack what is kept of the workspace, the same bytes for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(found for name in KEPT for found in (root / name).rglob("*")):
            entry = archive.gettarinfo(path, str(path.relative_to(root)))
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            with path.open("rb") if path.is_file() else io.BytesIO() as data:
                archive.addfile(entry, data)
    target.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
