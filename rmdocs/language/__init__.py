"""The one language of rules and templates: functions and filters, sandbox, expressions, rules.

Functions write values as Chinese bank documents do and are pure; each has an entry
(``functions``), and ``sandbox`` gathers them. No form or record is known here.
"""
