"""Faults put into a clone of a store, to show that ``rmdocs verify`` names each (F1–F24).

The store itself is only read. In the clone all keys are the drill's own, so that whatever
somebody with every key of the house could do is done, and nobody's key is needed for it.
"""
