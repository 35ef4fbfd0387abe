import stat
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import ConflictError, StoreError
from rmdocs.store import keys
from rmdocs.store.keys import PublicKey, SigningKey

KEY = SigningKey.generate("JN01-0101")


def run(*words, data=b"", check=True):
    return subprocess.run(words, input=data, capture_output=True, check=check)


@pytest.mark.parametrize("passphrase", [None, "芝麻开门".encode()])
def test_saved_key_is_private_whole_and_loads_again(tmp_path, passphrase):
    path = tmp_path / "JN01-0101.key"
    KEY.save(path, passphrase)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load(path, passphrase).fingerprint == KEY.fingerprint
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["JN01-0101.key", "JN01-0101.pub"]


def test_key_is_never_replaced(tmp_path):
    path = tmp_path / "a.key"
    KEY.save(path)
    before = path.read_bytes()
    with pytest.raises(ConflictError):
        SigningKey.generate("other").save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_key_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        KEY.save(tmp_path / "missing" / "a.key")


@pytest.mark.parametrize("passphrase", [None, b"wrong"])
def test_locked_key_needs_its_passphrase(tmp_path, passphrase):
    KEY.save(tmp_path / "a.key", b"right")
    with pytest.raises(StoreError, match="cannot be used"):
        SigningKey.load(tmp_path / "a.key", passphrase)


@pytest.mark.ssh_keygen
def test_ssh_keygen_reads_the_key_and_agrees_on_its_fingerprint(tmp_path):
    KEY.save(tmp_path / "a.key")
    shown = run("ssh-keygen", "-l", "-f", tmp_path / "a.pub").stdout.decode()
    assert KEY.fingerprint in shown
    derived = run("ssh-keygen", "-y", "-f", tmp_path / "a.key").stdout.decode()
    assert derived.split()[:2] == KEY.public_line.split()


@pytest.mark.ssh_keygen
def test_key_made_by_ssh_keygen_can_be_used(tmp_path):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "made")
    line = (tmp_path / "made.pub").read_text()
    assert SigningKey.load(tmp_path / "made").fingerprint == PublicKey.parse(line).fingerprint


@pytest.mark.ssh_keygen
def test_other_kinds_of_keys_are_refused(tmp_path):
    run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "made")
    with pytest.raises(StoreError, match="not Ed25519"):
        SigningKey.load(tmp_path / "made")
    for line in ((tmp_path / "made.pub").read_text(), "", "ssh-ed25519", "ssh-ed25519 AAAA", "x y"):
        with pytest.raises(StoreError, match="not an Ed25519 public key"):
            PublicKey.parse(line)


def test_longer_blob_of_the_same_key_is_not_the_key():
    with pytest.raises(ValueError, match="wire format"):
        PublicKey.from_blob(KEY.public.blob + b"\0")


@pytest.mark.ssh_keygen
def test_ssh_keygen_verifies_our_signature(tmp_path):
    signers = tmp_path / "signers"
    signers.write_text(f"wang@bank {KEY.public_line}\n")
    signature = tmp_path / "signature"
    signature.write_text(keys.sign(KEY, "同意发布".encode(), "rmdocs-approval"))
    words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "wang@bank"]
    good = run(*words, "-n", "rmdocs-approval", "-s", signature, data="同意发布".encode())
    assert KEY.fingerprint in good.stdout.decode()
    for namespace, data in (("git", "同意发布"), ("rmdocs-approval", "同意发布。")):
        bad = run(*words, "-n", namespace, "-s", signature, data=data.encode(), check=False)
        assert bad.returncode != 0


@pytest.mark.ssh_keygen
def test_we_verify_the_signature_of_ssh_keygen(tmp_path):
    KEY.save(tmp_path / "a.key")
    made = run("ssh-keygen", "-Y", "sign", "-f", tmp_path / "a.key", "-n", "file", data=b"text")
    found = keys.verify(made.stdout.decode(), b"text", "file")
    assert found is not None
    assert found.fingerprint == KEY.fingerprint


@given(data=st.binary(max_size=300), at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_any_changed_byte_spoils_a_signature(data, at, change):
    import base64

    text = keys.sign(KEY, data, "git")
    assert keys.verify(text, data, "git") == KEY.public
    assert keys.verify(text, data + b"\0", "git") is None
    lines = text.splitlines()
    blob = bytearray(base64.b64decode("".join(lines[1:-1])))
    blob[at % len(blob)] ^= change
    spoilt = "\n".join([lines[0], base64.b64encode(blob).decode(), lines[-1]])
    assert keys.verify(spoilt, data, "git") is None


@given(st.text(max_size=200))
def test_what_is_no_signature_verifies_nothing(text):
    assert keys.verify(text, b"", "git") is None
