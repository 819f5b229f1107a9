"""`python -m codegen scaffold PATH …`: writes the C++ that specs name and that does not exist."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codegen import console
from codegen.commands import add_format, add_paths, add_templates
from codegen.diagnostics import Diagnostics, Stop

if TYPE_CHECKING:
    from codegen.scaffolding.grow import Grown
    from codegen.scaffolding.lacking import ByHand

DESCRIPTION = (
    "Writes the C++ that specs name and that does not exist: classes, members and functions with their docs,\n"
    "which compile at once and throw when they are called. It goes into the headers and sources that do not\n"
    "exist, and is added to those that do; nothing that stands there is changed. All of these files belong to the\n"
    "project of a spec: its working tree of git, or what has its pyproject.toml or its folder specs/."
)
EXAMPLES = """\
  python -m codegen scaffold specs/a.yaml           its C++, as far as it does not exist
  python -m codegen scaffold specs/a.yaml --diff    the same as a patch
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_format(parser)
    add_templates(parser)
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; print what would be written as a patch"
    )


def run(options: argparse.Namespace) -> int:
    from codegen import generate, overrides
    from codegen.scaffolding import scaffold

    if options.diff and options.format != "text":
        raise Stop("--diff prints a patch: it has no --format")
    diagnostics = Diagnostics()
    templates = overrides.read(options.templates)
    libraries = generate.declare_all(options.paths, diagnostics)
    created: dict[Path, str] = {}
    grown: dict[Path, Grown] = {}
    by_hand: list[ByHand] = []
    for library in () if len(diagnostics) else libraries:
        pending = {path: file.after for path, file in grown.items()}
        plan = scaffold.scaffold(library, created.keys(), pending, diagnostics, templates)
        created |= plan.created
        by_hand += plan.by_hand
        for file in plan.grown:
            _merge(grown, file)
    if len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    (_show if options.diff else _write)(created, grown)
    for addition in by_hand:
        console.note(str(addition))
    if not (created or grown):
        console.note(
            f"{'' if by_hand else 'the C++ that the specs name exists: '}nothing was written"
        )
    return console.complain(options.format, (), "")


def _merge(grown: dict[Path, Grown], file: Grown) -> None:
    """Two libraries may add to one file."""
    known = grown.get(file.path.resolve())
    if known:
        file = file._replace(
            before=known.before,
            declared=known.declared + file.declared,
            defined=known.defined + file.defined,
        )
    grown[file.path.resolve()] = file


def _write(created: dict[Path, str], grown: Mapping[Path, Grown]) -> None:
    from codegen import output

    output.write_together(created, {file.path: file.after for file in grown.values()})
    for path in created:
        console.note(f"{path}: written")
    for file in grown.values():
        console.note(f"{file.path}: {file.added}")


def _show(created: Mapping[Path, str], grown: Mapping[Path, Grown]) -> None:
    from codegen import output

    for path, text in created.items():
        console.write(output.patch(_relative(path), None, text))
    for file in grown.values():
        console.write(output.patch(_relative(file.path), file.before, file.after))


def _relative(path: Path) -> str:
    """As a patch has it that is applied here."""
    return Path(os.path.relpath(path.resolve())).as_posix()
