"""Other processes end with the one that began them, and leave it to it to be broken off."""

import os
import signal
import subprocess
import sys
import time
from concurrent import futures
from pathlib import Path

import pytest

from rmdocs.workspace import processes as module
from rmdocs.workspace.processes import MANY, processes

# Begins another process, says which, and waits to be killed.
BEGINS = """
import os, time
from rmdocs.workspace import processes as module

module.cores = lambda: 2
with module.processes(module.MANY) as executor:
    print(executor.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""
PATIENCE = 60.0


def is_there(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_they_end_with_who_began_them_however_that_ends(how):
    words = [sys.executable, "-c", BEGINS]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as begun:
        other = int(begun.stdout.readline())
        assert is_there(other)
        begun.send_signal(how)
    until = time.monotonic() + PATIENCE
    while is_there(other):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_who_breaks_off_is_told_by_this_process_alone(monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 2)
    with processes(MANY) as executor:
        other = executor.submit(os.getpid).result()
        os.kill(other, signal.SIGINT)
        assert executor.submit(os.getpid).result() == other


@pytest.mark.parametrize(("cores", "records"), [(1, 10 * MANY), (8, MANY - 1)])
def test_there_are_none_where_they_gain_nothing(cores, records, monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: cores)
    with processes(records) as executor:
        assert executor is None


@pytest.mark.parametrize("problem", [OSError, ImportError, NotImplementedError])
def test_there_are_none_where_none_can_be_begun(problem, monkeypatch):
    def refused(*_, **__):
        raise problem

    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(futures, "ProcessPoolExecutor", refused)
    with processes(MANY) as executor:
        assert executor is None


# Asks another process for something, with no guard around it.
SCRIPT = """
import os
from rmdocs.workspace import processes as module

print("once")
module.cores = lambda: 2
with module.processes(module.MANY) as executor:
    assert executor.submit(os.getpid).result() != os.getpid()
"""


def test_a_script_is_run_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("once\n", "")


BROKEN = """
import os
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from rmdocs.workspace import processes

processes.cores = lambda: 2
with processes.processes(1, worth=1) as executor:
    given = [executor.submit(os._exit, 1)]
    with suppress(BrokenExecutor):  # known so soon
        given += (executor.submit(len, bytes(1 << 22)) for _ in range(4))
    assert all(one.exception() is not None for one in given)
print("ended")
"""


def test_nothing_waits_for_what_a_killed_process_was_to_be_given():
    """More of it than a pipe holds: Python before 3.11.5 would write it for ever."""
    words = [sys.executable, "-c", BROKEN]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout == "ended\n"
