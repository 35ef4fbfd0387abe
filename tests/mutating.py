"""Bytes changed as accidents and forgers change them, in files and inside of their parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from hypothesis import strategies as st

Change = Callable[[bytes], bytes]

_KINDS = ("flip", "flip", "set", "drop", "double", "cut", "insert", "swap")
_TOKENS = (b"", b"\0", b"\xff", b"0", b"-1", b"9" * 30, b'"', b"<", b"&", b"{", b"]", b"\n")


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Draw what changes bytes in one to three places."""
    edits = draw(
        st.lists(
            st.tuples(
                st.sampled_from(_KINDS),
                st.integers(0, 1 << 24),
                st.integers(0, 255),
                st.sampled_from(_TOKENS),
            ),
            min_size=1,
            max_size=3,
        )
    )

    def change(data: bytes) -> bytes:
        for kind, place, byte, token in edits:
            data = _edited(data, kind, place, byte, token)
        return data

    return change


def _edited(data: bytes, kind: str, place: int, byte: int, token: bytes) -> bytes:
    at = place % (len(data) or 1)
    before, here, after = data[:at], data[at : at + 1], data[at + 1 :]
    made = {
        "flip": before + bytes(one ^ 1 << byte % 8 for one in here) + after,
        "set": before + token + after,
        "drop": before + after[byte % 40 :],
        "double": data[: at + 1 + byte] + data[at:],
        "cut": before,
        "insert": before + token * (byte % 5) + data[at:],
        "swap": data[at:] + before,
    }
    return made[kind]


def within(data: bytes, place: int, change: Change) -> bytes:
    """Return a package (DOCX, XLSX) of which one part is changed, and packed again."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        names = sorted(before.namelist())
        for name in names:
            content = before.read(name)
            after.writestr(name, change(content) if name == names[place % len(names)] else content)
    return made.getvalue()
