"""Regenerating records after a revision of their form: plan, run, report, trial.

A record that nobody has signed yet gets a new edition under its number, on the
revision in force; what was signed or closed is never touched. Revising the
form itself is the business of ``control``.
"""
