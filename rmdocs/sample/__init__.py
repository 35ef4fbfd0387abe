"""An invented organisation and its records, for trying things and for tests.

Everybody and everything in these files is fictional.
"""
