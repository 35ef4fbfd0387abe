"""Running another program within bounds of time, memory and output, alone.

The program sees a directory of its own as home, a plain locale, and nothing
else of the environment; when its time is up it is killed with everything it
started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_MEMORY = 4 * 2**20
"""Kibibytes of address space one program may take."""

LARGEST_FILE = 2**20
"""Blocks of 512 bytes that a file it writes may have."""

_LAST = 500
_BOUNDED = 'ulimit -v "$1" && ulimit -f "$2" && shift 2 && exec "$@"'


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ended.

    :param code: its exit code; negative for a signal, None if its time was up.
    :param output: what it wrote to standard output.
    :param said: the end of what it wrote to standard error.
    """

    code: int | None
    output: str
    said: str


def run(
    command: Sequence[str | Path],
    home: Path,
    seconds: float,
    environment: Mapping[str, str],
) -> Ending:
    """Run ``command`` and wait for its end, ``seconds`` at most.

    :param home: an existing directory, its working directory and home.
    :param environment: what it is told besides: ``PATH``, for one.
    """
    told = {"HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    bounds = (str(MOST_MEMORY), str(LARGEST_FILE))
    with (home / "said.out").open("w+b") as out, (home / "said.err").open("w+b") as err:
        program = subprocess.Popen(  # noqa: S603 - a list, no shell between
            ["/bin/sh", "-c", _BOUNDED, "sh", *bounds, *map(str, command)],
            cwd=home,
            env={**told, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            code: int | None = program.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if program.poll() is None:
                _kill_group(program)
        return Ending(code, _tail(out.name), _tail(err.name))


def _kill_group(program: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _tail(path: str) -> str:
    return Path(path).read_bytes()[-_LAST:].decode(errors="replace").strip()
