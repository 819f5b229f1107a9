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
    Class,
    Cpp,
    Flat,
    FunctionRule,
    Implementation,
    Library,
    Method,
    Pickle,
    Property,
    Rule,
    SeveralRules,
    TensorRule,
    ValueRule,
)
from codegen.reader import Mapping, Node, Scalar, Sequence
from codegen.schema import FunctionSchema
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
    optional=("spec", "namespace", "doc", "cpp", "python", "backends", "classes"),
    later=("operators",),
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
    optional=("doc", "args", "impl", "gil", "fake"),
)
CLASS = Shape(
    "a class",
    required=("name", "class"),
    optional=tuple("base doc init args methods properties pickle flatten tracing_mode".split()),
)
CLASS_METHOD = METHOD._replace(optional=(*METHOD.optional, "static"))
RULE = Shape("a rule of `fake:`", optional=("like", "size", "dtype", "device", "value"))
INIT = Shape("init", required=("args",), optional=("impl", "doc"))
PROPERTY = Shape(
    "a property",
    required=("name", "type"),
    optional=("get", "set", "field", "readonly", "doc"),
)
PICKLE = Shape("pickle", required=("state", "get", "set"))
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
        classes = self._each(fields.get("classes"), self.cls)
        if name is None:
            return None
        if not {"backends", "classes"} & fields.keys():
            message = f"the library '{name}' declares nothing"
            self._diagnostics.add("CG202", name.span, message, "give it `backends:` or `classes:`")
        return Library(name, namespace or name, doc, cpp, modules, backends, classes, source)

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

    def method(self, node: Node, shape: Shape = METHOD) -> Method | None:
        fields = self._fields(node, shape)
        func = self._text(fields.get("func")) if fields else None
        if fields is None or func is None:
            return None
        parsed = self._parse(func, schema_parser.parse)
        if parsed is None:
            return None
        return Method(
            func=func,
            schema=parsed,
            doc=self._doc(fields.get("doc")),
            argument_docs=self._argument_docs(fields.get("args"), parsed),
            impl=self._text(fields.get("impl")),
            static=self._flag(fields.get("static")),
            holds_gil=self._holds_gil(fields.get("gil")),
            fake=self._optional(fields.get("fake"), self.rule),
        )

    def rule(self, node: Node) -> Rule | None:
        """A function's name, a mapping, or a list of those: one for each item that is returned."""
        if isinstance(node, Scalar):
            path = self._text(node)
            return FunctionRule(path) if path else None
        if isinstance(node, Sequence):
            return SeveralRules(node.span, self._each(node, self.rule))
        fields = self._fields(node, RULE)
        if not fields or not fields.keys() & {"like", "size", "value"}:
            message = "a rule of `fake:` needs `like:`, `size:` or `value:`"
            self._diagnostics.add("CG202", node.span, message, "for example `fake: {like: x}`")
            return None
        value = fields.pop("value", None)
        if value is not None and fields:
            message = "`value:` stands alone: the other keys are those of a tensor"
            self._diagnostics.add("CG303", value.span, message, "remove one of them")
        if value is not None:
            text = self._texts(value) if isinstance(value, Sequence) else self._text(value)
            return ValueRule(node.span, text) if text is not None else None
        size = fields.get("size")
        return TensorRule(
            span=node.span,
            like=self._text(fields.get("like")),
            size=self._texts(size) if size is not None else None,
            dtype=self._text(fields.get("dtype")),
            device=self._text(fields.get("device")),
        )

    def cls(self, node: Node) -> Class | None:
        fields = self._fields(node, CLASS)
        if fields is None:
            return None
        name, cls = self._text(fields.get("name")), self._text(fields.get("class"))
        methods = self._each(fields.get("methods"), lambda n: self.method(n, CLASS_METHOD))
        loaded = (
            self._optional(fields.get("init"), lambda n: self.init(n, fields.get("args"))),
            methods,
            self._each(fields.get("properties"), self.property),
            self._optional(fields.get("pickle"), self.pickle),
            self.flatten(fields.get("flatten")),
            self._text(fields.get("tracing_mode")),
        )
        if "args" in fields and "init" not in fields:
            self._expected(
                fields["args"],
                "`args:` tells what the arguments of `init:` mean, and there is none",
            )
        base, doc = self._text(fields.get("base")), self._doc(fields.get("doc"))
        return Class(name, cls, base, doc, *loaded) if name and cls else None

    def init(self, node: Node, docs: Node | None) -> Method | None:
        """`(int dim)`, or a mapping with a factory or docs; `docs` are those of its arguments."""
        fields = self._fields(node, INIT) if not isinstance(node, Scalar) else {"args": node}
        text = self._text(fields.get("args")) if fields else None
        arguments = self._parse(text, schema_parser.parse_arguments) if text else None
        if fields is None or text is None or arguments is None:
            return None
        schema = FunctionSchema("__init__", "", arguments, ())
        doc, impl = self._doc(fields.get("doc")), self._text(fields.get("impl"))
        return Method(text, schema, doc, self._argument_docs(docs, schema), impl)

    def property(self, node: Node) -> Property | None:
        fields = self._fields(node, PROPERTY)
        if fields is None:
            return None
        name, text = self._text(fields.get("name")), self._text(fields.get("type"))
        t = self._parse(text, schema_parser.parse_type) if text else None
        getter, setter = self._text(fields.get("get")), self._text(fields.get("set"))
        field, readonly = self._text(fields.get("field")), self._flag(fields.get("readonly"))
        doc = self._doc(fields.get("doc"))
        if name is None or text is None or t is None:
            return None
        return Property(name, text, t, doc, getter, setter, field, readonly)

    def pickle(self, node: Node) -> Pickle | None:
        fields = self._fields(node, PICKLE)
        if fields is None:
            return None
        text = self._text(fields.get("state"))
        state = self._parse(text, schema_parser.parse_type) if text else None
        getter, setter = self._text(fields.get("get")), self._text(fields.get("set"))
        if text is None or state is None or getter is None or setter is None:
            return None
        return Pickle(text, state, getter, setter)

    def flatten(self, node: Node | None) -> tuple[Flat, ...]:
        if node is None:
            return ()
        if not isinstance(node, Mapping) or not node.entries:
            self._expected(
                node, "`flatten:` maps the names of properties or members to their types"
            )
            return ()
        texts = [(key, self._text(value)) for key, value in node.entries]
        parsed = [(k, t, self._parse(t, schema_parser.parse_type)) for k, t in texts if t]
        return tuple(Flat(key, text, t) for key, text, t in parsed if t)

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

    def _parse(self, text: Text, parse: Callable[[str], T]) -> T | None:
        """What a part of the schema language says."""
        try:
            return parse(text.value)
        except schema_parser.SchemaError as error:
            span = text.part(error.start, error.end)
            self._diagnostics.add("CG301", span, error.message, error.hint)
            return None

    def _optional(self, node: Node | None, load: Callable[[Node], T | None]) -> T | None:
        return load(node) if node is not None else None

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

    def _texts(self, node: Node) -> tuple[Text, ...]:
        return self._each(node, self._text)

    def _flag(self, node: Node | None) -> bool:
        if node is None:
            return False
        if not (isinstance(node, Scalar) and node.text.value in ("true", "false")):
            self._expected(node, "true or false is expected here")
            return False
        return node.text.value == "true"

    def _holds_gil(self, node: Node | None) -> bool:
        if node is None:
            return False
        if not (isinstance(node, Scalar) and node.text.value in ("hold", "release")):
            self._expected(node, "`gil:` is `release`, as without it, or `hold`")
            return False
        return node.text.value == "hold"

    def _doc(self, node: Node | None) -> str:
        text = self._text(node)
        return prose.wrap(text.value.strip()) if text else ""

    def _argument_docs(self, node: Node | None, schema: FunctionSchema) -> dict[str, str]:
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self._expected(node, "`args:` maps the names of arguments to what they mean")
            return {}
        names = {argument.name for argument in schema.arguments}
        for key, _ in node.entries:
            if key.value not in names:
                message = f"'{schema.name}' has no argument '{key}'"
                self._diagnostics.add("CG405", key.span, message, did_you_mean(key.value, names))
        return {key.value: self._doc(value) for key, value in node.entries}

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
