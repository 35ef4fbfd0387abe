"""The command line: parse, call one use case, print. Nothing else.

One command per file under ``commands``; ``table`` lists them, so that help
loads none of them. Rules, paths of the store and the clock live below.
"""
