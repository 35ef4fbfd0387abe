import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmdocs.store import merkle
from rmdocs.store.merkle import MerkleTree, leaf_hash, verify_consistency, verify_inclusion

SIZES = st.one_of(st.integers(0, 70), st.sampled_from([255, 256, 257, 511, 512, 513, 700]))


def leaves(count):
    return [leaf_hash(b"%d" % number) for number in range(count)]


def reference(hashes):
    """RFC 6962 §2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    inner = b"\x01" + reference(hashes[:split]) + reference(hashes[split:])
    return hashlib.sha256(inner).digest()


def test_root_of_the_known_tree_of_certificate_transparency():
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    inputs.append("606162636465666768696a6b6c6d6e6f")
    tree = MerkleTree.of([leaf_hash(bytes.fromhex(data)) for data in inputs])
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(SIZES)
def test_root_is_the_one_of_the_standard(size):
    assert MerkleTree.of(leaves(size)).root() == reference(leaves(size))


@given(SIZES)
def test_frontier_gives_every_root_in_turn(size):
    tree, frontier = MerkleTree.of(leaves(size)), merkle.Frontier()
    for leaf in leaves(size):
        assert frontier.root() == tree.root_at(frontier.size)
        frontier.append(leaf)
    assert frontier.root() == tree.root()


@given(st.lists(st.integers(0, 300), max_size=5))
def test_appending_in_pieces_through_tiles_gives_the_same_tree(pieces):
    """Each piece is appended by a tree that knows nothing but the tiles."""
    kept: dict[str, bytes] = {}
    size = 0
    for piece in pieces:
        tree = MerkleTree(size, kept.get)
        for path, data in tree.append(leaves(size + piece)[size:]).items():
            if data is None:
                del kept[path]
            else:
                kept[path] = data
        size += piece
        assert MerkleTree(size, kept.get).root() == MerkleTree.of(leaves(size)).root()
    fresh = {p: d for p, d in MerkleTree.empty().append(leaves(size)).items() if d is not None}
    assert kept == fresh


def test_appending_reads_and_writes_the_tail_tiles_only():
    kept = dict(MerkleTree.empty().append(leaves(70_000)))
    read: list[str] = []

    def get(path):
        read.append(path)
        return kept.get(path)

    tree = MerkleTree(70_000, get)
    changed = tree.append([leaf_hash(b"next")])
    tree.root()
    assert sorted(read) == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert changed.keys() == {"tile/0/273.p/112", "tile/0/273.p/113"}
    assert changed["tile/0/273.p/112"] is None


def test_tile_paths_are_those_of_the_specification():
    assert merkle.tile_path(0, 0, 5) == "tile/0/000.p/5"
    assert merkle.tile_path(1, 1234067) == "tile/1/x001/x234/067"


@given(SIZES.filter(bool), st.data())
@settings(max_examples=settings.default.max_examples * 2)
def test_every_leaf_is_proved_and_nothing_else_is(size, data):
    index = data.draw(st.integers(0, size - 1))
    tree = MerkleTree.of(leaves(size))
    proof, root, leaf = tree.inclusion_proof(index), tree.root(), leaves(size)[index]
    assert verify_inclusion(leaf, index, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, [*proof, leaf], root)
    assert not verify_inclusion(leaf, index, size, proof[:-1], root) or size == 1
    assert not verify_inclusion(leaf, size, size, proof, root)
    if size > 1:
        assert not verify_inclusion(leaf, (index + 1) % size, size, proof, root)


@given(SIZES.filter(bool), st.data())
@settings(max_examples=settings.default.max_examples * 2)
def test_every_earlier_tree_is_proved_a_prefix_and_no_other_is(size, data):
    old = data.draw(st.integers(0, size))
    tree = MerkleTree.of(leaves(size))
    before, root, proof = tree.root_at(old), tree.root(), tree.consistency_proof(old)
    assert before == MerkleTree.of(leaves(old)).root()
    assert verify_consistency(old, before, size, root, proof)
    other = MerkleTree.of([leaf_hash(b"other"), *leaves(size)[1:]])
    if old > 0:
        assert not verify_consistency(old, other.root_at(old), size, root, proof)
        assert not verify_consistency(old, before, size, other.root(), proof)
        assert not verify_consistency(old, before, size, root, [*proof, before])
    assert not verify_consistency(size + 1, root, size, root, proof)


def test_proofs_are_as_short_as_designed():
    tree = MerkleTree.of(leaves(8_000))
    assert max(len(tree.inclusion_proof(index)) for index in (0, 4_095, 7_999)) == 13


def test_missing_or_short_tile_is_told():
    for kept in ({}, {"tile/0/000.p/3": b"short"}):
        with pytest.raises(merkle.MissingTileError):
            MerkleTree(3, kept.get).root()


def test_sizes_out_of_range_are_refused():
    tree = MerkleTree.of(leaves(3))
    for call in (tree.inclusion_proof, tree.consistency_proof, tree.root_at):
        with pytest.raises(ValueError, match="4 of 3"):
            call(4)


@given(st.data(), st.integers(1, 600))
def test_earlier_root_by_a_later_path_and_how_that_tree_ended(data, size):
    """What a proof needs of an older tree is the newest path, and one to its last leaf."""
    index = data.draw(st.integers(0, size - 1))
    earlier = data.draw(st.integers(index + 1, size))
    hashes = leaves(size)
    tree, start = MerkleTree.of(hashes), merkle.ending_start(index, earlier)
    path, last = tree.inclusion_proof(index), tree.inclusion_proof(earlier - 1, earlier, start)
    assert len(path) == merkle.path_length(index, size)
    assert len(last) == merkle.path_length(earlier - 1 - start, earlier - start)
    ending = merkle.root_by(hashes[earlier - 1], earlier - 1 - start, earlier - start, last)
    found = merkle.earlier_root(hashes[index], index, size, path, earlier=earlier, ending=ending)
    assert found == reference(hashes[:earlier])
    others = tree.inclusion_proof(index, earlier)
    assert verify_inclusion(hashes[index], index, earlier, others, found)


def test_earlier_root_of_a_leaf_that_was_not_there_yet():
    with pytest.raises(ValueError, match="leaf 3 at 3 of 5"):
        merkle.earlier_root(b"", 3, 5, (), earlier=3, ending=b"")


def test_nothing_has_one_root():
    tree = MerkleTree.of(leaves(3))
    assert verify_consistency(0, merkle.EMPTY_ROOT, 3, tree.root(), [])
    assert not verify_consistency(0, bytes(32), 3, tree.root(), [])
    assert not verify_consistency(0, bytes(32), 0, bytes(32), [])
