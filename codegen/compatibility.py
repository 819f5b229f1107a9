"""What an existing caller, a saved model or a compiled extension trips over: the old declarations against the new.

Rules are pure, a function each, and find `Change`s of one thing; what is gone stands on the nearest thing that is still
there. Members are those that an object has, wherever in its ancestry they are declared. `calls` compares calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple, TypeVar

from codegen import overloads
from codegen.callers import CALLERS, MODELS, Caller, is_subtype, passes, takes
from codegen.calls import Change, compare, keyword_only, name_span
from codegen.model import Class, Library, Method, Property
from codegen.source import Span, Text
from codegen.types import Base, Tuple

T = TypeVar("T")
_PYTHON = frozenset([Caller.PYTHON])
_TENSOR = Base("Tensor")


class Version(NamedTuple):
    """A class, and the library that it is in, before or after."""

    library: Library
    cls: Class


class Member(NamedTuple):
    """A method by one name in TorchScript, and the class that declares it."""

    method: Method
    owner: Class


def changes(old: Version, new: Version) -> Iterator[Change]:
    """Of a class that both have."""
    for rule in _CLASS_RULES:
        yield from rule(old, new)


def gone(
    kind: str, name: str, who: Set[Caller], where: Span, was: Text, renamed: Text | None = None
) -> Change:
    """Something that is there no longer, on what it was in; under another name, if something new is alike."""
    if renamed:
        what = f"the {kind} '{name}' is called '{renamed}'"
        return Change("CG702", name, what, who, renamed.span, was.span)
    return Change("CG701", name, f"the {kind} '{name}' is gone", who, where, was.span)


def paired(
    lost: Iterable[T], fresh: Iterable[T], alike: Callable[[T, T], bool]
) -> Iterator[tuple[T, T | None]]:
    """What is gone, each with the first new one like it that is not another's."""
    left = list(fresh)
    for was in lost:
        index = next((i for i, now in enumerate(left) if alike(was, now)), None)
        yield was, None if index is None else left.pop(index)


def members(library: Library, cls: Class) -> dict[str, Member]:
    """The methods that an object has, by their names in TorchScript."""
    found: dict[str, Member] = {}
    for owner in (*reversed(list(library.ancestors(cls))), cls):
        named = overloads.by_torchscript_name(owner.methods)
        found |= {name: Member(method, owner) for name, method in named}
    return found


def dotted(cls: Class, method: Method) -> str:
    suffix = f".{method.schema.overload}" if method.schema.overload else ""
    return f"{cls.name}.{method.name}{suffix}"


def _methods(old: Version, new: Version) -> Iterator[Change]:
    before, after = members(*old), members(*new)
    kept = _kept_bases(old, new)
    names = {member.method.name for member in after.values()}
    lost = [m.method for m in before.values() if m.owner not in kept and m.method.name not in names]
    yield from _gone_methods(lost, old, new)
    for called, member in before.items():
        if member.owner not in kept and member.method.name in names:
            yield from _method(called, member.method, old, new, after)
    for called, member in after.items():
        if called in before and member.owner is new.cls:
            yield from _keyword_only(before[called].method, member.method, new.cls)
            was, now = before[called].method.deprecated, member.method.deprecated
            yield from deprecated(dotted(new.cls, member.method), was, now)


def _method(
    called: str, method: Method, old: Version, new: Version, after: Mapping[str, Member]
) -> Iterator[Change]:
    """Python finds a method by its name and what is passed, TorchScript by a name that is its own."""
    name, who = dotted(new.cls, method), _callers(old, method)
    same_name = [m.method for m in after.values() if m.method.name == method.name]
    same = after[called].method if called in after else None
    by_python = _best(name, method, ([same] if same else []) + same_name, new.library)
    if same is by_python:
        yield from compare(name, method, same, who, new.library)
    else:
        yield from compare(name, method, by_python, who & _PYTHON, new.library)
        yield from _by_torchscript(name, called, method, same, who - _PYTHON, new)
    same_result = method.schema.returns == by_python.schema.returns
    untraced = _is_traced(old, method) and not _is_traced(new, by_python)
    if untraced and same_result and _traceable(new.cls):
        what = (
            f"'{name}' has no `fake:`: torch.compile and torch.export cannot tell what it returns"
        )
        yield Change("CG717", name, what, _PYTHON, name_span(by_python), name_span(method))


def _gone_methods(lost: Sequence[Method], old: Version, new: Version) -> Iterator[Change]:
    known = {m.name for m in old.cls.methods}

    def alike(was: Method, now: Method) -> bool:
        schemas = was.schema, now.schema
        return len({(schema.arguments, schema.returns) for schema in schemas}) == 1

    fresh = [m for m in new.cls.methods if m.name not in known]
    for was, now in paired(lost, fresh, alike):
        name, text = dotted(new.cls, was), Text(was.name, name_span(was))
        renamed = Text(now.name, name_span(now)) if now else None
        yield gone("method", name, _callers(old, was), new.cls.name.span, text, renamed)


def _taken_over(old: Version, new: Version) -> Iterator[Change]:
    """Calls in Python of what stayed, which a new overload gets before it and answers otherwise."""
    after = [member.method for member in members(*new).values()]
    before = [m.method for m in members(*old).values() if m.method.name in {n.name for n in after}]
    for name, were in overloads.grouped(before).items():
        ordered = overloads.most_specific_first([m for m in after if m.name == name], new.library)
        now = [_best(name, was, ordered, new.library) for was in were]
        for index, added in enumerate(ordered):
            if added in now or added not in new.cls.methods:
                continue
            for was, kept in zip(were, now, strict=True):
                first = index < ordered.index(kept)
                if first and _answers_otherwise(was, added, new.library):
                    result, told = added.schema.with_one_return().returns[0].type, dotted(
                        new.cls, was
                    )
                    what = f"calls of '{told}' in Python reach a new overload, which returns `{result}`"
                    help = "give it a name of its own"
                    yield Change(
                        "CG726", told, what, _PYTHON, name_span(added), name_span(was), help
                    )


def _answers_otherwise(was: Method, added: Method, library: Library) -> bool:
    (old,), (new,) = (m.schema.with_one_return().returns for m in (was, added))
    fits = takes(Caller.PYTHON, old.type, new.type, library)
    return not fits and overloads.share_calls(was, added, library)


def _special(old: Version, new: Version) -> Iterator[Change]:
    """Special methods that Python did without: it compared objects by identity, and took each for true."""
    before, after = ({m.method.name: m for m in members(*v).values()} for v in (old, new))
    name = new.cls.name.value
    hashed = "" if "__hash__" in after else ", and have no hash"
    means = {
        "__eq__": f"objects of '{name}' compare by value{hashed}",
        "__bool__": f"objects of '{name}' may be false",
        "__len__": f"objects of '{name}' may be false",
    }
    if "__len__" in before:
        means["__bool__"] = f"objects of '{name}' are true by `__bool__`, and were by `__len__`"
    if "__bool__" in before or "__bool__" in after:
        del means["__len__"]
    for special, what in means.items():
        if special in after and special not in before and after[special].owner is new.cls:
            span = name_span(after[special].method)
            yield Change("CG727", f"{name}.{special}", what, _PYTHON, span, old.cls.name.span)


def _best(name: str, method: Method, others: Sequence[Method], library: Library) -> Method:
    """The overload that takes what this one took; the first of those that come closest."""
    return min(others, key=lambda other: len(compare(name, method, other, _PYTHON, library)))


def _by_torchscript(
    name: str, called: str, method: Method, same: Method | None, who: Set[Caller], new: Version
) -> Iterator[Change]:
    """Of what Python still calls, TorchScript's name is another one's, or nobody's."""
    if same and not compare(name, method, same, who, new.library):
        return
    span = name_span(same) if same else new.cls.name.span
    state = "another overload" if same else "gone"
    what = f"what TorchScript calls '{called}' is {state}"
    # By this name it may be called in Python as well.
    who = who if called == method.name else who | _PYTHON
    help = "keep the order of overloads, and their names"
    yield Change("CG715", name, what, who, span, name_span(method), help)


def _keyword_only(old: Method, new: Method, cls: Class) -> Iterator[Change]:
    """A warning: torch saves what a model passes by position, and refuses that when it loads it."""
    known = {argument.name for argument in old.schema.arguments}
    is_first = not keyword_only(old) and not known & {a.name for a in keyword_only(new)}
    if keyword_only(new) and is_first and not new.static:
        argument = keyword_only(new)[0]
        name = dotted(cls, new)
        what = f"TorchScript models that call '{name}' can no longer be saved: '{argument.name}' is keyword-only"
        span = new.func.part(*argument.span)
        yield Change("CG723", name, what, frozenset(), span, name_span(old), "drop the `*`")


def _callers(version: Version, method: Method) -> Set[Caller]:
    """Whose calls there can be. What is static, or has keyword-only arguments, is in no model that can be loaded."""
    saved = not method.static and not keyword_only(method)
    models = {Caller.TORCHSCRIPT} if saved else set()
    return _PYTHON | models | ({Caller.EXPORTED} if _is_exported(version, method) else set())


def _is_exported(version: Version, method: Method) -> bool:
    """Whether torch.export.save keeps a call: torch can trace it, and has a form for what it takes and returns."""
    (result,) = method.schema.with_one_return().returns
    returned = result.type.items if isinstance(result.type, Tuple) else (result.type,)
    return (
        _is_traced(version, method)
        and any(cls.pickle for cls in _family(version))
        and (set(returned) <= {_TENSOR} or result.type == Base("NoneType"))
        and not any(isinstance(a.type, Tuple) for a in method.schema.arguments)
    )


def _traceable(cls: Class) -> bool:
    return cls.faked or cls.tracing_mode is not None


def _family(version: Version) -> list[Class]:
    """A class and those that derive from it, which have its methods."""
    library, cls = version
    return [c for c in library.classes if c is cls or cls in library.ancestors(c)]


def _is_traced(version: Version, method: Method) -> bool:
    """Whether torch.compile and torch.export know what it returns."""
    if any(cls.tracing_mode for cls in _family(version)):
        return True
    flattened = any(
        flat.name.value == method.name and flat.type == method.schema.returns[0].type
        for cls in _family(version)
        for flat in cls.flatten
        if len(method.schema.returns) == 1 and not method.schema.arguments
    )
    return any(cls.faked for cls in _family(version)) and (method.fake is not None or flattened)


def _properties(old: Version, new: Version) -> Iterator[Change]:
    before, after = old.library.properties(old.cls), new.library.properties(new.cls)
    kept = {p.name.value for base in _kept_bases(old, new) for p in base.properties}
    kept -= {prop.name.value for prop in old.cls.properties}
    told = {key: prop for key, prop in before.items() if key not in kept}
    lost = [prop for key, prop in told.items() if key not in after]
    fresh = [p for p in new.cls.properties if p.name.value not in before]
    for was, now in paired(lost, fresh, lambda was, now: was.type == now.type):
        name, renamed = f"{new.cls.name}.{was.name}", now.name if now else None
        yield gone("property", name, _readers(old, was), new.cls.name.span, was.name, renamed)
    for key, prop in told.items():
        if key in after:
            yield from _property(f"{new.cls.name}.{key}", prop, after[key], old, new)


def _kept_bases(old: Version, new: Version) -> list[Class]:
    """The bases that it had and has: what of them changed is told once, with them."""
    now = {cls.name.value for cls in new.library.ancestors(new.cls)}
    return [cls for cls in old.library.ancestors(old.cls) if cls.name.value in now]


def _property(
    name: str, prop: Property, now: Property, old: Version, new: Version
) -> Iterator[Change]:
    who = _readers(old, prop)
    if prop.writable and not now.writable:
        what = f"the property '{name}' is read-only"
        yield Change("CG712", name, what, who - {Caller.EXPORTED}, now.name.span, prop.name.span)
    read = {w for w in who if not takes(w, prop.type, now.type, new.library)}
    both = prop.writable and now.writable
    written = {w for w in who if both and not passes(w, prop.type, now.type, new.library)}
    if read | written:
        what = f"the property '{name}' is `{now.text}`, and was `{prop.text}`"
        yield Change("CG713", name, what, read | written, now.text.span, prop.text.span)
    yield from deprecated(name, prop.deprecated, now.deprecated)


def _readers(version: Version, prop: Property) -> Set[Caller]:
    """An exported program reads a property by its getter, of what is flattened."""
    flattened = any(flat.name.value == prop.name.value for flat in version.cls.flatten)
    exported = flattened and version.cls.faked and version.cls.pickle and prop.type == _TENSOR
    return CALLERS if exported else CALLERS - {Caller.EXPORTED}


def _init(old: Version, new: Version) -> Iterator[Change]:
    before, after, name = old.cls.init, new.cls.init, f"{new.cls.name}.__init__"
    if before is None:
        return
    models = set() if keyword_only(before) else {Caller.TORCHSCRIPT}
    if after is None:
        was = Text("__init__", before.func.span)
        yield gone("constructor", name, _PYTHON | models, new.cls.name.span, was)
    else:
        yield from compare(name, before, after, _PYTHON | models, new.library)


def _pickle(old: Version, new: Version) -> Iterator[Change]:
    before, after, name = old.cls.pickle, new.cls.pickle, new.cls.name.value
    if before is None:
        return
    if after is None:
        what = f"objects of '{name}' that were saved cannot be loaded: it has no `pickle:`"
        yield Change("CG716", name, what, CALLERS, new.cls.name.span, before.text.span)
        return
    read_in_python = passes(Caller.PYTHON, before.state, after.state, new.library)
    read_by_torch = is_subtype(before.state, after.state, new.library)
    who = (set() if read_in_python else _PYTHON) | (set() if read_by_torch else MODELS)
    if who:
        what = (
            f"objects of '{name}' that were saved have the state `{before.text}`,"
            f" and it reads `{after.text}`"
        )
        help = "read `Any`, and take apart what was saved in C++"
        yield Change("CG716", name, what, who, after.text.span, before.text.span, help)


def _tracing(old: Version, new: Version) -> Iterator[Change]:
    """Whether torch.compile and torch.export can look into objects; what was exported does not ask again."""
    name = new.cls.name.value
    if _traceable(old.cls) and not _traceable(new.cls):
        what = f"torch.compile and torch.export cannot look into '{name}': it has no `flatten:`"
        yield Change("CG717", name, what, _PYTHON, new.cls.name.span, old.cls.name.span)
    elif old.cls.faked and new.cls.faked:
        kept = {flat.name.value for flat in new.cls.flatten}
        readable = new.library.properties(new.cls)
        for flat in old.cls.flatten:
            if flat.name.value not in kept and flat.name.value in readable:
                what = f"'{name}.{flat.name}' is not flattened: what torch traces cannot read it"
                place = new.cls.flatten_span or new.cls.name.span
                yield Change("CG717", f"{name}.{flat.name}", what, _PYTHON, place, flat.name.span)


def _base(old: Version, new: Version) -> Iterator[Change]:
    """Python asks isinstance, and passes an object where a base is asked; TorchScript has no subtypes of classes."""
    now = {cls.name.value for cls in new.library.ancestors(new.cls)}
    for base in old.library.ancestors(old.cls):
        if base.name.value not in now and base.name.value in new.library.own:
            name = new.cls.name.value
            what = f"'{name}' does not derive from '{base.name}'"
            was = (old.cls.base or old.cls.name).span
            yield Change("CG719", name, what, _PYTHON, (new.cls.base or new.cls.name).span, was)
            return


def _cpp_class(old: Version, new: Version) -> Iterator[Change]:
    if old.cls.cls.value.removeprefix("::") != new.cls.cls.value.removeprefix("::"):
        name = new.cls.name.value
        what = f"the C++ class of '{name}' is '{new.cls.cls}', and was '{old.cls.cls}'"
        who = frozenset([Caller.EXTENSION])
        yield Change("CG721", name, what, who, new.cls.cls.span, old.cls.cls.span)


def _deprecated_class(old: Version, new: Version) -> Iterator[Change]:
    yield from deprecated(new.cls.name.value, old.cls.deprecated, new.cls.deprecated)


def deprecated(name: str, before: Text | None, after: Text | None) -> Iterator[Change]:
    if after and not before:
        what = f"'{name}' is deprecated: {after}"
        yield Change("CG724", name, what, frozenset(), after.span)


_CLASS_RULES: tuple[Callable[[Version, Version], Iterator[Change]], ...] = (
    _init,
    _methods,
    _taken_over,
    _special,
    _properties,
    _pickle,
    _tracing,
    _base,
    _cpp_class,
    _deprecated_class,
)
