"""How values are written in Chinese bank documents: 大写 amounts, dates, choices, codes.

Pure functions; ``filters`` names them for rules and templates alike. A value
a function cannot take is an :class:`~rmdocs.formatting.unfit.UnfitValueError`.
"""
