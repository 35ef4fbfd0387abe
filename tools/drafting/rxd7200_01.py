"""First draft of the template of RXD7200-01, the bank–enterprise cooperation agreement.

Run it as ``python tools/drafting/rxd7200_01.py [TARGET]``. Articles 1 to 10 and
the opening are the source's words with its punctuation; the closing chapter and
the signature page are ours and pending, as ``form.toml`` says. Once the quality
officer has edited ``template.docx``, this script only tells where it came from.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import docx_parts as parts
from docx.document import Document
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.shared import Mm, Pt
from docx.table import _Cell

TARGET = Path(__file__).parents[2] / "forms" / "RXD7200-01" / "template.docx"
TITLE, NUMBER, PARTY, CHAPTER, ARTICLE, BODY, ITEM, CELL, LONG, FINE, EDGE = (
    "协议标题",
    "合同编号行",
    "当事人",
    "章标题",
    "条标题",
    "条文",
    "选项",
    "栏目",
    "长栏目",
    "密栏目",
    "页眉页脚",
)
HEADER, FOOTER = parts.edges("RXD7200-01", "受控文件")
SEAL_MM = 43
LONG_ONES, LENGTHY = "name|domicile|branch|head|signatory|authority_ref", 36
"""Values in cells that may be long, and the signs from which on they are set smaller."""
TIGHT = Pt(21)
"""The line of the page that is signed: its block is on one page with the longest names."""
BRANCH = "中国建设银行{{ '　　　　　　' if blank else content.party_b.branch }}行"
FILLED_BRANCH = "中国建设银行{{r content.party_b.branch|filled }}行"
PARTY_A = (
    ("甲方：", "{{ content.party_a.name }}"),
    ("住所：", "{{ content.party_a.domicile }}"),
    ("邮政编码：", "{{ content.party_a.postcode }}"),
    ("法定代表人（负责人）：", "{{ content.party_a.representative.name }}"),
    ("传真：", "{{ '' if blank else content.party_a.fax|or_slash }}"),
    ("电话：", "{{ content.party_a.phone }}"),
)
PARTY_B = (
    ("乙方：", BRANCH),
    ("住所：", "{{ content.party_b.domicile }}"),
    ("邮政编码：", "{{ content.party_b.postcode }}"),
    ("负责人：", "{{ content.party_b.head }}"),
    ("传真：", "{{ '' if blank else content.party_b.fax|or_slash }}"),
    ("电话：", "{{ content.party_b.phone }}"),
)
PREAMBLE = (
    "为建立良好的银企合作关系，促进银企双方的共同发展和长远合作，甲乙双方本着"
    "“平等互利、相互支持、诚实信用”的原则，经充分协商，达成如下协议，并承诺严格遵守"
    "本协议中的各项条款，履行各自的义务。"
)
FIRST_CHAPTER = """\
第一条　开户承诺
{%p set accounts = ['基本存款帐户', '一般存款帐户', '专用存款帐户', '外汇帐户'] %}
{%p set attitudes = ['推荐', '支持', '决定'] %}
甲方愿意将乙方作为主办银行，在乙方开立帐户（\
{{r accounts|choices(accounts if blank else content.art1.account_types) }}），\
优先委托乙方办理各项银行业务。
甲方（\
{{r attitudes|choices(attitudes if blank else content.art1.group_attitude) }}）\
{{r ('' if blank else content.art1.group_companies|join_cn|or_none_cn)|filled }}\
等分公司、控股子公司将乙方作为主办银行。
第二条　存款量承诺
甲方承诺在乙方开立的帐户上保持一定的存款量，若获乙方信贷支持，甲方在乙方的存款总量占甲方存款总额的比例不低于乙方贷款在甲\
方借款总额中的比例。
第三条　结算承诺
甲方同意将其{{r content.art3.rmb_settlement_pct|percent|filled(4) }}%\
的人民币结算业务及\
{{r content.art3.fx_settlement_pct|percent|filled(4) }}%的外汇结算业务\
通过乙方办理。
第四条　信贷和财务承诺
在信贷和财务方面，甲方承诺：
甲方保证按借款合同履行义务，按时偿还乙方的贷款本金和利息，不发生逾期贷款。
甲方保证保持良好的财务结构，流动比率控制在\
{{r content.art4.current_ratio_min_pct|percent|filled(4) }}%以上，\
资产负债率控制在\
{{r content.art4.debt_ratio_max_pct|percent|filled(4) }}%以下。
甲方将每月向乙方提供有关财务报表，并对财务数据的真实性负责。
第五条　个人住房借款及消费借款承诺
在个人住房借款及消费借款方面，甲方承诺：
甲方在乙方设立企业住房基金帐户，并将甲方提取的住房基金存入该帐户。
甲方应配合乙方做好个人住房借款及消费借款方面的宣传及营销工作，并鼓励其所属员工到乙方办理个人住房借款及消费借款。
"""
SERVICES = (
    "国际结算业务",
    "结售汇业务",
    "代发工资业务",
    "信用卡业务",
    "企业改制",
    "资产重组",
    "财务顾问",
    "工程预决算审查",
    "项目评估咨询及监理",
)
SECOND_CHAPTER = """\
第七条　优先提供金融服务承诺
乙方愿意将甲方作为重要的基本客户，在法律、法规和金融政策允许的前提下，优先为甲方提供各类金融服务。
乙方将充分发挥中国建设银行网络优势为甲方提供快捷方便的资金结算服务。
第八条　信贷承诺
在信贷方面，乙方承诺：
乙方将根据有关法律、法规、金融政策以及乙方的信贷条件和程序，积极支持甲方的经营发展，对甲方提供有力的信贷支持，包括流动资\
金贷款、中长期贷款、票据贴现和各种外汇贷款。具体信贷手续按有关法律、法规和中国建设银行的有关规定办理。
乙方愿意利用其境外融资优势，为甲方办理项目融资等外汇金融业务。
第九条　个人住房贷款及消费贷款承诺
在个人住房贷款及消费贷款方面，乙方承诺：
为了解决甲方员工购房及其他个人消费需要，乙方同意优先向甲方员工提供个人住房贷款及消费贷款。具体贷款条件和程序按有关法律、\
法规和中国建设银行的有关规定办理。
乙方向甲方员工提供的个人住房贷款总额不超过甲方住房基金存款总额的\
{{r content.art9.housing_loan_cap_pct|percent|filled(4) }}%。
第十条　提供其他服务的承诺
乙方利用自身的人才、信息等方面优势向甲方提供有关经济、金融信息，为甲方在发展战略、投资活动和经营方针等方面提出专业建议，\
提供财务顾问服务。
"""
CLOSING = """\
第十一条　保密
甲乙双方对因签订、履行本协议而知悉的对方商业秘密及其他未公开信息负有保密义务。未经对方书面同意，不得向任何第三方披露，但\
法律、法规另有规定，或者监管机构、司法机关依法要求披露的除外。
本条约定的保密义务不因本协议的变更、解除或终止而免除。
第十二条　协议期限及续签
本协议有效期自{{r content.closing.term_start|cn_date|filled }}起至\
{{r content.closing.term_end|cn_date|filled }}止。
一方有意续签的，应在有效期届满三十日前书面通知对方，由双方协商一致后另行签订书面协议；未续签的，本协议自有效期届满之日终\
止。
第十三条　协议的变更和解除
变更、补充或解除本协议，须经甲乙双方协商一致并签订书面协议，由双方法定代表人（负责人）或授权代理人签字并加盖公章后生效。\
补充协议是本协议的组成部分，与本协议具有同等效力。
第十四条　与具体业务合同的关系
本协议是甲乙双方开展合作的框架性文件。双方办理各项具体业务，应按有关规定另行签订合同；除该等合同另有约定外，本协议不构成\
乙方向甲方发放贷款或提供其他信用的义务。
本协议与借款合同、担保合同及其他具体业务合同的约定不一致的，以具体业务合同为准。
第十五条　违约责任
一方未按本协议的约定履行义务的，守约方有权书面要求其在合理期限内改正；逾期仍未改正的，守约方有权书面通知对方解除本协议，\
并要求对方赔偿由此造成的直接损失。
具体业务合同项下的违约责任，按该合同的约定承担。
第十六条　不可抗力
因不能预见、不能避免且不能克服的客观情况，致使一方不能履行或不能完全履行本协议的，根据其影响部分或者全部免除该方的责任，\
但法律另有规定的除外。该方应及时书面通知对方，以减轻可能给对方造成的损失，并在合理期限内提供证明。
一方迟延履行后发生不可抗力的，不免除其责任。
第十七条　法律适用及争议解决
本协议的订立、效力、解释、履行及争议解决，均适用中华人民共和国法律。
{%p if blank %}
因本协议发生的争议，由双方协商解决；协商不成的，按下列选定的方式解决：
{{ false|checked }}任何一方均可向{{r none|filled(12) }}提起诉讼；
{{ false|checked }}任何一方均可提交{{r none|filled(12) }}按照其届时有效的仲裁规则进行仲裁，\
仲裁裁决是终局的，对双方均有约束力。
争议解决期间，双方应继续履行本协议中不涉及争议的部分。
{%p else %}
{%p set arbitrated = '仲裁' in (content.closing.dispute or '') %}
因本协议发生的争议，由双方协商解决；协商不成的，\
{% if arbitrated %}任何一方均可提交{% else %}任何一方均可向{% endif %}\
{{r content.closing.dispute|filled }}\
{% if arbitrated %}按照其届时有效的仲裁规则进行仲裁，仲裁裁决是终局的，\
对双方均有约束力{% else %}提起诉讼{% endif %}。\
争议解决期间，双方应继续履行本协议中不涉及争议的部分。
{%p endif %}
第十八条　通知
与本协议有关的通知应采用书面形式，按本协议所载的住所、邮政编码或传真送达对方。
一方变更名称、住所、传真或电话的，应在变更后五个工作日内书面通知对方；未及时通知的，对方按原住所或传真发出的通知视为已经\
送达。
第十九条　协议的生效
本协议自甲乙双方法定代表人（负责人）或授权代理人签字并加盖公章之日起生效；双方签署日期不一致的，自较晚的日期起生效。
第二十条　协议的份数
本协议一式{{r ('' if blank else content.closing.copies_total|copies_words)|filled(4) }}\
份，甲乙双方各执\
{{r ('' if blank else content.closing.copies_each|copies_words)|filled(4) }}份，具有同等\
法律效力。
（以下无正文）
"""


def draft() -> Document:
    """Return the whole template."""
    document = parts.new_document(margins=parts.Margins(), chinese=parts.FANGSONG, size=14)
    _styles(document)
    parts.header_footer(document, HEADER, FOOTER, style=EDGE)
    _cover(document)
    _opening(document)
    parts.paragraph(document, "第一章　甲方委托乙方办理的业务及其特定承诺", CHAPTER)
    _articles(document, FIRST_CHAPTER)
    _sixth_article(document)
    parts.paragraph(document, "第二章　乙方向甲方提供的金融服务及其特定承诺", CHAPTER)
    _articles(document, SECOND_CHAPTER)
    parts.control(document, "{%p if content.closing %}", BODY)
    parts.paragraph(document, "第三章　附则", CHAPTER)
    _articles(document, CLOSING)
    parts.control(document, "{%p endif %}", BODY)
    _signature_page(document)
    return document


def _styles(document: Document) -> None:
    body, title = parts.FANGSONG, parts.HEITI
    add = parts.add_style
    add(
        document,
        TITLE,
        chinese=parts.XIAOBIAOSONG,
        size=22,
        align=parts.CENTER,
        line=1.5,
        before=36,
        outline=0,
    )
    add(document, NUMBER, chinese=body, size=14, align=parts.CENTER, line=1.5, before=6, after=28)
    add(document, PARTY, chinese=body, size=14, line=1.5, indent_chars=2)
    add(
        document,
        CHAPTER,
        chinese=title,
        size=16,
        align=parts.CENTER,
        line=1.5,
        before=10,
        after=6,
        keep_next=True,
        outline=0,
    )
    add(
        document,
        ARTICLE,
        chinese=title,
        size=14,
        line=1.5,
        indent_chars=2,
        keep_next=True,
        outline=1,
    )
    add(document, BODY, chinese=body, size=14, line=1.5, indent_chars=2)
    add(document, ITEM, chinese=body, size=14, align=parts.LEFT, line=1.5, indent_chars=2)
    document.styles[ITEM].paragraph_format.tab_stops.add_tab_stop(Mm(78))
    add(document, CELL, chinese=body, size=14, align=parts.LEFT, line=21)
    add(document, LONG, chinese=body, size=12, align=parts.LEFT, line=16)
    add(document, FINE, chinese=body, size=10.5, align=parts.LEFT, line=13)
    add(document, EDGE, chinese=parts.SONGTI, size=9, align=parts.LEFT)


def _cover(document: Document) -> None:
    parts.paragraph(document, "银企合作协议", TITLE)
    parts.paragraph(document, "合同编号：{{r content.contract_no|filled }}", NUMBER)
    _party(document, PARTY_A)
    parts.paragraph(document, "", CELL, space_after=Pt(18))
    _party(document, PARTY_B)


def _party(document: Document, rows: tuple[tuple[str, str], ...]) -> None:
    grid = parts.table(document, len(rows), (59, 95), border_eighths=0, row_mm=9.5)
    for row, (label, value) in zip(grid.rows, rows, strict=True):
        whole = row is not grid.rows[-1]
        parts.paragraph(row.cells[0], label, CELL, keep_with_next=whole)
        _fitting(row.cells[1], value, LONG, keep_with_next=whole)
        row.cells[0].vertical_alignment = row.cells[1].vertical_alignment = WD_ALIGN_VERTICAL.TOP
        parts.cell_borders(row.cells[1], bottom=4)


def _fitting(cell: _Cell, text: str, smaller: str, **shape: object) -> None:
    """Write a cell whose text is set in a smaller style where it is long."""
    found = re.search(rf"\{{\{{ (.*?\.(?:{LONG_ONES})\b.*?) \}}\}}", text)
    if found is None:
        parts.paragraph(cell, text, CELL, **shape)
        return
    tag = found[1]
    parts.control(cell, f"{{%p if (({tag}) or '')|length > {LENGTHY} %}}", CELL)
    parts.paragraph(cell, text, smaller, **shape)
    parts.control(cell, "{%p else %}", CELL)
    parts.paragraph(cell, text, CELL, **shape)
    parts.control(cell, "{%p endif %}", CELL)


def _opening(document: Document) -> None:
    parts.paragraph(
        document, "甲方：{{r content.party_a.name|filled }}", PARTY, page_break_before=True
    )
    parts.paragraph(document, f"乙方：{FILLED_BRANCH}", PARTY)
    parts.paragraph(document, PREAMBLE, BODY)


def _articles(document: Document, text: str) -> None:
    """Write articles: a line that opens with its number (第一条　) is a heading."""
    for line in text.splitlines():
        heading = re.match("第[一二三四五六七八九十]+条　", line) is not None
        parts.paragraph(document, line, ARTICLE if heading else BODY)


def _sixth_article(document: Document) -> None:
    parts.paragraph(document, "第六条　优先指定乙方办理其他业务的承诺", ARTICLE)
    parts.paragraph(document, "甲方承诺将下列业务优先指定乙方办理：", BODY, keep_with_next=True)
    items = [f"{{{{ ('{name}' in content.art6.services)|checked }}}}{name}；" for name in SERVICES]
    for left, right in zip(items[:8:2], items[1:8:2], strict=True):
        parts.paragraph(document, f"{left}[[TAB]]{right}", ITEM)
    parts.paragraph(document, items[8], ITEM, keep_with_next=True)
    parts.paragraph(
        document,
        "{{ ('其他' in content.art6.services)|checked }}"
        "{{r ('' if blank else content.art6.other|or_slash)|filled }}。",
        ITEM,
    )


def _signature_page(document: Document) -> None:
    _line_signed(
        document,
        "content.contract_no",
        "（本页为合同编号{{r content.contract_no|filled }}《银企合作协议》签署页，无正文）",
        page_break_before=True,
        space_after=Pt(12),
    )
    sides = [_signature("甲方", "party_a"), _signature("乙方", "party_b")]
    grid = parts.table(document, len(sides[0]), (76, 4, 76), border_eighths=0, row_mm=10)
    for number, row in enumerate(grid.rows):
        for cell, side in ((row.cells[0], sides[0]), (row.cells[2], sides[1])):
            text, ruled, least = side[number]
            _fitting(cell, text, FINE, keep_with_next=True)
            parts.row_height(row, least)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM if ruled else WD_ALIGN_VERTICAL.TOP
            if ruled:
                parts.cell_borders(cell, bottom=4)
        parts.paragraph(row.cells[1], "", CELL, keep_with_next=True)
    place = "content.closing.sign_place if content.closing else none"
    _line_signed(document, place, f"签订地点：{{{{r ({place})|filled }}}}", space_before=Pt(12))
    parts.control(document, "{%p if stages.signing %}", BODY)
    parts.paragraph(
        document,
        "生效日期：{{r ([stages.signing.party_a.date, stages.signing.party_b.date]|max)"
        "|cn_date|filled }}",
        BODY,
        line_spacing=TIGHT,
    )
    parts.control(document, "{%p endif %}", BODY)


def _line_signed(document: Document, value: str, text: str, **shape: object) -> None:
    """Write a line above or below the signatures, smaller where its value is long."""
    parts.control(document, f"{{%p if (({value}) or '')|length > {LENGTHY} %}}", BODY)
    parts.paragraph(document, text, LONG, keep_with_next=True, **shape)
    parts.control(document, "{%p else %}", BODY)
    parts.paragraph(document, text, BODY, keep_with_next=True, line_spacing=TIGHT, **shape)
    parts.control(document, "{%p endif %}", BODY)


def _signature(side: str, key: str) -> tuple[tuple[str, bool, float], ...]:
    """Return the rows of one party's block: text, whether ruled below, least height in mm.

    The empty row leaves room for a seal of 42 mm whatever the name's length.
    """
    signed = f"stages.signing.{key}"
    name = "{{ content.party_a.name }}" if key == "party_a" else BRANCH
    return (
        (f"{side}（公章）：", False, 9),
        (name, False, 9),
        ("", False, SEAL_MM),
        ("法定代表人（负责人）" if key == "party_a" else "负责人", False, 8),
        ("或授权代理人（签字）：", False, 8),
        (_once_signed(f"{signed}.signatory"), True, 12),
        ("", False, 2),
        (_capacity(key, signed), False, 8),
        (f"授权委托书编号：{_once_signed(f'{signed}.authority_ref|or_slash')}", False, 8),
        (f"日期：{{{{ ({signed}.date if stages.signing else none)|cn_date }}}}", False, 8),
    )


def _capacity(key: str, signed: str) -> str:
    """Return the capacity of a signatory, boxes to tick on a blank form."""
    capacities = ("法定代表人", "负责人", "授权代理人")[key == "party_b" :]
    boxes = "　".join(f"{parts.EMPTY_BOX}{capacity}" for capacity in capacities)
    once = _once_signed(f"{signed}.capacity")
    return f"身份：{{% if blank %}}{boxes}{{% else %}}{once}{{% endif %}}"


def _once_signed(expression: str) -> str:
    return f"{{{{ ({expression}) if stages.signing else '' }}}}"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    size = parts.save(draft(), target, title="银企合作协议书", subject="RXD7200-01 1.0")
    print(f"{target}: {size} bytes")
