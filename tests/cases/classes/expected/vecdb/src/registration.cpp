// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>
#include <vecdb/searcher.h>

#include "vecdb.h"

namespace vecdb {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=df9861b900a7ec0a;";

constexpr codegen::ClassMethod kIndexMethods[] = {
    {"__init__(int dim, *, str metric=\"l2\") -> NoneType _0",
     [](codegen::Call& call) {
       call.construct<vecdb::Index, int64_t, std::string>();
     },
     "Args:\n    dim: of each vector\n    metric: l2 or \"cosine\"",
     codegen::Kind::kOwn},
    {"search(Tensor query, int k=10) -> ((Tensor, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::tuple<at::Tensor, at::Tensor>(at::Tensor, int64_t)>(CODEGEN_FN(self->search));
     },
     "Return the k nearest vectors.\n\nArgs:\n    query: float32, shape (n, dim)\n    k: how many"},
    {"default_metric() -> str",
     [](codegen::Call& call) {
       call.runStatic<std::string()>(CODEGEN_FN(vecdb::Index::default_metric));
     },
     "Deprecated: \"l2\" since 2.0",
     codegen::Kind::kStatic},
    {"add(Tensor vectors) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void(at::Tensor)>(CODEGEN_FN(self->add));
     },
     ""},
    {"add_named(Tensor vectors, str[] names) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void(at::Tensor, std::vector<std::string>)>(CODEGEN_FN(self->add));
     },
     ""},
    {"add_Index(__torch__.torch.classes.vectors.Index other) -> NoneType _0",
     [](codegen::Call& call) {
       auto self = call.pointer<vecdb::Index>();
       call.run<void(c10::intrusive_ptr<vecdb::Index>)>(CODEGEN_FN(vecdb::merge), self);
     },
     "Deprecated: search both"},
    {"clone() -> __torch__.torch.classes.vectors.Index",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<c10::intrusive_ptr<vecdb::Index>()>(CODEGEN_FN(self->clone));
     },
     ""},
    {"shards(int count) -> Dict(str, (__torch__.torch.classes.vectors.Index, int?)[])",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<c10::Dict<std::string, std::vector<std::tuple<c10::intrusive_ptr<vecdb::Index>, std::optional<int64_t>>>>(
           int64_t)>(CODEGEN_FN(self->shards));
     },
     ""},
    {"pack(__torch__.torch.classes.quantized.LinearPackedParamsBase? bias=None) -> __torch__.torch.classes.quantized.LinearPackedParamsBase",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<codegen::Unspelled<false>(codegen::Unspelled<true>)>(CODEGEN_FN(self->pack));
     },
     ""},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<int64_t()>(CODEGEN_FN(self->size));
     },
     ""},
    {"__eq__(__torch__.torch.classes.vectors.Index other) -> bool",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<bool(c10::intrusive_ptr<vecdb::Index>)>(CODEGEN_FN(self->operator==));
     },
     ""},
    {"__getstate__() -> ((int, str, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::tuple<int64_t, std::string, at::Tensor>()>(CODEGEN_FN(self->get_state));
     },
     "",
     codegen::Kind::kOwn},
    {"__setstate__((int, str, Tensor) _1) -> NoneType _0",
     [](codegen::Call& call) {
       call.run<codegen::Made<vecdb::Index>(
           std::tuple<int64_t, std::string, at::Tensor>)>(CODEGEN_FN(vecdb::Index::set_state));
     },
     "",
     codegen::Kind::kOwn},
    {"__obj_flatten__() -> (((str, int), (str, bool), (str, Tensor)) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.flatten(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<bool>("trained", self->trained_),
           codegen::item<at::Tensor>("data", self->data()));
     },
     "",
     codegen::Kind::kOwn},
};

constexpr codegen::Property kIndexProperties[] = {
    {"dim",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<int64_t()>(CODEGEN_FN(self->dim));
     },
     nullptr,
     "Of each vector."},
    {"nprobe",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<int64_t()>(CODEGEN_FN(self->nprobe));
     },
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void(int64_t)>(CODEGEN_FN(self->set_nprobe));
     },
     ""},
    {"trained",
     "bool",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<bool>(self->trained_);
     },
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.assign<bool>(self->trained_, 1);
     },
     "Deprecated: it always is"},
    {"int",
     "int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::vector<int64_t>>(self->counts_);
     },
     nullptr,
     ""},
};

constexpr codegen::ClassMethod kIVFMethods[] = {
    {"__init__(int dim, int lists) -> NoneType _0",
     [](codegen::Call& call) {
       call.run<codegen::Made<vecdb::Inverted<float, 8>>(
           int64_t,
           int64_t)>(CODEGEN_FN(vecdb::make_inverted<float>));
     },
     "Clusters first.",
     codegen::Kind::kOwn},
    {"list(int index) -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted<float, 8>>();
       call.run<std::vector<int64_t>(int64_t)>(CODEGEN_FN(self->get<0>));
     },
     ""},
    {"tracing_mode() -> str _0",
     [](codegen::Call& call) {
       call.give<std::string>("real");
     },
     ""},
};

const codegen::RegisteredClasses kRegistered(
    "vectors",
    {"__torch__.torch.classes.quantized.LinearPackedParamsBase"},
    {
        codegen::describe<vecdb::Index>(
            "Index",
            "Vectors, of which the nearest can be found \\\nand \"counted\".",
            "",
            kIndexMethods,
            kIndexProperties),
        codegen::describe<vecdb::Inverted<float, 8>, vecdb::Index>(
            "IVF",
            "",
            "Index",
            kIVFMethods,
            {}),
        codegen::describe<::Cursor>("Cursor", "Deprecated: use a list", "", {}, {}),
    });

}  // namespace
}  // namespace vecdb
