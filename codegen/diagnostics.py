"""What is wrong with a spec: the codes, a diagnostic, the list that accumulates, its rendering as text.

A user's mistake never raises: it is added here, the run goes on to find the others, and the barrier stops it before
anything is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codegen.source import Span

# Of a longer line an excerpt shows what stands around the place.
LONGEST = 200

CODES = {
    "CG001": "a file cannot be read as text",
    "CG101": "the YAML is malformed",
    "CG102": "a key is written twice",
    "CG103": "an anchor, an alias or a tag",
    "CG104": "too deeply nested",
    "CG105": "not exactly one document",
    "CG201": "an unknown key",
    "CG202": "something required is missing",
    "CG203": "another kind of value is expected",
    "CG204": "a part of the format that this version does not generate yet",
    "CG205": "a value outside of what is allowed",
    "CG301": "a schema that cannot be parsed",
    "CG302": "an unknown type",
    "CG303": "a type or form that cannot work in torch",
    "CG304": "a method of torch's interface declared with another schema",
    "CG305": "overloads that a call cannot tell apart",
    "CG306": "a rule of `fake:` that does not fit its method",
    "CG401": "a name that cannot be used",
    "CG402": "the same name twice",
    "CG403": "a path that cannot be used",
    "CG404": "a piece of C++ or CMake that cannot be used",
    "CG405": "documentation of an argument that does not exist",
    "CG501": "the compiler refuses what the spec names",
    "CG502": "a file that is to be compiled is missing",
    "CG503": "a CMake package is not found",
}


class Diagnostic(NamedTuple):
    """One mistake: what was found, where, and what to write instead."""

    code: str
    span: Span
    message: str
    help: str | None = None

    def __str__(self) -> str:
        line, column = self.span.position
        head = f"{self.span.source.path}:{line}:{column}: error {self.code}: {self.message}"
        return "\n".join(
            [head, *_excerpt(self.span), *([f"  help: {self.help}"] if self.help else [])]
        )


class Diagnostics:
    """The mistakes of a run, in the order of their places."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, code: str, span: Span, message: str, help: str | None = None) -> None:
        if code not in CODES:
            raise KeyError(code)
        diagnostic = Diagnostic(code, span, message, help)
        if diagnostic not in self._found:
            self._found.append(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=lambda d: (d.span.source.path, d.span.start, d.code)))

    def __len__(self) -> int:
        return len(self._found)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A suggestion by edit distance, worded for `Diagnostic.help`."""
    from difflib import get_close_matches

    choices = sorted(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.6) or [
        choice for choice in choices if choice.lower() == word.lower()
    ]
    return f"did you mean '{close[0]}'?" if close else None


def _excerpt(span: Span) -> list[str]:
    """The first line of a span with carets below it, kept in column under tabs and wide characters."""
    number, column = span.position
    text = span.source.line(number)
    before, marked = text[: column - 1], text[column - 1 : column - 1 + span.end - span.start]
    if len(text) > LONGEST:
        before, marked = before[-LONGEST // 2 :], marked[: LONGEST // 2]
        text = before + text[column - 1 : column - 1 + LONGEST // 2]
    gutter = f"{number:5} | "
    return [
        gutter + text.replace("\t", " "),
        f"{'|':>7} " + " " * _width(before) + "^" * max(1, _width(marked)),
    ]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
