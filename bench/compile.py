"""Compiles the registration of one interface, generated and written by hand, and compares the cost.

python bench/compile.py
"""

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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generate import codegen, load, machine, run

EPILOG = """\
An interface of random methods and a class that implements it are made up from the seed. Each row
but run-time compiles one source file that includes both:

  floor        the implementation class alone, made once; registers nothing
  run-time     _codegen/src/registration.cpp: once for all generated libraries of a build
  generated    src/registration.cpp of `python -m codegen`; its size includes the run-time
  backend.h    by hand in the pattern of torch/csrc/jit/backends/backend.h: for each method a schema
               built argument by argument and an unboxed std::function that pops the stack, chained
               `_def_unboxed`
  class_::def  by hand with `.def("name", &T::name, "", {torch::arg("x")})`

The last three are loaded and their schemas compared: the rows differ in how they say the same.
"above the floor" is what the registration itself costs. CPU time is user and system of the
compiler and its children, the least of --runs: even that is stretched on a busy machine. The size
is that of the shared object, stripped.

examples:
  python bench/compile.py                            100 methods at -O2
  python bench/compile.py --methods 10 --seed 7      a small interface, other signatures
  python bench/compile.py --keep /tmp/sources        keep what was compiled, to read it
"""

NAMESPACE = "bench"
GENERATED = "generated"
FLAGS = ("-O2", "-std=c++20", "-fPIC")


@dataclass(frozen=True)
class Type:
    """A type in the words of each contender."""

    schema: str
    cpp: str
    torch: str
    convert: str = ""
    """How a hand-written function reads it from an IValue; empty: `to<T>()`."""

    @property
    def read(self) -> str:
        return self.convert or f"to<{self.cpp}>()"


TENSOR = Type("Tensor", "at::Tensor", "c10::TensorType::get()", "toTensor()")
INT = Type("int", "int64_t", "c10::IntType::get()", "toInt()")
FLOAT = Type("float", "double", "c10::FloatType::get()", "toDouble()")
BOOL = Type("bool", "bool", "c10::BoolType::get()", "toBool()")
STR = Type("str", "std::string", "c10::StringType::get()", "toStringRef()")
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
    )


def listed(element: Type) -> Type:
    # An IValue gives no std::vector<bool>: its elements are no bool&.
    container = "c10::List" if element == BOOL else "std::vector"
    return Type(
        f"{element.schema}[]",
        f"{container}<{element.cpp}>",
        f"c10::ListType::create({element.torch})",
    )


def mapping(key: Type, value: Type) -> Type:
    return Type(
        f"Dict({key.schema}, {value.schema})",
        f"c10::Dict<{key.cpp}, {value.cpp}>",
        f"c10::DictType::create({key.torch}, {value.torch})",
    )


def tupled(items: list[Type]) -> Type:
    return Type(
        f"({', '.join(item.schema for item in items)})",
        f"std::tuple<{', '.join(item.cpp for item in items)}>",
        f"c10::TupleType::create({{{', '.join(item.torch for item in items)}}})",
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

    @property
    def declaration(self) -> str:
        result = self.result.cpp if self.result else "void"
        parameters = ", ".join(f"{a.type.cpp} {a.name}" for a in self.arguments)
        return f"{result} {self.name}({parameters})"


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


# What all rows share.


def interface(methods: list[Method]) -> str:
    """The abstract class by hand, as the generator writes it too."""
    declarations = "\n".join(f"  virtual {method.declaration} = 0;" for method in methods)
    return f"""\
#pragma once
#include <torch/custom_class.h>

namespace bench {{
class Interface : public torch::CustomClassHolder {{
 public:
{declarations}
}};
}}  // namespace bench
"""


def implementation(methods: list[Method]) -> str:
    """Bodies of next to nothing, so that what is compared is the registration."""
    bodies = "\n".join(
        f"  {m.declaration} override {{\n    ++calls_;\n"
        + (f"    return {m.result.cpp}();\n  }}" if m.result else "  }")
        for m in methods
    )
    return f"""\
#pragma once
#include "interface.h"

namespace bench {{
class Implementation : public Interface {{
 public:
{bodies}

 private:
  int64_t calls_ = 0;
}};
}}  // namespace bench
"""


# The contenders.


def floor() -> str:
    return """\
#include "implementation.h"

c10::intrusive_ptr<bench::Interface> make() { return c10::make_intrusive<bench::Implementation>(); }
"""


def spec(methods: list[Method]) -> str:
    funcs = "\n".join(f"      - func: '{method.func}'" for method in methods)
    return f"""\
library: bench
cpp: {{include_dirs: [.], headers: [implementation.h]}}
backends:
  - name: table
    namespace: {NAMESPACE}
    interface: Interface
    methods:
{funcs}
    implementations: [{{name: Implementation, class: 'bench::Implementation'}}]
"""


def schema_by_hand(method: Method) -> str:
    lines = ['  c10::Argument self("self", c10::AnyType::get());']
    for argument in method.arguments:
        default = DEFAULTS[argument.type][1] if argument.default else ""
        tail = f", std::nullopt, c10::IValue({default})" if default else ""
        lines.append(
            f'  c10::Argument {argument.name}("{argument.name}", {argument.type.torch}{tail});'
        )
    result = method.result.torch if method.result else "c10::NoneType::get()"
    given = ", ".join(["self", *(argument.name for argument in method.arguments)])
    return "\n".join(
        [
            f"inline c10::FunctionSchema {method.name}_schema() {{",
            *lines,
            f'  c10::Argument result("_0", {result});',
            f'  return c10::FunctionSchema("{method.name}", /*overload_name=*/"",',
            f"                             /*arguments=*/{{{given}}}, /*returns=*/{{result}});",
            "}",
        ]
    )


def function_by_hand(method: Method) -> str:
    pops = [
        # A copy, not a reference into what was popped.
        f"    {argument.type.cpp} {argument.name} = pop(stack).{argument.type.read};"
        for argument in reversed(method.arguments)
    ]
    given = ", ".join(f"std::move({argument.name})" for argument in method.arguments)
    call = f"self->{method.name}({given})"
    return "\n".join(
        [
            "template <typename TBackendInterface>",
            f"std::function<void(Stack&)> {method.name}_func() {{",
            "  return [](Stack& stack) {",
            *pops,
            "    auto self = pop(stack).toCustomClass<TBackendInterface>();",
            f"    auto result = {call};" if method.result else f"    {call};",
            f"    push(stack, {'std::move(result)' if method.result else 'c10::IValue()'});",
            "  };",
            "}",
        ]
    )


def backend_h(methods: list[Method]) -> str:
    functions = "\n\n".join(
        f"{schema_by_hand(method)}\n\n{function_by_hand(method)}" for method in methods
    )
    chain = "\n".join(
        f'            ._def_unboxed("{m.name}",\n'
        f"                          {m.name}_func<TBackendInterface>(), {m.name}_schema())"
        for m in methods
    )
    return f"""\
#include "implementation.h"

namespace bench {{
namespace {{
using torch::jit::pop;
using torch::jit::push;
using torch::jit::Stack;

{functions}
}}  // namespace

template <class TBackendInterface>
class table {{
 public:
  explicit table(const std::string& name) {{
    static auto cls =
        torch::class_<TBackendInterface>("{NAMESPACE}", name)
            .def(torch::init<>())
{chain};
  }}
}};

static table<Implementation> registered("Implementation");
}}  // namespace bench
"""


def class_def(methods: list[Method]) -> str:
    rows = []
    for method in methods:
        arguments = ", ".join(
            f'torch::arg("{a.name}")' + (f" = {DEFAULTS[a.type][1]}" if a.default else "")
            for a in method.arguments
        )
        rows.append(f'.def("{method.name}", &Implementation::{method.name}, "", {{{arguments}}})')
    chain = "\n        ".join(rows)
    return f"""\
#include "implementation.h"

namespace bench {{
static auto registered =
    torch::class_<Implementation>("{NAMESPACE}", "Implementation")
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


# In a process of its own for each contender: all register the same name.
PRINT_SCHEMAS = """\
import sys, torch
torch.ops.load_library(sys.argv[1])
for schema in torch._C._jit_get_custom_class_schemas():
    print(schema)
"""


def schemas(library: Path) -> list[str]:
    """What a contender registers, without what is its own business: the class of `self`."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_SCHEMAS, library], capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{library.name} cannot be loaded:\n{done.stderr}")
    lines = sorted(line for line in done.stdout.splitlines() if "method_" in line)
    return [re.sub(r"\((Any|__torch__\S+) (self|_0)", "(self", line) for line in lines]


@dataclass(frozen=True)
class Contender:
    name: str
    source: Path
    includes: tuple[Path, ...]


def write_sources(folder: Path, methods: list[Method]) -> list[Contender]:
    """Writes what each contender compiles; the run-time comes before what links it."""
    by_hand, ours = folder / "by_hand", folder / "generated"
    by_hand.mkdir(parents=True)
    ours.mkdir()
    (by_hand / "interface.h").write_text(interface(methods))
    # The abstract class is generated too, and ours is held against what the hand-written one says:
    # the same implementation overrides both.
    (ours / "interface.h").write_text("#pragma once\n#include <bench/table.h>\n")
    for side in (by_hand, ours):
        (side / "implementation.h").write_text(implementation(methods))
    texts = {"floor": floor(), "backend_h": backend_h(methods), "class_def": class_def(methods)}
    for name, text in texts.items():
        (by_hand / f"{name}.cpp").write_text(text)
    (ours / "bench.yaml").write_text(spec(methods))
    out = ours / "out"
    codegen(ours / "bench.yaml", "--out", out)
    run_time = out / "_codegen"
    includes = (ours, out / "bench" / "include", run_time / "include")
    return [
        Contender("floor", by_hand / "floor.cpp", (by_hand,)),
        Contender("run-time", run_time / "src" / "registration.cpp", includes),
        Contender(GENERATED, out / "bench" / "src" / "registration.cpp", includes),
        Contender("backend.h", by_hand / "backend_h.cpp", (by_hand,)),
        Contender("class_::def", by_hand / "class_def.cpp", (by_hand,)),
    ]


class Compiler:
    """One compiler with one set of flags for all. What it makes goes to `folder`."""

    def __init__(self, name: str, torch: Torch, folder: Path) -> None:
        self.name = name
        self.torch = torch
        self.folder = folder
        folder.mkdir()

    @property
    def version(self) -> str:
        done = subprocess.run([self.name, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0]

    def compile(self, contender: Contender, runs: int) -> tuple[float, Path]:
        """Seconds of CPU, the least of all runs, and the object."""
        made = self.folder / f"{contender.source.parent.parent.name}_{contender.source.stem}.o"
        includes = [f"-I{folder}" for folder in contender.includes]
        options: list[str | Path] = [*FLAGS, *includes, *self.torch.includes]
        command: list[str | Path] = [self.name, *options, "-c", contender.source, "-o", made]
        return min(run(command).cpu for _ in range(runs)), made

    def link(self, name: str, objects: Sequence[Path]) -> Path:
        """A stripped shared object that can be loaded beside torch."""
        library = self.folder / f"{re.sub('[^a-z]+', '_', name)}.so"
        run([self.name, "-shared", "-s", *objects, *self.torch.libraries, "-o", library])
        return library


def measure(compiler: Compiler, contenders: list[Contender], runs: int) -> dict[str, Path]:
    """Prints a row for each as soon as it is known; gives the shared objects that register."""
    print("| row | CPU, s | above the floor, s | stripped, KB | load |\n|---|---:|---:|---:|---:|")
    floor_cpu = 0.0
    libraries: dict[str, Path] = {}
    run_time: list[Path] = []
    for contender in contenders:
        cpu, made = compiler.compile(contender, runs)
        # Its symbols are hidden: every generated library has a copy, and that is part of its size.
        linked = [made, *run_time] if contender.name == GENERATED else [made]
        library = compiler.link(contender.name, linked)
        match contender.name:
            case "floor":
                floor_cpu = cpu
            case "run-time":
                run_time = [made]
            case name:
                libraries[name] = library
        above = f"{cpu - floor_cpu:.1f}" if contender.name in libraries else ""
        figures = f"{cpu:.1f} | {above} | {library.stat().st_size / 1024:,.0f} | {load()}"
        print(f"| {contender.name} | {figures} |", flush=True)
    return libraries


def compare(libraries: dict[str, Path], count: int) -> None:
    """Ends the program unless all register the same `count` schemas."""
    registered = {name: schemas(library) for name, library in libraries.items()}
    expected = registered[GENERATED]
    for name, lines in registered.items():
        if lines != expected or len(lines) != count:
            difference = difflib.unified_diff(expected, lines, GENERATED, name, "", "", 0, "")
            sys.exit("\n".join([f"{len(lines)} of {count} methods in {name}", *difference]))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--methods", type=int, default=100, help="of the interface (100)")
    parser.add_argument("--seed", type=int, default=0, help="of their signatures (0)")
    parser.add_argument(
        "--runs", type=int, default=1, help="compilations of each; the least counts (1)"
    )
    parser.add_argument("--compiler", default="g++", help="g++, or one that takes its flags (g++)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="a new folder to leave sources and objects in"
    )
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.keep and options.keep.exists():
        sys.exit(f"{options.keep} exists")
    methods = random_methods(options.methods, options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary) / "sources").resolve()
        contenders = write_sources(folder, methods)
        compiler = Compiler(options.compiler, Torch(), folder / "made")
        print(f"{machine()}.")
        print(
            f"{compiler.version}, {' '.join(FLAGS)}, torch {importlib.metadata.version('torch')}."
        )
        print(f"{options.methods} methods, seed {options.seed}; the least of {options.runs}.\n")
        compare(measure(compiler, contenders, options.runs), options.methods)
        print(f"\nAll three register the same {options.methods} schemas.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
