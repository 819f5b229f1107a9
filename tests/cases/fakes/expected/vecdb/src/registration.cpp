// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>

#include "vecdb.h"

namespace vecdb {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=30a1c2be53f3ab6d;";

constexpr codegen::ClassMethod kIndexMethods[] = {
    {"same(Tensor query) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->same(call.take<at::Tensor>(1)));
     },
     ""},
    {"other(Tensor query, *, Device? device=None) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->other(
           call.take<at::Tensor>(1),
           call.take<std::optional<at::Device>>(2)));
     },
     ""},
    {"search(Tensor query, int k=10, *, int[] nprobe=[1, 2]) -> ((Tensor, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::tuple<at::Tensor, at::Tensor>>(self->search(
           call.take<at::Tensor>(1),
           call.take<int64_t>(2),
           call.take<std::vector<int64_t>>(3)));
     },
     ""},
    {"matrix(int rows) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->matrix(call.take<int64_t>(1)));
     },
     ""},
    {"scalar() -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->scalar());
     },
     ""},
    {"above(Tensor query, float limit) -> Tensor?",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::optional<at::Tensor>>(self->above(
           call.take<at::Tensor>(1),
           call.take<double>(2)));
     },
     ""},
    {"nowhere() -> Tensor?",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::optional<at::Tensor>>(self->nowhere());
     },
     ""},
    {"halves(Tensor query) -> Tensor[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::vector<at::Tensor>>(self->halves(call.take<at::Tensor>(1)));
     },
     ""},
    {"count(Tensor query) -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<int64_t>(self->count(call.take<at::Tensor>(1)));
     },
     ""},
    {"sizes(Tensor query) -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::vector<int64_t>>(self->sizes(call.take<at::Tensor>(1)));
     },
     ""},
    {"values() -> ((int, float, bool, str, int?) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::tuple<int64_t, double, bool, std::string, std::optional<int64_t>>>(self->values());
     },
     ""},
    {"flush() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->flush();
     },
     ""},
    {"metric() -> str",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::string>(self->metric());
     },
     ""},
    {"data() -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->data());
     },
     ""},
    {"shape() -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<std::vector<int64_t>>(self->shape());
     },
     ""},
    {"clear() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->clear();
     },
     ""},
    {"clone() -> __torch__.torch.classes.vecdb.Index",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<c10::intrusive_ptr<vecdb::Index>>(self->clone());
     },
     ""},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<int64_t>(self->size());
     },
     ""},
    {"add(Tensor vectors, __torch__.torch.classes.vecdb.Index? other=None) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       self->add(
           call.take<at::Tensor>(1),
           call.take<std::optional<c10::intrusive_ptr<vecdb::Index>>>(2));
     },
     ""},
    {"named_one(str name, *, int k=1) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->named(call.take<std::string>(1), call.take<int64_t>(2)));
     },
     ""},
    {"scale(Tensor query, float by) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->scale(call.take<at::Tensor>(1), call.take<double>(2)));
     },
     ""},
    {"scale_Tensor_Tensor(Tensor query, Tensor by) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give<at::Tensor>(self->scale(call.take<at::Tensor>(1), call.take<at::Tensor>(2)));
     },
     ""},
    {"__obj_flatten__() -> (((str, int), (str, Tensor), (str, str), (str, int[])) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.give(std::make_tuple(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<at::Tensor>("data", self->data()),
           codegen::item<std::string>("metric", self->metric()),
           codegen::item<std::vector<int64_t>>("shape", self->shape())));
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
     ""},
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
};

constexpr codegen::ClassMethod kInvertedMethods[] = {
    {"same(Tensor query) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted>();
       call.give<at::Tensor>(self->same(call.take<at::Tensor>(1)));
     },
     ""},
    {"__obj_flatten__() -> (((str, int), (str, Tensor), (str, str), (str, int[])) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted>();
       call.give(std::make_tuple(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<at::Tensor>("data", self->data()),
           codegen::item<std::string>("metric", self->metric()),
           codegen::item<std::vector<int64_t>>("shape", self->shape())));
     },
     "",
     codegen::Kind::kOwn},
};

constexpr codegen::ClassMethod kRealMethods[] = {
    {"tracing_mode() -> str _0",
     [](codegen::Call& call) {
       call.give<std::string>("real");
     },
     ""},
};

const codegen::RegisteredClasses kRegistered(
    "vecdb",
    {},
    {
        codegen::describe<vecdb::Index>("Index", "", "", kIndexMethods, kIndexProperties),
        codegen::describe<vecdb::Inverted, vecdb::Index>(
            "Inverted",
            "",
            "Index",
            kInvertedMethods,
            {}),
        codegen::describe<vecdb::Plain, vecdb::Index>("Plain", "", "Index", {}, {}),
        codegen::describe<vecdb::Real>("Real", "", "", kRealMethods, {}),
    });

}  // namespace
}  // namespace vecdb
