"""`completion SHELL`: the scripts, asked by the shells themselves."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import program

from codegen import cli
from codegen.cli import main
from codegen.commands import FORMATS
from codegen.commands.completion import SHELLS

PROGRAM = "torch-backend-codegen"
PATHS = {"gen", "one.yaml", "specs"}
FOLDERS = {"gen", "specs"}
# What is typed, and what it may become.
QUESTIONS: list[tuple[str, set[str]]] = [
    ("", {*cli.COMMANDS, *PATHS}),
    ("buil", {"build"}),
    ("build ", PATHS),
    ("build specs/", {"specs/two.yaml"}),
    ("build --form", {"--format"}),
    ("build specs/two.yaml --format ", set(FORMATS)),
    ("specs/two.yaml --diff --check --form", {"--format"}),
    ("specs/two.yaml on", {"one.yaml"}),
    ("--out ", FOLDERS),
    ("--templates ", FOLDERS),
    ("scaffold one.yaml --format sar", {"sarif"}),
    ("completion ", set(SHELLS)),
]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """The script for a shell, in a folder with a few files."""
    for path in ("folder/gen/x", "folder/specs/two.yaml", "folder/one.yaml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path / "folder")

    def make(shell: str) -> Path:
        command = [sys.executable, "-m", "codegen", "completion", shell]
        root = Path(cli.__file__).parent.parent
        environment = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        made = tmp_path / shell
        made.write_bytes(done.stdout)
        return made

    return make


def bash(script: Path, typed: str) -> set[str]:
    """Calls the function that the script has registered, as bash does."""
    program = f"""
        source {script}
        COMP_WORDS=({PROGRAM} {typed}{' ""' if not typed or typed.endswith(" ") else ""})
        COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
        [[ $(complete -p {PROGRAM}) =~ -F\\ ([^ ]+) ]]
        ${{BASH_REMATCH[1]}}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""
    return set(done.stdout.split())


def fish(script: Path, typed: str) -> set[str]:
    program = f"source {script}; complete -C '{PROGRAM} {typed}'"
    command = ["fish", "--no-config", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # Behind a tab stands what it is for.
    return {line.split("\t")[0].rstrip("/") for line in done.stdout.splitlines()}


def zsh(script: Path, questions: Sequence[str]) -> list[set[str]]:
    """On a terminal of its own, where it lists what a line may become: of paths the last part."""
    terse = 'zstyle ":completion:*" verbose no; bindkey "^T" list-choices'
    setup = f'autoload -Uz compinit; compinit -u -D; eval "$(<{script})"; {terse}'
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        ["zsh", "-f", "-i"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**os.environ, "TERM": "dumb", "LC_ALL": "C"},
        start_new_session=True,
    ) as shell:
        os.close(inside)
        try:
            _type(terminal, f"{setup}; echo REA''DY\n", "READY\r")
            return [_listed(terminal, typed) for typed in questions]
        finally:
            shell.kill()
            os.close(terminal)


def _listed(terminal: int, typed: str) -> set[str]:
    """What stands below a line; control-U takes the line away again."""
    said = _type(terminal, f"{PROGRAM} {typed}\x14", "")
    _type(terminal, "\x15", "")
    words = re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|/(?=\s)", "", said).split()
    known = {Path(answer).name for _, answers in QUESTIONS for answer in answers}
    return known & set(words) - {word.rstrip("/") for word in typed.split()}


def _type(terminal: int, text: str, expected: str) -> str:
    """What is printed until `expected`, or until nothing more comes."""
    os.write(terminal, text.encode())
    said, end = "", time.monotonic() + 30
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.7)[0]:
            if not expected:
                break
            continue
        said += os.read(terminal, 65536).decode()
        if expected and expected in said:
            break
    return said


@pytest.mark.parametrize(("typed", "expected"), QUESTIONS, ids=[q for q, _ in QUESTIONS])
def test_bash(script: Callable[[str], Path], typed: str, expected: set[str]) -> None:
    assert bash(script("bash"), typed) == expected


@pytest.mark.parametrize(("typed", "expected"), QUESTIONS, ids=[q for q, _ in QUESTIONS])
def test_fish(script: Callable[[str], Path], typed: str, expected: set[str]) -> None:
    program("fish")
    assert fish(script("fish"), typed) == expected


def test_zsh(script: Callable[[str], Path]) -> None:
    program("zsh")
    questions = [typed for typed, _ in QUESTIONS]
    expected = [{Path(answer).name for answer in answers} for _, answers in QUESTIONS]
    answers = zsh(script("zsh"), questions)
    assert dict(zip(questions, answers, strict=True)) == dict(zip(questions, expected, strict=True))


def test_tcsh_and_every_option(script: Callable[[str], Path]) -> None:
    """What shtab makes for tcsh completes less; each shell knows each long option."""
    for shell in SHELLS:
        text = script(shell).read_text()
        for parser in cli.parsers().values():
            for action in parser._actions:
                for option in action.option_strings:
                    assert re.search(rf"\b{option.lstrip('-')}\b", text), (shell, option)


def test_without_shtab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'torch-backend-codegen[completion]'" in capsys.readouterr().err
    assert main(["completion", "cmd"]) == 2
    assert "'cmd' is none; it is one of bash" in capsys.readouterr().err
