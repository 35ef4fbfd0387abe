"""Policies of witnesses: what they ask for, and what is none (c2sp.org/tlog-policy)."""

import base64
import hashlib
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from bank import refused_for
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.store.checkpoint import Checkpoint, key_id, parted, verifier_line, verify
from rmdocs.store.cosignature import WitnessKey, told_time
from rmdocs.store.keys import PublicKey, SigningKey
from rmdocs.store.witnesspolicy import WitnessPolicy

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIGNERS = [
    SigningKey(
        private=Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)), owner=f"w{number}"
    )
    for number in range(6)
]
KEYS = [WitnessKey(name=one.owner, public=one.public) for one in SIGNERS]
X1, X2, X3, Y1, Y2, Y3 = (one.line for one in KEYS)
CHECKPOINT = Checkpoint(origin="rmdocs/control", size=7, root=bytes(range(32)))
LOG = verifier_line(SIGNERS[0].public)
EXAMPLE = f"""
# two organisations
log {LOG}
witness X1 {X1}
 witness\tX2   {X2} https://x2.example/
witness X3 {X3}
group X-witnesses 2 X1 X2 X3
witness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def parsed(text: str) -> WitnessPolicy:
    return WitnessPolicy.parse(text.encode())


class TestQuorum:
    def test_groups_of_groups(self):
        policy = parsed(EXAMPLE)
        assert len(policy.witnesses) == 6
        assert policy.logs == (SIGNERS[0].public,)

        def met(*names: str) -> bool:
            return policy.met({name.encode() for name in names})

        assert met("X1", "X3", "Y2")
        assert not met("X1", "Y1", "Y2", "Y3")
        assert not met("X1", "X2", "X3")
        assert not met("X-and-Y")  # no witness, whatever calls itself so
        assert not met()

    def test_one_witness(self):
        policy = parsed(f"quorum X1\nwitness X1 {X1}\n".replace("quorum X1\n", "") + "quorum X1\n")
        assert policy.met({b"X1"})
        assert not policy.met({b"X2"})

    def test_nobody(self):
        policy = parsed("quorum none\n")
        assert policy.met(())
        assert not policy.asks

    @given(st.data())
    def test_more_witnesses_never_are_fewer(self, data):
        names = [f"W{number}" for number in range(6)]
        lines = [f"witness {name} {key.line}" for name, key in zip(names, KEYS, strict=True)]
        free, number = list(names), 0
        while len(free) > 1:
            members = data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
            least = data.draw(st.integers(1, len(members)))
            free = [*(name for name in free if name not in members), f"G{number}"]
            lines.append(f"group G{number} {least} {' '.join(members)}")
            number += 1
            if number > 5:
                break
        policy = parsed("\n".join([*lines, f"quorum {free[-1]}", ""]))
        some = data.draw(st.sets(st.sampled_from(names)))
        more = some | data.draw(st.sets(st.sampled_from(names)))
        assert policy.met({one.encode() for one in some}) <= policy.met(
            {one.encode() for one in more}
        )
        assert not policy.met(())


class TestWhatIsNoPolicy:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n",
            "quorum none",
            "quorum none\r\n",
            "quorum none\n\x0b\n",
            "quorum none\nquorum none\n",
            "quorum X1\n",
            f"quorum X1\nwitness X1 {X1}\n",
            "quorum\n",
            "quorum none none\n",
            "Quorum none\n",
            f"witness none {X1}\nquorum none\n",
            f"witness X1 {X1}\nwitness X1 {X2}\nquorum X1\n",
            f"witness X1 {X1}\nwitness X2 {X1}\nquorum X1\n",
            f"log {LOG}\nlog {LOG}\nquorum none\n",
            f"log {X1}\nquorum none\n",
            f"witness X1 {LOG}\nquorum none\n",
            f"witness X1 {X1}x\nquorum none\n",
            f"witness X1 {X1} url more\nquorum none\n",
            f"witness X1 {X1}\ngroup G 1 X1 X1\nquorum G\n",
            f"witness X1 {X1}\ngroup G 2 X1\nquorum G\n",
            f"witness X1 {X1}\ngroup G 0 X1\nquorum G\n",
            f"witness X1 {X1}\ngroup G 01 X1\nquorum G\n",
            f"witness X1 {X1}\ngroup G some X1\nquorum G\n",
            f"witness X1 {X1}\ngroup G any\nquorum G\n",
            f"witness X1 {X1}\ngroup G any none\nquorum G\n",
            f"witness X1 {X1}\ngroup X1 any X1\nquorum X1\n",
            f"witness X1 {X1}\ngroup G any G\nquorum G\n",
            f"witness X1 {X1}\ngroup G any X1\ngroup H any X1\nquorum H\n",
            f"group G any X1\nwitness X1 {X1}\nquorum G\n",
        ],
    )
    def test_each_line_is_as_it_must_be(self, text):
        with refused_for("WITNESS-POLICY"):
            parsed(text)

    def test_the_same_key_under_two_names_of_its_own(self):
        again = WitnessKey(name="other", public=KEYS[0].public)
        with refused_for("WITNESS-POLICY"):
            parsed(f"witness X1 {X1}\nwitness X2 {again.line}\nquorum X1\n")

    def test_keys_of_other_kinds(self):
        """Keys that are not known are told, never passed over: their word would be missed."""
        for kind in (b"\x01", b"\x02", b"\x06"):
            raw = kind + KEYS[0].public.raw
            identity = hashlib.sha256(b"x\n" + raw).hexdigest()[:8]
            with refused_for("WITNESS-POLICY"):
                line = f"x+{identity}+{base64.b64encode(raw).decode()}"
                parsed(f"witness X1 {line}\nquorum X1\n")

    @pytest.mark.parametrize(
        ("encoding", "ending", "said"),
        [
            ("utf-8-sig", "\n", "a mark (BOM)"),
            ("utf-16", "\n", "a mark (BOM)"),
            ("utf-8", "\r\n", "CR LF"),
        ],
    )
    def test_what_an_editor_saved_otherwise_is_told_with_how_to_save_it(
        self, encoding, ending, said
    ):
        data = f"witness X1 {X1}\nquorum X1\n".replace("\n", ending).encode(encoding)
        with pytest.raises(FindingsError) as refusal:
            WitnessPolicy.parse(data)
        [finding] = refusal.value.findings
        assert said in finding.message.text(Language.EN)
        assert "without BOM" in finding.remedy.text(Language.EN)
        # Said once: what is refused stands above what was wrong with it.
        assert said not in refusal.value.reason.text(Language.EN)

    @given(st.binary(max_size=200))
    def test_any_bytes(self, data):
        with suppress(FindingsError):
            assert not WitnessPolicy.parse(data).asks

    @given(st.integers(0, len(EXAMPLE) - 1), st.binary(min_size=1, max_size=1))
    def test_one_changed_byte(self, at, byte):
        """Either it is told, or what it says of keys is what it said."""
        data, known = EXAMPLE.encode(), {one.public for one in KEYS}
        with suppress(FindingsError):
            policy = WitnessPolicy.parse(data[:at] + byte + data[at + 1 :])
            assert {one.public for one in policy.witnesses.values()} <= known


class TestCosignature:
    def test_is_written_as_the_specification_says(self):
        line = KEYS[0].cosigned(CHECKPOINT.body, SIGNERS[0], NOW)
        dash, name, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        raw = KEYS[0].public.raw
        assert (dash, name) == ("—", "w0")
        assert data[:4] == hashlib.sha256(b"w0\n\x04" + raw).digest()[:4]
        assert int.from_bytes(data[4:12], "big") == 1772442000
        said = b"cosignature/v1\ntime 1772442000\n" + CHECKPOINT.body.encode()
        SIGNERS[0].public.verifier().verify(data[12:], said)
        assert len(data) == 76
        assert KEYS[0].on(CHECKPOINT.body, [line]).time == "2026-03-02 09:00Z"

    def test_the_published_example_has_this_form(self):
        """The cosignature in c2sp.org/tlog-cosignature, by a key that is not told there."""
        encoded = (
            "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
            "xUe+mbIUBkBIfZ+qnA=="
        )
        data = base64.b64decode(encoded)
        assert (len(data), int.from_bytes(data[4:12], "big")) == (76, 1679315147)

    def test_other_keys_say_nothing(self):
        line = KEYS[0].cosigned(CHECKPOINT.body, SIGNERS[0], NOW)
        assert KEYS[1].on(CHECKPOINT.body, [line]) is None
        same_name = WitnessKey(name="w0", public=KEYS[1].public)
        assert same_name.on(CHECKPOINT.body, [line]) is None

    @pytest.mark.parametrize(
        "line",
        ["", "—", "— x", "— x y z", "—x AAAAAAAA", "— x+ AAAAAAAA", "— x\u00a0y AAAAAAAA",
         "— x A===", "— x AAAAA", "— x AAAA", "- x AAAAAAAA", "— x AAA=AAAA", "— x\tAAAAAAAA"],
    )  # fmt: skip
    def test_a_note_with_a_line_that_is_none_is_signed_by_nobody(self, line):
        """As Go's reader has it."""
        note = CHECKPOINT.sign(SIGNERS[0])
        assert verify(note, SIGNERS[0].public) == CHECKPOINT
        assert verify(f"{note}— x AAAAAAAA\n", SIGNERS[0].public) == CHECKPOINT
        assert parted(f"{note}{line}\n")[1] == ()
        assert verify(f"{note}{line}\n", SIGNERS[0].public) is None

    def test_a_ledgers_signature_is_no_cosignature(self):
        """Even of the same key under the same name: its type is another, and so its ID."""
        key = WitnessKey(name="rmdocs-ledger", public=SIGNERS[0].public)
        note = CHECKPOINT.sign(SIGNERS[0])
        assert key.id != key_id(key.public)
        assert key.on(CHECKPOINT.body, note.split("\n")) is None

    @given(st.integers(0, 75), st.integers(1, 255))
    def test_no_changed_byte_passes(self, at, change):
        line = KEYS[0].cosigned(CHECKPOINT.body, SIGNERS[0], NOW)
        head, _, encoded = line.rpartition(" ")
        data = bytearray(base64.b64decode(encoded))
        data[at] ^= change
        other = f"{head} {base64.b64encode(data).decode()}"
        if at < 4:
            assert KEYS[0].on(CHECKPOINT.body, [other]) is None  # another's
        else:
            with pytest.raises(ValueError, match="cosignature"):
                KEYS[0].on(CHECKPOINT.body, [line, other])

    @given(st.integers(0, 2**64 - 1))
    def test_times_of_any_size(self, seconds):
        said = f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.body}".encode()
        data = KEYS[0].id + seconds.to_bytes(8, "big") + SIGNERS[0].sign(said)
        line = f"— w0 {base64.b64encode(data).decode()}"
        if seconds < 2**63:
            assert KEYS[0].on(CHECKPOINT.body, [line]).time
        else:
            with pytest.raises(ValueError, match="cosignature"):
                KEYS[0].on(CHECKPOINT.body, [line])

    def test_times_that_no_calendar_shows(self):
        assert told_time(253_402_300_799) == "9999-12-31 23:59Z"
        assert told_time(253_402_300_800) == "253402300800"

    @pytest.mark.parametrize("line", ["", "x", "a+b", "a+b+c", "+0+AA==", X1 + "=", X1[:-1]])
    def test_what_is_no_key(self, line):
        with pytest.raises(ValueError, match="witness"):
            WitnessKey.parse(line)

    def test_key_and_line(self):
        assert WitnessKey.parse(X1) == KEYS[0]
        assert PublicKey.of_raw(KEYS[0].public.raw) == KEYS[0].public
