"""The one language of rules and templates: functions and filters, sandbox, expressions, rules.

Functions write values as Chinese bank documents do and are pure; ``sandbox`` names them.
No form or record is known here.
"""
