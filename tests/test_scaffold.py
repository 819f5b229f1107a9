"""`python -m codegen scaffold`: a skeleton of every form compiles as it is written, and nothing is written over.

tests/test_torchbind.py builds one and calls it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, build

from codegen.cli import main

TESTS = ROOT / "tests"
SPEC = """\
library: words
cpp: {include_dirs: [include], headers: [words.h], sources: [words.cpp]}
classes:
  - name: Counter
    class: words::Counter
    doc: Counts.
    init: (int start=0)
    methods:
      - func: add(int n) -> int
        doc: Adds.
        args: {n: how many}
"""
HEADER = """\
#pragma once

#include <torch/custom_class.h>

#include <cstdint>

namespace words {

/// Counts.
class Counter : public torch::CustomClassHolder {
 public:
  Counter(int64_t start);

  /// Adds.
  /// \\param n how many
  int64_t add(int64_t n);
};

}  // namespace words
"""
SOURCE = """\
#include "words.h"

namespace words {

Counter::Counter(int64_t start) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::Counter is not implemented");
}

int64_t Counter::add(int64_t n) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::add is not implemented");
}

}  // namespace words
"""


FIELDS = """\
library: fields
cpp: {headers: [fields.h]}
classes:
  - name: Fields
    class: fields::Fields
    init: ()
    properties:
      - {name: a, type: "Dict(str, Any)", field: a_}
      - {name: b, type: "Any[]", field: b_}
      - {name: c, type: "(Device, int, Any[])", field: c_}
      - {name: d, type: Stream, field: d_}
      - {name: e, type: "Fields?", field: e_}
      - {name: f, type: "(Device, Device?)[]", field: f_}
      - {name: g, type: "Dict(int, Tensor)", field: g_}
      - {name: h, type: "__torch__.torch.classes.other.Thing[]", field: h_}
      - {name: i, type: "Dict(str, __torch__.torch.classes.other.Thing)", field: i_}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "words.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_form_compiles(tmp_path: Path) -> None:
    """The specs of the tests without their C++, with torch's interface, interfaces of one's own, and all of classes."""
    pytest.importorskip("torch")
    for spec in ("native/objects.yaml", "native/native.yaml", "cases/classes/spec.yaml"):
        text = (TESTS / spec).read_text(encoding="utf-8")
        text = text.replace(", ../../specs/torch_jit", "").replace(", by_hand.cpp", "")
        (tmp_path / Path(spec).name).write_text(text, encoding="utf-8")
    (tmp_path / "fields.yaml").write_text(FIELDS, encoding="utf-8")
    assert main(["scaffold", str(tmp_path)]) == 0
    build(tmp_path, out=tmp_path / "generated")
    written = [p for p in tmp_path.rglob("*") if p.suffix in (".h", ".cpp")]
    mine = [path for path in written if "generated" not in path.parts]
    assert len(mine) == 9
    style = f"--style=file:{ROOT / '.clang-format'}"
    program = Path(sys.executable).with_name("clang-format")
    command = [program, "--dry-run", "-Werror", style, *mine]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_header_and_a_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scaffold", "words.yaml"]) == 0
    written = capsys.readouterr().err
    assert written == "codegen: include/words.h: written\ncodegen: words.cpp: written\n"
    assert Path("include/words.h").read_text() == HEADER
    assert Path("words.cpp").read_text() == SOURCE
    assert not Path("generated").exists()


def test_without_sources_the_header_has_the_definitions(folder: Path) -> None:
    Path("words.yaml").write_text(SPEC.replace(", sources: [words.cpp]", ""))
    assert main(["scaffold", "words.yaml"]) == 0
    text = Path("include/words.h").read_text()
    assert text.startswith(HEADER)
    assert "\ninline int64_t Counter::add(int64_t n) {\n" in text


def test_what_exists_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a header of the user's has is neither written over nor written again."""
    Path("include").mkdir()
    mine = """
namespace words {
class Counter : public torch::CustomClassHolder {
 public:
  Counter(int);
  int add(int);
};
}
"""
    Path("include/words.h").write_text(mine)
    Path("words.yaml").write_text(
        SPEC.replace("words.h]", "words.h, more.h]")
        + "  - {name: Other, class: 'words::Other', init: {args: (), impl: 'words::make'}}\n"
    )
    assert main(["scaffold", "words.yaml"]) == 0
    assert Path("include/words.h").read_text() == mine
    text = Path("include/more.h").read_text() + Path("words.cpp").read_text()
    assert re.findall(r"class (\w+)", text) == ["Other"]
    assert "c10::intrusive_ptr<words::Other> make();" in text and "Counter" not in text
    capsys.readouterr()
    assert main(["scaffold", "words.yaml"]) == 0
    assert "the C++ that the specs name exists: nothing was written" in capsys.readouterr().err


def test_a_header_for_a_source_that_exists(folder: Path) -> None:
    """What nobody defines yet is defined in the header."""
    Path("words.cpp").write_text("// mine\n")
    assert main(["scaffold", "words.yaml"]) == 0
    assert "\ninline int64_t Counter::add(int64_t n) {\n" in Path("include/words.h").read_text()


def test_a_source_for_a_header_that_exists(folder: Path) -> None:
    """What the header lacks is added to it, and defined in the source."""
    Path("include").mkdir()
    Path("include/words.h").write_text("#pragma once\n")
    assert main(["scaffold", "words.yaml"]) == 0
    assert Path("include/words.h").read_text() == HEADER
    assert Path("words.cpp").read_text() == SOURCE
    Path("words.cpp").unlink()
    assert main(["scaffold", "words.yaml"]) == 0
    assert Path("words.cpp").read_text() == '#include "words.h"\n'


@pytest.mark.parametrize("blank", ["", " \n\n"])
def test_a_blank_file_is_filled_like_a_new_one(
    folder: Path, blank: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("include").mkdir()
    Path("include/words.h").write_text(blank)
    Path("words.cpp").write_text(blank)
    assert main(["scaffold", "words.yaml", "--diff"]) == 0
    patch = capsys.readouterr().out
    assert main(["scaffold", "words.yaml"]) == 0
    assert capsys.readouterr().err == (
        "codegen: include/words.h: 1 declaration added\ncodegen: words.cpp: 2 definitions added\n"
    )
    assert Path("include/words.h").read_text() == HEADER
    assert Path("words.cpp").read_text() == SOURCE
    assert main(["scaffold", "words.yaml"]) == 0
    assert capsys.readouterr().err.endswith("exists: nothing was written\n")
    for path in ("include/words.h", "words.cpp"):
        Path(path).write_text(blank)
    subprocess.run(["git", "apply"], input=patch.encode(), check=True)
    assert Path("include/words.h").read_text() == HEADER
    assert Path("words.cpp").read_text() == SOURCE


def test_a_blank_file_that_nothing_goes_to_stays(folder: Path) -> None:
    Path("include").mkdir()
    inline = HEADER.replace("(int64_t start);", "(int64_t start) {}")
    Path("include/words.h").write_text(inline.replace("(int64_t n);", "(int64_t n) { return n; }"))
    Path("words.cpp").write_bytes(b"\xef\xbb\xbf\r\n")
    assert main(["scaffold", "words.yaml"]) == 0
    assert Path("words.cpp").read_bytes() == b"\xef\xbb\xbf\r\n"
    Path("include/words.h").unlink()
    assert main(["scaffold", "words.yaml"]) == 0
    filled = b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode()
    assert Path("words.cpp").read_bytes() == filled


def test_all_files_are_written_or_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second cannot be: it would stand in a file, or no temporary file beside it has a name."""
    Path("sub").write_text("mine")
    Path("words.yaml").write_text(SPEC.replace("words.cpp", "sub/words.cpp"))
    assert main(["scaffold", "words.yaml"]) == 2
    assert "sub/words.cpp cannot be written: " in capsys.readouterr().err
    assert not [path for path in Path().rglob("*") if path.suffix == ".h"]
    long = "w" * 248 + ".cpp"
    Path("words.yaml").write_text(SPEC.replace("words.cpp", long))
    Path("include/words.h").write_text(HEADER.replace("  int64_t add(int64_t n);\n", ""))
    Path(long).write_text(SOURCE)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert main(["scaffold", "words.yaml"]) == 2
    assert (
        capsys.readouterr().err == f"codegen: error: {long} cannot be written: File name too long\n"
    )
    assert before == {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


@pytest.mark.parametrize("marker", [".git", "pyproject.toml", "specs"])
def test_folders_beside_that_of_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marker: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They belong to the working tree of git, to the Python project, or to what has the folder `specs`."""
    inner = Path("inner" if marker != "specs" else "", "specs")
    up = "/".join([".."] * len(inner.parts))
    (tmp_path / inner).mkdir(parents=True)
    if marker != "specs":
        (tmp_path / marker).touch()
    text = SPEC.replace("include]", f"{up}/include]").replace("words.cpp", f"{up}/src/words.cpp")
    (tmp_path / inner / "words.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(["scaffold", str(inner)]) == 0
    written = capsys.readouterr().err
    assert written == "codegen: include/words.h: written\ncodegen: src/words.cpp: written\n"
    assert Path("include/words.h").read_text() == HEADER
    assert Path("src/words.cpp").read_text() == SOURCE
    assert main([str(inner), "--check"]) == 1  # what the compiler is told is the same
    Path("include/words.h").write_text(HEADER.replace("  int64_t add(int64_t n);\n", ""))
    Path("src/words.cpp").write_text(SOURCE.partition("int64_t Counter::add")[0] + "}\n")
    capsys.readouterr()
    assert main(["scaffold", str(inner)]) == 0
    assert capsys.readouterr().err == (
        "codegen: include/words.h: 1 declaration added\ncodegen: src/words.cpp: 1 definition added\n"
    )


@pytest.mark.parametrize("inside", [True, False])
def test_files_outside_of_the_project(
    folder: Path, inside: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by their path nor by a link."""
    Path("project/specs").mkdir(parents=True)
    Path("project/link").symlink_to(folder)
    outside = "../link/words.cpp" if inside else "../../words.cpp"
    text = SPEC.replace("include]", "../../include]").replace("words.cpp", outside)
    Path("project/specs/words.yaml").write_text(text)
    assert main(["scaffold", "project/specs"]) == 1
    error = capsys.readouterr().err
    assert f"'{outside}' would be written outside of the project of this spec" in error
    assert "help: write that file yourself, or name one in project\n" in error
    assert not list(folder.rglob("*.h"))


def test_a_member_that_is_called_with_an_object_and_without(folder: Path) -> None:
    """It is static, which serves both, and so not const."""
    other = SPEC + "      - {func: plus(int n) -> int, impl: add, static: true}\n"
    other += "    properties: [{name: total, type: int, get: sum}]\n"
    other = other.replace(
        "    methods:", "    methods:\n      - {func: sum() -> int, static: true}"
    )
    Path("words.yaml").write_text(other)
    assert main(["scaffold", "words.yaml"]) == 0
    text = Path("include/words.h").read_text()
    assert text.count("  static int64_t add(int64_t n);\n") == text.count(" add(") == 1
    assert text.count("  static int64_t sum();\n") == text.count(" sum(") == 1


def test_files_that_are_not_this_librarys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("words.yaml").write_text(SPEC.replace("words.cpp", "../words.cpp"))
    other = SPEC.replace("library: words", "library: other").replace("words.cpp", "other.cpp")
    Path("a.yaml").write_text(other.replace("name: Counter", "name: Other"))
    assert main(["scaffold", "."]) == 1
    assert [line for line in capsys.readouterr().err.splitlines() if "error" in line] == [
        "words.yaml:2:42: error CG403: another library's skeleton goes to 'words.h'",
        "words.yaml:2:62: error CG403: '../words.cpp' would be written outside of the folder of this spec",
        "codegen: 2 errors; nothing was written",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SPEC + "  - {name: Inner, class: 'words::Counter::Inner'}\n",
            "error CG303: words::Counter::Inner would stand inside of another skeleton",
        ),
        (
            SPEC.replace("headers: [words.h], ", ""),
            "words.yaml:1:10: error CG202: the library 'words' names no header to write its C++ to",
        ),
        (SPEC.replace("int n", "integer n"), "words.yaml:9:19: error CG302"),
    ],
)
def test_wrong_specs(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    Path("words.yaml").write_text(text)
    assert main(["scaffold", "words.yaml"]) == 1
    assert message in capsys.readouterr().err
    assert {path.name for path in folder.iterdir()} == {"words.yaml"}


def test_no_spec(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scaffold", "absent.yaml"]) == 2
    assert "absent.yaml does not exist" in capsys.readouterr().err
