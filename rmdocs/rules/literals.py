"""Numbers with a fraction that are written in an expression mean what they say.

Jinja reads ``0.1`` as a binary float, which is not 0.1; here it becomes the
Decimal that the record's own numbers are.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream


class ExactLiterals(Extension):
    """Reads the literal ``0.1`` as if it were ``("0.1"|decimal)``."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens, literals with a fraction replaced."""
        for token in stream:
            if token.type != "float":
                yield token
                continue
            line = token.lineno
            yield Token(line, "lparen", "(")
            yield Token(line, "string", f"{token.value}")
            yield Token(line, "pipe", "|")
            yield Token(line, "name", "decimal")
            yield Token(line, "rparen", ")")
