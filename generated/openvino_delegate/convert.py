"""What a user writes in the compile spec, and how a TorchScript method becomes OpenVINO IR.

`prepare` is called by `lower()`. It reads the compile spec into frozen values, freezes a copy of the module, hands
each method's graph to OpenVINO's PyTorch frontend and packs what came out as values that TorchScript can hold. How
the result is compiled and run is the business of `ov_delegate.cpp`; nothing here knows a device.
"""

from __future__ import annotations

import copy
import functools
import importlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import torch

__all__ = ["ConversionError", "prepare"]

# One row per dtype that both sides know; the C++ side turns the element types back into torch's.
ELEMENT_TYPES = {
    torch.float64: "f64",
    torch.float32: "f32",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.int16: "i16",
    torch.int8: "i8",
    torch.uint8: "u8",
    torch.bool: "boolean",
}

# What torch.nn asks before it picks a path, and what is true of every call of a lowered method.
KNOWN_ANSWERS = {
    "aten::_nested_tensor_from_mask_left_aligned": False,
    "aten::is_autocast_enabled": True,
    "aten::is_grad_enabled": False,
    "prim::is_nested": False,
    "prim::requires_grad": False,
}

KEYS = ("inputs", "dynamic", "device", "properties")

# (smallest, largest): a dimension is fixed when both are equal, and unbounded above when largest is None.
Dimension = tuple[int, int | None]
ANY_SIZE: Dimension = (0, None)


class ConversionError(ValueError):
    """A method cannot run on OpenVINO; the message names it, the operator and its place in the source."""


@dataclass(frozen=True)
class TensorInput:
    """An argument that is a tensor: its value arrives with each call."""

    name: str
    shape: tuple[Dimension, ...]
    dtype: torch.dtype


@dataclass(frozen=True)
class ConstantInput:
    """An argument that is not a tensor: its value is compiled in, and each call must repeat it."""

    name: str
    value: Any


Argument = TensorInput | ConstantInput


@dataclass(frozen=True)
class MethodSpec:
    """The compile spec of one method, checked."""

    method: str
    arguments: tuple[Argument, ...]
    device: str
    properties: Mapping[str, str]


def prepare(module: torch.jit.ScriptModule, method_compile_spec: dict[str, Any]) -> dict[str, Any]:
    """Return the compile spec that torch sees: for each method its IR and how to compile and call it."""
    _openvino()
    specs = [_read_method(module, name, spec) for name, spec in method_compile_spec.items()]
    for spec in specs:
        _refuse_training_mode(module, spec.method)
    frozen = _freeze(module, [spec.method for spec in specs])
    return {spec.method: _pack(spec, *_convert(frozen, spec)) for spec in specs}


def _openvino() -> Any:
    """OpenVINO's Python package. Only lowering needs it: a lowered module runs without."""
    try:
        importlib.import_module("openvino.frontend.pytorch.ts_decoder")
        return importlib.import_module("openvino")
    except ImportError as error:
        raise ImportError(
            "lowering to OpenVINO converts the module in Python, which needs OpenVINO's own package: "
            f"pip install 'torch-backend-codegen[openvino]' ({error})"
        ) from error


# --- The compile spec -----------------------------------------------------------------------------------------------


def _read_method(module: torch.jit.ScriptModule, method: str, spec: Any) -> MethodSpec:
    if not isinstance(spec, Mapping):
        spec = {"inputs": spec}
    for key in spec:
        if key not in KEYS:
            raise ValueError(f"{method}: unknown key {key!r}; the keys are {', '.join(KEYS)}")
    if "inputs" not in spec:
        raise ValueError(
            f"{method}: 'inputs' is missing: one example tensor or (shape, dtype) per argument"
        )
    arguments = _read_inputs(module, method, spec["inputs"])
    return MethodSpec(
        method,
        _read_dynamic(method, arguments, spec.get("dynamic", ())),
        _read_device(method, spec.get("device", "CPU")),
        _read_properties(method, spec.get("properties", {})),
    )


def _read_inputs(module: torch.jit.ScriptModule, method: str, inputs: Any) -> tuple[Argument, ...]:
    if isinstance(inputs, torch.Tensor) or _is_described(inputs):
        inputs = [inputs]
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(
            f"{method}: 'inputs' must be a list, one entry per argument, not {_type(inputs)}"
        )
    schema = _schema(module, method)
    wanted = schema.arguments[1:]
    if len(inputs) > len(wanted):
        raise ValueError(
            f"{method}: 'inputs' has {len(inputs)} entries, but the method takes {len(wanted)}: {schema}"
        )
    entries = list(inputs)
    for argument in wanted[len(inputs) :]:
        if not argument.has_default_value():
            raise ValueError(
                f"{method}: 'inputs' has no entry for argument {argument.name!r}: {schema}"
            )
        entries.append(argument.default_value)
    return tuple(
        _read_input(f"{method}: input {argument.name!r}", argument, entry)
        for argument, entry in zip(wanted, entries, strict=True)
    )


def _read_input(where: str, argument: Any, entry: Any) -> Argument:
    if isinstance(entry, torch.Tensor):
        shape, dtype = tuple(entry.shape), entry.dtype
    elif _is_described(entry):
        shape, dtype = entry
    else:
        return ConstantInput(argument.name, _read_constant(where, argument, entry))
    if not torch._C.TensorType.get().isSubtypeOf(argument.type):
        raise TypeError(f"{where} is declared {argument.type}, which is no tensor")
    if dtype not in ELEMENT_TYPES:
        raise TypeError(f"{where} is {dtype}; OpenVINO takes {', '.join(map(str, ELEMENT_TYPES))}")
    if not isinstance(shape, (list, tuple)):
        raise TypeError(f"{where}: the shape must be a list of dimensions, not {_type(shape)}")
    return TensorInput(argument.name, tuple(_read_dimension(where, size) for size in shape), dtype)


def _is_described(entry: Any) -> bool:
    """Whether a tensor is given as (shape, dtype) rather than by example."""
    return (
        isinstance(entry, (list, tuple)) and len(entry) == 2 and isinstance(entry[1], torch.dtype)
    )


def _read_dimension(where: str, size: Any) -> Dimension:
    if size is None or (_is_int(size) and size == -1):
        return ANY_SIZE
    if _is_int(size) and size >= 0:
        return (size, size)
    if isinstance(size, tuple) and len(size) == 2:
        low, high = size
        if _is_int(low) and low >= 0 and (high is None or (_is_int(high) and high >= low)):
            return (low, high)
    raise ValueError(
        f"{where}: {size!r} is no dimension; write a size, None or -1 for any size, or (smallest, largest)"
    )


def _read_constant(where: str, argument: Any, value: Any) -> Any:
    # TorchScript passes a float to a float argument whatever number the caller wrote: keep the same type here.
    if _is_int(value) and argument.type.annotation_str in ("float", "Optional[float]"):
        value = float(value)
    inferred = torch._C._jit_try_infer_type(value)
    if not inferred.success() or not inferred.type().isSubtypeOf(argument.type):
        raise TypeError(
            f"{where} is declared {argument.type}: give an example tensor or (shape, dtype) for a tensor, "
            f"and the value itself for anything else, not {_type(value)}"
        )
    if _holds_tensor(inferred.type()):
        raise TypeError(
            f"{where} is declared {argument.type}: tensors inside lists, tuples or dicts are not taken"
        )
    return value


def _read_dynamic(
    method: str, arguments: tuple[Argument, ...], dynamic: Any
) -> tuple[Argument, ...]:
    tensors = [argument for argument in arguments if isinstance(argument, TensorInput)]
    if isinstance(dynamic, Mapping):
        by_name = dict(dynamic)
    elif isinstance(dynamic, (list, tuple)):
        by_name = {tensor.name: dynamic for tensor in tensors}
    else:
        raise TypeError(
            f"{method}: 'dynamic' must be a list of dimensions or a dict of them, not {_type(dynamic)}"
        )
    for name in by_name:
        if name not in {tensor.name for tensor in tensors}:
            raise ValueError(
                f"{method}: 'dynamic' names {name!r}; the tensors are {', '.join(t.name for t in tensors)}"
            )
    return tuple(
        (
            _with_dynamic(method, argument, by_name.get(argument.name, ()))
            if isinstance(argument, TensorInput)
            else argument
        )
        for argument in arguments
    )


def _with_dynamic(method: str, tensor: TensorInput, dynamic: Any) -> TensorInput:
    if not isinstance(dynamic, (list, tuple)) or not all(map(_is_int, dynamic)):
        raise TypeError(
            f"{method}: 'dynamic' of {tensor.name!r} must be a list of dimensions, not {dynamic!r}"
        )
    shape, rank = list(tensor.shape), len(tensor.shape)
    for index in dynamic:
        if not -rank <= index < rank:
            raise ValueError(
                f"{method}: 'dynamic' has {index}, but {tensor.name!r} has {rank} dimensions"
            )
        shape[index] = ANY_SIZE
    return replace(tensor, shape=tuple(shape))


def _read_device(method: str, device: Any) -> str:
    if not isinstance(device, str):
        raise TypeError(
            f"{method}: 'device' must be a str such as 'CPU' or 'AUTO', not {_type(device)}"
        )
    if not device:
        raise ValueError(f"{method}: 'device' is empty")
    return device


def _read_properties(method: str, properties: Any) -> dict[str, str]:
    if not isinstance(properties, Mapping):
        raise TypeError(f"{method}: 'properties' must be a dict, not {_type(properties)}")
    texts: dict[str, str] = {}
    for key, value in properties.items():
        if not isinstance(key, str) or not isinstance(value, (str, int, float)):
            raise TypeError(
                f"{method}: 'properties' maps names to str, int, float or bool, not {key!r} to {_type(value)}"
            )
        texts[key] = str(value) if not isinstance(value, bool) else "YES" if value else "NO"
    # Where the processor has bfloat16, OpenVINO computes float32 models in it unless told not to. A module that is
    # lowered must give what it gave before, so speed over precision is for the user to ask.
    if "INFERENCE_PRECISION_HINT" not in texts:
        texts.setdefault("EXECUTION_MODE_HINT", "ACCURACY")
    return texts


# --- The graph ------------------------------------------------------------------------------------------------------


def _refuse_training_mode(module: torch.jit.ScriptModule, method: str) -> None:
    graph = _method(module, method).inlined_graph
    for node in graph.findAllNodes("prim::GetAttr"):
        if node.s("name") != "training":
            continue
        owner = _attribute_path(node)[:-1]
        if functools.reduce(getattr, owner, module).training:
            raise ValueError(
                f"{method}: {'.'.join(owner) or 'the module'} is in training mode, which OpenVINO has not: "
                "call .eval() on the module before it is scripted or lowered"
            )


def _refuse_training_operators(method: str, graph: Any) -> None:
    # A traced module has its mode baked in. OpenVINO takes such a dropout for one that does nothing.
    for node in _nodes(graph):
        for flag in ("train", "training"):
            if (
                re.search(rf"bool {flag}\b", node.schema())
                and node.namedInput(flag).toIValue() is True
            ):
                raise ConversionError(
                    f"{method}: {node.kind()} is in training mode, which OpenVINO has not: call .eval() on the module "
                    f"before it is traced\n{_source(node)}"
                )


def _freeze(module: torch.jit.ScriptModule, methods: list[str]) -> torch.jit.ScriptModule:
    """Return a copy whose methods are inlined, with weights and attributes as constants.

    Parameters are shared with `module`, which stays as it was: the frontend's own way in, `convert_model`, would
    call eval() on it.
    """
    module = copy.copy(module)
    # Freezing insists on this flag at the top, read or not. The copy is shallow, and the flag is its own.
    if module._c.hasattr("training"):
        module._c.setattr("training", False)
    # torch.jit.freeze is this call, a deprecation warning, and optimizations that OpenVINO makes itself.
    frozen = torch._C._freeze_module(module._c, methods)
    return _wrap(frozen)


def _inline_attributes(frozen: torch.jit.ScriptModule, graph: Any) -> None:
    """Make constants of the tensors that freezing left as attributes because a list holds them, too."""
    for node in graph.findAllNodes("prim::GetAttr"):
        value = functools.reduce(getattr, _attribute_path(node), frozen)
        if isinstance(value, torch.Tensor):
            _replace(graph, node.output(), value.detach(), before=node)


def _specialize(spec: MethodSpec, graph: Any) -> None:
    """Put the constant arguments and what is known of the tensors into the graph, and fold what follows."""
    inputs = list(graph.inputs())[1:]
    first = next(iter(graph.nodes()), graph.return_node())
    for value, argument in zip(inputs, spec.arguments, strict=True):
        if isinstance(argument, TensorInput):
            value.setType(_tensor_type(argument))
        else:
            _replace(graph, value, argument.value, before=first)
    for index, argument in reversed(list(enumerate(spec.arguments, start=1))):
        if isinstance(argument, ConstantInput):
            graph.eraseInput(index)
    _fold(graph)


def _fold(graph: Any) -> None:
    """Take the branches that are decided before any call, such as `if mask is not None` and `if x.dim() == 3`."""
    for kind, answer in KNOWN_ANSWERS.items():
        for node in graph.findAllNodes(kind):
            _replace(graph, node.output(), answer, before=node)
            node.destroy()
    passes: Any = torch._C  # its stubs lack some of the passes
    passes._jit_pass_remove_mutation(graph)
    _drop_assertions(graph)
    size = None
    while size != (size := sum(1 for _ in _nodes(graph))):
        passes._jit_pass_propagate_device(graph)
        passes._jit_pass_propagate_shapes_on_graph(graph)
        passes._jit_pass_peephole(graph)
        passes._jit_pass_constant_propagation(graph)
        _fold_identity(graph)
        passes._jit_pass_dce(graph)


def _drop_assertions(graph: Any) -> None:
    # An OpenVINO model cannot raise, and its frontend has no rule for the texts that assertions format.
    for node in graph.findAllNodes("prim::If"):
        kinds = [{inner.kind() for inner in block.nodes()} for block in node.blocks()]
        if node.outputsSize() == 0 and "prim::RaiseException" in kinds[0] and not kinds[1]:
            node.destroy()


def _fold_identity(graph: Any) -> None:
    # torch's passes decide `mask is not None` but never `key is value`, which attention asks of its arguments.
    for kind, answer in (("aten::__is__", True), ("aten::__isnot__", False)):
        for node in graph.findAllNodes(kind):
            left, right = (value.unique() for value in node.inputs())
            if left == right:
                _replace(graph, node.output(), answer, before=node)


def _replace(graph: Any, value: Any, constant: Any, before: Any) -> None:
    # Guarded: a pass that meets an insert point whose node is gone ends the process.
    with graph.insert_point_guard(before):
        value.replaceAllUsesWith(graph.insertConstant(constant))


def _tensor_type(tensor: TensorInput) -> Any:
    sizes = [low if low == high else None for low, high in tensor.shape]
    unknown: Any = torch._C.TensorType.get()
    return unknown.with_dtype(tensor.dtype).with_sizes(sizes).with_device(torch.device("cpu"))


def _refuse_side_effects(spec: MethodSpec, graph: Any) -> None:
    # The frontend drops writes to attributes and arguments without a word, and the results come out wrong.
    for node in graph.findAllNodes("prim::SetAttr"):
        _refuse_write(spec.method, f"attribute {'.'.join(_attribute_path(node))!r}")
    aliases = graph.alias_db()
    for node in graph.findAllNodes("prim::GetAttr"):
        if aliases.has_writers(node.output()):
            _refuse_write(spec.method, f"attribute {'.'.join(_attribute_path(node))!r}")
    for value, argument in zip(list(graph.inputs())[1:], spec.arguments, strict=True):
        if isinstance(argument, TensorInput) and aliases.has_writers(value):
            _refuse_write(spec.method, f"its argument {argument.name!r} (clone it first)")


def _refuse_write(method: str, target: str) -> NoReturn:
    raise ConversionError(f"{method} writes to {target}: OpenVINO models have no such side effect")


# --- The conversion -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _GraphOwner:
    """What OpenVINO's decoder asks of a module: an inlined graph and, by attribute, what the graph refers to.

    The decoder knows no method but `forward`; this stands for any one.
    """

    module: torch.jit.ScriptModule
    inlined_graph: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)


def _convert(frozen: torch.jit.ScriptModule, spec: MethodSpec) -> tuple[str, torch.Tensor]:
    """Return the method's IR: its XML and the bytes of its weights."""
    outputs = _count_outputs(frozen, spec.method)
    graph = _method(frozen, spec.method).graph.copy()
    _refuse_side_effects(spec, graph)
    _inline_attributes(frozen, graph)
    _specialize(spec, graph)
    _refuse_training_operators(spec.method, graph)
    frontend = _openvino().frontend
    failures = (
        frontend.GeneralFailure,
        frontend.NotImplementedFailure,
        frontend.OpConversionFailure,
        frontend.OpValidationFailure,
        RuntimeError,
    )
    try:
        model = _translate(_GraphOwner(frozen, graph), spec)
    except failures as error:
        raise ConversionError(_explain(spec.method, graph, str(error))) from error
    if len(model.inputs) != len(_tensors(spec)) or len(model.outputs) != outputs:
        raise ConversionError(
            f"{spec.method}: OpenVINO made a model with {len(model.inputs)} inputs and {len(model.outputs)} outputs "
            f"where {len(_tensors(spec))} and {outputs} were expected"
        )
    return _serialize(model)


def _translate(owner: _GraphOwner, spec: MethodSpec) -> Any:
    openvino = _openvino()
    frontend = openvino.frontend.FrontEndManager().load_by_framework("pytorch")
    # The decoder keeps weights in the memory of torch's tensors; they are copied once, into the IR.
    decoder = openvino.frontend.pytorch.ts_decoder.TorchScriptPythonDecoder(owner)
    loaded = frontend.load(decoder)
    places = {name: place for place in loaded.get_inputs() for name in place.get_names()}
    # The first input of the graph is the module itself.
    names = [value.debugName() for value in list(owner.inlined_graph.inputs())[1:]]
    for name, tensor in zip(names, _tensors(spec), strict=True):
        dimensions = [
            openvino.Dimension(low, -1 if high is None else high) for low, high in tensor.shape
        ]
        loaded.set_partial_shape(places[name], openvino.PartialShape(dimensions))
        loaded.set_element_type(places[name], getattr(openvino.Type, ELEMENT_TYPES[tensor.dtype]))
    return frontend.convert(loaded)


def _explain(method: str, graph: Any, message: str) -> str:
    """Say which operators OpenVINO refused, where the model uses them, and what may help."""
    unknown = _kinds_after("No conversion rule found for operations", message)
    refused = unknown or _kinds_after("Conversion is failed for", message) - {"prim::Constant"}
    lines = [f"{method}: OpenVINO cannot convert {', '.join(sorted(refused)) or 'this method'}"]
    nodes = list(_nodes(graph))
    lines += [f"{node.kind()}: {_source(node)}" for node in nodes if node.kind() in refused]
    if any(node.kind() in ("prim::If", "prim::Loop") for node in nodes):
        lines.append(
            "The method branches at run time; a module from torch.jit.trace does not, and may convert."
        )
    if not unknown:
        lines.append(message.strip())
    return "\n".join(lines)


def _kinds_after(heading: str, message: str) -> set[str]:
    line = re.search(rf"{heading}: (.*)", message)
    return set(re.findall(r"\w+::\w+", line.group(1))) if line else set()


def _serialize(model: Any) -> tuple[str, torch.Tensor]:
    with tempfile.TemporaryDirectory() as folder:
        xml, weights = Path(folder, "model.xml"), Path(folder, "model.bin")
        _openvino().serialize(model, xml, weights)
        content = bytearray(weights.read_bytes())
        # torch.frombuffer takes no empty buffer: a method without weights has an empty file.
        tensor = (
            torch.frombuffer(content, dtype=torch.uint8)
            if content
            else torch.empty(0, dtype=torch.uint8)
        )
        return xml.read_text(encoding="utf-8"), tensor


def _pack(spec: MethodSpec, xml: str, weights: torch.Tensor) -> tuple[Any, ...]:
    # A tuple, because torch infers no type for a dict of mixed values (nor for an empty one: there is always a
    # property, see _read_properties). ov_delegate.cpp, `Packed`, reads the same fields in the same order.
    arguments = tuple(
        (argument.name, isinstance(argument, TensorInput), getattr(argument, "value", None))
        for argument in spec.arguments
    )
    return (xml, weights, spec.device, dict(spec.properties), arguments)


# --- Reading TorchScript --------------------------------------------------------------------------------------------


def _method(module: torch.jit.ScriptModule, name: str) -> Any:
    return module._c._get_method(name)


_wrap: Callable[[Any], torch.jit.ScriptModule] = torch.jit._recursive.wrap_cpp_module


def _schema(module: torch.jit.ScriptModule, method: str) -> Any:
    return _method(module, method).schema


def _count_outputs(module: torch.jit.ScriptModule, method: str) -> int:
    returned = _schema(module, method).returns[0].type
    parts = returned.elements() if isinstance(returned, torch._C.TupleType) else [returned]
    if not parts or not all(isinstance(part, torch._C.TensorType) for part in parts):
        raise ConversionError(
            f"{method} returns {returned}; OpenVINO returns a tensor or a tuple of tensors"
        )
    return len(parts)


def _tensors(spec: MethodSpec) -> list[TensorInput]:
    return [argument for argument in spec.arguments if isinstance(argument, TensorInput)]


def _attribute_path(node: Any) -> list[str]:
    """The dotted name that a GetAttr or SetAttr node reaches from the module, in parts."""
    parts: list[str] = []
    while node.kind() in ("prim::GetAttr", "prim::SetAttr"):
        parts.append(node.s("name"))
        node = node.inputsAt(0).node()
    return parts[::-1]


def _nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)


def _source(node: Any) -> str:
    return str(node.sourceRange()).strip()


def _holds_tensor(kind: Any) -> bool:
    parts: Sequence[Any] = kind.containedTypes()
    return isinstance(kind, torch._C.TensorType) or any(map(_holds_tensor, parts))


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _type(value: Any) -> str:
    return type(value).__name__
