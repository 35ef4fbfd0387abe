"""Whom a certificate names: a person, an organisation, or its 统一社会信用代码.

Authorities write them in many ways. Known are the common name itself (甲公司), parts of
it as CFCA and banks write them (``051@甲公司@代码@1``, ``041@N代码@甲公司@00000001``,
``姓名@证件号``, ``甲公司-代码``), the organisation (O) and its unit (OU), family and given
name apart, the code as serialNumber, organizationIdentifier (``NTRCN-代码``), UID, in CN
or OU, and in the extensions of the national profile (GM/T 0015) and of the authorities
in Shanghai and Beijing. Names are compared folded; nothing is guessed from half a name.
A certificate that names two parties (CN one, O the other) is that of neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import permutations

from asn1crypto import core, x509

from rmdocs.characters import fold
from rmdocs.language.texts import is_uscc
from rmdocs.signing.levels import Named

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
