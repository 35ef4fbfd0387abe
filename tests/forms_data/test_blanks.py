"""Blank forms, printed to be filled in by hand: room to write, boxes to tick, whole sentences."""

import re
import subprocess
from pathlib import Path

import pytest

from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.records.context import blank_context
from rmdocs.rendering.compiled import CompiledTemplate, printed_text

ROOT = Path(__file__).parents[2]
NUMBERS = [str(number) for number in desk_numbers(ROOT)]
ROOM = "(?:[\u00a0\u200b\u3000]+)"
WRITABLE = {
    "RXD7200-01": (
        f"合同编号：{ROOM}",
        f"甲方同意将其{ROOM}%的人民币结算业务及{ROOM}%的外汇结算业务",
        f"☐任何一方均可向{ROOM}提起诉讼；",
        f"☐任何一方均可提交{ROOM}按照其届时有效的仲裁规则进行仲裁",
        f"本协议一式{ROOM}份，甲乙双方各执{ROOM}份",
        "身份：☐负责人　☐授权代理人",
    ),
    "RXD7200-02": (
        f"填报机构：{ROOM}填写人：",
        "☐上门走访　☐客户来访　☐电话",
        "☐决策人☐影响人",
        "☐是　☐否",
        "☐重大　☐常规",
        f"签字：{ROOM}",
    ),
    "RXD7200-03": (
        f"{ROOM}年营销计划",
        "☐高☐中",
        f"{ROOM}万元，用于：",
        f"签字：{ROOM}",
        f"时间：{ROOM}月{ROOM}日至{ROOM}月{ROOM}日",
    ),
    "RXD7200-04": (
        f"编号：{ROOM}",
        f"{ROOM}：\n",
        f"（大写：{ROOM}）",
        f"共{ROOM}天",
        f"{ROOM}%（按☐360☐365天计息）",
        f"客户经理：{ROOM}、",
        f"{ROOM}：上列编号的《信贷业务到期通知书》（借据编号{ROOM}，应还本息合计{ROOM}，到期日",
        "☐直接送达　☐邮寄\\(EMS\\)",
    ),
}


def blank(number):
    files = read_desk(ROOT, DocumentNumber(number))
    return CompiledTemplate.compile(files.template).render(blank_context(Form.load(files)))


@pytest.fixture(scope="module")
def blanks():
    return {number: blank(number) for number in NUMBERS}


@pytest.mark.parametrize("number", NUMBERS)
def test_there_is_room_to_write(blanks, number):
    text = printed_text(blanks[number])
    for pattern in WRITABLE[number]:
        assert re.search(pattern, text), pattern


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_filled_in_or_cut_short(blanks, number):
    text = printed_text(blanks[number])
    for stray in ("None", "none", "☑", "版次", "核验", "：、", "共天", "（大写：）", "每年按天"):
        assert stray not in text


@pytest.mark.office
@pytest.mark.poppler
def test_blanks_of_the_one_page_forms_have_one_page(blanks, tmp_path):
    for number in NUMBERS[1:]:
        (tmp_path / f"{number}.docx").write_bytes(blanks[number])
    documents = sorted(tmp_path.glob("*.docx"))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *documents],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for document in documents:
        pdf = document.with_suffix(".pdf")
        told = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
        assert "Pages:           1\n" in told, document.name
