"""Registers and lists as tables of facts, printed as XLSX, HTML, text or JSON.

``report`` holds the values; ``xlsx`` and ``html`` print them. What a register
says is computed on the floors above; nothing here reads a ledger or a clock.
"""
