"""Documents as PDF: engines, fonts, marks on the pages, the archival file.

Bytes in, bytes and findings out; the store and its events are not known here.
"""
