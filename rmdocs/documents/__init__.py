"""Controlled documents that are not forms, as data: instructions, manuals, external standards.

What a document says of itself (``document.toml``), its files and the officer's
desk. What was released and is in force is known to ``registers``; how a
controlled edition looks is the business of ``rendering``.
"""
