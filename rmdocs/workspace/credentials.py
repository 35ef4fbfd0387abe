"""Whose certificate signs: a file or a token, and the secret that opens it, when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.signing.credentials import Credential

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
