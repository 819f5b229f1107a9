// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>
#include <vecdb/searcher.h>

#include "vecdb.h"

namespace vecdb {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=d1802ad08e27ddc5;";

constexpr codegen::ClassMethod kIndexMethods[] = {
    {"__init__(int dim, *, str metric=\"l2\") -> NoneType _0",
     [](codegen::Call& call) {
       call.construct<vecdb::Index>(call.take<int64_t>(1), call.take<std::string>(2));
     },
     "Args:\n    dim: of each vector\n    metric: l2 or \"cosine\"",
     codegen::Kind::kOwn},
    {"search(Tensor query, int k=10) -> ((Tensor, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::tuple<at::Tensor, at::Tensor>>(self->search(
           call.take<at::Tensor>(1),
           call.take<int64_t>(2)));
     },
     "Return the k nearest vectors.\n\nArgs:\n    query: float32, shape (n, dim)\n    k: how many"},
    {"default_metric() -> str",
     [](codegen::Call& call) {
       call.give<std::string>(vecdb::Index::default_metric());
     },
     "Deprecated: \"l2\" since 2.0",
     codegen::Kind::kStatic},
    {"add(Tensor vectors) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->add(call.take<at::Tensor>(1));
     },
     ""},
    {"add_named(Tensor vectors, str[] names) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->add(call.take<at::Tensor>(1), call.take<std::vector<std::string>>(2));
     },
     ""},
    {"add_Index(__torch__.torch.classes.vectors.Index other) -> NoneType _0",
     [](codegen::Call& call) {
       auto self = call.pointer<vecdb::Index>();
       vecdb::merge(self, call.take<c10::intrusive_ptr<vecdb::Index>>(1));
     },
     "Deprecated: search both"},
    {"clone() -> __torch__.torch.classes.vectors.Index",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<c10::intrusive_ptr<vecdb::Index>>(self->clone());
     },
     ""},
    {"shards(int count) -> Dict(str, (__torch__.torch.classes.vectors.Index, int?)[])",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<c10::Dict<std::string, std::vector<std::tuple<c10::intrusive_ptr<vecdb::Index>, std::optional<int64_t>>>>>(self->shards(
           call.take<int64_t>(1)));
     },
     ""},
    {"pack(__torch__.torch.classes.quantized.LinearPackedParamsBase? bias=None) -> __torch__.torch.classes.quantized.LinearPackedParamsBase",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give(self->pack(call.take<true>(1)));
     },
     ""},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<int64_t>(self->size());
     },
     ""},
    {"__eq__(__torch__.torch.classes.vectors.Index other) -> bool",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<bool>(self->operator==(call.take<c10::intrusive_ptr<vecdb::Index>>(1)));
     },
     ""},
    {"__getstate__() -> ((int, str, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::tuple<int64_t, std::string, at::Tensor>>(self->get_state());
     },
     "",
     codegen::Kind::kOwn},
    {"__setstate__((int, str, Tensor) _1) -> NoneType _0",
     [](codegen::Call& call) {
       call.adopt<vecdb::Index>(vecdb::Index::set_state(
           call.take<std::tuple<int64_t, std::string, at::Tensor>>(1)));
     },
     "",
     codegen::Kind::kOwn},
    {"__obj_flatten__() -> (((str, int), (str, bool), (str, Tensor)) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give(std::make_tuple(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<bool>("trained", self->trained_),
           codegen::item<at::Tensor>("data", self->data())));
     },
     "",
     codegen::Kind::kOwn},
};

constexpr codegen::Property kIndexProperties[] = {
    {"dim",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<int64_t>(self->dim());
     },
     nullptr,
     "Of each vector."},
    {"nprobe",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<int64_t>(self->nprobe());
     },
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->set_nprobe(call.take<int64_t>(1));
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
       self->trained_ = call.take<bool>(1);
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
       call.adopt<vecdb::Inverted<float, 8>>(vecdb::make_inverted<float>(
           call.take<int64_t>(1),
           call.take<int64_t>(2)));
     },
     "Clusters first.",
     codegen::Kind::kOwn},
    {"list(int index) -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted<float, 8>>();
       call.give<std::vector<int64_t>>(self->get<0>(call.take<int64_t>(1)));
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
