"""What was changed behind the store's back is found, and named for what it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from plaingit import loosened

from rmdocs import canonical
from rmdocs.errors import StoreError
from rmdocs.messages import Language
from rmdocs.store import commits, merkle
from rmdocs.store.checking import examine_ledger
from rmdocs.store.checkpoint import Checkpoint, LedgerKeys
from rmdocs.store.event import Event
from rmdocs.store.history import history_check
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import object_name, rewrite
from rmdocs.store.objectwriter import ObjectWriter
from rmdocs.store.protocol import ledger_origin

pytestmark = pytest.mark.long

RECORD = "00/00/02/record.json"
EVENT = "00/00/02/events/000001-issue.json"
NOTE = "ledger/checkpoint"


class Forger:
    """Writes into the repository as somebody with a shell on the machine can."""

    def __init__(self, desk, ref):
        self.desk, self.ref = desk, ref
        self.scratch = desk.path / "rmdocs" / "forger"
        self.scratch.mkdir()

    @property
    def head(self):
        return self.desk.store.require_head(self.ref)

    def commit(self, changes, *, key=None, onto=None, parent=None, **parts):
        """Commit changed files (None drops one) and move the ref there."""
        head = self.head
        writer = ObjectWriter(self.desk.path, self.scratch)
        objects = self.desk.store.objects

        def read(oid):
            return writer.pending(oid) or objects.content(oid, "tree")

        oids = {
            path: None if data is None else writer.add("blob", data)
            for path, data in changes.items()
        }
        tree = rewrite(read, lambda data: writer.add("tree", data), onto or head.tree, oids)
        named = {
            "actor": self.desk.actor,
            "time": head.time,
            "subject_line": "Tidy",
            "trailers": {},
        }
        draft = commits.DraftCommit(tree=tree, parent=parent or head.commit, **(named | parts))
        commit = writer.add("commit", commits.signed(draft, key or self.desk.key))
        writer.flush()
        (self.desk.path / self.ref).write_text(f"{commit}\n")

    def amend(self, changes, **parts):
        """Put changed files into the last commit instead of a new one."""
        commit = commits.parse(
            self.head.commit, self.desk.store.objects.content(self.head.commit, "commit")
        )
        self.commit(changes, parent=commit.parents[0], **parts)

    def codes(self):
        try:
            head = self.head
        except StoreError:
            return {"HEAD-UNREADABLE"}
        keys = LedgerKeys.of(self.desk.ledger_key.public)
        report = examine_ledger(head, keys, ledger_origin(self.ref))
        found = list(report.findings)
        allowed = {self.desk.key.fingerprint: self.desk.key.public}
        found += history_check(self.desk.store.objects, head.commit, allowed)
        for finding in found:
            assert finding.message.text(Language.EN)
        return {finding.code for finding in found}


@pytest.fixture
def forger(desk, ref):
    desk.issue(1, 3)
    forger = Forger(desk, ref)
    assert forger.codes() == set()
    return forger


def changed_event(forger, **parts):
    return replace(Event.from_bytes(forger.head.read(EVENT)), **parts).to_bytes()


def relaid(forger, leaves, key):
    """Return a ledger that fits ``leaves``, its checkpoint signed by ``key``."""
    tree = merkle.MerkleTree.empty()
    tiles = tree.append([merkle.leaf_hash(leaf) for leaf in leaves])
    note = Checkpoint(origin=ledger_origin(forger.ref), size=tree.size, root=tree.root()).sign(key)
    return {f"ledger/{path}": data for path, data in tiles.items()} | {NOTE: note.encode()}


def leaves(forger):
    head = forger.head
    return [head.read(f"00/00/0{n}/events/00000{n - 1}-issue.json") for n in (1, 2, 3)]


def test_edited_file(forger):
    forger.commit({RECORD: b"{}"})
    assert forger.codes() == {"FILE-CHANGED", "COMMIT-REPLACES", "COMMIT-EMPTY"}


def test_edited_file_in_an_amended_commit(forger):
    forger.amend({"00/00/03/record.json": b"{}"})
    assert forger.codes() == {"FILE-CHANGED"}


def test_deleted_file(forger):
    forger.commit({RECORD: None})
    assert forger.codes() == {"FILE-MISSING", "COMMIT-REPLACES", "COMMIT-EMPTY"}


def test_deleted_record_with_all_its_events(forger):
    gone = [path for path, _ in forger.head.walk("00/00/02")]
    forger.commit(dict.fromkeys(gone))
    assert {"EVENT-MISSING", "LEDGER-SIZE", "COMMIT-REPLACES"} <= forger.codes()


def test_deleted_last_record_hidden_by_an_older_ledger(forger, ref):
    parent = next(commits.history(forger.desk.store.objects, forger.head.commit)).parents[0]
    old = forger.desk.store.require_head(ref)
    gone = [path for path, _ in forger.head.walk("00/00/03")]
    before = type(old)(forger.desk.store.objects, parent)
    ledger = {path: before.content(oid) for path, oid in before.walk("ledger")}
    forger.commit(dict.fromkeys([*gone, "ledger/tile/0/000.p/3"]) | ledger)
    assert {"COMMIT-REPLACES", "COMMIT-EMPTY", "COMMIT-LEDGER"} <= forger.codes()


def test_unsealed_file_slipped_in(forger):
    forger.commit({"00/00/02/editions/extra.docx": b"x"})
    assert forger.codes() == {"FILE-UNSEALED", "COMMIT-UNSEALED", "COMMIT-EMPTY"}


def test_unsealed_file_slipped_into_the_ledger(forger):
    forger.commit({"ledger/tile/0/000.p/2": b"x"})
    assert "LEDGER-TILE" in forger.codes()


def test_event_rewritten(forger):
    forger.commit({EVENT: changed_event(forger, reason="other")})
    assert {"LEDGER-ROOT", "LEDGER-TILE", "COMMIT-REPLACES"} <= forger.codes()


def test_event_backdated_with_the_ledger_signed_anew(forger, noon):
    data = changed_event(forger, time=noon - timedelta(days=1))
    first, _, third = leaves(forger)
    ledger = relaid(forger, [first, data, third], forger.desk.ledger_key)
    forger.commit({EVENT: data} | ledger)
    assert {"EVENT-TIME", "EVENT-PREVIOUS", "COMMIT-REPLACES"} <= forger.codes()


def test_events_exchanged(forger):
    first, second, third = leaves(forger)
    forger.commit(
        {
            "00/00/01/events/000000-issue.json": second,
            EVENT: first,
        }
        | relaid(forger, [second, first, third], forger.desk.ledger_key)
    )
    assert {"EVENT-NAME", "LEDGER-ROOT"} <= forger.codes()


def test_event_twice(forger):
    forger.commit({"00/00/09/events/000001-issue.json": leaves(forger)[1]})
    assert {"EVENT-TWICE", "LEDGER-SIZE", "FILE-TWICE"} <= forger.codes()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b'{"format":0}', b"\xff", b'{"format":1,"kind":"x"}'],
)
def test_event_made_unreadable_or_of_another_format(forger, data):
    forger.commit({EVENT: data})
    assert {"STORE-UNREADABLE", "EVENT-MISSING", "LEDGER-SIZE"} <= forger.codes()


def test_format_downgraded(forger):
    value = canonical.decode(forger.head.read(EVENT))
    del value["previous"]
    forger.commit({EVENT: canonical.encode(value)})
    assert "STORE-UNREADABLE" in forger.codes()


def test_ledger_signed_by_another_key(forger):
    ledger = relaid(forger, leaves(forger), SigningKey.generate("other"))
    forger.commit({NOTE: ledger[NOTE]})
    assert forger.codes() == {"LEDGER-SIGNATURE", "COMMIT-EMPTY"}


@pytest.mark.parametrize("note", [b"", b"\xff\xff", b"rmdocs/control\n3\n"])
def test_checkpoint_spoilt_or_dropped(forger, note):
    forger.commit({NOTE: note})
    assert "STORE-UNREADABLE" in forger.codes()
    forger.commit({NOTE: None})
    assert "STORE-UNREADABLE" in forger.codes()


def test_another_ledgers_content_under_this_ref(forger, ref):
    forger.ref = other = ref.replace("JN01", "JN02")
    (forger.desk.path / other).parent.mkdir(parents=True)
    (forger.desk.path / other).write_text((forger.desk.path / ref).read_text())
    assert forger.codes() == {"LEDGER-ORIGIN"}


def test_author_spoofed(forger):
    actor = replace(forger.desk.actor, staff_no="JN01-0001", name="行长")
    forger.amend({}, actor=actor)
    assert forger.codes() == {"COMMIT-ACTOR"}


def test_signed_by_a_stranger(forger):
    forger.amend({}, key=SigningKey.generate("stranger"))
    assert forger.codes() == {"COMMIT-STRANGER", "COMMIT-KEY"}


def test_signature_dropped_moved_or_spoilt(forger, ref):
    head = forger.head
    data = forger.desk.store.objects.content(head.commit, "commit")
    start, _, rest = data.partition(b"gpgsig ")
    unsigned = start + b"\n" + rest.partition(b"\n\n")[2]
    for changed in (unsigned, data.replace(b"Issue after", b"Issue efter")):
        writer = ObjectWriter(forger.desk.path, forger.scratch)
        commit = writer.add("commit", changed)
        writer.flush()
        (forger.desk.path / ref).write_text(commit)
        assert forger.codes() == {"COMMIT-UNSIGNED"}


@pytest.mark.parametrize("zone", ["+0800", "-0330"])
def test_signed_by_a_clock_of_another_zone(forger, monkeypatch, zone):
    monkeypatch.setattr(commits, "ZONE", zone)
    forger.amend({})
    monkeypatch.undo()
    assert forger.codes() == {"COMMIT-TIME"}


def test_foreign_headers_merges_and_times(forger, ref, noon):
    objects = forger.desk.store.objects
    data = objects.content(forger.head.commit, "commit")
    parent = next(commits.history(objects, forger.head.commit)).parents[0].encode()
    kinds = {
        "HEAD-UNREADABLE": data.replace(b"gpgsig ", b"encoding latin1\ngpgsig "),
        "COMMIT-MERGE": data.replace(b"\nauthor", b"\nparent " + parent + b"\nauthor"),
        "COMMIT-ACTOR": data.replace(b"committer \xe7", b"committer x \xe7"),
        "COMMIT-TIME": data.replace(b"%d +0000" % noon.timestamp(), b"1700000000 +0000"),
    }
    for code, changed in kinds.items():
        assert changed != data
        writer = ObjectWriter(forger.desk.path, forger.scratch)
        commit = writer.add("commit", changed)
        writer.flush()
        (forger.desk.path / ref).write_text(commit)
        assert code in forger.codes()


def test_links_and_programs_are_not_files_of_a_store(forger, ref):
    git = forger.desk.git
    lines = git("ls-tree", f"{ref}:00/00/02").replace("100644 blob", "120000 blob")
    tree = git("mktree", data=lines.encode()).strip()
    assert git("ls-tree", tree).startswith("040000")
    middle = git("mktree", data=f"040000 tree {tree}\t02\n".encode()).strip()
    upper = git("mktree", data=f"040000 tree {middle}\t00\n".encode()).strip()
    root = git("mktree", data=f"040000 tree {upper}\t00\n".encode()).strip()
    forger.commit({"series.json": b""}, onto=root)
    assert "STORE-UNREADABLE" in forger.codes()


def test_lost_and_damaged_objects(forger):
    head = forger.head
    oid = dict(head.walk())[RECORD]
    path = loosened(forger.desk.path, oid)
    forger.desk.store.close()  # which keeps what it read of packs
    whole = path.read_bytes()
    path.chmod(0o644)
    for damaged in (b"", whole[:-3], whole[:5] + b"\xff" + whole[6:]):
        path.write_bytes(damaged)
        assert forger.codes() == {"FILE-UNREADABLE"}
        with pytest.raises(StoreError, match="damaged"):
            head.read(RECORD)
    path.unlink()
    assert forger.codes() == {"FILE-UNREADABLE"}
    with pytest.raises(StoreError, match="missing"):
        head.read(RECORD)


def test_object_exchanged_for_another_is_not_believed(forger):
    import zlib

    oid = dict(forger.head.walk())[RECORD]
    path = loosened(forger.desk.path, oid)
    forger.desk.store.close()  # which keeps what it read of packs
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 2\0{}"))
    assert object_name("blob", b"{}") != oid
    with pytest.raises(StoreError, match="damaged"):
        forger.head.read(RECORD)


def test_nothing_is_sealed_onto_a_damaged_ledger(forger):
    forger.commit({"ledger/tile/0/000.p/3": b"x" * 96})
    with pytest.raises(StoreError, match=r"ledger .* is damaged"):
        forger.desk.issue(4, 4)


def test_truncated_history_needs_a_pin_outside(forger, ref):
    """A store rolled back whole is sound in itself; only a pin tells."""
    pinned = forger.head.checkpoint
    parent = next(commits.history(forger.desk.store.objects, forger.head.commit)).parents[0]
    (forger.desk.path / ref).write_text(parent)
    assert forger.codes() == set()
    assert forger.head.checkpoint.size < pinned.size
    forger.desk.append(forger.desk.new_event(7))
    assert forger.head.checkpoint.size == pinned.size
    assert forger.head.checkpoint.root != pinned.root
    assert forger.codes() == set()
