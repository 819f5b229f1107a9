"""Installed from a wheel, it works from any folder: the templates travel inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from conftest import ROOT


def test_wheel_generates_what_the_checkout_does(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("torch_backend_codegen-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        (entry_points,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "torch-backend-codegen = codegen.cli:console" in archive.read(entry_points).decode()
    case = ROOT / "tests" / "cases" / "interface"
    (tmp_path / "spec.yaml").write_text((case / "spec.yaml").read_text())
    subprocess.run(
        [sys.executable, "-m", "codegen", "spec.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        check=True,
    )
    expected = case / "expected" / "vecdb" / "include" / "vecdb" / "tokenizer.h"
    generated = tmp_path / "generated" / "vecdb" / "include" / "vecdb" / "tokenizer.h"
    assert generated.read_text() == expected.read_text()
    shared = tmp_path / "generated" / "_codegen" / "src" / "registration.cpp"
    assert shared.read_text() == (ROOT / "templates" / "cpp" / "runtime.cpp").read_text()
