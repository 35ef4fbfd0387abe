"""What machines of a cluster help with is the same to the byte, and what is not safe is refused."""

import copy
import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import dask
import pytest
from bank import CALL_BACK, Bank
from clustered import certificate, machines, settings
from notices import EFFECTIVE, FORM, NEW, OFFICER, revised_notices

from rmdocs.beginning import SAMPLE
from rmdocs.cli.main import main
from rmdocs.errors import MissingProgramError, StoreError, UsageError
from rmdocs.folders import read
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.renditions import making
from rmdocs.workspace import cluster as module
from rmdocs.workspace import records, regeneration, renditions, store
from rmdocs.workspace.cluster import joined

RM = "JN01-0101"
COUNT = 200


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with machines(tmp_path_factory.mktemp("cluster")) as found:
        found.scheduler()
        for _ in range(2):
            found.worker()
        with dask.config.set(settings(found.place / "certificates")):
            yield found


@contextmanager
def helped(workspace, cluster):
    """Have the cluster help, with a copy of the store."""
    cluster.holds(workspace.store.path)
    workers = cluster.ready()
    with joined(workspace, cluster.address) as others:
        assert others._max_workers == workers
        yield others


def visits(count=COUNT):
    sample = json.loads((SAMPLE / "RXD7200-02-JN01.json").read_bytes())
    found = [copy.deepcopy(sample["record"]) for _ in range(count)]
    for place, one in enumerate(found, 1):
        one["content"]["visit"]["topic"] = f"第{place}次走访"
    return found


@pytest.fixture(scope="module")
def made_alone(once, founded):
    """Return a workspace with a batch that this machine made, and what each ref names in it."""

    def make(root):
        bank = Bank(root)
        records.issue(bank.at(RM), [read(bank.write(visits()))])
        return bank.refs()

    return once.copy(founded, "alone", make)


def told(others):
    return [text.text(Language.EN) for text in others.told()]


def refusal(workspace, address, kind=StoreError):
    """Return why a cluster is refused."""
    with pytest.raises(kind) as found, joined(workspace, address):
        raise AssertionError
    return str(found.value)


def test_a_worker_killed_midway_loses_and_doubles_nothing(bank, made_alone, cluster):
    victim = list(cluster.begun.values())[-1]

    def kill(done, _total):
        if done == COUNT // 8:
            victim.send_signal(signal.SIGKILL)
            victim.wait()

    work = bank.at(RM)
    with helped(work, cluster) as others:
        result = records.issue(work, [read(bank.write(visits()))], progress=kill)
    assert victim.returncode == -signal.SIGKILL
    assert len({one.number for one in result.outcomes}) == COUNT
    assert bank.refs() == made_alone[1]
    assert others._done > 0
    assert "believed" in " ".join(told(others))


@pytest.fixture(scope="module")
def revised(once, founded):
    return once.copy(founded, "revised", revised_notices)[0]


def regenerated(work):
    """Return what a regeneration planned; it is carried out."""
    plan = regeneration.plan(work, FORM, NEW)
    regeneration.run(work, plan)
    return plan.records


def looked_at(bank, work):
    """Return what is found wrong, and which records, by an index made anew."""
    for file in bank.index_files():
        file.unlink()
    found = store.verify(work, contents=True)
    return found.findings, found.documents, [*records.find(work, Query())]


def test_regenerating_verifying_and_reading_come_to_the_same(revised, cluster, tmp_path):
    alone, other = (Bank(Path(shutil.copytree(revised, tmp_path / name))) for name in "ab")
    planned = regenerated(alone.at(OFFICER, EFFECTIVE))
    work = other.at(OFFICER, EFFECTIVE)
    with helped(work, cluster) as others:
        assert regenerated(work) == planned
    assert others._done > 0
    assert other.refs() == alone.refs()
    found = [looked_at(alone, alone.at())]
    work = other.at()
    with helped(work, cluster) as others:
        found.append(looked_at(other, work))
    assert others._done > 0
    assert others._failed == 0
    assert found[1] == found[0]
    assert found[0][0] == ()


def test_what_a_cluster_verified_nobody_goes_on_from(bank, cluster):
    work = bank.at()
    with helped(work, cluster):
        assert store.verify(work).ok
    with pytest.raises(UsageError, match="nothing was verified"):
        store.verify(work, since=store.LAST)


def test_what_must_be_destroyable_is_kept_out(personal_bank, cluster, monkeypatch):
    sample = json.loads(CALL_BACK.read_bytes())["record"]
    values = [copy.deepcopy(sample) for _ in range(60)]
    for place, one in enumerate(values, 1):
        one["content"]["questions"][0]["answer"] = f"第{place}次答复"
    work = personal_bank.at(sample["prepared_by"]["staff_no"])
    with helped(work, cluster) as others:
        result = records.issue(work, [read(personal_bank.write(values))])
        assert store.verify(work, contents=True).findings == ()
    assert None not in [one.number for one in result.outcomes]
    assert others._done == 0
    assert "kept out of the cluster" in " ".join(told(others))


@pytest.mark.office
@pytest.mark.fonts
def test_pdf_comes_to_the_same(bank, cluster, monkeypatch):
    result = records.issue(bank.at(RM), [read(bank.write(visits(2)))])
    monkeypatch.setattr(making, "AT_ONCE", 1)
    monkeypatch.setattr(making, "_ONE_IN", 1)  # each that a worker made is made here as well
    work = bank.at(RM)
    with helped(work, cluster) as others:
        made = renditions.make(work, [one.number for one in result.outcomes])
    assert len(made) == 2
    assert (others._done, others._failed) == (1, 0)


@pytest.mark.parametrize("made", [{}, {"b.pdf": b""}, {"a.pdf": b"", "b.pdf": b""}])
def test_pdf_of_other_documents_than_were_given_is_none_of_theirs(made):
    [wanted] = [SimpleNamespace(name="a.docx")]
    assert not making._agrees(None, (wanted,), making._MadePiece(made=made))


def test_a_command_is_helped_and_says_so(bank, cluster, capsys):
    cluster.holds(bank.store)
    cluster.ready()
    words = ["--workspace", str(bank.root), "--lang", "en", "check", str(bank.write(visits()))]
    assert main([*words, "--cluster", cluster.address]) == 0
    assert "were done by the cluster, whose machines are believed" in capsys.readouterr().err


def test_a_cluster_with_another_store_is_refused(bank, made_alone, cluster):
    cluster.holds(Bank(made_alone[0]).store)
    cluster.ready()
    assert "its copy of the store stands elsewhere" in refusal(bank.at(), cluster.address)


def test_a_worker_that_is_another_one_by_now_is_given_nothing_more(bank, made_alone, cluster):
    """It looks at itself once it is given something, not only when it is first asked."""
    work = bank.at(RM)
    with helped(work, cluster) as others:
        others._common = replace(others._common, libraries=("Python 2.7",))
        records.issue(work, [read(bank.write(visits()))])
    assert others._done == 0
    assert "it has other versions" in " ".join(told(others))
    assert bank.refs() == made_alone[1]


def test_who_has_a_certificate_of_another_authority_is_not_let_in(bank, cluster, tmp_path):
    with dask.config.set(settings(certificate(tmp_path / "certificates"))):
        assert "no connection" in refusal(bank.at(), cluster.address)


def test_a_cluster_that_others_may_connect_to_is_refused(bank, cluster):
    cluster.holds(bank.store)
    open_one = cluster.worker(threads=2, dashboard=":0")
    cluster.ready()
    reason = refusal(bank.at(), cluster.address)
    open_one.kill()
    open_one.wait()
    assert "anybody may connect to it at http://" in reason
    assert "--nthreads 1" in reason


def test_with_no_worker_left_this_machine_goes_on(bank, made_alone, cluster):
    work = bank.at(RM)
    with helped(work, cluster):
        records.issue(work, [read(bank.write(visits()))], progress=killing(cluster, "worker"))
    assert bank.refs() == made_alone[1]
    assert "no worker" in refusal(work, cluster.address)


def test_with_its_scheduler_gone_this_machine_goes_on(bank, made_alone, cluster):
    cluster.worker()
    work = bank.at(RM)
    with helped(work, cluster) as others:
        records.issue(work, [read(bank.write(visits()))], progress=killing(cluster, "scheduler"))
    assert others._done > 0
    assert bank.refs() == made_alone[1]


def killing(cluster, part):
    """Return what kills all parts of a cluster of one kind once an eighth is done."""

    def kill(done, _total):
        if done == COUNT // 8:
            for log, one in cluster.begun.items():
                if log.name.startswith(part):
                    one.kill()

    return kill


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "127.0.0.1:8786", "tls://", "tls://h:1/x", "inproc://1/2/3"]
)
def test_what_is_not_encrypted_is_refused_before_anything_is_sent(bank, address):
    assert "no address of an encrypted scheduler" in refusal(bank.at(), address, UsageError)


@pytest.mark.parametrize("lacking", ["ca-file", "client.cert", "client.key"])
def test_without_a_certificate_there_is_no_connection(bank, tmp_path, lacking):
    known = settings(certificate(tmp_path / "certificates"))
    name = f"distributed.comm.tls.{lacking}"
    with dask.config.set({**known, name: None}):
        assert name in refusal(bank.at(), "tls://127.0.0.1:1", UsageError)


def test_where_nobody_answers_it_is_told(bank, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    with dask.config.set(settings(certificate(tmp_path / "certificates"))):
        assert "no connection" in refusal(bank.at(), "TLS://127.0.0.1:1")


def test_without_dask_it_is_told_how_to_have_it(bank, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingProgramError) as found, joined(bank.at(), "tls://h:1"):
        raise AssertionError
    assert "rmdocs[cluster]" in found.value.remedy.text(Language.EN)


def test_nobody_loads_dask_who_does_not_ask_for_a_cluster(bank):
    words = ["--workspace", str(bank.root), "check", str(bank.write(visits(1)))]
    program = f"""
import sys
from rmdocs.cli.main import main
print(main({words!r}), sorted({{"dask", "distributed"}} & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
