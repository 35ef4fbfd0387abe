"""What differs between two revisions, told on the forms that ship as an officer edits them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from revised import NEW_SENTENCE, edit_part, next_revision, with_property

from rmdocs.comparison.compare import compare
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.differences import Area, What
from rmdocs.messages import Language

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY, STYLES = "word/document.xml", "word/styles.xml"
ZH, EN = Language.ZH, Language.EN
UNTRACKED = "no redline can show it: compare the pages."
STYLE_CHANGED = rf"style “.+”: formatting changed in \d+ place\(s\), first .+; {UNTRACKED}"


def said(comparison, area, language=EN):
    return [change.sentence.text(language) for change in comparison.in_area(area)]


def areas(comparison):
    return {change.area for change in comparison.changes}


def with_manifest(files, *replacements):
    text = files.manifest.decode()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return replace(files, manifest=text.encode())


def with_schema(files, change):
    schema = json.loads(files.schema)
    change(schema)
    return replace(files, schema=json.dumps(schema).encode())


def with_part(files, edit, part=BODY):
    return replace(files, template=edit_part(files.template, part, edit))


def seen(root):
    """Return the paragraphs of the body itself in which anything is to be seen."""
    return [
        paragraph
        for paragraph in root.find(f"{W}body").findall(f"{W}p")
        if "".join(paragraph.itertext()).strip()
    ]


def write(paragraph, text):
    first, *others = paragraph.iter(f"{W}t")
    first.text = text
    for other in others:
        other.text = ""


@pytest.mark.parametrize("number", desk_numbers(ROOT), ids=str)
def test_a_form_does_not_differ_from_itself(number):
    files = read_desk(ROOT, number)
    comparison = compare(files, replace(files))
    assert comparison.is_empty
    assert comparison.summary.text(EN) == "The two revisions do not differ."


def test_two_forms_are_told_apart(files):
    numbers = [number for number in desk_numbers(ROOT) if str(number) != "RXD7200-04"]
    for number in numbers:
        comparison = compare(files, read_desk(ROOT, number))
        assert not comparison.findings
        assert {Area.IDENTITY, Area.TEXT, Area.FIELDS, Area.RULES} <= areas(comparison)
        for change in comparison.changes:
            for language in (ZH, EN):
                assert "{}" not in change.sentence.text(language)
                assert change.sentence.text(language).strip()


@pytest.fixture(scope="module")
def told(files, revised_files):
    return compare(files, revised_files)


class TestARealisticRevision:
    def test_the_sentence_is_quoted_with_its_place(self, told):
        changed, added = told.in_area(Area.TEXT)
        assert changed.what is What.CHANGED
        assert NEW_SENTENCE in changed.new.text(ZH)
        assert "和复利，并依法催收" in changed.sentence.text(ZH)
        assert "约定计收逾期利息" in changed.sentence.text(ZH)
        assert added.what is What.ADDED
        assert added.new.text(ZH) == "到期联系方式：〔到期联系方式〕"

    def test_a_renamed_field_is_one_change_and_none_in_text_and_rules(self, told):
        renamed, added = told.in_area(Area.FIELDS)
        assert (renamed.old.text(ZH), renamed.new.text(ZH)) == (
            "content.branch_phone",
            "content.contact_phone",
        )
        assert "“联系电话”" in renamed.sentence.text(EN)
        assert added.path == "$.content.contact_channel"
        assert added.sentence.text(EN) == (
            "field “到期联系方式” was added: must be filled in; text; "
            "one of: 电话, 短信, 上门, 邮寄."
        )
        assert said(told, Area.RULES) == [
            (
                "rule R04-CONTACT-CHANNEL was added: where “客户类别” = “重要”, warning unless "
                "“到期联系方式” is one of [“电话”, “上门”]: "
                "“An important customer is contacted by 〔到期联系方式〕 only”."
            )
        ]

    def test_the_migration_is_told_step_by_step(self, told):
        rename, channel = said(told, Area.MIGRATION)
        assert "the value of “联系电话” (content.branch_phone) is kept" in rename
        assert "becomes “上门” if “客户类别” = “重要”, otherwise “电话”" in channel
        assert "where “担保人” (how many) = 0" in channel

    def test_the_sample_is_told_by_titles(self, told):
        assert said(told, Area.SAMPLE) == ["sample record, 到期联系方式: 上门 (before: none)."]

    def test_nothing_else_is_told(self, told):
        assert areas(told) == {
            Area.TEXT,
            Area.FIELDS,
            Area.RULES,
            Area.MIGRATION,
            Area.SAMPLE,
        }
        assert not told.findings
        assert told.summary.text(EN).startswith("8 change(s): Text of the template: 2;")

    def test_it_can_be_printed_as_json(self, told):
        printed = [change.to_json(ZH) for change in told.changes]
        assert {change["what"] for change in printed} == {"added", "changed"}
        json.dumps(printed)


class TestText:
    def test_a_moved_paragraph_is_moved(self, files):
        def edit(root):
            paragraphs = seen(root)
            paragraphs[-1].addnext(paragraphs[4])

        comparison = compare(files, with_part(files, edit))
        (change,) = comparison.in_area(Area.TEXT)
        assert change.what is What.MOVED
        assert "was moved: earlier body, paragraph 5" in change.sentence.text(EN)

    def test_a_removed_paragraph_names_its_earlier_place(self, files):
        def edit(root):
            gone = seen(root)[4]
            gone.getparent().remove(gone)

        (change,) = compare(files, with_part(files, edit)).changes
        assert change.what is What.REMOVED
        assert change.sentence.text(EN).startswith("Earlier body, paragraph 5")

    def test_a_removed_row_is_one_change(self, files):
        def edit(root):
            table = next(root.iter(f"{W}tbl"))
            table.remove(table.findall(f"{W}tr")[2])

        (change,) = compare(files, with_part(files, edit)).in_area(Area.TEXT)
        assert change.what is What.REMOVED
        assert "Earlier table 1, row 3: the row was removed" in change.sentence.text(EN)

    def test_a_cell_is_named_by_the_label_beside_it(self, files):
        def edit(root):
            row = next(root.iter(f"{W}tbl")).findall(f"{W}tr")[0]
            write(row.findall(f"{W}tc")[1], "{{ content.iou_no }}")

        (change,) = compare(files, with_part(files, edit)).in_area(Area.TEXT)
        assert "table 1, row 1, cell 2 (beside “" in change.place.text(EN)
        assert change.new.text(ZH) == "〔借据编号〕"

    def test_an_empty_line_counts_as_layout(self, files):
        comparison = compare(
            files, with_part(files, lambda root: seen(root)[4].addnext(etree.Element(f"{W}p")))
        )
        assert areas(comparison) == {Area.LAYOUT}
        assert said(comparison, Area.LAYOUT)[0].startswith(
            "1 empty line(s) added: body, paragraph 5"
        )

    @pytest.mark.parametrize(("part", "place"), [("header1", "header"), ("footer1", "footer")])
    def test_headers_and_footers_are_read(self, files, part, place):
        def edit(root):
            next(t for t in root.iter(f"{W}t") if (t.text or "").strip()).text = "新文字"

        comparison = compare(files, with_part(files, edit, f"word/{part}.xml"))
        assert [change.place.text(EN).split(",")[0] for change in comparison.changes] == [place]

    def test_another_field_of_the_same_title_is_told(self, files):
        def edit(root):
            for text in root.iter(f"{W}t"):
                text.text = (text.text or "").replace("content.branch_phone", "content.other_phone")

        other = with_property("other_phone", {"title": "联系电话", "type": "string"})
        old = with_schema(files, other)
        (change,) = compare(old, with_part(old, edit)).in_area(Area.TEXT)
        assert "the text reads the same, but is filled in differently" in change.sentence.text(EN)
        assert "content.branch_phone" in change.old.text(EN)
        assert "content.other_phone" in change.new.text(EN)


class TestLayout:
    def test_other_paper_is_told(self, files):
        def edit(root):
            for margins in root.iter(f"{W}pgMar"):
                margins.set(f"{W}top", "1701")
            for size in root.iter(f"{W}pgSz"):
                size.set(f"{W}w", "16838")
                size.set(f"{W}h", "11906")

        comparison = compare(files, with_part(files, edit))
        assert said(comparison, Area.LAYOUT) == [f"page: page setup changed; {UNTRACKED}"]
        assert "页面设置有变化" in said(comparison, Area.LAYOUT, ZH)[0]

    def test_a_change_of_style_is_told_once_with_its_places_counted(self, files):
        def edit(root):
            for size in root.iter(f"{W}sz"):
                if size.get(f"{W}val") == "21":
                    size.set(f"{W}val", "24")

        comparison = compare(files, with_part(files, edit, STYLES))
        assert areas(comparison) == {Area.LAYOUT}
        sentences = said(comparison, Area.LAYOUT)
        assert all(re.match(STYLE_CHANGED, sentence) for sentence in sentences)
        assert any(re.search(r" in \d\d place\(s\), first ", one) for one in sentences)

    def test_bold_alignment_and_indent_are_told_once_at_their_place(self, files):
        def edit(root):
            paragraph = seen(root)[4]
            properties = paragraph.find(f"{W}pPr")
            if properties is None:
                properties = etree.Element(f"{W}pPr")
                paragraph.insert(0, properties)
            for name, attribute, text in (("jc", "val", "right"), ("ind", "left", "567")):
                for earlier in properties.findall(f"{W}{name}"):
                    properties.remove(earlier)
                etree.SubElement(properties, f"{W}{name}").set(f"{W}{attribute}", text)
            for run in paragraph.findall(f"{W}r"):
                look = run.find(f"{W}rPr")
                if look is None:
                    look = etree.Element(f"{W}rPr")
                    run.insert(0, look)
                etree.SubElement(look, f"{W}b")

        comparison = compare(files, with_part(files, edit))
        assert areas(comparison) == {Area.LAYOUT}
        (sentence,) = said(comparison, Area.LAYOUT)
        assert sentence.startswith("body, paragraph 5 (under")
        assert sentence.endswith(": formatting changed; see the redline.")
        assert said(comparison, Area.LAYOUT, ZH)[0].endswith("格式有变化，见修订标记稿。")

    def test_column_widths_and_row_heights_are_told(self, files):
        def edit(root):
            table = next(root.iter(f"{W}tbl"))
            for column in table.iter(f"{W}gridCol"):
                column.set(f"{W}w", "2268")
            for width in table.iter(f"{W}tcW"):
                width.set(f"{W}w", "2268")
            for height in [*table.iter(f"{W}trHeight")][:1]:
                height.set(f"{W}val", "1134")

        told = said(compare(files, with_part(files, edit)), Area.LAYOUT)
        assert f"table 1: formatting changed; {UNTRACKED}" in told
        assert f"table 1, row 1: formatting changed; {UNTRACKED}" in told

    def test_a_length_that_only_was_rounded_is_none(self, files):
        def edit(root):
            for margins in root.iter(f"{W}pgMar"):
                margins.set(f"{W}top", str(int(margins.get(f"{W}top")) + 3))

        comparison = compare(files, with_part(files, edit))
        assert areas(comparison) <= {Area.OTHER}


class TestFields:
    def told(self, files, change):
        return compare(files, with_schema(files, change))

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (
                lambda s: s["required"].remove("iou_no"),
                (
                    "field “借据编号”, whether it is filled in: may be left out "
                    "(before: must be filled in)."
                ),
            ),
            (
                lambda s: s["properties"]["balance"].update(title="贷款余额"),
                "title of field “借款余额”: 贷款余额 (before: 借款余额).",
            ),
            (
                lambda s: s["properties"]["business_type"].update(maxLength=5),
                "field “业务种类”, limit: at most 5 characters (before: at most 40 characters).",
            ),
            (
                lambda s: s["properties"].pop("extension_apply_by"),
                "field “展期申请截止日” was removed",
            ),
            (
                lambda s: s["$defs"]["stages"]["receipt"]["properties"]["reply"]["enum"].append(
                    "无"
                ),
                "field “还款意见”: choices added: 无.",
            ),
            (
                lambda s: s["$defs"]["stages"]["receipt"]["properties"]["reply"]["enum"].reverse(),
                "field “还款意见”: its choices are now in the order 其他, 申请展期, 按期归还.",
            ),
            (
                lambda s: s["properties"]["iou_no"].update(description="Other words."),
                "field “借据编号”, explanation: Other words.",
            ),
            (
                lambda s: s["properties"]["iou_no"].update({"x-help": "另有说明。"}),
                "field “借据编号”, explanation in Chinese: 另有说明。",
            ),
        ],
    )
    def test_each_thing_that_is_said_of_a_field(self, files, change, sentence):
        comparison = self.told(files, change)
        assert len(comparison.changes) == 1
        assert said(comparison, Area.FIELDS)[0].startswith(sentence)

    def test_a_group_is_told_once_with_what_it_holds(self, files):
        item = {
            "type": "object",
            "title": "附件",
            "description": "d",
            "properties": {"name": {"title": "名称", "description": "n", "type": "string"}},
        }
        group = {"type": "array", "maxItems": 9, "items": item}
        (change,) = self.told(files, with_property("enclosures", group)).changes
        assert change.path == "$.content.enclosures"
        assert change.sentence.text(EN) == (
            "field “enclosures” was added: may be left out; a list; at most 9 entries; with 名称."
        )

    def test_a_field_with_a_similar_name_counts_as_renamed(self, files):
        def change(schema):
            schema["properties"]["iou_number"] = schema["properties"].pop("iou_no")

        (told, *others) = self.told(files, change).in_area(Area.FIELDS)
        assert told.new.text(EN) == "content.iou_number"
        assert [other.what for other in others] == [What.CHANGED]


class TestManifest:
    @pytest.mark.parametrize(
        ("area", "replacement", "sentence"),
        [
            (
                Area.IDENTITY,
                ('access = "customer"', 'access = "internal"'),
                "who may see its records: from “the customer may see it” to “internal”.",
            ),
            (
                Area.IDENTITY,
                ('en = "Loan maturity notice"', 'en = "Notice of maturity"'),
                (
                    "title of the form: from “信贷业务到期通知书 / Loan maturity notice” to "
                    "“信贷业务到期通知书 / Notice of maturity”."
                ),
            ),
            (
                Area.IDENTITY,
                ("effective = 2004-06-08", "effective = 2026-10-01"),
                "effective date of the form: from “2004-06-08” to “2026-10-01”.",
            ),
            (
                Area.IDENTITY,
                ('reviewed = "李庆"', 'reviewed = "周示例"'),
                "who reviewed the form: from “李庆” to “周示例”.",
            ),
            (
                Area.IDENTITY,
                ('  { zh = "默认提前天数30天", en = "The default lead of 30 days" },\n', ""),
                "No longer to be settled: “默认提前天数30天 / The default lead of 30 days”.",
            ),
            (
                Area.DERIVED,
                ("content.balance|decimal + derived", "content.principal|decimal + derived"),
                (
                    "derived value “Total due”: “借款金额” + “Interest due” "
                    "(before: “借款余额” + “Interest due”)."
                ),
            ),
            (
                Area.RULES,
                ('require = "derived.lead_days >= 7"', 'require = "derived.lead_days >= 10"'),
                (
                    "rule R04-LEAD-SHORT-TERM, what it asks for: “Lead in days” ≥ 10 "
                    "(before: “Lead in days” ≥ 7)."
                ),
            ),
            (
                Area.RULES,
                ('zh = "请核对小数点"', 'zh = "请核对利率"'),
                "rule R04-RATE-HIGH, remedy: from “请核对小数点” to “请核对利率”.",
            ),
            (
                Area.RULES,
                (
                    'severity = "warning"\nrequire = "content.annual_rate_pct',
                    'severity = "error"\nrequire = "content.annual_rate_pct',
                ),
                "rule R04-RATE-HIGH, severity: from “warning” to “error”.",
            ),
            (
                Area.STAGES,
                ("optional = true", "optional = false"),
                "stage “Receipt”, it may be skipped: from “yes” to “no”.",
            ),
            (
                Area.STAGES,
                ("signs = true", "signs = false"),
                (
                    "stage “Delivery”, the document is signed or leaves the bank with it: "
                    "from “yes” to “no”."
                ),
            ),
            (
                Area.ROLES,
                ('issue = ["relationship_manager"]', 'issue = ["department_head"]'),
                "who may issue a record: from “relationship manager” to “department head”.",
            ),
            (
                Area.RETENTION,
                ("years = 10", "years = 15"),
                "years a record is kept: from “10” to “15”.",
            ),
            (
                Area.RETENTION,
                ('hold_while = "stages.post_recovery is none"\n', ""),
                (
                    "kept whatever the years say, while: none any more "
                    "(before: “After recovery” is empty)."
                ),
            ),
            (
                Area.OTHER,
                ("months = 36", "months = 24"),
                "review interval: from “36 months” to “24 months”.",
            ),
            (
                Area.OTHER,
                ('each = "content.guarantors"\n\n#', 'each = "content.guarantors[:1]"\n\n#'),
                "further documents, one for each of: ",
            ),
        ],
    )
    def test_each_thing_a_manifest_says(self, files, area, replacement, sentence):
        comparison = compare(files, with_manifest(files, replacement))
        assert areas(comparison) == {area}
        assert len(comparison.changes) == 1
        assert comparison.changes[0].sentence.text(EN).startswith(sentence)

    def test_a_rule_that_is_gone_says_what_it_said(self, files):
        text = files.manifest.decode()
        start = text.index("[[rules]]", text.index("R04-RATE-ZERO"))
        end = text.index("[[rules]]", start + 1)
        comparison = compare(files, replace(files, manifest=(text[:start] + text[end:]).encode()))
        assert said(comparison, Area.RULES) == [
            (
                "rule R04-RATE-HIGH was removed. It said: warning unless “年利率（%)” ≤ 24: "
                "“An annual rate of 〔年利率（%)〕% is unusually high”."
            )
        ]

    def test_stages_in_another_order_are_one_change(self, files):
        text = files.manifest.decode()
        blocks = re.findall(r"\[\[stages\]\]\n(?:.+\n)+", text)
        swapped = text.replace(blocks[2], "@").replace(blocks[3], blocks[2]).replace("@", blocks[3])
        comparison = compare(files, replace(files, manifest=swapped.encode()))
        assert said(comparison, Area.STAGES) == [
            (
                "order of the stages: from “Delivery, Receipt, Outcome, After recovery” to "
                "“Delivery, Receipt, After recovery, Outcome”."
            )
        ]

    def test_each_step_of_a_migration(self, files):
        new = next_revision(
            files,
            'drop = "content.iou_no"',
            'default = "content.note"\nvalue = "content.business_type"',
            'set = "content.note"\nvalue = "\'x\'"',
            change=lambda schema: (
                schema["properties"].pop("iou_no")
                and with_property("note", {"type": "string"})(schema)
            ),
        )
        start = "records of revision 1.0: "
        assert said(compare(files, new), Area.MIGRATION) == [
            f"{start}“借据编号” (content.iou_no) is left behind.",
            f"{start}“note” (content.note) becomes “业务种类” where it is empty.",
            f"{start}“note” (content.note) becomes “x”.",
        ]

    def test_records_that_stay_as_they_are(self, files):
        (sentence,) = said(compare(files, next_revision(files)), Area.MIGRATION)
        assert sentence == "records of revision 1.0 are carried over as they are."


class TestFiles:
    def test_what_nobody_sees_is_one_sentence(self, files):
        saved = edit_part(files.template, STYLES, lambda root: root.append(etree.Comment("x")))
        new = replace(files, template=saved, manifest=files.manifest + b"# x\n")
        assert new.template != files.template
        (change,) = compare(files, new).changes
        assert change.area is Area.OTHER
        assert change.sentence.text(EN) == (
            "Saved again without visible change: data of the form (form.toml), "
            "template (template.docx)."
        )

    def test_a_broken_manifest_leaves_the_rest_to_be_compared(self, files, revised_files):
        comparison = compare(files, replace(revised_files, manifest=b"[form"))
        assert {Area.TEXT, Area.FIELDS, Area.SAMPLE} <= areas(comparison)
        (finding,) = comparison.findings
        assert finding.code == "FORM-SYNTAX"
        assert finding.message.text(EN).startswith("in the newer revision: not TOML")
        assert comparison.summary.text(EN).endswith("Not everything could be compared.")

    @pytest.mark.parametrize(
        ("part", "code"),
        [
            ("manifest", "FORM-SYNTAX"),
            ("schema", "JSON-SYNTAX"),
            ("template", "TEMPLATE-NOT-DOCX"),
            ("sample", "JSON-SYNTAX"),
        ],
    )
    def test_a_broken_file_of_the_earlier_revision_is_a_finding(self, files, part, code):
        broken = {part: b"{"}
        comparison = compare(replace(files, **broken), files)
        assert {one.code for one in comparison.findings} == {code}
        assert not comparison.changes
        assert "in the earlier revision: " in comparison.findings[0].message.text(EN)
        assert comparison.summary.text(EN).startswith("No difference was found, but")

    def test_a_sample_that_differs_much_is_told_by_its_fields(self, files):
        sample = json.loads(files.sample)
        sample["stages"] = []
        new = replace(files, sample=json.dumps(sample).encode())
        (sentence,) = said(compare(files, new), Area.SAMPLE)
        assert re.match(r"The sample record has other values in \d\d places: ", sentence)
        assert "送达 › 送出日期" in sentence
