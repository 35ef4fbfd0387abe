"""Registers as they are printed: one module a register, from the ledgers to a report.

Each is a pure function; what the ledgers are at which moment is said by
``registers.ledgers``, how a report is printed by ``reports``.
"""
