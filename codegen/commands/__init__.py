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

if TYPE_CHECKING:
    from codegen.watching import See

FORMATS = ("text", "json", "github", "sarif")


def add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a spec, or a folder of specs"
    )


def add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("generated"),
        metavar="DIR",
        help="the output folder (generated)",
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
