"""Views derived from the ledger: people, units, form revisions, records, volumes.

Nothing here is kept by hand and nothing here writes to the store; the search
index is a cache that may be deleted at any time (ISO 15489-1 §9.6).
"""
