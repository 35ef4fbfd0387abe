"""Whose certificate signs: a file or a token, and where its secret comes from.

Secrets are read from the environment, never from a command line, which other
programs of the machine can see.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.signing.credential import Credential

CERTIFICATE_VARIABLE = "RMDOCS_CERTIFICATE_PASSPHRASE"
"""Holds the passphrase of a PKCS#12 file."""
PIN_VARIABLE = "RMDOCS_TOKEN_PIN"
"""Holds the PIN of a token."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key on a token (USB key, smart card, HSM).

    :param module: path of the maker's PKCS#11 library.
    :param token: the token's label.
    :param label: the label of certificate and key on it.
    """

    module: str
    token: str
    label: str


@dataclass(frozen=True, slots=True)
class SignatureOrder:
    """What somebody asks of a signature.

    :param certificate: a PKCS#12 file, or a key on a token.
    :param level: B-B, B-T or B-LT.
    :param authority: address of a time-stamping authority (RFC 3161); empty if
        none is asked.
    """

    party: str
    signatory: str
    certificate: Path | Token
    level: str = "B-B"
    authority: str = ""


@contextmanager
def opened(certificate: Path | Token) -> Iterator[Credential]:
    """Lend the credential while its file or token is open.

    :raises FindingsError: if the secret is wrong, or there is no such key.
    """
    if isinstance(certificate, Token):
        from rmdocs.signing.pkcs11 import Pkcs11  # noqa: PLC0415 - pyHanko takes long to load

        pin = os.environ.get(PIN_VARIABLE, "")
        where = certificate
        with Pkcs11.opened(where.module, where.token, where.label, pin) as credential:
            yield credential
        return
    from rmdocs.signing.pkcs12 import Pkcs12  # noqa: PLC0415 - as above

    given = os.environ.get(CERTIFICATE_VARIABLE)
    secret = given.encode(errors="surrogateescape") if given else None
    try:
        software = Pkcs12.load(certificate.read_bytes(), secret, certificate.name)
    except FindingsError as problem:
        if secret or all(one.code != "CREDENTIAL-PASSPHRASE" for one in problem.findings):
            raise
        raise FindingsError(
            problem.findings,
            message("no passphrase was given"),
            message("put it into the environment variable {name}", name=CERTIFICATE_VARIABLE),
        ) from problem
    yield software
