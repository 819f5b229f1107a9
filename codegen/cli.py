"""The command line: which commands there are, exit codes, and what becomes of what a command raises.

0: clean. 1: the specs are wrong, or `--check` found something. 2: usage, I/O or a defect of ours.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from codegen import __version__
from codegen import console as streams

if TYPE_CHECKING:
    from argparse import Namespace

    from codegen.usage import Parser


class Command(NamedTuple):
    """A command as the list of them shows it, and its module in `commands`."""

    usage: str
    summary: str
    module: str


GENERATE = Command("PATH ...", "generate into generated/", "generate")
COMMANDS: Mapping[str, Command] = {
    "build": Command("PATH ...", "generate and compile", "build"),
    "breaking": Command("PATH --against REV", "what callers would trip over", "breaking"),
    "scaffold": Command("PATH ...", "write a skeleton of the C++ that specs name", "scaffold"),
    "import": Command("LIB ...", "print a spec of what a library registers", "importing"),
    "schema": Command("", "print the JSON Schema of the format", "schema"),
    "explain": Command("[CODE ...]", "what a diagnostic means", "explain"),
    "docs": Command("PATH ...", "write an API reference", "docs"),
    "templates": Command(
        "[NAME ...]", "list the templates, or copy some to change them", "templates"
    ),
    "completion": Command(
        "SHELL", "print what completes this command line in a shell", "completion"
    ),
    "init": Command("NAME", "start a project that installs as a wheel", "init"),
}
VERSION = f"torch-backend-codegen {__version__}"
CMAKE = Path(__file__).parent / "share" / "cmake" / "torch_backend_codegen"
# Answered before anything is imported: CMake asks while it configures.
ANSWERS = {"--version": VERSION, "-V": VERSION, "--cmake-dir": str(CMAKE)}
EXIT_CODES = """\
exit codes: 0 clean, 1 the specs are wrong, or --check or breaking found something, 2 usage, I/O or a defect of codegen
"""


def main(arguments: Sequence[str] | None = None) -> int:
    streams.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(given)
    except SystemExit as end:  # argparse has said what there is to say.
        status = int(end.code or 0)
    except KeyboardInterrupt:
        status = streams.fail("interrupted")
    return streams.finish(status)


def console() -> NoReturn:
    """The console script."""
    sys.exit(main())


def _run(given: list[str]) -> int:
    if len(given) == 1 and given[0] in ANSWERS:
        streams.write(f"{ANSWERS[given[0]]}\n")
        return 0
    if any(not text or (text.startswith("--") and text.endswith("=")) for text in given):
        return streams.fail("an argument is empty: a variable that is not set?")
    if given[:1] == ["help"]:
        if unknown := next((name for name in given[1:] if name not in COMMANDS), None):
            return streams.fail(f"there is no command '{unknown}'{_hint([unknown])}")
        given = [*given[1:], "--help"]
    if _is_mistyped(given):
        return streams.fail(f"there is no command '{given[0]}'{_hint(given)}")
    if not given:
        parser("", _module("")).print_help(sys.stderr)
        return 2
    return _guarded(*parse(given), given)


def parse(given: Sequence[str]) -> tuple[Any, Namespace]:
    """The module of the command that is given, and its options."""
    name = given[0] if given and given[0] in COMMANDS else ""
    command = _module(name)
    return command, parser(name, command).parse_args(given[1:] if name else given)


def _guarded(command: Any, options: Namespace, given: Sequence[str]) -> int:
    try:
        return int(command.run(options))
    except ModuleNotFoundError as error:
        return streams.fail(
            f"{error}; install codegen with what it needs: pip install torch-backend-codegen"
        )
    except Exception as error:
        from codegen.diagnostics import STOPS

        if isinstance(error, STOPS):
            return streams.fail(_told(error))
        import traceback

        streams.show(traceback.format_exc())
        return streams.fail("this is a defect of codegen, not of your specs; please report it")


def _told(error: Exception) -> str:
    """An error of the file system as people say it: which file, and what is wrong with it."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def parser(name: str, command: Any) -> Parser:
    """Of one command; without a name, of generating, whose help lists all commands."""
    from argparse import RawDescriptionHelpFormatter

    from codegen.usage import Parser

    made = Parser(
        parsers,
        prog=f"python -m codegen {name}".rstrip(),
        usage=None if name else _usage(),
        description=command.DESCRIPTION,
        epilog=f"examples:\n{command.EXAMPLES}\n{EXIT_CODES}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.arguments(made)
    made.set_defaults(parsers=parsers)
    if not name:
        made.add_argument(
            "--version", "-V", action="version", version=VERSION, help="print the version"
        )
        made.add_argument(
            "--cmake-dir",
            action="version",
            version=ANSWERS["--cmake-dir"],
            help="print the folder for CMake's torch_backend_codegen_DIR",
        )
    return made


def parsers() -> dict[str, Parser]:
    """Of every command; that of generating has the empty name."""
    return {name: parser(name, _module(name)) for name in ("", *COMMANDS)}


def _module(name: str) -> Any:
    return import_module(f"codegen.commands.{COMMANDS.get(name, GENERATE).module}")


def _usage() -> str:
    rows = [("", GENERATE), *COMMANDS.items()]
    calls = [(f"{name} {command.usage}".strip(), command.summary) for name, command in rows]
    return "\n       ".join(f"python -m codegen {call:<28} {summary}" for call, summary in calls)


def _is_mistyped(given: Sequence[str]) -> bool:
    """Whether something stands where a command can which is like one, and no path that exists."""
    name = given[0] if given else ""
    return bool(
        re.fullmatch(r"[A-Za-z_]+", name)
        and name not in COMMANDS
        and not Path(name).exists()
        and "did you mean" in _hint(given)
    )


def _hint(given: Sequence[str]) -> str:
    from codegen.diagnostics import did_you_mean

    return f"; {did_you_mean(given[0], COMMANDS) or 'python -m codegen --help lists them'}"
