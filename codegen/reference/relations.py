"""Who is derived from whom, implements whom, takes and returns whom: the relations of a library's classes, as a graph.

Knows names and anchors alone; `diagram` places the graph, `reference` lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from codegen import names, overloads
from codegen.model import Backend, Library, Method
from codegen.reference.diagram import Edge, Node
from codegen.types import Type, class_names


class Relation(NamedTuple):
    """A member takes or returns a class."""

    source: str
    member: str
    verb: str
    target: str


def anchor(library: Library, name: str) -> str:
    """Of a class, an interface or an implementation: as the Python package has it."""
    return f"{library.name}.{name}"


def interface_name(backend: Backend) -> str:
    return names.protocol(backend.name.value, backend.interface.value, backend.delegates)


def relations(library: Library, known: Mapping[str, str]) -> list[Relation]:
    """What the members of classes and interfaces take and return, once each; of classes that are `known` alone."""
    targets = {name: known[library.qualified(cls.name)] for name, cls in library.own.items()}
    found = _Found({**known, **targets})
    for cls in library.classes:
        of = anchor(library, cls.name.value)
        if cls.init:
            found.method(of, "__init__", cls.init)
        for name, method in overloads.by_torchscript_name(cls.methods):
            found.method(of, name, method)
        for prop in cls.properties:
            found.types(of, prop.name.value, "returns", [prop.type])
            found.types(of, prop.name.value, "takes", [prop.type] if prop.writable else [])
    for backend in library.backends:
        for method in backend.methods:
            found.method(anchor(library, interface_name(backend)), method.name, method)
    return list(dict.fromkeys(found.relations))


class _Found:
    def __init__(self, targets: Mapping[str, str]) -> None:
        self._targets = targets
        self.relations: list[Relation] = []

    def method(self, of: str, name: str, method: Method) -> None:
        self.types(of, name, "takes", [argument.type for argument in method.schema.arguments])
        self.types(of, name, "returns", [value.type for value in method.schema.returns])

    def types(self, of: str, name: str, verb: str, types: Iterable[Type]) -> None:
        for cls in (cls for t in types for cls in class_names(t)):
            if cls in self._targets:
                self.relations.append(Relation(of, f"{of}.{name}", verb, self._targets[cls]))


def graph(library: Library, found: Sequence[Relation]) -> tuple[list[Node], list[Edge]]:
    """One edge at most between two; what is derived or implements says more than what is taken."""
    edges = {frozenset((edge.start, edge.end)): edge for edge in _derived(library)}
    for pair, members in _uses(found).items():
        start, end = next(iter(members)), pair
        if len(end) == 2 and end not in edges:
            edges[end] = _use(start, next(iter(end - {start})), members)
    joined = {key for edge in edges.values() for key in (edge.start, edge.end)}
    nodes = [node for node in _nodes(library) if node.key in joined]
    others = sorted(joined - {node.key for node in nodes})
    return nodes + [Node(key, key, "class") for key in others], list(edges.values())


def _nodes(library: Library) -> Iterator[Node]:
    for cls in library.classes:
        yield Node(anchor(library, cls.name.value), cls.name.value, "class")
    for backend in library.backends:
        name = interface_name(backend)
        yield Node(anchor(library, name), name, "interface")
        for implementation in backend.implementations:
            name = implementation.name.value
            yield Node(anchor(library, name), name, "implementation")


def _derived(library: Library) -> Iterator[Edge]:
    for name, base in library.bases.items():
        start, end = anchor(library, base), anchor(library, name)
        yield Edge(start, end, True, False, False, f"{name} is derived from {base}")
    for backend in library.backends:
        interface = interface_name(backend)
        for implementation in backend.implementations:
            start, end = anchor(library, interface), anchor(library, implementation.name.value)
            title = f"{implementation.name} implements {interface}"
            yield Edge(start, end, True, True, False, title)


def _uses(found: Iterable[Relation]) -> dict[frozenset[str], dict[str, list[str]]]:
    """For each two that have to do with each other what each does with the other."""
    pairs: dict[frozenset[str], dict[str, list[str]]] = {}
    for relation in found:
        pair = pairs.setdefault(frozenset((relation.source, relation.target)), {})
        verbs = pair.setdefault(relation.source, [])
        if relation.verb not in verbs:
            verbs.append(relation.verb)
    return pairs


def _use(start: str, end: str, verbs: Mapping[str, Sequence[str]]) -> Edge:
    short = {key: key.partition(".")[2] for key in (start, end)}
    title = "; ".join(
        f"{short[a]} {' and '.join(verbs[a])} {short[b]}"
        for a, b in ((start, end), (end, start))
        if a in verbs
    )
    return Edge(start, end, False, False, len(verbs) == 2, title)


def mermaid(nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[str]:
    """The lines of a class diagram. Names are labels: some words mean something to Mermaid."""
    ids = {node.key: f"c{index}" for index, node in enumerate(nodes)}
    yield "classDiagram"
    yield "    direction LR"
    for node in nodes:
        yield f'    class {ids[node.key]}["{node.label}"]'
        if node.kind != "class":
            yield f"    <<{node.kind}>> {ids[node.key]}"
    for edge in edges:
        arrow = {(True, True): "<|..", (True, False): "<|--"}.get(
            (edge.is_a, edge.dashed), "<-->" if edge.mutual else "-->"
        )
        yield f"    {ids[edge.start]} {arrow} {ids[edge.end]}"
