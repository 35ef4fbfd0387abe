"""What rmdocs does beside what one would use instead: by turns, in one run; the ratio comes first.

    python benchmarks/compare.py                # all; some minutes
    python benchmarks/compare.py render pdf     # some

Prints the table of docs/benchmarks.md: how many times as fast (or as much), the medians of both,
and the least and the most of the ratios of single rounds. Each round does both, one after the
other, so that what else the machine does befalls both. Processes are measured by the processor
time that they and all that they begin take (``cpu``), everything else by the clock.

docxtemplater comes from npm, into a temporary folder; where there is no node it is left out.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

import bench_batch
import bench_pdf
import docxtpl
from docx import Document

from rmdocs.demonstration import ISSUED, demonstrate
from rmdocs.language.sandbox import sandbox
from rmdocs.pdf.archive import finish
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice
from rmdocs.rendering.compiled import CompiledTemplate

DOCXTEMPLATER = ("docxtemplater@3.71.1", "pizzip@3.2.0")
GUARANTORS, ARTICLES = 12, 30
MANY = 100
VALUES = {
    "number": "RXD7200-01-JN01-2026-0001",
    "name": "济南虚构岱岳重型机械有限公司",
    "guarantors": [
        {"place": str(one + 1), "name": f"保证人{one}", "amount": f"{one},000.00"}
        for one in range(GUARANTORS)
    ],
}

Measure = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two ways to do one thing.

    :param ours: does it, and returns what it took. :param plain: likewise, what one would use.
    :param unit: of both. :param more: whether more is better.
    """

    name: str
    beside: str
    ours: Measure
    plain: Measure
    unit: str
    rounds: int = 7
    more: bool = False

    def line(self) -> str:
        self.ours(), self.plain()  # what is read once has been read
        rounds = [(self.ours(), self.plain()) for _ in range(self.rounds)]
        ratios = [ours / plain if self.more else plain / ours for ours, plain in rounds]
        ours, plain = (median(one) for one in zip(*rounds, strict=True))
        said = f"{median(ratios):.2g} ({min(ratios):.2g} to {max(ratios):.2g})"
        both = " | ".join(f"{one:.0f}" if one >= MANY else f"{one:.3g}" for one in (ours, plain))
        return f"| {self.name} | {said} | {both} | {self.unit} | {self.beside} |"


def clock(act: Callable[[], object], times: int = 1) -> Measure:
    """Return what measures an act by the clock, in milliseconds."""

    def measured() -> float:
        begun = time.perf_counter()
        for _ in range(times):
            act()
        return (time.perf_counter() - begun) * 1000 / times

    return measured


def cpu(act: Callable[[], object]) -> Measure:
    """Return what measures the processor time of an act and of all it begins, in milliseconds."""

    def spent() -> float:
        both = (resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(one.ru_utime + one.ru_stime for one in both)

    def measured() -> float:
        before = spent()
        act()
        return (spent() - before) * 1000

    return measured


def process(*words: object, stay: Path | None = None) -> Callable[[], object]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [str(word) for word in words]
    return lambda: subprocess.run(
        command, check=True, capture_output=True, env=environment, cwd=stay
    )


def template(tag: Callable[[str], str], each: tuple[str, str], row: tuple[str, ...]) -> bytes:
    """Return an agreement of three pages: articles, and a table with a row for each guarantor.

    :param tag: writes the place of a value. :param each: begins and ends the repeated row.
    :param row: its cells.
    """
    document = Document()
    document.sections[0].header.paragraphs[0].text = f"编号 {tag('number')}"
    for article in range(1, ARTICLES + 1):
        document.add_paragraph(f"第{article}条 甲方{tag('name')}承诺：" + "约定内容" * 20)
    own_rows = each[0].startswith("{%")
    table = document.add_table(rows=4 if own_rows else 2, cols=3)
    titles = ("序号", "保证人", "金额")
    cells = row if own_rows else (each[0] + row[0], row[1], row[2] + each[1])
    for column, (title, cell) in enumerate(zip(titles, cells, strict=True)):
        table.cell(0, column).text = title
        table.cell(2 if own_rows else 1, column).text = cell
    if own_rows:
        table.cell(1, 0).text, table.cell(3, 0).text = each
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def jinja() -> bytes:
    """Return that agreement as rmdocs and docxtpl have it."""
    return template(
        lambda name: f"{{{{ {name} }}}}",
        ("{%tr for one in guarantors %}", "{%tr endfor %}"),
        ("{{ one.place }}", "{{ one.name }}", "{{ one.amount }}"),
    )


class Node:
    """docxtemplater, in a process that stays."""

    def __init__(self, folder: Path, document: bytes) -> None:
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", folder, *DOCXTEMPLATER],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        shutil.copy(Path(__file__).with_suffix("").with_name("docxtemplater.js"), folder)
        (folder / "template.docx").write_bytes(document)
        (folder / "values.json").write_text(json.dumps(VALUES), encoding="utf-8")
        self._running = subprocess.Popen(
            ["node", "docxtemplater.js", "template.docx", "values.json"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.made = folder / "values.json.docx"

    def __call__(self, times: int = 20) -> float:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(f"{times}\n")
        self._running.stdin.flush()
        return float(self._running.stdout.readline()) / times

    def close(self) -> None:
        self._running.kill()
        self._running.communicate()


def render(folder: Path, held: ExitStack) -> Iterator[Pair]:
    """One document in a process that stays; ours with all that was printed read back."""
    written = jinja()
    compiled = CompiledTemplate.compile(written)

    def plain() -> None:
        document = docxtpl.DocxTemplate(BytesIO(written))
        document.render(VALUES, sandbox(autoescape=True))
        document.save(BytesIO())

    ours = clock(lambda: compiled.render(VALUES), 20)
    name = "render one, warm, read back"
    yield Pair(name=name, beside="docxtpl", ours=ours, plain=clock(plain, 3), unit="ms")
    if shutil.which("npm") is None:
        return
    row = ("{place}", "{name}", "{amount}")
    node = Node(folder, template(lambda one: f"{{{one}}}", ("{#guarantors}", "{/}"), row))
    held.callback(node.close)
    node(300)  # its compiler has seen what is called often
    words = [one.text for one in Document(str(node.made)).tables[0].columns[1].cells]
    assert words[1:] == [one["name"] for one in VALUES["guarantors"]], words
    yield Pair(name=name, beside="docxtemplater", ours=ours, plain=node, unit="ms")


def issue(folder: Path, held: ExitStack) -> Iterator[Pair]:
    """From a JSON file to a commit: ours checked, numbered, read back, signed, synced."""
    root = bench_batch.made(folder / "workspace")
    (folder / "plain").mkdir()
    with bench_batch.opened(root) as workspace:
        script = bench_batch.Script(folder / "plain", workspace)
    beside = "jsonschema, docxtpl and GitPython, in a script"
    stays = held.enter_context(bench_batch.opened(root))

    def one_more() -> None:
        path = bench_batch.fresh(folder, 1)
        outcomes = bench_batch.records.issue(stays, [bench_batch.read(path)]).outcomes
        assert outcomes[0].number

    yield Pair(
        name="one record in a running process",
        beside=beside,
        ours=clock(one_more),
        plain=clock(lambda: script.run(bench_batch.fresh(folder, 1))),
        unit="ms",
        rounds=15,
    )

    def pace(count: int, act: Callable[[Path], None]) -> Measure:
        def measured() -> float:
            path = bench_batch.fresh(folder, count)
            begun = time.perf_counter()
            act(path)
            return count / (time.perf_counter() - begun)

        return measured

    yield Pair(
        name="batch of 1,000",
        beside=f"{beside} (100 a round)",
        ours=pace(1000, lambda path: bench_batch.issue(root, path)),
        plain=pace(100, script.run),
        unit="a second",
        rounds=5,
        more=True,
    )


def start(folder: Path, _held: ExitStack) -> Iterator[Pair]:
    """Whole processes, from nothing."""
    root = bench_batch.made(folder / "workspace")
    rmdocs = Path(sys.executable).with_name("rmdocs")
    yield Pair(
        name="`rmdocs --help`",
        beside='`python -c "import click"`',
        ours=cpu(process(rmdocs, "--help")),
        plain=cpu(process(sys.executable, "-c", "import click")),
        unit="ms of processor",
        rounds=15,
    )
    # The samples are of 2026, whatever the year.
    in_2026 = (
        "import sys, rmdocs.workspace.opening as opening, datetime;"
        "opening.present = lambda: datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC);"
        "from rmdocs.cli.main import main; sys.exit(main())"
    )
    words = (in_2026, "--workspace", root, "--as", bench_batch.ACTOR, "issue")
    tree = folder / "plain"
    bench_batch.git.Repo.init(tree).close()
    (tree / "template.docx").write_bytes(jinja())
    (tree / "values.json").write_text(json.dumps(VALUES))
    with bench_batch.opened(root) as workspace:
        files = workspace.registry.form_in_force(bench_batch.FORM, bench_batch.TODAY).files
    schemas = [json.loads(one) for one in (files.schema, files.common)]
    (tree / "schemas.json").write_text(json.dumps(schemas))
    plain = Path(__file__).with_name("plain.py")

    def ours() -> None:
        process(sys.executable, "-c", *words, bench_batch.fresh(folder, 1))()

    def script() -> None:
        process(sys.executable, plain, tree, bench_batch.fresh(folder, 1))()

    yield Pair(
        name="`rmdocs issue FILE`, one record",
        beside="jsonschema, docxtpl and GitPython, in a script (plain.py)",
        ours=cpu(ours),
        plain=cpu(script),
        unit="ms of processor",
    )


def pdf(folder: Path, _held: ExitStack) -> Iterator[Pair]:
    """Formal PDF against LibreOffice alone, its profile there already."""
    demonstrate(folder / "bank", lambda _text: None)
    documents = sorted((folder / "bank" / ISSUED).glob("RXD*.docx"))
    agreement = next(one for one in documents if one.name.startswith("RXD7200-01"))
    engine = LibreOffice.found(FontSet.found(), os.environ["PATH"])
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    forty = [folder / f"{number}.docx" for number in range(40)]
    for number, path in enumerate(forty):
        shutil.copy(documents[number % len(documents)], path)

    def alone(*paths: Path) -> Callable[[], object]:
        return process("soffice", profile, "--headless", "--convert-to", "pdf", *paths, stay=folder)

    def ours(*paths: Path) -> Callable[[], object]:
        def made() -> None:
            for one in engine.convert({path.name: path.read_bytes() for path in paths}).values():
                finish(one, bench_pdf.ABOUT)

        return made

    for name, paths in (("PDF of one agreement", [agreement]), ("PDF of forty documents", forty)):
        yield Pair(
            name=f"{name}: text and fonts proved, archival, record attached",
            beside="LibreOffice alone, its own settings",
            ours=cpu(ours(*paths)),
            plain=cpu(alone(*paths)),
            unit="ms of processor",
            rounds=3,
        )


KINDS = {one.__name__: one for one in (render, issue, start, pdf)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)}; else all")
    given = parser.parse_args()
    gc.set_threshold(50_000)  # as rmdocs has it in a process of its own; so has the other here
    git = subprocess.run(["git", "version"], check=True, capture_output=True, text=True).stdout
    print(f"Python {platform.python_version()}, {git.strip()}, load {os.getloadavg()[0]:.1f}")
    print("| | times as good (of single rounds) | rmdocs | beside it | | what is beside it |")
    print("|---|---|---|---|---|---|")
    for kind in given.kinds or KINDS:
        if kind not in KINDS:
            parser.error(f"no {kind} is compared")
        with tempfile.TemporaryDirectory() as name, ExitStack() as held:
            for pair in KINDS[kind](Path(name), held):
                print(pair.line(), flush=True)


if __name__ == "__main__":
    main()
