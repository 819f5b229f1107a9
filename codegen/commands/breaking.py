"""`python -m codegen breaking PATH... --against …`: what an existing caller or saved model would trip over."""

from __future__ import annotations

import argparse
from pathlib import Path

from codegen import console
from codegen.commands import add_format, add_paths
from codegen.diagnostics import Diagnostics

DESCRIPTION = (
    "Compares declarations with what they were: what a Python caller, a saved TorchScript model, an exported\n"
    "program or a compiled extension would trip over. What is only deprecated is a warning."
)
EXAMPLES = """\
  python -m codegen breaking specs/ --against HEAD~1                  since a revision of git
  python -m codegen breaking specs/a.yaml --against v1/specs          since what stands in another folder
  python -m codegen breaking specs/ --against main --format github    in CI
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    parser.add_argument(
        "--against",
        required=True,
        metavar="REV_OR_DIR",
        help="a revision of git, REV:PATH, or a folder or a spec with the old declarations",
    )
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    from codegen import breaking, generate, history

    paths: list[Path] = options.paths
    before = history.declared(paths, options.against)
    diagnostics = Diagnostics()
    specs = generate.find([path for path in paths if path.exists()], set()).specs
    after = generate.declare(specs, diagnostics)
    if len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was compared")
    breaking.check(before, after, diagnostics)
    known = {library.name.value for library in before}
    for library in after:
        if library.name.value not in known:
            console.note(
                f"{library.name} is not in {options.against}: it is new, or had another name"
            )
    status = console.complain(options.format, diagnostics, f"compared with {options.against}")
    if not len(diagnostics):
        console.note(f"nothing breaks: {_counted(len(before))} compared with {options.against}")
    return status


def _counted(libraries: int) -> str:
    return f"{libraries} {'library' if libraries == 1 else 'libraries'}"
