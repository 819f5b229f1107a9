"""What a spec declares, as frozen values. The schema, not the C++ type, is the internal form.

The model knows no target: how a declaration is spelled in C++, Python or CMake belongs to `names.py` and the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codegen import prose
from codegen.schema import FunctionSchema
from codegen.schema_parser import parse
from codegen.source import Source, Text

BACKENDS_NAMESPACE = "__backends__"
TORCH_INTERFACE = "torch::jit::PyTorchBackendInterface"
# torch/csrc/jit/backends/backend.h: getIsAvailableSchema, getCompileSchema, getExecuteSchema.
TORCH_DOCS = {
    "is_available() -> bool available": "Whether the backend can compile and execute here and now.",
    "compile(Any processed, Dict(str, Any) method_compile_spec) -> Dict(str, Any) handles": (
        "Compile what preprocess returned; gives a handle for each method of the spec."
    ),
    "execute(Any handle, Any[] input) -> Any[] output": (
        "Run the method that the handle stands for; gives its outputs as a list."
    ),
}
TORCH_METHODS = {schema.name: schema for schema in map(parse, TORCH_DOCS)}


class Method(NamedTuple):
    """A method of an interface. `schema` is as declared: without self, with any number of returns."""

    func: Text
    schema: FunctionSchema
    doc: str
    argument_docs: Mapping[str, str]
    impl: Text | None
    """The C++ member function, where it is not called as the method is."""

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def documentation(self) -> str:
        """`doc` with what is said of the arguments below it, as torch's own docstrings have it."""
        entries = (
            f"    {name}: {' '.join(doc.split())}" for name, doc in self.argument_docs.items()
        )
        arguments = "\n".join(prose.wrap(entry, "    ") for entry in entries)
        return "\n\n".join(filter(None, [self.doc, arguments and f"Args:\n{arguments}"]))

    @property
    def member(self) -> str:
        return self.impl.value if self.impl else self.name


class Implementation(NamedTuple):
    """A C++ class that is registered under a name.

    `preprocess` is a C++ `torch::jit::detail::BackendPreprocessFunction`; `prepare` a Python `package.module:function`.
    """

    name: Text
    cls: Text
    doc: str
    preprocess: Text | None
    prepare: Text | None


class Backend(NamedTuple):
    """An interface and its implementations, in the pattern of torch/csrc/jit/backends/backend.h."""

    name: Text
    namespace: Text
    interface: Text
    doc: str
    methods: tuple[Method, ...]
    implementations: tuple[Implementation, ...]

    @property
    def delegates(self) -> bool:
        """Whether modules are lowered to it: the interface is torch's own."""
        return self.interface.value == TORCH_INTERFACE


class Cpp(NamedTuple):
    """The user's own C++. Paths are relative to the spec."""

    include_dirs: tuple[Text, ...] = ()
    headers: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()
    packages: tuple[Text, ...] = ()
    libraries: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()


class Library(NamedTuple):
    """One shared object, one Python package, one C++ namespace."""

    name: Text
    namespace: Text
    doc: str
    cpp: Cpp
    modules: tuple[Text, ...]
    """Python modules of the user's that travel in the package; relative to the spec."""
    backends: tuple[Backend, ...]
    source: Source
