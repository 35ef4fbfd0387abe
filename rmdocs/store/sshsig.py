"""SSH signatures (OpenSSH PROTOCOL.sshsig), made and checked in process.

git and ssh-keygen read them; no process is started per signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import textwrap

from cryptography.exceptions import InvalidSignature

from rmdocs.store.keys import ALGORITHM, PublicKey, SigningKey

_MAGIC = b"SSHSIG"
_HASH = b"sha512"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def sign(key: SigningKey, data: bytes, namespace: str) -> str:
    """Return an armoured signature over ``data`` in ``namespace`` (``git`` for commits)."""
    signature = key.private.sign(_signed(data, namespace))
    blob = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(key.public.blob)
        + _string(namespace.encode())
        + _string(b"")
        + _string(_HASH)
        + _string(_string(ALGORITHM.encode()) + _string(signature))
    )
    armour = "\n".join(textwrap.wrap(base64.b64encode(blob).decode(), 70))
    return f"{_BEGIN}\n{armour}\n{_END}\n"


def verify(signature: str, data: bytes, namespace: str) -> PublicKey | None:
    """Return the key that signed ``data``, or None if the signature is not good."""
    try:
        lines = [line.strip() for line in signature.strip().splitlines()]
        if not lines or lines[0] != _BEGIN or lines[-1] != _END:
            return None
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
        key, named, raw = _parse(blob)
        if named != namespace.encode():
            return None
        key.verifier().verify(raw, _signed(data, namespace))
    except (ValueError, binascii.Error, struct.error, InvalidSignature):
        return None
    return key


def _signed(data: bytes, namespace: str) -> bytes:
    digest = hashlib.sha512(data).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def _parse(blob: bytes) -> tuple[PublicKey, bytes, bytes]:
    if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
        reason = "not an SSH signature of version 1"
        raise ValueError(reason)
    fields = _fields(blob[len(_MAGIC) + 4 :])
    public, namespace, _reserved, hash_name, signature = fields
    algorithm, raw = _fields(signature)
    if hash_name != _HASH or algorithm != ALGORITHM.encode():
        reason = "another algorithm"
        raise ValueError(reason)
    return PublicKey.from_blob(public), namespace, raw


def _fields(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    while data:
        (length,) = struct.unpack(">I", data[:4])
        if length > len(data) - 4:
            reason = "cut off"
            raise ValueError(reason)
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
