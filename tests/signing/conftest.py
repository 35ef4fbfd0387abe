"""Signed papers made once: by the first party, by both, at the least and the most level."""

from __future__ import annotations

import pytest
from signed import LATER, PRINTED, Bureau, paper
from typefaces import typeface

from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign


@pytest.fixture(scope="session")
def bureau(tmp_path_factory):
    font = typeface(tmp_path_factory.mktemp("font") / "Boxes.ttf", "Boxes", PRINTED)
    return Bureau(font)


@pytest.fixture(scope="session")
def sign_both(bureau):
    """Return a function that has a paper signed by both parties."""

    def made(pdf, level=Level.B_B, between=lambda pdf: pdf):
        first = sign(pdf, bureau.request("a", level), bureau.a.credential)
        return sign(between(first), bureau.request("b", level, LATER), bureau.b.credential)

    return made


@pytest.fixture(scope="session")
def by_a(bureau):
    return sign(paper(), bureau.request("a"), bureau.a.credential)


@pytest.fixture(scope="session")
def by_both(bureau, by_a):
    return sign(by_a, bureau.request("b", moment=LATER), bureau.b.credential)


@pytest.fixture(scope="session")
def lasting(sign_both):
    return sign_both(paper(), Level.B_LT)
