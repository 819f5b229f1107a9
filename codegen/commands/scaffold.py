"""`python -m codegen scaffold PATH …`: writes the C++ that specs name and that does not exist."""

from __future__ import annotations

import argparse
from pathlib import Path

from codegen import console, generate, output, scaffold
from codegen.commands import add_format, add_paths
from codegen.diagnostics import Diagnostics

DESCRIPTION = (
    "Writes the headers and sources that specs name and that do not exist: classes, members and functions\n"
    "with their docs, which compile at once and throw when they are called. Files that exist stay as they are."
)
EXAMPLES = """\
  python -m codegen scaffold specs/a.yaml    its C++, as far as it does not exist
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    diagnostics = Diagnostics()
    libraries = generate.declare_all(options.paths, diagnostics)
    files: dict[Path, str] = {}
    if not len(diagnostics):
        for library in libraries:
            files |= scaffold.scaffold(library, files.keys(), diagnostics)
    if len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    for path, text in files.items():
        output.create(path, text)
        console.note(f"{path}: written")
    if not files:
        console.note("every file that the specs name exists: nothing was written")
    return console.complain(options.format, (), "")
