"""argparse with messages of our own: what was meant by a wrong option, the same on every CPython."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from codegen import console
from codegen.diagnostics import did_you_mean


class Parser(argparse.ArgumentParser):
    """The parser of one command."""

    def __init__(self, parsers: Callable[[], Mapping[str, Parser]], **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self._parsers = parsers

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse unknown options before anything else is said to be missing."""
        given = list(args or ())
        options = given[: given.index("--")] if "--" in given else given
        for word in options:
            name = word.partition("=")[0]
            short = name[:2] if not name.startswith("--") else name
            if name.startswith("-") and len(name) > 1 and short not in self._options:
                self.error(f"there is no option {name}{self._meant(name)}")
        return super().parse_known_args(given, namespace)

    def error(self, message: str) -> NoReturn:
        console.show(self.format_usage())
        self.exit(console.fail(message))

    @property
    def _options(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]

    def _meant(self, name: str) -> str:
        """The command that has it, else the option of this one that is like it."""
        owners = [parser.prog for parser in self._parsers().values() if name in parser._options]
        if owners:
            return f"; it is one of `{owners[0]}`"
        own = {option for option in self._options if option.startswith("--")}
        meant = did_you_mean(name, own - {"--help"})
        return f"; {meant}" if meant else ""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = list(map(str, action.choices))
            meant = did_you_mean(str(value), choices) or f"it is one of {', '.join(choices)}"
            raise argparse.ArgumentError(action, f"'{value}' is none; {meant}")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Through `console`: argparse itself raises, in CPython 3.10, where a reader has gone."""
        console.put(file, message)
