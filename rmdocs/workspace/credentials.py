"""Whose certificate signs: a file or a token, and where its secret comes from.

Secrets are read from the environment or asked of a person, never taken from a command
line, which other programs of the machine can see.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.signing.credentials import Credential

CERTIFICATE_VARIABLE = "RMDOCS_CERTIFICATE_PASSPHRASE"
"""Holds the passphrase of a PKCS#12 file."""
PIN_VARIABLE = "RMDOCS_TOKEN_PIN"
"""Holds the PIN of a token."""


Ask = Callable[[Text], str]
"""Asks a person for a secret, which is not shown while it is typed."""


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
    certificate: Path | TokenKey
    level: str = "B-B"
    authority: str = ""
    reason: str = ""
    again: bool = False


@contextmanager
def opened(certificate: Path | TokenKey, ask: Ask | None = None) -> Iterator[Credential]:
    """Lend the credential while its file or token is open.

    :param ask: asks a person for a secret that the environment does not hold.
    :raises FindingsError: if the secret is wrong, or there is no such key.
    """
    if isinstance(certificate, TokenKey):
        from rmdocs.signing.credentials import Pkcs11

        where, pin = certificate, os.environ.get(PIN_VARIABLE, "")
        if not pin and ask is not None:
            pin = ask(message("PIN of the token {name}", name=where.token))
        with Pkcs11.opened(where.module, where.token, where.label, pin) as credential:
            yield credential
        return
    yield _software(certificate, ask)


def _software(path: Path, ask: Ask | None) -> Credential:
    from rmdocs.signing.credentials import Pkcs12

    data, given = path.read_bytes(), os.environ.get(CERTIFICATE_VARIABLE)
    try:
        return Pkcs12.load(data, _secret(given), path.name)
    except FindingsError as problem:
        if given or all(one.code != "CREDENTIAL-PASSPHRASE" for one in problem.findings):
            raise
        if ask is not None:
            typed = ask(message("passphrase of {name}", name=path.name))
            return Pkcs12.load(data, _secret(typed), path.name)
        raise FindingsError(
            problem.findings,
            message("no passphrase was given"),
            message(
                "put it into the environment variable {name}, or type it on a terminal",
                name=CERTIFICATE_VARIABLE,
            ),
        ) from problem


def _secret(text: str | None) -> bytes | None:
    return text.encode(errors="surrogateescape") if text else None
