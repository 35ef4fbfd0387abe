"""Electronic signatures in PDF (PAdES): making them, and judging those that are there.

Bytes in, bytes and findings out; the store and its events are not known here.
Cryptography is pyHanko's. Who signs, in which order and where, is the form's data
(``rmdocs.forms``). ``sign`` and ``validation`` load pyHanko: import them where used.
"""
