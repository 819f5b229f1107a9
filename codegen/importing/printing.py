"""What libraries have registered with torch → the text of a spec that declares the same.

What the format cannot say stands there as a comment with the reason (`pieces`), as do operators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from codegen import names, rules
from codegen.diagnostics import Stop
from codegen.importing import pieces
from codegen.importing.cpp_guess import Guess, Guesses, guess
from codegen.importing.pieces import Piece
from codegen.importing.registry import Accessors, Member, Operator, Registered, Registry
from codegen.model import BACKENDS_NAMESPACE, TORCH_METHODS
from codegen.schema import Argument, FunctionSchema
from codegen.schema_parser import SchemaError, parse
from codegen.types import Base, Tuple, Type


class Imported(NamedTuple):
    """The text of a spec, and what a person should be told."""

    text: str
    notes: tuple[str, ...]


class _Scope(NamedTuple):
    """What of a registry one spec declares."""

    library: str
    namespace: str
    classes: tuple[Registered, ...]
    implementations: tuple[Registered, ...]
    operators: tuple[Operator, ...]
    cpp: Guesses

    @property
    def bare(self) -> Mapping[str, str]:
        """Its classes by their full names: a schema calls them by the short ones."""
        return {cls.name: cls.short for cls in self.classes}


def library_name(path: Path) -> str:
    """`libvecdb.so`, `libvecdb.torch.so` and `vecdb.cpython-311-x86_64-linux-gnu.so` are `vecdb`."""
    return re.sub(r"\W", "_", path.name.split(".")[0].removeprefix("lib")) or path.stem


def spec(
    registry: Registry, files: Sequence[str], library: str, namespace: str | None = None
) -> Imported:
    """A spec of one namespace, or of all where classes are in one.

    Raises:
        Stop: There is no such namespace, or there are several and none was chosen; the library's name cannot be one.
    """
    scope = _scope(registry, library, namespace)
    try:
        settled = pieces.settle(_pieces(scope, files))
    except pieces.Refused as error:
        raise Stop(f"{error}; --library NAME gives the library another name") from error
    remarks = [*_operators(scope), *_unknown(registry, scope)]
    notes = []
    if settled.refused:
        left_out = "1 declaration is a comment" if settled.refused == 1 else ""
        left_out = left_out or f"{settled.refused} declarations are comments"
        notes.append(f"{left_out}, with the reason above")
    if not settled.stands:
        notes.append("nothing of it can be declared: it is no spec yet, all of it is comments")
    elif scope.operators:
        notes.append("operators are comments: this version of the format has none")
    return Imported(settled.text + "".join(f"{line}\n" for line in remarks), tuple(notes))


def _scope(registry: Registry, library: str, namespace: str | None) -> _Scope:
    implementations = tuple(cls for cls in registry.classes if _is_implementation(cls))
    classes = tuple(cls for cls in registry.classes if cls not in implementations)
    operators = registry.operators
    if namespace is not None:
        known = {op.namespace for op in operators if op.new}
        known |= {cls.namespace for cls in registry.classes}
        if namespace not in known:
            raise Stop(f"nothing is in the namespace '{namespace}': {', '.join(sorted(known))}")
        classes = tuple(cls for cls in classes if cls.namespace == namespace)
        implementations = tuple(cls for cls in implementations if cls.namespace == namespace)
        operators = tuple(op for op in operators if op.new and op.namespace == namespace)
    spaces = {cls.namespace for cls in classes} or {op.namespace for op in operators if op.new}
    if classes and len(spaces) > 1:
        message = f"classes are in the namespaces {', '.join(sorted(spaces))}, and a spec has one"
        raise Stop(f"{message}: choose it with --namespace")
    own = spaces.pop() if len(spaces) == 1 else library
    cpp = guess([cls.name for cls in registry.classes], registry.types, library)
    return _Scope(library, own, classes, implementations, operators, cpp)


def _is_implementation(cls: Registered) -> bool:
    """Whether it is registered as torch::jit::backend does: made of nothing, and called with any object."""
    schemas = [_parsed(member.schema) for member in cls.methods if not member.static]
    if len(schemas) != len(cls.methods) or cls.properties:
        return False
    inits = [s for s in schemas if s and s.name == "__init__"]
    others = [s for s in schemas if not s or s.name != "__init__"]
    made = [len(schema.arguments) for schema in inits] == [1]
    any_object = all(s and s.arguments and s.arguments[0].type == Base("Any") for s in others)
    return made and any_object and bool(others)


def _pieces(scope: _Scope, files: Sequence[str]) -> list[Piece]:
    keys: pieces.Keys = {"spec": 1, "library": scope.library}
    if scope.namespace != scope.library:
        keys["namespace"] = scope.namespace
    cpp = {"headers": f"[{scope.library}.h]", "sources": f"[{scope.library}.cpp]"}
    head = [
        pieces.comment(f"From {', '.join(files)}, by `python -m codegen import`."),
        "# Names, schemas and the docs of classes are as torch has them. It tells nobody other docs, nor the C++",
        "# behind it all: look through `cpp`, `class`, `impl`, `get` and `set`.",
        *pieces.entries(keys),
        "cpp:",
        *(f"  {key}: {value}" for key, value in cpp.items()),
    ]
    backends = tuple(_backends(scope))
    classes = tuple(_class(cls, scope) for cls in scope.classes)
    groups = [("backends:", backends), ("classes:", classes)]
    return [
        Piece(tuple(head)),
        *(Piece(("", key), parts, group=True) for key, parts in groups if parts),
    ]


def _class(cls: Registered, scope: _Scope) -> Piece:
    keys = {"name": cls.short, "class": scope.cpp.classes[cls.name].spelling}
    lines = _remarked(pieces.item(keys), scope.cpp.classes[cls.name])
    if cls.doc:
        lines += tuple(f"  {line}".rstrip() for line in pieces.entries({"doc": cls.doc}))
    accessors = {name for p in cls.properties for name in (p.getter, p.setter) if name}
    methods = {member.name: member for member in cls.methods if member.name not in accessors}
    init = _init(methods.pop("__init__", None), scope)
    state = [*_pickle(methods, scope), *_flatten(methods, scope), *_tracing_mode(methods)]
    parts = [
        *init,
        *_group("methods:", [_method(m, cls, scope) for m in methods.values()]),
        *_group("properties:", [_property(p, cls, scope) for p in cls.properties]),
        *state,
    ]
    return Piece(lines, tuple(parts))


def _remarked(lines: tuple[str, ...], cpp: Guess) -> tuple[str, ...]:
    """With a remark behind the last line, which is that of `class:`."""
    return (*lines[:-1], f"{lines[-1]}  # {cpp.remark}") if cpp.remark else lines


def _group(key: str, parts: Sequence[Piece]) -> list[Piece]:
    return [Piece((key,), tuple(parts), group=True)] if parts else []


def _init(member: Member | None, scope: _Scope) -> list[Piece]:
    if member is None:
        return []
    schema = _declared(member, scope)
    if isinstance(schema, str):
        return [Piece((f"init: {member.schema}",), reason=schema)]
    arguments = str(replace(schema, name="", returns=())).removesuffix(" -> ()")
    return [Piece(pieces.entries({"init": arguments}))]


def _method(member: Member, cls: Registered, scope: _Scope) -> Piece:
    schema = _declared(member, scope)
    keys: pieces.Keys = {"func": member.schema if isinstance(schema, str) else str(schema)}
    constructor = names.constructor(scope.cpp.classes[cls.name].spelling)
    if (impl := _impl(member.name, constructor)) != member.name:
        keys["impl"] = impl
    if member.static:
        keys["static"] = True
    return Piece(pieces.item(keys), reason=schema if isinstance(schema, str) else "")


def _impl(name: str, constructor: str = "") -> str:
    """A member function for a method: of that name, if C++ allows."""
    special = name.startswith("__") and name.endswith("__")
    word = name.strip("_") if special else name
    return f"{word}_" if rules.cpp_token(word) or word == constructor else word


def _property(accessors: Accessors, cls: Registered, scope: _Scope) -> Piece:
    methods = {member.name: member for member in cls.methods}
    getter = methods.get(accessors.getter)
    schema = _declared(getter, scope) if getter else "torch does not tell its type"
    member = _impl(accessors.name)
    keys = {"name": accessors.name, "type": "", "get": member}
    if accessors.setter:
        keys["set"] = f"set_{accessors.name}"
    if isinstance(schema, str):
        return Piece((f"- {pieces.flow(keys)}",), reason=schema)
    keys["type"] = str(schema.with_one_return().returns[0].type)
    return Piece((f"- {pieces.flow(keys)}",))


def _pickle(methods: dict[str, Member], scope: _Scope) -> list[Piece]:
    pair = [methods.pop(name, None) for name in ("__getstate__", "__setstate__")]
    members = [member for member in pair if member]
    if not members:
        return []
    schemas = [schema for m in members if not isinstance(schema := _declared(m, scope), str)]
    given = [value.type for schema in schemas[:1] for value in schema.with_one_return().returns]
    taken = [argument.type for schema in schemas[1:] for argument in schema.arguments]
    if len(schemas) == 2 and given == taken:
        keys = {"state": str(given[0]), "get": "get_state", "set": "set_state"}
        return [Piece((f"pickle: {pieces.flow(keys)}",))]
    lines = tuple(f"pickle: {member.schema}" for member in members)
    return [Piece(lines, reason="`pickle:` needs both, of one type that the format has")]


def _flatten(methods: dict[str, Member], scope: _Scope) -> list[Piece]:
    member = methods.pop("__obj_flatten__", None)
    if member is None:
        return []
    schema = _declared(member, scope)
    items = [] if isinstance(schema, str) else _items(schema)
    if not items:
        reason = "`flatten:` is a tuple of pairs, each of a name and a value"
        return [Piece((f"flatten: {member.schema}",), reason=reason)]
    keys = {f"item_{index}": str(t) for index, t in enumerate(items)}
    remark = "# What its items are called, torch does not tell."
    return [Piece((remark, f"flatten: {pieces.flow(keys)}"))]


def _items(schema: FunctionSchema) -> list[Type]:
    """The types of the values in the pairs that are returned."""
    result = schema.with_one_return().returns[0].type
    pairs = result.items if isinstance(result, Tuple) else ()
    return [
        pair.items[1]
        for pair in pairs
        if isinstance(pair, Tuple) and len(pair.items) == 2 and pair.items[0] == Base("str")
    ]


def _tracing_mode(methods: dict[str, Member]) -> list[Piece]:
    """Torch knows one mode, so it is not asked for."""
    member = methods.pop("tracing_mode", None)
    return [Piece(("tracing_mode: real",))] if member else []


def _backends(scope: _Scope) -> Iterable[Piece]:
    """A backend for each interface: implementations of one namespace that have the same methods."""
    interfaces: dict[tuple[str, tuple[str, ...]], list[Registered]] = {}
    for cls in scope.implementations:
        methods = [member for member in cls.methods if member.name != "__init__"]
        schemas = tuple(str(_declared(member, scope)) for member in methods)
        interfaces.setdefault((cls.namespace, schemas), []).append(cls)
    taken = {cls.short for cls in (*scope.classes, *scope.implementations)}
    words = (word for word in _backend_names() if _free(word, scope, taken))
    for ((namespace, schemas), classes), word in zip(interfaces.items(), words, strict=False):
        yield _backend(word, namespace, schemas, classes, scope)


def _backend_names() -> Iterable[str]:
    yield "backend"
    number = 2
    while True:
        yield f"backend_{number}"
        number += 1


def _free(word: str, scope: _Scope, taken: set[str]) -> bool:
    protocols = {names.camel(word), _interface(word)}
    return word != scope.library and not protocols & taken


def _interface(word: str) -> str:
    return f"{names.camel(word)}Interface"


def _backend(
    word: str,
    namespace: str,
    schemas: Sequence[str],
    classes: Sequence[Registered],
    scope: _Scope,
) -> Piece:
    torchs = {str(schema) for schema in TORCH_METHODS.values()}
    delegates = namespace == BACKENDS_NAMESPACE and torchs <= set(schemas)
    keys = {"name": word}
    if not delegates:
        keys |= {"namespace": namespace, "interface": _interface(word)}
    own = [schema for schema in schemas if not (delegates and schema in torchs)]
    methods = [_interface_method(schema) for schema in own]
    implementations = [_implementation(cls, scope, delegates) for cls in classes]
    parts = [*_group("methods:", methods), *_group("implementations:", implementations)]
    return Piece(pieces.item(keys), tuple(parts))


def _interface_method(schema: str) -> Piece:
    name = schema.partition("(")[0]
    impl = {"impl": _impl(name)} if _impl(name) != name else {}
    return Piece(pieces.item({"func": schema, **impl}))


def _implementation(cls: Registered, scope: _Scope, delegates: bool) -> Piece:
    cpp = scope.cpp.classes[cls.name]
    lines = _remarked(pieces.item({"name": cls.short, "class": cpp.spelling}), cpp)
    if cls.doc:
        lines += tuple(f"  {line}".rstrip() for line in pieces.entries({"doc": cls.doc}))
    if delegates:
        lines += ("  # preprocess: torch does not tell whether there is one",)
    return Piece(lines)


def _declared(member: Member, scope: _Scope) -> FunctionSchema | str:
    """The schema as a spec has it: without the object, and what methods return as it is written there.

    Else why there is none.
    """
    try:
        schema = parse(member.schema)
    except SchemaError as error:
        return error.message
    first = 0 if member.static else 1
    returns = _returns(schema.returns)
    schema = replace(schema, arguments=schema.arguments[first:], returns=returns)
    return _shortened(schema, scope)


def _returns(returns: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Nothing, or several values, where torch has None or a tuple: they are registered alike."""
    if len(returns) != 1 or returns[0].name != "_0":
        return returns
    result = returns[0].type
    if result == Base("NoneType"):
        return ()
    if isinstance(result, Tuple) and len(result.items) > 1:
        return tuple(Argument("", t) for t in result.items)
    return returns


def _shortened(schema: FunctionSchema, scope: _Scope) -> FunctionSchema:
    """With the short names of the spec's classes, unless one of them means something else."""
    short = schema.renamed(scope.bare)
    try:
        return short if parse(str(short)) == short else schema
    except SchemaError:
        return schema


def _parsed(schema: str) -> FunctionSchema | None:
    try:
        return parse(schema)
    except SchemaError:
        return None


def _operators(scope: _Scope) -> Iterable[str]:
    new = [op for op in scope.operators if op.new]
    if new:
        yield from ("", "# Operators, which this version of the format has not:", "# operators:")
    for op in new:
        yield from (pieces.comment(f"  {line}") for line in _operator(op, scope))
    others = [op for op in scope.operators if not op.new]
    if others:
        yield from ("", "# Kernels for operators that torch has of others:")
    for op in others:
        yield pieces.comment(f"  {op.schema.partition('(')[0]}: {', '.join(op.keys)}")


def _operator(op: Operator, scope: _Scope) -> Iterable[str]:
    schema = _parsed(op.schema)
    text = op.schema if schema is None else str(_shortened(schema, scope))
    yield from pieces.item({"func": text.removeprefix(f"{scope.namespace}::")})
    word = re.sub(r"\W", "_", text.partition("(")[0].rpartition("::")[2])
    if op.keys:
        kernels = {key: f"{scope.library}::{word}{_suffix(key)}" for key in op.keys}
        yield f"  dispatch: {pieces.flow(kernels)}"
    if op.tags:
        yield f"  tags: {pieces.flow(op.tags)}"


def _suffix(key: str) -> str:
    """Of a kernel's name: none for one that serves all devices."""
    return "" if key.startswith("Composite") else f"_{key.lower()}"


def _unknown(registry: Registry, scope: _Scope) -> Iterable[str]:
    if registry.unknown:
        yield from ("", "# Methods whose class torch does not tell:")
    for schema in registry.unknown:
        yield pieces.comment(f"  {schema}")
    if scope.cpp.left:
        yield from (
            "",
            "# C++ classes that are registered, under none of the names above or a guessed one:",
        )
    for spelling in scope.cpp.left:
        yield pieces.comment(f"  {spelling}")
