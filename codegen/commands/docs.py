"""`python -m codegen docs PATH …`: an API reference of the libraries, as Markdown and as one page of HTML."""

from __future__ import annotations

import argparse
from pathlib import Path

from codegen import console
from codegen.commands import (
    add_check,
    add_diff,
    add_format,
    add_out,
    add_paths,
    add_templates,
    refuse_diff,
)
from codegen.commands.generate import report, write
from codegen.diagnostics import Diagnostics

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
    add_out(parser, OUT)
    add_format(parser)
    add_templates(parser)
    add_check(parser)
    add_diff(parser)


def run(options: argparse.Namespace) -> int:
    from codegen import generate, overrides
    from codegen.reference import pages

    refuse_diff(options)
    diagnostics = Diagnostics()
    templates = overrides.read(options.templates)
    libraries = generate.declare_all(options.paths, diagnostics)
    if len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    changes = pages.changes(options.out, pages.texts(libraries, templates))
    if options.check:
        return report(options, changes, ["docs"], OUT)
    write(options.out, changes)
    return console.complain(options.format, (), "")
