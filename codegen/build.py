"""Builds a generated folder with CMake and Ninja.

Prints nothing: progress is reported to a function that the caller gives.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codegen import names
from codegen.diagnostics import Stop
from codegen.output import Report

FOLDER = ".build"
# Of files that a compiler reads.
SUFFIXES = tuple(".c .cc .cpp .cu .cuh .cxx .h .hh .hpp .hxx .inc .inl .ipp".split())

_PROGRESS = re.compile(r"\[(?P<done>\d+)/(?P<all>\d+)\] (?P<step>.*)")


# What a build tells CMake itself.
_OURS = ("CMAKE_MAKE_PROGRAM", "CODEGEN_LIBRARIES", "Python_EXECUTABLE", "Torch_DIR")


class Wishes(NamedTuple):
    """How the user wants to build."""

    debug: bool = False
    jobs: int | None = None
    definitions: tuple[str, ...] = ()
    """`NAME=VALUE`, or `NAME:TYPE=VALUE`, for CMake's cache, which remembers them."""


class Outcome(NamedTuple):
    """How the tools ended, and what they printed."""

    failed: bool
    log: str

    @property
    def idle(self) -> bool:
        """Whether everything was built already."""
        return "ninja: no work to do." in self.log


def definition(text: str) -> str:
    """Check the form of a `NAME=VALUE` for CMake's cache.

    Raises:
        ValueError: It is none, or of a variable that a build sets itself.
    """
    found = re.fullmatch(r"([\w./+-]+)(:[A-Z]+)?=([^\n]*)", text)
    if found is None:
        raise ValueError(f"'{text}' is not NAME=VALUE")
    if found[1] in _OURS:
        raise ValueError(
            f"{found[1]} is set by codegen: run it with the Python that has your torch"
        )
    return text


def build(out: Path, libraries: Sequence[str], wishes: Wishes, report: Report) -> Outcome:
    """Configures and builds the libraries below `out`; each shared object lands in its package.

    Raises:
        Stop: CMake, Ninja or torch is not installed in this environment.
    """
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    report("configuring")
    configured = _run(_configure(out, folder, libraries, wishes), lambda _: None)
    if configured.failed:
        return configured
    targets = [names.target(library) for library in libraries]
    # As many of the errors as there are, not only those of the first file.
    keep_going = ["--", "-k", "0"]
    if wishes.jobs:
        keep_going += ["-j", str(wishes.jobs)]
    command = [_tool("cmake"), "--build", str(folder), "--target", *targets, *keep_going]
    return _run(command, report)


def _configure(out: Path, folder: Path, libraries: Sequence[str], wishes: Wishes) -> list[str]:
    torch = _torch_cmake()
    cached = folder / "CMakeCache.txt"
    text = cached.read_text(encoding="utf-8") if cached.exists() else ""
    fixed = (torch, out.resolve(), sys.executable)
    known = all(f"={value}\n" in text for value in fixed)
    # CMake itself looks at this only when it configures a folder for the first time.
    launcher = os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER")
    return [
        _tool("cmake"),
        *([] if known or not text else ["--fresh"]),
        "-G",
        "Ninja",
        f"-DCMAKE_MAKE_PROGRAM={_tool('ninja')}",
        f"-DTorch_DIR={torch}",
        f"-DPython_EXECUTABLE={sys.executable}",
        *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else []),
        f"-DCODEGEN_LIBRARIES={';'.join(libraries)}",
        *(["-DCMAKE_BUILD_TYPE=Debug"] if wishes.debug else []),
        *(f"-D{text}" for text in wishes.definitions),
        "-S",
        str(out.resolve()),
        "-B",
        str(folder.resolve()),
    ]


def _torch_cmake() -> str:
    """Found without importing torch, which takes seconds."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise Stop("torch is not installed: pip install torch")
    return str(Path(spec.origin).parent / "share" / "cmake" / "Torch")


def _tool(name: str) -> str:
    """A program of this environment, also when the environment is not activated."""
    path = shutil.which(
        name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    if path is None:
        raise Stop(f"{name} is not installed: pip install {name}")
    return path


def _run(command: Sequence[str], report: Report) -> Outcome:
    environment = {**os.environ, "NINJA_STATUS": "[%f/%t] ", "LC_ALL": "C"}
    log = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.append(line)
            if progress := _PROGRESS.match(line):
                report(f"[{progress['done']}/{progress['all']}] {progress['step']}")
    return Outcome(process.returncode != 0, "".join(log))
