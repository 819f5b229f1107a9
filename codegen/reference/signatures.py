"""How a callable is written in Python, in C++ and in TorchScript, with its types linked to the classes they name.

The Python is that of the stub; the C++ is that of a generated interface. A signature that does not fit a line has an
argument a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from codegen import names
from codegen.cpp_text import Spelling
from codegen.model import TORCH_METHODS, Backend, Class, Library, Method, Property
from codegen.python import Annotations
from codegen.reference.markup import linked, named, plain
from codegen.results import named_tuples, result_of
from codegen.schema import Argument, FunctionSchema, default_text
from codegen.types import Type, python, rename

WIDTH = 78
Anchors = Mapping[str, str]
"""Where the classes of all libraries of a run stand, by their full names in TorchScript."""


class Signatures:
    """Those of one library."""

    def __init__(self, library: Library, anchors: Anchors) -> None:
        self._library = library
        self._results = named_tuples(library)
        own = {
            name: (cls, anchors[library.qualified(cls.name)]) for name, cls in library.own.items()
        }
        foreign = {name: anchors[name] for name in anchors.keys() - own.keys()}
        self._python = {
            **{name: linked(anchor, "torch._C.ScriptObject") for name, anchor in foreign.items()},
            **{name: linked(anchor, cls.name.value) for name, (cls, anchor) in own.items()},
        }
        self._cpp = {name: linked(anchor, cls.cls.value) for name, (cls, anchor) in own.items()}
        self._schema = {
            **{name: linked(anchor, name) for name, anchor in foreign.items()},
            **{name: linked(anchor, name) for name, (_, anchor) in own.items()},
        }

    def type(self, t: Type) -> str:
        """As the schema has it."""
        return str(rename(t, self._schema))

    def python(self, owner: str, method: Method, *, constructs: bool = False) -> str:
        """`owner` is the class or the protocol that has it."""
        value = method.schema.with_one_return().returns[0].type
        result = result_of(owner, method)
        returns = self._results[result] if result else python(value, self._python, returned=True)
        returns = "None" if constructs else returns
        receiver = [] if method.static else ["self"]
        parameters = self._python_parameters(method.schema.arguments)
        decorator = "@staticmethod\n" if method.static else ""
        head = f"{decorator}def {named(method.name)}("
        return _laid_out(head, [*receiver, *parameters], f") -> {returns}")

    def _python_parameters(self, arguments: Iterable[Argument]) -> Iterator[str]:
        annotated, starred = Annotations(self._python, frozenset()), False
        for argument in arguments:
            if argument.kwarg_only and not starred:
                starred = True
                yield "*"
            yield annotated.parameters([replace(argument, kwarg_only=False)])

    def cpp_virtual(self, method: Method, backend: Backend) -> str:
        """What an implementation overrides; nothing for what it has besides torch's own methods."""
        torchs = backend.delegates and method.name in TORCH_METHODS
        if backend.delegates and not torchs:
            return ""
        spelled = Spelling(self._library, torchs_own=torchs, classes=self._cpp)
        head = f"virtual {spelled.returns(method.schema)} {named(method.member)}("
        return _laid_out(head, spelled.parameters(method.schema), ") = 0")

    def schema(self, schema: FunctionSchema, name: str) -> str:
        """As it is declared, by the name that TorchScript knows it by."""
        shown = replace(schema.renamed(self._schema), name=named(name), overload="")
        head, _, tail = str(replace(shown, arguments=())).partition("()")
        arguments: list[str] = []
        for argument in shown.arguments:
            if argument.kwarg_only and "*" not in arguments:
                arguments.append("*")
            arguments.append(str(argument))
        return _laid_out(f"{head}(", arguments, f"){tail}")

    def returned(self, schema: FunctionSchema) -> str:
        """The types and names of what comes back; nothing for None."""
        shown = schema.renamed(self._schema).returns
        text = ", ".join(map(str, shown))
        return f"({text})" if len(shown) > 1 else text

    def python_property(self, prop: Property) -> str:
        return f"{named(prop.name.value)}: {python(prop.type, self._python, returned=True)}"

    def schema_property(self, prop: Property) -> str:
        """The methods that TorchScript reads and writes it by."""
        name, t = prop.name.value, prop.type
        reads = FunctionSchema("", "", (), (Argument("", t),))
        lines = [self.schema(reads, names.getter(name))]
        if prop.writable:
            writes = FunctionSchema("", "", (Argument("value", t),), ())
            lines.append(self.schema(writes, names.setter(name)))
        return "\n".join(lines)

    def state(self, cls: Class) -> str:
        """What of an object torch sees while it traces."""
        items = (f"{flat.name}: {self.type(flat.type)}" for flat in cls.flatten)
        return ", ".join(items)


def default(argument: Argument) -> str:
    """As it is declared."""
    if argument.default is None:
        return ""
    return default_text(argument.default.value, argument.type)


def _laid_out(head: str, items: Sequence[str], tail: str) -> str:
    line = head + ", ".join(items) + tail
    if len(plain(line).rpartition("\n")[2]) <= WIDTH or not items:
        return line
    return ",\n    ".join([f"{head}\n    {items[0]}", *items[1:]]) + f"\n{tail}"
