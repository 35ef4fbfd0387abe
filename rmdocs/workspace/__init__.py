"""The top of the library: one opened workspace, its use cases in groups.

``opening`` is the composition root, the only reader of working directory,
environment, clock and configuration; a group each (forms on the desk, changes
of forms, copies, …) lies in a module of its own and asks it who acts and when.
"""
