"""Defaults that torch's parser does not read: each call gets its own, from Python, from TorchScript, from saved models.

tests/native/defaults.h gives back what a method was given, and then changes what another call could share.
"""

from __future__ import annotations

import importlib
import inspect
import io
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 1)

# By method: the default as Python shows it, and, where it differs, what comes back.
VALUES: dict[str, Any] = {
    "nothing": None,
    "number": 1e-05,
    "optional": -(2**63),
    "text": "it's",
    "device": CUDA,
    "list": [1, 5_000_000_000],
    "empty": [],
    "dict": {"a": [1.5]},
    "tuple": (1, "b", [True], None),
    "anythings": [1, "a", [2]],
    "texts": [],
    "optional_texts": ["a\0b"],
    "repeated": ["a", "a"],
    "nested": [[1], []],
    "tensors": [],
    "no_tensors": [None],
    "nodes": [],
    "scalars": [1, 2.5, True],
    "unsigned_scalar": 2**64 - 1,
    "sizes": {},
    "optional_sizes": {"a": 1},
    "mixed": {"a": 1, "b": "c"},
    "by_number": [{1: ["x"]}],
    "pair": (1, "b"),
    "pairs": [("a", 1.0)],
    "flags": [True],
    "minus_infinity": -math.inf,
    "reals": [math.inf, 1e-05],
    "complex_number": 2.5 + 0j,
    "complex_numbers": [1j, 1 - 2j],
    "optional_device": CPU,
    "devices": [CPU, CUDA],
    "scalar_types": [torch.float32, torch.int64],
    "typed": (torch.complex64, 1),
    "layout": torch.sparse_coo,
    "shared": {},
    "free": {"a": 1},
}
# An IValue has no tag for these, so torch gives back the number.
NUMBERS = {"scalar_types": [6, 4], "typed": (9, 1), "layout": 1}
RETURNED = VALUES | NUMBERS

FUNCTION = """
import objects, torch

def call(o: objects.Defaults):
    return o.{name}()
"""


@pytest.fixture(scope="module")
def objects(native_packages: Path) -> ModuleType:
    return importlib.import_module("objects")


def same(a: Any, b: Any) -> bool:
    """Equal, and of the same types."""
    return repr(a) == repr(b)


@pytest.mark.parametrize("name", VALUES)
def test_calls_from_python(objects: ModuleType, name: str) -> None:
    made = objects.Defaults()
    for _ in range(2):
        assert same(getattr(made, name)(), RETURNED[name])
    if name != "shared":  # torch.classes has no static methods on objects.
        plain = torch.classes.objects.Defaults()
        for _ in range(2):
            assert same(getattr(plain, name)(), RETURNED[name])


@pytest.mark.parametrize("name", VALUES)
def test_signatures_show_the_value(objects: ModuleType, name: str) -> None:
    parameters = inspect.signature(getattr(objects.Defaults, name)).parameters
    assert same(parameters["value"].default, VALUES[name])
    assert "Ellipsis" not in str(inspect.signature(getattr(objects.Defaults(), name)))


@pytest.mark.parametrize("name", sorted(VALUES.keys() - {"shared", "unsigned_scalar", "scalars"}))
def test_torchscript_saved_twice(
    objects: ModuleType, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"calls_{name}.py").write_text(FUNCTION.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    script = torch.jit.script(importlib.import_module(f"calls_{name}").call)
    made = objects.Defaults()
    for _ in range(3):
        for _ in range(2):
            assert same(script(made), RETURNED[name])
        saved = io.BytesIO()
        torch.jit.save(script, saved)
        saved.seek(0)
        script = torch.jit.load(saved)


def test_torchscript_has_no_unsigned_numbers() -> None:
    """What docs/format.md says of torch."""
    with pytest.raises(RuntimeError, match="Unsupported value kind: UInt"):
        torch.jit.CompilationUnit(FUNCTION_OF_OBJECT.format(call="o.unsigned_scalar()"))


FUNCTION_OF_OBJECT = """
def call(o: __torch__.torch.classes.objects.Defaults):
    return {call}
"""


@pytest.mark.parametrize("name", ["devices", "complex_numbers"])
def test_torchscript_cannot_compare_lists_of_devices(objects: ModuleType, name: str) -> None:
    """What docs/format.md says of torch: it looks for equal constants, so one call of a function is fine."""
    with pytest.raises(RuntimeError, match="INTERNAL ASSERT"):
        torch.jit.CompilationUnit(FUNCTION_OF_OBJECT.format(call=f"o.{name}(), o.{name}()"))


def test_saved_models_hold_no_list_of_scalars(objects: ModuleType) -> None:
    """What docs/format.md says of torch: it cannot read back what it writes."""
    unit = torch.jit.CompilationUnit(FUNCTION_OF_OBJECT.format(call="o.scalars()"))
    assert unit.call(objects.Defaults()) == [1, 2.5, True]
    saved = io.BytesIO()
    torch.jit.save(unit.call, saved)
    saved.seek(0)
    with pytest.raises(RuntimeError, match="List type annotation"):
        torch.jit.load(saved)


def test_constructors(objects: ModuleType) -> None:
    for _ in range(2):
        assert objects.Defaults().kept() == (["a"], {"a": 1}, math.inf)
        assert objects.Defaults(["b"], sizes={}).kept() == (["b"], {}, math.inf)
    unit = torch.jit.CompilationUnit("""
        def make():
            return torch.classes.objects.Defaults().kept()
        """)
    for _ in range(2):
        assert unit.make() == (["a"], {"a": 1}, math.inf)


def test_interfaces(objects: ModuleType) -> None:
    longest = objects.longest.create()
    for _ in range(2):
        assert longest.given() == ([True, False], ["a"], math.inf, (1, None))
    assert longest.given([], limit=1.5, rest="x") == ([False], ["a"], 1.5, "x")


def test_several(objects: ModuleType) -> None:
    made = objects.Defaults()
    assert made.several() == (1, ["b"], None)
    assert made.several(2, c=None) == (2, ["b"], None)
    parameters = inspect.signature(made.several).parameters.values()
    assert [parameter.default for parameter in parameters] == [1, ["b"], None]


def test_what_a_caller_passes_is_not_changed(objects: ModuleType) -> None:
    """From TorchScript too, where a dict without a default is the caller's own."""
    unit = torch.jit.CompilationUnit("""
        def call(o: __torch__.torch.classes.objects.Defaults):
            mine = {"b": 2}
            return o.sizes(mine), mine
        """)
    assert unit.call(objects.Defaults()) == ({"b": 2}, {"b": 2})
