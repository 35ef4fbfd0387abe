"""The kinds of events, each with its facts and the words by which it is told.

How a fact is written and read is ``facts``' business; what acts on records say is in
``records``, what acts on control say in ``control``, ``copies`` and ``keys``; ``kinds``
knows all of them and reads an event.
"""
