"""A sample workspace made once and copied for each test, and short ways to work in it."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from archive import NUMBERS, Archive, fill, propose_in_two_volumes
from hypothesis import HealthCheck, settings
from odd import odd
from once import PLACE_VARIABLE, Once, made_place
from once import copied as copy_of
from programs import Watch
from sheets import all_scanned

from rmdocs.beginning import SAMPLE, begin, built_in
from rmdocs.demonstration import _last_day
from rmdocs.errors import FindingsError
from rmdocs.folders import read, save_all
from rmdocs.identifiers import RecordNumber, RequestNumber, StaffNumber
from rmdocs.issuing.checking import CheckedCandidate
from rmdocs.issuing.registry import Read
from rmdocs.registers.indexfile import Query
from rmdocs.registers.renditions import print_copy
from rmdocs.registers.staff import StaffRegister
from rmdocs.renditions.records import subject
from rmdocs.store.commits import Commit, history
from rmdocs.store.git import GitStore
from rmdocs.store.memory import MemoryStore
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records, renditions, requests, store
from rmdocs.workspace.opening import Workspace
from rmdocs.workspace.places import CACHE_VARIABLE, STATE_VARIABLE, STORE_PATH, index_path, vault

NEW_YEAR = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATE = date(2026, 12, 31)
FIFTH = Path(__file__).parent / "data" / "fifth_form"
CALL_BACK = FIFTH / "forms" / "RXD7200-05" / "sample.json"
SAMPLES = tuple(sorted(path.stem for path in SAMPLE.glob("RXD*.json")))

# Forms and templates are looked up by the digest of their bytes, so whatever
# workspace they were read from they are the same; reading them takes long.
_READ = Read()

# What tests opened: closed when the test, or for shared workspaces the session, ends.
_OPENED: list[Workspace] = []

# Whoever runs the tests need not have told git a name.
_SOMEBODY = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid")

# A busy machine is slow, not wrong; what must be quick is measured by the benchmarks.
# Whoever runs the tests of a release gets the same answer on every machine; what nobody
# thought of yet is looked for by `make soak`, with other examples each time. How many of the
# first examples fit hangs on which constants Hypothesis met in this process: no failed law.
_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile(
    "unhurried", deadline=None, max_examples=25, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile("soak", deadline=None, max_examples=400, suppress_health_check=_SLOW)


def pytest_collection_finish():
    """Have Python look for cycles seldom: what was collected stays, and is looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure():
    """Give back what was left out: libraries complain at the end of what is still held."""
    gc.unfreeze()


def pytest_configure(config):
    # Not where this file is read: tests import it once more, when another was chosen.
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("unhurried")
    hands_out = not hasattr(config, "workerinput")  # or runs them itself, if alone
    if hands_out:
        os.environ[PLACE_VARIABLE] = made_place(config)
    if not (hands_out and config.option.numprocesses):
        config.pluginmanager.register(Watch(), Watch.__name__)


@contextmanager
def refused_for(*codes):
    """Expect a refusal for these findings and no others."""
    with pytest.raises(FindingsError) as refusal:
        yield
    assert {finding.code for finding in refusal.value.findings} == set(codes)


@dataclass
class Bank:
    """A workspace, its people and its samples.

    :param memory: its store, where no test looks at files of one.
    """

    root: Path
    memory: MemoryStore | None = None

    @property
    def store(self) -> Path:
        assert self.memory is None, "this needs a store in git: ask for copied_in_git"
        return self.root / STORE_PATH

    def at(self, actor: str | None = None, day: date = LATE) -> Workspace:
        """Open the workspace as somebody, on a day."""
        workspace = self.opened(actor, datetime.combine(day, time(9), UTC))
        workspace.registry._read = _READ
        workspace.registry.forms._loaded = _READ.forms
        return workspace

    def opened(self, actor: str | None, moment: datetime) -> Workspace:
        """Open the workspace as somebody, at a moment; it is closed after the test."""
        staff_no = StaffNumber.parse(actor) if actor else None
        workspace = Workspace(self.root, staff_no, lambda: moment, self.memory)
        _OPENED.append(workspace)
        return workspace

    def close(self) -> None:
        """Close what was opened of this workspace so far."""
        for workspace in _OPENED:
            if workspace.root == self.root:
                workspace.close()

    def index_files(self) -> list[Path]:
        """Return the files of the search index that whoever runs the tests has of it."""
        path = index_path(self.root)
        assert path is not None
        return [*path.parent.glob(f"{path.name}*")]

    def sample(self, name: str) -> dict[str, Any]:
        """Return a sample, such as ``RXD7200-01-JN01``, to be changed at will."""
        return json.loads((SAMPLE / f"{name}.json").read_bytes())

    def write(self, value: object, name: str = "record.json") -> Path:
        """Write a value, or text, or bytes, to a file beside the workspace."""
        path = self.root.parent / name
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
        return path

    def check(self, value: object, name: str = "record.json") -> list[CheckedCandidate]:
        """Check what a file holds, on the last day of the samples' year."""
        return records.check(self.at(), [read(self.write(value, name))])

    def issue(self, sample: dict[str, Any], day: date | None = None) -> RecordNumber:
        """Issue a record on its last day, by whoever prepared it."""
        actor = sample["record"]["prepared_by"]["staff_no"]
        result = records.issue(self.at(actor, day or _last_day(sample)), [read(self.write(sample))])
        outcome = result.outcomes[0]
        assert outcome.number is not None, outcome.findings
        return outcome.number

    def add(self, number: RecordNumber, name: str, content: object, actor: str, day: date = LATE):
        """Add a stage by somebody."""
        value = {"stage": name, "content": content}
        return records.add(self.at(actor, day), number, name, read(self.write(value, "stage.json")))

    def amend(self, number: RecordNumber, record: object, actor: str, reason: str = "更正"):
        """Amend a record on the last day of the samples' year."""
        return records.amend(
            self.at(actor), number, read(self.write(record, "amended.json")), reason
        )

    def void(
        self,
        number: RecordNumber,
        actor: str,
        approver: str,
        reason: str = "重复",
        day: date = LATE,
    ):
        """Void a record: one asks, another approves."""
        return self.approve(self.ask(number, actor, reason, day), approver, day)

    def ask(self, number: RecordNumber, actor: str, reason: str = "重复", day: date = LATE):
        """Ask for a record to be declared void; return the request's number."""
        return requests.void(self.at(actor, day), number, reason).number

    def approve(self, request: RequestNumber, approver: str, day: date = LATE):
        """Approve a request; return it as it stands then."""
        return requests.approve(self.at(approver, day), request)

    def walk(self, sample: dict[str, Any]) -> RecordNumber:
        """Issue a sample and add all its stages."""
        number, day = self.issue(sample), _last_day(sample)
        for stage in sample["stages"]:
            actor = self.stage_actor(sample, stage)
            self.add(number, stage["stage"], stage["content"], actor, day)
        return number

    def stage_actor(self, sample: dict[str, Any], stage: dict[str, Any]) -> str:
        """Return who adds a stage: whom it names, else whoever prepared the record."""
        register = StaffRegister(head=self.at().registry.control)
        named = [p for p in register.people() if p.name == stage["content"].get("name")]
        return str(named[0].staff_no) if named else sample["record"]["prepared_by"]["staff_no"]

    def git(self, *words: str, data: bytes | None = None) -> str:
        """Run plain git on the store."""
        done = subprocess.run(
            ["git", "-C", self.store, *_SOMEBODY, *words],
            check=True,
            input=data,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def refs(self, below: str = "refs/heads/") -> dict[str, str]:
        """Return the commit that each ref names."""
        store = self.at().store
        return {ref: store.require_head(ref).commit for ref in store.refs() if below in ref}

    def commits(self, ref: str = CONTROL_REF) -> list[Commit]:
        """Return a ref's commits, the newest first."""
        store = self.at().store
        return [*history(store.objects, store.require_head(ref).commit)]

    def afterwards(self) -> Workspace:
        """Open the workspace at the latest moment at which it was opened so far."""
        moments = [one.now() for one in _OPENED if one.root == self.root]
        return self.opened(None, max(moments, default=self.at().now()))

    def codes(self) -> set[str]:
        """Verify the store and return the codes of what is wrong."""
        return {finding.code for finding in store.verify(self.afterwards()).findings}


@pytest.fixture(scope="session", autouse=True)
def closed_at_last():
    """Close what shared fixtures opened."""
    yield
    _close_down_to(0)


@pytest.fixture(autouse=True)
def closed():
    """Close every workspace that a test opened."""
    before = len(_OPENED)
    yield
    _close_down_to(before)


def _close_down_to(count: int) -> None:
    while len(_OPENED) > count:
        _OPENED.pop().close()


_WORKSPACES = frozenset({"founded", "founded_personal", "copied"})
"""The fixtures that others make their workspaces of."""


def pytest_collection_modifyitems(items):
    """Mark the tests that work in a workspace; put files first that take long."""
    for item in items:
        if not _WORKSPACES.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.store)
    # Each file goes to one process, for what its tests share: a long one at the end
    # would have the others wait.
    long = {item.path for item in items if any(map(item.get_closest_marker, ("office", "long")))}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session", autouse=True)
def place(worker_id):
    """A directory of this process for workspaces."""
    found = Path(os.environ[PLACE_VARIABLE]) / worker_id
    found.mkdir()
    # Whoever runs the tests has an index of their own workspaces: it is left alone.
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(CACHE_VARIABLE, str(found / "cache"))
        patched.setenv(STATE_VARIABLE, str(found / "state"))
        yield found


@pytest.fixture(scope="session")
def once(pytestconfig, place):
    """What makes a workspace once for all processes."""
    watch = pytestconfig.pluginmanager.get_plugin(Watch.__name__)
    return Once(shared=place.parent / "once", own=place, watch=watch)


@pytest.fixture(scope="session")
def founded(once):
    return once.workspace("founded", lambda root: begin(root, sample=True, now=NEW_YEAR))[0]


@pytest.fixture(scope="session")
def founded_personal(once):
    """A workspace with two forms; the records of one must be destroyable."""
    return once.workspace("personal", _found_personal)[0]


def _found_personal(root):
    desk = root.parent / "desk"
    for source, form in ((built_in(), "RXD7200-02"), (FIFTH, "RXD7200-05")):
        shutil.copytree(source / "forms" / form, desk / "forms" / form)
        schemas = desk / "schemas"
        schemas.mkdir(exist_ok=True)
        for name in ("common", form):
            if (source / "schemas" / f"{name}.schema.json").is_file():
                shutil.copy(source / "schemas" / f"{name}.schema.json", schemas)
    manifest = desk / "forms" / "RXD7200-05" / "form.toml"
    text = manifest.read_text(encoding="utf-8").replace('"internal"', '"personal"')
    held = 'basis = "DA/T 98-2023"\nhold_while = "content.follow_up is not none"\n'
    text = text.replace('basis = "DA/T 98-2023"\n', held)
    manifest.write_text(text, encoding="utf-8")
    begin(root, sample=True, now=NEW_YEAR, desk=desk)


@pytest.fixture(scope="session")
def visited(once, founded):
    def visit(root):
        bank = Bank(root)
        bank.issue(bank.sample("RXD7200-02-JN01"))

    return once.copy(founded, "visited", visit)[0]


@pytest.fixture(scope="session")
def agreement(once, founded) -> tuple[Path, RecordNumber]:
    """A workspace with one agreement and its PDF; its number."""

    def make(root):
        bank = Bank(root)
        number = bank.issue(bank.sample("RXD7200-01-JN01"))
        renditions.make(bank.at("JN01-0101"), [number])
        return number

    return once.copy(founded, "rendered", make)


@pytest.fixture
def rendered(agreement, copied) -> tuple[Bank, RecordNumber]:
    root, number = agreement
    return copied(root), number


@pytest.fixture(scope="session")
def paper(agreement):
    """The agreement's formal PDF, signed on paper and scanned, its pages in order."""
    root, number = agreement
    one = subject(Bank(root).at().registry, number)
    return all_scanned(one.content(print_copy(one.folder.events)[0].file))


@pytest.fixture(scope="session")
def walked(once, founded):
    def walk(root):
        bank = Bank(root)
        for sample in sorted(map(bank.sample, SAMPLES), key=_last_day):
            bank.walk(sample)

    return once.copy(founded, "walked", walk)[0]


@pytest.fixture
def copied(copied_in_git):
    """Copy a workspace for one test; where none looks at files of the store, in memory."""
    return copied_in_git


@pytest.fixture
def copied_in_git(copy):
    """Copy a workspace with all its files."""
    return lambda root: Bank(copy_of(root, copy))


@pytest.fixture
def copied_in_memory(copy, kept_in_memory):
    """Copy a workspace, its store into memory: never to try writing to disk, attacks or kills."""

    def make(root):
        copy_of(root, copy, STORE_PATH.name)
        (copy / STORE_PATH).mkdir()  # a search index is forgotten with the store's place
        return Bank(copy, MemoryStore.copy(kept_in_memory(root), vault(copy)))

    return make


@pytest.fixture(scope="session")
def kept_in_memory():
    """Return the store of a workspace that stays as it is, read once."""
    return cache(lambda root: MemoryStore.copy(GitStore.open(root / STORE_PATH), vault(root)))


@pytest.fixture
def copy(place):
    """Where the copy of a workspace goes for one test, with its index."""
    with TemporaryDirectory(dir=place) as directory:
        copy = Path(directory) / "bank"
        yield copy
        index = index_path(copy)
        assert index is not None
        shutil.rmtree(index.parent, ignore_errors=True)


@pytest.fixture
def bank(founded, copied):
    """A workspace with nothing issued."""
    return copied(founded)


@pytest.fixture(scope="session")
def lived_bank(once, founded_personal):
    """One encrypted record to which all that can happen happened: to be read only."""

    def live(root):
        bank, sample = Bank(root), json.loads(CALL_BACK.read_bytes())
        number = bank.walk(sample)
        sample["record"]["content"]["questions"][0]["answer"] = "改口称从未收到"
        bank.amend(number, sample["record"], "JN01-0101", "客户来电更正答复")
        bank.void(number, "JN01-0101", "JN01-0001", "客户撤回回访")

    return Bank(once.copy(founded_personal, "lived", live)[0])


@pytest.fixture(scope="session")
def archived(once, founded_personal):
    """A workspace with three encrypted call-backs; see ``archive``."""
    sample = json.loads(CALL_BACK.read_bytes())
    return once.copy(founded_personal, "archived", lambda root: fill(Bank(root), sample))[0]


@pytest.fixture(scope="session")
def proposed(once, archived):
    """The same, with a disposal proposed for records of two volumes."""
    sample = json.loads(CALL_BACK.read_bytes())

    def make(root):
        propose_in_two_volumes(Bank(root), sample)

    return once.copy(archived, "proposed", make)[0]


@pytest.fixture(scope="session")
def disposed(once, archived):
    """The same archive, with a record destroyed by two people."""

    def make(root):
        archive = Archive(Bank(root))
        list(records.find(archive.at(), Query()))
        archive.dispose(NUMBERS[0])

    return once.copy(archived, "disposed", make)[0]


@pytest.fixture(scope="session")
def told_of_a_year(once, founded):
    """A workspace in which the year of ``chronicle`` happened."""
    from chronicle import chronicle  # which needs the bank above

    return once.copy(founded, "chronicle", lambda root: chronicle(Bank(root)))[0]


@pytest.fixture
def pending(proposed, copied):
    """An archive with the disposal D2032-0001 yet to be approved."""
    return Archive(copied(proposed))


@pytest.fixture
def archive(archived, copied):
    """Three encrypted call-backs, on a day when they need not be kept any longer."""
    return Archive(copied(archived))


@pytest.fixture
def personal_bank(founded_personal, copied):
    """A workspace where records of RXD7200-05 are encrypted, with none issued."""
    return copied(founded_personal)


@pytest.fixture
def visited_bank(visited, copied):
    """A workspace with one call log just issued: RXD7200-02-JN01-2026-0001."""
    return copied(visited)


@pytest.fixture
def full_bank(walked, copied):
    """A workspace with all samples issued and all their stages added."""
    return copied(walked)


@pytest.fixture(scope="session")
def samples(tmp_path_factory, walked) -> dict[str, bytes]:
    """The newest document of every sample, by its file's name."""
    bank = Bank(walked)
    folder = tmp_path_factory.mktemp("samples")
    found = {}
    for record in records.find(bank.at(), Query()):
        [path, *_] = save_all(folder, records.export(bank.at(), RecordNumber.parse(record.number)))
        found[path.stem] = path.read_bytes()
    return found


@pytest.fixture(scope="session")
def odd_documents(tmp_path_factory, founded, place) -> dict[str, bytes]:
    """Documents of the four forms as full as they get, by their files' names."""
    bank = Bank(Path(shutil.copytree(founded, place / "odd" / "bank")))
    folder = tmp_path_factory.mktemp("odd")
    for name in ("01", "02", "03", "04"):
        number = bank.issue(odd(bank.sample(f"RXD7200-{name}-JN01")), LATE)
        save_all(folder, records.export(bank.at(), number))
    return {path.stem: path.read_bytes() for path in folder.glob("*-e1.docx")}


@pytest.fixture(scope="session")
def shared_bank(walked):
    """The same, for all tests: to be read and checked against only."""
    return Bank(walked)


@pytest.fixture
def call_back():
    """A sample of the fifth form, to be changed at will."""
    return json.loads(CALL_BACK.read_bytes())


@pytest.fixture
def plan():
    """A sample plan, to be changed at will."""
    return json.loads((SAMPLE / "RXD7200-03-JN01.json").read_bytes())


@pytest.fixture
def visit():
    """A sample call log, to be changed at will."""
    return json.loads((SAMPLE / "RXD7200-02-JN01.json").read_bytes())
