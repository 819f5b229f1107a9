"""`python -m codegen build`: what it says when it cannot. That it can is what all other tests of built code show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import run

from codegen.cli import main

SPEC = """\
library: wrong
cpp: {include_dirs: [.], headers: [wrong.h]}
backends:
  - name: tokenizer
    interface: TokenizerInterface
    methods:
      - func: encode(str text) -> int[]
      - func: size() -> int
    implementations:
      - name: lacks_size
        class: wrong::LacksSize
      - name: no_such_class
        class: wrong::Missing
  - name: backend
    methods:
      - func: devices() -> str[]
    implementations: [{name: no_devices, class: wrong::NoDevices}]
classes:
  - name: Missing
    class: wrong::NoClass
  - name: Wrong
    class: wrong::Wrong
    init: (str text)
    methods:
      - func: absent() -> int
      - func: takes_int(str text) -> int
    properties:
      - {name: width, type: int, get: width}
"""
HEADER = """\
#pragma once
#include <wrong/tokenizer.h>
#include <wrong/backend.h>
namespace wrong {
struct LacksSize : TokenizerInterface {
  std::vector<int64_t> encode(std::string text) override { return {}; }
};
struct NoDevices : torch::jit::PyTorchBackendInterface {
  bool is_available() override { return true; }
  c10::impl::GenericDict compile(c10::IValue p, c10::impl::GenericDict s) override { return s; }
  c10::impl::GenericList execute(c10::IValue h, c10::impl::GenericList i) override { return i; }
};
struct Wrong : torch::CustomClassHolder {
  int64_t takes_int(int64_t value) { return value; }
};
}  // namespace wrong
"""


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "codegen", "build", "wrong.yaml", cwd=folder)


def test_errors_of_the_compiler_lead_back_to_the_spec(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(SPEC)
    (tmp_path / "wrong.h").write_text(HEADER)
    done = build(tmp_path)
    assert done.returncode == 1
    places = [line for line in done.stderr.splitlines() if line.startswith("wrong.yaml:")]
    assert [place.split(": ")[:2] for place in places] == [
        ["wrong.yaml:11:16", "error CG501"],
        ["wrong.yaml:13:16", "error CG501"],
        ["wrong.yaml:16:15", "error CG501"],
        ["wrong.yaml:20:12", "error CG501"],
        ["wrong.yaml:23:11", "error CG501"],
        ["wrong.yaml:25:15", "error CG501"],
        ["wrong.yaml:26:15", "error CG501"],
        ["wrong.yaml:28:16", "error CG501"],
    ]
    assert "abstract class type" in places[0]
    assert "'Missing' is not a member of 'wrong'" in places[1]
    assert "has no member named 'devices'" in places[2]
    assert "'NoClass' is not a member of 'wrong'" in places[3]
    assert "has no member named 'absent'" in places[5]
    assert "In file included from" in done.stderr, "the compiler's own output is shown too"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sources", "error CG502: there is no file 'absent.x' beside this spec"),
        ("headers", "error CG501: absent.x: No such file or directory"),
    ],
)
def test_missing_files_of_the_user(tmp_path: Path, key: str, message: str) -> None:
    text = f"library: wrong\ncpp: {{{key}: [absent.x]}}\nbackends: []\n"
    (tmp_path / "wrong.yaml").write_text(text)
    done = build(tmp_path)
    assert done.returncode == 1
    assert f"wrong.yaml:2:{len(key) + 10}: {message}" in done.stderr


def test_packages_that_are_not_installed(tmp_path: Path) -> None:
    text = "library: wrong\ncpp: {packages: [NoSuchEngine]}\nbackends: []\n"
    (tmp_path / "wrong.yaml").write_text(text)
    done = build(tmp_path)
    assert done.returncode == 1
    assert "wrong.yaml:2:18: error CG503: CMake finds no package 'NoSuchEngine'" in done.stderr
    assert "NoSuchEngineConfig.cmake" in done.stderr, "CMake's own output is shown too"


def test_torch_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.yaml").write_text("library: wrong\nbackends: []\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["build", "wrong.yaml"]) == 2
    assert "codegen: error: torch is not installed: pip install torch\n" in capsys.readouterr().err
