"""Custom classes to C++ views: the table of each, from which the run-time support registers it.

Each row is a schema, the function that is called, and its doc; the function stands in the row as a lambda, so
nothing has to be named. That one loop registers a table, and that conversions are instantiated once per type, is
what makes it cheaper to compile than torch::class_::def.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codegen import defaults, names, overloads
from codegen.cpp_text import WIDTH, Spelling, layout, mark, quote
from codegen.model import Class, Flat, Library, Method, Pickle, Property
from codegen.schema import Argument, FunctionSchema
from codegen.source import Span, Text
from codegen.types import Base, Tuple, Type, is_misread

# Of the statements in a row's function.
_INDENT = 7


class RowView(NamedTuple):
    """A row of a table, and where it comes from."""

    mark: str
    lines: tuple[str, ...]


class ClassView(NamedTuple):
    """The tables of a class, and how it is described."""

    mark: str
    name: str
    methods: tuple[RowView, ...]
    properties: tuple[RowView, ...]
    description: tuple[str, ...]


def view(library: Library, cls: Class) -> ClassView:
    table = _Table(library, cls)
    methods = tuple(table.methods())
    base = next(library.ancestors(cls), None)
    given = [
        quote(cls.name.value),
        quote(cls.doc),
        quote(base.name.value if base else ""),
        f"k{cls.name}Methods" if methods else "{}",
        f"k{cls.name}Properties" if cls.properties else "{}",
    ]
    of = f"{cls.cls}, {base.cls}" if base else cls.cls
    description = layout(f"codegen::describe<{of}>(", given, "),", 8)
    return ClassView(
        mark=mark(cls.cls.span),
        name=cls.name.value,
        methods=methods,
        properties=tuple(map(table.property, cls.properties)),
        description=description,
    )


class _Table:
    """The rows of one class."""

    def __init__(self, library: Library, cls: Class) -> None:
        self._library = library
        self._cls = cls
        self._spelled = Spelling(library)

    def methods(self) -> Iterator[RowView]:
        cls = self._cls
        if cls.init:
            yield self._init(cls.init)
        for name, method in overloads.by_torchscript_name(cls.methods):
            yield self._method(method, name)
        if cls.pickle:
            yield from self._pickle(cls.pickle)
        if cls.flatten_span:
            yield self._flatten(cls.flatten, cls.flatten_span)
        if cls.tracing_mode:
            body = [f"call.give<std::string>({quote(cls.tracing_mode.value)});"]
            schema = _schema("tracing_mode", [], Base("str"))
            yield self._row(cls.tracing_mode.span, schema, body)

    def property(self, prop: Property) -> RowView:
        getter = [self._self(prop.getter), *self._get(prop)]
        cells = [
            [quote(prop.name.value)],
            [quote(str(self._library.registered(_schema("", [], prop.type)).returns[0].type))],
            _function(getter),
            (
                _function([self._self(prop.setter), *self._set(prop)])
                if prop.writable
                else ["nullptr"]
            ),
            [quote(prop.doc)],
        ]
        if is_misread(prop.type) and not self._spelled.is_foreign(prop.type):
            real = f"c10::getTypePtrCopy<{self._spelled(prop.type)}>()"
            cells.append([f"[]() -> c10::TypePtr {{ return {real}; }}"])
        return RowView(mark(prop.name.span), _cells(cells))

    def _get(self, prop: Property) -> Sequence[str]:
        if prop.field:
            give = f"call.give<{self._spelled.crossing(prop.type)}>(self->{prop.field});"
            return _marked(prop.field.span, [give])
        return self._member(_schema("", [], prop.type), prop.getter or prop.name)

    def _set(self, prop: Property) -> Sequence[str]:
        if prop.field:
            assign = f"call.assign<{self._spelled.crossing(prop.type)}>(self->{prop.field}, 1);"
            return _marked(prop.field.span, [assign])
        return self._member(_schema("", [prop.type], None), prop.setter or prop.name)

    def _init(self, init: Method) -> RowView:
        if init.impl:
            body = self._make(init.schema, init.impl)
        else:
            taken = [self._spelled.crossing(a.type) for a in init.schema.arguments]
            body = layout("call.construct<", [self._cls.cls.value, *taken], ">();", _INDENT)
        return self._row(init.func.span, init.schema, body, init.documentation, "kOwn")

    def _method(self, method: Method, name: str) -> RowView:
        schema = FunctionSchema(name, "", method.schema.arguments, method.schema.returns)
        called = method.called
        if method.static:
            call = self._spelled.call(
                schema, self._static(method.member), _INDENT, runs="runStatic"
            )
            body = _marked(called.span, call)
            return self._row(method.func.span, schema, body, method.documentation, "kStatic")
        body = (self._self(called), *self._member(schema, called))
        return self._row(method.func.span, schema, body, method.documentation)

    def _pickle(self, pickle: Pickle) -> Iterator[RowView]:
        span = pickle.text.span
        getter = _schema("__getstate__", [], pickle.state)
        call = self._member(getter, pickle.getter)
        yield self._row(span, getter, [self._self(pickle.getter), *call], kind="kOwn")
        setter = _schema("__setstate__", [pickle.state], None)
        yield self._row(span, setter, self._make(setter, pickle.setter), kind="kOwn")

    def _flatten(self, flatten: Sequence[Flat], span: Span) -> RowView:
        properties = self._library.properties(self._cls)
        items = {self._item(flat, properties.get(flat.name.value)): flat for flat in flatten}
        state = Tuple(tuple(Tuple((Base("str"), flat.type)) for flat in flatten))
        getters = (prop.getter for flat in flatten if (prop := properties.get(flat.name.value)))
        call = layout("call.flatten(", list(items), ");", _INDENT)
        for item, flat in items.items():
            marked = f"{mark(flat.name.span)}{item}"
            call = tuple(line.replace(item, marked) for line in call)
        schema = _schema("__obj_flatten__", [], state)
        called = [self._self(*getters)] if flatten else []
        return self._row(span, schema, [*called, *call], kind="kOwn")

    def _item(self, flat: Flat, prop: Property | None) -> str:
        if prop and prop.field:
            value = f"self->{prop.field}"
        else:
            name = prop.getter.value if prop and prop.getter else flat.name.value
            value = f"{name}(self)" if names.is_free(name) else f"self->{name}()"
        t = self._spelled.crossing(flat.type)
        return f"codegen::item<{t}>({quote(flat.name.value)}, {value})"

    def _self(self, *called: Text | None) -> str:
        """The object for what is called on it; free functions take it as a pointer that counts."""
        at = mark(self._cls.cls.span)
        if any(names.is_free(name.value) for name in called if name):
            return f"{at}auto self = call.pointer<{self._cls.cls}>();"
        return f"{at}auto* self = call.self<{self._cls.cls}>();"

    def _static(self, name: str) -> str:
        """A static member, or a free function."""
        return name if names.is_free(name) else f"{self._cls.cls}::{name}"

    def _member(self, schema: FunctionSchema, called: Text) -> tuple[str, ...]:
        """Calls a member, or a free function that takes the object first."""
        name = called.value
        if names.is_free(name):
            call = self._spelled.call(schema, name, _INDENT, before=["self"])
        else:
            call = self._spelled.call(schema, f"self->{name}", _INDENT)
        return _marked(called.span, call)

    def _make(self, schema: FunctionSchema, factory: Text) -> tuple[str, ...]:
        """Puts what a factory returns into the object."""
        made = f"codegen::Made<{self._cls.cls}>"
        function = self._static(factory.value)
        return _marked(factory.span, self._spelled.call(schema, function, _INDENT, result=made))

    def _row(
        self,
        span: Span,
        schema: FunctionSchema,
        body: Sequence[str],
        doc: str = "",
        kind: str = "",
    ) -> RowView:
        registered = self._library.registered(schema.with_one_return())
        first = 0 if kind == "kStatic" else 1
        shown, put = defaults.split(registered, first)
        misread = self._misread(schema.with_one_return(), first)
        cells = [[quote(str(shown))], _function(body), [quote(doc)]]
        if kind or misread or put:
            cells.append([f"codegen::Kind::{kind or 'kMethod'}"])
        if misread:
            cells.append([f"[] {{ return codegen::RealTypes{{{', '.join(misread)}}}; }}"])
        elif put:
            cells.append(["nullptr"])
        if put:
            cells.append(_returned("codegen::Defaults", put))
        return RowView(mark(span), _cells(cells))

    def _misread(self, schema: FunctionSchema, first: int) -> list[str]:
        """The types that torch's parser takes for others, by their places."""
        places = [(i, a.type) for i, a in enumerate(schema.arguments, first)]
        places += [(-1, value.type) for value in schema.returns]
        return [
            f"{{{place}, c10::getTypePtrCopy<{self._spelled(t)}>()}}"
            for place, t in places
            if is_misread(t) and not self._spelled.is_foreign(t)
        ]


def _schema(name: str, arguments: Sequence[Type], result: Type | None) -> FunctionSchema:
    """A schema of what has none in the spec, with the names that torch::class_ gives."""
    taken = tuple(Argument(f"_{i}", t) for i, t in enumerate(arguments, 1))
    return FunctionSchema(name, "", taken, (Argument("_0", result),) if result else ())


def _marked(span: Span, lines: Sequence[str]) -> tuple[str, ...]:
    """Lines that come from another place of the spec than those around them."""
    return tuple(f"{mark(span)}{line}" for line in lines)


def _function(body: Sequence[str]) -> Sequence[str]:
    return ["[](codegen::Call& call) {", *(f"  {line}" for line in body), "}"]


def _returned(t: str, items: Sequence[str]) -> Sequence[str]:
    """A function that returns a list."""
    head, tail = f"[] {{ return {t}{{", "}; }"
    line = f"{head}{', '.join(items)}{tail}"
    if len(line) + _INDENT <= WIDTH:
        return [line]
    *others, last = items
    return [head, *(f"         {item}," for item in others), f"         {last}{tail}"]


def _cells(cells: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A row of a table, a cell below the other."""
    lines = [line for cell in cells for line in (*cell[:-1], f"{cell[-1]},")]
    lines[-1] = f"{lines[-1].removesuffix(',')}}},"
    return ("{" + lines[0], *(f" {line}" for line in lines[1:]))
