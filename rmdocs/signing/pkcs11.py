"""A token (USB key, smart card, HSM) through its PKCS#11 module."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pkcs11.exceptions import PKCS11Error as TokenError
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.signing.certificates import require_readable

_WRONG_PIN = (PinIncorrect, PinInvalid, PinLenRange)


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """A credential on a token, usable while its session is open."""

    certificate: bytes
    chain: tuple[bytes, ...]
    _signer: PKCS11Signer

    @classmethod
    @contextmanager
    def opened(cls, module: str, token: str, label: str, pin: str) -> Iterator[Pkcs11]:
        """Open the token and yield the credential; close it afterwards.

        :param module: path of the maker's PKCS#11 library.
        :param token: the token's label.
        :param label: the label that certificate and key have on it.
        :raises FindingsError: with CREDENTIAL-PASSPHRASE if the PIN is wrong or
            locked, CREDENTIAL-TOKEN if token, certificate or key are not there.
        """
        try:
            session = open_pkcs11_session(module, token_criteria=TokenCriteria(token), user_pin=pin)
        except _WRONG_PIN as problem:
            reason = message("the PIN does not open the token")
            remedy = message("type it again, but mind that a token locks after a few wrong PINs")
            raise FindingsError(
                (error("CREDENTIAL-PASSPHRASE", token, reason, remedy),)
            ) from problem
        except PinLocked as problem:
            reason = message("the token is locked after too many wrong PINs")
            remedy = message("have its issuer unlock it")
            raise FindingsError(
                (error("CREDENTIAL-PASSPHRASE", token, reason, remedy),)
            ) from problem
        except (TokenError, RuntimeError, OSError) as problem:
            reason = message("the token “{token}” cannot be opened", token=token)
            remedy = message("plug it in, and check its label and the path of its PKCS#11 module")
            raise FindingsError((error("CREDENTIAL-TOKEN", token, reason, remedy),)) from problem
        with session:
            # Raw: not every token hashes what it signs. None: all certificates on it.
            signer = PKCS11Signer(session, label, other_certs_to_pull=None, use_raw_mechanism=True)
            yield cls._found(signer, token, label)

    @classmethod
    def _found(cls, signer: PKCS11Signer, token: str, label: str) -> Pkcs11:
        try:
            asyncio.run(signer.ensure_objects_loaded())
            certificate = signer.signing_cert
        except (SigningError, TokenError) as problem:
            reason = message("the token has no certificate and key called “{label}”", label=label)
            remedy = message("list what is on it with the maker's program")
            raise FindingsError((error("CREDENTIAL-TOKEN", token, reason, remedy),)) from problem
        assert certificate is not None  # noqa: S101 - loaded just now, or refused above
        require_readable(certificate, token)
        chain = tuple(one.dump() for one in signer.cert_registry)
        return cls(certificate.dump(), chain, signer)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the raw signature of ``data``; see :class:`Credential`."""
        try:
            return asyncio.run(self._signer.async_sign_raw(data, digest))
        except (SigningError, TokenError) as problem:
            reason = message("the token does not sign")
            raise FindingsError(
                (error("CREDENTIAL-TOKEN", "", reason, message("open it again")),)
            ) from problem
