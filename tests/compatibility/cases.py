"""What changes from one version of a library to the next, a class each, and what its callers wrote before.

`write` makes a spec and its C++ of either side; the methods of a side are schemas with the bodies of the C++.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from codegen import names, types
from codegen.schema import FunctionSchema
from codegen.schema_parser import parse

PICKLE = "pickle: {state: int, get: get_state, set: set_state}"
FLATTEN = "flatten: {unit: int}"


class Side(NamedTuple):
    """A class before or after: its methods, further keys, further C++."""

    methods: Mapping[str, str] = {}
    keys: tuple[str, ...] = ()
    cpp: str = ""
    init: str = "()"
    pickle: str = PICKLE
    flatten: str = FLATTEN
    base: str = ""
    name: str = ""
    keep: bool = True


class Case(NamedTuple):
    """A class that changes in one way. `calls` are what stands in the callers' code: `o` is an object, `x` a tensor."""

    name: str
    calls: tuple[str, ...]
    old: Side
    new: Side


def method(
    name: str, old: str, new: str, *calls: str, was: str = "x * 2", now: str = "x * 2"
) -> Case:
    """A method `f` whose schema changes; `was` and `now` are what it returns."""
    return Case(name, calls, Side({f"f{old}": was}), Side({f"f{new}": now}))


METHODS = (
    method(
        "Same",
        "(Tensor x, int k=2)",
        "(Tensor x, int k=2)",
        "o.f(x)",
        "o.f(x, k=3)",
        was="x * k",
        now="x * k",
    ),
    # Arguments.
    method("Removed", "(Tensor x, int k)", "(Tensor x)", "o.f(x, 2)", "o.f(x, k=2)"),
    method("RemovedDefault", "(Tensor x, int k=2)", "(Tensor x)", "o.f(x)", "o.f(x, 2)"),
    method("RemovedKeyword", "(Tensor x, *, int k=2)", "(Tensor x)", "o.f(x)", "o.f(x, k=2)"),
    method("Required", "(Tensor x)", "(Tensor x, int k)", "o.f(x)"),
    method("AddedDefault", "(Tensor x)", "(Tensor x, int k=2)", "o.f(x)", "o.f(x=x)", now="x * k"),
    method(
        "AddedBetween",
        "(Tensor x, int a=2)",
        "(Tensor x, int b=1, int a=2)",
        "o.f(x)",
        "o.f(x, 3)",
        "o.f(x, a=3)",
        was="x * a",
        now="x * a * b",
    ),
    method(
        "AddedBetweenOther",
        "(Tensor x, int a=2)",
        "(Tensor x, str b='', int a=2)",
        "o.f(x)",
        "o.f(x, 3)",
        "o.f(x, a=3)",
        was="x * a",
        now="x * a",
    ),
    method("AddedKeyword", "(Tensor x)", "(Tensor x, *, int k=2)", "o.f(x)", now="x * k"),
    method(
        "AddedKeywordBefore",
        "(Tensor x, *, int k=2)",
        "(Tensor x, *, int a=1, int k=2)",
        "o.f(x)",
        "o.f(x, k=3)",
        was="x * k",
        now="x * k * a",
    ),
    method(
        "AddedBeforeKeyword",
        "(Tensor x, *, int k=2)",
        "(Tensor x, int a=1, *, int k=2)",
        "o.f(x)",
        "o.f(x, k=3)",
        was="x * k",
        now="x * k * a",
    ),
    method("RequiredKeyword", "(Tensor x)", "(Tensor x, *, int k)", "o.f(x)"),
    method("Renamed", "(Tensor x, int a)", "(Tensor x, int b)", "o.f(x, 2)", "o.f(x, a=2)"),
    method("RenamedKeyword", "(Tensor x, *, int a)", "(Tensor x, *, int b)", "o.f(x, a=2)"),
    method(
        "Reordered",
        "(Tensor x, int a, int b)",
        "(Tensor x, int b, int a)",
        "o.f(x, 1, 2)",
        "o.f(x, a=1, b=2)",
        was="x + a - b",
        now="x + a - b",
    ),
    method(
        "ReorderedOther",
        "(Tensor x, int a, str b)",
        "(Tensor x, str b, int a)",
        "o.f(x, 1, '')",
        "o.f(x, a=1, b='')",
        was="x + a",
        now="x + a",
    ),
    method(
        "ReorderedKeywords",
        "(Tensor x, *, int a=1, int b=2)",
        "(Tensor x, *, int b=2, int a=1)",
        "o.f(x)",
        "o.f(x, a=1, b=2)",
        "o.f(x, b=4, a=3)",
        was="x + a - b",
        now="x + a - b",
    ),
    method(
        "BecameKeyword", "(Tensor x, int a)", "(Tensor x, *, int a)", "o.f(x, 2)", "o.f(x, a=2)"
    ),
    method("BecamePositional", "(Tensor x, *, int a)", "(Tensor x, int a)", "o.f(x, a=2)"),
    method(
        "BecamePositionalAmongOthers",
        "(Tensor x, *, int a, int b)",
        "(Tensor x, int b, *, int a)",
        "o.f(x, a=2, b=3)",
        was="x * a + b",
        now="x * a + b",
    ),
    method(
        "NoDefault",
        "(Tensor x, int a=2)",
        "(Tensor x, int a)",
        "o.f(x)",
        "o.f(x, 3)",
        was="x * a",
        now="x * a",
    ),
    method(
        "NoDefaultKeyword",
        "(Tensor x, *, int a=2)",
        "(Tensor x, *, int a)",
        "o.f(x)",
        "o.f(x, a=3)",
        was="x * a",
        now="x * a",
    ),
    method(
        "GotDefault",
        "(Tensor x, int a)",
        "(Tensor x, int a=2)",
        "o.f(x, 3)",
        was="x * a",
        now="x * a",
    ),
    method(
        "OtherDefault",
        "(Tensor x, int a=2)",
        "(Tensor x, int a=5)",
        "o.f(x)",
        "o.f(x, 3)",
        was="x * a",
        now="x * a",
    ),
    method(
        "OtherDefaultKeyword",
        "(Tensor x, *, int a=2)",
        "(Tensor x, *, int a=5)",
        "o.f(x)",
        "o.f(x, a=3)",
        was="x * a",
        now="x * a",
    ),
    # Types of arguments.
    method("IntToFloat", "(Tensor x, int a)", "(Tensor x, float a)", "o.f(x, 2)"),
    method("FloatToInt", "(Tensor x, float a)", "(Tensor x, int a)", "o.f(x, 2.0)"),
    method(
        "IntToBool",
        "(Tensor x, int a)",
        "(Tensor x, bool a)",
        "o.f(x, 2)",
        was="x * a",
        now="x * int64_t(a)",
    ),
    method("BoolToInt", "(Tensor x, bool a)", "(Tensor x, int a)", "o.f(x, True)"),
    method("FloatToComplex", "(Tensor x, float a)", "(Tensor x, complex a)", "o.f(x, 2.0)"),
    method("IntToScalar", "(Tensor x, int a)", "(Tensor x, Scalar a)", "o.f(x, 2)"),
    method("BoolToScalar", "(Tensor x, bool a)", "(Tensor x, Scalar a)", "o.f(x, True)"),
    method("IntToSymInt", "(Tensor x, int a)", "(Tensor x, SymInt a)", "o.f(x, 2)"),
    method(
        "SymIntToInt", "(Tensor x, SymInt a)", "(Tensor x, int a)", "o.f(x, 2)", "o.f(x, x.size(0))"
    ),
    method(
        "ScalarToFloat",
        "(Tensor x, Scalar a)",
        "(Tensor x, float a)",
        "o.f(x, 2)",
        "o.f(x, 2.5)",
        "o.f(x, True)",
        "o.f(x, 2j)",
    ),
    method("DtypeToInt", "(Tensor x, ScalarType a)", "(Tensor x, int a)", "o.f(x, torch.float32)"),
    method("ToOptional", "(Tensor x, int a)", "(Tensor x, int? a)", "o.f(x, 2)"),
    method("FromOptional", "(Tensor x, int? a)", "(Tensor x, int a)", "o.f(x, 2)", "o.f(x, None)"),
    method("TensorToOptional", "(Tensor x)", "(Tensor? x)", "o.f(x)", now="*x * 2"),
    method(
        "TensorFromOptional",
        "(Tensor? x)",
        "(Tensor x)",
        "o.f(x)",
        "o.f(None)",
        was="x ? *x * 2 : at::ones(1)",
    ),
    method("ToAny", "(Tensor x, int a)", "(Tensor x, Any a)", "o.f(x, 2)"),
    method("FromAny", "(Tensor x, Any a)", "(Tensor x, int a)", "o.f(x, 2)", "o.f(x, '')"),
    method(
        "ListToSized",
        "(Tensor x, int[] a)",
        "(Tensor x, int[2] a)",
        "o.f(x, [1, 2])",
        "o.f(x, [1, 2, 3])",
    ),
    method(
        "ListFromSized",
        "(Tensor x, int[2] a)",
        "(Tensor x, int[] a)",
        "o.f(x, [1, 2])",
        "o.f(x, 2)",
    ),
    method(
        "ListOtherSize",
        "(Tensor x, int[2] a)",
        "(Tensor x, int[3] a)",
        "o.f(x, [1, 2])",
        "o.f(x, 2)",
        was="x * (int64_t)a.size()",
        now="x * (int64_t)a.size()",
    ),
    method("ListToOptionals", "(Tensor x, int[] a)", "(Tensor x, int?[] a)", "o.f(x, [1, 2])"),
    method("ListToOptionalList", "(Tensor x, int[] a)", "(Tensor x, int[]? a)", "o.f(x, [1, 2])"),
    method("IntsToFloats", "(Tensor x, int[] a)", "(Tensor x, float[] a)", "o.f(x, [1, 2])"),
    method(
        "DictToAny",
        "(Tensor x, Dict(str, int) a)",
        "(Tensor x, Dict(str, Any) a)",
        "o.f(x, {'a': 1})",
    ),
    method(
        "TupleToOptionals",
        "(Tensor x, (int, str) a)",
        "(Tensor x, (int?, str) a)",
        "o.f(x, (1, 'a'))",
    ),
    method("TupleToAny", "(Tensor x, (int, str) a)", "(Tensor x, Any a)", "o.f(x, (1, 'a'))"),
    method("TupleToList", "(Tensor x, (int, int) a)", "(Tensor x, int[] a)", "o.f(x, (1, 2))"),
    method("IntToSized", "(Tensor x, int a)", "(Tensor x, int[2] a)", "o.f(x, 1)"),
    method("IntToInts", "(Tensor x, int a, int b=1)", "(Tensor x, int[] a, int b=1)", "o.f(x, 1)"),
    method(
        "StrToDevice", "(Tensor x, str a)", "(Tensor x, Device a)", "o.f(x, 'cpu')", "o.f(x, 'a')"
    ),
    method("TensorToInt", "(Tensor x, Tensor a)", "(Tensor x, int a)", "o.f(x, x)"),
    method("IntToTensor", "(Tensor x, int a)", "(Tensor x, Tensor a)", "o.f(x, 2)"),
    method(
        "DictValues",
        "(Tensor x, Dict(str, int) a)",
        "(Tensor x, Dict(str, float) a)",
        "o.f(x, {'a': 1})",
    ),
    method("Traced", "(Tensor x, SymInt a)", "(Tensor x, int a)", "_sized(o, x)"),
    # Results.
    method(
        "ResultToOptional",
        "(Tensor x)",
        "(Tensor x) -> Tensor?",
        "o.f(x)",
        "o.f(x) + 1",
        now="std::nullopt",
    ),
    method("ResultFromOptional", "(Tensor x) -> Tensor?", "(Tensor x)", "o.f(x)", "_(o.f(x)) + 1"),
    method(
        "ResultToAny",
        "(Tensor x) -> int",
        "(Tensor x) -> Any",
        "o.f(x)",
        "o.f(x) + 1",
        was="x.size(0)",
        now='"a"',
    ),
    method(
        "ResultFromAny",
        "(Tensor x) -> Any",
        "(Tensor x) -> int",
        "o.f(x)",
        was="x.size(0)",
        now="x.size(0)",
    ),
    method(
        "ResultToFloat",
        "(Tensor x) -> int",
        "(Tensor x) -> float",
        "o.f(x)",
        "[1, 2, 3][o.f(x)]",
        was="x.size(0)",
        now="x.size(0)",
    ),
    method(
        "ResultToInt",
        "(Tensor x) -> float",
        "(Tensor x) -> int",
        "o.f(x)",
        "o.f(x).is_integer()",
        was="x.size(0)",
        now="x.size(0)",
    ),
    method(
        "ResultToBool",
        "(Tensor x) -> int",
        "(Tensor x) -> bool",
        "o.f(x) + 1",
        "[o.f(x), 3][1]",
        was="1",
        now="true",
    ),
    method(
        "ResultToNothing",
        "(Tensor x) -> int",
        "(Tensor x) -> ()",
        "o.f(x)",
        was="x.size(0)",
        now="",
    ),
    method(
        "ResultOfNothing",
        "(Tensor x) -> ()",
        "(Tensor x) -> int",
        "[0, o.f(x)][0]",
        was="",
        now="x.size(0)",
    ),
    method(
        "NothingToResult",
        "(Tensor x) -> ()",
        "(Tensor x) -> Tensor",
        "(o.f(x), x)[1]",
        was="",
        now="x * 2",
    ),
    method(
        "ResultShrunk",
        "(Tensor x) -> (Tensor, Tensor, Tensor)",
        "(Tensor x) -> (Tensor, Tensor)",
        "o.f(x)[0]",
        "o.f(x)",
        was="{x, x, x}",
        now="{x, x}",
    ),
    method("ResultToTuple", "(Tensor x)", "(Tensor x) -> (Tensor, Tensor)", "o.f(x)", now="{x, x}"),
    method(
        "ResultAdded",
        "(Tensor x) -> (Tensor, Tensor)",
        "(Tensor x) -> (Tensor, Tensor, Tensor)",
        "o.f(x)",
        "_2(o.f(x))",
        was="{x, x}",
        now="{x, x, x}",
    ),
    method(
        "ResultRenamed",
        "(Tensor x) -> (Tensor a, Tensor b)",
        "(Tensor x) -> (Tensor c, Tensor)",
        "o.f(x)",
        "o.f(x)[0]",
        "o.f(x).a",
        was="{x, x}",
        now="{x, x}",
    ),
    method(
        "ResultNamed",
        "(Tensor x) -> (Tensor, Tensor)",
        "(Tensor x) -> (Tensor a, Tensor b)",
        "o.f(x)",
        "o.f(x)[0]",
        was="{x, x}",
        now="{x, x}",
    ),
    method(
        "ResultItems",
        "(Tensor x) -> (Tensor, Tensor?)",
        "(Tensor x) -> (Tensor, Tensor)",
        "o.f(x)[0]",
        "_(o.f(x)[1])",
        was="{x, x}",
        now="{x, x}",
    ),
    method(
        "ResultList",
        "(Tensor x) -> Tensor?[]",
        "(Tensor x) -> Tensor[]",
        "o.f(x)",
        "_(o.f(x)[0])",
        was="{x, x}",
        now="{x, x}",
    ),
    method(
        "ResultListSized",
        "(Tensor x) -> int[]",
        "(Tensor x) -> int[2]",
        "o.f(x)",
        "o.f(x)[0]",
        was="{1, 2}",
        now="{1, 2}",
    ),
)

F = "f(Tensor x)"
G = "g(Tensor x)"
DOUBLED = {F: "x * 2"}
Q = "properties: [{name: p, type: Tensor, field: p_}]"
P = "properties: [{name: p, type: int, field: p_}]"
# What of C++ takes and gives a state of each type.
STATES = {
    "int": ("int64_t", "unit_", "state"),
    "int?": ("std::optional<int64_t>", "unit_", "*state"),
    "Any": ("c10::IValue", "unit_", "state.toInt()"),
    "float": ("double", "unit_", "state"),
    "(int, int)": ("std::tuple<int64_t, int64_t>", "{unit_, 1}", "std::get<0>(state)"),
    "(int, int, int)": (
        "std::tuple<int64_t, int64_t, int64_t>",
        "{unit_, 1, 1}",
        "std::get<0>(state)",
    ),
}


def state(name: str, old: str, new: str) -> Case:
    """A class whose pickled state changes."""
    return Case(name, ("o.f(x)",), _kept(name, old), _kept(name, new))


def _kept(name: str, t: str) -> Side:
    spelled, given, taken = STATES[t]
    get = f"{spelled} state() const {{ return {given}; }}"
    made = f"static c10::intrusive_ptr<{name}> made({spelled} state)"
    pickle = f"pickle: {{state: '{t}', get: state, set: made}}"
    return Side(DOUBLED, pickle=pickle, cpp=f"{get} {made} {{ return set_state({taken}); }}")


CLASSES = (
    # Methods.
    Case("Gone", ("o.f(x)",), Side(DOUBLED), Side({G: "x * 2"})),
    Case("Added", ("o.f(x)",), Side(DOUBLED), Side({**DOUBLED, G: "x"})),
    Case(
        "BecameStatic", ("o.f(x)", "_compiled(o, x)"), Side(DOUBLED), Side({f"static {F}": "x * 2"})
    ),
    Case("NoLongerStatic", ("{cls}.f(x)", "o.f(x)"), Side({f"static {F}": "x * 2"}), Side(DOUBLED)),
    Case(
        "StaticChanged",
        ("{cls}.f(x, 2)",),
        Side({"static f(Tensor x, int k)": "x * k"}),
        Side({"static f(Tensor x, str k)": "x"}),
    ),
    Case(
        "BecameProperty", ("o.p()",), Side({"p() -> int": "1"}), Side({}, (P,), "int64_t p_ = 1;")
    ),
    Case("WasProperty", ("o.p",), Side({}, (P,), "int64_t p_ = 1;"), Side({"p() -> int": "1"})),
    Case("OverloadAdded", ("o.f(x)",), Side(DOUBLED), Side({**DOUBLED, "f(Tensor x, int k)": "x"})),
    Case(
        "OverloadAddedBefore",
        ("o.f(x)",),
        Side(DOUBLED),
        Side({"f(Tensor x, int k)": "x", **DOUBLED}),
    ),
    Case("OverloadNamed", ("o.f(x)",), Side(DOUBLED), Side({"f.named(Tensor x)": "x * 2"})),
    Case(
        "OverloadRenamed",
        ("o.f(x)", "o.f_a(x)"),
        Side({"f.a(Tensor x)": "x * 2"}),
        Side({"f.b(Tensor x)": "x * 2"}),
    ),
    Case(
        "OverloadGone",
        ("o.f(x)", "o.f(x, 1)", "o.f_a(x, 1)"),
        Side({**DOUBLED, "f.a(Tensor x, int k)": "x"}),
        Side(DOUBLED),
    ),
    Case(
        "OverloadsMerged",
        ("o.f(x)", "o.f(x, 3)", "o.f_a(x, 3)"),
        Side({**DOUBLED, "f.a(Tensor x, int k)": "x * k"}),
        Side({"f(Tensor x, int k=2)": "x * k"}),
    ),
    Case(
        "OverloadsSwapped",
        ("o.f(x, 1)", "o.f(x, '')", "o.f_Tensor_str(x, '')"),
        Side({"f(Tensor x, int k)": "x * 2", "f(Tensor x, str k)": "x * 3"}),
        Side({"f(Tensor x, str k)": "x * 3", "f(Tensor x, int k)": "x * 2"}),
    ),
    Case(
        "OverloadMoreSpecific",
        ("o.f(x, 1)", "o.f(x, 1.5)"),
        Side({"f(Tensor x, float k)": "x * k"}),
        Side({"f(Tensor x, float k)": "x * k", "f(Tensor x, int k)": "x * k"}),
    ),
    Case("MethodOrder", ("o.f(x)",), Side({F: "x * 2", G: "x"}), Side({G: "x", F: "x * 2"})),
    # Properties.
    Case(
        "PropertyGone",
        ("o.p", "o.p_getter()", "_set(o)"),
        Side({}, (P,), "int64_t p_ = 1;"),
        Side(),
    ),
    Case(
        "PropertyReadOnly",
        ("o.p", "_set(o)"),
        Side({}, (P,), "int64_t p_ = 1;"),
        Side({}, (P.replace("p_}", "p_, readonly: true}"),), "int64_t p_ = 1;"),
    ),
    Case(
        "PropertyWritable",
        ("o.p",),
        Side({}, (P.replace("p_}", "p_, readonly: true}"),), "int64_t p_ = 1;"),
        Side({}, (P,), "int64_t p_ = 1;"),
    ),
    Case(
        "PropertyOptional",
        ("o.p", "o.p + 1"),
        Side({}, (P,), "int64_t p_ = 1;"),
        Side({}, (P.replace("int", "int?"),), "std::optional<int64_t> p_;"),
    ),
    Case(
        "PropertyNarrowed",
        ("o.p", "_(o.p)"),
        Side(
            {},
            (P.replace("int", "int?").replace("p_}", "p_, readonly: true}"),),
            "std::optional<int64_t> p_ = 1;",
        ),
        Side({}, (P.replace("p_}", "p_, readonly: true}"),), "int64_t p_ = 1;"),
    ),
    Case(
        "PropertyNarrowedWritable",
        ("o.p", "_set_none(o)"),
        Side({}, (P.replace("int", "int?"),), "std::optional<int64_t> p_ = 1;"),
        Side({}, (P,), "int64_t p_ = 1;"),
    ),
    Case(
        "PropertyFloat",
        ("o.p", "[0, 1][o.p]"),
        Side({}, (P,), "int64_t p_ = 1;"),
        Side({}, (P.replace("int", "float"),), "double p_ = 1;"),
    ),
    Case(
        "PropertyAccessors",
        ("o.p", "_set(o)"),
        Side({}, (P,), "int64_t p_ = 1;"),
        Side(
            {},
            (P.replace("field: p_", "get: p, set: set_p"),),
            "int64_t p() const { return p_; } void set_p(int64_t p) { p_ = p; } int64_t p_ = 1;",
        ),
    ),
    # Making objects.
    Case("InitGone", ("{cls}().f(x)",), Side(DOUBLED), Side(DOUBLED, init="")),
    Case(
        "InitRequires",
        ("{cls}().f(x)",),
        Side(DOUBLED),
        Side(DOUBLED, cpp="InitRequires(int64_t k) {} InitRequires() = default;", init="(int k)"),
    ),
    Case(
        "InitMore",
        ("{cls}().f(x)",),
        Side(DOUBLED),
        Side(DOUBLED, cpp="InitMore(int64_t k) {} InitMore() = default;", init="(int k=1)"),
    ),
    Case(
        "InitKeyword",
        ("{cls}(k=3).f(x)", "{cls}().f(x)"),
        Side(
            DOUBLED, cpp="InitKeyword(int64_t k) {} InitKeyword() = default;", init="(*, int k=1)"
        ),
        Side(
            DOUBLED, cpp="InitKeyword(int64_t k) {} InitKeyword() = default;", init="(*, int l=1)"
        ),
    ),
    # State.
    state("StateWider", "int", "int?"),
    state("StateAny", "int", "Any"),
    state("StateFloat", "int", "float"),
    state("StateTuple", "int", "(int, int)"),
    state("StateTupleGrown", "(int, int)", "(int, int, int)"),
    state("StateOther", "int", "int"),
    Case("StateGone", ("o.f(x)",), Side(DOUBLED), Side(DOUBLED, pickle="")),
    # What torch traces.
    Case(
        "FlattenItemGone",
        ("_reads(o, x)", "o.p_getter()"),
        Side({}, (P,), "int64_t p_ = 1;", flatten="flatten: {p: int, unit: int}"),
        Side({}, (P,), "int64_t p_ = 1;"),
    ),
    Case(
        "FlattenTensorGone",
        ("_reads(o, x)", "o.p_getter()"),
        Side({}, (Q,), "at::Tensor p_ = at::ones(2);", flatten="flatten: {p: Tensor, unit: int}"),
        Side({}, (Q,), "at::Tensor p_ = at::ones(2);"),
    ),
    Case(
        "PropertyTensorGone",
        ("o.p_getter()",),
        Side({}, (Q,), "at::Tensor p_ = at::ones(2);", flatten="flatten: {p: Tensor, unit: int}"),
        Side(),
    ),
    Case(
        "FlattenGone",
        ("o.f(x)", "_compiled(o, x)", "_exported(o, x)"),
        Side(DOUBLED),
        Side(DOUBLED, flatten=""),
    ),
    Case(
        "FlattenMore",
        ("o.f(x)", "_compiled(o, x)", "_exported(o, x)"),
        Side(DOUBLED),
        Side(
            DOUBLED,
            flatten="flatten: {unit: int, more: int}",
            cpp="int64_t more() const { return 1; }",
        ),
    ),
    Case(
        "FlattenType",
        ("o.f(x)", "_compiled(o, x)", "_exported(o, x)"),
        Side(DOUBLED),
        Side(
            DOUBLED,
            cpp="double unit() const { return static_cast<double>(unit_); }",
            flatten="flatten: {unit: float}",
        ),
    ),
    Case(
        "FakeGone",
        ("o.f(x)", "_compiled(o, x)", "_exported(o, x)"),
        Side({F: "x * 2", G: "x"}),
        Side({f"nofake {F}": "x * 2", G: "x"}),
    ),
    Case(
        "BecameReal",
        ("o.f(x)", "_compiled(o, x)", "_exported(o, x)"),
        Side(DOUBLED),
        Side({f"nofake {F}": "x * 2"}, ("tracing_mode: real",)),
    ),
    # Classes.
    Case("ClassGone", ("o.f(x)",), Side(DOUBLED), Side(DOUBLED, keep=False)),
    Case("ClassRenamed", ("o.f(x)",), Side(DOUBLED), Side(DOUBLED, name="ClassNamedAnew")),
    Case("Base", ("o.f(x)",), Side(DOUBLED), Side(DOUBLED)),
    Case(
        "BaseGone",
        ("o.f(x)", "isinstance(o, lab.Base)"),
        Side({G: "x"}, base="Base"),
        Side({G: "x"}),
    ),
    Case(
        "BaseGoneKept",
        ("o.f(x)", "isinstance(o, lab.Base)"),
        Side({G: "x"}, base="Base"),
        Side({G: "x", F: "x * 2"}),
    ),
    Case(
        "BaseAdded", ("o.f(x)", "o.g(x)"), Side({G: "x", F: "x * 2"}), Side({G: "x"}, base="Base")
    ),
)
CASES = (*METHODS, *CLASSES)


def write(side: str, folder: Path) -> Path:
    """Writes the spec of the side `old` or `new`, and its C++; gives the spec."""
    spec = ["library: lab", "cpp: {headers: [lab.h]}", "classes:"]
    code = [_PREAMBLE]
    for case in CASES:
        declared: Side = getattr(case, side)
        if declared.keep:
            name = declared.name or case.name
            spec += _declared(name, declared)
            code += _defined(name, declared)
    (folder / "lab.h").write_text("\n".join([*code, "}  // namespace lab", ""]))
    path = folder / "lab.yaml"
    path.write_text("\n".join(spec) + "\n")
    return path


_PREAMBLE = """#pragma once
#include <ATen/ATen.h>
#include <torch/custom_class.h>
namespace lab {
template <class T>
struct Object : torch::CustomClassHolder {
  int64_t unit() const { return unit_; }
  int64_t get_state() const { return unit_; }
  static c10::intrusive_ptr<T> set_state(int64_t unit) {
    auto made = c10::make_intrusive<T>();
    made->unit_ = unit;
    return made;
  }
  int64_t unit_ = 3;
};"""


def _declared(name: str, side: Side) -> Iterator[str]:
    yield f"- name: {name}"
    yield f"  class: lab::{name}"
    keys = [f"base: {side.base}" if side.base else "", f"init: {side.init}" if side.init else ""]
    for key in (*keys, side.pickle, side.flatten, *side.keys):
        if key:
            yield f"  {key}"
    if side.methods:
        yield "  methods:"
    for text in side.methods:
        schema = _schema(text)
        yield f"  - func: {schema}"
        if text.startswith("static "):
            yield "    static: true"
        elif side.flatten and _faked(schema) and not text.startswith("nofake "):
            yield f"    fake: {_rule(schema)}"


def _schema(text: str) -> FunctionSchema:
    """Of a method as the cases have it: it returns a tensor unless it says."""
    text = text.removeprefix("static ").removeprefix("nofake ")
    return parse(text if "->" in text else f"{text} -> Tensor")


def _faked(schema: FunctionSchema) -> bool:
    """Whether it returns tensors, or nothing."""
    return all(value.type == types.Base("Tensor") for value in schema.returns)


def _rule(schema: FunctionSchema) -> str:
    if not schema.returns:
        return "{value: None}"
    rules = ", ".join(["{size: [2], dtype: float32}"] * len(schema.returns))
    return rules if len(schema.returns) == 1 else f"[{rules}]"


def _defined(name: str, side: Side) -> Iterator[str]:
    yield f"struct {name} : {side.base or f'Object<{name}>'} {{"
    for text, body in side.methods.items():
        schema = _schema(text)
        given = names.parameters([argument.name for argument in schema.arguments])
        spelled = [types.cpp(argument.type, {}) for argument in schema.arguments]
        taken = ", ".join(map(" ".join, zip(spelled, given, strict=True)))
        returned = [types.cpp(value.type, {}) for value in schema.returns]
        result = returned[0] if len(returned) == 1 else f"std::tuple<{', '.join(returned)}>"
        static, const = ("static ", "") if text.startswith("static ") else ("", " const")
        done = f"return {body};" if body else ""
        yield f"  {static}{result if returned else 'void'} {schema.name}({taken}){const} {{ {done} }}"
    if side.base:
        yield f"  static c10::intrusive_ptr<{name}> set_state(int64_t) {{ return c10::make_intrusive<{name}>(); }}"
    if side.cpp:
        yield f"  {side.cpp}"
    yield "};"
