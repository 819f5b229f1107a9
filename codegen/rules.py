"""Rules that many declarations share: for names, for pieces of C++, for the arguments and types of a callable.

What torch would refuse while a library loads, and what C++ or Python would refuse in what we generate, is refused
here with a place in the spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from codegen import names, spellings, types
from codegen.diagnostics import Diagnostics, did_you_mean
from codegen.model import Library, Method
from codegen.schema import Argument, Default, Entries, Items, Value
from codegen.source import Text

# Texts, not compiled: most runs need few of them.
_TEMPLATE_CLASS = r"(::)?[A-Za-z_]\w*(::[A-Za-z_]\w*)*<[\w:<>, *&]+>(::[A-Za-z_]\w*)*"
_CALLABLE = (
    r"(::)?([A-Za-z_]\w*(<[\w:<>, *&]+>)?::)*"
    r"([A-Za-z_]\w*(<[\w:<>, *&]+>)?|operator(\(\)|\[\]|[-+*/%^&|=!<>]=?|~|<<=?|>>=?|&&|\|\|))"
)


def distinct(texts: Iterable[Text], what: str, diagnostics: Diagnostics) -> None:
    all_distinct([(text, what) for text in texts], diagnostics)


def all_distinct(named: Iterable[tuple[Text, str]], diagnostics: Diagnostics) -> None:
    """Each name once, whatever it is the name of."""
    first: dict[str, tuple[Text, str]] = {}
    for text, what in named:
        known, other = first.setdefault(text.value, (text, what))
        if known is text:
            continue
        if other == what:
            message, help = f"a second {what} '{text}'", first_place(known)
        else:
            message, help = f"the {what} '{text}' is called as the {other}", "choose another name"
        diagnostics.add("CG402", text.span, message, help)


def first_place(text: Text) -> str:
    line, _ = text.span.position
    return f"the first stands at {text.span.source.path}:{line}"


def identifier(
    text: Text, what: str, diagnostics: Diagnostics, *, underscore: bool = False
) -> bool:
    """Torch checks these names too (checkValidIdent in torch/csrc/jit/custom_class.cpp), but at load."""
    if not names.is_identifier(text.value):
        near = re.sub(r"\W+", "_", text.value, flags=re.ASCII).strip("_")
        example = f"; for example '{near}'" if names.is_identifier(near) else ""
        help = f"use letters, digits and underscores, not a digit first{example}"
        diagnostics.add("CG401", text.span, f"'{text}' is no {what} name", help)
    elif text.value.startswith("_") and not underscore:
        message = f"'{text}': no {what} name starts with an underscore"
        diagnostics.add("CG401", text.span, message, f"for example '{text.value.lstrip('_')}'")
    elif names.is_python_keyword(text.value):
        diagnostics.add(
            "CG401", text.span, f"'{text}' is a Python keyword", f"for example '{text}_'"
        )
    else:
        return True
    return False


def cpp_identifier(text: Text, what: str, diagnostics: Diagnostics) -> bool:
    if not identifier(text, what, diagnostics):
        return False
    if word := cpp_word(text.value):
        message = f"'{text}' is a {word}, so it is no {what} name"
        diagnostics.add("CG401", text.span, message, f"for example '{text}_'")
    return not word


def library_name(name: Text, diagnostics: Diagnostics) -> None:
    taken = name.value in names.RESERVED_LIBRARIES
    if cpp_identifier(name, "library", diagnostics) and taken:
        message = f"a library called '{name}' would be in the way of what has that name already"
        diagnostics.add("CG401", name.span, message, f"for example '{name}_backend'")


def cpp_word(name: str) -> str | None:
    """What a name of the library's namespace is, where it is no free one."""
    return cpp_token(name) or (
        "name that the generated C++ needs" if name in names.CPP_NAMES else None
    )


def cpp_token(name: str) -> str | None:
    """What a name is to C++ wherever it stands, where it is no identifier."""
    if name in names.CPP_KEYWORDS:
        return "C++ keyword"
    return "macro of C or of torch" if name in names.CPP_MACROS else None


def member(text: Text, what: str, diagnostics: Diagnostics) -> None:
    """A member of a C++ class."""
    if word := cpp_token(text.value):
        message = f"'{text}' is a {word}, so it is no {what} name"
        diagnostics.add("CG401", text.span, message, f"for example '{text}_'")


def is_cpp_name(name: str) -> bool:
    return names.is_qualified(name.removeprefix("::"), "::")


def is_template(name: str) -> bool:
    """An instance of a class template; each `<` has its `>`."""
    depths = accumulate((char == "<") - (char == ">") for char in name)
    return re.fullmatch(_TEMPLATE_CLASS, name, re.ASCII) is not None and (
        min(depths) >= 0 and name.count("<") == name.count(">")
    )


def cpp_class(text: Text, example: str, diagnostics: Diagnostics) -> None:
    if not is_cpp_name(text.value) and not is_template(text.value):
        message = f"'{text}' is no name of a C++ class"
        diagnostics.add("CG404", text.span, message, f"for example {example}")


def is_callable(name: str) -> bool:
    """A function, a member, an operator such as `operator==`, or an instance of a template of functions."""
    return re.fullmatch(_CALLABLE, name, re.ASCII) is not None


def is_entry_point(name: str) -> bool:
    module, _, function = name.partition(":")
    return names.is_qualified(module, ".") and names.is_identifier(function)


def method_form(method: Method, diagnostics: Diagnostics) -> None:
    """What torch's schemas can say of an operator and not of a method."""
    schema, span = method.schema, method.func.span
    if schema.is_vararg or schema.is_varret:
        diagnostics.add(
            "CG303", span, "'...' works for operators only", "use a list, for example Any[]"
        )
    for argument in (*schema.arguments, *schema.returns):
        if argument.alias or argument.element_alias:
            message = "alias annotations work for operators only"
            diagnostics.add("CG303", method.func.part(*argument.type_span), message, "remove it")


def method_arguments(method: Method, diagnostics: Diagnostics) -> None:
    for argument in method.schema.arguments:
        span = method.func.part(*argument.name_span)
        if argument.name == "self":
            diagnostics.add("CG303", span, "self is never written: each method has it", "remove it")
        elif names.is_python_keyword(argument.name):
            message = f"'{argument.name}' is a Python keyword: no caller could name the argument"
            diagnostics.add("CG401", span, message, f"for example {argument.name}_")


def method_types(method: Method, library: Library, diagnostics: Diagnostics) -> None:
    for argument in method.schema.arguments:
        known = type_known(argument.type, method.func, library, diagnostics, argument.type_span)
        if known and argument.default:
            object_default(argument, argument.default, method.func, diagnostics)
    for value in method.schema.returns:
        type_known(value.type, method.func, library, diagnostics, value.type_span, returned=True)


def object_default(
    argument: Argument, default: Default, text: Text, diagnostics: Diagnostics
) -> None:
    """No text stands for an object; where one is optional, None may, and a list of them may be empty."""
    wanted = next(_objects(default.value, argument.type), None)
    if wanted:
        found = "None is no default of" if default.value is None else "no literal stands for"
        help = f"`{str(argument.type).removesuffix('?')}? {argument.name}=None`"
        diagnostics.add("CG301", text.part(*default.span), f"{found} {wanted}", help)


def _objects(value: Value, t: types.Type) -> Iterator[types.Class]:
    """The classes of which a value should have objects."""
    match t, value:
        case types.Class(), _:
            yield t
        case types.Optional(element), _ if value is not None:
            yield from _objects(value, element)
        case types.List(element), tuple():
            for item in value:
                yield from _objects(item, element)
        case types.Dict(), Entries(pairs):
            for _, item in pairs:
                yield from _objects(item, t.value)
        case types.Tuple(items), Items(values):
            for each, item in zip(items, values, strict=True):
                yield from _objects(item, each)


def type_known(
    t: types.Type,
    text: Text,
    library: Library,
    diagnostics: Diagnostics,
    span: tuple[int, int] | None = None,
    *,
    returned: bool = False,
) -> bool:
    """The classes in a type exist, and its values cross between Python and C++; `span` is its place in `text`."""
    unknown = [
        part
        for part in types.walk(t)
        if isinstance(part, types.Class)
        and part.name not in library.own
        and not part.name.startswith(types.CLASSES_PREFIX)
    ]
    for cls in unknown:
        diagnostics.add("CG302", text.part(*cls.span), *_unknown_type(cls.name, library))
    if not unknown and (reason := types.unsupported(t, returned=returned)):
        diagnostics.add("CG303", text.part(*(span or (0, len(text.value)))), reason)
    return not unknown


def _unknown_type(name: str, library: Library) -> tuple[str, str | None]:
    instead = spellings.HABITS.get(name) or spellings.GENERICS.get(name, ("", None))[1]
    if instead:
        return f"'{name}' is no type of torch's schema language", f"`{instead}`"
    known = [*types.TABLE, *types.CONTAINERS, *library.own]
    return f"unknown type '{name}'", spellings.advice(name) or did_you_mean(name, known)
