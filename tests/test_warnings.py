"""What is generated compiles without a warning, whatever flags the user's project has."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch
from conftest import ROOT, program

FLAGS = "-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror".split()
TORCH = Path(torch.__file__).parent / "include"
SYSTEM = [TORCH, TORCH / "torch" / "csrc" / "api" / "include", ROOT / "tests" / "native"]


def compiled(included: Path, out: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    ours = [f"-I{folder}" for folder in (*out.glob("*/include"), out / "_codegen" / "include")]
    theirs = [f"-isystem{folder}" for folder in SYSTEM]
    command = [program("g++"), "-fsyntax-only", *flags, *ours, *theirs]
    command += ["-include", str(included), "-x", "c++", "/dev/null"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "path",
    [
        "_codegen/src/registration.cpp",
        "counter/src/registration.cpp",
        "native/include/native/types.h",
    ],
)
def test_no_warnings(native_packages: Path, path: str) -> None:
    """The run-time; classes whose numbers are converted; an interface of every type."""
    done = compiled(native_packages / path, native_packages, "-std=c++20", *FLAGS)
    assert done.returncode == 0, done.stderr


def test_an_older_standard(native_packages: Path) -> None:
    header = native_packages / "native" / "include" / "native" / "types.h"
    done = compiled(header, native_packages, "-std=c++17")
    first = next(line for line in done.stderr.splitlines() if "error" in line)
    assert "generated code needs C++20: -std=c++20, or CMAKE_CXX_STANDARD 20" in first
