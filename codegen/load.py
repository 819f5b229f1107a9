"""Nodes to model. Only the shape of a spec is judged here: keys, kinds of values, schemas that parse.

Each kind of mapping in the format is one `Shape`; whatever a shape does not list is refused, with a suggestion.
Rules that span declarations are `check.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from codegen import prose, reader, schema_parser
from codegen.diagnostics import Diagnostics, did_you_mean
from codegen.model import (
    BACKENDS_NAMESPACE,
    TORCH_DOCS,
    TORCH_INTERFACE,
    TORCH_METHODS,
    Backend,
    Cpp,
    Implementation,
    Library,
    Method,
)
from codegen.reader import Mapping, Node, Scalar, Sequence
from codegen.source import Source, Text

T = TypeVar("T")


class Shape(NamedTuple):
    """The keys of one kind of mapping. `later` are keys of the format that are refused until they are generated."""

    what: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


LIBRARY = Shape(
    "a library",
    required=("library",),
    optional=("spec", "namespace", "doc", "cpp", "python", "backends"),
    later=("classes", "operators"),
)
CPP = Shape(
    "cpp", optional=("include_dirs", "headers", "sources", "packages", "libraries", "definitions")
)
PYTHON = Shape("python", required=("modules",))
BACKEND = Shape(
    "a backend",
    required=("name",),
    optional=("namespace", "interface", "doc", "methods", "implementations"),
)
METHOD = Shape(
    "a method",
    required=("func",),
    optional=("doc", "args", "impl"),
    later=("fake", "gil", "static"),
)
IMPLEMENTATION = Shape(
    "an implementation", required=("name", "class"), optional=("doc", "preprocess", "prepare")
)


def load(source: Source, diagnostics: Diagnostics) -> Library | None:
    """The library that a source declares, without the parts that something is wrong with."""
    root = reader.read(source, diagnostics)
    return _Loader(diagnostics).library(root, source) if root else None


class _Loader:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics

    def library(self, node: Node, source: Source) -> Library | None:
        fields = self._fields(node, LIBRARY)
        if fields is None:
            return None
        self._version(fields.get("spec"))
        name = self._text(fields.get("library"))
        namespace = self._text(fields.get("namespace"))
        doc = self._doc(fields.get("doc"))
        cpp = self.cpp(fields.get("cpp"))
        modules = self.modules(fields.get("python"))
        backends = self._each(fields.get("backends"), lambda n: self.backend(n, name))
        if name is None:
            return None
        if "backends" not in fields:
            message = f"the library '{name}' declares nothing"
            self._diagnostics.add("CG202", name.span, message, "give it `backends:`")
        return Library(name, namespace or name, doc, cpp, modules, backends, source)

    def cpp(self, node: Node | None) -> Cpp:
        fields = self._fields(node, CPP) if node else None
        return Cpp(**{key: self._each(value, self._text) for key, value in (fields or {}).items()})

    def modules(self, node: Node | None) -> tuple[Text, ...]:
        fields = self._fields(node, PYTHON) if node else None
        return self._each((fields or {}).get("modules"), self._text)

    def backend(self, node: Node, library: Text | None) -> Backend | None:
        fields = self._fields(node, BACKEND)
        if fields is None:
            return None
        name = self._text(fields.get("name"))
        methods = self._each(fields.get("methods"), self.method)
        implementations = self._each(fields.get("implementations"), self.implementation)
        if name is None:
            return None
        interface = self._text(fields.get("interface")) or Text(TORCH_INTERFACE, name.span)
        own = f"{library}::"
        if interface.value.startswith(own):
            interface = Text(interface.value.removeprefix(own), interface.span)
        if interface.value != TORCH_INTERFACE and not _items(fields.get("methods")):
            message = f"the interface '{interface}' has no methods"
            self._diagnostics.add("CG202", interface.span, message, "give it `methods:`")
        return Backend(
            name=name,
            namespace=self._text(fields.get("namespace")) or Text(BACKENDS_NAMESPACE, name.span),
            interface=interface,
            doc=self._doc(fields.get("doc")),
            methods=_implied(methods, name) if interface.value == TORCH_INTERFACE else methods,
            implementations=implementations,
        )

    def method(self, node: Node) -> Method | None:
        fields = self._fields(node, METHOD)
        func = self._text(fields.get("func")) if fields else None
        if fields is None or func is None:
            return None
        argument_docs = self._argument_docs(fields.get("args"))
        try:
            parsed = schema_parser.parse(func.value)
        except schema_parser.SchemaError as error:
            span = func.part(error.start, error.end)
            self._diagnostics.add("CG301", span, error.message, error.hint)
            return None
        names = {argument.name for argument in parsed.arguments}
        for key in argument_docs:
            if key.value not in names:
                message = f"'{parsed.name}' has no argument '{key}'"
                self._diagnostics.add("CG405", key.span, message, did_you_mean(key.value, names))
        return Method(
            func=func,
            schema=parsed,
            doc=self._doc(fields.get("doc")),
            argument_docs={key.value: doc for key, doc in argument_docs.items()},
            impl=self._text(fields.get("impl")),
        )

    def implementation(self, node: Node) -> Implementation | None:
        fields = self._fields(node, IMPLEMENTATION)
        if fields is None:
            return None
        name, cls = self._text(fields.get("name")), self._text(fields.get("class"))
        if name is None or cls is None:
            return None
        return Implementation(
            name=name,
            cls=cls,
            doc=self._doc(fields.get("doc")),
            preprocess=self._text(fields.get("preprocess")),
            prepare=self._text(fields.get("prepare")),
        )

    def _fields(self, node: Node, shape: Shape) -> dict[str, Node] | None:
        """The values of a mapping by key; None where it is no mapping."""
        if not isinstance(node, Mapping):
            self._expected(node, f"{shape.what} is a mapping of keys to values")
            return None
        known = {*shape.required, *shape.optional, *shape.later}
        fields = {}
        for key, value in node.entries:
            if key.value in shape.later:
                message = f"`{key}:` of {shape.what} is part of the format, but not generated yet"
                self._diagnostics.add("CG204", key.span, message, "leave it out for now")
            elif key.value in known:
                fields[key.value] = value
            else:
                help = did_you_mean(key.value, known) or f"known keys: {', '.join(sorted(known))}"
                self._diagnostics.add("CG201", key.span, f"{shape.what} has no key '{key}'", help)
        for name in shape.required:
            if name not in fields:
                at = node.entries[0][0].span if node.entries else node.span
                self._diagnostics.add("CG202", at, f"{shape.what} needs `{name}:`")
        return fields

    def _each(self, node: Node | None, load: Callable[[Node], T | None]) -> tuple[T, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._expected(node, "a list is expected here")
            return ()
        return tuple(value for item in node.items if (value := load(item)) is not None)

    def _text(self, node: Node | None) -> Text | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text.value.strip():
            return node.text
        found = "" if isinstance(node, Scalar) else f", not a {type(node).__name__.lower()}"
        self._expected(node, f"text is expected here{found or ', and nothing is written'}")
        return None

    def _doc(self, node: Node | None) -> str:
        text = self._text(node)
        return prose.wrap(text.value.strip()) if text else ""

    def _argument_docs(self, node: Node | None) -> dict[Text, str]:
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self._expected(node, "`args:` maps the names of arguments to what they mean")
            return {}
        return {key: self._doc(value) for key, value in node.entries}

    def _version(self, node: Node | None) -> None:
        if node is not None and not (isinstance(node, Scalar) and node.text.value == "1"):
            self._diagnostics.add(
                "CG205", node.span, "this version reads format 1", "write `spec: 1`"
            )

    def _expected(self, node: Node, message: str) -> None:
        self._diagnostics.add("CG203", node.span, message)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _implied(methods: tuple[Method, ...], backend: Text) -> tuple[Method, ...]:
    """The methods of torch's interface, which need not be declared, and those declared beyond them."""
    declared = {method.name: method for method in methods}
    torchs = tuple(
        declared.get(parsed.name) or Method(Text(func, backend.span), parsed, doc, {}, None)
        for parsed, (func, doc) in zip(TORCH_METHODS.values(), TORCH_DOCS.items(), strict=True)
    )
    return torchs + tuple(method for method in methods if method not in torchs)
