"""What a spec declares, as frozen values. The schema, not the C++ type, is the internal form.

The model knows no target: how a declaration is spelled in C++, Python or CMake belongs to `names.py` and the views.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from codegen import prose, types
from codegen.schema import FunctionSchema
from codegen.schema_parser import parse
from codegen.source import Source, Span, Text
from codegen.types import CLASSES_PREFIX, Type

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


class TensorRule(NamedTuple):
    """A new tensor: as `like`, or of `size`; what is given besides `like` is in place of what that has."""

    span: Span
    like: Text | None
    size: tuple[Text, ...] | None
    dtype: Text | None
    device: Text | None


class ValueRule(NamedTuple):
    """A value that is no tensor: a literal, an argument, a flattened item; or a list of those."""

    span: Span
    value: Text | tuple[Text, ...]


class FunctionRule(NamedTuple):
    """A Python function, `package.module:function`."""

    path: Text

    @property
    def span(self) -> Span:
        return self.path.span


class SeveralRules(NamedTuple):
    """A rule for each item of a tuple or a list."""

    span: Span
    items: tuple[Rule, ...]


Rule = TensorRule | ValueRule | FunctionRule | SeveralRules
"""What a method returns while torch traces; `fakes` reads what it means."""


class Method(NamedTuple):
    """A method of an interface or a class. `schema` is as declared: without self, with any number of returns."""

    func: Text
    schema: FunctionSchema
    doc: str
    argument_docs: Mapping[str, str]
    impl: Text | None
    """The C++ member function, where it is not called as the method is; for a class, also a free function."""
    static: bool = False
    holds_gil: bool = False
    """Whether a call from Python keeps the GIL while C++ runs."""
    fake: Rule | None = None
    deprecated: Text | None = None
    """What to use instead; `doc` says it too."""

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
    def undocumented(self) -> Method:
        return self._replace(doc="", argument_docs={})

    @property
    def member(self) -> str:
        return self.impl.value if self.impl else self.name

    @property
    def called(self) -> Text:
        """`member`, and where the spec names it."""
        return self.impl or Text(self.name, self.func.span)


class Implementation(NamedTuple):
    """A C++ class that is registered under a name.

    `preprocess` is a C++ `torch::jit::detail::BackendPreprocessFunction`; `prepare` a Python `package.module:function`.
    """

    name: Text
    cls: Text
    doc: str
    preprocess: Text | None
    prepare: Text | None
    deprecated: Text | None


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


class Property(NamedTuple):
    """An attribute of a class: by a getter, with or without a setter, or by a data member."""

    name: Text
    text: Text
    """What `type` was read from."""
    type: Type
    doc: str
    getter: Text | None
    setter: Text | None
    field: Text | None
    readonly: bool
    deprecated: Text | None
    span: Span
    """All that is declared of it."""

    @property
    def writable(self) -> bool:
        return self.setter is not None or (self.field is not None and not self.readonly)


class Pickle(NamedTuple):
    """How an object is saved: `getter` gives its state, `setter` makes an object of it."""

    text: Text
    """What `state` was read from."""
    state: Type
    getter: Text
    setter: Text


class Flat(NamedTuple):
    """One item of `__obj_flatten__`: a property, else a const member function."""

    name: Text
    text: Text
    """What `type` was read from."""
    type: Type


class Class(NamedTuple):
    """A TorchScript custom class, as torch/custom_class.h registers one.

    `init` is a method `__init__` whose text holds only the arguments; its `impl` is a factory.
    """

    name: Text
    cls: Text
    base: Text | None
    doc: str
    init: Method | None
    methods: tuple[Method, ...]
    properties: tuple[Property, ...]
    pickle: Pickle | None
    flatten: tuple[Flat, ...]
    flatten_span: Span | None
    """Where `flatten:` stands, which may list nothing; None without it."""
    tracing_mode: Text | None
    deprecated: Text | None
    span: Span
    """All that is declared of it."""

    @property
    def faked(self) -> bool:
        """Whether torch.compile and torch.export see a fake of its objects."""
        return self.flatten_span is not None and self.tracing_mode is None

    @property
    def class_names(self) -> list[str]:
        """The classes that its schemas mention."""
        callables = (*self.methods, *([self.init] if self.init else []))
        kept = [prop.type for prop in self.properties] + [flat.type for flat in self.flatten]
        kept += [self.pickle.state] if self.pickle else []
        mentioned = [name for method in callables for name in method.schema.class_names]
        return mentioned + [name for t in kept for name in types.class_names(t)]


class Cpp(NamedTuple):
    """The user's own C++. Paths are relative to the spec."""

    include_dirs: tuple[Text, ...] = ()
    headers: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()
    packages: tuple[Text, ...] = ()
    libraries: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()


class Suppression(NamedTuple):
    """A finding of `breaking` that is meant."""

    code: Text
    name: Text
    """Of what changed, as `Index.search`."""
    reason: Text


@dataclass(frozen=True)
class Library:
    """One shared object, one Python package, one C++ namespace."""

    name: Text
    namespace: Text
    doc: str
    cpp: Cpp
    modules: tuple[Text, ...]
    """Python modules of the user's that travel in the package; relative to the spec."""
    backends: tuple[Backend, ...]
    classes: tuple[Class, ...]
    breaking: tuple[Suppression, ...]
    source: Source

    def qualified(self, name: Text) -> str:
        """The name of one of its classes in TorchScript."""
        return f"{CLASSES_PREFIX}{self.namespace}.{name}"

    @cached_property
    def own(self) -> Mapping[str, Class]:
        """Its classes by each name that a schema may call them."""
        return {
            name: cls for cls in self.classes for name in (cls.name.value, self.qualified(cls.name))
        }

    @cached_property
    def foreign(self) -> Set[str]:
        """The classes of other libraries that its classes mention."""
        return {name for cls in self.classes for name in cls.class_names} - self.own.keys()

    @property
    def undocumented(self) -> Library:
        """The same without docs."""
        backends = (
            backend._replace(
                doc="",
                methods=tuple(method.undocumented for method in backend.methods),
                implementations=tuple(i._replace(doc="") for i in backend.implementations),
            )
            for backend in self.backends
        )
        classes = (
            cls._replace(
                doc="",
                init=cls.init and cls.init.undocumented,
                methods=tuple(method.undocumented for method in cls.methods),
                properties=tuple(prop._replace(doc="") for prop in cls.properties),
            )
            for cls in self.classes
        )
        return replace(self, doc="", backends=tuple(backends), classes=tuple(classes))

    @property
    def traced(self) -> bool:
        """Whether torch.compile and torch.export see fakes of some of its objects."""
        return any(cls.faked for cls in self.classes)

    def registered(self, schema: FunctionSchema) -> FunctionSchema:
        """A schema as torch is to know it: classes by their full names."""
        return schema.renamed(self._qualified)

    @cached_property
    def _qualified(self) -> Mapping[str, str]:
        return {name: self.qualified(cls.name) for name, cls in self.own.items()}

    @cached_property
    def bases(self) -> Mapping[str, str]:
        """The base of each class that has one, which is declared before it."""
        bases: dict[str, str] = {}
        before: set[str] = set()
        for cls in self.classes:
            if cls.base and cls.base.value in before:
                bases[cls.name.value] = cls.base.value
            before.add(cls.name.value)
        return bases

    def ancestors(self, cls: Class) -> Iterator[Class]:
        """The base of a class, its base, and so on."""
        name = cls.name.value
        while name in self.bases:
            name = self.bases[name]
            yield self.own[name]

    def properties(self, cls: Class) -> Mapping[str, Property]:
        """The properties of a class by their names, those of its bases included."""
        classes = (*self.ancestors(cls), cls)
        return {prop.name.value: prop for each in classes for prop in each.properties}
