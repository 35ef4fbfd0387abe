"""Piles of scans sorted back into the documents they came from, by the codes on their pages.

Files in, values and findings out. ``reading`` goes through the files, in a
process of its own with bounds; ``sorting`` decides, and what it is not sure of goes
to a review list, never into a document; ``documentpdf`` makes one PDF of a
complete set. What is known of a number is asked of the caller: nothing here
knows the store.
"""
