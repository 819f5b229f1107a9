"""Where a piece of text stands: a source file, a span in it, a string read from it.

Knows nothing of YAML, schemas or diagnostics. Offsets count characters of `Source.text`; lines and columns count
from 1.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


def is_printable(text: str) -> bool:
    """Whether a text can be shown as it is.

    Like `str.isprintable`, but alike in every CPython: characters that its Unicode does not have yet can be shown too.
    """
    return text.isprintable() or all(c.isprintable() or _is_unassigned(c) for c in text)


def _is_unassigned(char: str) -> bool:
    """Whether it may become a character, which U+FDD0 to U+FDEF and the last two of each plane never do."""
    number = ord(char)
    never = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    return unicodedata.category(char) == "Cn" and not never


@dataclass(frozen=True)
class Source:
    """A text and the name it is shown under."""

    path: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text)), len(self.text)]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset."""
        line = bisect_right(self._starts, offset, hi=len(self._starts) - 1)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, the nearest one where the text is shorter."""
        start = self._starts[min(line, len(self._starts) - 1) - 1]
        return min(start + column - 1, start + len(self.line(self.position(start)[0])))

    def line(self, number: int) -> str:
        """One line without its end."""
        return self.text[self._starts[number - 1] : self._starts[number]].rstrip("\r\n")


class Span(NamedTuple):
    """The characters `start:end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def position(self) -> tuple[int, int]:
        return self.source.position(self.start)

    @property
    def place(self) -> str:
        """As it is shown: `path:line:column`."""
        line, column = self.position
        return f"{self.source.path}:{line}:{column}"

    @property
    def end_position(self) -> tuple[int, int]:
        """The line and column behind its last character."""
        return self.source.position(min(self.end, len(self.source.text)))


class Text(NamedTuple):
    """A string that was read from a source.

    `verbatim` tells that the value stands in the source character for character (a plain or quoted scalar on one line
    without escapes), so that a part of the value has a span of its own.
    """

    value: str
    span: Span
    verbatim: bool = False
    lead: int = 0

    def part(self, start: int, end: int) -> Span:
        """The span of `value[start:end]`; of the whole text where the value is not verbatim."""
        if not self.verbatim:
            return self.span
        first = self.span.start + self.lead
        return Span(self.span.source, first + start, first + max(end, start + 1))

    def __str__(self) -> str:
        return self.value
