"""A diagram of who is derived from whom and who takes whom: placed in layers from left to right, for an inline SVG.

The way of Sugiyama, Tagawa and Toda: turn edges until there is no circle, a layer for each node by its longest way
from the left, places in between for edges that cross a layer, an order in each layer by the neighbours' mean. All of
it in whole steps of one order, so that equal declarations give equal drawings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

HEIGHT, GAP, CHANNEL = 44, 16, 72
"""Of a box, between boxes of a layer, between layers; in the units of the drawing, CSS pixels."""
_CHARACTER, _PADDING, _MARGIN = 7.9, 28, 4
_SWEEPS = 6


class Node(NamedTuple):
    key: str
    label: str
    kind: str


class Edge(NamedTuple):
    """`start` stands left. Of `is_a` the arrow is there: `end` is derived from it or implements it.

    There is one at most between two nodes; `mutual` has arrows at both ends.
    """

    start: str
    end: str
    is_a: bool
    dashed: bool
    mutual: bool
    title: str


class Box(NamedTuple):
    key: str
    label: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    center: int
    kind_line: int
    label_line: int


class Line(NamedTuple):
    style: str
    title: str
    path: str
    head: str


class Drawing(NamedTuple):
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


@dataclass(eq=False)
class _Place:
    """Of a node, or of an edge that crosses a layer."""

    node: Node | None
    layer: int
    y: float = 0
    left: list[_Place] = field(default_factory=list)
    right: list[_Place] = field(default_factory=list)

    @property
    def height(self) -> float:
        return HEIGHT if self.node else 0

    @property
    def center(self) -> float:
        return self.y + self.height / 2


def draw(nodes: Sequence[Node], edges: Sequence[Edge]) -> Drawing:
    forward = _without_circles([node.key for node in nodes], edges)
    layers = _layers([node.key for node in nodes], forward)
    places = {node.key: _Place(node, layers[node.key]) for node in nodes}
    chains = [_chain(places[a], places[b]) for a, b in forward]
    between = [place for chain in chains for place in chain[1:-1]]
    rows: list[list[_Place]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for place in (*places.values(), *between):
        rows[place.layer].append(place)
    _arrange(rows)
    return _Canvas(rows).drawing(places.values(), zip(edges, forward, chains, strict=True))


def _without_circles(keys: Sequence[str], edges: Sequence[Edge]) -> list[tuple[str, str]]:
    """The ends of each edge, turned where it would close a circle."""
    after: dict[str, set[str]] = {key: set() for key in keys}
    turned: dict[int, tuple[str, str]] = {}
    # What is derived stands right of its base whatever else there is.
    for index in sorted(range(len(edges)), key=lambda i: not edges[i].is_a):
        start, end = edges[index].start, edges[index].end
        ends = (end, start) if _reaches(after, end, start) else (start, end)
        after[ends[0]].add(ends[1])
        turned[index] = ends
    return [turned[index] for index in range(len(edges))]


def _reaches(after: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, todo = set(), [start]
    while todo:
        key = todo.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            todo += after[key]
    return False


def _layers(keys: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The longest way to each from the left."""
    layers, ends = dict.fromkeys(keys, 0), list(edges)
    for _ in keys:
        for a, b in ends:
            layers[b] = max(layers[b], layers[a] + 1)
    return layers


def _chain(start: _Place, end: _Place) -> list[_Place]:
    """The places that an edge goes through."""
    between = [_Place(None, layer) for layer in range(start.layer + 1, end.layer)]
    chain = [start, *between, end]
    for a, b in pairwise(chain):
        a.right.append(b)
        b.left.append(a)
    return chain


def _arrange(rows: list[list[_Place]]) -> None:
    for row in rows:
        _stack(row, [0.0] * len(row))
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            beside = [p.left if sweep % 2 == 0 else p.right for p in row]
            wanted = {
                id(p): sum(n.center for n in near) / len(near) if near else p.center
                for p, near in zip(row, beside, strict=True)
            }
            row.sort(key=lambda place: wanted[id(place)])
            _stack(row, [wanted[id(place)] - place.height / 2 for place in row])


def _stack(row: Sequence[_Place], wanted: Sequence[float]) -> None:
    """Below each other in their order, together as near as can be to where each wants to be."""
    end = wanted[0] if wanted else 0.0
    for place, y in zip(row, wanted, strict=True):
        place.y = max(end, y)
        end = place.y + place.height + GAP
    shift = sum(y - place.y for place, y in zip(row, wanted, strict=True)) / max(len(row), 1)
    for place in row:
        place.y += shift


class _Canvas:
    """Layers as columns; edges leave and reach a box at points of their own."""

    def __init__(self, rows: Sequence[Sequence[_Place]]) -> None:
        self._top = min(place.y for row in rows for place in row) - _MARGIN
        self.height = round(max(p.y + p.height for row in rows for p in row) - self._top) + _MARGIN
        self._widths = [max(map(_width, row)) for row in rows]
        self._lefts = [_MARGIN]
        for width in self._widths:
            self._lefts.append(self._lefts[-1] + width + CHANNEL)
        self.width = self._lefts[-1] - CHANNEL + _MARGIN

    def drawing(
        self,
        places: Iterable[_Place],
        edges: Iterable[tuple[Edge, tuple[str, str], Sequence[_Place]]],
    ) -> Drawing:
        boxes = tuple(self._box(place, place.node) for place in places if place.node)
        lines = tuple(self._line(edge, ends[0] == edge.start, chain) for edge, ends, chain in edges)
        return Drawing(self.width, self.height, boxes, lines)

    def _box(self, place: _Place, node: Node) -> Box:
        x, y, width = self._lefts[place.layer], round(place.y - self._top), _width(place)
        return Box(*node, x, y, width, HEIGHT, x + width // 2, y + 17, y + 34)

    def _line(self, edge: Edge, forward: bool, chain: Sequence[_Place]) -> Line:
        start = self._port(chain[0], chain[0].right, chain[1])
        end = self._port(chain[-1], chain[-1].left, chain[-2])
        points = [(self._lefts[chain[0].layer] + _width(chain[0]), start)]
        for place in chain[1:-1]:
            left, y = self._lefts[place.layer], round(place.y - self._top)
            points += [(left, y), (left + self._widths[place.layer], y)]
        points.append((self._lefts[chain[-1].layer], end))
        at_start = edge.is_a == forward
        ends = [at_start, not at_start] if edge.mutual else [at_start]
        heads = [_head(*points[0 if left else -1], edge, left) for left in ends]
        path = f"M{points[0][0]} {points[0][1]}" + "".join(
            f"L{b[0]} {b[1]}" if a[1] == b[1] else f"C{m} {a[1]} {m} {b[1]} {b[0]} {b[1]}"
            for a, b in pairwise(points)
            for m in [(a[0] + b[0]) // 2]
        )
        style = " ".join(["is-a" if edge.is_a else "uses", *(["dashed"] if edge.dashed else [])])
        return Line(style, edge.title, path, "".join(heads))

    def _port(self, place: _Place, side: Sequence[_Place], to: _Place) -> int:
        """Where on the side of a box the edge to a neighbour is: those of several are one below the other."""
        order = sorted(range(len(side)), key=lambda i: side[i].center)
        rank = [side[i] for i in order].index(to)
        return round(place.y - self._top + place.height * (rank + 1) / (len(side) + 1))


def _head(x: int, y: int, edge: Edge, at_start: bool) -> str:
    """A triangle, or an open arrow, that points to the box."""
    step = 10 if at_start else -10
    close = "Z" if edge.is_a else ""
    return f"M{x + step} {y - 5}L{x} {y}L{x + step} {y + 5}{close}"


def _width(place: _Place) -> int:
    if place.node is None:
        return 0
    letters = max(len(place.node.label), len(place.node.kind) * 0.8)
    return round(letters * _CHARACTER) + _PADDING
