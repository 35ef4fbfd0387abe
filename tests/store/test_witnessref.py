"""The ref of a witness holds what anybody put there: it is read, told, and harms nothing."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.cosignature import WitnessKey
from rmdocs.store.keys import SigningKey
from rmdocs.store.memory import MemoryStore, MemoryWriter
from rmdocs.store.objects import rewrite
from rmdocs.store.witnessref import read_witness, witness_refs

REF = "refs/witness/JN02"
SIGNER = SigningKey(private=Ed25519PrivateKey.from_private_bytes(bytes(32)), owner="w")
KEY = WitnessKey(name="rmdocs/witness/JN02", public=SIGNER.public)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTE = Checkpoint(origin="rmdocs/control", size=7, root=bytes(32)).sign(SIGNER)
PATHS = st.one_of(
    st.sampled_from(["key", "control/7", "control/07", "control/7/7", "records/a/b/c/1/7", "x"]),
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8),
)
DATA = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda at, byte: NOTE.encode()[:at] + byte + NOTE.encode()[at + 1 :],
        st.integers(0, len(NOTE)),
        st.binary(max_size=2),
    ),
)


def laid(kind: str, data: bytes, store: MemoryStore) -> str:
    writer = MemoryWriter(store.objects)
    oid = writer.add(kind, data)
    writer.flush()
    return oid


@given(st.dictionaries(PATHS, DATA, max_size=4))
def test_any_files(files):
    store = MemoryStore()
    with store.witnessing(REF) as branch:
        branch.keep([NOTE], KEY, SIGNER, NOW)
    tree = store.head(REF).tree
    commit = store.objects.content(store.commit(REF), "commit")
    changes = {
        path: laid("blob", data, store) for path, data in files.items() if path != "control/7/7"
    }
    new = rewrite(
        lambda oid: store.objects.content(oid, "tree"),
        lambda data: laid("tree", data, store),
        tree,
        changes,
    )
    store.named[REF] = laid("commit", commit.replace(tree.encode(), new.encode()), store)
    [found] = witness_refs(store)
    told = {one.path for one in found.findings}
    for one in found.kept:
        assert one.path in {"control/7", *files}
        assert one.checkpoint.body in one.note
    assert len(found.kept) + len(told) + (found.key is not None) >= 1


@given(st.binary(max_size=300), st.sampled_from(["commit", "tree", "blob"]))
def test_any_object(data, kind):
    store = MemoryStore()
    store.named[REF] = laid(kind, data, store)
    found = read_witness(store, REF)
    assert found.kept == ()
    assert [one.code for one in found.findings] == ["WITNESS-UNREADABLE"]


def test_what_was_kept_is_replaced():
    store = MemoryStore()
    larger = Checkpoint(origin="rmdocs/control", size=9, root=bytes(32)).sign(SIGNER)
    for notes in ([NOTE], [NOTE, larger], [larger]):
        with store.witnessing(REF) as branch:
            branch.keep(notes, KEY, SIGNER, NOW)
    found = read_witness(store, REF)
    assert [one.path for one in found.kept] == ["control/9"]
    assert (found.key, found.findings) == (KEY, ())


@pytest.mark.parametrize("ref", ["refs/heads/control", "refs/witness/a/b", "JN02", "refs/witness/"])
def test_no_other_ref_is_written(ref):
    with pytest.raises(ValueError, match=ref), MemoryStore().witnessing(ref):
        pass
