"""A program of which mypy must refuse each marked line, for the marked reason, and no other."""

import objects
import torch

node = objects.Node("a")
objects.Node(1)  # arg-type
objects.Node("a", 2.0)  # call-arg
node.describe(2)  # call-arg
node.describe(width="2")  # arg-type
node.tag(1.5)  # call-overload
node.tag(1, "x")  # call-overload
node.name = "b"  # misc
node.visits = 1  # misc
node.weight = "heavy"  # assignment
missing = node.nope  # attr-defined
added = node + 1  # operator
compared = node > node.name  # operator
objects.Node.limits("low")  # arg-type
objects.Leaf("leaf", None)  # arg-type
graph = objects.Graph()
graph.add(graph)  # arg-type
graph.add_all([1])  # list-item
graph["a"]  # index
named = graph.find("a").name  # union-attr
leaf: objects.Leaf = node  # assignment
result: str = node(torch.ones(1))  # assignment
count: int = graph.named(1, 2) + graph.named("x")  # deprecated
node.area = 2 * node.area  # deprecated


class Mine(objects.Node): ...  # misc
