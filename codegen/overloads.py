"""Methods of one name in a class: what TorchScript calls each, and which of them a call in Python reaches.

TorchScript has no overloaded methods, so each is registered under a name of its own. Python has one method, that
calls the most specific of those which accept the arguments; where two accept a call and neither is more specific,
the declaration is ambiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from codegen.model import Method
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

Bases = Mapping[str, str]
"""The base of each class that has one."""


def grouped(methods: Sequence[Method]) -> Mapping[str, list[Method]]:
    """The methods of each name, in the order of declaration."""
    groups: dict[str, list[Method]] = {}
    for method in methods:
        groups.setdefault(method.name, []).append(method)
    return groups


def torchscript_names(methods: Sequence[Method]) -> list[str]:
    """`add.two` is `add_two`; of those without an overload name the first is `add`, another `add_<its types>`.

    So an overload that is added later leaves the names that saved models use.
    """
    plain: set[str] = set()
    names = []
    for method in methods:
        name, suffix = method.name, method.schema.overload
        if not suffix and name in plain:
            suffix = "_".join(_word(a.type) for a in method.schema.arguments) or "nothing"
        elif not suffix:
            plain.add(name)
        names.append(f"{name}_{suffix}" if suffix else name)
    return names


def ambiguous(a: Method, b: Method, bases: Bases) -> bool:
    """Whether a call fits both, and neither is more specific for it."""
    return any(
        _more_specific(first, second, bases) == _more_specific(second, first, bases)
        for first, second in _shared_calls(a, b, bases)
    )


def most_specific_first(methods: Sequence[Method], bases: Bases) -> list[Method]:
    """The order in which the first that accepts a call is the one to call."""
    rest, ordered = list(methods), []
    while rest:
        least = next((m for m in rest if not _preceded(m, rest, bases)), rest[0])
        rest.remove(least)
        ordered.append(least)
    return ordered


def _preceded(method: Method, others: Sequence[Method], bases: Bases) -> bool:
    return any(
        _more_specific(theirs, mine, bases)
        for other in others
        if other is not method
        for mine, theirs in _shared_calls(method, other, bases)
    )


def _shared_calls(a: Method, b: Method, bases: Bases) -> list[tuple[list[Type], list[Type]]]:
    """The types of the positional arguments in each call that fits both."""
    first, second = _positional(a), _positional(b)
    counts = range(max(_required(first), _required(second)), min(len(first), len(second)) + 1)
    pairs = [([x.type for x in first[:n]], [x.type for x in second[:n]]) for n in counts]
    if not _keywords(a) <= _names(b) or not _keywords(b) <= _names(a):
        return []
    return [pair for pair in pairs if _each(_overlap, *pair, bases)]


def _positional(method: Method) -> list[Argument]:
    return [argument for argument in method.schema.arguments if not argument.kwarg_only]


def _required(arguments: Sequence[Argument]) -> int:
    return sum(argument.default is None for argument in arguments)


def _keywords(method: Method) -> set[str]:
    """The keyword-only arguments that each call has."""
    return {a.name for a in method.schema.arguments if a.kwarg_only and a.default is None}


def _names(method: Method) -> set[str]:
    return {argument.name for argument in method.schema.arguments}


def _more_specific(a: Sequence[Type], b: Sequence[Type], bases: Bases) -> bool:
    """Whether `b` accepts all that `a` does, and more."""
    return _each(_within, a, b, bases) and not _each(_within, b, a, bases)


def _each(
    holds: Callable[[Type, Type, Bases], bool], a: Sequence[Type], b: Sequence[Type], bases: Bases
) -> bool:
    return len(a) == len(b) and all(holds(x, y, bases) for x, y in zip(a, b, strict=True))


def _kinds(t: Base) -> frozenset[str]:
    return _KINDS.get(t.name, frozenset([t.name]))


def _derives(name: str, base: str, bases: Bases) -> bool:
    return name == base or (name in bases and _derives(bases[name], base, bases))


def _within(a: Type, b: Type, bases: Bases) -> bool:
    """Whether every Python value that `a` accepts is one that `b` accepts."""
    match a, b:
        case _, Base("Any"):
            return True
        case Optional(x), Optional(y):
            return _within(x, y, bases)
        case _, Optional(y):
            return a == Base("NoneType") or _within(a, y, bases)
        case Base(), Base():
            return _kinds(a) <= _kinds(b)
        case Class(x), Class(y):
            return _derives(x, y, bases)
        case List(x), List(y):
            return _within(x, y, bases)
        case Tuple(items), List(y):
            return all(_within(item, y, bases) for item in items)
        case Tuple(), Tuple():
            return _each(_within, a.items, b.items, bases)
        case Dict(), Dict():
            return _within(a.key, b.key, bases) and _within(a.value, b.value, bases)
    return isinstance(a, Future) and isinstance(b, Future)


def _overlap(a: Type, b: Type, bases: Bases) -> bool:
    """Whether some Python value is accepted by both: None for two optionals, an empty list for two lists."""
    match a, b:
        case (Base("Any"), _) | (_, Base("Any")) | (Optional(), Optional()):
            return True
        case Optional(x), y:
            return y == Base("NoneType") or _overlap(x, y, bases)
        case _, Optional():
            return _overlap(b, a, bases)
        case Base(), Base():
            return bool(_kinds(a) & _kinds(b))
        case Class(x), Class(y):
            return _derives(x, y, bases) or _derives(y, x, bases)
        case (List(), List()) | (Dict(), Dict()) | (Future(), Future()):
            return True
        case Tuple(items), List(x):
            return all(_overlap(item, x, bases) for item in items)
        case List(), Tuple():
            return _overlap(b, a, bases)
        case Tuple(), Tuple():
            return _each(_overlap, a.items, b.items, bases)
    return False


def _word(t: Type) -> str:
    """A type as a part of a name."""
    match t:
        case Class(name):
            return name.rpartition(".")[2]
        case Base(name):
            return name
    return "_".join([type(t).__name__.lower(), *map(_word, t.children)])
