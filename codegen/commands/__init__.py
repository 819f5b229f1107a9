"""The commands, a module each, imported only when its command is given.

A module has `DESCRIPTION`, `EXAMPLES`, `arguments(parser)` and `run(options) -> exit code`; the line that the list of
commands has of it is in `cli.COMMANDS`. It imports what it works with when it runs: `--help` and completion need none
of it. What stands here is what several of them take. A path is `type=Path`; where it is a folder, its metavar is DIR.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.diagnostics import Stop

if TYPE_CHECKING:
    from codegen.watching import See

FORMATS = ("text", "json", "github", "sarif")
OUT = Path("generated")


def add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a spec, or a folder of specs"
    )


def add_out(parser: argparse.ArgumentParser, usual: Path = OUT) -> None:
    parser.add_argument(
        "--out", type=Path, default=usual, metavar="DIR", help=f"the output folder ({usual})"
    )


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="of diagnostics: text for people, or json (an object a line), github (annotations), sarif on stdout",
    )


def add_templates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--templates",
        type=Path,
        metavar="DIR",
        help="templates that stand for those of the same path in codegen's; `templates` lists them",
    )


def add_check(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 and list what is out of date"
    )


def add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--diff",
        action="store_true",
        help="with --check: print what would change as a patch; it applies in the folder that holds the output",
    )


def refuse_diff(options: argparse.Namespace) -> None:
    """Where there is no patch to print."""
    if options.diff and not options.check:
        raise Stop("--diff goes with --check")
    if options.diff and options.format != "text":
        raise Stop("--diff prints a patch: it has no --format")


def add_watch(parser: argparse._ActionsContainer, what: str) -> None:
    parser.add_argument(
        "--watch",
        action="store_true",
        help=f"{what} again whenever a spec or what it names changes, until Ctrl-C",
    )


def perform(options: argparse.Namespace, once: Callable[[argparse.Namespace, See], int]) -> int:
    """Once, or with `--watch` until it is interrupted."""
    from codegen import watching

    if not options.watch:
        return once(options, watching.unwatched)
    title = " ".join(map(str, options.paths))
    return watching.watch(title, options.out, lambda see: once(options, see))
