"""`--watch`, as an editor's user has it: a process beside files that change."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT

from codegen.cli import main
from codegen.commands import build
from codegen.diagnostics import Diagnostics
from codegen.generate import declare
from codegen.watching import Input, Inputs

SPEC = """\
library: {name}
doc: {doc}
cpp: {{headers: [{name}.h], sources: [{name}.cpp], include_dirs: [include], packages: [NoSuchEngine]}}
python: {{modules: [{name}_more.py]}}
backends:
  - name: tokenizer
    namespace: {name}
    interface: TokenizerInterface
    methods: [func: size() -> int]
"""
TIMEOUT = 60


class Watcher:
    """A process that watches, and what it has said so far."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._said = folder / "said"
        self._out = folder / "out"
        with self._said.open("w") as said, self._out.open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "codegen", *arguments, "--watch"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=said,
            )

    def said(self) -> str:
        return self._said.read_text()

    def out(self) -> str:
        return self._out.read_text()

    def runs(self) -> int:
        """How many have ended."""
        return self.said().count("codegen: watching specs\n")

    def until(self, met: Callable[[], bool]) -> None:
        """Until it is as it should be, and the process waits again."""
        end = time.monotonic() + TIMEOUT
        while not met() or not self.said().endswith("codegen: watching specs\n"):
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.02)

    def is_quiet(self, change: Callable[[], object] = lambda: None) -> bool:
        time.sleep(1)
        runs = self.runs()
        change()
        time.sleep(2)
        return self.runs() == runs

    def stop(self) -> int:
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(TIMEOUT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs" / "include").mkdir(parents=True)
    add(tmp_path, "one")
    return tmp_path


@pytest.fixture
def watch(project: Path) -> Iterator[Callable[..., Watcher]]:
    started: list[Watcher] = []

    def start(*arguments: str) -> Watcher:
        started.append(Watcher(project, *arguments))
        return started[-1]

    yield start
    for watcher in started:
        watcher.kill()


def add(project: Path, name: str, doc: str = "A doc.") -> None:
    (project / "specs" / f"{name}_more.py").write_text("x = 1\n")
    (project / "specs" / f"{name}.yaml").write_text(SPEC.format(name=name, doc=doc))


def holds(path: Path, text: str) -> Callable[[], bool]:
    return lambda: path.is_file() and text in path.read_text()


def replace(path: Path, text: str) -> None:
    """As many editors save: a new file in the place of the old one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


def test_it_generates_on_each_change(project: Path, watch: Callable[..., Watcher]) -> None:
    spec, generated = project / "specs" / "one.yaml", project / "generated"
    package = generated / "one" / "__init__.py"
    watcher = watch("specs")
    watcher.until(package.is_file)
    assert watcher.is_quiet(), "what it writes is no change"

    add(project, "one", "A second doc.")
    watcher.until(holds(package, '"""A second doc.'))
    replace(spec, SPEC.format(name="one", doc="A third doc."))
    watcher.until(holds(package, '"""A third doc.'))
    spec.write_text("library: [\n")
    watcher.until(lambda: "specs/one.yaml:1:11: error CG101" in watcher.said())
    assert '"""A third doc.' in package.read_text()
    add(project, "one", "A fourth doc.")
    watcher.until(holds(package, '"""A fourth doc.'))
    replace(project / "specs" / "one_more.py", "x = 2\n")
    watcher.until(holds(generated / "one" / "one_more.py", "x = 2\n"))
    add(project, "two")
    watcher.until((generated / "two" / "__init__.py").is_file)
    spec.unlink()
    watcher.until(lambda: not (generated / "one").exists())

    notes = project / "specs" / "notes.txt"
    assert watcher.is_quiet(lambda: notes.write_text("x")), "what is no spec is no change"
    assert watcher.stop() == 0
    assert "Traceback" not in watcher.said()
    assert watcher.out() == ""
    command = [sys.executable, "-m", "codegen", "specs", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, cwd=project, env=environment).returncode == 0


def test_a_folder_that_comes_back(project: Path, watch: Callable[..., Watcher]) -> None:
    """As when git switches to a branch without it; the output lies in it."""
    generated = project / "specs" / "out" / "one" / "__init__.py"
    watcher = watch("specs", "--out", "specs/out")
    watcher.until(generated.is_file)
    assert watcher.is_quiet()
    away = project / "away"
    (project / "specs").rename(away)
    (away / "one.yaml").write_text(SPEC.format(name="one", doc="Changed elsewhere."))
    time.sleep(0.5)
    away.rename(project / "specs")
    watcher.until(holds(generated, '"""Changed elsewhere.'))
    assert watcher.stop() == 0


def test_templates_and_their_mistakes(project: Path, watch: Callable[..., Watcher]) -> None:
    own = project / "mine" / "python" / "_runtime.py"
    own.parent.mkdir(parents=True)
    generated = project / "generated" / "one" / "_runtime.py"
    watcher = watch("specs", "--templates", "mine")
    watcher.until(generated.is_file)
    own.write_text("# Mine.\n")
    watcher.until(holds(generated, "# Mine.\n"))
    wrong = own.with_name("_runtim.py")
    wrong.write_text("")
    watcher.until(lambda: "did you mean 'python/_runtime.py'?" in watcher.said())
    wrong.unlink()
    own.unlink()
    watcher.until(lambda: "# Mine.\n" not in generated.read_text())
    assert watcher.stop() == 0


def test_each_run_prints_its_json(project: Path, watch: Callable[..., Watcher]) -> None:
    spec = project / "specs" / "one.yaml"
    replace(spec, "library: one\n")
    watcher = watch("specs", "--format", "json")
    watcher.until(lambda: watcher.out().count("\n") == 1)
    replace(spec, "library: two\n")
    watcher.until(lambda: watcher.out().count("\n") == 2)
    found = [json.loads(line) for line in watcher.out().splitlines()]
    assert [(place["code"], place["path"]) for place in found] == [("CG202", "specs/one.yaml")] * 2
    assert watcher.stop() == 0


def test_build_watches_the_cpp(project: Path, watch: Callable[..., Watcher]) -> None:
    """As far as CMake, which finds no package: that a run was started is known without compiling."""
    pytest.importorskip("torch")
    watcher = watch("build", "specs")
    watcher.until(lambda: "there is no file 'one.cpp' beside this spec" in watcher.said())
    for number, path in enumerate(("one.cpp", "include/other.h"), 1):
        (project / "specs" / path).write_text("")
        message = "CMake finds no package 'NoSuchEngine'"
        watcher.until(partial(said_often, watcher, message, number))
    assert watcher.is_quiet(), "what CMake and codegen write is no change"
    assert watcher.stop() == 0


def said_often(watcher: Watcher, message: str, times: int) -> bool:
    return watcher.said().count(message) == times


def test_what_build_reads(project: Path) -> None:
    """Each change counts once; what is generated or no C++ does not."""
    specs = project / "specs"
    out = specs / "include" / "generated"
    libraries = declare([specs / "one.yaml"], Diagnostics())
    inputs = Inputs(out)
    inputs.see(build._cpp(libraries))
    assert not inputs.look()
    for path, counts in {
        specs / "one.cpp": True,
        specs / "one.h": True,
        specs / "include" / "one.h": True,
        specs / "beside.h": True,
        specs / "include" / "deep" / "x.hpp": True,
        specs / "below" / "x.h": False,
        specs / "include" / "notes.md": False,
        specs / "include" / ".hidden" / "x.h": False,
        out / "x.h": False,
    }.items():
        path.parent.mkdir(exist_ok=True)
        for change in (partial(path.write_text, "1"), partial(replace, path, "2"), path.unlink):
            change()
            assert inputs.look() == counts, path
            assert not inputs.look(), path


def test_what_changes_during_a_run_is_a_change(project: Path) -> None:
    inputs = Inputs(project / "generated")
    inputs.see([Input(project / "specs", (".yaml",))])
    add(project, "one", "Changed after it was read.")
    inputs.see([Input(project / "specs", (".yaml",))])
    assert inputs.look()


def test_what_is_wrong_with_the_call_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["nowhere", "--watch"]) == 2
    assert capsys.readouterr().err == "codegen: error: nowhere does not exist\n"
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["nowhere", "--watch"]) == 2
    assert "pip install 'torch-backend-codegen[watch]'" in capsys.readouterr().err
