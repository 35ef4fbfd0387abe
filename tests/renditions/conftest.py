"""An agreement with its formal PDF, made once, and the people who sign it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from bank import Bank
from cryptography.hazmat.primitives.serialization import Encoding
from signed import PASSPHRASE, PRINTED, Bureau
from typefaces import typeface

from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber
from rmdocs.renditions.signing import Signed
from rmdocs.workspace import renditions
from rmdocs.workspace.machine import SignatureOrder

MANAGER = "JN01-0101"
NAMES = {"a": "陈虚实", "b": "周示行"}


@dataclass
class Signatories:
    """The parties' certificates as files, and the workspace that trusts their root."""

    bureau: Bureau
    folder: Path

    def certificate(self, party: str) -> Path:
        """Return where the certificate of a party lies."""
        return self.folder / f"{party}.p12"

    def be_trusted(self, bank: Bank) -> None:
        """Have a bank trust the root of the parties' certificates."""
        trust = bank.root / "trust"
        trust.mkdir(exist_ok=True)
        root = self.bureau.root.certificate
        (trust / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))

    def sign(
        self,
        bank: Bank,
        number: RecordNumber,
        party: str,
        *,
        certificate: Path | None = None,
        secret: bytes = PASSPHRASE,
        **changes: object,
    ) -> Signed:
        """Have a party sign, in the way the form expects unless told otherwise."""
        file = read(certificate or self.certificate(party))
        given = {"signatory": NAMES[party], **changes}
        order = SignatureOrder(party=party, certificate=file, **given)
        return renditions.sign(bank.at(MANAGER), number, order, lambda _what: secret.decode())


@pytest.fixture(scope="session")
def signatories(tmp_path_factory) -> Signatories:
    folder = tmp_path_factory.mktemp("signatories")
    bureau = Bureau(typeface(folder / "Boxes.ttf", "Boxes", PRINTED))
    for party, holder in (("a", bureau.a), ("b", bureau.b)):
        (folder / f"{party}.p12").write_bytes(holder.pkcs12())
    return Signatories(bureau, folder)


@pytest.fixture
def sign(rendered, signatories):
    """Return a function that has the agreement signed by a party, in a bank that trusts it."""
    bank, number = rendered
    signatories.be_trusted(bank)
    return lambda party, **changes: signatories.sign(bank, number, party, **changes)


@dataclass
class SignedAgreement:
    """An agreement signed by some of its parties: what each signature returned, by party."""

    bank: Bank
    number: RecordNumber
    made: dict[str, Signed]
    sign: Callable[..., Signed]


@pytest.fixture(scope="session")
def signing(agreement, signatories, place) -> list[tuple[Path, dict[str, Signed]]]:
    """The agreement signed by party a, and then by both."""
    root, number = agreement
    made, states = {}, []
    for party in NAMES:
        bank = Bank(Path(shutil.copytree(root, place / f"signed-{party}" / "bank")))
        signatories.be_trusted(bank)
        made = {**made, party: signatories.sign(bank, number, party)}
        states.append((bank.root, made))
        root = bank.root
    return states


@pytest.fixture
def signed_agreement(agreement, signatories, copied):
    """Return a function: a bank with the agreement in a state, and who may sign on."""

    def state(root: Path, made: dict[str, Signed]) -> SignedAgreement:
        bank, number = copied(root), agreement[1]

        def sign(party: str, **changes: object) -> Signed:
            return signatories.sign(bank, number, party, **changes)

        return SignedAgreement(bank, number, made, sign)

    return state


@pytest.fixture
def signed_by_a(signing, signed_agreement) -> SignedAgreement:
    return signed_agreement(*signing[0])


@pytest.fixture
def signed_by_both(signing, signed_agreement) -> SignedAgreement:
    return signed_agreement(*signing[1])
