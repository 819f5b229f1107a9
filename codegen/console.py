"""What a person and a machine see of a run: notes, progress and diagnostics. The only place that prints.

Notes and progress go to stderr, so that stdout holds what was asked for and nothing else. A reader who has gone
(`… | head`) changes no exit code; what a stream cannot spell is escaped.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostic

# Progress is shown of what takes longer than that, in seconds.
PATIENCE = 1.0


def note(message: str) -> None:
    put(sys.stderr, f"codegen: {message}\n")


def fail(message: str) -> int:
    """Of what ends a run and is no spec's fault; gives the exit code."""
    note(f"error: {message}")
    return 2


def show(log: str) -> None:
    """What another program said."""
    put(sys.stderr, log)


def write(text: str) -> None:
    """What a command was asked for."""
    put(sys.stdout, text)


def prepare() -> None:
    """No text of a spec is one that stdout cannot spell, as in the C locale; Python does the same for stderr."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", "") == "strict":
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def finish(status: int) -> int:
    """Hands over what is written, and gives the exit code: 2 where it does not go through, as on a full disk."""
    try:
        put(sys.stdout, "", now=True)
    except OSError as error:
        _silence(sys.stdout)
        return fail(f"stdout: {error.strerror}")
    return status


def complain(format: str, found: Iterable[Diagnostic], consequence: str) -> int:
    """Prints what was found, for people on stderr, for machines on stdout; gives the exit code."""
    diagnostics = list(found)
    if format != "text":
        from codegen import reports

        write(reports.FORMATS[format](diagnostics))
    elif diagnostics:
        from codegen import reports

        put(sys.stderr, reports.text(diagnostics, _painter(sys.stderr)))
    if diagnostics:
        note(f"{_counted(diagnostics)}; {consequence}")
    if diagnostics and format == "text" and _is_terminal(sys.stderr):
        codes = sorted({diagnostic.code for diagnostic in diagnostics})
        note(f"for more: python -m codegen explain {' '.join(codes)}")
    return int(any(diagnostic.severity == "error" for diagnostic in diagnostics))


def explain(codes: Iterable[str]) -> None:
    """What codes mean."""
    from codegen import reports

    paint = _painter(sys.stdout)
    write("\n".join(reports.explanation(code, paint) for code in codes))


def _colours(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that may have them: https://no-color.org, and FORCE_COLOR against it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return _is_terminal(stream) and os.environ.get("TERM") != "dumb"


class Progress:
    """One line on a terminal that is written over; nothing where stderr is a file or a pipe, or what takes no time."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._terminal = _is_terminal(sys.stderr)
        self._from = time.monotonic() + patience
        self._shown = False

    def __call__(self, step: str) -> None:
        if self._terminal and time.monotonic() >= self._from:
            self._shown = True
            put(sys.stderr, f"\r\033[K{step[:100]}", now=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            put(sys.stderr, "\r\033[K", now=True)


def put(stream: TextIO | None, text: str, *, now: bool = False) -> None:
    """Writes to a stream whose reader may have gone."""
    if stream is None:  # It was closed before the start.
        return
    try:
        stream.write(text)
        if now:
            stream.flush()
    except OSError as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            raise
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """What is written from now on is for nobody; otherwise Python would try once more at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _painter(stream: TextIO | None) -> Callable[[str, str], str]:
    from codegen import reports

    return reports.painted if _colours(stream) else reports.plain


def _counted(diagnostics: list[Diagnostic]) -> str:
    counts = dict.fromkeys(("error", "warning"), 0)
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    return ", ".join(f"{n} {name}{'s' if n != 1 else ''}" for name, n in counts.items() if n)
