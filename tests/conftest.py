"""A sample workspace made once and copied for each test, and short ways to work in it."""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import tzset

import pytest
from archive import NUMBERS, Archive, fill, propose_in_two_volumes
from bank import CALL_BACK, FIFTH, LATE, NEW_YEAR, SAMPLES, Bank, closing
from chronicle import chronicle
from hypothesis import HealthCheck, settings
from odd import odd
from once import PLACE_VARIABLE, Once, made_place
from once import copied as copy_of
from programs import Watch
from sheets import all_scanned

from rmdocs.beginning import SAMPLE, begin, built_in
from rmdocs.demonstration import _last_day
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.registers.renditions import print_copy
from rmdocs.renditions.records import subject
from rmdocs.store.git import GitStore
from rmdocs.store.memory import MemoryStore
from rmdocs.workspace import records, renditions
from rmdocs.workspace.places import CACHE_VARIABLE, STATE_VARIABLE, STORE_PATH, index_path, vault

# A busy machine is slow, not wrong; what must be quick is measured by the benchmarks.
# Whoever runs the tests of a release gets the same answer on every machine; what nobody
# thought of yet is looked for by `make soak`, with other examples each time. How many of the
# first examples fit hangs on which constants Hypothesis met in this process: no failed law.
_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile(
    "unhurried", deadline=None, max_examples=25, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile("soak", deadline=None, max_examples=400, suppress_health_check=_SLOW)


_OPEN_FILES = 1024


def pytest_collection_finish():
    """Have Python look for cycles seldom: what was collected stays, and is looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure():
    """Give back what was left out: libraries complain at the end of what is still held."""
    gc.unfreeze()


def _allow_no_more_files_than_most():
    """Have as many files open as systems allow by default: what is left open shows on any."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not 0 <= allowed <= _OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, most))


def _leave_out_settings_of_git():
    """Have git, where tests run it, know nothing of the person who runs them.

    They may have it sign, or refuse bare repositories; and in a hook, ``make test`` would write
    to the repository that called it.
    """
    for name in [one for one in os.environ if one.startswith("GIT_")]:
        del os.environ[name]
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def pytest_configure(config):
    _leave_out_settings_of_git()
    # Most who use it are there; what takes the clock of the machine for UTC shows.
    os.environ["TZ"] = "Asia/Shanghai"
    tzset()
    _allow_no_more_files_than_most()
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("unhurried")
    hands_out = not hasattr(config, "workerinput")  # or runs them itself, if alone
    if hands_out:
        os.environ[PLACE_VARIABLE] = made_place(config)
    if not (hands_out and config.option.numprocesses):
        config.pluginmanager.register(Watch(), Watch.__name__)


@pytest.fixture(scope="session", autouse=True)
def closed_at_last():
    """Close what shared fixtures opened."""
    with closing():
        yield


@pytest.fixture(autouse=True)
def closed():
    """Close every workspace that a test opened."""
    with closing():
        yield


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
    return Once(shared=place.parent / "once", own=place, watch=watch, closing=closing)


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
