"""First draft of the body of IXD7200-01 《公司客户经理工作规范》, sections 1 to 9.

The source's words with its punctuation and its spelling (帐户, 台帐, both names
of RXD7200-04). Section 4 is empty there and left to be settled (待核定); the
list in section 9 is filled with the annexes in force when an edition is
assembled. Run from anywhere; writes ``documents/IXD7200-01/body.docx``, which
the quality officer edits from then on.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docx.document import Document
from docx_parts import (
    CENTER,
    FANGSONG,
    HEITI,
    KAITI,
    LEFT,
    SONGTI,
    Margins,
    add_style,
    header_footer,
    new_document,
    paragraph,
    save,
)

TARGET = Path(__file__).parents[2] / "documents/IXD7200-01/body.docx"
TITLE = "公司客户经理工作规范"
CHAPTER, SECTION, STAGE, BODY, ITEM, LIST, EDGE = (
    "章",
    "节",
    "阶段",
    "正文段落",
    "列项",
    "附录清单",
    "页眉页脚",
)
TEXT = """\
# 1.目的
本规范明确了建设银行山东省分行各级公司类客户经理在职责范围内开展业务的工作程序以及工作过程中的风险控制点和控制措施,旨在规范业务操作,提高业务质量和服务水平,达到拓展客户、增加客户满意度、\
控制和防范风险、促进业务发展的目的。
# 2.范围
本规范适用于中国建设银行山东省分行所辖机构各级公司类客户经理。
# 3.定义和缩写
本文件采用ISO9000:2000、《中国建设银行内部控制体系――框架和要求》、《中国建设银行山东省分行内控手册》(ICM-CCBSD)和《中国建设银行山东省分行质量手册》(QMM-CCBSD)的定义和缩写,\
本文件中需补充说明的定义和缩写如下:
1)客户经理:指建设银行山东省分行从事市场分析、客户营销、评估评价等工作,并直接服务法人和其他经济组织的专业技术岗位。
2)银企合作协议:是建设银行与相关企业签订的,有关提供金融服务、规范双方业务行为而明确双方权利义务关系的协议。[见附录一:《银企合作协议书》(RXD7200-01)]。
# 4.职责与权限
待核定
# 5.政策
客户经理开展工作,应熟悉和遵循以下法律、法规和原则:
1)遵纪守法、爱岗敬业、廉洁自律、恪守职业道德;
2)熟悉国家现行的产业政策,行业或区域的发展政策及有关法律法规;
3)建设银行相关业务政策、规章制度;
4)尽职原则,对受理的业务实行首问负责制;
5)及时性原则,市场反应迅速,把握商机;
6)创新原则,根据客户个性需求,为客户提供“量身定做”的综合性金融服务。
7)诚信原则,对客户要诚信服务,提高客户满意度;
8)保密原则,对客户资料不要向银企以外的第三方泄漏,提高客户信任度;建设银行的保密事项如授信额度等不能随意透露给客户;
9)双人营销原则,对贷款营销应坚持双人营销,分工协作,互相监督;
10)价值最大化原则,始终以实现建设银行价值最大化为目标。
11)整体连动原则,充分发挥建行的整体优势,综合运用各种营销手段开展工作。
12)风险控制原则,在拓展业务的同时,要加强风险管理,提高客户评价水平,做好额度授信和额度日常管理工作。
13)实事求是,对承诺客户不要超越权限。
14)注重仪表,文明服务,维护建设银行形象。
# 6.规范要求
本体系文件充分考虑业务的可操作性,按客户经理营销活动的进度,分为三个阶段,包括:市场调查阶段、客户营销阶段、关系维护阶段。
主要风险是客户经理违反职业道德,不作为而使中国建设银行山东省分行利益受到损害甚至内外勾结出卖建设银行利益。
针对主要风险的关键控制环节是:坚持双人营销,及时反馈信息,实现信息共享。
具体的规范要求如下:
1、市场调查阶段。
1)信息调查。根据国家的产业政策、区域经济发展规划、本行的营销规划、业务开展需要进行市场调查,从外部对客户进行了解,判断客户是否在建设银行的支持范围内、能否为建设银行带来收益,\
选择拟营销客户;
2)信息收集。对拟营销客户,通过媒体、行业报告等各种渠道收集客户信息,如实记录,并将收集到的信息反馈至部门负责人和主管行长;
3)绩效测算。根据对政策的掌握,判断拟营销客户能否对建设银行的发展具有较强的支持作用,是否有较好的发展前景,并进行绩效贡献预测;
4)制订营销方案。客户经理对拟营销的客户制订可行的营销方案,为营销工作打好基础。
2、客户营销阶段。
1)初步联系客户。根据营销方案,登门造访客户,了解客户需求,介绍建设银行产品和服务优势,取得客户理解,达成合作意向;
2)加强与客户联系。对有合作意向的客户加强联系,详细了解客户需求,判断建设银行的产品能否满足需求;对超越权限的客户需求,及时向部门负责人和主管行长汇报,争取上级行的支持;根据客户需求,\
拟定银企合作协议;
3)签订银企合作协议。对有长期合作意向的企业,协调双方签订银企合作协议,明确双方的权利义务,扩大客户业务量,提高建设银行综合收益。
4)受理客户申请。对客户提出的信贷需求,及时进行详细调查,形成调查报告,
5)业务开展。在能力和权限范围内积极为客户提供服务;信贷业务根据上级行的批复办理。
3、关系维护阶段。
1)定期联系客户。客户经理要定期走访客户,了解掌握客户需求、经营、投资等信息,认真填写客户经理工作日志[见附录二:《客户经理工作日志》(RXD7200-02)],真实记录客户信息,\
及时反馈至部门负责人和主管行长。
2)信息反馈。客户经理要对客户重大信息、常规数据信息及时报告,建立信息报告制度,到达到信息共享的目的。
3)加强服务力度。客户经理积极向客户提供建行的各种金融产品,按照不同金融产品管理的要求,组织材料报批,最大限度满足客户需求,充分挖掘存量客户的价值,提高存量客户对建设银行的依存度和贡献度。
4)采集客户最新需求。客户经理要密切关注客户的经营现状、投资动向、发展趋势和重大变化等动态信息,把握和引导客户需求,加强与客户联系,维系和发展客户与建行的银企关系。
5)制定年度营销计划。经办行客户经理要通过对市场环境分析及客户需求预测,制定年度客户营销计划[见附录三:《营销计划》(RXD7200-03)],在维护已有客户关系的基础上积极拓展业务。
6)风险防范。客户经理要密切关注客户发展情况,及时发现问题,制定解决方案,适时调整双方的合作关系和程度,防范和控制风险,保证建设银行信贷资产的安全。
7)对信贷业务,按照要求进行贷后检查。[见《对公信贷业务主控制程序》(PXD7201)]
8)对到期贷款及时发送《贷款到期通知书》[见附录四《信贷业务到期通知书》(RXD7200-04)],回收后登记贷款卡、退还抵质押物、登记台帐。[见《对公信贷业务主控制程序》(PXD7201)]
9)不能按期回收的进行贷款展期转贷,不良贷款及时移交保全部门。[见《对公信贷业务主控制程序》(PXD7201)]
# 7.检查监督
1、上级行对口业务管理部门对客户经理业务开展督查。
2、本机构对客户经理业务开展和绩效贡献按季实施考核。
# 8.依据文件、相关文件和支持文件
## 8.1依据文件
1)《中国建设银行山东省分行内控手册》(ICM-CCBSD)
2)《中国建设银行山东省分行质量手册》(QMM-CCBSD)
3)《中国建设银行专业技术岗位职务管理暂行办法》
4)《中国建设银行客户经理(公司及机构业务)岗位职务管理暂行办法》
5)《中国建设银行山东省分行客户经理(公司及机构业务)岗位职务管理实施细则》
6)《关于印发<客户经理制实施指导意见(试行)>的通知》(建总发〔2000〕20号文)
## 8.2相关文件和支持文件
《对公信贷业务主控制程序》(PXD7201)
# 9.附录
{{ annexes }}
"""


def draft() -> Document:
    """Return the drafted body."""
    document = new_document(margins=Margins(), chinese=FANGSONG, size=14)
    _styles(document)
    header_footer(
        document,
        f"IXD7200-01 {TITLE}[[TAB]]受控文件",
        "[[TAB]]第[[PAGE]]页 共[[NUMPAGES]]页[[TAB]]",
        style=EDGE,
    )
    for line in TEXT.splitlines():
        _write(document, line)
    return document


def _styles(document: Document) -> None:
    heading = {"chinese": HEITI, "align": LEFT, "line": 1.5, "keep_next": True}
    add_style(document, CHAPTER, size=16, before=10, after=4, outline=0, **heading)
    add_style(document, SECTION, size=14, before=4, after=2, outline=1, **heading)
    add_style(
        document,
        STAGE,
        chinese=KAITI,
        size=14,
        bold=True,
        align=LEFT,
        line=1.5,
        indent_chars=2,
        keep_next=True,
    )
    for name in (BODY, ITEM):
        add_style(document, name, chinese=FANGSONG, size=14, line=1.5, indent_chars=2)
    add_style(document, LIST, chinese=FANGSONG, size=14, align=LEFT, line=1.5, indent_chars=2)
    add_style(document, EDGE, chinese=SONGTI, size=9, align=CENTER)


def _write(document: Document, line: str) -> None:
    """Write one line of the text: ``#`` chapter, ``##`` section, ``1、…阶段。``, item or text."""
    marker, _, text = line.partition(" ")
    if marker in {"#", "##"}:
        paragraph(document, text, CHAPTER if marker == "#" else SECTION)
    elif line.startswith("{{"):
        paragraph(document, line, LIST)
    elif re.fullmatch(r"\d、.{4,8}阶段。", line):
        paragraph(document, line, STAGE)
    else:
        paragraph(document, line, ITEM if re.match(r"\d+[)、]", line) else BODY)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    size = save(draft(), target, title=TITLE, subject="IXD7200-01 1.0")
    print(f"{target}: {size} bytes")
