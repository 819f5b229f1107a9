"""C++ whose types are others than those of the schema: what fits is taken, the rest is refused at the call.

The class is `Numbers` of tests/native/counter.yaml; what must not compile is in test_build.py.
"""

from __future__ import annotations

import importlib
import math
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

X = torch.ones(2)
INT = "does not fit in int, which holds -2147483648 to 2147483647"
LONG = "does not fit in long, which holds -9223372036854775808 to 9223372036854775807"
BYTE = "does not fit in unsigned char, which holds 0 to 255"
SIGNED = "does not fit in signed char, which holds -128 to 127"
SHORT = "does not fit in short, which holds -32768 to 32767"
FLOAT = "does not fit in float, which holds -3.40282e+38 to 3.40282e+38"


@pytest.fixture(scope="session")
def counter(native_packages: Path) -> ModuleType:
    return importlib.import_module("counter")


@pytest.fixture
def one(counter: ModuleType) -> Any:
    return counter.Numbers(5)


CALLS = {
    "one.whole(2**31 - 1)": 2**31 - 1,
    "one.whole(-(2**31))": -(2**31),
    "one.byte(255)": 255,
    "one.unsigned_size(7)": "7",
    "one.long_long(2**40)": 2**40,
    "one.single(16777217.0)": 16777216.0,
    "one.single(1e-300)": 0.0,
    "one.single(math.inf)": math.inf,
    "one.single(-3.4028235e38)": -3.4028234663852886e38,
    "one.half(65504.0)": 65504.0,
    "one.maybe()": -1,
    "one.maybe(7)": 7,
    "one.maybe_by_reference(7)": 7,
    "one.both((1, 2.0))": (1, 2.0),
    "one.pair((1, 'a'))": (1, "a"),
    "one.complex(1 + 2j)": 1 + 2j,
    "one.over(3)": "int 3",
    "one.widths(2**31)": "int64_t",
    "one.scalars(3)": "int",
    "one.any_type(3)": "int64_t",
    "one.integral(2**40, 3)": "int64_t 3",
    "one.meters(2**40)": 2**40,
    "one.scalar(1.5, 3)": "1.5 3",
    "one.symbolic(2**40)": 2**40,
    "one.anything(2**40)": True,
    "one.any_short()": 3,
    "one.any_size()": 4,
    "one.number()": 1.5,
    "one.color()": 1,
    "one.ints([1, 2])": [1, 2],
    "one.two([1, 2])": [1, 2],
    "one.two(3)": [3, 3],
    "one.view([1, 2])": [1, 2],
    "one.maybe_view(None)": None,
    "one.maybe_view([1, 2])": [1, 2],
    "one.text('abc' * 30)": "abc" * 30,
    "one.maybe_text('abc' * 30)": "abc" * 30,
    "one.maybe_text(None)": None,
    "one.texts(['a' * 40, 'b'])": ["a" * 40, "b"],
    "one.values([1, 'a'])": [1, "a"],
    "one.values([])": [],
    "one.list([1, 2])": [1, 2],
    "len(one.tensors([X, X]))": 2,
    "one.flags([True, False])": [True, False],
    "one.reals([1.5])": [1.5],
    "one.span([1, 2])": 2,
    "one.plus(100)": 105,
    "Numbers.shared(5)": 5,
    "Made(5).n": 5,
    "pickle.loads(pickle.dumps(one)).size": 5,
    "one._get_method('__obj_flatten__')()": (("size", 5), ("hits", 0)),
}

REFUSED = {
    "Numbers(2**32 + 5)": f"Numbers.__init__(): argument 'size': 4294967301 {INT}",
    "one.whole()": f"Numbers.whole(): argument 'n': 4294967296 {INT}",
    "one.whole(2**31)": f"Numbers.whole(): argument 'n': 2147483648 {INT}",
    "one.whole(n=-(2**40))": f"Numbers.whole(): argument 'n': -1099511627776 {INT}",
    "one.byte(256)": f"Numbers.byte(): argument 'n': 256 {BYTE}",
    "one.byte(-1)": f"Numbers.byte(): argument 'n': -1 {BYTE}",
    "one.unsigned_size(-1)": (
        "Numbers.unsigned_size(): argument 'n': -1 does not fit in unsigned long, which holds 0 to"
        " 18446744073709551615"
    ),
    "one.single(1e300)": f"Numbers.single(): argument 'x': 1e+300 {FLOAT}",
    "one.half(1e5)": (
        "Numbers.half(): argument 'x': 100000 does not fit in c10::Half, which holds -65504 to 65504"
    ),
    "one.gives_size()": f"Numbers.gives_size(): the result: 18446744073709551615 {LONG}",
    "one.gives_long()": (
        "Numbers.gives_long(): the result: 1e+4000 does not fit in double, which holds"
        " -1.79769e+308 to 1.79769e+308"
    ),
    "one.maybe(2**31)": f"Numbers.maybe(): argument 'n': 2147483648 {INT}",
    "one.maybe_by_reference(2**15)": (f"Numbers.maybe_by_reference(): argument 'n': 32768 {SHORT}"),
    "one.both((2**31, 2.0))": f"Numbers.both(): argument 'value': 2147483648 {INT}",
    "one.both((1, 1e300))": f"Numbers.both(): argument 'value': 1e+300 {FLOAT}",
    "one.pair((2**15, 'a'))": f"Numbers.pair(): argument 'value': 32768 {SHORT}",
    "one.complex(1e300)": f"Numbers.complex(): argument 'x': 1e+300 {FLOAT}",
    "one.over(2**31)": f"Numbers.over(): argument 'n': 2147483648 {INT}",
    "one.scalars(2**31)": f"Numbers.scalars(): argument 'n': 2147483648 {INT}",
    "one.integral(3, 2**40)": f"Numbers.integral(): argument 'm': 1099511627776 {INT}",
    "one.scalar(1.5, 2**40)": f"Numbers.scalar(): argument 'n': 1099511627776 {INT}",
    "one.ints([1, 2**31])": f"Numbers.ints(): argument 'values': 2147483648 {INT}",
    "one.sizes()": f"Numbers.sizes(): the result: 18446744073709551615 {LONG}",
    "one.plus(128)": f"Numbers.plus(): argument 'n': 128 {SIGNED}",
    "Numbers.shared(300)": f"Numbers.shared(): argument 'n': 300 {SIGNED}",
    "Made(256)": f"Made.__init__(): argument 'n': 256 {BYTE}",
    "one.huge": f"Numbers.huge: the result: 18446744073709551615 {LONG}",
    "setattr(one, 'size', 70000)": f"Numbers.size: 70000 {SHORT}",
    "setattr(one, 'count', -1)": (
        "Numbers.count: -1 does not fit in unsigned short, which holds 0 to 65535"
    ),
    "setattr(one, 'ratio', 1e300)": f"Numbers.ratio: 1e+300 {FLOAT}",
    "setattr(one, 'hits', 2**31)": f"Numbers.hits: 2147483648 {INT}",
    "setattr(one, 'limit', 2**31)": f"Numbers.limit: 2147483648 {INT}",
    "setattr(one, 'dims', [1, 2, 2**31])": f"Numbers.dims: 2147483648 {INT}",
}

FIELDS = {
    "size": 7,
    "count": 65535,
    "ratio": 0.5,
    "hits": 2**31 - 1,
    "limit": None,
    "dims": [1, 2, 3],
}


def value(counter: ModuleType, one: Any, code: str) -> Any:
    names = {"one": one, "X": X, "math": math, "pickle": pickle, **vars(counter)}
    return eval(code, names)


@pytest.mark.parametrize("code", CALLS)
def test_what_fits_is_taken(counter: ModuleType, one: Any, code: str) -> None:
    result = value(counter, one, code)
    assert result == CALLS[code] and type(result) is type(CALLS[code])


def test_nan_is_taken(one: Any) -> None:
    assert math.isnan(one.single(math.nan))


@pytest.mark.parametrize("code", REFUSED)
def test_what_does_not_fit_is_an_overflow_error(counter: ModuleType, one: Any, code: str) -> None:
    with pytest.raises(OverflowError) as raised:
        value(counter, one, code)
    assert str(raised.value) == REFUSED[code]


@pytest.mark.parametrize("name", FIELDS)
def test_data_members(one: Any, name: str) -> None:
    setattr(one, name, FIELDS[name])
    assert getattr(one, name) == FIELDS[name]


def test_the_length_of_an_array(one: Any) -> None:
    with pytest.raises(ValueError) as raised:
        one.two([1, 2, 3])
    assert str(raised.value) == "Numbers.two(): argument 'values': 2 values are expected, not 3"
    with pytest.raises(ValueError, match=r"Numbers\.dims: 3 values are expected, not 1"):
        one.dims = [1]


SCRIPTS = {
    "one.byte(n)": f"Numbers.byte(): argument 'n': 300 {BYTE}",
    "one.plus(n)": f"Numbers.plus(): argument 'n': 300 {SIGNED}",
    "one.huge": f"Numbers.huge_getter(): the result: 18446744073709551615 {LONG}",
    "one.whole()": f"Numbers.whole(): argument 'n': 4294967296 {INT}",
    "torch.classes.counter.Numbers.shared(n)": f"Numbers.shared(): argument 'n': 300 {SIGNED}",
    "torch.classes.counter.Made(n).n": f"Made.__init__(): argument 'n': 300 {BYTE}",
}


@pytest.mark.parametrize("code", SCRIPTS)
def test_in_torchscript(one: Any, code: str) -> None:
    source = f"def f(one: __torch__.torch.classes.counter.Numbers, n: int):\n  return {code}\n"
    with pytest.raises(RuntimeError) as raised:
        torch.jit.CompilationUnit(source).f(one, 300)
    assert SCRIPTS[code] in str(raised.value)


def test_setting_in_torchscript(one: Any) -> None:
    source = "def f(one: __torch__.torch.classes.counter.Numbers, n: int):\n  one.count = n\n"
    function = torch.jit.CompilationUnit(source).f
    function(one, 3)
    assert one.count == 3
    with pytest.raises(
        RuntimeError, match=r"Numbers\.count_setter\(\): argument '_1': -1 does not"
    ):
        function(one, -1)
