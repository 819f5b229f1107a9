"""`python -m codegen templates`: lists the templates; copies those that are named, to be changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from codegen import console
from codegen.diagnostics import Stop, did_you_mean

DESCRIPTION = (
    "Lists the templates; with names, copies these into a folder, where you change them and pass the folder\n"
    "as --templates. A file that exists is not written over."
)
EXAMPLES = """\
  python -m codegen templates                                    what there is
  python -m codegen templates python/__init__.py.j2 --to mine    then: python -m codegen specs/ --templates mine
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="a template, as the list has it")
    parser.add_argument("--to", type=Path, metavar="DIR", help="the folder that they are copied to")


def run(options: argparse.Namespace) -> int:
    from codegen import output, overrides

    known = overrides.replaceable()
    if bool(options.names) != bool(options.to):
        raise Stop("NAME goes with --to DIR")
    for name in options.names:
        if name not in known:
            raise Stop(
                f"no template is called '{name}'; {did_you_mean(name, known) or 'see the list'}"
            )
        if (options.to / name).exists():
            raise Stop(f"{options.to / name} exists")
    for name in options.names:
        output.create(options.to / name, overrides.shipped(name))
        console.note(f"{options.to / name}: written")
    if not options.names:
        console.write("".join(f"{name}\n" for name in known))
    return 0
