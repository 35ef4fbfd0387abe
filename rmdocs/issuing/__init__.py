"""Use cases of issuing: check, issue, add a stage, amend, void.

Each reads like its procedure: check everything, then under the volume's lock
number, render, read back, seal; only then acknowledge.
"""
