"""`python -m codegen import LIB …`: a spec of what built libraries register with torch."""

from __future__ import annotations

import argparse
from pathlib import Path

from codegen import console
from codegen.diagnostics import Stop

DESCRIPTION = (
    "Prints a spec of the classes and backends that built libraries register with torch; operators, and what\n"
    "the format cannot say, are comments in it. The libraries are loaded in a process of their own."
)
EXAMPLES = """\
  python -m codegen import build/libvecdb.so -o specs/vecdb.yaml
  python -m codegen import liba.so libb.so --library ab --namespace a
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "libraries", nargs="+", type=Path, metavar="LIB", help="a shared object; loaded in order"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where the spec is written, if there is no such file yet; without it, it is printed",
    )
    parser.add_argument(
        "--library", metavar="NAME", help="what the spec calls its library (the first LIB's name)"
    )
    parser.add_argument(
        "--namespace", metavar="NAME", help="only what is registered in this namespace"
    )


def run(options: argparse.Namespace) -> int:
    from codegen import output
    from codegen.importing import printing, registry

    if options.output and options.output.exists():
        raise Stop(f"{options.output} exists, and is left as it is: name another file")
    files = [path.name for path in options.libraries]
    with console.Progress() as progress:
        progress(f"importing torch, loading {', '.join(files)}")
        found = registry.read(options.libraries)
    library = options.library or printing.library_name(options.libraries[0])
    imported = printing.spec(found, files, library, options.namespace)
    if options.output:
        output.create(options.output, imported.text)
        console.note(f"{options.output}: written")
    else:
        console.write(imported.text)
    for remark in imported.notes:
        console.note(remark)
    return 0
