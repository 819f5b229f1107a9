"""The command line around the commands: help, exit codes, where its output goes, how long it takes to start."""

from __future__ import annotations

import argparse
import io
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from codegen import cli, console
from codegen.cli import main

SPEC = """\
library: one
doc: {doc}
cpp: {{headers: [one.h]}}
classes: [{{name: Box, class: "one::Box", init: (int size)}}]
"""
COMMAND = [sys.executable, "-m", "codegen"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
# What costs time to import, and torch, which costs seconds.
HEAVY = {
    *(
        "black",
        "importlib.metadata",
        "jinja2",
        "shtab",
        "subprocess",
        "torch",
        "watchfiles",
        "yaml",
    ),
    *("codegen.generate", "codegen.load"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(SPEC.format(doc="A doc."))
    assert main(["one.yaml"]) == 0
    return tmp_path


def imported(*arguments: str) -> set[str]:
    """The heavy modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "codegen", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = re.findall(r"^import time:[ \d]+\|[ \d]+\|\s+(\S+)$", done.stderr, re.MULTILINE)
    assert "codegen.cli" in names
    return HEAVY & set(names)


GENERATING = {"yaml", "codegen.generate", "codegen.load"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("--version", set()),
        ("--help", set()),
        *((f"{name} --help", set()) for name in cli.COMMANDS),
        ("schema", set()),
        ("explain", set()),
        ("explain CG401 CG501", set()),
        ("templates", set()),
        ("completion bash", {"shtab", "importlib.metadata"}),
        ("one.yaml", GENERATING),
        ("one.yaml --check", {*GENERATING, "jinja2", "black", "subprocess"}),
        ("scaffold one.yaml", {*GENERATING, "jinja2"}),
    ],
)
def test_a_command_imports_what_it_needs(project: Path, arguments: str, allowed: set[str]) -> None:
    assert imported(*arguments.split()) <= allowed


def test_version_is_quick() -> None:
    """In CPU time: other work on the machine is not its fault."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([*COMMAND, "--version"], env=ENVIRONMENT, capture_output=True)
        assert done.stdout.startswith(b"torch-backend-codegen ")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(once() for _ in range(7)) < 0.080


def test_without_arguments_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: python -m codegen PATH ...")


@pytest.mark.parametrize("name", ["", *cli.COMMANDS])
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what it does, an example and the exit codes; each option says what it is for."""
    assert main([name, "--help"] if name else ["--help"]) == 0
    text = capsys.readouterr().out
    assert main(["help", name] if name else ["help"]) == 0
    assert capsys.readouterr().out == text
    assert f"python -m codegen {name}".strip() in text.partition("examples:")[2]
    assert "exit codes: 0 clean, 1 " in text
    parser = cli.parsers()[name]
    assert parser.description
    assert all(action.help for action in parser._actions)
    if not name:
        assert all(re.search(rf"python -m codegen {command} ", text) for command in cli.COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["one.yaml", "--che"], "there is no option --che; did you mean '--check'?"),
        (
            ["build", "one.yaml", "--form=json"],
            "there is no option --form; did you mean '--format'?",
        ),
        (["breaking", "one.yaml", "--aganst", "HEAD"], "--aganst; did you mean '--against'?"),
        (["build", "one.yaml", "--check"], "no option --check; it is one of `python -m codegen`"),
        (["one.yaml", "-x"], "error: there is no option -x\n"),
        (["one.yaml", "--format", "jsn"], "argument --format: 'jsn' is none; did you mean 'json'?"),
        (
            ["completion", "cmd"],
            "argument SHELL: 'cmd' is none; it is one of bash, zsh, fish, tcsh",
        ),
        (["one.yaml", "--check", "--watch"], "argument --watch: not allowed with argument --check"),
        (["help", "biuld"], "there is no command 'biuld'; did you mean 'build'?"),
        (["help", "x"], "there is no command 'x'; python -m codegen --help lists them"),
        (["biuld", "one.yaml", "-j2"], "there is no command 'biuld'; did you mean 'build'?"),
        (["oen.yaml"], "oen.yaml does not exist; did you mean 'one.yaml'?"),
        (["one.yml"], "one.yml does not exist; did you mean 'one.yaml'?"),
    ],
)
def test_usage_errors(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def run(
    folder: Path, redirections: str, *arguments: str, **environment: str
) -> tuple[int, str, str]:
    """Through bash, which does what `redirections` say; gives the exit code and what came out."""
    script = f'exec "$0" -m codegen "$@" {redirections}'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, *arguments],
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("one.yaml --check", 1),
        ("one.yaml --check --diff", 1),
        ("--help", 0),
        ("--version", 0),
        ("", 2),
    ],
)
def test_a_reader_who_has_gone_changes_nothing(project: Path, arguments: str, status: int) -> None:
    (project / "one.yaml").write_text(SPEC.format(doc="Another doc."))
    for stream in ("stdout", "stderr"):
        reader, writer = os.pipe()
        os.close(reader)
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
        done = subprocess.run([*COMMAND, *arguments.split()], env=ENVIRONMENT, text=True, **streams)  # type: ignore[call-overload]
        os.close(writer)
        assert done.returncode == status
        assert not re.search("Traceback|Broken|Exception", done.stderr or "")


def test_streams_that_are_closed_or_full(project: Path) -> None:
    (project / "one.yaml").write_text(SPEC.format(doc="Another doc."))
    assert run(project, ">&-", "one.yaml", "--check")[0] == 1
    assert run(project, "2>&-", "one.yaml", "--check")[0] == 1
    assert run(project, "2>/dev/full", "one.yaml", "--check")[0] == 1
    status, _, said = run(project, ">/dev/full", "one.yaml", "--check")
    assert (status, said.splitlines()[-1]) == (
        2,
        "codegen: error: stdout: No space left on device",
    )
    assert "Traceback" not in said


def test_what_stdout_cannot_spell_is_escaped(project: Path) -> None:
    (project / "one.yaml").write_text(SPEC.format(doc="Größe."), encoding="utf-8")
    for arguments in (["one.yaml", "--check", "--diff"], ["one.yaml", "--diff", "--check"]):
        status, patch, said = run(project, "", *arguments, PYTHONIOENCODING="ascii")
        assert (status, "Traceback" in said) == (1, False)
        assert "Gr\\xf6\\xdfe" in patch
    status, _, said = run(project, "", "nöwhere.yaml", PYTHONIOENCODING="ascii")
    assert (status, said) == (2, "codegen: error: n\\xf6where.yaml does not exist\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_of_what_takes_long(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, after a second, and wiped in the end."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["one.yaml", "--check"]) == 0
    assert terminal.getvalue() == ""
    clock = iter(range(1000))
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    assert main(["one.yaml", "--check"]) == 0
    steps = terminal.getvalue().split("\r\033[K")
    total = len(steps) - 2
    assert steps[0] == steps[-1] == ""
    assert steps[1].startswith(f"rendering 1/{total}: ")
    assert steps[-2].startswith(f"rendering {total}/{total}: ")
    monkeypatch.setattr(sys, "stderr", piped := io.StringIO())
    assert main(["one.yaml", "--check"]) == 0
    assert piped.getvalue() == ""


def test_the_page_has_every_command_and_option(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes that part of docs/commands.md from the parsers."""
    sections = [_section(name, parser) for name, parser in cli.parsers().items()]
    written = "<!-- commands -->\n\n" + "\n".join(sections) + "\n<!-- end -->"
    page = ROOT / "docs" / "commands.md"
    if request.config.getoption("--update"):
        parts = re.compile("<!-- commands -->.*<!-- end -->", re.DOTALL)
        page.write_text(parts.sub(lambda _: written, page.read_text()))
    assert written in page.read_text()


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    command = cli.COMMANDS.get(name, cli.GENERATE)
    examples = (parser.epilog or "").removeprefix("examples:\n").partition("\n\n")[0]
    call = " ".join(filter(None, ["python -m codegen", name, command.usage]))
    rows = []
    for action in parser._actions:
        if "--help" not in action.option_strings:
            spelled = " ".join([", ".join(action.option_strings), _value(action)]).strip()
            rows.append(f"| `{spelled}` | {action.help} |")
    table = ["", "| | |", "|---|---|", *rows] if rows else []
    lines = [f"### `{call}`", "", " ".join((parser.description or "").split()), *table]
    return "\n".join([*lines, "", "```", *map(str.strip, examples.splitlines()), "```", ""])


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices and not action.metavar:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return str(action.metavar)


@pytest.mark.parametrize("given", [[""], ["specs", "--out", ""], ["specs", "--out="]])
def test_an_empty_argument(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given) == 2
    assert capsys.readouterr().err == (
        "codegen: error: an argument is empty: a variable that is not set?\n"
    )
