"""What an auditor asks: where a document comes from, and whether the store is whole.

Reads only; trusts nothing that can be computed again.
"""
