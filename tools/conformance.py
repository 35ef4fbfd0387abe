"""Write docs/conformance.md, in both languages, once what it says was shown to be so.

    .venv/bin/python tools/conformance.py            # run what shows it, then write
    .venv/bin/python tools/conformance.py --written  # only write: the words changed, nothing else

Run are the tests that the clauses name, and the drill's faults that their codes name, in stores
with room for all of them (tests/audit/test_conformance.py). If anything fails, nothing is written.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rmdocs.audit.conformance import Clause, Conformance, Standard, clauses, standards
from rmdocs.drill import drilling
from rmdocs.drill.faults import FAULTS
from rmdocs.messages import Language

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    Language.EN: ROOT / "docs" / "conformance.md",
    Language.ZH: ROOT / "docs" / "conformance.zh-CN.md",
}
FAULTS_TEST = "tests/audit/test_conformance.py"

_HEAD = {
    Language.EN: """# What standards ask, and what meets it

Made by `tools/conformance.py` from `rmdocs/audit/conformance.toml`, which first runs every test
and puts in every fault that is named here ([中文](conformance.zh-CN.md)). What a clause asks is
told in our own words; its text is in the standard. *Met in part* says what is lacking, *left to
the branch* what no program can do. This is not legal advice, and no certificate: an auditor judges
by the text.

**Told by** are the codes of `rmdocs verify` (or its options `--contents`, `--renditions`,
`--against`) by which a breach is named. **Fails** are faults that `rmdocs drill` puts into a clone:
each was found by its code there, and the clone without it had no finding. Where there is no such
fault, the tests hold a store that fails. **Shown by** are tests in this repository.
""",
    Language.ZH: """# 标准的要求与对应功能

由 `tools/conformance.py` 根据 `rmdocs/audit/conformance.toml` 生成，生成前先运行此处所列的全部
测试，并注入所列的全部缺陷（[English](conformance.md)）。条款的要求用我们自己的话转述，原文见标准。“部分满足”
写明缺什么，“由支行负责”是任何程序都做不了的。本页不是法律意见，也不是认证：审计员以标准原文为准。

**检出代码**是不符合时 `rmdocs verify`（或加 `--contents`、`--renditions`、`--against`）给出的代码。
**验证用例**是 `rmdocs drill` 注入克隆的缺陷：每处都以该代码检出，未注入缺陷的克隆不报任何问题；
没有列出的，由测试中的记录库作验证。**证明**是本仓库中的测试。
""",
}
_WORDS = {
    Language.EN: {
        "colon": ": ",
        "comma": ", ",
        "unsure": "The items are called by what they are about: their numbers were not held against"
        " the text of the standard.",
        "done": "Done with",
        "codes": "Told by",
        "faults": "Fails",
        "tests": "Shown by",
        "stages": "At",
        "contents": "In short",
    },
    Language.ZH: {
        "colon": "：",
        "comma": "、",
        "unsure": "各项以内容称呼：条款编号未与标准原文核对。",
        "done": "功能",
        "codes": "检出代码",
        "faults": "验证用例",
        "tests": "证明",
        "stages": "环节",
        "contents": "概况",
    },
}


def main() -> None:
    """Run what the page says, unless only words changed, and write it in both languages."""
    if "--written" not in sys.argv[1:]:
        tests = sorted({test for clause in clauses() for test in clause.tests})
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run([*command, "-n", "2", FAULTS_TEST, *tests], cwd=ROOT, check=False)
        if done.returncode:
            sys.exit("what the page says is not so: nothing was written")
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
        print(path.relative_to(ROOT))


def faults_of(codes: tuple[str, ...]) -> list[str]:
    """Return the drill's faults that any of some codes names."""
    assert drilling.ENTERED
    return sorted(name for name, one in FAULTS.items() if one.codes & set(codes))


def page(language: Language) -> str:
    """Return the page in a language."""
    return "\n".join([_HEAD[language], *_body(language)]) + "\n"


def _body(language: Language) -> Iterator[str]:
    words = _WORDS[language]
    of = {key: list(group) for key, group in groupby(clauses(), key=lambda one: one.of)}
    yield f"## {words['contents']}\n"
    statuses = list(Conformance)
    yield "| | " + " | ".join(one.called.text(language) for one in statuses) + " |"
    yield "|---|" + "---|" * len(statuses)
    for standard in standards():
        counts = [sum(one.status is each for one in of[standard.id]) for each in statuses]
        cells = " | ".join(str(count) for count in counts)
        yield f"| {standard.title.text(language)} | {cells} |"
    yield ""
    for standard in standards():
        yield from _standard(standard, of[standard.id], language)


def _standard(standard: Standard, known: list[Clause], language: Language) -> Iterator[str]:
    yield f"## {standard.title.text(language)}\n"
    if not standard.numbers:
        yield f"{_WORDS[language]['unsure']}\n"
    for clause in known:
        yield from _clause(clause, language)
        yield ""


def _clause(clause: Clause, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    status = clause.status.called.text(language)
    about = f" [{clause.property.called.text(language)}]" if clause.property is not None else ""
    yield f"**{clause.clause}**{about} {clause.asks.text(language)}  "
    yield f"*{status}*{words['colon']}{clause.how.text(language)}\n"
    stages = [one.called.text(language) for one in clause.stages]
    told = {
        "stages": stages,
        "done": [f"`{one}`" for one in clause.commands],
        "codes": list(clause.codes),
        "faults": faults_of(clause.codes),
        "tests": [f"`{one.removeprefix('tests/')}`" for one in clause.tests],
    }
    for name, listed in told.items():
        if listed:
            yield f"- {words[name]}{words['colon']}{words['comma'].join(listed)}"


if __name__ == "__main__":
    main()
