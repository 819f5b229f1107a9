"""A callable as it was against the same one as it is: what of a call no longer works, and whose.

A Python caller passes arguments by position or by name and leaves out those with a default, and an exported program
repeats what its Python code passed. TorchScript writes every argument into a saved model by position, also defaults: so
names do not matter to one, and defaults neither; and one that calls a method with keyword-only arguments cannot be
loaded at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from itertools import pairwise
from typing import NamedTuple

from codegen.callers import CALLERS, Caller, passes, takes
from codegen.model import Library, Method
from codegen.results import result_of
from codegen.schema import Argument
from codegen.source import Span
from codegen.types import Type

_BY_NAME = frozenset([Caller.PYTHON, Caller.EXPORTED])


class Change(NamedTuple):
    """A change that someone trips over."""

    code: str
    name: str
    """Of what changed, as `Index.search`."""
    what: str
    who: Set[Caller]
    """Nobody, if it only warns."""
    span: Span
    was: Span | None = None
    help: str | None = None


class _Pair(NamedTuple):
    """An argument before and after."""

    old: Argument
    new: Argument


def compare(
    name: str, old: Method, new: Method, who: Set[Caller], library: Library
) -> list[Change]:
    """What of the calls that `who` makes no longer works."""
    comparison = _Comparison(name, old, new, library)
    found = [change._replace(who=change.who & who) for change in comparison.changes()]
    return [change for change in found if change.who]


class _Comparison:
    def __init__(self, name: str, old: Method, new: Method, library: Library) -> None:
        self._name = name
        self._old = old
        self._new = new
        self._library = library
        self._pairs = list(_pairs(old.schema.arguments, new.schema.arguments))

    def changes(self) -> Iterator[Change]:
        for rule in (
            self._removed,
            self._required,
            self._order,
            self._each_argument,
            self._result,
            self._static,
        ):
            yield from rule()

    def _removed(self) -> Iterator[Change]:
        kept = [pair.old for pair in self._pairs]
        for argument in self._old.schema.arguments:
            if argument not in kept:
                what = f"'{self._name}' no longer takes '{argument.name}'"
                yield self._change("CG703", what, CALLERS, None, argument)

    def _required(self) -> Iterator[Change]:
        for argument in self._added():
            if argument.default is None:
                what = f"'{self._name}' needs the new argument '{argument.name}'"
                help = "give it a default"
                yield self._change("CG707", what, CALLERS, argument, None)._replace(help=help)

    def _order(self) -> Iterator[Change]:
        """What is passed by position arrives where it did; of an argument that is gone another rule tells."""
        places = {argument.name: i for i, argument in enumerate(self._new.schema.arguments)}
        stayed = [p for p in self._pairs if not (p.old.kwarg_only or p.new.kwarg_only)]
        for before, pair in pairwise(stayed):
            if places[before.new.name] > places[pair.new.name]:
                what = f"'{self._name}' takes '{pair.new.name}' before '{before.new.name}'"
                yield self._change("CG705", what, CALLERS, pair.new, pair.old)
                return
        last = max((places[pair.new.name] for pair in stayed), default=0)
        names = {pair.new.name for pair in stayed}
        required = {a.name for a in self._added() if a.default is None}
        for argument in self._new.schema.arguments[:last]:
            if argument.name not in names | required:
                what = (
                    f"'{argument.name}' of '{self._name}' stands before arguments that were there"
                )
                change = self._change("CG705", what, CALLERS, argument, None)
                yield change._replace(help="put it behind them")

    def _each_argument(self) -> Iterator[Change]:
        for pair in self._pairs:
            old, new, of = pair.old, pair.new, f"of '{self._name}'"
            if old.name != new.name:
                what = f"the argument '{old.name}' {of} is called '{new.name}'"
                yield self._change("CG704", what, _BY_NAME, new, old)
            if new.kwarg_only and not old.kwarg_only:
                what = f"'{new.name}' {of} is keyword-only"
                yield self._change("CG706", what, CALLERS, new, old)
            if old.default and not new.default:
                what = f"'{new.name}' {of} has no default"
                yield self._change("CG708", what, _BY_NAME, new, old)
            if old.default and new.default and old.default.value != new.default.value:
                what = f"'{new.name}' {of} has another default"
                yield self._change("CG709", what, _BY_NAME, new, old)
            if who := self._refused(old.type, new.type):
                what = f"'{new.name}' {of} is `{new.type}`, and was `{old.type}`"
                yield self._change("CG710", what, who, new, old)

    def _refused(self, old: Type, new: Type) -> Set[Caller]:
        return {who for who in CALLERS if not passes(who, old, new, self._library)}

    def _result(self) -> Iterator[Change]:
        (old,), (new,) = (m.schema.with_one_return().returns for m in (self._old, self._new))
        who = {who for who in CALLERS if not takes(who, old.type, new.type, self._library)}
        if who:
            what = f"'{self._name}' returns `{new.type}`, and returned `{old.type}`"
            yield Change("CG711", self._name, what, who, *self._places(_result_span))
        elif gone := sorted(_fields(self._old) - _fields(self._new)):
            what = f"what '{self._name}' returns has no '{gone[0]}'"
            yield Change("CG711", self._name, what, {Caller.PYTHON}, *self._places(_result_span))

    def _static(self) -> Iterator[Change]:
        if self._old.static != self._new.static:
            now = "static" if self._new.static else "no longer static"
            # On an object, Python calls either; TorchScript calls, but cannot save, a static one.
            who = CALLERS - {Caller.PYTHON} if self._new.static else {Caller.PYTHON}
            yield Change(
                "CG714", self._name, f"'{self._name}' is {now}", who, *self._places(name_span)
            )

    def _places(self, place: Callable[[Method], Span]) -> tuple[Span, Span]:
        return place(self._new), place(self._old)

    def _change(
        self, code: str, what: str, who: Set[Caller], new: Argument | None, old: Argument | None
    ) -> Change:
        """On the argument, or on the name of the method that has it no longer."""
        span = self._new.func.part(*new.span) if new else name_span(self._new)
        was = self._old.func.part(*old.span) if old else name_span(self._old)
        return Change(code, self._name, what, who, span, was)

    def _added(self) -> list[Argument]:
        known = [pair.new for pair in self._pairs]
        return [argument for argument in self._new.schema.arguments if argument not in known]


def name_span(method: Method) -> Span:
    if method.name == "__init__":
        return method.func.span
    return method.func.part(*method.schema.name_span)


def _result_span(method: Method) -> Span:
    returns = method.schema.returns
    if not returns:
        return name_span(method)
    return method.func.part(returns[0].type_span[0], returns[-1].type_span[1])


def _fields(method: Method) -> set[str]:
    """The names of the named tuple that the method returns in Python."""
    result = result_of("", method)
    return {name for name, _ in result.fields} if result else set()


def keyword_only(method: Method) -> list[Argument]:
    return [argument for argument in method.schema.arguments if argument.kwarg_only]


def _pairs(old: tuple[Argument, ...], new: tuple[Argument, ...]) -> Iterator[_Pair]:
    """By name; what is left of both, by place among those passed by position, and by type among those that are not."""
    by_name = {argument.name: argument for argument in new}
    known = {argument.name for argument in old}
    left = [argument for argument in new if argument.name not in known]
    for index, argument in enumerate(old):
        if argument.name in by_name:
            yield _Pair(argument, by_name[argument.name])
            continue
        for other in left:
            same_place = not argument.kwarg_only and new.index(other) == index
            same_type = argument.kwarg_only and other.type == argument.type
            if other.kwarg_only == argument.kwarg_only and (same_place or same_type):
                left.remove(other)
                yield _Pair(argument, other)
                break
