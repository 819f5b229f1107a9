"""Model to the views of fake classes: what stands for the objects of a class while torch traces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codegen import defaults, fakes, names
from codegen.fakes import Called, Dynamic, Item, Literal, Made, Several, Value
from codegen.model import Class, Library, Method
from codegen.schema import Argument, Items
from codegen.types import Base, List, Type


class FakeMethodView(NamedTuple):
    decorator: str
    signature: str
    result: str


class FakeClassView(NamedTuple):
    name: str
    base: str
    registration: str
    doc: str
    methods: tuple[FakeMethodView, ...]


def view(library: Library, cls: Class, spec: str) -> FakeClassView:
    base = _base(library, cls)
    inherited = _methods(library, base) if base else []
    return FakeClassView(
        name=names.fake(cls.name.value),
        base=names.fake(base.name.value) if base else "_fakes.FakeObject",
        registration=f"{f'{library.namespace}::{cls.name}'!r}, {cls.name}, {spec!r}",
        doc=f"What torch sees of {cls.name} while it traces.",
        methods=tuple(m for m in _methods(library, cls) if m not in inherited),
    )


def _base(library: Library, cls: Class) -> Class | None:
    """The nearest base with a fake whose methods find in this class all that they look for."""
    flattened = {(flat.name.value, flat.type) for flat in cls.flatten}
    for base in library.ancestors(cls):
        if base.faked and flattened >= {(flat.name.value, flat.type) for flat in base.flatten}:
            return base
    return None


def _methods(library: Library, cls: Class) -> list[FakeMethodView]:
    return [*_called(library, cls), *_getters(library, cls)]


def _called(library: Library, cls: Class) -> Iterator[FakeMethodView]:
    methods = dict(fakes.methods(library, cls))
    for name, method in methods.items():
        value = _value(cls, method)
        if value is not None:
            others = [n for n, m in methods.items() if m.name == name and m is not method]
            first = _first_of(others, method) if others else ""
            signature = f"{name}({_parameters(method)}) -> Any"
            yield FakeMethodView(first, signature, _code(value, method))


def _first_of(others: Sequence[str], method: Method) -> str:
    """What tells the first overload from the others, which torch does not know."""
    kinds = [f"{a.name}={kind!r}" for a in _arguments(method) if (kind := _kind(a.type))]
    return f"@_fakes.first_of({', '.join([*map(repr, others), *kinds])})"


def _kind(t: Type) -> str | None:
    match t:
        case Base("Tensor" | "int" | "float" | "bool" | "str" as name):
            return name
        case List():
            return "list"
    return None


def _value(cls: Class, method: Method) -> Value | None:
    if method.fake is None:
        return fakes.implied(method, cls)
    scope = fakes.Scope(method, cls)
    return fakes.value(method.fake, fakes.returned(method), scope, lambda *_: None)


def _getters(library: Library, cls: Class) -> Iterator[FakeMethodView]:
    """A property is read by a method in TorchScript, and torch traces nothing else."""
    for name, prop in library.properties(cls).items():
        value = fakes.flattened(cls, name, prop.type)
        if value is not None:
            yield FakeMethodView("", f"{names.getter(name)}(self) -> Any", _code(value))


def _parameters(method: Method) -> str:
    parameters = ["self"]
    for argument in method.schema.arguments:
        if argument.kwarg_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(f"{argument.name}: Any{_default(argument)}")
    return ", ".join(parameters)


def _default(argument: Argument) -> str:
    if argument.default is None:
        return ""
    # A list would be one for all calls; a tuple stands for one too.
    value = argument.default.value
    return f" = {defaults.python(Items(value) if isinstance(value, tuple) else value)}"


def _code(value: Value, method: Method | None = None) -> str:
    """A value as an expression of Python."""
    match value:
        case Literal(constant):
            return repr(constant)
        case Item():
            return _item(value)
        case Dynamic(is_size):
            return f"_fakes.dynamic_{'size' if is_size else 'int'}()"
        case Several(values, is_tuple):
            items = ", ".join(_code(v, method) for v in values)
            return f"({items},)" if is_tuple else f"[{items}]"
        case Made():
            return _made(value)
        case Called(path) if method:
            given = (f"{a.name}={a.name}" if a.kwarg_only else a.name for a in _arguments(method))
            return f"_fakes.call({', '.join([repr(path), 'self', *given])})"
    raise TypeError(value)


def _arguments(method: Method) -> tuple[Argument, ...]:
    return method.schema.arguments


def _item(item: Item) -> str:
    name = f"self._state.{item.name}" if item.of_self else item.name
    if item.part == "size":
        return f"{name}.size({item.dim})"
    return f"{name}.{item.part}" if item.part else name


def _made(made: Made) -> str:
    options = []
    if made.dtype is not None:
        dtype = made.dtype if isinstance(made.dtype, str) else _item(made.dtype)
        options.append(f"dtype={f'torch.{dtype}' if isinstance(made.dtype, str) else dtype}")
    if made.device is not None:
        device = repr(made.device) if isinstance(made.device, str) else _item(made.device)
        options.append(f"device={device}")
    size = None if made.size is None else f"[{', '.join(map(_code, made.size))}]"
    if made.like is None:
        return f"torch.empty({', '.join([size or '[]', *options])})"
    like = _item(made.like)
    if size is None:
        return f"torch.empty_like({', '.join([like, *options])})"
    return f"{like}.new_empty({', '.join([size, *options])})"
