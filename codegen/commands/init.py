"""`python -m codegen init NAME`: starts a project that installs as a wheel."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from codegen import console

DESCRIPTION = (
    "Starts a project: a declaration with the C++ that it names, a small example that works; tests; and what makes a\n"
    "wheel of it. A file that exists is never written over: then nothing is written."
)
EXAMPLES = """\
  python -m codegen init vecdb                          a delegate, in the folder vecdb
  python -m codegen init vecdb --template classes       a custom class
  python -m codegen init vecdb --dir .                  in this folder
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the library, its package and its folder")
    parser.add_argument(
        "--template",
        choices=("backend", "classes"),
        default="backend",
        help="what the example is: a backend that TorchScript lowers to (backend), or classes",
    )
    parser.add_argument("--dir", type=Path, metavar="DIR", help="the project's folder (NAME)")


def run(options: argparse.Namespace) -> int:
    from codegen import project
    from codegen.commands.generate import make_plan, write
    from codegen.diagnostics import Diagnostics

    diagnostics = Diagnostics()
    project.check_name(options.name, diagnostics)
    files: dict[str, str] = {}
    if not len(diagnostics):
        files = project.files(options.name, options.template)
        project.check_spec(options.name, files, diagnostics)
    if len(diagnostics):
        console.complain("text", diagnostics, "nothing was written")
        return 2
    folder = options.dir or Path(options.name)
    _create(folder, files)
    spec, out = folder / project.spec_path(options.name), folder / project.OUT
    made = argparse.Namespace(paths=[spec], out=out, templates=None)
    plan = make_plan(made, diagnostics, lambda _: None)
    assert plan is not None, "the declaration was checked"
    write(out, plan.changes)
    _advise(options.name, folder)
    return 0


def _create(folder: Path, files: dict[str, str]) -> None:
    from codegen import output, project
    from codegen.diagnostics import Stop

    if taken := project.in_the_way(folder, files):
        listed = "".join(f"\n  {path}" for path in taken)
        raise Stop(f"nothing was written, for these exist already:{listed}")
    for path, text in files.items():
        output.create(folder / path, text)
        console.note(f"{folder / path}: written")


def _advise(library: str, folder: Path) -> None:
    steps = [
        *([] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]),
        "pip install '.[test]'",
        "pytest",
    ]
    console.note("next:" + "".join(f"\n  {step}" for step in steps))
    console.note(f"then change specs/{library}.yaml and its C++; README.md says how")
