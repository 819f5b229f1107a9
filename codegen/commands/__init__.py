"""The commands, a module each, imported only when its command is given.

A module has `DESCRIPTION`, `EXAMPLES`, `arguments(parser)` and `run(options) -> exit code`; the line that the list of
commands has of it is in `cli.COMMANDS`. What stands here is what several of them take.
"""

from __future__ import annotations

import argparse
from pathlib import Path

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
