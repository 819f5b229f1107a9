"""Tables of words: those of torch's schema language, and those that people write instead of them.

Owns keywords, words that stand for a default, devices, and what is written out of Python or C++ habit. What a
type is called is not here but a row of `types.TABLE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What torch's lexer keeps for itself (TC_FORALL_TOKEN_KINDS in torch/csrc/jit/frontend/lexer.h):
# never a name.
KEYWORDS = frozenset(
    (
        "def if else elif while return is True False None and or not global for in raise assert"
        " break continue del pass"
        " class import with as Ellipsis NoneType"
    ).split()
)

# The words for a dtype, each with the number that torch stores.
DTYPES: Mapping[str, int] = {
    name: number
    for number, names in {
        0: "uint8",
        1: "int8",
        2: "int16 short",
        3: "int32 int",
        4: "int64 long",
        5: "float16 half",
        6: "float32 float",
        7: "float64 double",
        8: "complex32 chalf",
        9: "complex64 cfloat complex",
        10: "complex128 cdouble",
        11: "bool",
        12: "qint8",
        13: "quint8",
        14: "qint32",
        15: "bfloat16",
        16: "quint4x2",
        17: "quint2x4",
        18: "bits1x8",
        19: "bits2x4",
        20: "bits4x2",
        21: "bits8",
        22: "bits16",
        23: "float8_e5m2",
        24: "float8_e4m3fn",
        25: "float8_e5m2fnuz",
        26: "float8_e4m3fnuz",
        27: "uint16",
        28: "uint32",
        29: "uint64",
        30: "uint1",
        31: "uint2",
        32: "uint3",
        33: "uint4",
        34: "uint5",
        35: "uint6",
        36: "uint7",
        37: "int1",
        38: "int2",
        39: "int3",
        40: "int4",
        41: "int5",
        42: "int6",
        43: "int7",
        44: "float8_e8m0fnu",
        45: "float4_e2m1fn_x2",
    }.items()
    for name in names.split()
}
_LAYOUTS = "strided sparse_coo sparse_csr _mkldnn sparse_csc sparse_bsr sparse_bsc jagged"
_MEMORY_FORMATS = "contiguous_format preserve_format channels_last channels_last_3d"


def _numbered(names: str) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names.split())}


# The words that stand for a default. Those of the last three are also attributes of the module torch.
WORDS: Mapping[str, Mapping[str, int]] = {
    "int": {"Mean": 1},
    "ScalarType": DTYPES,
    "Layout": _numbered(_LAYOUTS),
    "MemoryFormat": _numbered(_MEMORY_FORMATS),
}

DEVICES = frozenset(
    (
        "cpu cuda ipu xpu mkldnn opengl opencl ideep hip ve fpga maia xla lazy vulkan mps meta hpu"
        " mtia"
        " privateuseone"
    ).split()
)

# Types as they are called elsewhere. torch takes an unknown word in lower case for a type variable.
HABITS: Mapping[str, str] = {
    name: schema
    for schema, names in {
        "int": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t"
        " int8 int16 int32 int64 uint8"
        " long short integer Int",
        "float": "double float32 float64 Float Double",
        "bool": "boolean Bool",
        "str": "string String Str std::string std::string_view c10::string_view",
        "complex": "complex64 complex128 Complex c10::complex std::complex",
        "Tensor": "tensor ndarray at::Tensor torch::Tensor torch.Tensor",
        "Tensor[]": "at::TensorList",
        "Scalar": "number Number scalar at::Scalar c10::Scalar",
        "ScalarType": "dtype torch.dtype at::ScalarType c10::ScalarType",
        "Device": "device torch.device at::Device c10::Device",
        "Layout": "layout torch.layout at::Layout",
        "MemoryFormat": "memory_format torch.memory_format at::MemoryFormat",
        "Generator": "generator torch.Generator at::Generator",
        "Any": "any object typing.Any c10::IValue IValue",
    }.items()
    for name in names.split()
}
# What to write instead of types that have no counterpart, or that a class of the library could be called.
_ADVICE: Mapping[str, str] = {
    name: help
    for help, names in {
        "`str` is text; take bytes as a Tensor of uint8, or as `int[]`": (
            "bytes bytearray memoryview byte std::byte Bytes"
        ),
        "a list: `T[]`": "set Set frozenset FrozenSet std::set std::unordered_set std::array array_t"
        " std::span span std::deque deque std::list Iterator Collection",
        "`int`": "ssize_t std::ssize_t ptrdiff_t intptr_t uintptr_t uint uint16 uint32 uint64 unsigned signed"
        " i8 i16 i32 i64 u8 u16 u32 u64",
        "`float`": "half Half float16 bfloat16 BFloat16 f16 f32 f64 long_double",
        "`str`": "char char8_t text Text Path PathLike path std::filesystem::path",
        "`int[]`": "Size torch.Size IntArrayRef at::IntArrayRef c10::IntArrayRef IntList",
        "`SymInt[]`": "SymIntArrayRef at::SymIntArrayRef c10::SymIntArrayRef",
        "`Tensor`": "array Array ArrayLike NDArray Parameter torch.nn.Parameter nn.Parameter FloatTensor"
        " DoubleTensor LongTensor IntTensor BoolTensor",
        "`Tensor[]`": "TensorList torch::TensorList ITensorListRef at::ITensorListRef",
        "`Any`": "std::any",
        "`Dict(K, V)`": "OrderedDict defaultdict TypedDict",
        "`(A, B)`": "NamedTuple namedtuple",
        "`()` for nothing": "void",
        "leave it out": "const constexpr volatile struct typename",
        "write the type out": "auto Type type",
        "declare an overload for each type, or take `Any`": "Union std::variant variant",
        "a schema has no functions: declare a class with a method": (
            "Callable callable function std::function"
        ),
        "a schema has no modules: take what is needed of one, such as Tensors": (
            "Module torch.nn.Module nn.Module ScriptModule torch.jit.ScriptModule torch.ScriptModule"
        ),
        "`str` or `int`": "Literal Enum enum",
        "name the class of the spec": "Self self cls shared_ptr std::shared_ptr unique_ptr std::unique_ptr"
        " intrusive_ptr c10::intrusive_ptr",
    }.items()
    for name in names.split()
}


def advice(name: str) -> str | None:
    """What helps whoever writes a type of C++, Python or NumPy that no schema has."""
    plain = re.split(r"::|\.", name)[-1]
    spelled = HABITS.get(name) or HABITS.get(plain)
    return _ADVICE.get(name) or (f"`{spelled}`" if spelled else _ADVICE.get(plain))


# How a container is written here: with what is in it, and in general.
_ONE = "{0}[]", "T[]"
GENERICS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        "List list Sequence Iterable vector std::vector c10::List at::ArrayRef".split(), _ONE
    ),
    **dict.fromkeys("Optional optional std::optional c10::optional".split(), ("{0}?", "T?")),
    **dict.fromkeys(
        "Dict dict Mapping map std::map std::unordered_map c10::Dict".split(),
        ("Dict({0}, {1})", "Dict(K, V)"),
    ),
    **dict.fromkeys("Tuple tuple std::tuple std::pair".split(), ("({all})", "(A, B)")),
}
