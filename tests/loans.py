"""A loan ledger as a bank's own system writes it: one row a loan."""

import csv
import io

from openpyxl import Workbook

OWN = {
    "合同编号": "建鲁(济示)流贷〔2025〕0107号",
    "借据编号": "JK20251218001",
    "借款人": "济南虚构岱岳重型机械有限公司",
    "统一社会信用代码": "91370112MA3DEM019E",
    "客户类别": "重要",
    "业务种类": "流动资金贷款",
    "合同签订日期": "2025-12-18",
    "币种": "人民币",
    "借款金额(元)": "30,000,000.00",
    "余额": 29000000.5,
    "年利率（%）": "3.30",
    "起始日": "20251218",
    "到期日": "2026年12月18日",
    "担保人": "济南虚构担保有限公司、张示保",
    "客户经理": "王样例",
    "工号": "JN01-0101",
    "协办工号": "JN01-0102",
    "还款账号": "37000000000000000011",
    "联系电话": "0531-55500001",
}


def row(**changes):
    return {**OWN, **changes}


def ledger(path, rows, title="信贷台帐"):
    """Write a ledger as a bank's system does: a title above, totals below."""
    if path.suffix == ".csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerows([list(OWN), *[list(one.values()) for one in rows]])
        path.write_bytes(out.getvalue().encode("gb18030"))
        return path
    book = Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(list(OWN))
    for one in rows:
        sheet.append(list(one.values()))
    sheet.append([None] * 9 + [58000001])
    book.save(path)
    return path
