"""Backends with interfaces of one's own, called from Python and from TorchScript: values, schemas, errors, and what
the generated files look like to the tools that read them.

tests/native/native.yaml declares every form and every type; its C++ gives back what it is given.
"""

from __future__ import annotations

import importlib
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from conftest import ROOT, run

from codegen import render
from codegen.diagnostics import Diagnostics
from codegen.load import load
from codegen.model import Library
from codegen.source import Source

NATIVE = ROOT / "tests" / "native"

TENSOR = torch.tensor([1.0, 2.0])


def _call_encode(tokenizer: torch.classes.native.whitespace) -> list[int]:
    return tokenizer.encode("a", add_special=False)


def _call_fail(tokenizer: torch.classes.native.whitespace, how: str) -> None:
    tokenizer.fail(how)


def _create(text: str) -> tuple[list[int], str]:
    tokenizer = torch.classes.native.whitespace()
    return tokenizer.encode(text), tokenizer.decode([1])


def _containers(
    types: torch.classes.native_types.types_echo, table: dict[str, tuple[int, list[torch.Tensor]]]
) -> tuple[dict[str, tuple[int, list[torch.Tensor]]], str, tuple[int, int, int]]:
    described = types.defaults(5, k=torch.float64)
    return types.table(table), described, types.keywords(1, unsigned=9)


@pytest.fixture(scope="session")
def types(native: ModuleType) -> Any:
    return native.types_echo.create()


@pytest.fixture
def tokenizer(native: ModuleType) -> Any:
    return native.whitespace.create()


# The returns that torch's parser, or a method with its one return, spells otherwise.
RETURNS = {
    "()": "NoneType _0",
    "(int tokens, float per_word, str[] words)": "((int, float, str[]) _0)",
    "(int operator, int double, int unsigned)": "((int, int, int) _0)",
    "(int, str)": "((int, str) _0)",
    "(int, str)?": "((int, str)? _0)",
    "(int, str)[]": "((int, str)[] _0)",
}


def spec() -> Library:
    """native.yaml as the generator reads it."""
    source = Source("native.yaml", (NATIVE / "native.yaml").read_text(encoding="utf-8"))
    library = load(source, Diagnostics())
    assert library is not None
    return library


def declared() -> list[tuple[str, str]]:
    """Each declaration of native.yaml, with the class that shows it."""
    return [
        (f"{backend.namespace}.{backend.implementations[0].name}", method.func.value)
        for backend in spec().backends
        for method in backend.methods
    ]


@pytest.mark.parametrize(("name", "func"), declared())
def test_schema(native: ModuleType, name: str, func: str) -> None:
    """The registered schema is the declared one, as torch's own parser reads it, with self before it."""
    namespace, _, cls = name.partition(".")
    head, _, returns = func.rpartition(" -> ")
    head = head.replace("(", "(Any self, ", 1).replace("self, )", "self)")
    expected = torch._C.parse_schema(f"{head} -> {RETURNS.get(returns, returns)}")
    found = getattr(getattr(torch.classes, namespace), cls)()
    assert getattr(found, expected.name).schema == expected


GENERATOR = torch.Generator()
STORAGE = TENSOR.untyped_storage()
SAME: dict[str, list[Any]] = {
    "tensor": [TENSOR, torch.empty(0), torch.tensor(3)],
    "integer": [0, -1, 2**63 - 1, -(2**63)],
    "real": [0.5, math.inf, -math.inf, 5e-324],
    "flag": [True, False],
    "text": ["", "ünïcödé 漢字 🙂", "a\0b", "x" * 100_000],
    "complex_number": [1 + 2j, complex(math.inf, -0.0)],
    "scalar": [2, 2.5, True, 1j, 2**63 - 1],
    "device": [torch.device("cpu"), torch.device("cuda:1"), torch.device("meta")],
    "generator": [GENERATOR],
    "stream": [torch.Stream(device="cpu")],
    "sym_int": [4, -(2**63)],
    "sym_bool": [True, False],
    "anything": [None, 1, "text", TENSOR, [1, 2], (1, "a"), {"a": (1, [2.5])}],
    "optional_tensor": [None, TENSOR],
    "optional_integer": [None, 0],
    "integers": [[], [2**63 - 1], list(range(100_000))],
    "pair_of_integers": [[1, 2], [1, 2, 3]],
    "reals": [[], [math.inf, 1e308]],
    "flags": [[], [True, False, True]],
    "texts": [[], ["", "ü"]],
    "tensors": [[], [TENSOR, TENSOR]],
    "optional_tensors": [[], [None, TENSOR, None]],
    "anythings": [[], [1, "a", None, TENSOR]],
    "nested": [[], [[]], [[1], [], [2, 3]]],
    "pairs": [[], [(1, "a"), (2, "")]],
    "pair": [(1, "a")],
    "optional_pair": [None, (1, "a")],
    "by_text": [{}, {"a": TENSOR, "": TENSOR}],
    "by_integer": [{}, {1: "a", -(2**63): ""}],
    "by_real": [{}, {1.5: 2, math.inf: 3}],
    "by_flag": [{}, {True: 1, False: 0}],
    "by_complex": [{}, {1j: 2}],
    "table": [{}, {"a": (1, [TENSOR]), "b": (2, [])}],
    "tree": [{}, {"a": {"b": [1, 2], "": []}, "c": {}}],
}
# An IValue has no tag for these, so torch gives back the number.
NUMBERS: dict[str, list[tuple[Any, int]]] = {
    "scalar_type": [(torch.float32, 6), (torch.int8, 1)],
    "layout": [(torch.strided, 0), (torch.sparse_coo, 1)],
    "memory_format": [(torch.contiguous_format, 0), (torch.channels_last, 2)],
}


def equal(result: Any, expected: Any) -> bool:
    if isinstance(expected, torch.Tensor):
        return torch.equal(result, expected)
    if isinstance(expected, (list, tuple)):
        pairs = zip(result, expected, strict=True)
        return type(result) is type(expected) and all(equal(a, b) for a, b in pairs)
    if isinstance(expected, dict):
        return list(result) == list(expected) and all(equal(result[k], expected[k]) for k in result)
    if isinstance(expected, torch.Generator):
        return bool(result.initial_seed() == expected.initial_seed())
    return bool(type(result) is type(expected) and result == expected)


class TestValues:
    """Every type, in and out; the extremes of each."""

    @pytest.mark.parametrize("method", SAME)
    def test_comes_back_as_it_went(self, types: Any, method: str) -> None:
        for value in SAME[method]:
            assert equal(getattr(types, method)(value), value), value

    @pytest.mark.parametrize("method", NUMBERS)
    def test_comes_back_as_a_number(self, types: Any, method: str) -> None:
        for value, number in NUMBERS[method]:
            assert getattr(types, method)(value) == number

    def test_what_has_no_equality(self, types: Any) -> None:
        assert math.isnan(types.real(math.nan))
        assert types.storage(STORAGE).data_ptr() == STORAGE.data_ptr()
        assert types.tensor(TENSOR) is TENSOR
        assert list(types.by_tensor({TENSOR: 3}).values()) == [3]
        assert types.pair_of_integers(7) == [7, 7]
        assert types.qscheme() == 2  # at::kPerTensorSymmetric
        future: torch.futures.Future[torch.Tensor] = torch.futures.Future()
        future.set_result(TENSOR)
        assert torch.equal(types.future(future).wait(), TENSOR)

    def test_every_type_is_tried(self) -> None:
        elsewhere = {"storage", "by_tensor", "qscheme", "future", "defaults", "keywords", "macros"}
        methods = {func.split("(")[0] for name, func in declared() if name.endswith("types_echo")}
        assert methods == SAME.keys() | NUMBERS.keys() | elsewhere

    def test_an_integer_that_is_too_large(self, types: Any) -> None:
        with pytest.raises(OverflowError, match="argument 'value' does not fit in 64 bits"):
            types.integer(2**63)

    def test_defaults_and_keywords(self, types: Any) -> None:
        assert types.defaults() == "-3|1.5|a \"b\" \\ 'c'|1|0|1 2||7|2|cpu|Float"
        changed = types.defaults(1, c="", e=TENSOR, f=[], g=[0.5], h=None, i=1.5, k=torch.int8)
        assert changed == "1|1.5||1|1||0.5|-1|1.5|cpu|Char"
        assert types.keywords(1) == (1, 2, 3)
        assert types.keywords(double=5, operator=4, unsigned=6) == (4, 5, 6)
        with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
            types.keywords(1, 2, 3)

    def test_arguments_named_like_macros(self, types: Any) -> None:
        assert types.macros(1, 2, 3, 4, 5, CHECK=7, EOF=6) == [1, 2, 3, 4, 5, 6, 7, 8]


class TestImplementations:
    """Several names, one interface."""

    def test_each_runs_its_own_class(self, native: ModuleType) -> None:
        assert native.whitespace.create().encode("ab c") == [1, 2, 1, 2]
        assert native.characters.create().encode("ab c") == [97, 98, 32, 99]

    def test_one_class_under_two_names(self, native: ModuleType) -> None:
        """One is a keyword of C++; torch maps a C++ type to one class, which a call must not ask."""
        for implementation in (native.whitespace, native.default):
            created = implementation.create()
            assert created.encode("abc", add_special=False) == [3]
            assert created._type().qualified_name().endswith(f"native.{implementation.name}")

    def test_a_registration_that_no_spec_knows(self, native: ModuleType) -> None:
        assert torch.classes.native.by_constructor().encode("ab") == [97, 98]

    def test_members_of_other_names_and_state(self, tokenizer: Any) -> None:
        assert tokenizer.count("a bc") == (1, 2.0, ["a", "bc"])
        assert tokenizer.count("") == (2, 0.0, [])
        assert tokenizer.reset() is None
        assert tokenizer.list([1]) == [1]
        assert tokenizer.count("a") == (1, 1.0, ["a"])

    def test_definitions_and_special_tokens(self, tokenizer: Any) -> None:
        assert tokenizer.decode([2, 1]) == "xx x "
        assert tokenizer.encode("a", special=[8, 9]) == [8, 1, 9]

    def test_additional_methods_of_torchs_interface(self, native: ModuleType) -> None:
        created = native.native_echo.create()
        created.execute("handle", [])
        assert created.runs() == 1
        assert created.label("name") == "name..." and created.label("name", width=0) == "name"

    def test_repr(self, native: ModuleType) -> None:
        assert repr(native.default) == "<native.default: torch.classes.native.default>"


class TestErrors:
    """What C++ throws becomes a Python exception, and the object goes on to work."""

    @pytest.mark.parametrize(
        ("how", "raised", "message"),
        [
            ("check", RuntimeError, "checked: check"),
            ("type", TypeError, "checked: type"),
            ("value", ValueError, "checked: value"),
            ("index", IndexError, "checked: index"),
            ("standard", RuntimeError, "standard: ünïcödé"),
            ("integer", RuntimeError, "unknown exception"),
        ],
    )
    def test_eager(self, tokenizer: Any, how: str, raised: type[Exception], message: str) -> None:
        with pytest.raises(raised, match=re.escape(message)):
            tokenizer.fail(how)
        assert tokenizer.fail("not at all") is None

    @pytest.mark.parametrize("how", ["check", "value", "standard"])
    def test_torchscript(self, native: ModuleType, tokenizer: Any, how: str) -> None:
        with pytest.raises(RuntimeError, match=f"{how}"):
            torch.jit.script(_call_fail)(tokenizer, how)

    def test_from_an_argument_that_std_vector_refuses(self, tokenizer: Any) -> None:
        with pytest.raises((IndexError, RuntimeError), match="vector::_M_range_check"):
            tokenizer.encode("a", special=[])


class Scripted(torch.nn.Module):
    """Uses an object of the library as an attribute."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__()
        self.tokenizer = tokenizer

    def forward(self, text: str) -> tuple[list[int], int, list[str]]:
        tokens, _, words = self.tokenizer.count(text)
        return self.tokenizer.encode(text, add_special=False, special=[7, 7]), tokens, words


class TestTorchScript:
    """Methods called by the interpreter: on an argument, on an attribute, on an object that it makes itself."""

    def test_on_an_argument(self, native: ModuleType, tokenizer: Any) -> None:
        assert torch.jit.script(_call_encode)(tokenizer) == [1]

    def test_on_an_attribute(self, tokenizer: Any) -> None:
        assert torch.jit.script(Scripted(tokenizer))("ab c") == ([2, 1], 1, ["ab", "c"])

    def test_on_an_object_made_there(self, native: ModuleType) -> None:
        assert torch.jit.script(_create)("ab c") == ([1, 2, 1, 2], "x ")

    def test_containers(self, types: Any) -> None:
        table = {"a": (1, [TENSOR]), "b": (2, [])}
        result, name, numbers = torch.jit.script(_containers)(types, table)
        assert equal(result, table)
        assert name.startswith("5|") and "|Double" in name
        assert numbers == (1, 2, 9)

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("t.encode(3)", "Expected a value of type 'str' for argument 'text'"),
            ("t.encode('a', True)", "positional"),
            ("t.encode('a', wrong=True)", "Keyword argument wrong unknown"),
            ("t.encode()", "Argument text not provided"),
        ],
    )
    def test_the_compiler_refuses(self, native: ModuleType, code: str, message: str) -> None:
        source = f"def f(t: __torch__.torch.classes.native.whitespace):\n  return {code}\n"
        with pytest.raises(RuntimeError, match=message):
            torch.jit.CompilationUnit(source)


class TestDocs:
    """Text that tries to end the comment or the literal it stands in arrives in Python as it was written."""

    def test_library_and_interface(self, native: ModuleType) -> None:
        assert native.__doc__ is not None
        assert spec().doc.rstrip() in cleandoc(native.__doc__)
        interface = native.TokenizerInterface.__doc__
        assert cleandoc(interface) == spec().backends[1].doc.rstrip()

    def test_method_and_arguments(self, native: ModuleType) -> None:
        method = spec().backends[1].methods[0]
        found = cleandoc(native.TokenizerInterface.encode.__doc__)
        assert found.startswith(method.doc.rstrip())
        for name, doc in method.argument_docs.items():
            assert f"{name}: {' '.join(doc.split())}" in found

    def test_implementation(self, native: ModuleType) -> None:
        doc = spec().backends[1].implementations[0].doc
        assert native.whitespace.__doc__ == doc == 'Splits at spaces; "quoted", \\ and """ too.'

    def test_cpp(self, native_packages: Path) -> None:
        header = (native_packages / "native/include/native/tokenizer.h").read_text("utf-8")
        comments = [line.strip() for line in header.splitlines() if line.lstrip().startswith("///")]
        assert not any(line.endswith("\\") for line in comments)
        assert "/// ünïcödé: 漢字, 🙂; 50 % of */ and {{ text }}." in comments


def run_tool(
    program: str, *arguments: object, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A tool of this environment."""
    return run(Path(sys.executable).with_name(program), *arguments, cwd=cwd, **environment)


class TestTools:
    """What the generated files are to black, ruff, mypy, stubtest and clang-format."""

    PYPROJECT = ROOT / "pyproject.toml"

    @pytest.fixture
    def folders(self, libraries: Path, native_packages: Path) -> tuple[Path, Path]:
        return libraries, native_packages

    @pytest.fixture
    def packages(self, folders: tuple[Path, Path]) -> list[Path]:
        return sorted(init.parent for folder in folders for init in folder.glob("*/__init__.py"))

    @pytest.fixture
    def python_files(self, packages: list[Path]) -> list[Path]:
        """What is generated; modules of the user's own in a package are the user's."""
        names = ("__init__.py", "__init__.pyi", "_runtime.py", "_classes.py")
        paths = [package / name for package in packages for name in names]
        return [path for path in paths if path.exists()]

    @pytest.fixture
    def mypy(self, folders: tuple[Path, Path]) -> Callable[..., subprocess.CompletedProcess[str]]:
        """mypy --strict over what imports the packages. Reading torch takes it a while, so its cache is kept."""
        libraries, native_packages = folders
        path = f"{native_packages}:{libraries}"
        cache = native_packages / ".mypy_cache"

        def check(
            *arguments: object, cwd: Path, path: str = path
        ) -> subprocess.CompletedProcess[str]:
            options = ("--strict", "--enable-error-code=deprecated", "--no-error-summary")
            options += ("--cache-dir", str(cache), "--config-file", "")
            return run_tool("mypy", *options, *arguments, cwd=cwd, MYPYPATH=path)

        return check

    def test_black(self, python_files: list[Path]) -> None:
        """With the mark, which tells it to change nothing, and without."""
        done = run_tool("black", "--diff", "--check", "-q", "-l", "50", *python_files)
        assert done.returncode == 0, done.stdout + done.stderr
        for path in python_files:
            text = path.read_text()
            assert text.count("\n# fmt: off\n") == 1
            text = text.replace("\n# fmt: off\n", "", 1)
            assert render.black(text, stub=path.suffix == ".pyi") == text

    def test_ruff(self, python_files: list[Path]) -> None:
        options = ("check", "--no-cache", "--config", self.PYPROJECT)
        done = run_tool("ruff", *options, *python_files)
        assert done.returncode == 0, done.stdout

    def test_clang_format(self, folders: tuple[Path, Path], packages: list[Path]) -> None:
        roots = [*packages, *(folder / "_codegen" for folder in folders)]
        sources = [
            p for root in roots for p in sorted(root.rglob("*")) if p.suffix in (".h", ".cpp")
        ]
        assert len(sources) > 10
        done = run_tool(
            "clang-format",
            "--dry-run",
            "-Werror",
            f"--style=file:{ROOT / '.clang-format'}",
            *sources,
        )
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("program", ["right.py", "right_classes.py", "annotated.py"])
    def test_mypy_accepts_a_right_program(self, mypy: Callable[..., Any], program: str) -> None:
        done = mypy(program, cwd=NATIVE / "typed")
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize("program", ["wrong.py", "wrong_classes.py"])
    def test_mypy_refuses_each_wrong_line(self, mypy: Callable[..., Any], program: str) -> None:
        lines = (NATIVE / "typed" / program).read_text(encoding="utf-8").splitlines()
        done = mypy(program, cwd=NATIVE / "typed")
        found = re.findall(r"^\w+\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
        expected = [
            (str(number), line.rpartition("# ")[2])
            for number, line in enumerate(lines, 1)
            if "  # " in line
        ]
        assert found == expected

    @pytest.mark.parametrize("left_out", ["__init__.py", "__init__.pyi"])
    def test_mypy_accepts_the_packages(
        self, packages: list[Path], mypy: Callable[..., Any], tmp_path: Path, left_out: str
    ) -> None:
        """A stub hides the module beside it, so each is checked without the other."""
        for package in packages:
            ignored = shutil.ignore_patterns(left_out, "*.so", "__pycache__", "src", "include")
            shutil.copytree(package, tmp_path / package.name, ignore=ignored)
        modules = [f"--module={p.name}{m}" for p in packages for m in ("", "._runtime")]
        done = mypy(*modules, cwd=tmp_path, path=str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr

    def test_stubtest(
        self, folders: tuple[Path, Path], packages: list[Path], tmp_path: Path
    ) -> None:
        """Stubs and modules agree; torch is left out."""
        config = tmp_path / "mypy.ini"
        config.write_text("[mypy]\n[mypy-torch.*]\nfollow_imports = skip\n", encoding="utf-8")
        # `rival` cannot be imported beside `broken`, and `needy` not at all; that is what they are for.
        names = [p.name for p in packages if p.name not in ("rival", "needy")]
        path = ":".join(map(str, folders))
        options = ("--mypy-config-file", config)
        done = run_tool("stubtest", *options, *names, cwd=tmp_path, MYPYPATH=path, PYTHONPATH=path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_library_without_cpp_of_its_own(native_packages: Path) -> None:
    """An interface that others implement: nothing but the run-time support is linked."""
    assert importlib.import_module("bare").__all__ == ["CodecInterface"]
