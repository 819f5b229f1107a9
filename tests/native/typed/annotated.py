"""A function with a class of the package in its annotations, for mypy and for TorchScript."""

import objects


def names(nodes: list[objects.Node]) -> list[str]:
    return [node.name for node in nodes]
