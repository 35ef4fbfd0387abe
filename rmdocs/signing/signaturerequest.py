"""What is asked of a signature: who signs which part of the order, when, at which level."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

from asn1crypto import core, x509
from asn1crypto.x509 import Certificate

from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.findings import Finding
from rmdocs.forms.sections.signing import Party
from rmdocs.language.texts import is_uscc
from rmdocs.messages import Joined, Text, by_command, message
from rmdocs.signing.levels import Level, Named
from rmdocs.signing.timestamps import StampAuthority
from rmdocs.signing.trust import Trust
from rmdocs.values import is_blank, require_line

_SEPARATORS = "@|;#_/-"
"""What stands between the parts of a common name; the first of them that occurs."""

_BESIDE = re.compile(r"[\x21-\x7e]*")
"""What stands beside a name in a common name: kind, code, count; never another name."""

_BRACKETED = re.compile(r"(?P<name>.+?)[(（](?P<code>[0-9A-Za-z-]+)[)）]")
_WORD = re.compile(r"[0-9A-Z]+(?:-[0-9A-Z]+)*")
_ORGANISATION = re.compile(r"[0-9A-Z]{8}-[0-9X]")
"""An organisation code (GB 11714) as it is written: eight signs, a dash, a check sign."""

_CODE, _ORGANISATION_PART = 18, slice(8, 17)
_NATIONAL = ("1.2.156.", "1.2.86.")
"""Where the extensions of Chinese authorities lie among the object identifiers."""

_NAMES = frozenset({"common_name", "organization_name", "organizational_unit_name"})
_CODES = _NAMES | {"serial_number", "organization_identifier", "user_id"}
_PERSON = ("surname", "given_name")


def whom(
    certificate: x509.Certificate, signatory: str, own: Iterable[str], others: Iterable[str] = ()
) -> Named:
    """Return whom a certificate names.

    :param signatory: the name of the person who signs.
    :param own: what the party is called: names and codes.
    :param others: what the other parties are called.
    """
    signs, other = names(certificate, own), names(certificate, others)
    if signs or other:
        return Named.SEVERAL if signs and other else Named.PARTY if signs else Named.OTHER
    return Named.SIGNATORY if names(certificate, (signatory,)) else Named.NOBODY


def names(certificate: x509.Certificate, wanted: Iterable[str]) -> bool:
    """Return whether a certificate names one of ``wanted``, each a name or a code."""
    own, codes = frozenset(_names(certificate)), frozenset(_codes(certificate))
    return any(
        not codes.isdisjoint({_as_code(one), _as_code(one)[_ORGANISATION_PART]})
        if is_uscc(one)
        else fold(one) in own
        for one in wanted
        if fold(one)
    )


def _names(certificate: x509.Certificate) -> Iterator[str]:
    """Yield every name in a certificate's subject, folded."""
    given = dict[str, list[str]]()
    for kind, value in _subject(certificate):
        given.setdefault(kind, []).append(value)
        if kind in _NAMES:
            yield fold(value)
        if kind == "common_name":
            yield from map(fold, _parts(value))
    for first in given.get(_PERSON[0], ()):
        for second in given.get(_PERSON[1], ()):
            yield from (fold("".join(order)) for order in permutations((first, second)))


def _parts(common: str) -> Iterator[str]:
    """Yield the names that a common name puts together with codes, however wide it is typed."""
    common = unicodedata.normalize("NFKC", common).strip()
    bracketed = _BRACKETED.fullmatch(common)
    if bracketed:
        yield bracketed["name"]
    separator = next((one for one in _SEPARATORS if one in common), None)
    if separator is None:
        return
    parts = common.split(separator)
    for index, part in enumerate(parts):
        if all(_BESIDE.fullmatch(one.strip()) for one in (*parts[:index], *parts[index + 1 :])):
            yield part


def _codes(certificate: x509.Certificate) -> Iterator[str]:
    """Yield everything in a certificate that may be a code, each as it is compared."""
    texts = [value for kind, value in _subject(certificate) if kind in _CODES]
    for text in (*texts, *_extensions(certificate)):
        for word in _WORD.findall(_as_code(text)):
            for part in {word, *word.split("-")}:
                yield part
                # CFCA puts a letter for the kind of document before it.
                if len(part) == _CODE + 1:
                    yield part[1:]
            for part in (word, word[1:]):
                if _ORGANISATION.fullmatch(part):
                    yield part.replace("-", "")


def _subject(certificate: x509.Certificate) -> Iterator[tuple[str, str]]:
    for level in certificate.subject.chosen:
        for one in level:
            try:
                value = one["value"].native
            except (ValueError, TypeError, KeyError):
                continue  # what cannot be read names nobody
            if isinstance(value, str):
                yield one["type"].native, value


def _extensions(certificate: x509.Certificate) -> Iterator[str]:
    """Yield the texts of the extensions that only Chinese authorities know."""
    found = certificate["tbs_certificate"]["extensions"]
    for extension in found or ():
        if extension["extn_id"].dotted.startswith(_NATIONAL):
            raw = extension["extn_value"].native
            data = raw if isinstance(raw, bytes) else extension["extn_value"].contents
            try:
                value = core.load(data).native
            except (ValueError, TypeError):
                value = None
            yield value if isinstance(value, str) else data.decode("utf-8", "replace")


def _as_code(text: str) -> str:
    return fold(text).upper()


_FIELD = "party-"
LONGEST_NAME, LONGEST_REASON = 60, 300
"""Characters: of the name that is printed, and of why somebody signs as they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """One signature of one party.

    :param parties: everybody who signs, in order, as the form says.
    :param party: the name of the party that signs now.
    :param signatory: the name that is printed (21 CFR 11.50).
    :param moment: when, with its time zone; printed as it is given.
    :param font: a TrueType font with the Chinese characters that are printed.
    :param trust: what the signature will be judged by; for B-LT also put in.
    :param authority: whom to ask for a time stamp; needed from B-T on.
    :param since: when the signatures that are there already were sealed, in their order.
    :param called: what a certificate may call each party, by the party's name.
    :param reason: why a certificate that names nobody concerned signs all the same;
        empty where none is given.
    """

    parties: tuple[Party, ...]
    party: str
    signatory: str
    moment: datetime
    font: Path
    trust: Trust
    level: Level = Level.B_B
    authority: StampAuthority | None = None
    since: tuple[datetime, ...] = ()
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        :raises FindingsError: as :func:`require_texts`.
        :raises UsageError: if there is no such party, or the level needs what was not given.
        """
        if self.party not in (party.name for party in self.parties):
            raise UsageError(
                message("“{party}” is none of those who sign", party=self.party),
                message(
                    "choose one of: {names}",
                    names=Joined(tuple(called(one.title, one.name) for one in self.parties)),
                ),
            )
        require_texts(self.signatory, self.reason)
        if self.moment.tzinfo is None:
            raise UsageError(
                message("the time of a signature needs its time zone"),
                message("write the time like 2026-03-02T09:30+08:00"),
            )
        if self.level is not Level.B_B and self.authority is None:
            raise UsageError(
                message("level {level} needs a time-stamping authority", level=self.level),
                by_command(message("give its address, or take the level B-B"), "--tsa"),
            )

    @property
    def index(self) -> int:
        """Return the place of the party in the order, from 0."""
        return [party.name for party in self.parties].index(self.party)

    @property
    def signer(self) -> Party:
        """Return the party that signs now."""
        return self.parties[self.index]

    @property
    def excused(self) -> bool:
        """Return whether there is a reason for what would be asked about otherwise."""
        return not is_blank(self.reason)

    def whom(self, certificate: bytes) -> Named:
        """Return whom a certificate (DER) names of those whom the signature is about."""
        others = [names for party, names in self.called.items() if party != self.party]
        return whom(
            Certificate.load(certificate),
            self.signatory,
            self.called.get(self.party, ()),
            [name for names in others for name in names],
        )

    @property
    def is_last(self) -> bool:
        """Return whether nobody signs after it."""
        return self.index == len(self.parties) - 1


def require_texts(signatory: str, reason: str) -> None:
    """Refuse what a person writes for a signature and nobody would read as it is, or in full.

    :raises FindingsError: if a text is longer than what is printed, breaks the line, or
        holds what no reader sees.
    :raises UsageError: if there is no name.
    """
    require_line(signatory, "signatory", LONGEST_NAME)
    require_line(reason, "reason", LONGEST_REASON)
    if is_blank(signatory):
        raise UsageError(
            message("“{name}” is not a name that can be printed", name=signatory),
            by_command(message("give the name of the person who signs"), "--signatory"),
        )


def called(title: Text, name: str) -> Text:
    """Return a party as a person reads it: its title, and the name that commands take."""
    return message("{title} ({name})", title=title, name=name)


def field_name(party: Party) -> str:
    """Return the name of a party's signature field in the PDF."""
    return f"{_FIELD}{party.name}"


def named_by(field: str) -> str:
    """Return the name of the party that a field is for; empty if it is for none."""
    return field.removeprefix(_FIELD) if field.startswith(_FIELD) else ""


def beyond_limit(party: Party, names: Mapping[str, Any]) -> list[Finding]:
    """Return what forbids a party to sign a record: its authority (权限).

    :param names: what expressions see of the record, as rules do.
    """
    return list(party.limit.findings(names)) if party.limit is not None else []
