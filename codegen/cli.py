"""The command line: which commands there are, exit codes, and what becomes of what a command raises.

0: clean. 1: the specs are wrong, or `--check` found something. 2: usage, I/O or a defect of ours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from codegen import __version__


class Command(NamedTuple):
    """A command as the list of them shows it, and its module in `commands`."""

    usage: str
    summary: str
    module: str


GENERATE = Command("PATH ...", "generate into generated/", "generate")
COMMANDS: Mapping[str, Command] = {
    "build": Command("PATH ...", "generate and compile", "build"),
    "scaffold": Command("PATH ...", "write a skeleton of the C++ that specs name", "scaffold"),
    "import": Command("LIB ...", "print a spec of what a library registers", "importing"),
    "schema": Command("", "print the JSON Schema of the format", "schema"),
    "explain": Command("[CODE ...]", "what a diagnostic means", "explain"),
    "docs": Command("PATH ...", "write an API reference", "docs"),
}
LATER = ("init", "breaking")
EXIT_CODES = """\
exit codes: 0 clean, 1 the specs are wrong or --check found something, 2 usage, I/O or a defect of codegen
"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        print(f"torch-backend-codegen {__version__}")
        return 0
    if given and given[0] in LATER and not Path(given[0]).exists():
        return _fail(f"the command '{given[0]}' is not in this version")
    command, options = parse(given)
    try:
        return int(command.run(options))
    except KeyboardInterrupt:
        return _fail("interrupted")
    except ModuleNotFoundError as error:
        return _fail(
            f"{error}; install codegen with what it needs: pip install torch-backend-codegen"
        )
    except Exception as error:
        from codegen.diagnostics import Stop

        if isinstance(error, (Stop, OSError, UnicodeError)):
            return _fail(f"{error}{_hint(given)}")
        import traceback

        traceback.print_exc()
        return _fail("this is a defect of codegen, not of your specs; please report it")


def console() -> NoReturn:
    """The console script."""
    sys.exit(main())


def parse(given: Sequence[str]) -> tuple[Any, argparse.Namespace]:
    """The module of the command that is given, and its options."""
    name = given[0] if given and given[0] in COMMANDS else ""
    command = import_module(f"codegen.commands.{COMMANDS.get(name, GENERATE).module}")
    return command, parser(name, command).parse_args(given[1:] if name else given)


def parser(name: str, command: Any) -> argparse.ArgumentParser:
    """Of one command; without a name, of generating, whose help lists all commands."""
    made = argparse.ArgumentParser(
        prog=f"python -m codegen {name}".rstrip(),
        usage=None if name else _usage(),
        description=command.DESCRIPTION,
        epilog=f"examples:\n{command.EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.arguments(made)
    if not name:
        made.add_argument(
            "--version", "-V", action="version", version=f"torch-backend-codegen {__version__}"
        )
    return made


def _usage() -> str:
    rows = [("", GENERATE), *COMMANDS.items()]
    calls = [(f"{name} {command.usage}".strip(), command.summary) for name, command in rows]
    return "\n       ".join(f"python -m codegen {call:<28} {summary}" for call, summary in calls)


def _hint(given: Sequence[str]) -> str:
    """The command that was meant, where one can stand and something else does which is no file."""
    from codegen.diagnostics import did_you_mean

    if not given or given[0] in COMMANDS or Path(given[0]).exists():
        return ""
    hint = did_you_mean(given[0], COMMANDS)
    return f"; {hint}" if hint else ""


def _fail(message: str) -> int:
    print(f"codegen: error: {message}", file=sys.stderr)
    return 2
