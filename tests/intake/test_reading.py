import json
from pathlib import Path

import pytest
from bank import refused_for

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.intake.candidates import LARGEST_FILE
from rmdocs.intake.reading import read_records, read_value
from rmdocs.schemas.fields import Field, FieldKind, FieldTree

RECORD = {
    "form": "RXD7200-99",
    "unit": "JN01",
    "date": "2026-03-02",
    "prepared_by": {"name": "王样例", "staff_no": "JN01-0101"},
    "related": [],
    "content": {"amount": "10.00", "contacts": []},
}
CONTACT = Field(
    name="",
    kind=FieldKind.OBJECT,
    title="联系人",
    children=(
        Field(name="name", kind=FieldKind.TEXT, title="姓名", required=True),
        Field(name="phone", kind=FieldKind.TEXT, title="电话", nullable=True),
    ),
)
TREE = FieldTree(
    Field(
        name="",
        kind=FieldKind.OBJECT,
        title="某表",
        children=(
            Field(name="amount", kind=FieldKind.DECIMAL, title="金额", required=True),
            Field(name="share", kind=FieldKind.NUMBER, title="比例(%)"),
            Field(name="copies", kind=FieldKind.INTEGER, title="份数"),
            Field(name="signed", kind=FieldKind.BOOLEAN, title="已签"),
            Field(name="at", kind=FieldKind.TIME, title="时间"),
            Field(name="until", kind=FieldKind.DATE, title="截止日"),
            Field(
                name="products",
                kind=FieldKind.LIST,
                title="产品",
                required=True,
                item=Field(name="", kind=FieldKind.TEXT),
            ),
            Field(
                name="contacts", kind=FieldKind.LIST, title="联系人", required=True, item=CONTACT
            ),
            Field(
                name="closing",
                kind=FieldKind.OBJECT,
                title="附则",
                nullable=True,
                children=(Field(name="place", kind=FieldKind.TEXT, title="地点", required=True),),
            ),
        ),
    )
)
AROUND = "RXD7200-99,JN01,2026-03-02,王样例,JN01-0101"
KEYS = "form,unit,date,prepared_by.name,prepared_by.staff_no"


def fields_of(form):
    assert form == "RXD7200-99"
    return TREE


def read(path: Path, content: str | bytes):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_records(folders.read(path), fields_of)


def refused(path: Path, content: str | bytes):
    with pytest.raises(FindingsError) as caught:
        read(path, content)
    return [(finding.code, finding.path) for finding in caught.value.findings]


def test_a_json_file_holds_one_record_or_a_list(tmp_path):
    (one,) = read(tmp_path / "r.json", json.dumps(RECORD))
    assert (one.source, one.row, one.value) == ("r.json", 1, RECORD)
    both = read(tmp_path / "r.json", json.dumps([RECORD, {"record": RECORD, "stages": []}]))
    assert [candidate.row for candidate in both] == [1, 2]
    assert both[1].value == {"record": RECORD, "stages": []}


def test_json_lines_report_every_bad_line_with_its_number(tmp_path):
    good = json.dumps(RECORD, ensure_ascii=False)
    candidates = read(tmp_path / "r.jsonl", f"\ufeff{good}\n\n{good}\n")
    assert [candidate.row for candidate in candidates] == [1, 3]
    codes = refused(tmp_path / "r.jsonl", f'{{"a": 1\n{good}\n{{"a": 1, "a": 2}}\n')
    assert [code for code, _ in codes] == ["JSON-SYNTAX", "JSON-STRICT"]
    assert codes[0][1].startswith("r.jsonl:1 ")
    assert codes[1][1] == "r.jsonl:3"


def test_yaml_keeps_dates_times_and_codes_as_written(tmp_path):
    text = """
    form: RXD7200-99
    date: 2026-03-02
    content: {at: 14:30, postcode: 0531, answer: no, amount: 10.50, count: 3, ok: true, fax: }
    """
    (one,) = read(tmp_path / "r.yaml", text)
    assert one.value == {
        "form": "RXD7200-99",
        "date": "2026-03-02",
        "content": {
            "at": "14:30",
            "postcode": "0531",
            "answer": "no",
            "amount": 10.5,
            "count": 3,
            "ok": True,
            "fax": None,
        },
    }


def test_yaml_may_hold_several_documents(tmp_path):
    assert [c.value for c in read(tmp_path / "r.yml", "a: 1\n---\na: 2\n")] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\na: 2\n", "r.yaml:2:1"),
        ("a: &x [1]\nb: *x\n", "r.yaml:2:6"),
        ("a: [1\n", "r.yaml:2:1"),
        ("1: a\n", "r.yaml:1:1"),
        ("!!python/object/apply:os.system [id]\n", "r.yaml:1:1"),
        ("a: \x00\n", "r.yaml"),
    ],
)
def test_yaml_that_json_could_not_say_is_refused(tmp_path, text, place):
    assert refused(tmp_path / "r.yaml", text) == [("YAML-SYNTAX", place)]


def test_a_table_by_keys(tmp_path):
    text = (
        f"{KEYS},related,content.amount,content.contacts[0].name,content.contacts[1].name,"
        "content.contacts[1].phone,content.products,content.closing.place\n"
        f"{AROUND},RXD7200-01-JN01-2026-0001、RXD7200-01-JN01-2026-0002,10.00,甲,乙,,贷款;汇款,\n"
        "\n"
        f"{AROUND},,20.00,,,0531-55500001,,济南\n"
    )
    first, second = read(tmp_path / "r.csv", text)
    assert (first.row, second.row) == (2, 4)
    assert first.value == {
        **RECORD,
        "related": ["RXD7200-01-JN01-2026-0001", "RXD7200-01-JN01-2026-0002"],
        "content": {
            "amount": "10.00",
            "contacts": [{"name": "甲"}, {"name": "乙"}],
            "products": ["贷款", "汇款"],
        },
    }
    assert second.value["content"] == {
        "amount": "20.00",
        "contacts": [{"phone": "0531-55500001"}],
        "products": [],
        "closing": {"place": "济南"},
    }


def test_a_table_by_titles_in_gb18030(tmp_path):
    text = (
        "表单编号*,机构代码,记录日期,填制人 › 姓名,填制人>工号,"
        "金额*,联系人 1 › 姓名,联系人2›姓名,附则 › 地点\n"
        f"{AROUND},10.00,甲,乙,济南\n"
    )
    (one,) = read(tmp_path / "r.csv", text.encode("gb18030"))
    assert one.value["prepared_by"] == RECORD["prepared_by"]
    assert one.value["content"] == {
        "amount": "10.00",
        "contacts": [{"name": "甲"}, {"name": "乙"}],
        "closing": {"place": "济南"},
    }


def test_cells_take_the_kind_of_their_field(tmp_path):
    text = (
        "form\tamount\tshare\tcopies\tsigned\tat\tuntil\n"
        'RXD7200-99\t"30,000.50"\t65.5\t4\t是\t9:30\t2026年3月2日\n'
        "RXD7200-99\tabc\tviel\t4.5\tja\tmorgens\t2026-02-30\n"
    )
    typed, kept = read(tmp_path / "r.tsv", text)
    assert typed.value["content"] == {
        "amount": "30000.50",
        "share": 65.5,
        "copies": 4,
        "signed": True,
        "at": "09:30",
        "until": "2026-03-02",
    }
    # What cannot be read as its kind stays for the schema to name.
    assert kept.value["content"] == {
        "amount": "abc",
        "share": "viel",
        "copies": "4.5",
        "signed": "ja",
        "at": "morgens",
        "until": "2026-02-30",
    }


def test_all_wrong_headings_are_reported_at_once(tmp_path):
    with pytest.raises(FindingsError) as caught:
        read(tmp_path / "r.csv", "form,份效,content.contacts,amount,金额,\nRXD7200-99,1,2,3,4,5\n")
    found = sorted((f.path, f.label, str(f.remedy)) for f in caught.value.findings)
    assert [(path, label) for path, label, _ in found] == [
        ("r.csv!B", "份效"),
        ("r.csv!C", "content.contacts"),
        ("r.csv!E", "金额"),
        ("r.csv!F", ""),
    ]
    assert "份数" in found[0][2]
    assert "content.contacts[0].name" in found[1][2]


def test_a_column_that_is_no_fields_is_told_once(tmp_path):
    rows = read(tmp_path / "r.csv", f"{KEYS},amount,经办意见\n{AROUND},1.00,好\n{AROUND},2.00,\n")
    assert [[(f.code, f.path, f.label) for f in one.findings] for one in rows] == [
        [("TABLE-EXTRA", "r.csv!G", "经办意见")],
        [],
    ]


def test_an_error_text_in_a_cell_is_a_finding_of_its_row(tmp_path):
    good, bad = read(tmp_path / "r.csv", f"{KEYS},amount\n{AROUND},1.00\n{AROUND},#N/A\n")
    assert good.findings == ()
    (finding,) = bad.findings
    assert (finding.code, finding.path) == ("CELL-FORMULA", "r.csv!F3")


def test_the_form_may_come_from_the_caller(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("content.amount\n5.00\n", encoding="utf-8")
    (one,) = read_records(folders.read(path), fields_of, "RXD7200-99")
    assert one.value == {"form": "RXD7200-99", "content": {"amount": "5.00"}}
    with pytest.raises(FindingsError) as caught:
        read_records(folders.read(path), fields_of)
    assert caught.value.findings[0].code == "TABLE-FORM"


def test_one_table_holds_one_form(tmp_path):
    text = "form,content.amount\nRXD7200-99,1\nRXD7200-98,1\n"
    assert refused(tmp_path / "r.csv", text) == [("TABLE-FORM", "r.csv:3")]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("r.json", b"", "FILE-EMPTY"),
        ("r.json", b" \n", "FILE-EMPTY"),
        ("r.json", b"[]", "FILE-EMPTY"),
        ("r.json", b"\xff{}", "JSON-ENCODING"),
        ("r.yaml", b"a: \xff", "FILE-ENCODING"),
        ("r.csv", b"form\n", "FILE-EMPTY"),
        ("r.csv", b",,\n", "FILE-EMPTY"),
        ("r.csv", b"form\n\xff\xff\xff", "FILE-ENCODING"),
        ("r.csv", b"form\n\x00", "FILE-ENCODING"),
        ("r.csv", b'form\n"RXD', "CSV-SYNTAX"),
        ("r.docx", b"x", "FILE-KIND"),
        ("r", b"x", "FILE-KIND"),
    ],
)
def test_bad_files_are_findings(tmp_path, name, data, code):
    found = refused(tmp_path / name, data)
    assert [found_code for found_code, _ in found] in ([code], [code, code])


def test_a_file_that_is_too_large():
    large = File(name="large.json", data=b" " * (LARGEST_FILE + 1))
    with refused_for("FILE-TOO-LARGE"):
        read_records(large, fields_of)


def test_too_many_rows(tmp_path):
    assert refused(tmp_path / "r.csv", "form\n" + "x\n" * 100_011) == [("FILE-TOO-LARGE", "r.csv")]


def test_a_single_value(tmp_path):
    path = tmp_path / "stage.yaml"
    path.write_text("received_on: 2026-09-16\n", encoding="utf-8")
    assert read_value(folders.read(path)).value == {"received_on": "2026-09-16"}
    path.write_text("a: 1\n---\na: 2\n", encoding="utf-8")
    with refused_for("FILE-ONE"):
        read_value(folders.read(path))
    with refused_for("FILE-KIND"):
        read_value(File(name="stage.csv", data=b"a"))
