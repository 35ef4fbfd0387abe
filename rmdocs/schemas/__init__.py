"""JSON Schema 2020-12 behind one type: what a record's content may hold, said plainly.

The only package that knows jsonschema, jsonschema-rs and referencing. Nothing is fetched:
a schema sees itself and the common definitions that come with it.
"""
