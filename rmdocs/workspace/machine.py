"""What this machine makes and signs PDF with: LibreOffice, fonts, certificates."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, MissingProgramError, UsageError
from rmdocs.files import File
from rmdocs.messages import Text, by_command, message

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.pdf.engine import Engine
    from rmdocs.pdf.fonts import FontSet
    from rmdocs.signing.credentials import Credential


FONTS_VARIABLE = "RMDOCS_FONTS"
_PRINTED = ("仿宋", "楷体", "宋体")
"""Families that signatures may be printed in, the best first."""


def fonts() -> FontSet:
    """Return the fonts that PDF is made with on this machine.

    :raises UsageError: if the bank's own fonts are said to lie where no folder is.
    """
    from rmdocs.pdf.fonts import FontSet

    return FontSet.found(_own_fonts())


def _own_fonts() -> Path | None:
    own = os.environ.get(FONTS_VARIABLE)
    if own and not Path(own).is_dir():
        raise UsageError(
            message("{variable} names no folder: {path}", variable=FONTS_VARIABLE, path=own),
            message("name the folder with the fonts, or leave the variable out"),
        )
    return Path(own) if own else None


def formal_engine() -> Engine:
    """Return the engine whose PDF may be sealed.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.pdf.libreoffice import LibreOffice

    return LibreOffice.found(fonts(), os.environ.get("PATH", ""))


def any_engine() -> Engine:
    """Return the formal engine, or the embedded one where it is not installed."""
    try:
        return formal_engine()
    except MissingProgramError:
        from rmdocs.pdf.engine import PreviewEngine

        return PreviewEngine(fonts=fonts())


def printable() -> Callable[[str, bytes], Sequence[Finding]]:
    """Return what says of a document why formal PDF cannot be made of it; other processes too.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    formal_engine()
    return partial(_unprintable, fonts())


def _unprintable(here: FontSet, name: str, document: bytes) -> Sequence[Finding]:
    from rmdocs.pdf.coverage import uncovered
    from rmdocs.pdf.engine import unsafe

    return unsafe(name, document) or uncovered(name, document, here)


def unusable_fonts() -> tuple[Finding, ...]:
    """Return a warning for each of the bank's own font files that draws nothing."""
    from rmdocs.pdf.fonts import FontSet

    return FontSet.found(_own_fonts(), ()).warnings


def signature_font() -> Path:
    """Return the font file that the text of a signature is drawn with.

    :raises UsageError: if there is none that can be drawn with.
    """
    here = fonts()
    families = [found for name in _PRINTED if (found := here.family(name)) is not None]
    # The library that draws signatures opens no collections (.ttc).
    faces = [one.drawn_by()[0] for one in families]
    plain = [face.path for face in faces if face.path.suffix == ".ttf"]
    if not plain:
        raise UsageError(
            message("there is no font for the text of a signature"),
            by_command(
                message("install fonts-lxgw-wenkai, or name the bank's fonts"), "RMDOCS_FONTS"
            ),
        )
    return plain[0]


CERTIFICATE_VARIABLE = "RMDOCS_CERTIFICATE_PASSPHRASE"
"""Holds the passphrase of a PKCS#12 file."""
PIN_VARIABLE = "RMDOCS_TOKEN_PIN"
"""Holds the PIN of a token."""


Ask = Callable[[Text], str | None]
"""Gives the secret that a text names, as a person typed it or keeps it; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A key on a token (USB key, smart card, HSM).

    :param module: path of the maker's PKCS#11 library.
    :param token: the token's label.
    :param label: the label of certificate and key on it.
    """

    module: str
    token: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureOrder:
    """What somebody asks of a signature.

    :param certificate: a PKCS#12 file, or a key on a token.
    :param level: B-B, B-T or B-LT.
    :param authority: address of a time-stamping authority (RFC 3161); empty if
        none is asked.
    :param reason: why a certificate that names nobody concerned signs all the same;
        with ``again`` why signing begins anew, and for nothing else.
    :param again: begin signing anew with this signature.
    """

    party: str
    signatory: str
    certificate: File | TokenKey
    level: str = "B-B"
    authority: str = ""
    reason: str = ""
    again: bool = False


@contextmanager
def opened(certificate: File | TokenKey, ask: Ask) -> Iterator[Credential]:
    """Lend the credential while its token is open.

    :raises FindingsError: if the secret is wrong, or there is no such key.
    """
    if isinstance(certificate, TokenKey):
        from rmdocs.signing.credentials import Pkcs11

        where = certificate
        pin = ask(message("PIN of the token {name}", name=where.token)) or ""
        with Pkcs11.opened(where.module, where.token, where.label, pin) as credential:
            yield credential
        return
    yield _software(certificate, ask)


def _software(file: File, ask: Ask) -> Credential:
    from rmdocs.signing.credentials import Pkcs12

    try:
        return Pkcs12.load(file.data, None, file.base)
    except FindingsError as problem:
        if all(one.code != "CREDENTIAL-PASSPHRASE" for one in problem.findings):
            raise
        secret = ask(message("passphrase of {name}", name=file.base))
        if secret:
            data = secret.encode(errors="surrogateescape")
            return Pkcs12.load(file.data, data, file.base)
        raise FindingsError(
            problem.findings,
            message("no passphrase was given"),
            message(
                "put it into the environment variable {name}, or type it on a terminal",
                name=CERTIFICATE_VARIABLE,
            ),
        ) from problem
