"""`python -m codegen completion SHELL`: prints a script that completes this command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from codegen import console
from codegen.diagnostics import Stop

DESCRIPTION = (
    "Prints a script that completes commands, options, their choices and paths of `torch-backend-codegen`.\n"
    "It is made by shtab: pip install 'torch-backend-codegen[completion]'."
)
EXAMPLES = """\
  python -m codegen completion bash > ~/.local/share/bash-completion/completions/torch-backend-codegen
  python -m codegen completion zsh > "${fpath[1]}/_torch-backend-codegen"
  python -m codegen completion fish > ~/.config/fish/completions/torch-backend-codegen.fish
"""
PROGRAM = "torch-backend-codegen"
SHELLS = ("bash", "zsh", "fish", "tcsh")
# The first word is a command or a path, for which shtab has no form. COMMANDS stands for the names of all.
PREAMBLES = {
    "bash": "_shtab_torch_backend_codegen_pos_0_choices=(COMMANDS)",
    "zsh": """\
functions[_torch_backend_codegen_command]=$functions[_shtab_torch_backend_codegen]
_shtab_torch_backend_codegen() {
  if (( CURRENT > 2 )) && [[ " COMMANDS " == *" $words[2] "* ]]; then
    _torch_backend_codegen_command
    return
  fi
  (( CURRENT > 2 )) || _shtab_torch_backend_codegen_commands
  _arguments -C -s "${(@)_shtab_torch_backend_codegen_options:#(: :|\\*:::)*}" '*:PATH:_files'
}""",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(options: argparse.Namespace) -> int:
    try:
        import shtab
    except ModuleNotFoundError as error:
        needed = f"pip install '{PROGRAM}[completion]'"
        raise Stop(f"completion needs {error.name}: {needed}") from error
    parsers = options.parsers()
    commands = " ".join(filter(None, parsers))
    tree = _tree(parsers, first_a_command=options.shell in ("zsh", "tcsh"))
    for action in _actions(tree):
        if action.type is Path:
            action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
    preamble = PREAMBLES.get(options.shell, "").replace("COMMANDS", commands)
    console.write(shtab.complete(tree, shell=options.shell, preamble=preamble) + "\n")
    return 0


def _tree(
    parsers: Mapping[str, argparse.ArgumentParser], *, first_a_command: bool
) -> argparse.ArgumentParser:
    """One parser of all commands, as shtab reads it."""
    root = argparse.ArgumentParser(prog=PROGRAM, parents=[parsers[""]], add_help=False)
    for action in _actions(root):
        if first_a_command and not action.option_strings:
            action.help = argparse.SUPPRESS
    commands = root.add_subparsers()
    for name, parser in parsers.items():
        if name:
            summary = re.split(r"[.;:]\s", " ".join((parser.description or "").split()))[0]
            commands.add_parser(name, help=summary, parents=[parser], add_help=False)
    return root


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
