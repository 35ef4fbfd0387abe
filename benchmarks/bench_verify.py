"""What verifying a store takes beside ``git fsck --full`` of the same, by turns.

    .venv/bin/python benchmarks/bench_verify.py /var/tmp/verify --records 6000
    .venv/bin/python benchmarks/bench_verify.py /var/tmp/verify --records 2000 --singly --joined

A store of visits of two units, one volume each, is made in the folder that is named, and used
again: in batches, or each in an act of its own, as it lies then or put together (``store
maintain``). What is measured are whole processes: processor time (user and system, of all that they
begin) and time by the clock, the least of the rounds, since whatever else works on a machine only
adds. Read the ratios to git's of the same run.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rmdocs.audit.ledgers import AskedOfJudge, Judge
from rmdocs.audit.pins import ledgers_of
from rmdocs.audit.workers import TREES
from rmdocs.files import File
from rmdocs.identifiers import StaffNumber
from rmdocs.store.checking import examine_ledger
from rmdocs.store.protocol import CONTROL_REF, ledger_origin
from rmdocs.workspace import records, storefiles
from rmdocs.workspace.opening import Workspace, open_workspace
from rmdocs.workspace.places import STORE_PATH


def sound_ledgers(root):
    """Go through all ledgers as verifying does in its steps 1 and 2, and no further."""
    with open_workspace(root, None) as work:
        store, found = work.store, []
        judge = Judge(store, AskedOfJudge(control=store.require_head(CONTROL_REF).commit))
        with store.objects.keeping(TREES):
            for ref in ledgers_of(store):
                head = store.require_head(ref)
                report = examine_ledger(head, judge.ledger_keys, ledger_origin(ref))
                found += [*report.findings, *judge.history(head, report)]
        assert found == [], found[0]


def made_singly(root, count, load_web):
    """Make the store with one act for each record, or take that which is there."""
    if root.is_dir():
        return
    bank = load_web.made(root, 0)
    samples = [bank.sample(f"{load_web.FORM}-{unit}") for unit in ("JN01", "YT03")]
    # Half a minute apart, as people's acts are.
    moments = (datetime.now(UTC) - timedelta(seconds=30 * left) for left in range(2 * count, 0, -1))
    people = [one["record"]["prepared_by"]["staff_no"] for one in samples]
    works = [Workspace(root, StaffNumber.parse(one), lambda: next(moments)) for one in people]
    for at, (sample, work) in zip(range(count), itertools.cycle(zip(samples, works, strict=True))):
        data = json.dumps(load_web.visit(sample, at), ensure_ascii=False).encode()
        (outcome,) = records.issue(work, [File(name="visit.json", data=data)]).outcomes
        assert outcome.number, outcome.findings
    for work in works:
        work.close()


def measured(command, environment):
    """Return processor time and time by the clock of a process, in seconds."""
    before, clock = spent(), time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return spent() - before, time.perf_counter() - clock


def spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--singly", action="store_true", help="one act for each record")
    parser.add_argument("--joined", action="store_true", help="after `rmdocs store maintain`")
    parser.add_argument("--contents", action="store_true", help="make all documents again, too")
    parser.add_argument("--sound", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sound:
        sound_ledgers(options.sound)
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    # What the tests need is loaded by no process that is measured.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    import load_web

    load_web.BATCH = 1_000
    root = options.folder / f"{options.records}{'-singly' if options.singly else ''}"
    if options.singly:
        made_singly(root, options.records, load_web)
    else:
        load_web.made(root, options.records).close()
    if options.joined:
        as_it_lay, root = root, root.with_name(f"{root.name}-joined")
        if not root.is_dir():
            shutil.copytree(as_it_lay, root)
            with open_workspace(root, None) as work:
                storefiles.maintain(work)
    rmdocs = [Path(sys.executable).with_name("rmdocs"), "--workspace", root]
    commands = {
        "git fsck --full": ["git", "-C", root / STORE_PATH, "fsck", "--full"],
        "steps 1 and 2": [sys.executable, __file__, options.folder, "--sound", root],
        "rmdocs verify": [*rmdocs, "verify"],
    }
    if options.contents:
        commands["rmdocs verify --contents"] = [*rmdocs, "verify", "--contents"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(options.folder / "cache")}
    took = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            took[name].append(measured(command, environment))
    base_cpu, base_clock = map(min, zip(*took["git fsck --full"], strict=True))
    print("| | processor time | beside git | a record | by the clock | beside git |")
    for name, found in took.items():
        cpu, clock = map(min, zip(*found, strict=True))
        cells = (
            *(f"{cpu:.2f} s", f"{cpu / base_cpu:.2f}", f"{cpu / options.records * 1000:.3g} ms"),
            *(f"{clock:.2f} s", f"{clock / base_clock:.2f}"),
        )
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
