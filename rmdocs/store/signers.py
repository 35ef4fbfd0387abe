"""The signers' file: by it plain git (``git log --show-signature``) names signers.

A convenience for people who look with git; nothing in rmdocs trusts it. Whose
key is whose is told by the register of staff.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rmdocs.store.files import read_plain


class Signers:
    """The file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()

    def add(self, email: str, key_line: str) -> None:
        """Enter a signer, if not there yet."""
        line = _line(email, key_line)
        if line in self._known:
            return
        lines = self._read()
        if line not in lines:
            # One line, one write: another writer's line cannot come in between.
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        self._known = {*lines, line}

    def replace(self, people: Mapping[str, Sequence[str]]) -> None:
        """Write the whole file anew: e-mail to key lines."""
        self._write(_line(email, key) for email, keys in people.items() for key in keys)

    def _read(self) -> list[str]:
        try:
            return read_plain(self._path).decode("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        partial = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self._path)
        self._known = set(text.splitlines())


def _line(email: str, key_line: str) -> str:
    key = " ".join(key_line.split()[:2])
    return f'{email} namespaces="git" {key}'
