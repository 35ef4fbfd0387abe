"""Use cases of retention and disposition: what is due, what is held, what is disposed of.

Two people decide, the ledger keeps what they decided, and only what a
certificate names is destroyed (ISO 15489-1 §9.9, DA/T 98-2023).
"""
