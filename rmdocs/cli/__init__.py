"""The command line: parse, call one use case, print. Nothing else.

A file a noun, its commands in it; ``main`` lists them, so that help loads none of them.
Rules, paths of the store and the clock live below.
"""
