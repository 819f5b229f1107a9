"""What libraries register with torch, found by loading them: a script that `registry` runs in a process of its own.

    python -c <this text> REPORT LIBRARY ...

It writes JSON to REPORT: before it loads a library, which one; at the end, all that is new since. Whatever the library
prints goes where it likes, and if it ends the process, the report tells which one it was. Stands alone, with torch and
the standard library: no module of the package is at hand where it runs.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

PREFIX = "__torch__.torch.classes."
# What typeid calls a type: `torch::class_<T>` asks for the name of c10::tagged_capsule<T>, and nothing else does.
CAPSULES = rb"[\0*](N3c1014tagged_capsuleI[^\0]+)\0"
CAPSULE = "c10::tagged_capsule<"


def main(report: Path, libraries: list[str]) -> None:
    # The folder that it runs in is no place of modules.
    sys.path[:] = [path for path in sys.path if path]
    try:
        torch: Any = importlib.import_module("torch")
    except Exception as error:
        report.write_text(json.dumps({"torch": f"{type(error).__name__}: {error}"}))
        return
    registry = Registry(torch)
    for index, library in enumerate(libraries):
        report.write_text(json.dumps({"loading": index}))
        try:
            torch.ops.load_library(library)
        except Exception as error:
            report.write_text(json.dumps({"loading": index, "error": why(error)}))
            return
    report.write_text("{}")
    report.write_text(json.dumps(registry.news() | {"types": types(torch, libraries)}))


def why(error: BaseException) -> str:
    """What the loader said: torch tells that it could not, and keeps the reason as the cause."""
    return str(error.__cause__ or error)


def types(torch: Any, libraries: Iterable[str]) -> list[str]:
    """The C++ classes that the libraries register, without the names they are registered under."""
    found = set()
    for library in libraries:
        for mangled in re.findall(CAPSULES, Path(library).read_bytes()):
            name = torch._C._demangle(mangled.decode("ascii", errors="replace"))
            if name.startswith(CAPSULE) and name.endswith(">"):
                found.add(name[len(CAPSULE) : -1].strip())
    return sorted(found)


class Registry:
    """What torch knows when it is made; `news` is what came since."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._c: Any = torch._C
        self._schemas = len(self._c._jit_get_custom_class_schemas())
        self._operators = set(self._c._dispatch_get_all_op_names())
        self._kernels = self._all_kernels()

    def news(self) -> dict[str, Any]:
        schemas = self._c._jit_get_custom_class_schemas()
        new = schemas[self._schemas :]
        classes = [Class(self._torch, kind) for kind in class_types(new)]
        return {
            "unknown": attribute(classes, new),
            "classes": [cls.json() for cls in sorted(classes, key=lambda c: c.first) if cls.found],
            "operators": self._new_operators(),
        }

    def _all_kernels(self) -> set[tuple[str, str]]:
        """The operators that have a kernel for a key, each with that key."""
        kernels = set()
        for key in self._c.DispatchKey.__members__:
            # Not every name of the enumeration is a key.
            with suppress(RuntimeError):
                names = self._c._dispatch_get_registrations_for_dispatch_key(key)
                kernels |= {(name, key) for name in names}
        return kernels

    def _new_operators(self) -> list[dict[str, Any]]:
        """Operators that are new, and those of others that have new kernels."""
        kernels: dict[str, list[str]] = {}
        for name, key in sorted(self._all_kernels() - self._kernels):
            kernels.setdefault(name, []).append(key)
        new = set(self._c._dispatch_get_all_op_names()) - self._operators
        operators = []
        for full in sorted(new | kernels.keys()):
            name, _, overload = full.partition(".")
            schema, tags = full, []
            # A kernel may stand under a name that has no schema.
            with suppress(RuntimeError):
                schema = written(self._torch, self._c._get_schema(name, overload))
                found = self._c._get_operation_overload(name, overload)
                tags = [str(tag).rpartition(".")[2] for tag in found[2]] if found else []
            keys = kernels.get(full, [])
            operators.append({"schema": schema, "new": full in new, "keys": keys, "tags": tags})
        return operators


class Class:
    """A class and what torch tells of it. Nothing of it is called: the object that is asked holds no C++ object."""

    def __init__(self, torch: Any, kind: Any) -> None:
        self._torch = torch
        self.name = str(kind)
        self.found: list[dict[str, Any]] = []
        self.first = 0
        self._names: set[str] = set()
        space, _, word = self.name[len(PREFIX) :].partition(".")
        self._wrapper = torch._C._get_custom_class_python_wrapper(space, word)
        self._object = torch._C._create_object_with_type(kind)

    def has(self, schema: Any) -> bool:
        if schema.name in self._names:
            return False
        if self._object._has_method(schema.name):
            return str(self._object._get_method(schema.name).schema) == str(schema)
        return self._declares_static(schema)

    def _declares_static(self, schema: Any) -> bool:
        """Torch tells the schema of a static method to who calls it in a way that fits none."""
        try:
            function = getattr(self._wrapper, schema.name)
        except AttributeError:
            return False
        try:
            function(*[None] * (len(schema.arguments) + 1), **{"": None})
        except Exception as error:
            return str(schema) in str(error)
        return False

    def add(self, schema: Any, place: int) -> None:
        self.first = self.first if self.found else place
        self._names.add(schema.name)
        static = not self._object._has_method(schema.name)
        self.found.append({"schema": written(self._torch, schema), "static": static})

    def json(self) -> dict[str, Any]:
        properties = [
            {
                "name": prop.name,
                "getter": prop.getter.name,
                "setter": prop.setter.name if prop.setter else None,
            }
            for prop in self._object._properties()
        ]
        doc = self._wrapper.__doc__ or ""
        return {"name": self.name, "doc": doc, "methods": self.found, "properties": properties}


def written(torch: Any, schema: Any) -> str:
    """A schema as text, with defaults as a spec has them: torch prints text without its quotes."""
    if not any(argument.has_default_value() for argument in schema.arguments):
        return str(schema)

    def shown(arguments: Any, returns: Any) -> str:
        return str(torch._C.FunctionSchema("f", "", arguments, returns, False, False))

    arguments = []
    for given in schema.arguments:
        bare = torch._C.Argument(
            given.name, given.real_type, given.N, None, False, given.alias_info
        )
        if given.kwarg_only and "*" not in arguments:
            arguments.append("*")
        default = f"={literal(given.default_value)}" if given.has_default_value() else ""
        arguments.append(shown([bare], []).removeprefix("f(").removesuffix(") -> ()") + default)
    returns = shown([], schema.returns).removeprefix("f() -> ")
    return f"{str(schema).partition('(')[0]}({', '.join(arguments)}) -> {returns}"


def literal(value: Any) -> str:
    """A default in the language of schemas; of what that has no text for, the type."""
    match value:
        case None | bool() | int() | float():
            return str(value)
        case complex(real=real, imag=imaginary):
            return f"{real}{'' if str(imaginary).startswith('-') else '+'}{imaginary}j"
        case str():
            return f'"{"".join(map(escaped, value))}"'
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        case dict():
            entries = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
            return f"{{{', '.join(entries)}}}"
    return str(value) if type(value).__name__ == "device" else f"<{type(value).__name__}>"


def escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return f"\\{ord(char):03o}" if ord(char) < 32 or ord(char) == 127 else char


def attribute(classes: list[Class], schemas: Iterable[Any]) -> list[str]:
    """Gives each schema to its class, in the order of registration; those of no class are returned.

    A schema does not tell its class where the receiver is of any type, or where there is none. Classes are
    registered one after the other, so of those which have it the last that was given one is taken.
    """
    recent = list(classes)
    unknown = []
    for place, schema in enumerate(schemas):
        owner = next((cls for cls in recent if cls.has(schema)), None)
        if owner is None:
            unknown.append(str(schema))
            continue
        owner.add(schema, place)
        recent.remove(owner)
        recent.insert(0, owner)
    return unknown


def class_types(schemas: Iterable[Any]) -> Iterable[Any]:
    """The classes that schemas mention, also those that are not new."""
    values = (value for schema in schemas for value in (*schema.arguments, *schema.returns))
    return {str(kind): kind for value in values for kind in mentioned(value.type)}.values()


def mentioned(kind: Any) -> Iterator[Any]:
    if kind.kind() == "ClassType":
        if str(kind).startswith(PREFIX):
            yield kind
        return
    for contained in kind.containedTypes():
        yield from mentioned(contained)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
