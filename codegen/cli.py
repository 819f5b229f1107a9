"""The command line: commands, exit codes, and the only place that prints.

0: clean. 1: the specs are wrong, or `--check` found something. 2: usage, I/O or a defect of ours.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codegen import __version__

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostics
    from codegen.generate import Generated
    from codegen.model import Library
    from codegen.output import Change

USAGE = """\
python -m codegen PATH ...          generate into generated/
       python -m codegen PATH ... --check  tell what is not as it would be generated
       python -m codegen build PATH ...    generate and compile
       python -m codegen scaffold PATH ... write a skeleton of the C++ that specs name"""
COMMANDS = ("build", "scaffold")
LATER = ("init", "breaking", "import", "schema", "explain")
DESCRIPTIONS = {
    "": "Generates C++ and Python bindings for PyTorch from declarations in YAML.",
    "build": "Generates, then compiles with CMake and Ninja; the shared objects land in the packages.",
    "scaffold": (
        "Writes the headers and sources that specs name and that do not exist: classes, members and functions\n"
        "with their docs, which compile at once and throw when they are called. Files that exist stay as they are."
    ),
}
EPILOG = """\
examples:
  python -m codegen specs/                   every spec in a folder
  python -m codegen specs/a.yaml --out gen   one spec, into another folder
  python -m codegen specs/ --check --diff    in CI: exit 1 and a patch if something is out of date
  python -m codegen build specs/             also compile; then: PYTHONPATH=generated python -c 'import a'
  python -m codegen scaffold specs/a.yaml    its C++, as far as it does not exist: it compiles, and throws when called

exit codes: 0 clean, 1 the specs are wrong or --check found something, 2 usage, I/O or a defect of codegen
"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = given[0] if given and given[0] in COMMANDS else ""
    if given and given[0] in LATER and not Path(given[0]).exists():
        return _fail(f"the command '{given[0]}' is not in this version")
    options = _parser(command).parse_args(given[1:] if command else given)
    run = {"build": _build, "scaffold": _scaffold, "": _generate}[command]
    try:
        return run(options)
    except (OSError, UnicodeError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted")
    except ModuleNotFoundError as error:
        return _fail(
            f"{error}; install codegen with what it needs: pip install torch-backend-codegen"
        )
    except Exception:
        import traceback

        traceback.print_exc()
        return _fail("this is a defect of codegen, not of your specs; please report it")


def console() -> NoReturn:
    """The console script."""
    sys.exit(main())


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m codegen {command}".rstrip(),
        usage=None if command else USAGE,
        description=DESCRIPTIONS[command],
        epilog=None if command else EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a spec, or a folder of specs"
    )
    if command != "scaffold":
        parser.add_argument(
            "--out",
            type=Path,
            default=Path("generated"),
            metavar="DIR",
            help="the output folder (generated)",
        )
    if not command:
        parser.add_argument(
            "--version", action="version", version=f"torch-backend-codegen {__version__}"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit 1 and list what is out of date",
        )
        parser.add_argument(
            "--diff", action="store_true", help="with --check: print what would change as a patch"
        )
    return parser


def _generate(options: argparse.Namespace) -> int:
    if options.diff and not options.check:
        return _fail("--diff goes with --check")
    planned = _plan(options)
    if isinstance(planned, int):
        return planned
    _, _, changes = planned
    if options.check:
        return _report(options, changes)
    return _write(options.out, changes)


def _build(options: argparse.Namespace) -> int:
    from codegen import build, check
    from codegen.diagnostics import Diagnostics

    planned = _plan(options)
    if isinstance(planned, int):
        return planned
    libraries, generated, changes = planned
    diagnostics = Diagnostics()
    check.check_sources(libraries, diagnostics)
    if len(diagnostics):
        return _complain(diagnostics, "nothing was written")
    if status := _write(options.out, changes):
        return status
    if not libraries:
        return 0
    progress = _Progress()
    try:
        failure = build.build(options.out, [library.name.value for library in libraries], progress)
    except build.BuildError as error:
        return _fail(str(error))
    finally:
        progress.clear()
    if failure is None:
        _note(f"built {', '.join(library.name.value for library in libraries)} in {options.out}")
        return 0
    build.explain_packages(failure, libraries, diagnostics)
    build.explain(failure, options.out, generated.origins(), diagnostics)
    print(failure.log, end="", file=sys.stderr)
    return _complain(diagnostics, "not built") if len(diagnostics) else 1


def _scaffold(options: argparse.Namespace) -> int:
    from codegen import generate, output, scaffold
    from codegen.diagnostics import Diagnostics

    diagnostics = Diagnostics()
    try:
        libraries = generate.declare(generate.find(options.paths, set()).specs, diagnostics)
    except generate.NoSpecError as error:
        return _fail(str(error))
    if not libraries and not len(diagnostics):
        return _fail(f"no spec (*.yaml) in {', '.join(map(str, options.paths))}")
    files: dict[Path, str] = {}
    if not len(diagnostics):
        for library in libraries:
            files |= scaffold.scaffold(library, files.keys(), diagnostics)
    if len(diagnostics):
        return _complain(diagnostics, "nothing was written")
    for path, text in files.items():
        output.create(path, text)
        _note(f"{path}: written")
    if not files:
        _note("every file that the specs name exists: nothing was written")
    return 0


def _plan(options: argparse.Namespace) -> tuple[list[Library], Generated, list[Change]] | int:
    """What this run would change, or the exit code of what stands against it."""
    from codegen import generate, output
    from codegen.diagnostics import Diagnostics

    diagnostics = Diagnostics()
    try:
        manifest = output.read_manifest(options.out)
        named = generate.find(options.paths, generate.known_specs(manifest, options.out))
        libraries = generate.declare(named.specs, diagnostics)
        generate.check_owners(libraries, named, options.out, manifest, diagnostics)
        if len(diagnostics):
            return _complain(diagnostics, "nothing was written")
        if not named.specs and not generate.owned(manifest, named, options.out):
            return _fail(f"no spec (*.yaml) in {', '.join(map(str, options.paths))}")
        generated = generate.generate(libraries, named, options.out, manifest)
        # A check looks at every text, a run only at those that may have changed.
        fresh = "check" in options and options.check
        changes = generate.compare(generated, named, options.out, manifest, fresh=fresh)
        return libraries, generated, changes
    except (generate.NoSpecError, output.OutputError) as error:
        return _fail(str(error))


def _write(out: Path, changes: Sequence[Change]) -> int:
    from codegen import output

    output.write(out, changes)
    for change in changes:
        if change.kind is output.Kind.EDITED:
            _note(f"{out / change.path} had been edited by hand: written over")
    if changes:
        deleted = sum(change.after is None for change in changes)
        _note(f"{out}: {len(changes) - deleted} written, {deleted} deleted")
    return 0


def _report(options: argparse.Namespace, changes: Sequence[Change]) -> int:
    for change in changes:
        if options.diff:
            print(change.patch(options.out.name), end="")
        else:
            print(f"{change.kind.value:12} {options.out / change.path}")
    if changes:
        out = [] if options.out == Path("generated") else ["--out", str(options.out)]
        command = shlex.join(["python", "-m", "codegen", *map(str, options.paths), *out])
        _note(f"to mend it: {command}")
    return 1 if changes else 0


def _complain(diagnostics: Diagnostics, consequence: str) -> int:
    for diagnostic in diagnostics:
        print(diagnostic, file=sys.stderr)
    count = len(diagnostics)
    _note(f"{count} error{'s' if count != 1 else ''}; {consequence}")
    return 1


def _fail(message: str) -> int:
    _note(f"error: {message}")
    return 2


def _note(message: str) -> None:
    print(f"codegen: {message}", file=sys.stderr)


class _Progress:
    """One line on a terminal that is written over; nothing where stderr is a file or a pipe."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        if self._terminal:
            print(f"\r\033[K{step[:100]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
