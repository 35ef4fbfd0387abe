"""Every test has the markers of the programs it uses, and no others.

Before each program a script is put in ``PATH`` that writes down the call and lets it
through only where the running test is marked for it; so calls by git or by a command
that a test starts count too. A test fails if it, or a fixture it asks for, used what
it is not marked for, or if it is marked for what neither used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from rmdocs.pdf import fonts

PROGRAMS = {
    "soffice": "office",
    "libreoffice": "office",
    **dict.fromkeys(("pdffonts", "pdfinfo", "pdfsig", "pdftoppm", "pdftotext"), "poppler"),
    "qpdf": "qpdf",
    "ssh-keygen": "ssh_keygen",
    "strace": "strace",
    "softhsm2-util": "softhsm",
    "go": "go",
    **dict.fromkeys(("chromium-headless-shell", "chromium"), "browser"),
}
CALC, FONTS = "calc", "fonts"
MARKERS = {*PROGRAMS.values(), CALC, FONTS}
_SCRIPT = """#!/bin/sh
marker={marker}
case "$*" in *.xlsx*) [ $marker != office ] || marker=calc ;; esac
echo $marker >>"{place}/used"
grep -qx $marker "{place}/allowed" || {{
    echo "{name}: this test is not marked $marker" >&2
    exit 127
}}
exec "{program}" "$@"
"""


class Watch:
    """Which programs the running test, or a fixture being made, uses."""

    def __init__(self) -> None:
        self._place = Path(mkdtemp(prefix="rmdocs-programs-"))
        self._by_fixture: dict[object, set[str]] = {}
        scripts = self._place / "bin"
        scripts.mkdir()
        for name, marker in PROGRAMS.items():
            if program := shutil.which(name):
                script = scripts / name
                script.write_text(
                    _SCRIPT.format(marker=marker, place=self._place, name=name, program=program)
                )
                script.chmod(0o755)
        self._forget()
        self._path = os.environ["PATH"]
        os.environ["PATH"] = f"{scripts}{os.pathsep}{self._path}"
        self._stand_ins = fonts._stand_ins
        fonts._stand_ins = self._watched_stand_ins

    def _watched_stand_ins(self, system):
        for path in system:
            if any(Path(path).is_relative_to(place) for place in fonts.SYSTEM):
                self.note([FONTS])
        return self._stand_ins(system)

    def _forget(self) -> None:
        for name in ("used", "allowed"):
            (self._place / name).write_text("")

    @property
    def used(self) -> set[str]:
        """Return the markers of what was used since the test began."""
        return set((self._place / "used").read_text().split())

    def note(self, markers: Iterable[str]) -> None:
        """Note that what has these markers was used, if by another process."""
        with (self._place / "used").open("a", encoding="ascii") as used:
            used.writelines(f"{marker}\n" for marker in markers)

    @contextmanager
    def noting(self) -> Iterator[set[str]]:
        """Give the markers of what is used meanwhile; they are there at the end."""
        before, found = (self._place / "used").read_text(), set()
        yield found
        found |= set((self._place / "used").read_text().removeprefix(before).split())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._forget()
        (self._place / "allowed").write_text("\n".join(marked(item)))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        with self.noting() as used:
            made = yield
        self._by_fixture[fixturedef] = used
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item):
        result = yield
        used = self.used
        for name in item.fixturenames:
            for definition in item._fixtureinfo.name2fixturedefs.get(name, ()):
                used |= self._by_fixture.get(definition, set())
        assert_truly_marked(marked(item), used)
        return result

    def pytest_unconfigure(self) -> None:
        fonts._stand_ins = self._stand_ins
        os.environ["PATH"] = self._path
        shutil.rmtree(self._place)


def marked(item: pytest.Item) -> set[str]:
    """Return the programs' markers of a test."""
    return MARKERS & {marker.name for marker in item.iter_markers()}


def assert_truly_marked(marks: set[str], used: set[str]) -> None:
    """Fail where a test's markers are not what it used."""
    assert used <= marks, f"not marked for what it uses: {', '.join(sorted(used - marks))}"
    assert marks <= used, f"marked for what it does not use: {', '.join(sorted(marks - used))}"
