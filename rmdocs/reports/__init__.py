"""Registers and lists as tables of facts.

``report`` holds the values; ``xlsx`` prints them as a workbook, the fronts as a page or at
a terminal. What a register says is computed on the floors above; nothing here reads a
ledger or a clock.
"""
