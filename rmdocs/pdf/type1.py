"""The number of a Type 1 font, taken from the font instead of from a counter.

LibreOffice writes the outlines of an OpenType/CFF font as Type 1 and numbers
the fonts of a process in turn (``UniqueID``), in the clear and in the
obfuscated part. Printers keep glyphs by that number, so it must differ from
font to font; here it is derived from the font's own bytes.
"""

from __future__ import annotations

import hashlib
import re

_NUMBER = re.compile(rb"/UniqueID 4\d{6} def")
_PRIVATE_FIRST, _PRIVATE_COUNT = 4_000_000, 1_000_000
"""The numbers that Adobe leaves to whoever needs some (Type 1 Font Format §2.5)."""

_KEY = 55665


def renumbered(font: bytes, clear: int, hidden: int) -> bytes:
    """Return the Type 1 program with a number that depends on its content alone.

    A font without such a number, or of another make, is returned as it is; no
    length changes.

    :param clear: bytes of the part in clear (``Length1``).
    :param hidden: bytes of the obfuscated part after it (``Length2``).
    """
    from fontTools.misc.eexec import decrypt, encrypt  # noqa: PLC0415 - see fonts

    found = _NUMBER.search(font, 0, clear)
    if found is None:
        return font
    blank = b"/UniqueID %07d def" % _PRIVATE_FIRST
    head = font[:clear].replace(found[0], blank)
    body = decrypt(font[clear : clear + hidden], _KEY)[0].replace(found[0], blank)
    digest = hashlib.sha256(head + body).digest()
    own = _PRIVATE_FIRST + int.from_bytes(digest[:8], "big") % _PRIVATE_COUNT
    number = b"/UniqueID %07d def" % own
    head, body = head.replace(blank, number), body.replace(blank, number)
    obscured: bytes = encrypt(body, _KEY)[0]
    return head + obscured + font[clear + hidden :]
