"""Text in torch's schema language to the frozen values of `schema`.

Owns the grammar. A bare name that is no type of `types.TABLE` is a `Class`: whether it exists is for later, when
all declarations are known. What torch takes and then breaks on is refused; tests/test_schema.py lists each case.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from codegen import literals
from codegen.diagnostics import did_you_mean
from codegen.schema import Alias, Argument, FunctionSchema
from codegen.spellings import GENERICS, HABITS, advice
from codegen.tokens import Cursor, SchemaError, Token
from codegen.types import (
    CLASSES_PREFIX,
    CONTAINERS,
    DICT_KEYS,
    TABLE,
    Base,
    Class,
    Dict,
    Future,
    List,
    Optional,
    Tuple,
    Type,
    rename,
)

__all__ = ["MAX_DEPTH", "SchemaError", "parse", "parse_arguments", "parse_type"]

MAX_DEPTH = 64
# c10::DictType::create; what it lets through for C++ to refuse is left to `types.unsupported`.
_PARSED_KEYS = frozenset((*DICT_KEYS, *"Any Device SymInt ScalarType Layout MemoryFormat".split()))

# Namespaces and modules whose types people write.
_FOREIGN = frozenset("std at c10 torch typing collections np numpy nn pathlib".split())
_VARIABLE = "a schema has no variable arguments: take a list, such as `Any[] args`"
_STRAY = {
    "(": "an alias annotation comes before `?`: `Tensor(a!)?`",
    "&": "a schema has no references: leave it out",
    "*": "a schema has no pointers: leave it out",
    "|": "`T?` is a T or None; of other types declare an overload each",
    "...": _VARIABLE,
}


def parse(text: str) -> FunctionSchema:
    """A whole schema."""
    parser = _Parser(text)
    schema = parser.schema()
    parser.end("the schema")
    return schema


def parse_type(text: str) -> Type:
    """A type alone, without alias annotations."""
    parser = _Parser(text)
    value = parser.argument_type()
    if value.alias or value.element_alias:
        raise SchemaError("an alias annotation has no meaning here", 0, len(text))
    parser.end("the type")
    return value.type


def parse_arguments(text: str) -> tuple[Argument, ...]:
    """Arguments in their parentheses, such as `(int dim, *, str metric="l2")`."""
    parser = _Parser(text)
    arguments, is_vararg = parser.arguments("`(int x, str y)`; without any, `()`")
    if is_vararg:
        raise SchemaError("... has no meaning here", 0, len(text), "name every argument")
    parser.end("the arguments")
    return arguments


def is_type_variable(name: str) -> bool:
    """Whether torch's parser takes a name that is no type for a variable, which stands for any type: `t(a)[]`."""
    return name[0].islower() and name.isidentifier()


class _Annotated(NamedTuple):
    """A type with its alias annotations."""

    type: Type
    alias: Alias | None = None
    element_alias: Alias | None = None


class _Parser(Cursor):
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def end(self, what: str) -> None:
        if self.current.kind != "end":
            hint = self.stray() or ("a list is `int[]`" if self.current.text == "[" else None)
            self.fail(f"expected {what} to end here, found {self.found()}", hint)

    def stray(self) -> str | None:
        """What helps at a token that follows a type and cannot."""
        return _STRAY.get(self.current.text)

    # -- the function

    def schema(self) -> FunctionSchema:
        start = self.current.start
        name = self.name("the name of a function").text
        if self.take(":"):
            self.expect(":", f"after {name!r}")
            name = f"{name}::{self.name('the name of a function').text}"
        overload = self.overload() if self.take(".") else ""
        name_span = (start, self.previous_end())
        arguments, is_vararg = self.arguments(self.split_name(name))
        self.expect("->", "after the arguments", "`-> Tensor`, or `-> ()` for nothing")
        returns, is_varret = self.returns()
        return FunctionSchema(name, overload, arguments, returns, is_vararg, is_varret, name_span)

    def overload(self) -> str:
        name = self.name("the name of an overload").text
        # torch.ops.ns.op.default is the overload without a name, and dunder names are attributes of
        # Python's.
        if name == "default" or name.startswith("__"):
            self.at -= 1
            self.fail(f"{name!r} cannot name an overload", "leave it out, or choose another name")
        return name

    def split_name(self, name: str) -> str:
        """What helps where the arguments do not follow the name."""
        if self.current.text == "-" and self.following.kind == "name":
            return f"use letters, digits and underscores: `{name}_{self.following.text}`"
        return "`name(int x) -> Tensor`; without any, `name() -> Tensor`"

    def arguments(self, form: str) -> tuple[tuple[Argument, ...], bool]:
        """Arguments in parentheses; `form` is what helps where there are none."""
        self.expect("(", "before the arguments", form)
        arguments: list[Argument] = []
        kwarg_only = is_vararg = False
        while arguments or kwarg_only or not self.take(")"):
            if self.take("..."):
                is_vararg = True
            elif self.current.text == "*":
                if kwarg_only:
                    self.fail("a second `*`", "one `*` stands before all keyword-only arguments")
                self.at += 1
                kwarg_only = True
                variable = self.current.text == "*" or self.current.kind == "name"
                hint = _VARIABLE if variable else "keyword-only arguments follow: `*, int x`"
                self.expect(",", "after `*`", hint)
                continue
            else:
                arguments.append(self.argument(kwarg_only))
                self.check_order(arguments)
            if self.take(")"):
                break
            if is_vararg:
                self.fail(f"expected ')' after '...', found {self.found()}", "`...` comes last")
            self.separator(f"after argument {arguments[-1].name!r}")
        for argument in arguments:
            if is_vararg and argument.default:
                raise SchemaError(
                    "a default before '...'", *argument.default.span, "drop one of them"
                )
        return tuple(arguments), is_vararg

    def separator(self, where: str) -> None:
        if self.take(","):
            if self.current.text == ")":
                self.fail("a comma with nothing after it", "remove it")
            return
        hint = "separate them with a comma; each is a type and a name: `int x, int y`"
        self.fail(
            f"expected ',' or ')' {where}, found {self.found()}",
            hint if self.current.kind == "name" else self.stray() or "close the parenthesis",
        )

    def check_order(self, arguments: list[Argument]) -> None:
        """Names are unique, and what has no default stands before what has one, as in Python."""
        self.check_names(arguments, "arguments")
        *before, last = arguments
        if last.default is None and not last.kwarg_only and before and before[-1].default:
            raise SchemaError(
                f"{last.name!r} has no default but follows {before[-1].name!r}, which has one",
                *last.span,
                f"give it a default, move it forward, or make it keyword-only: `*, {last}`",
            )

    def argument(self, kwarg_only: bool) -> Argument:
        start = self.current.start
        value = self.argument_type()
        type_span = (start, self.previous_end())
        name = self.argument_name(value.type)
        default = literals.default(self, value.type, name.text) if self.take("=") else None
        return Argument(
            name=name.text,
            type=value.type,
            default=default,
            kwarg_only=kwarg_only,
            alias=value.alias,
            element_alias=value.element_alias,
            span=(start, self.previous_end()),
            name_span=(name.start, name.end),
            type_span=type_span,
        )

    def argument_name(self, t: Type) -> Token:
        if self.current.kind == "name":
            return self.name("the name of an argument")
        hint = self.stray() or f"each argument is a type and a name: `{t} x`"
        if self.current.text == ":" and self.following.text == ":":
            hint = "name the class of the spec: it has no namespace here"
        elif self.current.text == ":":
            hint = f"the type comes first, without a colon: `int {t}`"
        elif str(t) == "self":
            hint = "leave it out: `self` is never written"
        elif isinstance(t, Class) and self.current.text in (",", ")", "="):
            hint = f"each argument is a type and a name: `int {t}`, `{t} x`"
        elif self.current.text == "[" and self.following.kind == "number":
            hint = "only the outermost list can have a size"
        elif self.current.text == "[":
            hint = "a list is `int[]`"
        self.fail(f"expected the name of an argument after {str(t)!r}, found {self.found()}", hint)

    def returns(self) -> tuple[tuple[Argument, ...], bool]:
        if self.take("..."):
            return (), True
        if self.current.text != "(":
            return (self.returned(),), False
        start = self.at
        values: list[Argument] = []
        is_varret = False
        self.at += 1
        while values or not self.take(")"):
            if self.take("..."):
                is_varret = True
            else:
                values.append(self.returned())
            if self.take(")"):
                break
            if is_varret:
                self.fail(f"expected ')' after '...', found {self.found()}", "`...` comes last")
            self.separator("in what is returned")
        if self.current.text in ("[", "?"):
            # `(int, str)[]` is one value after all.
            self.at = start
            return (self.returned(),), False
        self.check_names(values, "returned values")
        return tuple(values), is_varret

    def check_names(self, values: list[Argument], what: str) -> None:
        seen: set[str] = set()
        for value in values:
            if value.name and value.name in seen:
                message = f"two {what} are called {value.name!r}"
                raise SchemaError(message, *value.name_span, "rename one of them")
            seen.add(value.name)

    def returned(self) -> Argument:
        start = self.current.start
        value = self.argument_type()
        type_span = (start, self.previous_end())
        name, name_span = "", (type_span[1], type_span[1])
        if self.current.kind == "name":
            token = self.name("the name of a returned value")
            name, name_span = token.text, (token.start, token.end)
        if self.current.text == "=":
            self.fail("a returned value has no default", "remove it")
        return Argument(
            name=name,
            type=value.type,
            alias=value.alias,
            element_alias=value.element_alias,
            span=(start, self.previous_end()),
            name_span=name_span,
            type_span=type_span,
        )

    # -- types

    def argument_type(self) -> _Annotated:
        """The type of an argument: only there can a list have a size."""
        value = self.annotated()
        if self.current.text != "[" or self.following.kind != "number":
            return value
        self.check_element(value.element_alias)
        self.at += 1
        number = self.current
        if not number.text.isdecimal() or len(number.text) > 9:
            self.fail(f"{number.text!r} is no size of a list", "a whole number: `int[2]`")
        self.at += 1
        self.expect("]", "after the size of a list")
        t: Type = List(value.type, int(number.text))
        alias = self.alias()
        return _Annotated(Optional(t) if self.take("?") else t, alias, value.alias)

    def annotated(self) -> _Annotated:
        """A type and the alias annotations in it."""
        self.depth += 1
        self.check_depth(self.depth)
        value = self.postfix(self.atom())
        self.depth -= 1
        return value

    def postfix(self, value: _Annotated) -> _Annotated:
        t, alias, element_alias = value
        lists = 0
        while True:
            if self.current.text == "[" and self.following.text == "]":
                self.at += 2
                lists += 1
                self.check_element(element_alias)
                self.check_depth(lists)
                t, element_alias, alias = List(t), alias, self.alias()
            elif self.take("?"):
                # As OptionalType::create does: T?? is T?.
                t = t if isinstance(t, Optional) else Optional(t)
                if t == Optional(Base("NoneType")):
                    self.at -= 1
                    self.fail("NoneType is None already", "remove the `?`")
            else:
                return _Annotated(t, alias, element_alias)

    def check_element(self, alias: Alias | None) -> None:
        """What is about to be an element of a list has no annotated elements itself."""
        if alias:
            message = "an alias annotation two lists deep"
            self.fail(message, "annotate the outer list or its elements")

    def check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.fail(f"types are nested more than {MAX_DEPTH} deep", "use a custom class")

    def inner(self) -> Type:
        """A type inside another one, where torch drops alias annotations without a word."""
        start = self.current.start
        value = self.annotated()
        if value.alias or value.element_alias:
            self.fail("torch ignores an alias annotation in here", "remove it", since=start)
        if self.current.text == "[":
            self.fail("a list inside another type has no size", "`int[]`")
        return value.type

    def atom(self) -> _Annotated:
        token = self.current
        if token.text == "(":
            self.at += 1
            return _Annotated(Tuple(self.types(")")))
        if token.text in ("None", "NoneType"):
            self.at += 1
            return _Annotated(Base("NoneType"), self.alias())
        if token.text in ("[", "{"):
            brackets = "a list is `T[]`, a dict `Dict(K, V)`, a tuple `(A, B)`"
            self.fail(f"expected a type, found {self.found()}", brackets)
        self.name("a type")
        spelled = self.foreign(token)
        self.refuse_habit(spelled, token.start)
        match spelled:
            case "Dict":
                return _Annotated(self.dict(), self.alias())
            case "Future":
                return _Annotated(self.future())
            case _ if self.current.text == "." or spelled == "__torch__":
                return _Annotated(self.qualified(token))
            case _ if spelled in TABLE:
                return _Annotated(Base(spelled), self.alias())
        if self.current.text == "(" and not is_type_variable(spelled):
            if hint := did_you_mean(spelled, CONTAINERS):
                self.fail(f"unknown type {spelled!r}", hint, token.start)
            message = f"torch takes no alias annotation on a class such as {spelled!r}"
            self.fail(message, "remove it")
        return _Annotated(Class(spelled, (token.start, token.end)), self.alias())

    def refuse_habit(self, spelled: str, start: int) -> None:
        """Types that are another language's, but for those that torch takes for type variables: `int64_t x`."""
        message = f"{spelled!r} is no type of torch's schema language"
        is_variable = is_type_variable(spelled)
        if spelled in HABITS and not is_variable:
            self.fail(message, f"`{HABITS[spelled]}`", start)
        opens = self.current.text in ("[", "<", "(") and self.following.text != "]"
        is_generic = self.current.text == "[" if spelled == "Dict" else opens or not is_variable
        if spelled in GENERICS and is_generic:
            self.generic(message, *GENERICS[spelled], start)
        if spelled in ("RRef", "Await"):
            self.fail(f"{spelled!r} is not supported", "`Future(int)`", start)
        if spelled.startswith("torch.classes."):
            self.fail(message, f"`__torch__.{spelled}`", start)
        # A class of the library can have any name that stands alone.
        plain = spelled.replace("::", ".").rpartition(".")[2]
        help = advice(spelled) or (f"`{plain}`" if plain in TABLE else None)
        if not spelled.isidentifier() or (advice(spelled) and self.is_generic()):
            self.fail(message, help, start)

    def is_generic(self) -> bool:
        """Whether the type that was read goes on: `Set[int]`, `set<int>`, `unsigned int x`, `const char* x`."""
        following = self.tokens[self.at + 1] if self.current.kind != "end" else self.current
        if self.current.text == "[":
            return following.text != "]" and following.kind != "number"
        after = following.kind != "end" and following.text not in (",", ")", "=")
        return self.current.text == "<" or (self.current.kind == "name" and after)

    def types(self, closer: str) -> tuple[Type, ...]:
        """Types up to a closing bracket; the opening one has been read."""
        items: list[Type] = []
        while items or not self.take(closer):
            items.append(self.inner())
            if self.take(closer):
                break
            hint = {"name": "types in here have no name", "end": "close the parenthesis"}
            self.expect(",", f"or {closer!r} after a type", hint.get(self.current.kind))
        return tuple(items)

    def dict(self) -> Type:
        self.expect("(", "after 'Dict'", "`Dict(str, Tensor)`")
        start = self.current.start
        key = self.inner()
        if not isinstance(key, Base) or key.name not in _PARSED_KEYS:
            hint = HABITS.get(str(key), f"a key is one of {', '.join(DICT_KEYS)}")
            self.fail(f"{str(key)!r} is no key of a Dict", hint, start)
        self.expect(",", "after the key of a Dict", "`Dict(str, Tensor)`")
        value = self.inner()
        self.expect(")", "after the value of a Dict", "`Dict(str, Tensor)`")
        return Dict(key, value)

    def future(self) -> Type:
        self.expect("(", "after 'Future'", "`Future(int)`")
        element = self.inner()
        self.expect(")", "after what a Future holds", "it holds one type: `Future(int)`")
        return Future(element)

    def qualified(self, token: Token) -> Type:
        parts = [token.text]
        while self.take("."):
            parts.append(self.name("a part of a class name").text)
        name = ".".join(parts)
        if not name.startswith(CLASSES_PREFIX) or len(parts) != 5:
            self.fail(f"{name!r} names no class", f"`{CLASSES_PREFIX}ns.Name`", since=token.start)
        return Class(name, (token.start, self.previous_end()))

    def foreign(self, token: Token) -> str:
        """The name just read, with what follows if it is one of C++ or of a Python module."""
        if token.text not in _FOREIGN:
            return token.text
        parts = [token.text]
        while self.current.text in (":", "."):
            parts.append(self.current.text)
            self.at += 1
            if self.current.kind == "name":
                parts.append(self.current.text)
                self.at += 1
        return "".join(parts).removeprefix("typing.") if parts[0] == "typing" else "".join(parts)

    def generic(self, message: str, form: str, general: str, start: int) -> NoReturn:
        """Refuses `List[int]`, `std::vector<int>`, with the same type in the schema's words."""
        hint, after = general, self.at
        closer = {"[": "]", "<": ">", "(": ")"}.get(self.current.text)
        if closer:
            self.at += 1
            try:
                items = [str(rename(item, HABITS)) for item in self.types(closer)]
                hint = form.format(*items, all=", ".join(items))
            except (SchemaError, IndexError):
                self.at = after
        self.fail(message, f"`{hint}`", since=start)

    # -- alias annotations

    def alias(self) -> Alias | None:
        if self.current.text == "!":
            # torch makes up a set whose name it cannot read back, and leaves the set after the call
            # empty.
            self.fail("an alias annotation without a name", "`Tensor(a!)`")
        if not self.take("("):
            return None
        before = self.alias_sets()
        is_write = self.take("!")
        after = self.alias_sets() if self.take("->") else before
        self.expect(")", "after an alias annotation", "`Tensor(a)`, `Tensor(a!)`, `Tensor(a -> *)`")
        return Alias(before, after, is_write)

    def alias_sets(self) -> tuple[str, ...]:
        if self.take("*"):
            return ("*",)
        names = [self.name("an alias set").text]
        while self.take("|"):
            if self.current.text == "*":
                self.fail("`*` holds every other set", "write `*` alone")
            name = self.name("an alias set").text
            if name not in names:
                names.append(name)
        return tuple(names)
