"""The top of the library: an opened workspace, and what a person can do in it.

``opening`` has the workspace: store, index, keys, clock, who acts; ``places`` says where its
parts lie, and ``keyring`` alone reads private keys. The use cases
are functions of it and of values, a module a noun: ``records.issue(workspace, …)``,
``copies.recall(workspace, …)``. ``machine`` knows the programs and fonts of this
machine; ``naming`` and ``revisions`` answer what several use cases ask.
"""
