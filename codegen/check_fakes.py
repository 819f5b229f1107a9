"""Rules of `fake:`, what a class shows to torch.compile and torch.export."""

from __future__ import annotations

from codegen import fakes, names, rules
from codegen.diagnostics import Diagnostics
from codegen.model import Class, FunctionRule, Library, Method, Rule, SeveralRules
from codegen.source import Span, Text
from codegen.types import class_names


def check(library: Library, cls: Class, diagnostics: Diagnostics) -> None:
    """The rules of its methods and, where it is faked, of those that it inherits."""
    for method in cls.methods:
        if method.fake and _has_fakes(cls, method, method.fake, diagnostics):
            for text in _functions(method.fake):
                _function(library, text, diagnostics)
    if not cls.faked:
        return
    for _, method in fakes.methods(library, cls):
        if method.fake and not class_names(fakes.returned(method)):
            _meaning(cls, method, method.fake, diagnostics)


def _has_fakes(cls: Class, method: Method, rule: Rule, diagnostics: Diagnostics) -> bool:
    """Whether torch would ask for what the rule makes."""
    if cls.tracing_mode:
        message = f"'{cls.name}' has `tracing_mode: real`, so it is never faked"
        diagnostics.add("CG309", rule.span, message, "remove one of them")
    elif cls.flatten_span is None:
        if diagnostics.unread(cls.span):
            return False
        message = f"'{cls.name}' has no `flatten:`, and torch makes a fake of what that gives"
        help = "list what its methods' results depend on, for example `flatten: {dim: int}`"
        diagnostics.add("CG202", rule.span, message, help)
    elif method.static:
        message = "a static method has no object, and torch traces none"
        diagnostics.add("CG309", rule.span, message, "remove it")
    elif class_names(fakes.returned(method)):
        message = f"'{method.name}' returns an object, which torch does not trace"
        diagnostics.add("CG303", rule.span, message, "remove it, and call the method outside")
    else:
        return True
    return False


def _functions(rule: Rule) -> list[Text]:
    match rule:
        case FunctionRule(path):
            return [path]
        case SeveralRules(_, items):
            return [text for item in items for text in _functions(item)]
    return []


def _function(library: Library, path: Text, diagnostics: Diagnostics) -> None:
    if not rules.is_entry_point(path.value):
        message = f"'{path}' is not a Python function: package.module:function"
        help = "for a tensor like the argument x: `fake: {like: x}`"
        diagnostics.add("CG404", path.span, message, help)
        return
    package, _, module = path.value.partition(":")[0].partition(".")
    modules = {names.module(m.value) for m in library.modules}
    if package != library.name.value or module in modules:
        return
    if module:
        message = f"the package has no module '{module}'"
        help = f"list its file: `python: {{modules: [{module}.py]}}`"
    else:
        function = path.value.rpartition(":")[2]
        message = f"'{path}' names no module of the package"
        help = f"write `{package}.fakes:{function}`, and list its file: `python: {{modules: [fakes.py]}}`"
    diagnostics.add("CG403", path.span, message, help)


def _meaning(cls: Class, method: Method, rule: Rule, diagnostics: Diagnostics) -> None:
    def problem(span: Span, message: str, help: str | None) -> None:
        diagnostics.add("CG306", span, message, help)

    source, start, end = rule.span
    unknown = "self." in source.text[start:end] and diagnostics.unread(cls.span)
    if unknown or any(diagnostics.within(rule.span)) or any(diagnostics.within(method.func.span)):
        return  # what it means follows from what is wrong already

    fakes.value(rule, fakes.returned(method), fakes.Scope(method, cls), problem)
