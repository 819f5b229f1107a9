"""`python -m codegen build`: what it says when it cannot. That it can is what all other tests of built code show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import run

from codegen import check, linking
from codegen.build import Outcome
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
    implementations:
      - {name: no_devices, class: wrong::NoDevices, preprocess: wrong::prepare}
      - {name: bare, class: wrong::Bare}
classes:
  - name: Missing
    class: wrong::NoClass
    init: ()
    methods:
      - func: get() -> int
  - name: Wrong
    class: wrong::Wrong
    init: (str text)
    methods:
      - func: absent() -> int
      - func: takes_int(str text) -> int
      - func: near(int x) -> int
        impl: cout
      - func: twice() -> int
        impl: absent
      - func: free(Tensor x) -> Tensor
        impl: wrong::free_one
      - func: named() -> str
        impl: no_name
        static: true
    properties:
      - {name: width, type: int, get: width}
      - {name: height, type: int, get: count, set: set_height}
      - {name: depth, type: int, field: depth_}
    pickle: {state: "(int, str)", get: get_state, set: set_state}
    flatten: {height: int, weight: float, shape: "int[]"}
  - name: Made
    class: wrong::Made
    init: {args: (int size), impl: wrong::make}
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
struct Bare : NoDevices {};
struct Wrong : torch::CustomClassHolder {
  int64_t takes_int(int64_t value) { return value; }
  int64_t count() { return 0; }
  std::string get_state() const { return ""; }
};
struct Made : torch::CustomClassHolder {};
inline Made make(int64_t size) { return Made(); }
}  // namespace wrong
"""
# What each mistake stands at, what the compiler says of it, and what helps.
MISTAKES = [
    (
        "wrong::LacksSize",
        "invalid new-expression of abstract class type 'wrong::LacksSize'",
        "the spec expects `int64_t size() override;`",
    ),
    (
        "wrong::Missing",
        "'Missing' is not a member of 'wrong'",
        "the spec expects `class Missing : public wrong::TokenizerInterface` in the namespace wrong",
    ),
    (
        "devices() -> str[]",
        "'struct wrong::NoDevices' has no member named 'devices'",
        "the spec expects `std::vector<std::string> devices();`",
    ),
    (
        "devices() -> str[]",
        "'struct wrong::Bare' has no member named 'devices'",
        "the spec expects `std::vector<std::string> devices();`",
    ),
    (
        "wrong::prepare",
        "'prepare' is not a member of 'wrong'",
        "the spec expects `c10::IValue prepare(const torch::jit::Module& module, "
        "const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec, "
        "const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);` "
        "in the namespace wrong",
    ),
    (
        "wrong::NoClass",
        "'NoClass' is not a member of 'wrong'",
        "the spec expects `class NoClass` in the namespace wrong",
    ),
    (
        "get() -> int",
        "invalid use of void expression",
        "the spec expects `int64_t get();` in wrong::NoClass",
    ),
    (
        "(str text)",
        "no matching function for call to 'wrong::Wrong::Wrong(std::__cxx11::basic_string<char>)'",
        "the spec expects `Wrong(std::string text);` in wrong::Wrong",
    ),
    (
        "absent() -> int",
        "'struct wrong::Wrong' has no member named 'absent'",
        "the spec expects `int64_t absent();` in wrong::Wrong",
    ),
    (
        "takes_int(str text) -> int",
        "cannot convert 'std::__cxx11::basic_string<char>' to 'int64_t' {aka 'long int'}",
        "the spec expects `int64_t takes_int(std::string text);` in wrong::Wrong",
    ),
    (
        "cout",
        "'struct wrong::Wrong' has no member named 'cout'",
        "did you mean 'count'? the spec expects `int64_t cout(int64_t x);` in wrong::Wrong",
    ),
    (
        "wrong::free_one",
        "'free_one' is not a member of 'wrong'",
        "the spec expects `at::Tensor free_one(const c10::intrusive_ptr<wrong::Wrong>& self, "
        "at::Tensor x);` in the namespace wrong",
    ),
    (
        "no_name",
        "'no_name' is not a member of 'wrong::Wrong'",
        "the spec expects `static std::string no_name();` in wrong::Wrong",
    ),
    (
        "width",
        "'struct wrong::Wrong' has no member named 'width'",
        "the spec expects `int64_t width() const;` in wrong::Wrong",
    ),
    (
        "set_height",
        "'struct wrong::Wrong' has no member named 'set_height'",
        "the spec expects `void set_height(int64_t value);` in wrong::Wrong",
    ),
    (
        "depth_",
        "'struct wrong::Wrong' has no member named 'depth_'",
        "the spec expects `int64_t depth_;` in wrong::Wrong",
    ),
    (
        "get_state",
        "could not convert",
        "the spec expects `std::tuple<int64_t, std::string> get_state() const;` in wrong::Wrong",
    ),
    (
        "set_state",
        "'set_state' is not a member of 'wrong::Wrong'",
        "the spec expects `static c10::intrusive_ptr<wrong::Wrong> "
        "set_state(std::tuple<int64_t, std::string> state);` in wrong::Wrong",
    ),
    (
        "weight",
        "'struct wrong::Wrong' has no member named 'weight'",
        "the spec expects `double weight() const;` in wrong::Wrong",
    ),
    (
        "shape",
        "'struct wrong::Wrong' has no member named 'shape'",
        "the spec expects `std::vector<int64_t> shape() const;` in wrong::Wrong",
    ),
    (
        "wrong::make",
        "what makes an object returns a c10::intrusive_ptr to it",
        "the spec expects `c10::intrusive_ptr<wrong::Made> make(int64_t size);` "
        "in the namespace wrong",
    ),
]
# A second library, whose C++ has a mistake of its own that two files see.
OWN = """\
library: own
cpp: {headers: [own.h], sources: [own.cpp]}
classes:
  - {name: Own, class: own::Own}
"""
OWN_HEADER = """\
#pragma once
#include <torch/custom_class.h>
namespace own {
struct Own : torch::CustomClassHolder {
  int64_t size() { return size_; }
};
}  // namespace own
"""

# Numbers of another kind in the schema than in C++.
KINDS = """\
library: kinds
cpp: {headers: [kinds.h]}
classes:
  - name: Kinds
    class: kinds::Kinds
    init: (float x)
    methods:
      - func: takes_bool(int n) -> ()
      - func: takes_real(Tensor x, int? n=None) -> ()
      - func: takes_pair((float, str) pair) -> ()
      - func: takes_list(int[] values) -> ()
      - func: takes_text(int n) -> ()
      - func: makes(int n) -> ()
      - func: gives_real() -> int
      - func: gives_real_too() -> int
      - func: gives_bool() -> float
      - func: of_template(bool b) -> ()
        impl: of_template<int>
      - func: of_namespace(bool b) -> ()
        impl: kinds::of_namespace
      - func: fits(int n, float x) -> int
    properties:
      - {name: percent, type: int, field: percent}
      - {name: view, type: str, field: view}
"""
KINDS_HEADER = """\
#pragma once
#include <torch/custom_class.h>
namespace kinds {
struct Narrow {
  Narrow(int value) : value(value) {}
  int value;
};
struct Kinds : torch::CustomClassHolder {
  explicit Kinds(int) {}
  void takes_bool(bool) {}
  void takes_real(const at::Tensor&, std::optional<double>) {}
  void takes_pair(std::tuple<int64_t, std::string>) {}
  void takes_list(const std::vector<double>&) {}
  void takes_text(const std::string&) {}
  void makes(Narrow) {}
  double gives_real() { return 2.75; }
  double gives_real_too() { return 2.75; }
  bool gives_bool() { return true; }
  template <class T>
  void of_template(T) {}
  int fits(short n, float) { return n; }
  double percent = 0;
  std::string_view view;
};
inline void of_namespace(const c10::intrusive_ptr<Kinds>&, float) {}
}  // namespace kinds
"""
INT_REAL = "the schema has an int where the C++ has a floating-point number"
REAL_INT = "the schema has a float where the C++ has an integer"
OTHER_KINDS = {
    "(float x)": REAL_INT,
    "takes_bool(int n) -> ()": "the schema has an int where the C++ has a bool",
    "takes_real(Tensor x, int? n=None) -> ()": INT_REAL,
    "takes_pair((float, str) pair) -> ()": REAL_INT,
    "takes_list(int[] values) -> ()": INT_REAL,
    "takes_text(int n) -> ()": "cannot convert 'long int' to 'const std::string&'",
    "makes(int n) -> ()": "the number in the schema is narrower, or of another kind,",
    "gives_real() -> int": INT_REAL,
    "gives_real_too() -> int": INT_REAL,
    "gives_bool() -> float": "the schema has a float where the C++ has a bool",
    "of_template<int>": "the schema has a bool where the C++ has an integer",
    "kinds::of_namespace": "the schema has a bool where the C++ has a floating-point number",
    "percent": INT_REAL,
    "view": "a data member that is a view would outlive what is set",
}


def build(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "codegen", "build", *arguments, cwd=folder)


def place_of(diagnostic: Mapping[str, Any], spec: str) -> str:
    line = spec.splitlines()[diagnostic["line"] - 1]
    return line[diagnostic["column"] - 1 : diagnostic["end_column"] - 1]


def test_errors_of_the_compiler_lead_back_to_the_spec(tmp_path: Path) -> None:
    """All of them at once, each once, those of several libraries and of the user's own files too."""
    files = {"wrong.yaml": SPEC, "wrong.h": HEADER, "own.yaml": OWN, "own.h": OWN_HEADER}
    files |= {"kinds.yaml": KINDS, "kinds.h": KINDS_HEADER}
    for name, text in {**files, "own.cpp": '#include "own.h"\n'}.items():
        (tmp_path / name).write_text(text)
    done = build(tmp_path, ".", "--format", "json")
    assert done.returncode == 1
    every = list(map(json.loads, done.stdout.splitlines()))
    (own,) = (d for d in every if d["path"] == "own.h")
    found = [d for d in every if d["path"] == "wrong.yaml"]
    named = [place_of(d, SPEC) for d in found]
    others = {place_of(d, KINDS): d["message"] for d in every if d["path"] == "kinds.yaml"}
    assert others.keys() == OTHER_KINDS.keys()
    assert all(OTHER_KINDS[place] in message for place, message in others.items())
    for at, said, mistake in zip(named, found, MISTAKES, strict=True):
        assert (said["code"], at, said["help"]) == ("CG501", mistake[0], mistake[2])
        assert said["message"].startswith(mistake[1])
    related = {name: said["related"] for name, said in zip(named, found, strict=True)}
    assert [place["path"] for place in related["takes_int(str text) -> int"]] == ["wrong.h"]
    assert [place["line"] for place in related["devices() -> str[]"]] == [19]
    assert (own["code"], own["path"], own["line"]) == ("CG504", "own.h", 5)
    assert own["message"].endswith("'size_' was not declared in this scope; did you mean 'size'?")
    assert done.stderr.endswith(
        "codegen: 36 errors; not built: own.h is your own C++, not what is generated\n"
    )
    assert "In file included from" in done.stderr, "the compiler's own output is shown too"


def test_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What CMake and Ninja are told: all is escaped, and CMake remembers variables."""
    commands: list[list[str]] = []

    def run(command: list[str], report: object) -> Outcome:
        commands.append(command)
        return Outcome(False, "ninja: no work to do.\n")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("codegen.build._run", run)
    (tmp_path / "plain.yaml").write_text("library: plain\nbackends: [{name: backend}]\n")
    assert main(["build", "plain.yaml"]) == 0
    assert "codegen: built plain in generated\n" in capsys.readouterr().err
    configured, built = commands
    assert not any("BUILD_TYPE" in word for word in configured) and "-j" not in built
    options = ["--debug", "-j2", "-D", "A=x y;$z", "-DB:BOOL=ON", "-D", "C="]
    assert main(["build", "plain.yaml", *options]) == 0
    assert capsys.readouterr().err == ("codegen: nothing to do: plain in generated is up to date\n")
    configured, built = commands[2:]
    wanted = ["-DCMAKE_BUILD_TYPE=Debug", "-DA=x y;$z", "-DB:BOOL=ON", "-DC="]
    assert [word for word in configured if word in wanted] == wanted
    assert built[-2:] == ["-j", "2"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("-j0", "argument -j/--jobs: '0' is no number of jobs, such as 2"),
        ("-jx", "argument -j/--jobs: 'x' is no number of jobs, such as 2"),
        ("-DNAME", "argument -D: 'NAME' is not NAME=VALUE"),
        ("-DA B=1", "argument -D: 'A B=1' is not NAME=VALUE"),
        ("-DTorch_DIR=x", "argument -D: Torch_DIR is set by codegen: run it with the Python that"),
    ],
)
def test_options_that_are_wrong(
    option: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "plain.yaml", option]) == 2
    assert f"codegen: error: {message}" in capsys.readouterr().err


UNDEFINED = """\
library: undone
cpp: {headers: [undone.h], sources: [undone.cpp]}
backends:
  - name: tokenizer
    interface: Tokenizer
    methods: [func: size() -> int]
    implementations: [{name: words, class: undone::Words}]
classes:
  - name: Shape
    class: undone::Shape
    init: (int sides)
    methods:
      - func: sides() -> int
      - func: area() -> int
      - func: of(int sides) -> Shape
        static: true
      - func: all() -> int[]
        impl: undone::all_of
    properties:
      - {name: width, type: int, get: get_width, set: set_width}
"""
UNDEFINED_HEADER = """\
#pragma once
#include <undone/tokenizer.h>
namespace undone {
struct Words : Tokenizer {
  int64_t size() override;
};
struct Base : torch::CustomClassHolder {
  int64_t area() const;
};
struct Shape : Base {
  explicit Shape(int64_t sides);
  int64_t sides() { return sides_; }
  static c10::intrusive_ptr<Shape> of(int64_t sides);
  int64_t get_width();
  void set_width(int64_t width);
  int64_t sides_;
};
std::vector<int64_t> all_of(const c10::intrusive_ptr<Shape>& shape);
int helper(int64_t width);
}  // namespace undone
"""


def test_what_is_not_defined_leads_back_to_the_spec(tmp_path: Path) -> None:
    """Also what a base class has; what only the user's C++ calls is shown at his sources."""
    (tmp_path / "wrong.yaml").write_text(UNDEFINED)
    (tmp_path / "undone.h").write_text(UNDEFINED_HEADER)
    source = '#include "undone.h"\nint64_t undone::Shape::get_width() { return helper(sides_); }\n'
    (tmp_path / "undone.cpp").write_text(source)
    done = build(tmp_path, "wrong.yaml")
    assert done.returncode == 1
    places = [line for line in done.stderr.splitlines() if line.startswith("wrong.yaml:")]
    found = "error CG505: the linker finds no definition of "
    null = "c10::detail::intrusive_target_default_null_type<undone::Shape>"
    of_shape = f"c10::intrusive_ptr<undone::Shape, {null} >"
    assert places == [
        f"wrong.yaml:2:38: {found}'undone::helper(long)'",
        f"wrong.yaml:7:44: {found}'vtable for undone::Words'",
        f"wrong.yaml:11:11: {found}'undone::Shape::Shape(long)'",
        f"wrong.yaml:14:15: {found}'undone::Base::area() const'",
        f"wrong.yaml:15:15: {found}'undone::Shape::of(long)'",
        f"wrong.yaml:18:15: {found}'undone::all_of({of_shape} const&)'",
        f"wrong.yaml:20:55: {found}'undone::Shape::set_width(long)'",
    ]


def test_what_other_linkers_say() -> None:
    log = """\
FAILED: [code=1] /p/generated/a/liba.torch.so
ld.lld: error: undefined symbol: a::B::get() const
>>> referenced by registration.cpp
>>>               a/CMakeFiles/codegen_a.dir/src/registration.cpp.o:(a::(anonymous namespace)::f())
mold: error: undefined symbol: a::f(int)
>>> referenced by user.cpp
FAILED: b/libb.torch.so
  "vtable for b::C", referenced from:
      b::C::C() in registration.cpp.o
b/registration.cpp.o:registration.cpp:function x: error: undefined reference to 'b::g<int>(int)'
"""
    assert [*linking.undefined(log)] == [
        ("a", "a::B::get() const", True),
        ("a", "a::f(int)", False),
        ("b", "vtable for b::C", True),
        ("b", "b::g<int>(int)", True),
    ]


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("a::B::get() const", "a::B::get"),
        ("typeinfo for a::B", "a::B"),
        ("a::B::B(std::__cxx11::basic_string<char, std::char_traits<char> >)", "a::B::B"),
        ("std::vector<a::B> a::f<a::C<int> >(int (*)(long)) const", "a::f"),
        ("a::name[abi:cxx11](int)", "a::name"),
        ("PyList_New", "PyList_New"),
    ],
)
def test_the_name_in_a_symbol(symbol: str, name: str) -> None:
    assert linking.qualified(symbol) == name


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sources", "error CG502: there is no file 'absent.x' beside this spec"),
        ("headers", "error CG501: absent.x: No such file or directory"),
    ],
)
def test_missing_files_of_the_user(tmp_path: Path, key: str, message: str) -> None:
    """A file of that name elsewhere is the one that was meant."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "absent.x").touch()
    text = f"library: wrong\ncpp: {{{key}: [absent.x]}}\nbackends: []\n"
    (tmp_path / "wrong.yaml").write_text(text)
    done = build(tmp_path, "wrong.yaml")
    assert done.returncode == 1
    assert f"wrong.yaml:2:{len(key) + 10}: {message}" in done.stderr
    helps = {
        "sources": "write `src/absent.x`, where it stands",
        "headers": "it stands in src: `include_dirs: [src]`",
    }
    assert f"help: {helps[key]}\n" in done.stderr


@pytest.mark.parametrize(
    ("stands", "written"),
    [
        ("src/a.cpp", "../src/a.cpp"),
        ("specs/deep/a.cpp", "deep/a.cpp"),
        ("csrc/src/a.cpp", None),
        ("a.cpp", "../a.cpp"),
    ],
)
def test_files_that_stand_elsewhere(tmp_path: Path, stands: str, written: str | None) -> None:
    (tmp_path / "specs").mkdir()
    file = tmp_path / stands
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    assert check.nearby(tmp_path / "specs", "src/a.cpp") == written


def test_packages_that_are_not_installed(tmp_path: Path) -> None:
    text = "library: wrong\ncpp: {packages: [NoSuchEngine]}\nbackends: []\n"
    (tmp_path / "wrong.yaml").write_text(text)
    done = build(tmp_path, "wrong.yaml")
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
