"""Rules across and within declarations: one function each, none of which stops at its first finding.

What torch would refuse while a library loads (an abort, for a static initialiser), and what C++ or Python would
refuse in what we generate, is refused here with a place in the spec.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from codegen import check_classes, names, rules, types
from codegen.diagnostics import Diagnostics
from codegen.model import (
    BACKENDS_NAMESPACE,
    TORCH_INTERFACE,
    TORCH_METHODS,
    Backend,
    Implementation,
    Library,
    Method,
)
from codegen.source import Text, is_printable

# Texts, not compiled: most runs need few of them.
_CMAKE_PACKAGE = r"[A-Za-z0-9_][\w.+-]*"
_CMAKE_LIBRARY = r"[\w.+:/@=,-]+"
_DEFINITION = r"[A-Za-z_]\w*(=[^;$#\n]*)?"
_PATH_REFUSED = '"\\;$<>'


def check(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """Runs every rule."""
    for library in libraries:
        for rule in _LIBRARY_RULES:
            rule(library, diagnostics)
        check_classes.check(library, diagnostics)
        for backend in library.backends:
            for backend_rule in _BACKEND_RULES:
                backend_rule(library, backend, diagnostics)
    _libraries_are_distinct(libraries, diagnostics)
    _registered_names_are_distinct(libraries, diagnostics)


def check_modules(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """Python modules are copied when generating, so they must be there; C++ may be written later."""
    for library in libraries:
        folder = Path(library.source.path).parent
        for module in library.modules:
            if _is_module(module) and not (folder / module.value).is_file():
                message = f"there is no file '{module}' beside this spec"
                diagnostics.add("CG403", module.span, message, _instead(folder, module))


def check_sources(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """What a build needs and generating does not: the user's C++ is there."""
    for library in libraries:
        folder = Path(library.source.path).parent
        for source in library.cpp.sources:
            if not (folder / source.value).is_file():
                message = f"there is no file '{source}' beside this spec"
                help = _instead(folder, source) or "`python -m codegen scaffold` writes a skeleton"
                diagnostics.add("CG502", source.span, message, help)


def nearby(folder: Path, path: str) -> str | None:
    """Where a file stands that a spec in `folder` names otherwise: in a folder above, or by its name in one beside."""
    roots = [folder, *folder.resolve().parents[:2]]
    inside = [child for root in roots[:2] for child in sorted(root.iterdir()) if child.is_dir()]
    name = PurePosixPath(path).name
    places = [*(root / path for root in roots), *(place / name for place in (*roots, *inside))]
    found = next((place for place in places if place.is_file()), None)
    return Path(os.path.relpath(found, folder)).as_posix() if found else None


def _instead(folder: Path, path: Text) -> str | None:
    found = nearby(folder, path.value)
    return f"write `{found}`, where it stands" if found else None


def _library_name(library: Library, diagnostics: Diagnostics) -> None:
    rules.library_name(library.name, diagnostics)
    if library.namespace is not library.name:
        rules.identifier(library.namespace, "namespace", diagnostics, underscore=True)


def _cpp_names(library: Library, diagnostics: Diagnostics) -> None:
    """Class templates, the namespaces of their methods and interfaces share the library's namespace."""
    entities = [(backend.name, "backend") for backend in library.backends]
    for backend in _once(library.backends, lambda backend: backend.name):
        methods = Text(names.methods_namespace(backend.name.value), backend.name.span)
        entities.append((methods, "namespace of methods"))
    entities += [(b.interface, "interface") for b in library.backends if not b.delegates]
    rules.all_distinct(entities, diagnostics)


def _once(backends: Sequence[Backend], name: Callable[[Backend], Text]) -> list[Backend]:
    """Without those of a name that is taken: that is told of the name, and not of what is made of it."""
    first: dict[str, Backend] = {}
    for backend in backends:
        first.setdefault(name(backend).value, backend)
    return list(first.values())


def _hides_namespace(library: Library, diagnostics: Diagnostics) -> None:
    """The generated C++ stands in the library's namespace, where a class of that name would be meant by it."""
    classes = [cls.cls for cls in library.classes]
    classes += [i.cls for backend in library.backends for i in backend.implementations]
    for text in classes:
        if text.value.removeprefix("::") == f"{library.name}::{library.name}":
            message = f"the class '{text}' is called like its namespace, and would hide it"
            diagnostics.add("CG401", text.span, message, f"for example {text}Impl")


def _package_names(library: Library, diagnostics: Diagnostics) -> None:
    """Imports, modules, protocols and implementations are attributes of one Python package."""
    nowhere = library.name.span
    attributes = [(Text(name, nowhere), "import") for name in names.PACKAGE_IMPORTS]
    attributes += [(Text(name, nowhere), "type of Python's") for name in names.PACKAGE_TYPES]
    attributes += [(Text(names.module(m.value), m.span), "module") for m in library.modules]
    for backend in _once(library.backends, lambda b: b.name if b.delegates else b.interface):
        protocol = names.protocol(backend.name.value, backend.interface.value, backend.delegates)
        span = backend.name.span if backend.delegates else backend.interface.span
        attributes.append((Text(protocol, span), "Python protocol"))
    attributes += [(cls.name, "class") for cls in library.classes]
    fakes = (
        Text(names.fake(cls.name.value), cls.name.span) for cls in library.classes if cls.faked
    )
    attributes += [(text, "fake class") for text in fakes]
    for implementation in (i for backend in library.backends for i in backend.implementations):
        if rules.identifier(implementation.name, "implementation", diagnostics):
            attributes.append((implementation.name, "implementation"))
    rules.all_distinct(attributes, diagnostics)


def _paths(library: Library, diagnostics: Diagnostics) -> None:
    cpp = library.cpp
    for text in (*cpp.include_dirs, *cpp.headers, *cpp.sources, *library.modules):
        if text.value.startswith("/") or text.value[1:2] == ":":
            diagnostics.add(
                "CG403", text.span, "an absolute path", "write it relative to this file"
            )
        elif refused := [c for c in text.value if c in _PATH_REFUSED or not is_printable(c)]:
            message = f"a path with {refused[0]!r} in it"
            diagnostics.add("CG403", text.span, message, "rename the file")


def _modules(library: Library, diagnostics: Diagnostics) -> None:
    for module in library.modules:
        if not _is_module(module):
            name = PurePosixPath(module.value).name
            message = f"'{name}' is no name of a module"
            diagnostics.add("CG403", module.span, message, "for example convert.py")


def _is_module(module: Text) -> bool:
    path = PurePosixPath(module.value)
    return path.suffix == ".py" and names.is_identifier(path.stem) and not path.stem.startswith("_")


def _build_names(library: Library, diagnostics: Diagnostics) -> None:
    cpp = library.cpp
    for texts, pattern, what in (
        (cpp.packages, _CMAKE_PACKAGE, "a CMake package"),
        (cpp.libraries, _CMAKE_LIBRARY, "a library or CMake target"),
        (cpp.definitions, _DEFINITION, "a definition: NAME or NAME=value"),
    ):
        for text in texts:
            if not re.fullmatch(pattern, text.value, re.ASCII):
                plain = text.value.removeprefix("-D").removeprefix("-l")
                right = plain != text.value and re.fullmatch(pattern, plain, re.ASCII)
                message = f"'{text}' is not {what}"
                diagnostics.add("CG404", text.span, message, f"`{plain}`" if right else None)


def _backend_name(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    rules.cpp_identifier(backend.name, "backend", diagnostics)
    rules.identifier(backend.namespace, "namespace", diagnostics, underscore=True)
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
        rules.cpp_identifier(backend.interface, "interface", diagnostics)


def _methods(library: Library, backend: Backend, diagnostics: Diagnostics) -> None:
    named = (Text(m.name, m.func.part(*m.schema.name_span)) for m in backend.methods)
    rules.distinct(named, "method", diagnostics)
    for method in backend.methods:
        _method_name(method, backend.interface.value, diagnostics)
        rules.method_form(method, diagnostics)
        _method_overload(method, diagnostics)
        _method_classes(library, method, diagnostics)
        _method_fake(method, diagnostics)
        rules.method_arguments(method, diagnostics)
        rules.method_types(method, library, diagnostics)


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
    elif method.impl is None and (rules.cpp_word(name) or name == interface):
        word = rules.cpp_word(name) or "constructor of the interface"
        message = f"'{name}' is a {word}, so no member function is called so"
        diagnostics.add("CG401", span, message, f"name the member: `impl: {name}_`")
    if method.impl is not None:
        rules.cpp_identifier(method.impl, "member function", diagnostics)


def _method_overload(method: Method, diagnostics: Diagnostics) -> None:
    if method.schema.overload:
        message = "methods have no overload names"
        help = f"give it a name of its own, for example {method.name}_{method.schema.overload}"
        diagnostics.add("CG303", method.func.span, message, help)


def _method_classes(library: Library, method: Method, diagnostics: Diagnostics) -> None:
    """A header declares ahead the classes that its interface takes, since it is included before they are defined."""
    for value in (*method.schema.arguments, *method.schema.returns):
        for name in types.class_names(value.type):
            cls = library.own.get(name)
            if cls and rules.is_template(cls.cls.value):
                message = f"a backend cannot take a {name}: '{cls.cls}' cannot be declared ahead"
                span = method.func.part(*value.type_span)
                diagnostics.add(
                    "CG303", span, message, "derive a class from the template's instance"
                )


def _method_fake(method: Method, diagnostics: Diagnostics) -> None:
    if method.fake:
        message = "torch does not trace the objects of a backend: they have no `flatten:`"
        help = "remove it, or declare a class: `fake:` belongs to the methods of `classes:`"
        diagnostics.add("CG309", method.fake.span, message, help)


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
        example = f"{library.name}::{names.camel(implementation.name.value)}"
        rules.cpp_class(implementation.cls, example, diagnostics)
        _conversion(backend, implementation, diagnostics)


def _conversion(backend: Backend, implementation: Implementation, diagnostics: Diagnostics) -> None:
    """`preprocess` and `prepare` stand between a module and its lowered form, so only torch's interface has them."""
    cpp = (
        "preprocess",
        implementation.preprocess,
        rules.is_cpp_name,
        "a C++ function: ns::preprocess",
    )
    python = (
        "prepare",
        implementation.prepare,
        rules.is_entry_point,
        "a Python function: package.module:function",
    )
    for key, text, allowed, what in (cpp, python):
        if text is not None and not backend.delegates:
            message = f"`{key}:` belongs to {TORCH_INTERFACE}; modules are not lowered to '{backend.interface}'"
            diagnostics.add("CG309", text.span, message, "remove it")
        elif text is not None and not allowed(text.value):
            diagnostics.add("CG404", text.span, f"'{text}' is not {what}")


def _libraries_are_distinct(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    rules.distinct((library.name for library in libraries), "library", diagnostics)


def _registered_names_are_distinct(libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """`torch.classes.<namespace>.<name>` is one table for the whole process.

    Within a library the names are distinct already: they are attributes of its package.
    """
    first: dict[tuple[str, str], tuple[Library, Text]] = {}
    for library in libraries:
        registered = [(library.namespace, cls.name) for cls in library.classes]
        for backend in library.backends:
            registered += [(backend.namespace, i.name) for i in backend.implementations]
        for namespace, name in registered:
            key = (namespace.value, name.value)
            owner, known = first.setdefault(key, (library, name))
            if owner is not library:
                message = f"a second torch.classes.{'.'.join(key)}"
                diagnostics.add("CG402", name.span, message, rules.first_place(known))


_LIBRARY_RULES: tuple[Callable[[Library, Diagnostics], None], ...] = (
    _library_name,
    _cpp_names,
    _hides_namespace,
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
