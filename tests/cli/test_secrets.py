"""A passphrase is typed on a terminal, and nobody sees it; without a terminal nobody is asked."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from signed import PASSPHRASE, Bureau

from rmdocs.workspace.machine import CERTIFICATE_VARIABLE

pytestmark = pytest.mark.long

PROGRAM = """
import os, sys
from pathlib import Path
if sys.argv[2]:
    os.open(sys.argv[2], os.O_RDWR)  # the terminal of this session from now on
from rmdocs.cli.context import Session
from rmdocs.cli.questions import secret_of
from rmdocs.errors import FindingsError
from rmdocs.folders import read
from rmdocs.messages import Language
from rmdocs.workspace.machine import CERTIFICATE_VARIABLE, opened
secret = secret_of(Session(language=Language.ZH), CERTIFICATE_VARIABLE)
try:
    with opened(read(Path(sys.argv[1])), secret) as credential:
        print("opened", len(credential.certificate))
except FindingsError as refusal:
    print("refused", refusal.findings[0].code, refusal.remedy.text(Language.EN))
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "a.p12"
    path.write_bytes(Bureau(Path()).a.pkcs12())
    return path


def run(certificate, typed=None, **variables):
    """Return what a person sees who opens a certificate, typing what is asked for."""
    kept = {name: value for name, value in os.environ.items() if name != CERTIFICATE_VARIABLE}
    words = [sys.executable, "-c", PROGRAM, str(certificate)]
    if typed is None:
        done = subprocess.run(
            [*words, ""],
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr
    keyboard, screen = pty.openpty()
    with subprocess.Popen(
        [*words, os.ttyname(screen)],
        env={**kept, **variables},
        stdin=screen,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
    ) as program:
        os.close(screen)
        shown = b""
        while True:
            try:
                piece = os.read(keyboard, 1024)
            except OSError:  # how Linux tells the end of a terminal
                break
            shown += piece
            if typed and shown.rstrip().endswith(b":"):
                os.write(keyboard, typed + b"\n")
                typed = b""
        os.close(keyboard)
        program.wait(60)
    return shown.decode()


def test_it_is_asked_for_and_not_shown(certificate):
    shown = run(certificate, PASSPHRASE)
    assert "a.p12 的口令" in shown
    assert "opened" in shown
    assert PASSPHRASE.decode() not in shown


def test_a_wrong_one_is_refused(certificate):
    shown = run(certificate, b"sesame")
    assert "refused CREDENTIAL-PASSPHRASE" in shown
    assert "sesame" not in shown


def test_nobody_is_asked_where_the_environment_holds_it(certificate):
    shown = run(certificate, b"", **{CERTIFICATE_VARIABLE: PASSPHRASE.decode()})
    assert shown.startswith("opened")


def test_nobody_is_asked_without_a_terminal(certificate):
    shown = run(certificate)
    assert "refused CREDENTIAL-PASSPHRASE" in shown
    assert CERTIFICATE_VARIABLE in shown
    assert "opened" in run(certificate, **{CERTIFICATE_VARIABLE: PASSPHRASE.decode()})
