"""Model to the views of an API reference, whose fields are final text: of HTML or of Markdown, as `Format` says.

A declaration is shown as its users see it: what the Python package exports, the C++ that stands behind it, and what
TorchScript knows. Whatever it says, it says of the declarations alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from codegen import names, overloads
from codegen.fakes import returned
from codegen.model import (
    Backend,
    Class,
    FunctionRule,
    Implementation,
    Library,
    Method,
    Property,
    Rule,
    SeveralRules,
    TensorRule,
)
from codegen.reference import markup, relations
from codegen.reference.diagram import Drawing, draw
from codegen.reference.markup import Format, Links, linked, named
from codegen.reference.page_views import (
    ArgumentView,
    CodeView,
    EntryView,
    FactView,
    GroupView,
    InheritedView,
    LibraryView,
    MemberView,
)
from codegen.reference.relations import Relation, anchor, interface_name
from codegen.reference.signatures import Anchors, Signatures, default
from codegen.schema import Argument
from codegen.source import Text
from codegen.types import Base


def anchors(libraries: Iterable[Library]) -> dict[str, str]:
    """Where each class stands, by its full name in TorchScript."""
    return {
        library.qualified(cls.name): anchor(library, cls.name.value)
        for library in libraries
        for cls in library.classes
    }


def views(libraries: Sequence[Library], formats: Sequence[Format]) -> list[LibraryView]:
    """Each library in the format beside it."""
    known = anchors(libraries)
    found = [r for library in libraries for r in relations.relations(library, known)]
    return [
        _Page(library, known, found, to).view()
        for library, to in zip(libraries, formats, strict=True)
    ]


class _Page:
    """One library."""

    def __init__(
        self, library: Library, known: Anchors, found: Sequence[Relation], to: Format
    ) -> None:
        self._library = library
        self._to = to
        self._signatures = Signatures(library, known)
        self._relations = found
        # What docs may name in `code`.
        self._links: Links = {
            **{cls.name.value: anchor(library, cls.name.value) for cls in library.classes},
            **{
                f"{cls.name}.{name}": target
                for cls in library.classes
                for name, target in self._members(cls).items()
            },
            **{b.interface.value: self._interface(b) for b in library.backends if not b.delegates},
            **{i.name.value: anchor(library, i.name.value) for i in self._implementations()},
        }

    def view(self) -> LibraryView:
        library, name = self._library, self._library.name.value
        drawings, mermaid = self._diagram()
        groups = [
            GroupView("Classes", tuple(map(self._class, library.classes))),
            GroupView("Interfaces", tuple(map(self._backend, library.backends))),
            GroupView(
                "Implementations",
                tuple(
                    self._implementation(b, i) for b in library.backends for i in b.implementations
                ),
            ),
        ]
        return LibraryView(
            anchor=name,
            name=name,
            title=self._to.text(name),
            page=names.page(name),
            summary=self._to.phrase(markup.summary(library.doc), self._links),
            doc=self._to.doc(library.doc, self._links),
            facts=self._facts(
                ("Python", self._to.code(f"import {name}")),
                ("C++ namespace", self._to.code(name) if library.backends else ""),
                (
                    "TorchScript",
                    self._to.code(f"torch.classes.{library.namespace}") if library.classes else "",
                ),
                ("Declared in", self._to.code(library.source.path.rpartition("/")[2])),
            ),
            groups=tuple(group for group in groups if group.entries),
            drawings=drawings,
            mermaid=mermaid,
        )

    def _facts(self, *facts: tuple[str, str]) -> tuple[FactView, ...]:
        return tuple(FactView(*fact) for fact in facts if fact[1])

    def _codes(self, *codes: tuple[str, str, str]) -> tuple[CodeView, ...]:
        return tuple(
            CodeView(title, slug, self._to.block(text, slug)) for title, slug, text in codes if text
        )

    def _three(self, python: str, cpp: str, schema: str) -> tuple[CodeView, ...]:
        return self._codes(
            ("Python", "python", python), ("C++", "cpp", cpp), ("TorchScript", "text", schema)
        )

    def _list(self, texts: Iterable[str]) -> str:
        """Final text, one after the other."""
        return self._to.join(list(texts))

    def _link(self, name: str) -> str:
        """To a class, an interface or an implementation of this library."""
        return self._to.link(anchor(self._library, name), name)

    def _implementations(self) -> Iterator[Implementation]:
        for backend in self._library.backends:
            yield from backend.implementations

    def _interface(self, backend: Backend) -> str:
        return anchor(self._library, interface_name(backend))

    def _members(self, cls: Class) -> dict[str, str]:
        """Where the members of a class stand; of overloads the first."""
        of = anchor(self._library, cls.name.value)
        found = {prop.name.value: f"{of}.{prop.name}" for prop in cls.properties}
        if cls.init:
            found["__init__"] = f"{of}.__init__"
        for name, method in overloads.by_torchscript_name(cls.methods):
            found.setdefault(method.name, f"{of}.{name}")
        return found

    # Classes

    def _class(self, cls: Class) -> EntryView:
        library, name = self._library, cls.name.value
        ancestors = list(library.ancestors(cls))
        links = {**self._links, **self._members(cls)}
        base = ancestors[0] if ancestors else None
        python = f"class {named(name)}" + (f"({self._linked(base.name.value)})" if base else "")
        cpp = f"class {named(cls.cls.value)}" + (
            f" : public {linked(anchor(library, base.name.value), base.cls.value)}" if base else ""
        )
        entry = self._entry("class", name, cls.doc, links)
        return entry._replace(
            codes=self._three(python, cpp, library.qualified(cls.name)),
            facts=self._class_facts(cls, ancestors),
            members=tuple(self._class_members(cls, links)),
            inherited=tuple(self._inherited(cls, ancestors)),
        )

    def _entry(self, kind: str, name: str, doc: str, links: Links) -> EntryView:
        """What a class, an interface and an implementation have alike."""
        return EntryView(
            anchor=anchor(self._library, name),
            name=name,
            title=self._to.text(name),
            link=self._link(name),
            kind=kind,
            summary=self._to.phrase(markup.summary(doc), links),
            doc=self._to.doc(doc, links),
        )

    def _linked(self, name: str) -> str:
        return linked(anchor(self._library, name), name)

    def _class_facts(self, cls: Class, ancestors: Sequence[Class]) -> tuple[FactView, ...]:
        derived = [n for n, base in self._library.bases.items() if base == cls.name.value]
        own = [r for r in self._relations if r.target == anchor(self._library, cls.name.value)]
        return self._facts(
            ("Derived from", self._list(self._link(a.name.value) for a in ancestors)),
            ("Base of", self._list(map(self._link, derived))),
            ("Made by", "" if cls.init else self._to.text("C++ alone: there is no constructor")),
            ("Pickling", self._pickling(cls)),
            ("Tracing", self._tracing(cls)),
            ("Taken by", self._list(self._members_of(own, "takes"))),
            ("Returned by", self._list(self._members_of(own, "returns"))),
        )

    def _members_of(self, found: Iterable[Relation], verb: str) -> Iterator[str]:
        for relation in found:
            if relation.verb == verb:
                own = relation.member.removeprefix(f"{self._library.name}.")
                yield self._to.link(relation.member, own)

    def _pickling(self, cls: Class) -> str:
        if cls.pickle is None:
            return self._to.text("objects cannot be pickled, nor saved in a model")
        state = self._to.code(self._signatures.type(cls.pickle.state))
        ways = f"by `{cls.pickle.getter}`, and made again by `{cls.pickle.setter}`"
        return self._to.join([state, self._to.phrase(ways, {})])

    def _tracing(self, cls: Class) -> str:
        """What docs/compile.md says of each."""
        if cls.tracing_mode:
            return self._to.phrase("on the object itself (`tracing_mode: real`)", {})
        if not cls.faked:
            return self._to.phrase(
                "`torch.compile` calls its methods outside of the graph; `torch.export` refuses it",
                {},
            )
        if not cls.flatten:
            return self._to.text("on a fake without state")
        seen = self._to.code(self._signatures.state(cls))
        return self._to.join([self._to.text("on a fake that has"), seen], " ")

    def _inherited(self, cls: Class, ancestors: Iterable[Class]) -> Iterator[InheritedView]:
        hidden = set(self._members(cls)) | {"__init__"}
        for base in ancestors:
            members = {n: a for n, a in self._members(base).items() if n not in hidden}
            hidden |= members.keys()
            if members:
                links = self._list(self._to.link(a, n) for n, a in members.items())
                yield InheritedView(self._link(base.name.value), links)

    def _class_members(self, cls: Class, links: Links) -> Iterator[MemberView]:
        if cls.init:
            yield self._init(cls, cls.init, links)
        several = {n for n, group in overloads.grouped(cls.methods).items() if len(group) > 1}
        for name, method in overloads.by_torchscript_name(cls.methods):
            codes = self._three(
                self._signatures.python(cls.name.value, method),
                "",
                self._signatures.schema(method.schema, name),
            )
            badges = ["static"] * method.static + ["overload"] * (method.name in several)
            cpp = self._cpp(cls, method.member)
            yield self._method(cls.name.value, method, name, codes, badges, links, cpp)
        for prop in cls.properties:
            yield self._property(cls, prop, links)

    def _cpp(self, cls: Class, *members: str) -> str:
        """The C++ behind a declaration by its names: what it takes and returns is not known here."""
        return self._list(
            self._to.code(name if names.is_free(name) else f"{cls.cls}::{name}") for name in members
        )

    def _init(self, cls: Class, init: Method, links: Links) -> MemberView:
        codes = self._three(
            self._signatures.python(cls.name.value, init, constructs=True),
            "",
            self._signatures.schema(init.schema, "__init__"),
        )
        maker = init.impl.value if init.impl else names.constructor(cls.cls.value)
        cpp = self._cpp(cls, maker)
        made = self._method(cls.name.value, init, "__init__", codes, ["constructor"], links, cpp)
        return made._replace(returns="", listed=bool(made.arguments))

    def _method(
        self,
        of: str,
        method: Method,
        name: str,
        codes: tuple[CodeView, ...],
        badges: Iterable[str],
        links: Links,
        cpp: str = "",
    ) -> MemberView:
        """`name` is the one in TorchScript, which tells overloads apart."""
        arguments = method.schema.arguments
        scope = {n: a for n, a in links.items() if n not in {x.name for x in arguments}}
        views = tuple(self._argument(method, argument, scope) for argument in arguments)
        marks = (*badges, *(["holds the GIL"] if method.holds_gil else []))
        said = any(method.argument_docs.get(argument.name) for argument in arguments)
        return MemberView(
            anchor=f"{anchor(self._library, of)}.{name}",
            name=method.name,
            title=self._to.text(method.name),
            kind="method",
            suffix=f"({', '.join(str(a.type) for a in arguments)})" if "overload" in marks else "",
            badges=marks,
            note=", ".join(marks),
            codes=codes,
            doc=self._to.doc(method.doc, scope),
            arguments=views,
            documented=views if said else (),
            type="",
            returns=(
                self._to.code(self._signatures.returned(method.schema))
                if method.schema.returns
                else ""
            ),
            facts=self._facts(("C++", cpp), ("While traced", self._fake(method))),
            listed=bool(arguments or method.schema.returns or method.fake),
        )

    def _argument(self, method: Method, argument: Argument, links: Links) -> ArgumentView:
        given = default(argument)
        return ArgumentView(
            name=self._to.code(argument.name),
            type=self._to.code(self._signatures.type(argument.type)),
            default=self._to.code(given) if given else "",
            doc=self._to.phrase(method.argument_docs.get(argument.name, ""), links),
        )

    def _fake(self, method: Method) -> str:
        if method.fake is None:
            return ""
        if returned(method) == Base("NoneType") and not isinstance(method.fake, FunctionRule):
            return self._to.text("changes nothing of what torch sees of the object")
        return self._to.phrase(f"gives {_rule(method.fake)}", {})

    def _property(self, cls: Class, prop: Property, links: Links) -> MemberView:
        name = prop.name.value
        badges = ("property", *(() if prop.writable else ("read-only",)))
        members = [text.value for text in (prop.getter, prop.setter, prop.field) if text]
        return MemberView(
            anchor=f"{anchor(self._library, cls.name.value)}.{name}",
            name=name,
            title=self._to.text(name),
            kind="property",
            suffix="",
            badges=badges,
            note=", ".join(badges),
            codes=self._three(
                self._signatures.python_property(prop), "", self._signatures.schema_property(prop)
            ),
            doc=self._to.doc(prop.doc, links),
            arguments=(),
            documented=(),
            type=self._to.code(self._signatures.type(prop.type)),
            returns="",
            facts=self._facts(("C++", self._cpp(cls, *members))),
            listed=True,
        )

    # Interfaces and implementations

    def _backend(self, backend: Backend) -> EntryView:
        library, name = self._library, interface_name(backend)
        cpp = backend.interface.value if backend.delegates else f"{library.name}::{name}"
        header = names.header(library.name.value, backend.name.value)
        links = {
            **self._links,
            **{m.name: f"{self._interface(backend)}.{m.name}" for m in backend.methods},
        }
        entry = self._entry("interface", name, backend.doc, links)
        return entry._replace(
            codes=self._three(f"class {named(name)}(Protocol)", f"class {named(cpp)}", ""),
            facts=self._facts(
                ("C++ header", self._to.code(f"<{header}>")),
                ("Registered by", self._to.code(f"{library.name}::{backend.name}<T>")),
                ("TorchScript", self._to.code(f"torch.classes.{backend.namespace}")),
                (
                    "Implementations",
                    self._list(self._link(i.name.value) for i in backend.implementations),
                ),
            ),
            members=tuple(
                self._interface_method(backend, method, links) for method in backend.methods
            ),
        )

    def _interface_method(self, backend: Backend, method: Method, links: Links) -> MemberView:
        codes = self._three(
            self._signatures.python(interface_name(backend), method),
            self._signatures.cpp_virtual(method, backend),
            self._signatures.schema(method.schema, method.name),
        )
        return self._method(interface_name(backend), method, method.name, codes, (), links)

    def _implementation(self, backend: Backend, implementation: Implementation) -> EntryView:
        name = implementation.name.value
        interface = interface_name(backend)
        kind = "JitBackend" if backend.delegates else "Implementation"
        python = f"{named(name)}: {kind}[{self._linked(interface)}]"
        entry = self._entry("implementation", name, implementation.doc, self._links)
        return entry._replace(
            codes=self._three(
                python,
                f"class {named(implementation.cls.value)}",
                f"__torch__.torch.classes.{backend.namespace}.{name}",
            ),
            facts=self._facts(
                ("Implements", self._link(interface)),
                ("Prepared by", self._optional(implementation.prepare)),
                ("Preprocessed by", self._optional(implementation.preprocess)),
                ("Used as", self._usage(backend, name)),
            ),
        )

    def _optional(self, text: Text | None) -> str:
        return self._to.code(text.value) if text else ""

    def _usage(self, backend: Backend, name: str) -> str:
        calls = [f"{self._library.name}.{name}.create()"]
        if backend.delegates:
            of = calls[0].removesuffix("create()")
            calls = [f"{of}lower(module, method_compile_spec)", f"{of}is_available()", *calls]
        return self._list(map(self._to.code, calls))

    # The diagram

    def _diagram(self) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
        of = f"{self._library.name}."
        own = [relation for relation in self._relations if relation.source.startswith(of)]
        nodes, edges = relations.graph(self._library, own)
        if not edges:
            return (), ()
        return (draw(nodes, edges),), tuple(relations.mermaid(nodes, edges))


def _rule(rule: Rule) -> str:
    """A rule of `fake:` in words."""
    if isinstance(rule, SeveralRules):
        return ", then ".join(map(_rule, rule.items))
    if isinstance(rule, FunctionRule):
        return f"what `{rule.path}` says"
    if not isinstance(rule, TensorRule):
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        text = ", ".join(map(str, values))
        return f"`[{text}]`" if isinstance(rule.value, tuple) else f"`{text}`"
    words = ["a tensor"]
    words += [f"like `{rule.like}`"] if rule.like else []
    words += [f"of size `[{', '.join(map(str, rule.size))}]`"] if rule.size is not None else []
    words += [f"of `{rule.dtype}`"] if rule.dtype else []
    words += [f"on `{rule.device}`"] if rule.device else []
    return " ".join(words)
