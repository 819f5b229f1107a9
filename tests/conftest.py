"""What tests share: the libraries of `specs/`, built once in their packages."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def build(*paths: Path, out: Path) -> None:
    """Builds specs as a user would; a failure shows what the command printed."""
    command = [sys.executable, "-m", "codegen", "build", *map(str, paths), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def libraries() -> Path:
    """The folder of the committed packages, each with its shared object built."""
    out = ROOT / "generated"
    build(ROOT / "specs", out=out)
    sys.path.insert(0, str(out))
    return out


@pytest.fixture(scope="session")
def library(libraries: Path) -> Callable[[str], ModuleType]:
    """Imports a package of `specs/`."""
    return importlib.import_module
