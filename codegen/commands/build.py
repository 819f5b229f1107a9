"""`python -m codegen build PATH …`: generates and compiles."""

from __future__ import annotations

import argparse

from codegen import build, check, console
from codegen.commands import add_format, add_out, add_paths
from codegen.commands.generate import make_plan, write
from codegen.diagnostics import Diagnostics

DESCRIPTION = (
    "Generates, then compiles with CMake and Ninja; the shared objects land in the packages."
)
EXAMPLES = """\
  python -m codegen build specs/             then: PYTHONPATH=generated python -c 'import a'
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_out(parser)
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    diagnostics = Diagnostics()
    plan = make_plan(options.paths, options.out, diagnostics)
    if plan:
        check.check_sources(plan.libraries, diagnostics)
    if plan is None or len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    write(options.out, plan.changes)
    libraries = [library.name.value for library in plan.libraries]
    if not libraries:
        return console.complain(options.format, (), "")
    with console.Progress() as progress:
        failure = build.build(options.out, libraries, progress)
    if failure is None:
        console.note(f"built {', '.join(libraries)} in {options.out}")
        return console.complain(options.format, (), "")
    build.explain_packages(failure, plan.libraries, diagnostics)
    build.explain(failure, options.out, plan.generated.origins(), diagnostics)
    console.show(failure.log)
    return console.complain(options.format, diagnostics, "not built") or 1
