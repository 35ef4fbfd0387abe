"""Records, pure: what was captured, whether it holds, what follows from it.

Nothing here has a number, a store or a clock; the date of the act is passed in.
"""
