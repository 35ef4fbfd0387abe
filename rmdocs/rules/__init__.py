"""Rules and derived values: expressions in a form's data, evaluated to findings.

``environment`` is the sandbox that templates share; no form or record is known here.
"""
