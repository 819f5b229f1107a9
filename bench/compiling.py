"""What the benches of the compiler share: random methods, the compiler, the table and the checks."""

from __future__ import annotations

import argparse
import difflib
import importlib.metadata
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generate import load, machine, run

FLAGS = ("-O2", "-std=c++20", "-fPIC")

# What everything compiled here includes, and so what is worth precompiling.
HEADER = "torch/custom_class.h"

# Rows that mean the same in each bench.
FLOOR = "floor"
RUN_TIME = "run-time"
GENERATED = "generated"


# Random methods.


@dataclass(frozen=True)
class Type:
    """A type in the words of each contender."""

    schema: str
    cpp: str
    torch: str
    python: str
    """A value to call a method with."""
    convert: str = ""
    """How a hand-written function reads it from an IValue; empty: `to<T>()`."""

    @property
    def read(self) -> str:
        return self.convert or f"to<{self.cpp}>()"


TENSOR = Type("Tensor", "at::Tensor", "c10::TensorType::get()", "torch.ones(2)", "toTensor()")
INT = Type("int", "int64_t", "c10::IntType::get()", "7", "toInt()")
FLOAT = Type("float", "double", "c10::FloatType::get()", "1.5", "toDouble()")
BOOL = Type("bool", "bool", "c10::BoolType::get()", "True", "toBool()")
STR = Type("str", "std::string", "c10::StringType::get()", "'text'", "toStringRef()")
BASES = (TENSOR, INT, FLOAT, BOOL, STR)

# A default of each type that may have one: in a schema, and in C++.
DEFAULTS = {
    INT: ("3", "3"),
    FLOAT: ("0.5", "0.5"),
    BOOL: ("True", "true"),
    STR: ('"auto"', 'std::string("auto")'),
}


def optional(element: Type) -> Type:
    return Type(
        f"{element.schema}?",
        f"std::optional<{element.cpp}>",
        f"c10::OptionalType::create({element.torch})",
        element.python,
    )


def listed(element: Type) -> Type:
    # An IValue gives no std::vector<bool>: its elements are no bool&.
    container = "c10::List" if element == BOOL else "std::vector"
    return Type(
        f"{element.schema}[]",
        f"{container}<{element.cpp}>",
        f"c10::ListType::create({element.torch})",
        f"[{element.python}]",
    )


def mapping(key: Type, value: Type) -> Type:
    return Type(
        f"Dict({key.schema}, {value.schema})",
        f"c10::Dict<{key.cpp}, {value.cpp}>",
        f"c10::DictType::create({key.torch}, {value.torch})",
        f"{{{key.python}: {value.python}}}",
    )


def tupled(items: list[Type]) -> Type:
    return Type(
        f"({', '.join(item.schema for item in items)})",
        f"std::tuple<{', '.join(item.cpp for item in items)}>",
        f"c10::TupleType::create({{{', '.join(item.torch for item in items)}}})",
        f"({', '.join(item.python for item in items)})",
    )


def random_type(choose: random.Random) -> Type:
    """Half of all are plain, as in interfaces that people write; containers are one or two deep."""
    base = choose.choice(BASES)
    match choose.choices(("plain", "T?", "T[]", "T[]?", "Dict", "tuple"), (50, 14, 14, 4, 9, 9))[0]:
        case "T?":
            return optional(base)
        case "T[]":
            return listed(base)
        case "T[]?":
            return optional(listed(base))
        case "Dict":
            return mapping(choose.choice((STR, INT)), choose.choice((base, listed(base))))
        case "tuple":
            items = [choose.choice(BASES) for _ in range(choose.randint(1, 2))]
            return tupled([choose.choice((base, optional(base), listed(base))), *items])
    return base


@dataclass(frozen=True)
class Argument:
    name: str
    type: Type
    default: bool

    @property
    def schema(self) -> str:
        value = f"={DEFAULTS[self.type][0]}" if self.default else ""
        return f"{self.type.schema} {self.name}{value}"


@dataclass(frozen=True)
class Method:
    name: str
    arguments: tuple[Argument, ...]
    result: Type | None

    @property
    def func(self) -> str:
        # A name, so that a tuple is one result and not as many as it has items.
        result = f"({self.result.schema} _0)" if self.result else "NoneType _0"
        return f"{self.name}({', '.join(a.schema for a in self.arguments)}) -> {result}"

    def declaration(self, scope: str = "") -> str:
        result = self.result.cpp if self.result else "void"
        parameters = ", ".join(f"{a.type.cpp} {a.name}" for a in self.arguments)
        return f"{result} {scope}{self.name}({parameters})"


def random_methods(count: int, seed: int) -> list[Method]:
    choose = random.Random(seed)
    methods = []
    for i in range(count):
        kinds = [random_type(choose) for _ in range(choose.randint(0, 4))]
        # Only the last may have a default: no argument without one can follow.
        arguments = tuple(
            Argument(f"a{j}", kind, kind in DEFAULTS and j == len(kinds) - 1 and j % 2 == 1)
            for j, kind in enumerate(kinds)
        )
        result = random_type(choose) if choose.random() < 0.8 else None
        methods.append(Method(f"method_{i}", arguments, result))
    return methods


def class_def(cpp_class: str, namespace: str, header: str, methods: list[Method]) -> str:
    """The file that registers a class of the C++ namespace bench by hand."""
    rows = []
    for method in methods:
        arguments = ", ".join(
            f'torch::arg("{a.name}")' + (f" = {DEFAULTS[a.type][1]}" if a.default else "")
            for a in method.arguments
        )
        rows.append(f'.def("{method.name}", &{cpp_class}::{method.name}, "", {{{arguments}}})')
    chain = "\n        ".join(rows)
    return f"""\
#include "{header}"

namespace bench {{
static auto registered =
    torch::class_<{cpp_class}>("{namespace}", "{cpp_class}")
        .def(torch::init<>())
        {chain};
}}  // namespace bench
"""


# Compiling them.


class Torch:
    """Headers and libraries of the installed torch, found without importing it."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("torch")
        if found is None or found.origin is None:
            sys.exit("torch is not installed: its headers are what is compiled here")
        self.root = Path(found.origin).parent
        include = self.root / "include"
        self.includes = [
            f"-isystem{include}",
            f"-isystem{include / 'torch' / 'csrc' / 'api' / 'include'}",
        ]
        self.libraries = [f"-L{self.root / 'lib'}", "-ltorch", "-ltorch_cpu", "-lc10"]


@dataclass(frozen=True)
class Contender:
    name: str
    source: Path
    includes: tuple[Path, ...]
    flags: tuple[str, ...] = ()


class Compiler:
    """One compiler with one set of flags for all. What it makes goes to `folder`."""

    def __init__(self, name: str, torch: Torch, folder: Path, flags: Sequence[str] = FLAGS) -> None:
        self.name = name
        self.torch = torch
        self.folder = folder
        self.flags = flags
        self._precompiled: list[str | Path] = []
        folder.mkdir()

    @property
    def version(self) -> str:
        done = subprocess.run([self.name, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0]

    def precompile(self, runs: int) -> float:
        """Seconds of CPU for HEADER; all that is compiled from now on starts from it."""
        header = self.folder / "precompiled.h"
        header.write_text(f"#include <{HEADER}>\n")
        options: list[str | Path] = [*self.flags, *self.torch.includes, "-x", "c++-header"]
        command: list[str | Path] = [self.name, *options, header, "-o", f"{header}.gch"]
        cpu = min(run(command).cpu for _ in range(runs))
        # An error: one that does not fit would be left out, and the header read as ever.
        self._precompiled = ["-Winvalid-pch", "-Werror=invalid-pch", "-include", header]
        return cpu

    def compile(self, contender: Contender, runs: int) -> tuple[float, Path]:
        """Seconds of CPU, the least of all runs, and the object."""
        made = self._made(contender.name, ".o")
        includes = [f"-I{folder}" for folder in contender.includes]
        flags = [*self.flags, *contender.flags, *self._precompiled]
        options: list[str | Path] = [*flags, *includes, *self.torch.includes]
        command: list[str | Path] = [self.name, *options, "-c", contender.source, "-o", made]
        return min(run(command).cpu for _ in range(runs)), made

    def link(self, name: str, objects: Sequence[Path], libraries: Sequence[str] = ()) -> Path:
        """A stripped shared object that can be loaded beside torch."""
        library = self._made(name, ".so")
        linked = [*self.torch.libraries, *libraries]
        run([self.name, "-shared", "-s", *objects, *linked, "-o", library])
        return library

    def _made(self, name: str, suffix: str) -> Path:
        return self.folder / (re.sub("[^a-z]+", "_", name) + suffix)


@dataclass(frozen=True)
class Measured:
    cpu: float
    library: Path

    @property
    def size(self) -> int:
        return self.library.stat().st_size


def measure(
    compiler: Compiler, contenders: list[Contender], runs: int, precompile: bool = False
) -> dict[str, Measured]:
    """Prints a row for each as soon as it is known; gives those that register."""
    print("| row | CPU, s | above the floor, s | stripped, KB | load |\n|---|---:|---:|---:|---:|")
    if precompile:
        print(
            f"| precompiled header | {compiler.precompile(runs):.1f} |  |  | {load()} |", flush=True
        )
    floor_cpu = 0.0
    registering: dict[str, Measured] = {}
    run_time: list[Path] = []
    for contender in contenders:
        cpu, made = compiler.compile(contender, runs)
        # Its symbols are hidden: every generated library has a copy, and that is part of its size.
        linked = [made, *run_time] if contender.name == GENERATED else [made]
        measured = Measured(cpu, compiler.link(contender.name, linked))
        if contender.name == FLOOR:
            floor_cpu = cpu
        elif contender.name == RUN_TIME:
            run_time = [made]
        else:
            registering[contender.name] = measured
        above = f"{cpu - floor_cpu:.1f}" if contender.name in registering else ""
        figures = f"{cpu:.1f} | {above} | {measured.size / 1024:,.0f} | {load()}"
        print(f"| {contender.name} | {figures} |", flush=True)
    return registering


# Comparing them.


def loaded(library: Path, script: str) -> list[str]:
    """What a script prints that runs beside a contender; all register the same name, so each is
    loaded in a process of its own."""
    start = "import sys, torch\ntorch.ops.load_library(sys.argv[1])\n"
    command: list[str | Path] = [sys.executable, "-", library]
    done = subprocess.run(command, input=start + script, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{library.name} cannot be loaded or called:\n{done.stderr}")
    return done.stdout.splitlines()


PRINT_SCHEMAS = """\
for schema in torch._C._jit_get_custom_class_schemas():
    print(schema)
"""


def schemas(library: Path) -> list[str]:
    """What a contender registers, without what is its own business: the class of `self`, and the
    name of what is returned."""
    lines = sorted(line for line in loaded(library, PRINT_SCHEMAS) if "method_" in line)
    lines = [re.sub(r"\((Any|__torch__\S+) (self|_0)", "(self", line) for line in lines]
    return [re.sub(r" _0(\)?)$", r"\1", line) for line in lines]


def must_equal(kind: str, found: dict[str, list[str]], count: int) -> None:
    """Ends the program unless all contenders give the same `count` lines."""
    expected = found[GENERATED]
    for name, lines in found.items():
        if lines != expected or len(lines) != count:
            difference = difflib.unified_diff(expected, lines, GENERATED, name, "", "", 0, "")
            sys.exit("\n".join([f"{len(lines)} of {count} {kind} in {name}", *difference]))


# The command line.


def parser(description: str | None, epilog: str, of: str, methods: int) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--methods", type=int, default=methods, help=f"of the {of} ({methods})")
    made.add_argument("--seed", type=int, default=0, help="of their signatures (0)")
    made.add_argument(
        "--runs", type=int, default=1, help="compilations of each; the least counts (1)"
    )
    made.add_argument("--compiler", default="g++", help="g++, or one that takes its flags (g++)")
    made.add_argument(
        "--keep", type=Path, metavar="DIR", help="a new folder to leave sources and objects in"
    )
    return made


@contextmanager
def sources(keep: Path | None) -> Iterator[Path]:
    """A folder that does not exist yet; gone afterwards unless it is to be kept."""
    if keep and keep.exists():
        sys.exit(f"{keep} exists")
    with tempfile.TemporaryDirectory() as temporary:
        yield (keep or Path(temporary) / "sources").resolve()


def introduce(compiler: Compiler, options: argparse.Namespace) -> None:
    """What the figures below depend on."""
    print(f"{machine()}.")
    print(f"{compiler.version}, {' '.join(FLAGS)}, torch {importlib.metadata.version('torch')}.")
    print(f"{options.methods} methods, seed {options.seed}; the least of {options.runs}.\n")
