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
from codegen.types import Base, Optional, Tuple, Type, is_misread

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
        return RowView(mark(prop.name.span), _cells(cells))

    def _get(self, prop: Property) -> Sequence[str]:
        schema = _schema("", [], prop.type)
        if prop.field:
            return _marked(prop.field.span, self._give(schema, f"self->{prop.field}", [], ""))
        getter = prop.getter or prop.name
        return _marked(getter.span, self._give(schema, *self._member(getter.value, [])))

    def _set(self, prop: Property) -> Sequence[str]:
        taken = self._take(prop.type, 1)
        if prop.field and self._spelled.is_foreign(prop.type):
            return _marked(prop.field.span, [f"call.assign(self->{prop.field}, 1);"])
        if prop.field:
            return _marked(prop.field.span, [f"self->{prop.field} = {taken};"])
        setter = prop.setter or prop.name
        head, given, tail = self._member(setter.value, [taken])
        return _marked(setter.span, layout(head, given, f"{tail};", _INDENT))

    def _init(self, init: Method) -> RowView:
        taken = self._arguments(init.schema, 1)
        body = layout(f"call.construct<{self._cls.cls}>(", taken, ");", _INDENT)
        if init.impl:
            factory = self._static(init.impl.value)
            made = layout(f"call.adopt<{self._cls.cls}>({factory}(", taken, "));", _INDENT)
            body = _marked(init.impl.span, made)
        return self._row(init.func.span, init.schema, body, init.documentation, "kOwn")

    def _method(self, method: Method, name: str) -> RowView:
        schema = FunctionSchema(name, "", method.schema.arguments, method.schema.returns)
        first = 0 if method.static else 1
        given = self._arguments(schema, first)
        called = method.called
        if method.static:
            call = self._give(schema, f"{self._static(method.member)}(", given, ")")
        else:
            call = self._give(schema, *self._member(method.member, given))
        body = _marked(called.span, call)
        if not method.static:
            body = (self._self(called), *body)
        kind = "kStatic" if method.static else ""
        return self._row(method.func.span, schema, body, method.documentation, kind)

    def _pickle(self, pickle: Pickle) -> Iterator[RowView]:
        span, cls = pickle.text.span, self._cls.cls
        getter = _schema("__getstate__", [], pickle.state)
        call = self._give(getter, *self._member(pickle.getter.value, []))
        got = [self._self(pickle.getter), *_marked(pickle.getter.span, call)]
        yield self._row(span, getter, got, kind="kOwn")
        setter = _schema("__setstate__", [pickle.state], None)
        head = f"call.adopt<{cls}>({self._static(pickle.setter.value)}("
        made = layout(head, [self._take(pickle.state, 1)], "));", _INDENT)
        yield self._row(span, setter, _marked(pickle.setter.span, made), kind="kOwn")

    def _flatten(self, flatten: Sequence[Flat], span: Span) -> RowView:
        properties = self._library.properties(self._cls)
        items = {self._item(flat, properties.get(flat.name.value)): flat for flat in flatten}
        state = Tuple(tuple(Tuple((Base("str"), flat.type)) for flat in flatten))
        getters = (prop.getter for flat in flatten if (prop := properties.get(flat.name.value)))
        call = layout("call.give(std::make_tuple(", list(items), "));", _INDENT)
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
            head, given, tail = self._member(name, [])
            value = f"{head}{', '.join(given)}{tail}"
        t = "" if self._spelled.is_foreign(flat.type) else f"<{self._spelled(flat.type)}>"
        return f"codegen::item{t}({quote(flat.name.value)}, {value})"

    def _self(self, *called: Text | None) -> str:
        """The object for what is called on it; free functions take it as a pointer that counts."""
        at = mark(self._cls.cls.span)
        if any(names.is_free(name.value) for name in called if name):
            return f"{at}auto self = call.pointer<{self._cls.cls}>();"
        return f"{at}auto* self = call.self<{self._cls.cls}>();"

    def _static(self, name: str) -> str:
        """A static member, or a free function."""
        return name if names.is_free(name) else f"{self._cls.cls}::{name}"

    def _member(self, name: str, given: Sequence[str]) -> tuple[str, Sequence[str], str]:
        """The call of a member, or of a free function that takes the object first."""
        if names.is_free(name):
            return f"{name}(", ["self", *given], ")"
        return f"self->{name}(", given, ")"

    def _arguments(self, schema: FunctionSchema, first: int) -> list[str]:
        return [self._take(a.type, i) for i, a in enumerate(schema.arguments, first)]

    def _take(self, t: Type, index: int) -> str:
        if self._spelled.is_foreign(t):
            return f"call.take<{'true' if isinstance(t, Optional) else 'false'}>({index})"
        return f"call.take<{self._spelled(t)}>({index})"

    def _give(
        self, schema: FunctionSchema, head: str, given: Sequence[str], tail: str
    ) -> Sequence[str]:
        """The statements that call a function and leave what it returns on the stack."""
        if self._spelled.returns(schema) == "void":
            return layout(head, given, f"{tail};", _INDENT)
        foreign = any(self._spelled.is_foreign(value.type) for value in schema.returns)
        result = "" if foreign else f"<{self._spelled.returns(schema)}>"
        return layout(f"call.give{result}({head}", given, f"{tail});", _INDENT)

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
