"""Renditions: use cases that make, sign and file PDF of a record's documents.

Each is an event of its own, sealed beside the edition it belongs to; a number
never waits for one. How a PDF is made, signed or read is known to ``pdf``,
``signing`` and ``scanning``.
"""
