"""The header that declares each name of C++ that a skeleton can have: torch's, and those of the standard library."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

HOLDER = "torch/custom_class.h"
_INTERFACE = "torch/csrc/jit/backends/backend_interface.h"
# Headers of torch that declare all that `_TORCH` names.
_UMBRELLAS = frozenset({HOLDER, _INTERFACE, "torch/torch.h", "torch/script.h", "torch/extension.h"})
_TORCH = {
    "torch::CustomClassHolder": HOLDER,
    "at::Tensor": "ATen/core/Tensor.h",
    "at::Scalar": "c10/core/Scalar.h",
    "at::ScalarType": "c10/core/ScalarType.h",
    "at::Device": "c10/core/Device.h",
    "at::Layout": "c10/core/Layout.h",
    "at::MemoryFormat": "c10/core/MemoryFormat.h",
    "at::Storage": "c10/core/Storage.h",
    "c10::Stream": "c10/core/Stream.h",
    "c10::SymInt": "c10/core/SymInt.h",
    "c10::SymBool": "c10/core/SymBool.h",
    "c10::complex": "c10/util/complex.h",
    "c10::IValue": "ATen/core/ivalue.h",
    "c10::ivalue::Future": "ATen/core/ivalue.h",
    "c10::ivalue::Object": "ATen/core/ivalue.h",
    "c10::impl::GenericList": "ATen/core/ivalue.h",
    "c10::impl::GenericDict": "ATen/core/ivalue.h",
    "c10::AnyType": "ATen/core/jit_type.h",
    "c10::StringType": "ATen/core/jit_type.h",
    # Its constructor makes torch's types of its elements.
    r"c10::Dict<.*\{\}": "ATen/core/jit_type.h",
    r"c10::Dict<.*c10::intrusive_ptr<.*\{\}": "ATen/core/class_type.h",
    "c10::List": "ATen/core/List.h",
    "c10::Dict": "ATen/core/Dict.h",
    "c10::intrusive_ptr": "c10/util/intrusive_ptr.h",
    "C10_THROW_ERROR": "c10/util/Exception.h",
}
# What the umbrellas declare at most ahead.
_APART = {
    "at::Generator": "ATen/core/Generator.h",
    "at::QScheme": "c10/core/QScheme.h",
    "torch::jit::PyTorchBackendInterface": _INTERFACE,
    "torch::jit::Module": "torch/csrc/jit/api/module.h",
    "torch::jit::BackendDebugHandleGenerator": "torch/csrc/jit/backends/backend_detail.h",
}
_CONTAINERS = (
    "array deque forward_list list map queue set stack unordered_map unordered_set".split()
)
_STANDARD: Mapping[str, str] = {
    "int64_t": "cstdint",
    "std::multimap": "map",
    "std::multiset": "set",
    "std::priority_queue": "queue",
    "std::pair": "utility",
    **{f"std::{name}": name for name in (*_CONTAINERS, "optional", "string", "tuple", "vector")},
}


def needed(text: str, had: Set[str], *, covered: bool = False) -> set[str]:
    """What a text has to include, beside what it includes already, for the names in it.

    `covered` says that something it includes declares all that a header of torch's classes does.
    """
    code = re.sub(r'///.*|"(?:\\.|[^"\\])*"', "", text)
    wanted = {
        header
        for names in (_TORCH, _APART, _STANDARD)
        for name, header in names.items()
        if re.search(rf"(?<!\w)(?<!\w::){name}(?!\w)", code)
    }
    if covered or (had | wanted) & _UMBRELLAS:
        wanted -= set(_TORCH.values()) - {HOLDER}
    return wanted - had - ({HOLDER} if had & _UMBRELLAS else set())


def is_standard(header: str) -> bool:
    return re.fullmatch("[a-z_]+", header) is not None
