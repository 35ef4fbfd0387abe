"""An agreement with its formal PDF, made once, and the people who sign it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Bank
from cryptography.hazmat.primitives.serialization import Encoding
from signed import PASSPHRASE, PRINTED, Bureau
from typefaces import typeface

from rmdocs.identifiers import RecordNumber
from rmdocs.workspace.credentials import CERTIFICATE_VARIABLE, SignatureOrder

MANAGER = "JN01-0101"
NAMES = {"a": "陈虚实", "b": "周示行"}


@dataclass
class Signatories:
    """The parties' certificates as files, and the workspace that trusts their root."""

    bureau: Bureau
    folder: Path

    def order(self, party: str, **changes: object) -> SignatureOrder:
        """Return what a party asks for, in the way the form expects."""
        return SignatureOrder(party, NAMES[party], self.folder / f"{party}.p12", **changes)

    def sign(self, bank: Bank, number: RecordNumber, party: str):
        return bank.at(MANAGER).renditions.sign(number, self.order(party))


@pytest.fixture(scope="session")
def agreement(once, founded) -> tuple[Path, RecordNumber]:
    """A workspace with one agreement and its PDF; its number."""

    def make(root):
        bank = Bank(root)
        number = bank.issue(bank.sample("RXD7200-01-JN01"))
        bank.at(MANAGER).renditions.make([number])
        return number

    return once.copy(founded, "rendered", make)


@pytest.fixture
def rendered(agreement, copied) -> tuple[Bank, RecordNumber]:
    root, number = agreement
    return copied(root), number


@pytest.fixture(scope="session")
def signatories(tmp_path_factory) -> Signatories:
    folder = tmp_path_factory.mktemp("signatories")
    bureau = Bureau(typeface(folder / "Boxes.ttf", "Boxes", PRINTED))
    for party, holder in (("a", bureau.a), ("b", bureau.b)):
        (folder / f"{party}.p12").write_bytes(holder.pkcs12())
    return Signatories(bureau, folder)


@pytest.fixture
def sign(rendered, signatories, monkeypatch):
    """Return a function that has the agreement signed by a party, in a bank that trusts it."""
    bank, number = rendered
    monkeypatch.setenv(CERTIFICATE_VARIABLE, PASSPHRASE.decode())
    trust = bank.root / "trust"
    trust.mkdir()
    root = signatories.bureau.root.certificate
    (trust / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    return lambda party: signatories.sign(bank, number, party)
