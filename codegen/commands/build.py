"""`python -m codegen build PATH …`: generates and compiles."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codegen import console
from codegen.commands import add_format, add_out, add_paths, add_templates, add_watch, perform
from codegen.commands.generate import make_plan, write
from codegen.diagnostics import Diagnostics

if TYPE_CHECKING:
    from codegen.model import Library
    from codegen.watching import Input, See

DESCRIPTION = (
    "Generates, then compiles with CMake and Ninja; the shared objects land in the packages."
)
EXAMPLES = """\
  python -m codegen build specs/             then: PYTHONPATH=generated python -c 'import a'
  python -m codegen build specs/ --watch     again on each change of a spec or its C++
  python -m codegen build specs/ --debug     for a debugger, until -D CMAKE_BUILD_TYPE=Release
  python -m codegen build specs/ -j 2 -D CMAKE_CXX_COMPILER=clang++
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_out(parser)
    add_format(parser)
    add_templates(parser)
    add_watch(parser, "build")
    parser.add_argument(
        "--debug",
        action="store_true",
        help="without optimisation, with symbols: short for -D CMAKE_BUILD_TYPE=Debug",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        type=_jobs,
        metavar="N",
        help="how many compilers run at once; by default as many as there are processors",
    )
    parser.add_argument(
        "-D",
        dest="definitions",
        action="append",
        default=[],
        type=_definition,
        metavar="NAME=VALUE",
        help="a variable of CMake, remembered in this output folder until torch or Python change; can be repeated",
    )


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of jobs, such as 2")
    return int(text)


def _definition(text: str) -> str:
    from codegen import build

    try:
        return build.definition(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(options: argparse.Namespace) -> int:
    return perform(options, once)


def once(options: argparse.Namespace, see: See) -> int:
    from codegen import build, check, explaining, linking

    diagnostics = Diagnostics()
    plan = make_plan(options, diagnostics, see)
    if plan:
        see(_cpp(plan.libraries))
        check.check_sources(plan.libraries, diagnostics)
    if plan is None or len(diagnostics):
        return console.complain(options.format, diagnostics, "nothing was written")
    write(options.out, plan.changes)
    libraries = [library.name.value for library in plan.libraries]
    if not libraries:
        return console.complain(options.format, (), "")
    wishes = build.Wishes(options.debug, options.jobs, tuple(options.definitions))
    with console.Progress(patience=0) as progress:
        outcome = build.build(options.out, libraries, wishes, progress)
    if not outcome.failed:
        named = f"{', '.join(libraries)} in {options.out}"
        idle = outcome.idle and not plan.changes
        console.note(f"nothing to do: {named} is up to date" if idle else f"built {named}")
        return console.complain(options.format, (), "")
    console.show(outcome.log)
    origins = plan.generated.origins()
    explaining.packages(outcome.log, plan.libraries, diagnostics)
    explaining.errors(outcome.log, plan.libraries, options.out, origins, diagnostics)
    linking.explain(outcome.log, plan.libraries, options.out, origins, diagnostics)
    if not len(diagnostics):
        console.note("not built: the output above says why")
    return console.complain(options.format, diagnostics, _consequence(diagnostics)) or 1


def _consequence(diagnostics: Diagnostics) -> str:
    """What the last line says: that files which do not compile are the user's own."""
    own = sorted({d.span.source.path for d in diagnostics if d.code == "CG504"})
    if not own:
        return "not built"
    are = "is" if len(own) == 1 else "are"
    return f"not built: {', '.join(own)} {are} your own C++, not what is generated"


def _cpp(libraries: Sequence[Library]) -> Iterator[Input]:
    """What the compiler reads of the user's: what a spec names, and all that `#include` finds beside it."""
    from codegen.build import SUFFIXES
    from codegen.watching import Input

    for library in libraries:
        folder = Path(library.source.path).parent
        places = [folder, *(folder / place.value for place in library.cpp.include_dirs)]
        yield Input(folder, SUFFIXES)
        for place in places[1:]:
            yield Input(place, SUFFIXES, deep=True)
        for text in (*library.cpp.headers, *library.cpp.sources):
            yield from (Input(place / text.value) for place in places)
