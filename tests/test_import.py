"""`python -m codegen import`: what a library registers is declared, and registered alike once that is built.

Torch's own test library is imported, scaffolded, built and held against the original; tests/imported/odd.cpp registers
what a spec cannot say.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from conftest import ROOT, build
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen import check, overloads
from codegen.cli import main
from codegen.diagnostics import Diagnostics
from codegen.importing import pieces, printing, registry
from codegen.importing.cpp_guess import guess
from codegen.load import load
from codegen.model import Library, Method
from codegen.schema import FunctionSchema
from codegen.source import Source

IMPORTED = ROOT / "tests" / "imported"
TORCH = Path(torch.__file__).parent
TORCHBIND = TORCH / "lib" / "libtorchbind_test.so"
ships_tests = pytest.mark.skipif(
    not TORCHBIND.exists(), reason="this torch ships no libtorchbind_test.so"
)
SCHEMAS = """
import sys, torch
before = len(torch._C._jit_get_custom_class_schemas())
torch.ops.load_library(sys.argv[1])
print(*sorted(map(str, torch._C._jit_get_custom_class_schemas()[before:])), sep="\\n")
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_library(IMPORTED / "odd.cpp", tmp_path_factory.mktemp("odd"))


def compile_library(source: Path, folder: Path, *definitions: str) -> Path:
    """As a build that knows nothing of codegen would."""
    library = folder / f"lib{source.stem}.so"
    includes = [f"-I{TORCH / 'include'}", f"-I{TORCH / 'include/torch/csrc/api/include'}"]
    links = [f"-L{TORCH / 'lib'}", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{TORCH / 'lib'}"]
    options = ["-shared", "-fPIC", "-std=c++20", "-O0", "-w", *definitions]
    command = ["c++", *options, *includes, str(source), *links, "-o", str(library)]
    subprocess.run(command, check=True)
    return library


def imported(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert main(["import", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def registered(library: Path) -> list[str]:
    """What torch says of it, in a process that loads nothing else."""
    command = [sys.executable, "-W", "ignore", "-c", SCHEMAS, str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def loaded(text: str) -> Library:
    """A spec that has to be clean."""
    diagnostics = Diagnostics()
    library = load(Source("imported.yaml", text), diagnostics)
    assert library is not None
    check.check([library], diagnostics)
    assert [d.message for d in diagnostics] == []
    return library


def golden(name: str, text: str, request: pytest.FixtureRequest) -> None:
    path = IMPORTED / name
    if request.config.getoption("--update"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@ships_tests
def test_torchs_own_library(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    text = imported(capsys, TORCHBIND)
    golden("torchbind_test.yaml", text, request)
    assert len(loaded(text).classes) == 17


@ships_tests
def test_what_is_imported_builds_and_registers_the_same(tmp_path: Path) -> None:
    """All of it: there is no difference to list. Two classes change their C++ namespace first, for it is
    torch::jit there, and a scaffold writes nothing into torch's own.
    """
    spec = tmp_path / "torchbind_test.yaml"
    text = (IMPORTED / "torchbind_test.yaml").read_text()
    assert text.count("torch::jit::") == 2
    spec.write_text(text.replace("torch::jit::", "torchbind_test::"))
    assert main(["scaffold", str(spec)]) == 0
    build(spec, out=tmp_path / "generated")
    built = tmp_path / "generated" / "torchbind_test" / "libtorchbind_test.torch.so"
    assert registered(built) == registered(TORCHBIND)
    assert len(registered(built)) == 85


@pytest.mark.parametrize("name", ["objects", "native", "traced", "counter"])
def test_our_own_libraries(
    name: str, native_packages: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Their specs and those that are imported declare the same, but for what a class has of its base: it is its own."""
    text = imported(capsys, native_packages / name / f"lib{name}.torch.so")
    assert "Left out" not in text
    declared = load(Source(name, (ROOT / f"tests/native/{name}.yaml").read_text()), Diagnostics())
    assert declared is not None
    again = loaded(text)
    assert again.name.value == name
    for cls in declared.classes:
        own = schemas(declared, cls.name.value)
        bases = (schemas(declared, base.name.value) for base in declared.ancestors(cls))
        assert own <= schemas(again, cls.name.value) <= own.union(*bases)
    assert implementations(declared).items() <= implementations(again).items()


def implementations(library: Library) -> dict[str, set[FunctionSchema]]:
    """By name, the schemas of those that codegen registers; others of the library are registered by hand."""
    names = ((i.name.value, b) for b in library.backends for i in b.implementations)
    return {
        name: {library.registered(m.schema).with_one_return() for m in backend.methods}
        for name, backend in names
    }


def registered_as(library: Library, method: Method, name: str) -> FunctionSchema:
    schema = library.registered(method.schema).with_one_return()
    return replace(schema, name=name, overload="")


def schemas(library: Library, name: str) -> set[tuple[object, bool]]:
    """What a class is registered with, by the names of TorchScript; docs and C++ aside."""
    cls = library.own[name]
    found: set[tuple[object, bool]] = set()
    for word, method in overloads.by_torchscript_name(cls.methods):
        found.add((registered_as(library, method, word), method.static))
    if cls.init:
        found.add((registered_as(library, cls.init, "__init__"), False))
    found |= {(f"{p.name}: {p.type}, {p.writable}", False) for p in cls.properties}
    found |= {(f"flatten {index}: {flat.type}", False) for index, flat in enumerate(cls.flatten)}
    if cls.pickle:
        found.add((f"pickle {cls.pickle.state}", False))
    return found


@ships_tests
def test_delegates_of_several_libraries(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    libraries = [TORCH / "lib" / f"lib{n}.so" for n in ("jitbackend_test", "backend_with_compiler")]
    text = imported(capsys, *libraries, "--library", "delegates")
    golden("delegates.yaml", text, request)
    (backend,) = loaded(text).backends
    assert backend.delegates and len(backend.implementations) == 3


def test_what_a_spec_cannot_say(
    odd: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    text = imported(capsys, odd, "--namespace", "odd")
    golden("odd.yaml", text, request)
    library = loaded(text)
    plain = library.own["Plain"]
    (doc,) = (cls["doc"] for cls in yaml.safe_load(text)["classes"] if cls["name"] == "Plain")
    assert doc == (
        "Two lines, and what YAML would take amiss: # no comment, 'quotes', \"quotes\" \\ and \t.\n"
        "  indented\n\nwith a last line: é\u2028 \a "
    )
    assert [method.name for method in plain.methods if method.static] == ["make", "of"]
    assert [method.name for method in library.own["Other"].methods] == ["make"]


def test_namespaces_and_names(
    odd: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, message in {
        (): "classes are in the namespaces odd, odd_too, and a spec has one: choose it with --namespace",
        ("--namespace", "no"): "nothing is in the namespace 'no': odd, odd_too",
        ("--namespace", "odd", "--library", "time"): (
            "a library called 'time' would be in the way of what has that name already, "
            "for example 'time_backend'; --library NAME gives the library another name"
        ),
    }.items():
        assert main(["import", str(odd), *arguments]) == 2
        assert capsys.readouterr().err == f"codegen: error: {message}\n"
    library = loaded(imported(capsys, odd, "--namespace", "odd_too", "--library", "other"))
    assert (library.name.value, library.namespace.value) == ("other", "odd_too")
    assert [str(cls.cls) for cls in library.classes] == ["odd::Elsewhere"]


def test_kernels_for_operators_of_others(odd: Path) -> None:
    found = registry.read([odd])
    others = tuple(operator for operator in found.operators if not operator.new)
    assert [(operator.schema.partition("(")[0], operator.keys) for operator in others] == [
        ("aten::alias", ("PrivateUse1",))
    ]
    text = printing.spec(found._replace(classes=(), operators=others), ["odd.so"], "odd").text
    assert (
        "\n# Kernels for operators that torch has of others:\n#   aten::alias: PrivateUse1\n"
        in text
    )


def test_files_are_never_written_over(
    odd: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spec = tmp_path / "specs" / "odd.yaml"
    command = ["import", str(odd), "--namespace", "odd", "-o", str(spec)]
    assert main(command) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"codegen: {spec}: written",
        "codegen: 13 declarations are comments, with the reason above",
        "codegen: operators are comments: this version of the format has none",
    ]
    assert main([str(spec), "--out", str(tmp_path / "generated")]) == 0
    spec.write_text("mine")
    assert main(command) == 2
    assert "is left as it is" in capsys.readouterr().err
    assert spec.read_text() == "mine"


def test_the_library_of_the_docs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """docs/import.md quotes its C++ and what is printed."""
    text = imported(capsys, compile_library(IMPORTED / "vecdb.cpp", tmp_path))
    golden("vecdb.yaml", text, request)
    assert [method.name for method in loaded(text).own["Index"].methods] == [
        "add",
        "search",
        "metric",
    ]


@ships_tests
def test_operators_alone(capsys: pytest.CaptureFixture[str]) -> None:
    library = TORCH / "lib" / "libaoti_custom_ops.so"
    assert main(["import", str(library)]) == 0
    said = capsys.readouterr()
    assert "#   - func: custom_add(Tensor t1, Tensor t2) -> Tensor\n" in said.out
    assert "it is no spec yet" in said.err


def test_libraries_that_do_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is told with its reason, and codegen lives on."""
    missing, text = tmp_path / "missing.so", tmp_path / "libtext.so"
    text.write_text("no shared object")
    aborts = compile_library(IMPORTED / "ends.cpp", tmp_path, "-DABORTS")
    for library, message in {
        missing: f"there is no file {missing}\n",
        text: f"{text} cannot be loaded: file too short\n",
        aborts: (
            f"{aborts}: while it was loaded the process ended with SIGABRT:\n"
            "  first things first\n  it ends here\n"
        ),
    }.items():
        assert main(["import", str(library)]) == 2
        assert capsys.readouterr() == ("", f"codegen: error: {message}")


@pytest.mark.parametrize(
    ("definition", "message"),
    {
        "EXITS": "while it was loaded the process ended with exit code 3:\n  first things first",
        "LACKS": "cannot be loaded: undefined symbol: ",
        "NOTHING": "loaded, and torch knows no class and no operator that it had not before",
        "TWICE": "SIGABRT:\n  first things first\n  terminate called after throwing an instance of 'c10::Error'",
    }.items(),
)
def test_libraries_that_misbehave(
    definition: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = compile_library(IMPORTED / "ends.cpp", tmp_path, f"-D{definition}")
    assert main(["import", str(library)]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "frame #" not in said


def test_without_torch(tmp_path: Path) -> None:
    """Of an environment that has codegen and no torch."""
    hidden = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
        "import sys; from codegen.cli import main; sys.exit(main(['import', 'x.so']))"
    )
    command = [sys.executable, "-c", hidden]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("only torch tells: pip install torch\n")


def test_folders_with_names_of_modules_are_no_matter(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise SystemExit('not this one')")
    shutil.copy(odd, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["import", odd.name, "--namespace", "odd_too"]) == 0


def test_guesses() -> None:
    names = [
        "__torch__.torch.classes.a.Index",
        "__torch__.torch.classes.a._index",
        "__torch__.torch.classes.a.Rest",
    ]
    types = ["b::Index", "(anonymous namespace)::Index_", "codegen::Held<c::Odd<int> >"]
    found = guess(names, types, "lib")
    assert list(found.classes.values()) == [
        ("b::Index", ""),
        ("lib::Index_", "in an unnamed namespace there"),
        ("c::Odd<int>", "by elimination"),
    ]
    assert guess(names[:1], ["f()::Index", "x::Other", "y::Other"], "lib") == (
        {names[0]: ("lib::Index", "a guess")},
        ("x::Other", "y::Other"),
    )


WORDS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(["a", "b", "no", "1"])
TYPES = st.sampled_from(["int", "Tensor", "str[]", "(int, str)", "nonsense", "NoneType"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(WORDS, WORDS, st.lists(st.tuples(WORDS, WORDS, TYPES)), WORDS), max_size=4)
)
def test_whatever_is_registered_the_text_loads(
    classes: Sequence[tuple[str, str, Sequence[tuple[str, str, str]], str]],
) -> None:
    """Also names and docs that torch would not take; docs come back to the letter."""
    found = []
    for name, doc, methods, prop in classes:
        full = f"__torch__.torch.classes.space.{name.replace('.', '')}"
        members = [
            registry.Member(f"{method}({full} _0, {kind} {argument}) -> {kind} _0", False)
            for method, argument, kind in methods
        ]
        accessors = [registry.Accessors(prop, m.name, None) for m in members[:1]]
        found.append(registry.Registered(full, doc, tuple(members), tuple(accessors)))
    text = printing.spec(registry.Registry(tuple(found), (), (), ()), ["a.so"], "made").text
    if "\nclasses:" in text:
        loaded(text)
        docs = {(cls.short, cls.doc) for cls in found}
        for cls in yaml.safe_load(text)["classes"]:
            assert (cls["name"], cls.get("doc", "")) in docs


def test_long_docs_and_comments_stay_on_their_lines() -> None:
    assert pieces.comment("a\nb\t\x00é\u2028") == "# a\\nb\\t\\x00é\\u2028"
    assert pieces.entries({"doc": "a\nb"}) == ("doc: |-", "  a", "  b")
    first, *rest = pieces.entries({"doc": "word " * 60 + "end"})
    assert first == "doc: >-" and all(len(line) < 110 for line in rest)
