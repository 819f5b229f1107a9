"""`python -m codegen PATH …`: generates; with `--check`, tells what is not as it would be generated."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codegen import console, generate, output
from codegen.codes import CODES
from codegen.commands import add_format, add_out, add_paths
from codegen.diagnostics import Diagnostic, Diagnostics, Stop
from codegen.model import Library
from codegen.source import Source, Span

DESCRIPTION = "Generates C++ and Python bindings for PyTorch from declarations in YAML."
EXAMPLES = """\
  python -m codegen specs/                   every spec in a folder
  python -m codegen specs/a.yaml --out gen   one spec, into another folder
  python -m codegen specs/ --check --diff    in CI: exit 1 and a patch if something is out of date
"""
_CODES = {
    output.Kind.MISSING: "CG601",
    output.Kind.CHANGED: "CG602",
    output.Kind.EDITED: "CG603",
    output.Kind.STALE: "CG604",
}


class Plan(NamedTuple):
    """What a run declares, what is generated for it, and what differs on disk."""

    libraries: list[Library]
    generated: generate.Generated
    changes: list[output.Change]


def arguments(parser: argparse.ArgumentParser) -> None:
    add_paths(parser)
    add_out(parser)
    add_format(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 and list what is out of date"
    )
    parser.add_argument(
        "--diff", action="store_true", help="with --check: print what would change as a patch"
    )


def run(options: argparse.Namespace) -> int:
    if options.diff and not options.check:
        raise Stop("--diff goes with --check")
    if options.diff and options.format != "text":
        raise Stop("--diff prints a patch: it has no --format")
    diagnostics = Diagnostics()
    plan = make_plan(options.paths, options.out, diagnostics, check=options.check)
    if plan is None:
        return console.complain(options.format, diagnostics, "nothing was written")
    if options.check:
        return _report(options, plan.changes)
    write(options.out, plan.changes)
    return console.complain(options.format, (), "")


def make_plan(
    paths: Sequence[Path], out: Path, diagnostics: Diagnostics, *, check: bool = False
) -> Plan | None:
    """What a run would change; None where `diagnostics` tell what stands against it.

    Raises:
        Stop: There is no spec, or the output folder is not as codegen left it.
    """
    manifest = output.read_manifest(out)
    named = generate.find(paths, generate.known_specs(manifest, out))
    libraries = generate.declare(named.specs, diagnostics)
    generate.check_owners(libraries, named, out, manifest, diagnostics)
    if len(diagnostics):
        return None
    if not named.specs and not generate.owned(manifest, named, out):
        raise generate.NoSpecError(f"no spec (*.yaml) in {', '.join(map(str, paths))}")
    generated = generate.generate(libraries, named, out, manifest)
    # A check looks at every text, a run only at those that may have changed.
    changes = generate.compare(generated, named, out, manifest, fresh=check)
    return Plan(libraries, generated, changes)


def write(out: Path, changes: Sequence[output.Change]) -> None:
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


def _report(options: argparse.Namespace, changes: Sequence[output.Change]) -> int:
    out = [] if options.out == Path("generated") else ["--out", str(options.out)]
    command = shlex.join(["python", "-m", "codegen", *map(str, options.paths), *out])
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
        if change.kind is output.Kind.EDITED or change.kept:
            console.note(f"{options.out / change.path}: {_help(change, command)}")
    return 1 if changes else 0


def _diagnostic(change: output.Change, out: Path, command: str) -> Diagnostic:
    code = _CODES[change.kind]
    source = Source((out / change.path).as_posix(), change.before or "")
    return Diagnostic(code, Span(source, *change.place), CODES[code].title, _help(change, command))


def _help(change: output.Change, command: str) -> str:
    if change.kept:
        return f"it was edited by hand, so `{command}` leaves it to you"
    if change.kind is output.Kind.EDITED:
        return f"`{command}` writes over the edit; `{command} --check --diff` shows it"
    return f"run `{command}`"
