"""`python -m codegen docs PATH …`: an API reference of the libraries, as Markdown and as one page of HTML."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codegen import console
from codegen.commands import add_format, add_paths, add_templates
from codegen.diagnostics import Diagnostics

if TYPE_CHECKING:
    from codegen import output

DESCRIPTION = (
    "Writes an API reference of all libraries that are named, in Python, C++ and TorchScript: a page of Markdown for\n"
    "each, an index, and reference.html, which is all of it in one file with a search, and needs no network."
)
EXAMPLES = """\
  python -m codegen docs specs/              into docs/api/
  python -m codegen docs specs/ --check      in CI: exit 1 and a list if something is out of date
"""
OUT = Path("docs/api")


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="the output folder (docs/api)"
    )
    add_format(parser)
    add_templates(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 and list what is out of date"
    )


def run(options: argparse.Namespace) -> int:
    from codegen import generate, output, overrides
    from codegen.reference import pages

    diagnostics = Diagnostics()
    templates = overrides.read(options.templates)
    libraries = generate.declare_all(options.paths, diagnostics)
    if len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    changes = pages.changes(options.out, pages.texts(libraries, templates))
    if options.check:
        return _report(options, changes)
    output.write(options.out, changes)
    if changes:
        deleted = sum(change.after is None for change in changes)
        console.note(f"{options.out}: {len(changes) - deleted} written, {deleted} deleted")
    return console.complain(options.format, (), "")


def _report(options: argparse.Namespace, changes: Sequence[output.Change]) -> int:
    for change in changes:
        console.write(f"{change.kind.value:12} {options.out / change.path}\n")
    if changes:
        out = [] if options.out == OUT else ["--out", str(options.out)]
        out += ["--templates", str(options.templates)] if options.templates else []
        command = shlex.join(["python", "-m", "codegen", "docs", *map(str, options.paths), *out])
        console.note(f"to mend it: {command}")
    return 1 if changes else 0
