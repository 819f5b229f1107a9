"""Rules across and within declarations: one function each, none of which stops at its first finding.

What torch would refuse while a library loads (an abort, for a static initialiser), and what C++ or Python would
refuse in what we generate, is refused here with a place in the spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path, PurePosixPath

from codegen import names, types
from codegen.diagnostics import Diagnostics, did_you_mean
from codegen.model import (
    BACKENDS_NAMESPACE,
    TORCH_INTERFACE,
    TORCH_METHODS,
    Backend,
    Implementation,
    Library,
    Method,
)
from codegen.source import Text

# Texts, not compiled: most runs need few of them.
_TEMPLATE_CLASS = r"(::)?[A-Za-z_]\w*(::[A-Za-z_]\w*)*<[\w:<>, *&]+>(::[A-Za-z_]\w*)*"
_CMAKE_PACKAGE = r"[A-Za-z0-9_][\w.+-]*"
_CMAKE_LIBRARY = r"[\w.+:/@=,-]+"
_DEFINITION = r"[A-Za-z_]\w*(=[^;$#\n]*)?"
_PATH_REFUSED = '"\\;$<>'


def check(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """Runs every rule."""
    for library in libraries:
        for rule in _LIBRARY_RULES:
            rule(library, diagnostics)
        for backend in library.backends:
            for backend_rule in _BACKEND_RULES:
                backend_rule(library, backend, diagnostics)
    _libraries_are_distinct(libraries, diagnostics)
    _registered_names_are_distinct(libraries, diagnostics)


def check_sources(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """What a build needs and generating does not: the user's C++ is there."""
    for library in libraries:
        folder = Path(library.source.path).parent
        for source in library.cpp.sources:
            if not (folder / source.value).is_file():
                message = f"there is no file '{source}' beside this spec"
                diagnostics.add("CG502", source.span, message)


def _library_name(library: Library, diagnostics: Diagnostics) -> None:
    name = library.name
    if _cpp_identifier(name, "library", diagnostics) and name.value in names.RESERVED_LIBRARIES:
        message = f"a library called '{name}' would be in the way of what has that name already"
        diagnostics.add("CG401", name.span, message, f"for example '{name}_backend'")
    _identifier(library.namespace, "namespace", diagnostics)


def _cpp_names(library: Library, diagnostics: Diagnostics) -> None:
    """Class templates, the namespaces of their methods and interfaces share the library's namespace."""
    entities = [(backend.name, "backend") for backend in library.backends]
    for backend in library.backends:
        methods = Text(names.methods_namespace(backend.name.value), backend.name.span)
        entities.append((methods, "namespace of methods"))
        if not backend.delegates:
            entities.append((backend.interface, "interface"))
    _all_distinct(entities, diagnostics)


def _package_names(library: Library, diagnostics: Diagnostics) -> None:
    """Imports, modules, protocols and implementations are attributes of one Python package."""
    nowhere = library.name.span
    attributes = [(Text(name, nowhere), "import") for name in names.PACKAGE_IMPORTS]
    attributes += [(Text(PurePosixPath(m.value).stem, m.span), "module") for m in library.modules]
    for backend in library.backends:
        protocol = names.protocol(backend.name.value, backend.interface.value, backend.delegates)
        span = backend.name.span if backend.delegates else backend.interface.span
        attributes.append((Text(protocol, span), "Python protocol"))
    for implementation in (i for backend in library.backends for i in backend.implementations):
        if _identifier(implementation.name, "implementation", diagnostics):
            attributes.append((implementation.name, "implementation"))
    _all_distinct(attributes, diagnostics)


def _paths(library: Library, diagnostics: Diagnostics) -> None:
    cpp = library.cpp
    for text in (*cpp.include_dirs, *cpp.headers, *cpp.sources, *library.modules):
        if text.value.startswith("/") or text.value[1:2] == ":":
            diagnostics.add(
                "CG403", text.span, "an absolute path", "write it relative to this file"
            )
        elif refused := [c for c in text.value if c in _PATH_REFUSED or not c.isprintable()]:
            message = f"a path with {refused[0]!r} in it"
            diagnostics.add("CG403", text.span, message, "rename the file")


def _modules(library: Library, diagnostics: Diagnostics) -> None:
    """Python modules are copied when generating, so they must be there; C++ may be written later."""
    folder = Path(library.source.path).parent
    for module in library.modules:
        path = PurePosixPath(module.value)
        if path.suffix != ".py" or not names.is_identifier(path.stem) or path.stem.startswith("_"):
            diagnostics.add(
                "CG403",
                module.span,
                f"'{path.name}' is no name of a module",
                "for example convert.py",
            )
        elif not (folder / module.value).is_file():
            diagnostics.add("CG403", module.span, f"there is no file '{module}' beside this spec")


def _build_names(library: Library, diagnostics: Diagnostics) -> None:
    cpp = library.cpp
    for texts, pattern, what in (
        (cpp.packages, _CMAKE_PACKAGE, "a CMake package"),
        (cpp.libraries, _CMAKE_LIBRARY, "a library or CMake target"),
        (cpp.definitions, _DEFINITION, "a definition: NAME or NAME=value"),
    ):
        for text in texts:
            if not re.fullmatch(pattern, text.value, re.ASCII):
                diagnostics.add("CG404", text.span, f"'{text}' is not {what}")


def _backend_name(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    _cpp_identifier(backend.name, "backend", diagnostics)
    _identifier(backend.namespace, "namespace", diagnostics, underscore=True)
    if backend.delegates and backend.namespace.value != BACKENDS_NAMESPACE:
        message = f"torch lowers to classes in the namespace '{BACKENDS_NAMESPACE}' alone"
        diagnostics.add("CG303", backend.namespace.span, message, "leave `namespace:` out")
    if backend.name.value == library.name.value:
        # Inside the namespace the class template would hide the namespace itself.
        message = f"the backend '{backend.name}' is called like its library"
        diagnostics.add("CG401", backend.name.span, message, "for example `name: backend`")
    if not backend.delegates and "::" in backend.interface.value:
        message = f"'{backend.interface}' is neither torch's interface nor one of this library"
        help = f"write {TORCH_INTERFACE}, or a plain name for an interface that is to be generated"
        diagnostics.add("CG404", backend.interface.span, message, help)
    elif not backend.delegates:
        _cpp_identifier(backend.interface, "interface", diagnostics)


def _methods(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    named = (Text(m.name, m.func.part(*m.schema.name_span)) for m in backend.methods)
    _distinct(named, "method", diagnostics)
    for method in backend.methods:
        _method_name(method, backend.interface.value, diagnostics)
        _method_form(method, diagnostics)
        _method_arguments(method, diagnostics)
        _method_types(method, diagnostics)


def _method_name(method: Method, interface: str, diagnostics: Diagnostics) -> None:
    span = method.func.part(*method.schema.name_span)
    name = method.name
    if "::" in name:
        help = f"write {name.rpartition('::')[2]}; the namespace is the backend's"
        diagnostics.add("CG303", span, "a method's name has no namespace", help)
    elif not names.is_identifier(name):
        diagnostics.add("CG401", span, f"'{name}' is no identifier")
    elif name.startswith("__"):
        diagnostics.add("CG401", span, f"'{name}': names with two underscores are torch's own")
    elif names.is_python_keyword(name):
        message = f"'{name}' is a Python keyword: no caller could write it"
        diagnostics.add("CG401", span, message, f"for example {name}_")
    elif method.impl is None and (_cpp_word(name) or name == interface):
        word = _cpp_word(name) or "constructor of the interface"
        message = f"'{name}' is a {word}, so no member function is called so"
        diagnostics.add("CG401", span, message, f"name the member: `impl: {name}_`")
    if method.impl is not None:
        _cpp_identifier(method.impl, "member function", diagnostics)


def _method_form(method: Method, diagnostics: Diagnostics) -> None:
    """What torch's schemas can say of an operator and not of a method."""
    schema, span = method.schema, method.func.span
    if schema.overload:
        help = f"give it a name of its own, for example {schema.name}_{schema.overload}"
        diagnostics.add("CG303", span, "methods have no overload names", help)
    if schema.is_vararg or schema.is_varret:
        diagnostics.add(
            "CG303", span, "'...' works for operators only", "use a list, for example Any[]"
        )
    for argument in (*schema.arguments, *schema.returns):
        if argument.alias or argument.element_alias:
            message = "alias annotations work for operators only"
            diagnostics.add("CG303", method.func.part(*argument.type_span), message, "remove it")


def _method_arguments(method: Method, diagnostics: Diagnostics) -> None:
    for argument in method.schema.arguments:
        span = method.func.part(*argument.name_span)
        if argument.name == "self":
            diagnostics.add("CG303", span, "self is never written: each method has it", "remove it")
        elif names.is_python_keyword(argument.name):
            message = f"'{argument.name}' is a Python keyword: no caller could name the argument"
            diagnostics.add("CG401", span, message, f"for example {argument.name}_")


def _method_types(method: Method, diagnostics: Diagnostics) -> None:
    values = [(value, False) for value in method.schema.arguments]
    for value, returned in [*values, *((value, True) for value in method.schema.returns)]:
        span = method.func.part(*value.type_span)
        classes = [t for t in types.walk(value.type) if isinstance(t, types.Class)]
        for cls in classes:
            at = method.func.part(*cls.span)
            if cls.name.startswith(types.CLASSES_PREFIX):
                message = "custom classes in methods are part of the format, but not generated yet"
                diagnostics.add("CG204", at, message, "use Any for now")
            else:
                help = did_you_mean(cls.name, types.TABLE)
                diagnostics.add("CG302", at, f"unknown type '{cls}'", help)
        if not classes and (reason := types.unsupported(value.type, returned=returned)):
            diagnostics.add("CG303", span, reason)


def _torch_methods(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    """Torch's own three are the same wherever they are declared again, for lowered modules call them so."""
    if not backend.delegates:
        return
    for method in backend.methods:
        schema = TORCH_METHODS.get(method.name)
        if schema is not None and method.schema != schema:
            message = f"torch's interface declares {method.name} otherwise"
            diagnostics.add("CG304", method.func.span, message, f"write `{schema}` or leave it out")
        if schema is not None and method.impl is not None:
            message = f"torch's interface calls the member {method.name}"
            diagnostics.add("CG304", method.impl.span, message, "leave `impl:` out")


def _implementations(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    for implementation in backend.implementations:
        if not _is_cpp_name(implementation.cls.value) and not _is_template(
            implementation.cls.value
        ):
            message = f"'{implementation.cls}' is no name of a C++ class"
            help = f"for example {library.name}::{names.camel(implementation.name.value)}"
            diagnostics.add("CG404", implementation.cls.span, message, help)
        _conversion(backend, implementation, diagnostics)


def _conversion(backend: Backend, implementation: Implementation, diagnostics: Diagnostics) -> None:
    """`preprocess` and `prepare` stand between a module and its lowered form, so only torch's interface has them."""
    cpp = ("preprocess", implementation.preprocess, _is_cpp_name, "a C++ function: ns::preprocess")
    python = (
        "prepare",
        implementation.prepare,
        _is_entry_point,
        "a Python function: package.module:function",
    )
    for key, text, allowed, what in (cpp, python):
        if text is not None and not backend.delegates:
            message = f"`{key}:` belongs to {TORCH_INTERFACE}; modules are not lowered to '{backend.interface}'"
            diagnostics.add("CG303", text.span, message, "remove it")
        elif text is not None and not allowed(text.value):
            diagnostics.add("CG404", text.span, f"'{text}' is not {what}")


def _libraries_are_distinct(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    _distinct((library.name for library in libraries), "library", diagnostics)


def _registered_names_are_distinct(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """`torch.classes.<namespace>.<name>` is one table for the whole process.

    Within a library the names are distinct already: they are attributes of its package.
    """
    first: dict[tuple[str, str], tuple[Library, Text]] = {}
    for library in libraries:
        for backend in library.backends:
            for name in (implementation.name for implementation in backend.implementations):
                key = (backend.namespace.value, name.value)
                owner, known = first.setdefault(key, (library, name))
                if owner is not library:
                    message = f"a second torch.classes.{'.'.join(key)}"
                    diagnostics.add("CG402", name.span, message, _first_place(known))


_LIBRARY_RULES: tuple[Callable[[Library, Diagnostics], None], ...] = (
    _library_name,
    _cpp_names,
    _package_names,
    _paths,
    _modules,
    _build_names,
)
_BACKEND_RULES: tuple[Callable[[Library, Backend, Diagnostics], None], ...] = (
    _backend_name,
    _methods,
    _torch_methods,
    _implementations,
)


def _distinct(texts: Iterable[Text], what: str, diagnostics: Diagnostics) -> None:
    _all_distinct([(text, what) for text in texts], diagnostics)


def _all_distinct(named: Iterable[tuple[Text, str]], diagnostics: Diagnostics) -> None:
    """Each name once, whatever it is the name of."""
    first: dict[str, tuple[Text, str]] = {}
    for text, what in named:
        known, other = first.setdefault(text.value, (text, what))
        if known is text:
            continue
        if other == what:
            message, help = f"a second {what} '{text}'", _first_place(known)
        else:
            message, help = f"the {what} '{text}' is called as the {other}", "choose another name"
        diagnostics.add("CG402", text.span, message, help)


def _first_place(text: Text) -> str:
    line, _ = text.span.position
    return f"the first stands at {text.span.source.path}:{line}"


def _identifier(
    text: Text, what: str, diagnostics: Diagnostics, *, underscore: bool = False
) -> bool:
    """Torch checks these names too (checkValidIdent in torch/csrc/jit/custom_class.cpp), but at load."""
    if not names.is_identifier(text.value):
        problem = "letters, digits and underscores, not a digit first"
        diagnostics.add("CG401", text.span, f"'{text}' is no {what} name", f"use {problem}")
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


def _cpp_identifier(text: Text, what: str, diagnostics: Diagnostics) -> bool:
    if not _identifier(text, what, diagnostics):
        return False
    if word := _cpp_word(text.value):
        message = f"'{text}' is a {word}, so it is no {what} name"
        diagnostics.add("CG401", text.span, message, f"for example '{text}_'")
    return not word


def _cpp_word(name: str) -> str | None:
    if name in names.CPP_KEYWORDS:
        return "C++ keyword"
    if name in names.CPP_NAMES:
        return "name that the generated C++ needs"
    return "macro of C or of torch" if name in names.CPP_MACROS else None


def _is_cpp_name(name: str) -> bool:
    return names.is_qualified(name.removeprefix("::"), "::")


def _is_template(name: str) -> bool:
    """An instance of a class template; each `<` has its `>`."""
    depths = accumulate((char == "<") - (char == ">") for char in name)
    return re.fullmatch(_TEMPLATE_CLASS, name, re.ASCII) is not None and (
        min(depths) >= 0 and name.count("<") == name.count(">")
    )


def _is_entry_point(name: str) -> bool:
    module, _, function = name.partition(":")
    return names.is_qualified(module, ".") and names.is_identifier(function)
