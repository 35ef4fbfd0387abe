"""The words for a signature that are sealed with it: its level, and whom its certificate names."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """PAdES baseline levels (ETSI EN 319 142-1), from the least to the most."""

    B_B = "B-B"
    """The signature with its certificate; the time is what the signer says."""

    B_T = "B-T"
    """With a time stamp of an authority: it was made before that time."""

    B_LT = "B-LT"
    """With chains and revocation data too: it is judged offline, also later."""


class Named(StrEnum):
    """Whom a certificate names, of those whom a signature is about."""

    PARTY = "party"
    SIGNATORY = "signatory"
    OTHER = "other"
    """Another party of the document, and not the one that signs."""

    SEVERAL = "several"
    """The party that signs and another party as well: nobody knows for which of them."""

    NOBODY = "nobody"
