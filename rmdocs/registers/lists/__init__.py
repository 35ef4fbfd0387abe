"""Registers as they are printed: from the ledgers to a report.

Each is a pure function; what the ledgers are at which moment is said by
``listing``, how a report is printed by ``reports``.
"""
