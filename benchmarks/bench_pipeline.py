"""From a JSON file to a durable commit, against docxtpl and GitPython doing the same.

The plain way reads the same JSON, renders the same template with the same
values in the same sandbox, writes record and document into a work tree, and
commits with GitPython. It checks nothing, signs nothing, numbers nothing,
proves nothing, syncs nothing; its context is given to it ready-made.
"""

import copy
import io
import itertools
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime

import git
import pytest
import soak
from docxtpl import DocxTemplate

from rmdocs.beginning import SAMPLE
from rmdocs.folders import read
from rmdocs.identifiers import DocumentNumber, StaffNumber
from rmdocs.language.sandbox import sandbox
from rmdocs.records.check import check_record
from rmdocs.records.context import template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.workspace import records
from rmdocs.workspace.opening import Workspace

BATCH = 100
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
TODAY = date(2026, 6, 1)
FORM = DocumentNumber.parse(soak.FORM)
SERIAL = itertools.count(1)
ACTOR = "JN01-0101"

COMMAND = "import sys; from rmdocs.cli.main import main; sys.exit(main())"

# The same with a clock of its own: the samples are of 2026 whatever the year.
COMMAND_IN_2026 = """
import sys
from datetime import UTC, datetime
from rmdocs.workspace import opening as workspace
workspace.open_workspace = lambda root, actor, _passphrase, _reading: workspace.Workspace(
    root, actor, lambda: datetime(2026, 6, 1, 9, tzinfo=UTC))
from rmdocs.cli.main import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "workspace"
    soak.make(path)
    return path


@pytest.fixture(scope="module")
def workspace(root):
    with Workspace(root, StaffNumber.parse(ACTOR), lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="module")
def sample():
    value = json.loads((SAMPLE / f"{FORM}-JN01.json").read_bytes())
    return {"record": value["record"]}


@pytest.fixture
def fresh(tmp_path, sample):
    """Write a file of ``count`` records nobody issued yet; return its path."""

    def write(count):
        records = []
        for _ in range(count):
            record = copy.deepcopy(sample)
            record["record"]["content"]["contract_no"] = f"bench-{next(SERIAL)}"
            records.append(record)
        path = tmp_path / f"{next(SERIAL)}.json"
        path.write_text(json.dumps(records if count > 1 else records[0], ensure_ascii=False))
        return path

    return write


@pytest.fixture
def issue(workspace):
    def run(path):
        for outcome in records.issue(workspace, [read(path)]).outcomes:
            assert outcome.number is not None
            assert not outcome.already

    return run


@pytest.fixture(scope="module")
def released(workspace):
    return workspace.registry.form_in_force(FORM, TODAY)


@pytest.fixture(scope="module")
def context(workspace, sample, released):
    """What the template sees, exactly as in an issue."""
    draft = RecordDraft.parse(sample["record"])
    unit = workspace.registry.staff.unit(draft.unit).to_json()
    checked, findings = check_record(draft, released.form, unit, TODAY)
    assert checked, findings
    return template_context(
        checked, released.form, number=f"{FORM}-JN01-2026-0001", edition=1, pin="0", issued_on=TODAY
    )


@pytest.fixture
def plain(tmp_path, released, context):
    """Return the plain way: a file of records into one commit."""
    repository = git.Repo.init(tmp_path / "plain")
    template = tmp_path / "template.docx"
    template.write_bytes(released.files.template)
    tree = tmp_path / "plain"

    def run(path):
        value = json.loads(path.read_bytes())
        added = []
        for record in value if isinstance(value, list) else [value]:
            name = f"{next(SERIAL):06d}"
            document = DocxTemplate(template)
            document.render(context, sandbox(autoescape=True))
            document.save(tree / f"{name}.docx")
            (tree / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False))
            added += [f"{name}.docx", f"{name}.json"]
        repository.index.add(added)
        repository.index.commit(f"Issue {added[0]}")

    yield run
    repository.close()


def measured(benchmark, function, fresh, count, rounds):
    benchmark.extra_info["documents"] = count
    benchmark.pedantic(
        function, setup=lambda: ((fresh(count),), {}), rounds=rounds, warmup_rounds=1
    )
    if benchmark.stats:
        pace = count / benchmark.stats.stats.median
        benchmark.extra_info["documents_per_second"] = round(pace, 1)


@pytest.mark.benchmark(group="one record to a commit")
def test_one(benchmark, issue, fresh):
    measured(benchmark, issue, fresh, 1, 30)


@pytest.mark.benchmark(group="one record to a commit")
def test_one_plain(benchmark, plain, fresh):
    measured(benchmark, plain, fresh, 1, 30)


@pytest.mark.benchmark(group="100 records to a commit")
def test_batch(benchmark, issue, fresh):
    measured(benchmark, issue, fresh, BATCH, 3)


@pytest.mark.benchmark(group="100 records to a commit")
def test_batch_plain(benchmark, plain, fresh):
    measured(benchmark, plain, fresh, BATCH, 3)


@pytest.mark.benchmark(group="render only")
def test_render(benchmark, workspace, released, context):
    """Render with the proof that everything printed is in the document."""
    benchmark(workspace.registry.template(released).render, context)


@pytest.mark.benchmark(group="render only")
def test_render_plain(benchmark, released, context):
    def render():
        document = DocxTemplate(io.BytesIO(released.files.template))
        document.render(context, sandbox(autoescape=True))
        document.save(io.BytesIO())

    benchmark(render)


@pytest.fixture(scope="module")
def run_command(tmp_path_factory):
    """Run the command with its modules compiled, as they are once installed."""
    environment = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("bytecode"))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))

    def run(command, *words):
        arguments = [sys.executable, "-c", command, *words]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, env=environment)

    return run


@pytest.mark.benchmark(group="whole process")
def test_process_python(benchmark):
    """Python alone, to compare."""
    command = [sys.executable, "-c", "pass"]
    benchmark.pedantic(subprocess.run, args=(command,), rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="whole process")
def test_process_help(benchmark, run_command):
    benchmark.pedantic(run_command, args=(COMMAND, "--help"), rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="whole process")
def test_process_issue(benchmark, root, fresh, run_command):
    def run(path):
        run_command(COMMAND_IN_2026, "--workspace", str(root), "--as", ACTOR, "issue", str(path))

    measured(benchmark, run, fresh, 1, 10)
