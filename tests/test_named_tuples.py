"""Methods whose values have names return named tuples: from classes, interfaces, static methods; torch sees tuples."""

from __future__ import annotations

import copy
import importlib
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree


@pytest.fixture(scope="module")
def objects(native_packages: Path) -> ModuleType:
    return importlib.import_module("objects")


@pytest.fixture
def limits(objects: ModuleType) -> Any:
    """What a static method returns."""
    return objects.Node.limits(high=3)


def test_fields(objects: ModuleType, native: ModuleType, limits: Any) -> None:
    assert type(limits) is objects.NodeLimits
    assert limits._fields == ("low", "high")
    assert limits.high == 3
    assert limits == (limits.low, 3) == tuple(limits)
    counted = native.whitespace.create().count("a b")
    assert type(counted) is native.TokenizerInterfaceCount
    assert counted.words == ["a", "b"]
    node = objects.Node("a")
    pair = objects.Graph().pair((node, 2))
    # A tuple has a method of this name.
    assert (pair.node.name, pair.count) == ("a", 2)


def test_it_is_a_value_as_any_other(objects: ModuleType, limits: Any) -> None:
    again = pickle.loads(pickle.dumps(limits))
    assert type(again) is objects.NodeLimits
    assert again == limits == copy.deepcopy(limits)
    assert hash(again) == hash(tuple(limits))
    assert repr(limits) == f"NodeLimits(low={limits.low}, high=3)"
    assert limits._replace(high=4) == (limits.low, 4)


def test_torch_takes_it_as_a_named_tuple(limits: Any) -> None:
    leaves, structure = pytree.tree_flatten(limits)
    assert leaves == list(limits)
    assert type(pytree.tree_unflatten(leaves, structure)) is type(limits)

    @torch.compile(backend="eager", fullgraph=True)
    def add(x: torch.Tensor, given: Any) -> torch.Tensor:
        return x + given.high

    assert add(torch.zeros(1), limits) == 3


def test_traced_code_gets_what_torch_gives(objects: ModuleType) -> None:
    unit = torch.jit.CompilationUnit("""
        def call(g: __torch__.torch.classes.objects.Graph, n: __torch__.torch.classes.objects.Node):
            return g.pair((n, 2))
        """)
    result = unit.call(objects.Graph(), objects.Node("a"))
    assert type(result) is tuple
    plain = torch.classes.objects.Graph()
    assert type(plain.pair((objects.Node("a"), 2))) is tuple
