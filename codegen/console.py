"""What a person and a machine see of a run: notes, progress and diagnostics. The only place that prints.

Notes and progress go to stderr, so that stdout holds what was asked for and nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from codegen.diagnostics import Diagnostic


def note(message: str) -> None:
    print(f"codegen: {message}", file=sys.stderr)


def show(log: str) -> None:
    """What another program said."""
    sys.stderr.write(log)


def write(text: str) -> None:
    """What a command was asked for."""
    sys.stdout.write(text)


def complain(format: str, found: Iterable[Diagnostic], consequence: str) -> int:
    """Prints what was found, for people on stderr, for machines on stdout; gives the exit code."""
    from codegen import reports

    diagnostics = list(found)
    if format != "text":
        write(reports.FORMATS[format](diagnostics))
    elif diagnostics:
        sys.stderr.write(reports.text(diagnostics, _painter(sys.stderr)))
    if diagnostics:
        note(f"{_counted(diagnostics)}; {consequence}")
    if diagnostics and format == "text" and sys.stderr.isatty():
        codes = sorted({diagnostic.code for diagnostic in diagnostics})
        note(f"for more: python -m codegen explain {' '.join(codes)}")
    return int(any(diagnostic.severity == "error" for diagnostic in diagnostics))


def explain(codes: Iterable[str]) -> None:
    """What codes mean."""
    from codegen import reports

    paint = _painter(sys.stdout)
    write("\n".join(reports.explanation(code, paint) for code in codes))


def colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal that may have them: https://no-color.org, and FORCE_COLOR against it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """One line on a terminal that is written over; nothing where stderr is a file or a pipe."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        if self._terminal:
            print(f"\r\033[K{step[:100]}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _painter(stream: TextIO) -> Callable[[str, str], str]:
    from codegen import reports

    return reports.painted if colours(stream) else reports.plain


def _counted(diagnostics: list[Diagnostic]) -> str:
    counts = dict.fromkeys(("error", "warning"), 0)
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    return ", ".join(f"{n} {name}{'s' if n != 1 else ''}" for name, n in counts.items() if n)
