"""The records store: events sealed in a Merkle tree, one signed commit each.

``protocol`` says what a store does; ``git`` does it with a bare repository.
Forms, records and people are files here: nothing below knows what they mean.
"""
