"""All that changed from the old libraries to the new ones, as diagnostics: libraries, backends, what is suppressed.

`compatibility` has the rules of classes, `calls` those of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from codegen import names
from codegen.callers import ALL, CALLERS, Caller
from codegen.calls import Change, compare, keyword_only, name_span
from codegen.compatibility import Version, changes, deprecated, gone, paired
from codegen.cpp_text import Spelling
from codegen.diagnostics import Diagnostics
from codegen.model import Backend, Implementation, Library, Method
from codegen.source import Source, Text

_PYTHON = frozenset([Caller.PYTHON])
_EXTENSION = frozenset([Caller.EXTENSION])
_CREATED = frozenset([Caller.PYTHON, Caller.TORCHSCRIPT])
"""Who makes and calls the objects of a backend: no exported program has them, for they have no state."""


class Pair(NamedTuple):
    """A library before and after."""

    old: Library
    new: Library


def check(old: Sequence[Library], new: Sequence[Library], diagnostics: Diagnostics) -> None:
    """Adds what someone trips over, but for what the new libraries say is meant."""
    known = {library.name.value for library in old}
    after = {library.name.value: library for library in new}
    added = [library for library in new if library.name.value not in known]
    lost = [library for library in old if library.name.value not in after]
    renamed = list(paired(lost, added, _alike))
    stayed = [(library, after.get(library.name.value)) for library in old if library not in lost]
    for was, now in (*stayed, *renamed):
        if now is None:
            _report(_gone_library(was), diagnostics)
            continue
        found = list(compared(Pair(was, now)))
        meant = {(s.code.value, s.name.value) for s in now.breaking}
        for change in found:
            if (change.code, change.name) not in meant:
                _report(change, diagnostics)
        _left_over(now, found, diagnostics)
    for library in added:
        if all(library is not now for _, now in renamed):
            _left_over(library, (), diagnostics)


def compared(pair: Pair) -> Iterator[Change]:
    """The changes of one library."""
    for rule in _LIBRARY_RULES:
        yield from rule(pair)


def _report(change: Change, diagnostics: Diagnostics) -> None:
    who = [caller.value for caller in Caller if caller in change.who]
    message = f"{change.what}: breaks {_listed(who)}" if who else change.what
    related = ((change.was, "as it was"),) if change.was else ()
    diagnostics.add(change.code, change.span, message, change.help, related)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _left_over(library: Library, found: Iterable[Change], diagnostics: Diagnostics) -> None:
    """What is suppressed and does not happen would hide the next one."""
    happened = {(change.code, change.name) for change in found}
    for suppression in library.breaking:
        if (suppression.code.value, suppression.name.value) not in happened:
            message = f"there is no {suppression.code} of '{suppression.name}' to suppress"
            diagnostics.add("CG725", suppression.code.span, message, "remove the entry")


def _alike(old: Library, new: Library) -> bool:
    """Whether they have a class in common."""
    return bool(_cpp_classes(old) & _cpp_classes(new))


def _cpp_classes(library: Library) -> Set[str]:
    implemented = (i.cls.value for backend in library.backends for i in backend.implementations)
    return {*(cls.cls.value for cls in library.classes), *implemented}


def _gone_library(library: Library) -> Change:
    """It stands where it stood, by a path without the revision: annotations are for files."""
    name, span = library.name.value, library.name.span
    path = span.source.path.partition(":")[2] or span.source.path
    here = span._replace(source=Source(path, span.source.text))
    return Change("CG701", name, f"the library '{name}' is gone", ALL, here, span)


def _name(pair: Pair) -> Iterator[Change]:
    old, new = pair.old.name, pair.new.name
    if old.value != new.value:
        yield gone("library", old.value, _PYTHON | _EXTENSION, new.span, old, new)


def _namespace(pair: Pair) -> Iterator[Change]:
    old, new = pair.old.namespace, pair.new.namespace
    if old.value != new.value and pair.old.classes:
        what = f"classes are registered in the namespace '{new}', and were in '{old}'"
        help = f"keep it: `namespace: {old}`"
        yield Change("CG718", pair.new.name.value, what, CALLERS, new.span, old.span, help)


def _modules(pair: Pair) -> Iterator[Change]:
    now = {names.module(module.value) for module in pair.new.modules}
    for module in pair.old.modules:
        name = names.module(module.value)
        if name not in now:
            yield gone("Python module", name, _PYTHON, pair.new.name.span, module)


def _classes(pair: Pair) -> Iterator[Change]:
    after = {cls.name.value: cls for cls in pair.new.classes}
    known = {cls.name.value for cls in pair.old.classes}
    for cls in pair.old.classes:
        if cls.name.value in after:
            yield from changes(Version(pair.old, cls), Version(pair.new, after[cls.name.value]))
    lost = [cls for cls in pair.old.classes if cls.name.value not in after]
    fresh = [cls for cls in pair.new.classes if cls.name.value not in known]
    for was, now in paired(lost, fresh, lambda was, now: was.cls.value == now.cls.value):
        renamed = now.name if now else None
        yield gone("class", was.name.value, CALLERS, pair.new.name.span, was.name, renamed)


def _backends(pair: Pair) -> Iterator[Change]:
    after = {backend.name.value: backend for backend in pair.new.backends}
    known = {backend.name.value for backend in pair.old.backends}
    lost = [backend for backend in pair.old.backends if backend.name.value not in after]
    fresh = [backend for backend in pair.new.backends if backend.name.value not in known]
    renamed = list(paired(lost, fresh, lambda a, b: a.interface.value == b.interface.value))
    for was, now in renamed:
        who = _PYTHON | _EXTENSION if now else _CREATED | _EXTENSION
        where = pair.new.name.span
        yield gone("backend", was.name.value, who, where, was.name, now.name if now else None)
    stayed = [(b, after[b.name.value]) for b in pair.old.backends if b.name.value in after]
    for was, now in (*stayed, *renamed):
        if now:
            for rule in _BACKEND_RULES:
                yield from rule(pair, was, now)


def _interface(pair: Pair, old: Backend, new: Backend) -> Iterator[Change]:
    """The name of the C++ interface, and of the Python protocol."""
    if old.interface.value != new.interface.value:
        what = f"the interface of '{new.name}' is '{new.interface}', and was '{old.interface}'"
        who = _PYTHON | _EXTENSION
        yield Change("CG721", new.name.value, what, who, new.interface.span, old.interface.span)


def _backend_namespace(pair: Pair, old: Backend, new: Backend) -> Iterator[Change]:
    if old.namespace.value != new.namespace.value:
        what = f"'{new.name}' registers in the namespace '{new.namespace}', and did in '{old.namespace}'"
        help = f"keep it: `namespace: {old.namespace}`"
        place = new.namespace.span
        yield Change("CG718", new.name.value, what, _CREATED, place, old.namespace.span, help)


def _interface_methods(pair: Pair, old: Backend, new: Backend) -> Iterator[Change]:
    before = {method.name: method for method in old.methods}
    after = {method.name: method for method in new.methods}
    for key, method in before.items():
        name = f"{new.name}.{key}"
        if key in after:
            yield from _interface_method(name, method, after[key], pair)
        else:
            was = Text(key, name_span(method))
            yield gone("method", name, _callers(method) | _EXTENSION, new.name.span, was)
    for key, method in after.items():
        if key not in before:
            what = f"implementations need the new method '{new.name}.{key}'"
            span = name_span(method)
            yield Change("CG720", f"{new.name}.{key}", what, _EXTENSION, span, old.name.span)


def _interface_method(name: str, old: Method, new: Method, pair: Pair) -> Iterator[Change]:
    yield from compare(name, old, new, _callers(old), pair.new)
    before, after = _signature(old, pair.old), _signature(new, pair.new)
    if before != after:
        what = f"'{name}' is `{after}` in C++, and was `{before}`"
        yield Change("CG721", name, what, _EXTENSION, name_span(new), name_span(old))
    yield from deprecated(name, old.deprecated, new.deprecated)


def _callers(method: Method) -> Set[Caller]:
    return _PYTHON if keyword_only(method) else _CREATED


def _signature(method: Method, library: Library) -> str:
    """What an implementation overrides; names of parameters and defaults are nothing to it."""
    spelled = Spelling(library)
    taken = ", ".join(spelled(argument.type) for argument in method.schema.arguments)
    return f"{spelled.returns(method.schema)} {method.member}({taken})"


def _implementations(pair: Pair, old: Backend, new: Backend) -> Iterator[Change]:
    after = {implementation.name.value: implementation for implementation in new.implementations}
    known = {implementation.name.value for implementation in old.implementations}
    lost = [i for i in old.implementations if i.name.value not in after]
    fresh = [i for i in new.implementations if i.name.value not in known]
    for was, now in paired(lost, fresh, lambda was, now: was.cls.value == now.cls.value):
        renamed = now.name if now else None
        yield gone("implementation", was.name.value, _CREATED, new.name.span, was.name, renamed)
    for implementation in old.implementations:
        name = implementation.name.value
        if name in after:
            yield from _implementation(name, implementation, after[name])


def _implementation(name: str, old: Implementation, new: Implementation) -> Iterator[Change]:
    converts = old.preprocess or old.prepare
    if converts and not (new.preprocess or new.prepare):
        what = f"modules cannot be lowered to '{name}': it has no `preprocess:` and no `prepare:`"
        yield Change("CG722", name, what, _PYTHON, new.name.span, converts.span)
    yield from deprecated(name, old.deprecated, new.deprecated)


_LIBRARY_RULES: tuple[Callable[[Pair], Iterator[Change]], ...] = (
    _name,
    _namespace,
    _modules,
    _classes,
    _backends,
)
_BACKEND_RULES: tuple[Callable[[Pair, Backend, Backend], Iterator[Change]], ...] = (
    _interface,
    _backend_namespace,
    _interface_methods,
    _implementations,
)
