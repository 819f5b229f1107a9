"""Rules of `classes:`, one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from codegen import check_fakes, names, overloads, rules
from codegen.diagnostics import Diagnostics, did_you_mean, nearest
from codegen.model import Class, Library, Method, Property
from codegen.source import Text
from codegen.types import Base, List, Optional, Type, walk


def check(library: Library, diagnostics: Diagnostics) -> None:
    """Runs every rule."""
    _cpp_classes_are_distinct(library, diagnostics)
    for cls in library.classes:
        for rule in _RULES:
            rule(library, cls, diagnostics)


def _cpp_classes_are_distinct(library: Library, diagnostics: Diagnostics) -> None:
    """An object that C++ returns says only its C++ class, from which torch must know the name."""
    first: dict[str, Text] = {}
    for cls in library.classes:
        known = first.setdefault(cls.cls.value.removeprefix("::").replace(" ", ""), cls.cls)
        if known is not cls.cls:
            message = f"'{cls.cls}' is registered already, and torch gives a C++ class one name"
            help = f"derive a class for this one; {rules.first_place(known)}"
            diagnostics.add("CG303", cls.cls.span, message, help)


def _name(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    if rules.identifier(cls.name, "class", diagnostics, underscore=True):
        _no_dunder(cls.name, diagnostics)
    rules.cpp_class(cls.cls, f"{library.name}::{cls.name}", diagnostics)
    if cls.cls.value.removeprefix("::") == library.name.value:
        message = f"the C++ class '{cls.cls}' is called as the library, whose namespace it would be"
        help = f"move it into a namespace, for example {library.name}::{names.camel(cls.cls.value)}"
        diagnostics.add("CG401", cls.cls.span, message, help)


def _base(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    """A class of this library, declared before, so that no class is its own base."""
    if cls.base is None:
        return
    if cls.name.value in library.bases:
        _overridden(library, cls, diagnostics)
    elif cls.base.value in library.own:
        message = f"the base '{cls.base}' is not declared before '{cls.name}'"
        diagnostics.add("CG307", cls.base.span, message, "move it before the classes that derive")
    else:
        message = f"the library has no class '{cls.base}'"
        known = (c.name.value for c in library.classes)
        help = did_you_mean(cls.base.value, known) or "a base is a class of the same library"
        diagnostics.add("CG302", cls.base.span, message, help)


def _overridden(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    """What a base declares, a class declares in the same way or not at all: callers of the base rely on it."""
    own = {name: (text, form) for name, text, form in _declared(library, cls)}
    for base in library.ancestors(cls):
        for name, first, form in _declared(library, base):
            text, other = own.get(name, (None, None))
            if text is not None and form != other:
                message = f"'{base.name}' declares '{name}' otherwise"
                help = f"declare it so, or leave it out; {rules.first_place(first)}"
                diagnostics.add("CG307", text.span, message, help)
        _overloads_hidden(cls, base, diagnostics)


def _declared(library: Library, cls: Class) -> Iterator[tuple[str, Text, object]]:
    """What TorchScript finds on a class: the name there, its place, and what it is."""
    for name, method in overloads.by_torchscript_name(cls.methods):
        text = Text(name, method.func.part(*method.schema.name_span))
        schema = library.registered(method.schema)
        yield name, text, (method.name, schema.arguments, schema.returns, method.static)
    for prop in cls.properties:
        for name in (prop.name.value, *_accessors(prop)):
            yield name, prop.name, (prop.type, prop.writable)


def _accessors(prop: Property) -> list[str]:
    getter, setter = names.getter(prop.name.value), names.setter(prop.name.value)
    return [getter, setter] if prop.writable else [getter]


def _overloads_hidden(cls: Class, base: Class, diagnostics: Diagnostics) -> None:
    """Python looks for a method on the class first, and finds there all overloads or none."""
    inherited, own = overloads.grouped(base.methods), overloads.grouped(cls.methods)
    for name in inherited.keys() & own.keys():
        known = dict(overloads.by_torchscript_name(own[name]))
        missing = dict(overloads.by_torchscript_name(inherited[name])).keys() - known
        if missing and not diagnostics.unread(cls.span):
            method = own[name][0]
            message = f"'{cls.name}' declares '{name}' without the overloads of '{base.name}'"
            help = f"declare {', '.join(sorted(missing))} too, or none of them"
            diagnostics.add("CG307", method.func.part(*method.schema.name_span), message, help)


def _registered_names(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    """TorchScript has one table of names for methods, and the accessors of properties are among them."""
    registered: list[tuple[Text, str]] = []
    for name, method in overloads.by_torchscript_name(cls.methods):
        registered.append((Text(name, method.func.part(*method.schema.name_span)), "method"))
    for prop in cls.properties:
        registered.append((prop.name, "property"))
        registered += [(Text(name, prop.name.span), "accessor") for name in _accessors(prop)]
    if cls.tracing_mode:
        registered.append((Text("tracing_mode", cls.tracing_mode.span), "tracing mode"))
    rules.all_distinct(registered, diagnostics)
    properties = {prop.name.value for prop in cls.properties}
    for method in cls.methods:
        if method.name in properties and method.schema.overload:
            span = method.func.part(*method.schema.name_span)
            message = f"the method '{method.name}' is called as the property"
            diagnostics.add("CG402", span, message, "choose another name")


def _overloads(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    for group in overloads.grouped(cls.methods).values():
        for first, second in combinations(group, 2):
            span = second.func.part(*second.schema.name_span)
            if first.static != second.static:
                message = f"the overloads of '{first.name}' are static and not"
                diagnostics.add("CG303", span, message, "make all of them static, or none")
            elif overloads.ambiguous(first, second, library):
                message = f"a call of '{first.name}' can fit this and another overload alike"
                line, _ = first.func.span.position
                help = f"the other stands on line {line}; tell them apart by a type that both do not accept"
                diagnostics.add("CG305", span, message, help)


def _methods(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    for method in cls.methods:
        _method_name(library, cls, method, diagnostics)
        rules.method_form(method, diagnostics)
        _callable(method.impl, diagnostics)
        if not method.static:
            _receiver(method, diagnostics)
    for method in (*cls.methods, *([cls.init] if cls.init else [])):
        rules.method_arguments(method, diagnostics)
        rules.method_types(method, library, diagnostics)
        for argument in method.schema.arguments:
            # Inside of a class statement Python would give it another name.
            _no_dunder(Text(argument.name, method.func.part(*argument.name_span)), diagnostics)
    if cls.init:
        _receiver(cls.init, diagnostics)
        _callable(cls.init.impl, diagnostics)


def _method_name(library: Library, cls: Class, method: Method, diagnostics: Diagnostics) -> None:
    span = method.func.part(*method.schema.name_span)
    name = method.name
    if _hides(library, Text(name, span), "method", diagnostics):
        return
    if "::" in name:
        help = f"write {name.rpartition('::')[2]}; the namespace is the class's"
        diagnostics.add("CG303", span, "a method's name has no namespace", help)
    elif names.is_python_keyword(name):
        message = f"'{name}' is a Python keyword: no caller could write it"
        diagnostics.add("CG401", span, message, f"for example {name}_")
    elif name.startswith("__"):
        _dunder(method, diagnostics)
    elif method.impl is None and (word := rules.cpp_token(name)):
        message = f"'{name}' is a {word}, so no member function is called so"
        diagnostics.add("CG401", span, message, f"name the member: `impl: {name}_`")
    elif method.impl is None and name == names.constructor(cls.cls.value):
        message = f"'{name}' is the constructor of {cls.cls}"
        diagnostics.add("CG401", span, message, "use `init:`, or name another member: `impl:`")


def _hides(library: Library, name: Text, what: str, diagnostics: Diagnostics) -> bool:
    """Whether a member would stand in the way of something with its name."""
    if name.value in library.own or name.value in names.PACKAGE_IMPORTS:
        message = f"inside of the class a {what} '{name}' would hide what the package calls so"
    elif name.value in names.SCRIPT_OBJECT_MEMBERS:
        message = f"a {what} '{name}' would hide what torch asks every object for"
    elif name.value in names.CLASS_MEMBERS:
        message = f"a {what} '{name}' would hide what every class of a package has"
    else:
        return False
    diagnostics.add("CG401", name.span, message, f"for example {name.value.lower().lstrip('_')}_")
    return True


def _dunder(method: Method, diagnostics: Diagnostics) -> None:
    name, span = method.name, method.func.part(*method.schema.name_span)
    if name in names.DUNDER_KEYS:
        message = f"'{name}' is not declared as a method"
        diagnostics.add("CG401", span, message, f"use `{names.DUNDER_KEYS[name]}:` of the class")
    elif name not in names.DUNDERS:
        message = f"'{name}' is no special method that a class can declare"
        diagnostics.add("CG401", span, message, _dunder_help(name))
    elif method.static:
        diagnostics.add("CG308", span, f"'{name}' needs an object: it cannot be static")
    elif (wanted := names.DUNDERS[name]) and [str(r.type) for r in method.schema.returns] != [
        wanted
    ]:
        message = f"Python wants {name} to return {wanted}"
        diagnostics.add("CG308", span, message, f"`-> {wanted}`, or another name")
    elif name == "__exit__" and not _takes_nothing_thrice(method):
        message = "__exit__ is called with None three times, also when something was raised"
        help = "`__exit__(Any type, Any value, Any traceback) -> ()`"
        diagnostics.add("CG308", span, message, help)
    elif not method.schema.returns and name not in names.DUNDERS_OF_NOTHING:
        diagnostics.add("CG308", span, f"{name} is used for what it returns", "return it")


def _dunder_help(name: str) -> str:
    """What does the same, else the special method that was meant."""
    if name in names.DUNDER_REMEDIES:
        return names.DUNDER_REMEDIES[name]
    plain = {known.strip("_"): known for known in names.DUNDERS}
    meant = nearest(name.strip("_"), plain)
    return (
        f"did you mean '{plain[meant]}'?"
        if meant
        else "other names with two underscores are torch's"
    )


def _takes_nothing_thrice(method: Method) -> bool:
    given = [argument.type for argument in method.schema.arguments]
    return len(given) == 3 and all(t == Base("Any") or isinstance(t, Optional) for t in given)


def _receiver(method: Method, diagnostics: Diagnostics) -> None:
    for argument in method.schema.arguments:
        if argument.name == "_0":
            span = method.func.part(*argument.name_span)
            message = "torch calls the object '_0' in each schema"
            diagnostics.add("CG303", span, message, "rename it")


def _no_dunder(name: Text, diagnostics: Diagnostics) -> None:
    if name.value.startswith("__"):
        message = f"'{name}': names with two underscores are Python's own"
        diagnostics.add("CG401", name.span, message, f"for example '{name.value.strip('_')}'")


def _callable(text: Text | None, diagnostics: Diagnostics) -> None:
    if text is not None and not rules.is_callable(text.value):
        message = f"'{text}' is no name of a C++ function"
        diagnostics.add("CG404", text.span, message, "a member such as `search`, or `ns::search`")
    elif text is not None:
        rules.member(text, "function", diagnostics)


def _properties(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    for prop in cls.properties:
        if rules.identifier(prop.name, "property", diagnostics, underscore=True):
            _no_dunder(prop.name, diagnostics)
            _property_form(prop, diagnostics)
            _hides(library, prop.name, "property", diagnostics)
        _unsized(prop.type, prop.text, diagnostics)
        rules.type_known(prop.type, prop.text, library, diagnostics, returned=not prop.writable)


def _unsized(t: Type, text: Text, diagnostics: Diagnostics) -> None:
    for part in walk(t):
        if isinstance(part, List) and part.size is not None:
            message = "only an argument can have a list with a size"
            diagnostics.add("CG303", text.span, message, f"`{part.element}[]`")


def _property_form(prop: Property, diagnostics: Diagnostics) -> None:
    """By accessors, or by a data member."""
    span = prop.name.span
    if prop.getter is None and prop.field is None:
        if diagnostics.unread(prop.span):
            return
        message = f"nothing says where the property '{prop.name}' comes from"
        help = f"`get: {prop.name}` for a const member function, `field: {prop.name}_` for a data member"
        diagnostics.add("CG202", span, message, help)
    elif prop.field and (other := prop.getter or prop.setter):
        message = f"the property '{prop.name}' has accessors and a data member"
        diagnostics.add("CG309", other.span, message, "remove one of them")
    elif prop.readonly and prop.setter:
        message = f"the property '{prop.name}' is read-only and has a setter"
        diagnostics.add("CG309", prop.setter.span, message, "remove one of them")
    if prop.field and names.is_identifier(prop.field.value):
        rules.member(prop.field, "data member", diagnostics)
    elif prop.field:
        message = f"'{prop.field}' is no name of a data member"
        diagnostics.add("CG404", prop.field.span, message)
    for accessor in (prop.getter, prop.setter):
        _callable(accessor, diagnostics)


def _state(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    """What is saved, and what is shown to torch.compile and torch.export."""
    if cls.pickle:
        rules.type_known(cls.pickle.state, cls.pickle.text, library, diagnostics, returned=True)
        _unsized(cls.pickle.state, cls.pickle.text, diagnostics)
        _callable(cls.pickle.getter, diagnostics)
        _callable(cls.pickle.setter, diagnostics)
    for flat in cls.flatten:
        if rules.identifier(flat.name, "member", diagnostics, underscore=True):
            rules.member(flat.name, "member function", diagnostics)
        _unsized(flat.type, flat.text, diagnostics)
        rules.type_known(flat.type, flat.text, library, diagnostics, returned=True)


_RULES: tuple[Callable[[Library, Class, Diagnostics], None], ...] = (
    _name,
    _base,
    _registered_names,
    _overloads,
    _methods,
    _properties,
    _state,
    check_fakes.check,
)
