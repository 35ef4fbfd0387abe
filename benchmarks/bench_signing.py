"""Signatures per second: each level, and judging what was signed."""

import pytest
from signed import LATER, PARTIES, PRINTED, Bureau, paper
from typefaces import typeface

from rmdocs.signing.request import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import Trust
from rmdocs.signing.validate import validate


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    font = typeface(tmp_path_factory.mktemp("font") / "Boxes.ttf", "Boxes", PRINTED)
    made = Bureau(font)
    sign(paper(), made.request("a", Level.B_T), made.a.credential)  # keys made, libraries loaded
    return made


@pytest.mark.parametrize("level", Level)
def test_sign(benchmark, bureau, level):
    """The first party's signature, with its checks, RSA 2048."""
    benchmark(sign, paper(), bureau.request("a", level), bureau.a.credential)


@pytest.mark.parametrize("level", Level)
def test_countersign(benchmark, bureau, level):
    """The second party's, ECDSA P-256, after judging the first."""
    first = sign(paper(), bureau.request("a", level), bureau.a.credential)
    benchmark(sign, first, bureau.request("b", level, LATER), bureau.b.credential)


@pytest.mark.parametrize("level", Level)
def test_validate(benchmark, bureau, level):
    first = sign(paper(), bureau.request("a", level), bureau.a.credential)
    both = sign(first, bureau.request("b", level, LATER), bureau.b.credential)
    trust = bureau.trust() if level is Level.B_B else Trust((bureau.root.der,))
    assert benchmark(validate, both, trust, LATER, PARTIES).findings == ()
