"""Nodes to model. What does not fit the format is gone from them; schemas that do not parse are found here.

Rules that span declarations are `check.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from codegen import format, names, prose, reader, schema_parser, shape
from codegen.diagnostics import Diagnostics, it_has
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
    Suppression,
    TensorRule,
    ValueRule,
)
from codegen.reader import Mapping, Node, Scalar, Sequence
from codegen.schema import FunctionSchema
from codegen.source import Source, Text

T = TypeVar("T")


def load(source: Source, diagnostics: Diagnostics) -> Library | None:
    """The library that a source declares, without the parts that something is wrong with."""
    root = reader.read(source, diagnostics)
    fitted = shape.fit(root, format.LIBRARY, diagnostics) if root else None
    return _Loader(diagnostics).library(fitted, source) if fitted else None


class _Fields:
    """The values of a mapping by key, as the table of the format promises them; None where there is none."""

    def __init__(self, node: Node | None) -> None:
        entries = node.entries if isinstance(node, Mapping) else ()
        self._values = {key.value: value for key, value in entries}

    def node(self, key: str) -> Node | None:
        return self._values.get(key)

    def text(self, key: str) -> Text | None:
        return _text(self.node(key))

    def texts(self, key: str) -> tuple[Text, ...]:
        return _texts(self.node(key))

    def flag(self, key: str) -> bool:
        text = self.text(key)
        return text is not None and text.value == "true"

    def doc(self, key: str) -> str:
        return _doc(self.node(key))

    def documentation(self) -> str:
        """`doc`, and below it what to use instead of what is deprecated."""
        deprecated = self.text("deprecated")
        note = f"Deprecated: {' '.join(deprecated.value.split())}" if deprecated else ""
        return "\n\n".join(filter(None, [self.doc("doc"), prose.wrap(note)]))


class _Loader:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics

    def library(self, node: Node, source: Source) -> Library | None:
        fields = _Fields(node)
        name, cpp = fields.text("library"), _Fields(fields.node("cpp"))
        backends = _each(fields.node("backends"), lambda n: self.backend(n, name))
        classes = _each(fields.node("classes"), self.cls)
        if name is None:
            return None
        return Library(
            name=name,
            namespace=fields.text("namespace") or name,
            doc=fields.doc("doc"),
            cpp=Cpp(*map(cpp.texts, Cpp._fields)),
            modules=_Fields(fields.node("python")).texts("modules"),
            backends=backends,
            classes=classes,
            breaking=_each(fields.node("breaking"), _suppression),
            source=source,
        )

    def backend(self, node: Node, library: Text | None) -> Backend | None:
        fields = _Fields(node)
        name = fields.text("name")
        methods = _each(fields.node("methods"), self.method)
        implementations = _each(fields.node("implementations"), self.implementation)
        if name is None:
            return None
        interface = fields.text("interface") or Text(TORCH_INTERFACE, name.span)
        own = f"{library}::"
        if interface.value.startswith(own) and interface.value != TORCH_INTERFACE:
            interface = Text(interface.value.removeprefix(own), interface.span)
        return Backend(
            name=name,
            namespace=fields.text("namespace") or Text(BACKENDS_NAMESPACE, name.span),
            interface=interface,
            doc=fields.doc("doc"),
            methods=_implied(methods, name) if interface.value == TORCH_INTERFACE else methods,
            implementations=implementations,
        )

    def method(self, node: Node) -> Method | None:
        fields = _Fields(node)
        func = fields.text("func")
        parsed = self._parse(func, schema_parser.parse)
        if func is None or parsed is None:
            return None
        gil = fields.text("gil")
        return Method(
            func=func,
            schema=parsed,
            doc=fields.documentation(),
            argument_docs=self._argument_docs(fields.node("args"), parsed),
            impl=fields.text("impl"),
            static=fields.flag("static"),
            holds_gil=gil is not None and gil.value == "hold",
            fake=self._optional(fields.node("fake"), self.rule),
            deprecated=fields.text("deprecated"),
        )

    def rule(self, node: Node) -> Rule | None:
        """A function's name, a mapping, or a list of those: one for each item that is returned."""
        if isinstance(node, Scalar):
            return FunctionRule(node.text)
        if isinstance(node, Sequence):
            return SeveralRules(node.span, _each(node, self.rule))
        fields = _Fields(node)
        value, size = fields.node("value"), fields.node("size")
        if value is not None and len(node.entries) > 1:
            message = "`value:` stands alone: the other keys are those of a tensor"
            self._diagnostics.add("CG309", value.span, message, "remove one of them")
            return None
        if isinstance(value, Sequence):
            return ValueRule(node.span, _texts(value))
        if isinstance(value, Scalar):
            return ValueRule(node.span, value.text)
        return TensorRule(
            span=node.span,
            like=fields.text("like"),
            size=_texts(size) if size is not None else None,
            dtype=fields.text("dtype"),
            device=fields.text("device"),
        )

    def cls(self, node: Node) -> Class | None:
        fields = _Fields(node)
        name, cls, flatten = fields.text("name"), fields.text("class"), fields.node("flatten")
        # Others may name a class of which one of the two is missing.
        name = name or (cls and Text(names.constructor(cls.value), cls.span))
        cls = cls or name
        loaded = (
            self._optional(fields.node("init"), lambda n: self.init(n, fields.node("args"))),
            _each(fields.node("methods"), self.method),
            _each(fields.node("properties"), self.property),
            self._optional(fields.node("pickle"), self.pickle),
            self.flatten(flatten),
            flatten.span if flatten else None,
            fields.text("tracing_mode"),
            fields.text("deprecated"),
        )
        base, doc = fields.text("base"), fields.documentation()
        return Class(name, cls, base, doc, *loaded, node.span) if name and cls else None

    def init(self, node: Node, docs: Node | None) -> Method | None:
        """`(int dim)`, or a mapping with a factory or docs; `docs` are those of its arguments."""
        fields = _Fields(node)
        text = _text(node) or fields.text("args")
        arguments = self._parse(text, schema_parser.parse_arguments)
        if text is None or arguments is None:
            return None
        schema = FunctionSchema("__init__", "", arguments, ())
        documented = self._argument_docs(docs, schema)
        return Method(text, schema, fields.doc("doc"), documented, fields.text("impl"))

    def property(self, node: Node) -> Property | None:
        fields = _Fields(node)
        name, text = fields.text("name"), fields.text("type")
        t = self._parse(text, schema_parser.parse_type)
        if name is None or text is None or t is None:
            return None
        return Property(
            name=name,
            text=text,
            type=t,
            doc=fields.documentation(),
            getter=fields.text("get"),
            setter=fields.text("set"),
            field=fields.text("field"),
            readonly=fields.flag("readonly"),
            deprecated=fields.text("deprecated"),
            span=node.span,
        )

    def pickle(self, node: Node) -> Pickle | None:
        fields = _Fields(node)
        text, getter, setter = map(fields.text, ("state", "get", "set"))
        state = self._parse(text, schema_parser.parse_type)
        if text is None or state is None or getter is None or setter is None:
            return None
        return Pickle(text, state, getter, setter)

    def flatten(self, node: Node | None) -> tuple[Flat, ...]:
        entries = node.entries if isinstance(node, Mapping) else ()
        texts = [(key, text) for key, value in entries if (text := _text(value))]
        parsed = [(key, text, self._parse(text, schema_parser.parse_type)) for key, text in texts]
        return tuple(Flat(key, text, t) for key, text, t in parsed if t)

    def implementation(self, node: Node) -> Implementation | None:
        fields = _Fields(node)
        name, cls = fields.text("name"), fields.text("class")
        if name is None or cls is None:
            return None
        return Implementation(
            name=name,
            cls=cls,
            doc=fields.documentation(),
            preprocess=fields.text("preprocess"),
            prepare=fields.text("prepare"),
            deprecated=fields.text("deprecated"),
        )

    def _parse(self, text: Text | None, parse: Callable[[str], T]) -> T | None:
        """What a part of the schema language says."""
        if text is None:
            return None
        try:
            return parse(text.value)
        except schema_parser.SchemaError as error:
            span = text.part(error.start, error.end)
            self._diagnostics.add("CG301", span, error.message, error.hint)
            return None

    def _optional(self, node: Node | None, load: Callable[[Node], T | None]) -> T | None:
        return load(node) if node is not None else None

    def _argument_docs(self, node: Node | None, schema: FunctionSchema) -> dict[str, str]:
        entries = node.entries if isinstance(node, Mapping) else ()
        names = [argument.name for argument in schema.arguments]
        for key, _ in entries:
            if key.value not in names:
                message = f"'{schema.name}' has no argument '{key}'"
                self._diagnostics.add("CG405", key.span, message, it_has(key.value, names))
        return {key.value: _doc(value) for key, value in entries}


def _text(node: Node | None) -> Text | None:
    return node.text if isinstance(node, Scalar) else None


def _texts(node: Node | None) -> tuple[Text, ...]:
    return _each(node, _text)


def _doc(node: Node | None) -> str:
    text = _text(node)
    return prose.wrap(text.value.strip()) if text else ""


def _suppression(node: Node) -> Suppression | None:
    code, name, reason = map(_Fields(node).text, ("code", "name", "reason"))
    return Suppression(code, name, reason) if code and name and reason else None


def _each(node: Node | None, load: Callable[[Node], T | None]) -> tuple[T, ...]:
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(value for item in items if (value := load(item)) is not None)


def _implied(methods: tuple[Method, ...], backend: Text) -> tuple[Method, ...]:
    """The methods of torch's interface, which need not be declared, and those declared beyond them."""
    declared = {method.name: method for method in methods}
    torchs = tuple(
        declared.get(parsed.name) or Method(Text(func, backend.span), parsed, doc, {}, None)
        for parsed, (func, doc) in zip(TORCH_METHODS.values(), TORCH_DOCS.items(), strict=True)
    )
    return torchs + tuple(method for method in methods if method not in torchs)
