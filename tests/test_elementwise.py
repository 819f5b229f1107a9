"""The elementwise delegate against eager torch: values, refusals, errors and their places, saved programs."""

from __future__ import annotations

import copy
import io
import itertools
import linecache
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.jit.mobile import _load_for_lite_interpreter

# Torch annotates neither of these.
trace: Any = torch.jit.trace
load_for_lite_interpreter: Any = _load_for_lite_interpreter

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

DTYPES = (
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float32,
    torch.float64,
)
FOOTER = "It computes add, sub, mul, div, neg, reciprocal, relu, sigmoid on tensors and numbers."


@pytest.fixture(scope="session")
def backend(library: Callable[[str], ModuleType]) -> Any:
    return library("elementwise").elementwise


def lower(backend: Any, module: nn.Module, *methods: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        scripted = torch.jit.script(module.eval())
        return backend.lower(scripted, dict.fromkeys(methods or ("forward",), ()))


def processed(lowered: Any) -> Any:
    """What preprocess returned, as it is saved with the module."""
    return getattr(getattr(lowered, "__loweredModule__", lowered), "__processed_module")


def scripted_function(source: str, tmp_path: Path) -> nn.Module:
    """A module whose forward is written to a file, where TorchScript can read it."""
    number = len(list(tmp_path.iterdir()))
    path = tmp_path / f"model_{number}.py"
    text = "import torch\nfrom torch import Tensor, nn\n\n\nclass Model(nn.Module):\n" + source
    path.write_text(text)
    linecache.checkcache(str(path))
    namespace: dict[str, Any] = {"__name__": f"model_{number}"}
    exec(compile(text, str(path), "exec"), namespace)
    module: nn.Module = namespace["Model"]()
    return module


def outcome(call: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Tensor, ...] | None:
    """The result of a call as a tuple; None if it raises."""
    try:
        with torch.no_grad():
            result = call(*arguments)
    except RuntimeError:
        return None
    return result if isinstance(result, tuple) else (result,)


def check(expected: nn.Module, lowered: Any, *arguments: Any, loose: bool = False) -> None:
    """Both compute the same, or both refuse.

    `loose`: to the tolerance of float32, for graphs that compute in it before they promote.
    """
    want, got = outcome(expected, arguments), outcome(lowered, arguments)
    assert (want is None) == (got is None), f"eager {want}, lowered {got}"
    if want is None or got is None:
        return
    assert len(want) == len(got)
    for w, g in zip(want, got, strict=True):
        if loose:
            scale = float(w.double().abs().max()) if w.numel() else 1.0
            torch.testing.assert_close(g, w, rtol=1e-5, atol=1e-5 * max(scale, 1.0))
        else:
            torch.testing.assert_close(g, w, equal_nan=True)


def sample(dtype: torch.dtype, *shape: int) -> Tensor:
    if dtype == torch.bool:
        return torch.randint(0, 2, shape).bool()
    if dtype.is_floating_point:
        return torch.randn(shape, dtype=dtype) * 3
    return torch.randint(0 if dtype == torch.uint8 else -100, 100, shape, dtype=dtype)


class Affine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(5))
        self.shift: Tensor
        self.register_buffer("shift", torch.arange(5))
        self.scale = 0.5
        self.activation = nn.ReLU()

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        hidden = torch.sigmoid(x * self.weight + self.shift) - self.scale * y
        return self.activation(1 - hidden), -hidden / 3


class Wrapper(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        first, second = self.inner(x, y)
        return first, second


class Add(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.add(x, y)


class Sub(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.sub(x, y, alpha=3)


class Mul(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x * y


class Div(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.div(x, y, rounding_mode=None)


class Rsub(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.rsub(x, y, alpha=2)


class Unary(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return torch.relu(-x), torch.sigmoid(y), torch.reciprocal(y)


class Numbers(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return x + 300, x * 1.5 - 2, 2 / y, torch.add(y, 7, alpha=2)


@pytest.mark.parametrize("module", [Add(), Sub(), Mul(), Div(), Rsub(), Unary(), Numbers()])
def test_dtypes_promote_as_in_eager(backend: Any, module: nn.Module) -> None:
    torch.manual_seed(0)
    lowered = lower(backend, module)
    shapes = (((3, 40), (40,)), ((7,), ()), ((), (2, 3)), ((), ()))
    for first, second in itertools.product(DTYPES, DTYPES):
        for a, b in shapes:
            check(module, lowered, sample(first, *a), sample(second, *b))


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_integers_become_the_default_dtype(backend: Any, default: torch.dtype) -> None:
    lowered = lower(backend, Unary())
    before = torch.get_default_dtype()
    torch.set_default_dtype(default)
    try:
        check(Unary(), lowered, torch.arange(4), torch.arange(1, 5))
    finally:
        torch.set_default_dtype(before)


class Alpha(nn.Module):
    def forward(self, x: Tensor, y: Tensor, alpha: float, beta: int) -> Tensor:
        return torch.sub(torch.add(x, y, alpha=alpha), y, alpha=beta) * alpha


def test_numbers_are_arguments_too(backend: Any) -> None:
    lowered = lower(backend, Alpha())
    for dtype in DTYPES:
        for beta in (-2, 0, 1, 300, 2**40):
            check(Alpha(), lowered, torch.randn(9), sample(dtype, 9), 0.25, beta)
            check(Alpha(), lowered, sample(dtype, 9), sample(dtype, 9), 2.0, beta)


def operand_shapes() -> list[tuple[Tensor, Tensor]]:
    big = torch.randn(33, 70, 5)
    image = torch.randn(2, 5, 9, 8).to(memory_format=torch.channels_last)
    return [
        (torch.randn(0, 5), torch.randn(5)),
        (torch.randn(4, 0, 5), torch.randn(1)),
        (torch.tensor(2.0), torch.randn(1, 1, 1)),
        (torch.randn(5, 1), torch.randn(1, 7)),
        (torch.randn(3, 1, 5, 1, 2), torch.randn(4, 1, 6, 2)),
        (big, torch.randn(70, 5)),
        (big, torch.randn(33, 1, 5)),
        (big, torch.randn(70, 1)),
        (big, big[:, ::2].repeat_interleave(2, 1)),
        (big.transpose(0, 2), torch.randn(5, 70, 33)),
        (big.transpose(0, 1), torch.randn(33, 5)),
        (big[:, 1:, 2:4], big[:, :-1, :2]),
        (big[5:, 3], torch.randn(1, 5).expand(28, 5)),
        (torch.tensor(1.5).expand(3, 1200), torch.tensor(2.0)),
        (torch.randn(3000)[::3], torch.randn(3000).flip(0)[1000:2000]),
        (torch.randn(6000).as_strided((40, 30), (3, 5)), torch.randn(30)),
        (image, torch.randn(5, 1, 1)),
        (image, torch.randn(2, 5, 9, 8)),
        (torch.randn(1023), torch.randn(1023)),
        (torch.randn(2, 100_000), torch.randn(100_000)),
        (torch.randn(300_000), torch.randn(())),
        (torch.view_as_complex(torch.randn(7, 2)).conj().imag, torch.randn(7)),
        (torch._efficientzerotensor(7), torch.randn(7)),
    ]


class Mixed(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        z = torch.sigmoid(x - 0.5 * y)
        return z * z + x, torch.relu(x), y * 2, z


@pytest.mark.parametrize(("x", "y"), operand_shapes())
def test_shapes_and_strides(backend: Any, x: Tensor, y: Tensor) -> None:
    lowered = lower(backend, Mixed())
    check(Mixed(), lowered, x, y)
    check(Mixed(), lowered, y, x.double())
    assert lowered(x, y)[1].stride() == torch.relu(x).stride()


def random_expression(random_: random.Random, values: list[str]) -> str:
    a, b = random_.choice(values), random_.choice(values)
    number = random_.choice(["2", "0.5", "-3"])
    return random_.choice(
        [
            f"{a} + {b}",
            f"torch.add({a}, {b}, alpha=3)",
            f"{a} - {b}",
            f"torch.sub({a}, {b}, alpha=2)",
            f"{a} * {b}",
            f"{a} / ({b} * {b} + 1)",
            f"-{a}",
            f"torch.relu({a})",
            f"torch.sigmoid({a})",
            f"{a} * {number}",
            f"{number} + {a}",
            f"2 - {a}",
            f"{a} / 4",
        ]
    )


@pytest.mark.parametrize("seed", range(25))
def test_random_graphs(backend: Any, tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    torch.manual_seed(seed)
    values = ["x", "y", "z"]
    lines = ["    def forward(self, x: Tensor, y: Tensor, z: Tensor):"]
    for i in range(choose.randint(1, 25)):
        lines.append(f"        v{i} = {random_expression(choose, values)}")
        values.append(f"v{i}")
    outputs = choose.sample(values[3:], min(3, len(values) - 3))
    lines.append(f"        return {', '.join(outputs)}")
    module = scripted_function("\n".join(lines) + "\n", tmp_path)
    lowered = lower(backend, module)
    for _ in range(4):
        dtypes = choose.choices((torch.float32, torch.float64, torch.int64, torch.int16), k=3)
        shapes = choose.choices(((17, 130), (130,), (17, 1), (), (2, 17, 130)), k=3)
        operands = [sample(d, *s).clamp(-4, 4) for d, s in zip(dtypes, shapes, strict=True)]
        check(module, lowered, *operands, loose=True)


def test_special_values(backend: Any) -> None:
    lowered = lower(backend, Unary())
    for dtype in (torch.float32, torch.float64):
        edge = [
            0.0,
            -0.0,
            float("inf"),
            -float("inf"),
            float("nan"),
            88.5,
            -88.5,
            710.0,
            -710.0,
            1e30,
        ]
        values = torch.tensor(edge, dtype=dtype)
        check(Unary(), lowered, values, values)
        dense = torch.linspace(-120, 120, 20_001, dtype=dtype)
        check(Unary(), lowered, dense, dense)


def test_a_module_with_attributes_and_submodules(backend: Any) -> None:
    module = Affine()
    lowered = lower(backend, module)
    check(module, lowered, torch.randn(3, 5), torch.randn(5))
    frozen = torch.jit.freeze(torch.jit.script(Wrapper(lowered).eval()))
    check(module, frozen, torch.randn(3, 5), torch.randn(5))
    # The program holds a copy: training goes on without it.
    before = lowered(torch.ones(5), torch.ones(5))
    with torch.no_grad():
        module.weight.add_(100)
    torch.testing.assert_close(lowered(torch.ones(5), torch.ones(5)), before)


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias

    @torch.jit.export
    def inverse(self, x: Tensor, unused: list[int]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        y = x - self.bias
        return y, y, x, self.bias


def test_several_methods_and_outputs_that_are_not_computed(backend: Any) -> None:
    module = Two()
    lowered = lower(backend, module, "forward", "inverse")
    x = torch.randn(2, 3)
    y, same, argument, bias = lowered.inverse(x, [1])
    with torch.no_grad():
        torch.testing.assert_close(lowered(x), module(x))
        torch.testing.assert_close(y, module.inverse(x, [1])[0])
    assert y.data_ptr() == same.data_ptr()
    assert argument.data_ptr() == x.data_ptr()
    bias.zero_()
    torch.testing.assert_close(lowered(x), x + 1)


def test_a_traced_module(backend: Any) -> None:
    module, x, y = Affine().eval(), torch.randn(3, 5), torch.randn(5)
    lowered = backend.lower(trace(module, (x, y)), {"forward": ()})
    check(module, lowered, x * 2, y)


def test_there_is_no_autograd(backend: Any) -> None:
    lowered = lower(backend, Add())
    x = torch.randn(3, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"input 'x' requires grad, and there is no autograd"):
        lowered(x, x)
    with torch.no_grad():
        assert not lowered(x, x).requires_grad


# Refusals

REFUSED = """\
    def __init__(self):
        super().__init__()
        self.norm = nn.Softmax(dim=0)
        self.half = torch.ones(3).half()
        self.steps = [1, 2]

    def forward(self, x: Tensor, y: Tensor, several: list[Tensor]):
        a = torch.cat([x, y]) + x
        b = self.norm(a)
        if bool(b):
            b = b + 1
        c = torch.div(x, y, rounding_mode="floor")
        d = c * self.half + 2j * c
        for step in self.steps:
            d = d + step
        x += 1
        return b, 1 < several[0]

    @torch.jit.export
    def pair(self, x: Tensor):
        return [x]
"""


def test_everything_refused_is_listed_with_its_line(backend: Any, tmp_path: Path) -> None:
    module = scripted_function(REFUSED, tmp_path)
    with pytest.raises((ValueError, RuntimeError)) as caught:
        lower(backend, module, "forward", "pair")
    message = str(caught.value)
    functional = Path(nn.functional.__file__)
    softmax = next(
        n
        for n, line in enumerate(functional.read_text().splitlines(), 1)
        if line.strip() == "ret = input.softmax(dim)"
    )
    file = tmp_path / "model_0.py"
    assert message == "\n".join(
        [
            "elementwise cannot lower this module:",
            f"  {file}:13: aten::cat is not supported",
            "    a = torch.cat([x, y]) + x",
            f"  {file}:14: aten::softmax is not supported (in {functional}:{softmax})",
            "    b = self.norm(a)",
            f"  {file}:15: aten::Bool is not supported",
            "    if bool(b):",
            f"  {file}:15: prim::If is not supported: control flow that depends on an input",
            "    if bool(b):",
            f"  {file}:17: aten::div with rounding_mode='floor' is not supported",
            '    c = torch.div(x, y, rounding_mode="floor")',
            f"  {file}:18: aten::mul takes a constant of dtype Half, not one of Bool, Byte, Char, "
            "Short, Int, Long, Float, Double",
            "    d = c * self.half + 2j * c",
            f"  {file}:18: aten::mul with a complex constant is not supported",
            "    d = c * self.half + 2j * c",
            f"  {file}:19: prim::Loop is not supported: control flow that depends on an input",
            "    for step in self.steps:",
            f"  {file}:21: aten::add_ is not supported",
            "    x += 1",
            f"  {file}:22: aten::__getitem__ is not supported",
            "    return b, 1 < several[0]",
            f"  {file}:22: aten::gt is not supported",
            "    return b, 1 < several[0]",
            "  pair returns List[Tensor], not a tensor or a tuple of tensors",
            FOOTER,
        ]
    )


# Errors at run time, and their place in the model

FAILING = """\
    def forward(self, x: Tensor, y: Tensor):
        z = torch.relu(x) * 2
        return torch.sigmoid(z - y)
"""


@pytest.mark.parametrize(
    ("x", "y", "problem", "line"),
    [
        (torch.ones(3, 4), torch.ones(5), "sub: shapes [3, 4] and [5] do not broadcast", 8),
        (torch.ones(3, dtype=torch.bool), torch.ones(3), "relu: not defined for Bool", 7),
        (
            torch.ones(3),
            torch.ones(3).bfloat16(),
            "sub: input 'y' is of dtype BFloat16, not one of Bool, Byte, Char, Short, Int, Long, "
            "Float, Double",
            8,
        ),
        (
            torch.ones(3),
            torch.ones(3, device="meta"),
            "sub: input 'y' is on device meta, not on cpu",
            8,
        ),
        (
            torch.ones(3).to_sparse(),
            torch.ones(3),
            "relu: input 'x' is of layout Sparse, not strided",
            7,
        ),
    ],
)
def test_errors_name_the_line(
    backend: Any, tmp_path: Path, x: Tensor, y: Tensor, problem: str, line: int
) -> None:
    lowered = lower(backend, scripted_function(FAILING, tmp_path))
    message = f"elementwise: {problem} ({tmp_path / 'model_0.py'}:{line})"
    with pytest.raises(RuntimeError) as caught:
        lowered(x, y)
    assert f"RuntimeError: {message}\n" in str(caught.value) + "\n"

    for flatbuffer in (False, True):
        buffer = lowered._save_to_buffer_for_lite_interpreter(
            _save_mobile_debug_info=True, _use_flatbuffer=flatbuffer
        )
        mobile = load_for_lite_interpreter(io.BytesIO(buffer))
        torch.testing.assert_close(
            mobile(torch.ones(3), torch.ones(3)), torch.sigmoid(torch.ones(3))
        )
        with pytest.raises(RuntimeError) as caught:
            mobile(x, y)
        assert str(caught.value).startswith(message)
        if not flatbuffer:  # a flatbuffer carries no debug info of delegates: torch's own limit
            assert f'File "{tmp_path / "model_0.py"}", line {line}, in' in str(caught.value)
            assert (
                "Module hierarchy:top(Model)::<unknown>.__loweredModule__(Model)::forward.aten::"
                in (str(caught.value))
            )


def test_a_number_on_the_left_keeps_the_models_line(backend: Any, tmp_path: Path) -> None:
    source = """\
    def forward(self, x: Tensor):
        y = 1 + x
        z = torch.relu(y)
        return 1 - z + 1 / z
"""
    lowered = lower(backend, scripted_function(source, tmp_path))
    instructions = processed(lowered)["forward"][3]
    assert [(name, int(place.rpartition(":")[2])) for name, _, _, place in instructions] == [
        ("add", 7),
        ("relu", 8),
        ("neg", 9),
        ("add", 9),
        ("reciprocal", 9),
        ("mul", 9),
        ("add", 9),
    ]


# Saving, copying, threads

LOAD = """\
import sys
import warnings
import torch
warnings.simplefilter("ignore")
sys.path[:0] = {path!r}
{load}
module = torch.jit.load({file!r})
x, y, expected = torch.load({data!r})
torch.testing.assert_close(module(x, y), expected)
print("same")
"""


def test_saved_and_loaded_in_another_process(
    backend: Any, library: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    module = Affine().eval()
    lowered = lower(backend, module)
    x, y = torch.randn(3, 5), torch.randn(5)
    file, data = tmp_path / "lowered.pt", tmp_path / "data.pt"
    torch.jit.save(lowered, file)
    with torch.no_grad():
        torch.save((x, y, module(x, y)), data)
    package = library("elementwise")
    shared = str(package.__file__)
    load = f"torch.ops.load_library({shared!r})" if shared.endswith(".so") else "import elementwise"
    path = [str(Path(shared).parent.parent)]
    script = LOAD.format(path=path, load=load, file=str(file), data=str(data))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout == "same\n", run.stderr


def test_deepcopy(backend: Any) -> None:
    module = Affine().eval()
    check(module, copy.deepcopy(lower(backend, module)), torch.randn(2, 5), torch.randn(5))


def test_threads_share_a_lowered_module(backend: Any) -> None:
    module = Affine().eval()
    lowered = lower(backend, module)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        try:
            for size in range(1, 60):
                x = torch.randn(size * 7, 5, generator=generator)
                y = torch.randn(5, generator=generator)
                check(module, lowered, x, y)
                if size % 20 == 0:
                    backend.create().compile(processed(lowered), {"forward": ()})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


# Programs from anywhere

GOOD = (1, ["x"], (2.0, torch.ones(2)), [("mul", [0, 1], 5, "m.py:3"), ("add", [3, 2], 6, "")], [4])


def replaced(field: int, value: Any) -> Any:
    return (*GOOD[:field], value, *GOOD[field + 1 :])


MALFORMED = {
    "not a tuple": (7, "the program is not a tuple of 5 elements"),
    "too short": (GOOD[:4], "the program is not a tuple of 5 elements"),
    "format": (replaced(0, 2), "format 2 is not 1, the one this library reads"),
    "inputs": (replaced(1, "x"), "the inputs are not a list"),
    "input": (replaced(1, [1]), "an input is not a string"),
    "constants": (replaced(2, [1.0]), "the constants are not a tuple"),
    "constant": (replaced(2, ("a", 1)), "a constant is neither a tensor nor a number"),
    "none": (replaced(2, (None, 1)), "a constant is neither a tensor nor a number"),
    "half": (
        replaced(2, (2.0, torch.ones(2).half())),
        "a constant is of dtype Half, not one of Bool, Byte, Char, Short, Int, Long, Float, Double",
    ),
    "meta": (
        replaced(2, (2.0, torch.ones(2, device="meta"))),
        "a constant is on device meta, not on cpu",
    ),
    "instructions": (replaced(3, 1), "the instructions are not a list"),
    "instruction": (replaced(3, [("mul", [0, 1])]), "an instruction is not a tuple of 4 elements"),
    "operation": (
        replaced(3, [("matmul", [0, 1], 5, "")]),
        "'matmul' is not an operation; those are add, sub, mul, div, neg, reciprocal, relu, sigmoid",
    ),
    "operand type": (replaced(3, [("mul", [0.5, 1.0], 5, "")]), "an operand is not an int"),
    "forward reference": (
        replaced(3, [("mul", [0, 3], 5, "")]),
        "an operand refers to value 3, but only 3 values come before it",
    ),
    "negative": (
        replaced(3, [("mul", [0, -1], 5, "")]),
        "an operand refers to value -1, but only 3 values come before it",
    ),
    "huge": (
        replaced(3, [("mul", [0, 2**32], 5, "")]),
        "an operand refers to value 4294967296, but only 3 values come before it",
    ),
    "too few": (replaced(3, [("mul", [0], 5, "")]), "'mul' has 1 operands"),
    "too many": (replaced(3, [("mul", [0, 0, 1], 5, "")]), "'mul' has 3 operands"),
    "handle": (replaced(3, [("mul", [0, 1], "5", "")]), "a debug handle is not an int"),
    "source": (replaced(3, [("mul", [0, 1], 5, 5)]), "a source is not a string"),
    "output": (
        replaced(4, [5]),
        "an output refers to value 5, but only 5 values come before it",
    ),
    "number output": (replaced(4, [1]), "output 1 is a number, not a tensor"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_programs_are_refused(backend: Any, name: str) -> None:
    program, flaw = MALFORMED[name]
    delegate = backend.create()
    with pytest.raises((ValueError, RuntimeError)) as caught:
        delegate.compile({"forward": program}, {"forward": ()})
    where = "elementwise.compile(): elementwise: malformed program for method 'forward'"
    assert str(caught.value) == f"{where}: {flaw}"


def test_a_delegate_by_hand(backend: Any) -> None:
    delegate = backend.create()
    assert delegate.is_available() is True
    handle = delegate.compile({"forward": GOOD}, {"forward": ()})["forward"]
    (result,) = delegate.execute(handle, [torch.ones(3, 2)])
    torch.testing.assert_close(result, torch.full((3, 2), 3.0))
    assert delegate.disassemble(handle) == (
        "%0 = input x\n%1 = constant 2\n%2 = constant Float[2]\n"
        "%3 = mul %0, %1\n%4 = add %3, %2\nreturn %4\n"
    )
    for arguments, flaw in (
        ([], "the method takes 1 inputs, but got 0"),
        (["text"], "mul: input 'x' is a String, neither a tensor nor a number (m.py:3)"),
        ([2.0], "mul: no operand is a tensor (m.py:3)"),
    ):
        with pytest.raises((ValueError, RuntimeError)) as caught:
            delegate.execute(handle, arguments)
        assert str(caught.value) == f"elementwise.execute(): elementwise: {flaw}"
    for bad in (-1, 1, 2**40, "0", None):
        with pytest.raises((ValueError, RuntimeError), match="not one that compile returned"):
            delegate.execute(bad, [torch.ones(1)])
    with pytest.raises((ValueError, RuntimeError), match="not a dict of programs"):
        delegate.compile(3, {"forward": ()})
    with pytest.raises((ValueError, RuntimeError), match="no program for method 'inverse'"):
        delegate.compile({"forward": GOOD}, {"inverse": ()})
