"""`python -m codegen PATH …`: generates; with `--check`, tells what is not as it would be generated."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codegen import console
from codegen.commands import (
    OUT,
    add_check,
    add_diff,
    add_format,
    add_out,
    add_paths,
    add_templates,
    add_watch,
    perform,
    refuse_diff,
)
from codegen.diagnostics import Diagnostic, Diagnostics

if TYPE_CHECKING:
    from codegen import generate, output
    from codegen.model import Library
    from codegen.watching import Input, See

DESCRIPTION = "Generates C++ and Python bindings for PyTorch from declarations in YAML."
EXAMPLES = """\
  python -m codegen specs/                   every spec in a folder
  python -m codegen specs/a.yaml --out gen   one spec, into another folder
  python -m codegen specs/ --watch           again on each change, until Ctrl-C
  python -m codegen specs/ --check --diff    in CI: exit 1 and a patch if something is out of date
  python -m codegen help build               the options and examples of a command
"""
# By the names of `output.Kind`.
_CODES = {"MISSING": "CG601", "CHANGED": "CG602", "EDITED": "CG603", "STALE": "CG604"}


class Plan(NamedTuple):
    """What a run declares, what is generated for it, and what differs on disk."""

    libraries: list[Library]
    generated: generate.Generated
    changes: list[output.Change]


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_out(parser)
    add_format(parser)
    add_templates(parser)
    either = parser.add_mutually_exclusive_group()
    add_check(either)
    add_watch(either, "generate")
    add_diff(parser)
    parser.add_argument(
        "--depfile",
        type=Path,
        metavar="FILE",
        help="write there what the output is made of, as a rule of make",
    )


def run(options: argparse.Namespace) -> int:
    refuse_diff(options)
    return perform(options, once)


def once(options: argparse.Namespace, see: See) -> int:
    diagnostics = Diagnostics()
    plan = make_plan(options, diagnostics, see)
    if plan is None:
        return console.complain(options.format, diagnostics, "nothing was written")
    if options.check:
        return report(options, plan.changes)
    write(options.out, plan.changes)
    if not plan.changes:
        console.note(f"nothing to do: {options.out} is up to date")
    if options.depfile:
        from codegen import depfile

        text = depfile.rule(options.out, options.paths, plan.libraries, options.templates)
        options.depfile.write_text(text, encoding="utf-8", newline="\n")
    return console.complain(options.format, (), "")


def make_plan(options: argparse.Namespace, diagnostics: Diagnostics, see: See) -> Plan | None:
    """What a run would change; None where `diagnostics` tell what stands against it.

    Raises:
        Stop: There is no spec, or the output folder or a template is not as it has to be.
    """
    from codegen import generate, output, overrides

    see(_inputs(options))
    paths, out, check = options.paths, options.out, getattr(options, "check", False)
    templates = overrides.read(options.templates)
    manifest = output.read_manifest(out)
    named = generate.find(paths, generate.known_specs(manifest, out))
    libraries = generate.declare(named.specs, diagnostics)
    see(_modules(libraries))
    generate.check_owners(libraries, named, out, manifest, diagnostics)
    if len(diagnostics):
        return None
    if not named.specs and not generate.owned(manifest, named, out):
        raise generate.no_spec(paths)
    generated = generate.generate(libraries, named, out, manifest, templates)
    with console.Progress() as progress:
        # A check looks at every text, a run only at those that may have changed.
        changes = generate.compare(generated, named, out, manifest, fresh=check, report=progress)
    return Plan(libraries, generated, changes)


def write(out: Path, changes: Sequence[output.Change]) -> None:
    from codegen import output

    output.write(out, changes)
    for change in changes:
        if change.kind is output.Kind.EDITED:
            console.note(f"{out / change.path} had been edited by hand: written over")
        elif change.kept:
            console.note(f"{out / change.path} is stale, and had been edited by hand: left to you")
    if changes:
        deleted = sum(change.after is None for change in changes)
        kept = sum(change.kept for change in changes)
        console.note(f"{out}: {len(changes) - deleted - kept} written, {deleted} deleted")


def _inputs(options: argparse.Namespace) -> Iterator[Input]:
    """What a run reads before it knows what a spec names."""
    from codegen.generate import SUFFIXES
    from codegen.watching import Input

    for path in options.paths:
        yield Input(path, SUFFIXES)
    if options.templates:
        yield Input(options.templates, deep=True)


def _modules(libraries: Sequence[Library]) -> Iterator[Input]:
    from codegen.generate import modules
    from codegen.watching import Input

    for library in libraries:
        yield from map(Input, modules(library))


def report(
    options: argparse.Namespace,
    changes: Sequence[output.Change],
    name: Sequence[str] = (),
    usual: Path = OUT,
) -> int:
    """What `--check` found, for the command of that name; gives the exit code."""
    given = [] if options.out == usual else ["--out", str(options.out)]
    given += ["--templates", str(options.templates)] if options.templates else []
    command = shlex.join(["python", "-m", "codegen", *name, *map(str, options.paths), *given])
    if options.format != "text":
        found = (_diagnostic(change, options.out, command) for change in changes)
        return console.complain(options.format, found, "nothing was written")
    for change in changes:
        if options.diff:
            console.write(change.patch(options.out.name))
        else:
            console.write(f"{change.kind.value:12} {options.out / change.path}\n")
    if changes:
        console.note(f"to mend it: {command}")
    for change in changes:
        if change.kind.name == "EDITED" or change.kept:
            console.note(f"{options.out / change.path}: {_help(change, command)}")
    return 1 if changes else 0


def _diagnostic(change: output.Change, out: Path, command: str) -> Diagnostic:
    from codegen.codes import CODES
    from codegen.source import Source, Span

    code = _CODES[change.kind.name]
    source = Source((out / change.path).as_posix(), change.before or "")
    return Diagnostic(code, Span(source, *change.place), CODES[code].title, _help(change, command))


def _help(change: output.Change, command: str) -> str:
    if change.kept:
        return f"it was edited by hand, so `{command}` leaves it to you"
    if change.kind.name == "EDITED":
        return f"`{command}` writes over the edit; `{command} --check --diff` shows it"
    return f"run `{command}`"
