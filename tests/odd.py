"""Records as they come once in a while: the longest names, as many rows as a form takes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

NAME = (
    "内蒙古自治区呼伦贝尔市鄂温克族自治旗巴彦托海镇虚构草原生态畜牧业综合开发与冷链物流仓储配送"
    "股份有限公司海拉尔经济技术开发区第一分公司"
)
ADDRESS = f"{NAME[:30]}索伦大街与民族路交叉口东北角虚构大厦B座1801室"
TEXT = (
    "该企业一季度生产经营总体平稳，主导产品订单同比增长约一成，但原材料价格波动较大，毛利率下降；"
)


def odd(sample: dict[str, Any]) -> dict[str, Any]:
    """Return a sample, of any of the four forms, filled as full as its schema allows."""
    value = deepcopy(sample)
    content = value["record"]["content"]
    value["record"]["related"], value["derived"] = [], {}
    {"01": _agreement, "02": _log, "03": _plan, "04": _notice}[value["record"]["form"][-2:]](
        content
    )
    return value


def _agreement(content: dict[str, Any]) -> None:
    content["contract_no"] = (
        "建鲁(济示)银企〔2026〕0001号之补充协议（二〇二六年三月修订，替换此前各版）第002份"
    )
    content["party_a"] |= {"name": ("𠮷田㐂" + NAME * 2)[:120], "domicile": ADDRESS}
    content["art1"]["group_companies"] = [f"{NAME}{at}" for at in range(12)]
    content["art6"]["other"] = None


def _log(content: dict[str, Any]) -> None:
    content["customer"]["name"] = NAME
    person = {"title": "副总经理兼财务总监兼董事会秘书", "phone": "0531-55510010", "role": "影响人"}
    content["contacts"] = [{"name": f"联系人{at}", **person} for at in range(10)]
    content["content"] = dict.fromkeys(content["content"], (TEXT * 11)[:500])
    content["products_offered"] = [f"产品{at}" for at in range(20)]
    day = "2026-05-20"
    content["commitments"] = [
        {"item": TEXT * 3, "owner": "王样例", "due": day, "within_authority": True}
        for _ in range(10)
    ]
    content["follow_ups"] = [
        {"item": f"事项{at}：{TEXT}", "owner": "王样例", "due": day, "done_on": None}
        for at in range(20)
    ]


def _plan(content: dict[str, Any]) -> None:
    [wanted], [target] = content["demand_forecast"], content["target_customers"]
    content["demand_forecast"] = [
        {**wanted, "customer": f"{NAME}{at}", "need": TEXT[: 20 + at]} for at in range(40)
    ]
    content["target_customers"] = [
        {
            **deepcopy(target),
            "customer": {**target["customer"], "name": f"{NAME}{at}", "uscc": _code(at)},
            "measures": TEXT * 2,
        }
        for at in range(40)
    ]
    content["risk_controls"] = [f"{TEXT[:30]}{at}" for at in range(20)]


def _code(serial: int) -> str:
    """Return a credit code that is right, but for the organisation code in it (GB 32100)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91370112MA3{serial:06d}"
    total = sum(signs.index(sign) * pow(3, at, 31) for at, sign in enumerate(body))
    return body + signs[-total % 31]


def _notice(content: dict[str, Any]) -> None:
    content["customer"]["name"] = NAME
    content["guarantors"] = [
        {"name": f"{NAME}{sign}", "uscc": None, "address": ADDRESS, "phone": "0470-8810001"}
        for sign in "甲乙丙丁戊己庚辛"
    ]
    content["business_type"] = "国内信用证项下买方代付及应收账款质押融资组合业务"
    content["contract"]["no"] = "建鲁(济示)流贷〔2025〕0007号补充协议第三次修订版本之附件二"
    content["iou_no"] = "JKLONG00000000000000000000000000001"
    content["principal"] = content["balance"] = "99999999999.99"
    content["repayment_account"] |= {
        "name": NAME,
        "bank": "中国建设银行股份有限公司呼伦贝尔鄂温克族自治旗巴彦托海支行营业部",
    }
