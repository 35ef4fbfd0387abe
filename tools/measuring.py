"""Running a program and measuring it: seconds, and the memory of all it starts."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program did.

    :param memory: bytes at most, of the process and all it started.
    :param processor: seconds of processor time of all these, which load changes little.
    """

    code: int
    output: str
    errors: str
    seconds: float
    memory: int
    processor: float


def measured(call: Sequence[str]) -> Cost:
    """Run a program, looking at its memory fifty times a second."""
    start, before = time.perf_counter(), _processor()
    most = 0
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        over = threading.Event()

        def watch() -> None:
            nonlocal most
            while not over.wait(_EVERY):
                most = max(most, sum(map(_resident, _family(process.pid))))

        watcher = threading.Thread(target=watch)
        watcher.start()
        output, errors = process.communicate()
        over.set()
        watcher.join()
    seconds = time.perf_counter() - start
    used = _processor() - before
    return Cost(process.returncode, output.decode(), errors.decode(), seconds, most, used)


def _processor() -> float:
    """Return the seconds of processor time of all that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(process: int) -> Iterator[int]:
    """Yield a process and all below it that still run."""
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def _resident(process: int) -> int:
    """Return how many bytes of memory a process holds; none if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
