"""Reading records people wrote: JSON, YAML, JSON lines, CSV, XLSX; and sheets to fill.

A file becomes candidates: plain values with their place. Whether a value is
right is the business of schemas and rules; here only the file can be wrong.
"""
