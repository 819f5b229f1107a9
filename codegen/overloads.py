"""Methods of one name in a class: what TorchScript calls each, and which of them a call in Python reaches.

TorchScript has no overloaded methods, so each is registered under a name of its own. Python has one method, that
calls the most specific of those which accept the arguments; where two accept a call and neither is more specific,
the declaration is ambiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from codegen.model import Library, Method
from codegen.schema import Argument
from codegen.types import Base, Class, Dict, Future, List, Optional, Tuple, Type

# The kinds of Python values that each type accepts, where it accepts more than its own.
_KINDS: Mapping[str, frozenset[str]] = {
    "float": frozenset(["float", "int"]),
    "complex": frozenset(["complex", "float", "int"]),
    "Scalar": frozenset(["complex", "float", "int", "bool"]),
    "SymInt": frozenset(["SymInt", "int"]),
    "SymBool": frozenset(["SymBool", "bool"]),
}


# What type checkers see of Python's types in those that annotate an argument.
_SUBTYPES: Mapping[str, Sequence[str]] = {
    "int": ("bool",),
    "SymInt": ("bool", "int"),
    "SymBool": ("bool",),
    "Scalar": ("bool", "int", "float", "complex"),
}


def grouped(methods: Sequence[Method]) -> Mapping[str, list[Method]]:
    """The methods of each name, in the order of declaration."""
    groups: dict[str, list[Method]] = {}
    for method in methods:
        groups.setdefault(method.name, []).append(method)
    return groups


def by_torchscript_name(methods: Sequence[Method]) -> list[tuple[str, Method]]:
    """Each with its name in TorchScript: `add.two` is `add_two`; of those without an overload name the first is `add`,
    another `add_<its types>`.

    So an overload that is added later leaves the names that saved models use.
    """
    plain: set[str] = set()
    named = []
    for method in methods:
        name, suffix = method.name, method.schema.overload
        if not suffix and name in plain:
            suffix = "_".join(_word(a.type) for a in method.schema.arguments) or "nothing"
        elif not suffix:
            plain.add(name)
        named.append((f"{name}_{suffix}" if suffix else name, method))
    return named


def ambiguous(a: Method, b: Method, library: Library) -> bool:
    """Whether a call fits both, and neither is more specific for it."""
    return any(
        _more_specific(first, second, library) == _more_specific(second, first, library)
        for first, second in _shared_calls(a, b, library)
    )


def most_specific_first(methods: Sequence[Method], library: Library) -> list[Method]:
    """The order in which the first that accepts a call is the one to call."""
    rest, ordered = list(methods), []
    while rest:
        least = next((m for m in rest if not _preceded(m, rest, library)), rest[0])
        rest.remove(least)
        ordered.append(least)
    return ordered


def share_calls(a: Method, b: Method, library: Library) -> bool:
    """Whether some call fits both."""
    return bool(_shared_calls(a, b, library))


def unsafe(method: Method, later: Sequence[Method], library: Library) -> bool:
    """Whether type checkers mind that one which stands later accepts as much and returns something else."""
    return any(
        _each(_is_subtype, mine, theirs, library)
        for overload in later
        if not _fits(_result(method), _result(overload), library)
        for mine, theirs in _common_calls(method, overload)
    )


def _result(method: Method) -> Type:
    return method.schema.with_one_return().returns[0].type


def _fits(result: Type, wanted: Type, library: Library) -> bool:
    return within(result, wanted, library) or _is_subtype(result, wanted, library)


def _preceded(method: Method, others: Sequence[Method], library: Library) -> bool:
    """Whether another is to be tried first: it is more specific, or it is to a type checker, where a bool is an int."""
    return any(
        _more_specific(theirs, mine, library)
        or (_each(_is_subtype, theirs, mine, library) and list(theirs) != list(mine))
        for other in others
        if other is not method
        for mine, theirs in _common_calls(method, other)
    )


Call = tuple[list[Type], list[Type]]


def _shared_calls(a: Method, b: Method, library: Library) -> list[Call]:
    """Of the calls that both have the arguments for, those that both accept."""
    return [call for call in _common_calls(a, b) if _each(_overlap, *call, library)]


def _common_calls(a: Method, b: Method) -> list[Call]:
    """The types of what is passed in each call that both have the arguments for.

    Some arguments stand first; of the rest those are named that one of the two requires.
    """
    first, second = _positional(a), _positional(b)
    calls = []
    for n in range(min(len(first), len(second)) + 1):
        rest, other = _by_name(a, n), _by_name(b, n)
        named = sorted({x.name for x in (*rest.values(), *other.values()) if x.default is None})
        if set(named) <= rest.keys() & other.keys():
            mine = [x.type for x in first[:n]] + [rest[name].type for name in named]
            theirs = [x.type for x in second[:n]] + [other[name].type for name in named]
            calls.append((mine, theirs))
    return calls


def _positional(method: Method) -> list[Argument]:
    return [argument for argument in method.schema.arguments if not argument.kwarg_only]


def _by_name(method: Method, first: int) -> dict[str, Argument]:
    """The arguments that are left when the first are passed by position."""
    rest = [*_positional(method)[first:], *(a for a in method.schema.arguments if a.kwarg_only)]
    return {argument.name: argument for argument in rest}


def _more_specific(a: Sequence[Type], b: Sequence[Type], library: Library) -> bool:
    """Whether `b` accepts all that `a` does, and more."""
    return _each(within, a, b, library) and not _each(within, b, a, library)


def _each(
    holds: Callable[[Type, Type, Library], bool],
    a: Sequence[Type],
    b: Sequence[Type],
    library: Library,
) -> bool:
    return len(a) == len(b) and all(holds(x, y, library) for x, y in zip(a, b, strict=True))


def _kinds(t: Base) -> frozenset[str]:
    return _KINDS.get(t.name, frozenset([t.name]))


def _is_a(name: str, wanted: str, library: Library) -> bool:
    """Whether an object of a class is accepted where `wanted` is asked.

    Python has no classes for those of other libraries, so there any script object is.
    """
    cls, base = library.own.get(name), library.own.get(wanted)
    if cls is None or base is None:
        return base is None and (cls is not None or name == wanted)
    return cls is base or any(ancestor is base for ancestor in library.ancestors(cls))


def within(a: Type, b: Type, library: Library) -> bool:
    """Whether every Python value that `a` accepts is one that `b` accepts."""
    match a, b:
        case _, Base("Any"):
            return True
        case Optional(x), Optional(y):
            return within(x, y, library)
        case _, Optional(y):
            return a == Base("NoneType") or within(a, y, library)
        case Base(), Base():
            return _kinds(a) <= _kinds(b)
        case Class(x), Class(y):
            return _is_a(x, y, library)
        case List(x), List(y):
            return within(x, y, library)
        case Tuple(items), List(y):
            return all(within(item, y, library) for item in items)
        case Tuple(), Tuple():
            return _each(within, a.items, b.items, library)
        case Dict(), Dict():
            return within(a.key, b.key, library) and within(a.value, b.value, library)
    return isinstance(a, Future) and isinstance(b, Future)


def _is_subtype(a: Type, b: Type, library: Library) -> bool:
    """Whether a type checker sees in `a` a subtype: bool is one of int, and lists and dicts have none."""
    match a, b:
        case Optional(x), Optional(y):
            return _is_subtype(x, y, library)
        case _, Optional(y):
            return _is_subtype(a, y, library)
        case Base(x), Base(y):
            return x == y or x in _SUBTYPES.get(y, ())
        case Class(x), Class(y):
            return _is_a(x, y, library)
        case Tuple(), Tuple():
            return _each(_is_subtype, a.items, b.items, library)
    return a == b


def _overlap(a: Type, b: Type, library: Library) -> bool:
    """Whether some Python value is accepted by both: None for two optionals, an empty list for two lists."""
    match a, b:
        case (Base("Any"), _) | (_, Base("Any")) | (Optional(), Optional()):
            return True
        case Optional(x), y:
            return y == Base("NoneType") or _overlap(x, y, library)
        case _, Optional():
            return _overlap(b, a, library)
        case Base(), Base():
            return bool(_kinds(a) & _kinds(b))
        case Class(x), Class(y):
            known = x in library.own or y in library.own
            return not known or _is_a(x, y, library) or _is_a(y, x, library)
        case (List(), List()) | (Dict(), Dict()) | (Future(), Future()):
            return True
        case Tuple(items), List(x):
            return all(_overlap(item, x, library) for item in items)
        case List(), Tuple():
            return _overlap(b, a, library)
        case Tuple(), Tuple():
            return _each(_overlap, a.items, b.items, library)
    return False


def _word(t: Type) -> str:
    """A type as a part of a name."""
    match t:
        case Class(name):
            return name.rpartition(".")[2]
        case Base(name):
            return name
    return "_".join([type(t).__name__.lower(), *map(_word, t.children)])
