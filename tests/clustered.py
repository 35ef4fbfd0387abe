"""A Dask cluster of processes of this machine, with certificates of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PATIENCE = 60.0
LOOPBACK = "127.0.0.1:0"


def certificate(folder: Path) -> Path:
    """Make an authority, and what it gave one key that all parts of a cluster have."""
    folder.mkdir()
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    for name, owner, is_authority in (("ca", authority, True), ("cert", key, False)):
        made = (
            x509.CertificateBuilder()
            .subject_name(_called(name))
            .issuer_name(_called("ca"))
            .public_key(owner.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .sign(authority, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, plain[1], plain[0])
    )
    return folder


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def settings(certificates: Path) -> dict[str, str]:
    """Return the settings of Dask that name a person's certificate and its authority."""
    of_client = {"client.cert": "cert", "client.key": "key", "ca-file": "ca"}
    return {
        f"distributed.comm.tls.{name}": str(certificates / f"{file}.pem")
        for name, file in of_client.items()
    }


@dataclass
class Machines:
    """A scheduler and what works for it, each a process.

    :param place: a folder of their own. :param copy: where the workers look for the store.
    """

    place: Path
    begun: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def copy(self) -> Path:
        return self.place / "copy.git"

    @property
    def address(self) -> str:
        """Return where the scheduler is, once it is there."""
        note = self.place / "scheduler.json"
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                return str(json.loads(note.read_bytes())["address"])
            time.sleep(0.02)
        raise TimeoutError(note)

    def begin(self, part: str, *how: str, tls: bool = True) -> subprocess.Popen[bytes]:
        """Begin a scheduler or a worker."""
        environment = {
            **os.environ,
            "DASK_CONFIG": str(self.place),
            "DASK_RMDOCS__STORE": str(self.copy),
            "HOME": str(self.place),
        }
        named = [
            word
            for name, file in (("ca-file", "ca"), ("cert", "cert"), ("key", "key"))
            for word in (f"--tls-{name}", str(self.place / "certificates" / f"{file}.pem"))
        ]
        note = ("--scheduler-file", str(self.place / "scheduler.json"))
        words = [
            *(sys.executable, "-m", f"distributed.cli.dask_{part}", *note),
            *(named if tls else ()),
            *how,
        ]
        log = self.place / f"{part}-{len(self.begun)}.log"
        with log.open("wb") as said:
            made = subprocess.Popen(
                words, cwd=self.place, env=environment, stdout=said, stderr=said
            )
        self.begun[log] = made
        return made

    def scheduler(self, *, tls: bool = True) -> subprocess.Popen[bytes]:
        protocol = "tls" if tls else "tcp"
        words = ("--protocol", protocol, "--host", "127.0.0.1", "--port", "0")
        return self.begin("scheduler", *words, "--dashboard-address", LOOPBACK, tls=tls)

    def worker(self, *, threads: int = 1, dashboard: str = LOOPBACK) -> subprocess.Popen[bytes]:
        words = ("--no-nanny", "--nthreads", str(threads), "--dashboard-address", dashboard)
        own = ("--memory-limit", "0", "--local-directory", str(self.place))
        return self.begin("worker", *words, *own)

    def ready(self) -> int:
        """Wait until what was begun, and not killed since, works; return how many workers do."""
        logs = [log for log, one in self.begun.items() if one.poll() is None]
        workers = [log for log in logs if log.name.startswith("worker")]
        until = time.monotonic() + _PATIENCE
        while not all(b"Starting established connection" in log.read_bytes() for log in workers):
            if time.monotonic() > until:
                raise TimeoutError(workers)
            time.sleep(0.02)
        return len(workers)

    def holds(self, store: Path) -> None:
        """Give the workers a copy of a store."""
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(store, self.copy)

    def end(self) -> None:
        for one in self.begun.values():
            one.kill()
        for one in self.begun.values():
            one.wait()


@contextmanager
def machines(place: Path) -> Iterator[Machines]:
    """Give the parts of a cluster; what was begun ends with the block."""
    found = Machines(place)
    certificate(place / "certificates")
    try:
        yield found
    finally:
        found.end()
