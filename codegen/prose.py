"""The docs of a spec as text for comments and docstrings: paragraphs that fit a line, whatever YAML made of them."""

from __future__ import annotations

import textwrap

# Leaves room for the indentation of a docstring and the slashes of a comment.
WIDTH = 88


def wrap(text: str, hanging: str = "") -> str:
    """Breaks the lines that are too long; what follows a break is indented as the line, and by `hanging`."""
    return "\n".join(
        _wrap(line, hanging) if len(line) > WIDTH else line for line in text.splitlines()
    )


def _wrap(line: str, hanging: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
