"""What the rules of `fake:` mean: texts to values of a few forms, and what is wrong with them.

A rule says what a method returns while torch.compile or torch.export traces. It may take from the call an argument
by its name, from the object a flattened item as `self.item`, and of a tensor `x.size(0)`, `x.dtype` or `x.device`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from codegen import overloads
from codegen.diagnostics import did_you_mean, it_has
from codegen.model import (
    Class,
    FunctionRule,
    Library,
    Method,
    Rule,
    SeveralRules,
    TensorRule,
    ValueRule,
)
from codegen.source import Span, Text
from codegen.spellings import DEVICES, DTYPES
from codegen.types import Base, List, Optional, Tuple, Type

MAX_DIMS = 64
"""Of torch's tensors: at::kMaxDimensions."""
_REFERENCE = re.compile(
    r"(self\.)?([A-Za-z_]\w*)(?:\.(?:size\((-?\d+)\)|shape\[(-?\d+)\]|(dtype|device)))?", re.ASCII
)
_TENSOR, _INT = Base("Tensor"), Base("int")
_INTS = (_INT, Base("SymInt"))
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "SymInt": (int,),
    "float": (int, float),
    "bool": (bool,),
    "SymBool": (bool,),
    "str": (str,),
    "complex": (int, float, complex),
    "Scalar": (int, float, complex, bool),
    "NoneType": (type(None),),
}


class Item(NamedTuple):
    """An argument or, `of_self`, a flattened item; `part` is what is taken of a tensor: size, dtype, device."""

    of_self: bool
    name: str
    part: str = ""
    dim: int = 0


class Literal(NamedTuple):
    value: object


class Dynamic(NamedTuple):
    """A number that depends on data, so that nothing is known of it while torch traces."""

    is_size: bool


class Made(NamedTuple):
    """A new tensor; `dtype` is a name of torch's, `device` a name or an item."""

    like: Item | None
    size: tuple[Item | Literal | Dynamic, ...] | None
    dtype: Item | str | None
    device: Item | str | None


class Called(NamedTuple):
    """What a Python function returns."""

    path: str


class Several(NamedTuple):
    values: tuple[Value, ...]
    is_tuple: bool


Value = Item | Literal | Dynamic | Made | Called | Several
Problem = Callable[[Span, str, str | None], None]


class Scope(NamedTuple):
    """What a rule can name: the arguments of its method, and the flattened items of the class."""

    method: Method
    cls: Class

    @property
    def arguments(self) -> Mapping[str, Type]:
        return {a.name: a.type for a in self.method.schema.arguments}

    @property
    def flattened(self) -> Mapping[str, Type]:
        return {flat.name.value: flat.type for flat in self.cls.flatten}


def methods(library: Library, cls: Class) -> Iterator[tuple[str, Method]]:
    """The methods of the objects of a class by their names in TorchScript, those of its bases included."""
    found: dict[str, Method] = {}
    for each in (*reversed([*library.ancestors(cls)]), cls):
        named = overloads.by_torchscript_name(each.methods)
        found |= {name: method for name, method in named if not method.static}
    yield from found.items()


def returned(method: Method) -> Type:
    return method.schema.with_one_return().returns[0].type


def implied(method: Method, cls: Class) -> Value | None:
    """What a method without a rule returns: the flattened item of its name and type, if there is one."""
    if method.fake or method.schema.arguments:
        return None
    return flattened(cls, method.name, returned(method))


def flattened(cls: Class, name: str, t: Type) -> Value | None:
    """A flattened item as what is returned: a plain value as it is, a tensor as a new one like it."""
    if name not in {flat.name.value for flat in cls.flatten if flat.type == t}:
        return None
    if t == _TENSOR:
        return Made(Item(True, name), None, None, None)
    return Item(True, name) if _is_plain(t) else None


def value(rule: Rule, t: Type, scope: Scope, problem: Problem) -> Value | None:
    """What a rule means for a return of type `t`; None where there are problems, which are told."""
    inner = t.element if isinstance(t, Optional) else t
    match rule:
        case FunctionRule(path):
            return Called(path.value)
        case SeveralRules() if isinstance(inner, Tuple | List):
            return _several(rule, inner, scope, problem)
        case TensorRule() if inner == _TENSOR:
            return _Tensor(scope, problem).made(rule)
        case ValueRule(_, tuple() as texts) if isinstance(inner, List):
            items = [_plain(text, inner.element, scope, problem) for text in texts]
            return Several(tuple(item for item in items if item), is_tuple=False)
        case ValueRule(_, Text(word) as text) if inner != _TENSOR or word == "None":
            return _plain(text, t, scope, problem)
    kinds = {TensorRule: "a tensor", SeveralRules: "several values"}
    kind = kinds.get(type(rule), "a value" if inner == _TENSOR else "a list")
    problem(rule.span, f"'{scope.method.name}' returns {t}, and the rule makes {kind}", _help(t))
    return None


def _help(t: Type) -> str:
    """A rule that could make a type."""
    match t:
        case Base("Tensor") | Optional(Base("Tensor")):
            return "for example `{like: x}`"
        case Tuple(items):
            return f"a list of {len(items)} rules, one for each value"
        case List(Base("Tensor")):
            return "a list of rules, one for each tensor, or a Python function: `package.module:function`"
        case _ if _is_plain(t):
            return "`{value: …}`"
    return "a Python function: `package.module:function`"


def _is_plain(t: Type) -> bool:
    """Whether values of a type are of Python's own types."""
    match t:
        case Base(name):
            return name in _PYTHON
        case Optional(element) | List(element):
            return _is_plain(element)
        case Tuple(items):
            return all(map(_is_plain, items))
    return False


def _several(rule: SeveralRules, t: Tuple | List, scope: Scope, problem: Problem) -> Several | None:
    items = t.items if isinstance(t, Tuple) else (t.element,) * len(rule.items)
    if len(items) != len(rule.items):
        count = "is 1 rule" if len(rule.items) == 1 else f"are {len(rule.items)} rules"
        message = f"'{scope.method.name}' returns {len(items)} values, and here {count}"
        problem(rule.span, message, "write one for each, in their order")
        return None
    made = [value(r, item, scope, problem) for r, item in zip(rule.items, items, strict=True)]
    return Several(tuple(v for v in made if v), isinstance(t, Tuple))


def _plain(text: Text, t: Type, scope: Scope, problem: Problem) -> Value | None:
    """A literal, an item, or `dynamic` for an int."""
    if text.value == "dynamic":
        if t not in _INTS:
            message = f"`dynamic` is an int, and {_a(t)} is wanted"
            problem(text.span, message, "a Python function: `package.module:function`")
        return Dynamic(is_size=False)
    literal = _literal(text.value)
    if literal is not None:
        if _is_literal(literal.value, t):
            return literal
        problem(text.span, f"{text} is no {_named(t)}", _spelled(text.value, t))
        return None
    if (hint := _spelled(text.value, t)) is not None:
        problem(text.span, f"'{text}' is no {_named(t)}", hint)
        return None
    return _item(text, scope, problem, t)


def _literal(text: str) -> Literal | None:
    """What Python reads as a literal."""
    try:
        return Literal(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _spelled(text: str, t: Type) -> str | None:
    """What to write in place of what YAML has for a value, or of a string without quotes."""
    habits = {"null": "None", "~": "None", "true": "True", "false": "False"}
    if text in habits:
        return f"write `{habits[text]}`"
    if t == Base("str") and not _REFERENCE.fullmatch(text):
        return "a string has quotes: `value: '\"text\"'`"
    return None


def _is_literal(value: object, t: Type) -> bool:
    match t:
        case Base("Any"):
            return True
        case Base(name):
            wanted = _PYTHON.get(name, ())
            return isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))
        case Optional(element):
            return value is None or _is_literal(value, element)
        case List(element):
            return isinstance(value, list) and all(_is_literal(item, element) for item in value)
        case Tuple(items):
            return (
                isinstance(value, tuple)
                and len(value) == len(items)
                and all(map(_is_literal, value, items))
            )
    return False


def _item(text: Text, scope: Scope, problem: Problem, *wanted: Type) -> Item | None:
    """An argument or a flattened item, or a size of one, of one of the types that are wanted."""
    match = _REFERENCE.fullmatch(text.value)
    if match is None:
        message = f"'{text}' is no value of a rule"
        problem(text.span, message, "a literal, an argument, `self.item`, or `x.size(0)`")
        return None
    of_self, name, part = bool(match[1]), match[2], match[5] or ""
    known = scope.flattened if of_self else scope.arguments
    if name not in known:
        problem(text.part(match.start(2), match.end(2)), *_unknown(scope, of_self, name))
        return None
    if (dim := match[3] or match[4]) is not None:
        return _size(text, Item(of_self, name, "size", int(dim)), known[name], problem, wanted)
    if part:
        if known[name] != _TENSOR:
            problem(text.span, f"'{name}' is {_a(known[name])}, which has no {part}", None)
        return Item(of_self, name, part)
    if not any(_fits(known[name], t) for t in wanted):
        message = f"'{text}' is {_a(known[name])}, and {_a(*wanted)} is wanted"
        sized = known[name] == _TENSOR and _INT in wanted
        problem(text.span, message, f"for example `{text}.size(0)`" if sized else None)
    return Item(of_self, name)


def _a(*types: Type) -> str:
    text = " or ".join(map(_named, types))
    return f"an {text}" if text.startswith("int") else f"a {text}"


def _named(t: Type) -> str:
    return "None" if t == Base("NoneType") else str(t)


def _unknown(scope: Scope, of_self: bool, name: str) -> tuple[str, str | None]:
    if of_self:
        message = f"`flatten:` of '{scope.cls.name}' has no '{name}'"
        if scope.method not in scope.cls.methods:
            return message, f"'{scope.cls.name}' inherits this rule: list '{name}' there too"
        return message, it_has(name, scope.flattened)
    help = it_has(name, scope.arguments)
    if name in scope.flattened:
        help = f"of the object it is `self.{name}`"
    return f"'{scope.method.name}' has no argument '{name}'", help


def _size(
    text: Text, item: Item, t: Type, problem: Problem, wanted: tuple[Type, ...]
) -> Item | None:
    if t != _TENSOR:
        problem(text.span, f"'{item.name}' is {_a(t)}, which has no sizes", None)
    elif not -MAX_DIMS <= item.dim < MAX_DIMS:
        problem(text.span, f"no tensor has {MAX_DIMS} dimensions or more", None)
    elif not any(_fits(_INT, t) for t in wanted):
        problem(text.span, f"a size is an int, and {_a(*wanted)} is wanted", None)
    return item


def _fits(t: Type, wanted: Type) -> bool:
    """Whether a value of type `t` is one of type `wanted` for a rule."""
    if isinstance(wanted, Optional) and not isinstance(t, Optional):
        return _fits(t, wanted.element)
    wider = (_INT, Base("float")), (_INT, Base("SymInt")), (Base("SymInt"), _INT)
    return _is_plain(t) and (t == wanted or wanted == Base("Any") or (t, wanted) in wider)


class _Tensor:
    """The parts of a tensor that a rule makes."""

    def __init__(self, scope: Scope, problem: Problem) -> None:
        self._scope = scope
        self._problem = problem

    def made(self, rule: TensorRule) -> Made:
        if rule.like is None and rule.dtype is None:
            message = "a tensor that is like no other needs `dtype:`"
            self._problem(rule.span, message, "for example `dtype: float32`")
        size = None
        if rule.size is not None:
            entries = map(self._entry, rule.size)
            size = tuple(entry for entry in entries if entry is not None)
        like = self._like(rule.like) if rule.like else None
        dtype = self._word(rule.dtype, "dtype") if rule.dtype else None
        return Made(like, size, dtype, self._word(rule.device, "device") if rule.device else None)

    def _like(self, text: Text) -> Item | None:
        match = _REFERENCE.fullmatch(text.value)
        if match is None or match.group(3, 4, 5) != (None, None, None):
            help = "write an argument, or `self.item` for a flattened item"
            self._problem(text.span, f"'{text}' names no tensor", help)
            return None
        of_self, name = bool(match[1]), match[2]
        known = self._scope.flattened if of_self else self._scope.arguments
        span = text.part(match.start(2), match.end(2))
        if name not in known:
            self._problem(span, *_unknown(self._scope, of_self, name))
        elif known[name] != _TENSOR:
            message = f"'{name}' is {_a(known[name])}, and `like:` wants a Tensor"
            self._problem(span, message, None)
        return Item(of_self, name)

    def _entry(self, text: Text) -> Item | Literal | Dynamic | None:
        if text.value == "dynamic":
            return Dynamic(is_size=True)
        if re.fullmatch(r"-?\d+", text.value, re.ASCII):
            if text.value.startswith("-"):
                help = "`dynamic` for one that depends on data, `x.size(-1)` for one of an argument"
                self._problem(text.span, "no size is negative", help)
            return Literal(int(text.value))
        return _item(text, self._scope, self._problem, _INT)

    def _word(self, text: Text, what: str) -> Item | str | None:
        """`x.dtype`, or a word of torch's."""
        match = _REFERENCE.fullmatch(text.value)
        if match and match[5] == what and match[2] != "torch":
            return _item(text, self._scope, self._problem)
        if what == "dtype" and text.value not in DTYPES:
            help = did_you_mean(text.value.removeprefix("torch."), DTYPES)
            self._problem(text.span, f"torch has no dtype '{text}'", help or "such as float32")
        if what == "device" and not _is_device(text.value):
            help = "such as cpu, cuda:0, or `x.device`"
            self._problem(text.span, f"torch has no device '{text}'", help)
        return text.value


def _is_device(text: str) -> bool:
    name, colon, index = text.partition(":")
    return name in DEVICES and (not colon or index.isdecimal())
