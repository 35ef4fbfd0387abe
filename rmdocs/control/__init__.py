"""Use cases of control: found a store, keep staff and units, release forms.

Each reads like its procedure; who may do what is checked by role and key.
"""
