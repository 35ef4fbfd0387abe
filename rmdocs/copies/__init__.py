"""Use cases of controlled copies: issued, signed for, recalled, returned, swapped, lost.

Each is one event or more on the control ledger, in one commit, by somebody
whom the policy allows it (ISO 9001 §7.5.3.2).
"""
