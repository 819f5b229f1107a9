"""The tokens of a schema's text, and a place among them.

Owns what a token is, and how a mistake at one is told.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from codegen.spellings import KEYWORDS

# Whitespace is C's isspace; a number is what strtod takes, less its sign, inf and nan; a string is
# Python's.
_TOKEN = re.compile(
    r"""
    (?: [ \t\n\r\f\v] | \\\n | \#[^\n]* )*
    (?:
      (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<op> -> | \.\.\.(?!\d) | \.(?!\d) | [()\[\],?*=!|:{}<>+-] )
    | (?P<hex> 0[xX][0-9a-fA-F]* )
    | (?P<number> (?: [0-9]+\.?[0-9]* | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? j? )
    | (?P<string> \"{3} (?: \\. | [^\\] )*? \"{3} | '{3} (?: \\. | [^\\] )*? '{3}
                | \" (?: \\. | [^\\"\n] )* \" | ' (?: \\. | [^\\'\n] )* ' )
    | (?P<end> \Z )
    | (?P<bad> . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)


class SchemaError(Exception):
    """What was found at [start, end) of the text and, where known, what to write instead."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class Cursor:
    """Moves over the tokens of one text, the last of which is the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            self.tokens.append(Token(kind, match[kind], *match.span(kind)))
        self.at = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.at]

    @property
    def following(self) -> Token:
        """The token after the current one, which is not the end."""
        return self.tokens[self.at + 1]

    def take(self, text: str) -> bool:
        if self.tokens[self.at].text != text:
            return False
        self.at += 1
        return True

    def expect(self, text: str, where: str, hint: str | None = None) -> None:
        if not self.take(text):
            self.fail(f"expected {text!r} {where}, found {self.found()}", hint)

    def name(self, what: str) -> Token:
        token = self.current
        if token.kind != "name":
            self.fail(f"expected {what}, found {self.found()}")
        if token.text in KEYWORDS:
            self.fail(
                f"{token.text!r} is a keyword of TorchScript, not {what}", "choose another name"
            )
        self.at += 1
        return token

    def found(self) -> str:
        return "the end" if self.current.kind == "end" else repr(self.current.text)

    def fail(self, message: str, hint: str | None = None, since: int | None = None) -> NoReturn:
        """Refuse the current token or, with `since`, all that was read from that offset on."""
        token = self.current
        if since is None:
            raise SchemaError(message, token.start, token.end, hint)
        raise SchemaError(message, since, max(self.previous_end(), since), hint)

    def previous_end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else 0
