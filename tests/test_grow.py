"""`python -m codegen scaffold` on files that exist: what a spec newly names is added, and nothing else changes.

`grow/<case>` holds `spec.yaml`, the files `before/` and `after/`, and the notes `stderr`; `pytest --update` writes the
last two anew; read the diff. tests/test_scaffold.py is of files that do not exist.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from codegen.cli import main
from codegen.scaffolding.cpp_scanner import scan

CASES = sorted(path for path in (Path(__file__).parent / "grow").iterdir() if path.is_dir())
# In these a class opens and closes on one line, which is then several, or a blank line goes.
SPLIT = ("inline", "macros", "blank")


def plain(content: bytes) -> bytes:
    return content


def crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def marked(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def copy(folder: Path, to: Path, change: Callable[[bytes], bytes] = plain) -> dict[str, bytes]:
    """The files of a folder, changed and written; what they are."""
    made = {}
    for path in sorted(filter(Path.is_file, folder.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        made[name] = change(path.read_bytes())
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(made[name])
    return made


def texts(folder: Path) -> dict[str, bytes]:
    files = filter(Path.is_file, folder.rglob("*"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files if p.suffix != ".yaml"}


@pytest.fixture(params=CASES, ids=lambda path: path.name)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path: Path = request.param
    shutil.copy(path / "spec.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return path


def test_expected(
    case: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(case / "before", Path())
    assert main(["scaffold", "spec.yaml"]) == 0
    notes = capsys.readouterr().err
    if request.config.getoption("--update"):
        shutil.rmtree(case / "after", ignore_errors=True)
        for name, content in texts(Path()).items():
            (case / "after" / name).parent.mkdir(parents=True, exist_ok=True)
            (case / "after" / name).write_bytes(content)
        (case / "stderr").write_text(notes)
    assert texts(Path()) == texts(case / "after")
    assert notes == (case / "stderr").read_text()


@pytest.mark.parametrize("change", [plain, crlf, marked, bytes.rstrip])
def test_only_insertions(case: Path, change: Callable[[bytes], bytes]) -> None:
    """In every encoding of lines: the old bytes stay in their order, and a second run adds nothing."""
    before = copy(case / "before", Path(), change)
    assert main(["scaffold", "spec.yaml"]) == 0
    after = texts(Path())
    assert after.keys() == before.keys()
    for name, old in before.items():
        assert _is_within(old, after[name]), name
        if case.name not in SPLIT:
            assert _is_within(old.splitlines(), after[name].splitlines()), name
        expected = (case / "after" / name).read_bytes()
        if change is not bytes.rstrip:
            assert after[name] == change(expected), name
        else:
            assert after[name].rstrip() == expected.rstrip(), name
    assert main(["scaffold", "spec.yaml"]) == 0
    assert texts(Path()) == after


def _is_within(part: Any, whole: Any) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


@pytest.mark.parametrize("change", [plain, crlf, bytes.rstrip])
@pytest.mark.parametrize("program", [["git", "apply"], ["patch", "-p1", "--binary", "--silent"]])
def test_the_patch_applies(
    case: Path,
    change: Callable[[bytes], bytes],
    program: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = copy(case / "before", Path(), change)
    assert main(["scaffold", "spec.yaml", "--diff"]) == 0
    patch = capsys.readouterr().out
    assert texts(Path()) == before
    subprocess.run(program, input=patch.encode(), check=True)
    patched = texts(Path())
    copy(case / "before", Path(), change)
    assert main(["scaffold", "spec.yaml"]) == 0
    assert texts(Path()) == patched


def test_mode_and_link_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case = next(case for case in CASES if case.name == "inline")
    shutil.copy(case / "spec.yaml", tmp_path)
    Path("real").mkdir()
    shutil.copy(case / "before" / "stack.h", "real/stack.h")
    Path("real/stack.h").chmod(0o640)
    Path("stack.h").symlink_to("real/stack.h")
    assert main(["scaffold", "spec.yaml"]) == 0
    assert Path("stack.h").is_symlink()
    assert Path("real/stack.h").stat().st_mode & 0o777 == 0o640
    assert Path("real/stack.h").read_bytes() == (case / "after" / "stack.h").read_bytes()
    assert [path.name for path in Path("real").iterdir()] == ["stack.h"]


# What nothing is added to.

SPEC = """\
library: words
cpp: {headers: [words.h]}
classes:
  - name: Counter
    class: words::Counter
    methods:
      - func: old() -> int
      - func: add(int n) -> int
"""
HEADER = """\
#pragma once
#include <torch/custom_class.h>
namespace words {
class Counter : public torch::CustomClassHolder {
 public:
  int64_t old();
};
}
"""
REFUSALS = {
    "an_alias": (
        HEADER.replace("Counter :", "Impl :").replace("};", "};\nusing Counter = Impl;"),
        "words.h:4: words::Counter is another name of this",
    ),
    "a_namespace_of_a_macro": (
        HEADER.replace("namespace words {", "BEGIN(words)").replace("};\n}", "};\nEND"),
        "words.h:3: that this is words::Counter is not certain",
    ),
    "two_definitions": (
        HEADER.replace("class C", "#ifdef A\nclass Counter { void old(); };\n#endif\nclass C"),
        "words.h:5: another definition is in words.h:7",
    ),
    "an_unknown_base": (
        HEADER.replace("torch::CustomClassHolder", "other::Base"),
        "words.h:4: it may have that from a base that was not found",
    ),
    "another_encoding": (
        HEADER.replace("old();", "old();  // é"),
        "words.h:4: it is not UTF-8",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "words.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_uncertain_is_said(
    folder: Path, refusal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, message = REFUSALS[refusal]
    content = text.encode("latin-1")
    Path("words.h").write_bytes(content)
    assert main(["scaffold", "words.yaml"]) == 0
    assert capsys.readouterr().err == (
        f"codegen: {message}; add to the class words::Counter by hand:\n"
        "    int64_t add(int64_t n);\n"
        "codegen: nothing was written\n"
    )
    assert Path("words.h").read_bytes() == content


CLASS = """\
    namespace words {

    class Counter : public torch::CustomClassHolder {
     public:
      int64_t old();
      int64_t add(int64_t n);
    };

    }  // namespace words
"""
# What has the members of Counter, or names that are alike, but is not Counter for all that is known.
DOUBTS = {
    "an_if_with_half_a_class": (
        HEADER.replace("class Counter", "#ifdef A\nclass Counter {\n#else\nclass Counter").replace(
            "Holder {", "Holder {\n#endif"
        ),
        "words.h:5: what stands here is not certain (line 6: an #if has brackets that do not match)",
    ),
    "an_open_brace": (
        HEADER + "void add() {\n",
        "words.h:4: what stands here is not certain (a bracket or an #if is left open at its end)",
    ),
    "another_class_with_the_members": (
        "namespace other { class Counter; }\nusing other::Counter;\n"
        "namespace words { struct A : torch::CustomClassHolder { int old(); int add(int); }; }\n",
        "words.h:2: that this is words::Counter is not certain",
    ),
    "an_alias_of_no_class_with_functions": (
        "namespace words { using Counter = int; int old(); int add(int); }\n",
        "words.h:1: that this is words::Counter is not certain",
    ),
    "a_class_of_the_outer_namespace": (
        "struct Counter : torch::CustomClassHolder { int old(); int add(int); };\n",
        "words.h:1: that this is words::Counter is not certain",
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_only_has_a_name_does_not_exist(
    folder: Path, doubt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The class is told of with all of its members, and nothing is written."""
    text, message = DOUBTS[doubt]
    Path("words.h").write_text(text)
    assert main(["scaffold", "words.yaml"]) == 0
    task = "add words::Counter by hand, unless it is defined elsewhere"
    error = capsys.readouterr().err
    assert error == f"codegen: {message}; {task}:\n{CLASS}codegen: nothing was written\n"
    assert Path("words.h").read_text() == text


def test_each_class_of_a_file_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their members have the same names; functions are told of too, if something is called so."""
    names = [f"C{number}" for number in range(14)]
    spec, _, cls = SPEC.partition("  - name")
    classes = "".join(f"  - name{cls}".replace("Counter", name) for name in names)
    made = "    init: {args: (), impl: 'words::make'}\n"
    Path("words.yaml").write_text(spec + classes + made)
    body = HEADER[HEADER.index("class Counter") : HEADER.rindex("}")]
    header = HEADER.replace(body, "".join(body.replace("Counter", name) for name in names))
    header += "int x = make();\n#ifdef A\nvoid f() {\n#else\nvoid f(int) {\n#endif\n}\n"
    Path("words.h").write_text(header)
    assert main(["scaffold", "words.yaml"]) == 0
    error = capsys.readouterr().err
    for name in names:
        line = header[: header.index(f"class {name} ")].count("\n") + 1
        assert f"words.h:{line}: what stands here is not certain (line " in error
        assert f"; add words::{name} by hand, unless it is defined elsewhere:\n" in error
        assert f"    class {name} : public torch::CustomClassHolder {{\n" in error
    assert error.count("int64_t old();\n      int64_t add(int64_t n);\n") == 14
    assert "add words::make by hand, unless" in error
    assert "    c10::intrusive_ptr<words::C13> make();\n" in error
    assert Path("words.h").read_text() == header


@pytest.mark.parametrize(
    "alias",
    [
        "using Counter = Impl;",
        "typedef struct Impl Counter;",
        "namespace in { struct Counter : Impl {}; } using in::Counter;",
    ],
)
def test_a_class_by_another_name(
    folder: Path, alias: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("words.h").write_text(f"""
namespace words {{
struct Impl : torch::CustomClassHolder {{ int64_t old(); int64_t add(int64_t n); }};
{alias}
}}
""")
    assert main(["scaffold", "words.yaml"]) == 0
    assert capsys.readouterr().err == (
        "codegen: the C++ that the specs name exists: nothing was written\n"
    )


def test_a_class_in_a_header_that_is_only_included(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("words.h").write_text('#pragma once\n#include "counter.h"\n')
    Path("counter.h").write_text(HEADER)
    assert main(["scaffold", "words.yaml"]) == 0
    assert capsys.readouterr().err.startswith(
        "codegen: counter.h:4: the spec does not name this file; add to the class words::Counter by hand:\n"
    )
    assert Path("counter.h").read_text() == HEADER


def test_a_new_class_where_an_include_is_not_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may stand there."""
    text = '#pragma once\n#include "counter.h"\n'
    Path("words.h").write_text(text)
    assert main(["scaffold", "words.yaml"]) == 0
    error = capsys.readouterr().err
    assert 'words.h: words.h includes "counter.h", which was not found; add to it by hand' in error
    assert "    class Counter : public torch::CustomClassHolder {\n" in error
    assert Path("words.h").read_text() == text


def test_a_file_outside_of_the_folder_of_the_spec(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("inner").mkdir()
    Path("inner/words.yaml").write_text(SPEC.replace("{headers", "{include_dirs: [..], headers"))
    Path("words.h").write_text(HEADER)
    assert main(["scaffold", "inner/words.yaml"]) == 0
    assert "it is outside of the folder of the spec; add to the class" in capsys.readouterr().err
    assert Path("words.h").read_text() == HEADER


def test_what_counts_as_existing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A member of the name, whatever its signature; one of a base; the constructor that C++ makes."""
    Path("words.yaml").write_text(
        SPEC.replace("    methods:", "    init: ()\n    methods:") + "      - func: based() -> ()\n"
    )
    Path("words.h").write_text("""
namespace words {
struct Base : torch::CustomClassHolder { void based(); };
struct Counter : ::words::Base { int64_t old(); double add(); };
}
""")
    assert main(["scaffold", "words.yaml"]) == 0
    assert (
        capsys.readouterr().err
        == "codegen: the C++ that the specs name exists: nothing was written\n"
    )


def test_two_libraries_in_one_header(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("words.h").write_text(HEADER)
    other = SPEC.replace("library: words", "library: more").replace("Counter", "Other")
    Path("more.yaml").write_text(other)
    assert main(["scaffold", "."]) == 0
    assert capsys.readouterr().err == "codegen: words.h: 2 declarations added\n"
    text = Path("words.h").read_text()
    assert "  int64_t add(int64_t n) {\n" in text
    assert "inline int64_t Other::add(int64_t n) {\n" in text
    assert main(["scaffold", ".", "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_diff_has_no_format(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scaffold", "words.yaml", "--diff", "--format", "json"]) == 2
    assert "--diff prints a patch: it has no --format" in capsys.readouterr().err


# Step by step and at once.

LARGE = ("native/objects.yaml", "native/native.yaml", "native/torchbind/torchbind.yaml")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [*LARGE, "cases/classes/spec.yaml"])
def test_grown_is_what_is_written_at_once(name: str, seed: int, tmp_path: Path) -> None:
    """Of a spec that lost a third of its members and classes, and of that again; overloads are one name."""
    steps = _steps(name, seed)
    once, grown = tmp_path / "once", tmp_path / "grown"
    _scaffold(once, steps[-1:])
    _scaffold(grown, steps)
    assert set(_named(once)) == set(_named(grown))
    assert len(set(_named(once))) > 20


def _steps(name: str, seed: int) -> list[dict[str, Any]]:
    """A spec that grows, without what C++ of the tests it names."""
    text = (ROOT / "tests" / name).read_text(encoding="utf-8")
    text = text.replace(", ../../specs/torch_jit", "").replace(", by_hand.cpp", "")
    chance = random.Random(seed)
    steps = [yaml.safe_load(text)]
    for _ in range(2):
        steps.insert(0, _less(steps[0], chance))
    return steps


def _scaffold(folder: Path, steps: list[dict[str, Any]]) -> None:
    folder.mkdir()
    for spec in steps:
        (folder / "spec.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
        assert main(["scaffold", str(folder / "spec.yaml")]) == 0


def _less(spec: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The spec without some of what nothing else in it needs."""
    bases = {cls.get("base") for cls in spec.get("classes", ())}
    flat = {name for cls in spec.get("classes", ()) for name in cls.get("flatten", ())}
    text = yaml.safe_dump(spec)
    classes = []
    for cls in spec.get("classes", ()):
        used = cls["name"] in bases or text.count(cls["name"]) > 2 + text.count(f"'{cls['name']}")
        if not used and chance.random() < 0.3:
            continue
        members = [_member(i) for key in ("methods", "properties") for i in cls.get(key, ())]
        gone = [member for member in dict.fromkeys(members) if chance.random() < 0.3]
        kept = {
            key: [item for item in cls[key] if _kept(item, flat) or _member(item) not in gone]
            for key in ("methods", "properties")
            if key in cls
        }
        classes.append({**cls, **{key: items for key, items in kept.items() if items}})
        for key in ("methods", "properties"):
            if key in kept and not kept[key]:
                classes[-1].pop(key)
    return {**spec, "classes": classes} if classes else spec


def _member(item: dict[str, Any]) -> str:
    """What it is called in C++: overloads are added together, for one that exists stands for the others."""
    called = item.get("impl") or item.get("func") or item["name"]
    return re.split(r"[<(.]", str(called).rpartition("::")[2])[0]


def _kept(item: dict[str, Any], flat: set[str]) -> bool:
    """What another declaration is about."""
    return "fake" in item or item.get("name") in flat


def _named(folder: Path) -> Iterator[tuple[str, ...]]:
    """What is declared and defined below a folder, wherever."""
    for path in folder.rglob("*"):
        if path.suffix in (".h", ".cpp"):
            found = scan(path.read_text())
            for cls in found.classes:
                yield cls.qualified, *cls.bases
                for member in cls.members:
                    yield member.qualified, "declared"
                    yield from [(member.qualified, "defined")] * (member.body is not None)
            ahead = {start for _, start in found.ahead}
            for declared in found.declarations:
                name = declared.qualified.removesuffix(declared.name)
                name += declared.name.partition("<")[0]
                if declared.start not in ahead:
                    yield from [(name, "declared")] * (declared.body is None)
                    yield from [(name, "defined")] * (declared.body is not None)


def test_what_has_grown_compiles(tmp_path: Path) -> None:
    """With the registrations that call it; in one translation unit, for torch's headers take longer than all else."""
    from torch.utils.cpp_extension import include_paths

    folders = [tmp_path / case.name for case in CASES]
    for case, folder in zip(CASES, folders, strict=True):
        copy(case / "after", folder)
        shutil.copy(case / "spec.yaml", folder)
    box = tmp_path / "templates" / "boxes.h"  # of which one member is to be added by hand
    box.write_text(box.read_text().replace("T get() const", "void clear() {}\n  T get() const"))
    for name in LARGE:
        folders.append(tmp_path / Path(name).stem)
        _scaffold(folders[-1], _steps(name, 0))
    unit, places = tmp_path / "all.cpp", list(include_paths())
    for folder in folders:
        sources = [p for p in folder.rglob("*.c*") if p.suffix in (".cpp", ".cc")]
        assert main([str(folder / "spec.yaml"), "--out", str(folder / "generated")]) == 0
        (registration,) = (folder / "generated").glob("[!_]*/src/registration.cpp")
        places += [str(folder / place) for place in (".", "include", "inc")]
        places += map(str, (folder / "generated").glob("*/include"))
        with unit.open("a") as file:
            file.writelines(f'#include "{path}"\n' for path in (*sources, registration))
    places.append(sysconfig.get_paths()["include"])
    command = ["g++", "-std=c++20", "-fsyntax-only", *(f"-I{p}" for p in places), str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "spec", ["specs", *(f"tests/native/{name}.yaml" for name in ("native", "objects", "traced"))]
)
def test_cpp_that_people_wrote_lacks_nothing(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With macros that declare members, bases in other headers, and parameters of other types than the spec's."""
    assert main(["scaffold", str(ROOT / spec), "--diff"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    message = "codegen: the C++ that the specs name exists: nothing was written\n"
    assert printed.err == message
