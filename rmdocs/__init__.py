"""rmdocs: validated records become numbered, controlled, provable documents.

Imports point strictly down the floors listed in ``docs/architecture.md``;
``tests/test_floors.py`` proves it. Nothing is re-exported here, so that
importing one part never pays for another.
"""

__version__ = "0.1.0"
