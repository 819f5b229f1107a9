"""A program that mypy must accept: typed against the stub of `objects`."""

import objects
import torch

node = objects.Node("a", weight=1.0, shape=[2, 3])
plain: objects.Node = objects.Node()
described: str = node.describe(width=2)
tagged: str = node.tag(1) + node.tag("x") + node.tag(1, second=2) + node.tag(plain)
limits: tuple[int, int] = objects.Node.limits(high=3)
made: objects.Node = objects.Node.make("m", weight=2.0)

node.weight = 2
node.shape = [1]
node.parent = plain if node == plain and node < plain else None
name: str = node.name
total: float = node.total([1.0]) + node.weight
value: torch.Tensor = node(torch.ones(1))
joined: objects.Node = node + plain
size: int = hash(node) + (1 if node else 0)
node[0] = 3
with node as entered:
    inside: objects.Node = entered
whole: int = int(node) + round(node)
seen: bool = node.seen(True)
told: str = node.seen(1)
among: bool = node.among(None)

leaf = objects.Leaf("leaf", torch.ones(1))
graph: objects.Graph = objects.Graph().add(leaf)
found: objects.Node | None = graph.find("leaf")
count: int = graph.add_all([leaf, node], last=None) + len(graph)
first: objects.Node = graph[0]
known: bool = "leaf" in graph
pair: tuple[objects.Node, int] = graph.pair((leaf, 1))
paired: objects.Node = graph.pair((leaf, 1)).node
script: torch._C.ScriptObject = graph

shadow = objects.Shadow()
numbers: list[int] = shadow.list([shadow.int(1)])
text: str = shadow.property + shadow.str
token: int = objects.Token.issue().number()
