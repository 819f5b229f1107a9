"""What is wrong with a spec: a diagnostic, and the list that accumulates. `codes` says what each code means.

A user's mistake never raises: it is added here, the run goes on to find the others, and the barrier stops it before
anything is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from codegen.codes import CODES, Severity
from codegen.source import Span


class Stop(Exception):
    """What ends a run and is no spec's fault: a person has to mend it. The command line prints it and exits with 2."""


STOPS = (Stop, OSError, UnicodeError)
"""What ends a run and is told as it is. Anything else that is raised is a defect of ours."""


class Diagnostic(NamedTuple):
    """One mistake: what was found, where, and what to write instead."""

    code: str
    span: Span
    message: str
    help: str | None = None
    related: tuple[tuple[Span, str], ...] = ()
    """Other places that have to do with it, and what stands there."""

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity


class Diagnostics:
    """The mistakes of a run, in the order of their places."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(
        self,
        code: str,
        span: Span,
        message: str,
        help: str | None = None,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        if code not in CODES:
            raise KeyError(code)
        diagnostic = Diagnostic(code, span, message, help, related)
        if diagnostic not in self._found:
            self._found.append(diagnostic)

    def unread(self, span: Span) -> bool:
        """Whether something in a span could not be read, so that nothing can be said of what it lacks."""
        return any(found.code <= "CG302" for found in self.within(span))

    def within(self, span: Span) -> Iterator[Diagnostic]:
        """What is wrong in a span."""
        for found in self._found:
            same = found.span.source == span.source
            if same and span.start <= found.span.start < span.end:
                yield found

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=lambda d: (d.span.source.path, d.span.start, d.code)))

    def __len__(self) -> int:
        return len(self._found)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word that was meant, upper or lower case."""
    from difflib import get_close_matches

    choices = {choice.casefold(): choice for choice in sorted(known)}
    close = get_close_matches(word.casefold(), choices, n=5)
    # Of words that are about as near, the one whose letters have changed places.
    swapped = (choice for choice in close if sorted(choice) == sorted(word.casefold()))
    found = next(swapped, close[0] if close else None)
    return choices[found] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The nearest word, worded for `Diagnostic.help`."""
    found = nearest(word, known)
    return f"did you mean '{found}'?" if found else None


def it_has(word: str, known: Collection[str]) -> str | None:
    """The nearest word, else all there are."""
    return did_you_mean(word, known) or (f"it has {', '.join(known)}" if known else None)
