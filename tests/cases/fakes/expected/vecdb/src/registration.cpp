// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>

#include "vecdb.h"

namespace vecdb {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=2eb9bf2f2687a838;";

constexpr codegen::ClassMethod kIndexMethods[] = {
    {"same(Tensor query) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(at::Tensor)>(CODEGEN_FN(self->same));
     },
     ""},
    {"other(Tensor query, *, Device? device=None) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(at::Tensor, std::optional<at::Device>)>(CODEGEN_FN(self->other));
     },
     ""},
    {"search(Tensor query, int k=10, *, int[] nprobe=[1, 2]) -> ((Tensor, Tensor) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::tuple<at::Tensor, at::Tensor>(
           at::Tensor,
           int64_t,
           std::vector<int64_t>)>(CODEGEN_FN(self->search));
     },
     ""},
    {"matrix(int rows) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(int64_t)>(CODEGEN_FN(self->matrix));
     },
     ""},
    {"scalar() -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor()>(CODEGEN_FN(self->scalar));
     },
     ""},
    {"above(Tensor query, float limit) -> Tensor?",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::optional<at::Tensor>(at::Tensor, double)>(CODEGEN_FN(self->above));
     },
     ""},
    {"nowhere() -> Tensor?",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::optional<at::Tensor>()>(CODEGEN_FN(self->nowhere));
     },
     ""},
    {"halves(Tensor query) -> Tensor[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::vector<at::Tensor>(at::Tensor)>(CODEGEN_FN(self->halves));
     },
     ""},
    {"count(Tensor query) -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<int64_t(at::Tensor)>(CODEGEN_FN(self->count));
     },
     ""},
    {"sizes(Tensor query) -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::vector<int64_t>(at::Tensor)>(CODEGEN_FN(self->sizes));
     },
     ""},
    {"values() -> ((int, float, bool, str, int?) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::tuple<int64_t, double, bool, std::string, std::optional<int64_t>>()>(CODEGEN_FN(self->values));
     },
     ""},
    {"flush() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void()>(CODEGEN_FN(self->flush));
     },
     ""},
    {"metric() -> str",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::string()>(CODEGEN_FN(self->metric));
     },
     ""},
    {"data() -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor()>(CODEGEN_FN(self->data));
     },
     ""},
    {"shape() -> int[]",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<std::vector<int64_t>()>(CODEGEN_FN(self->shape));
     },
     ""},
    {"clear() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void()>(CODEGEN_FN(self->clear));
     },
     ""},
    {"clone() -> __torch__.torch.classes.vecdb.Index",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<c10::intrusive_ptr<vecdb::Index>()>(CODEGEN_FN(self->clone));
     },
     ""},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<int64_t()>(CODEGEN_FN(self->size));
     },
     ""},
    {"add(Tensor vectors, __torch__.torch.classes.vecdb.Index? other=None) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<void(
           at::Tensor,
           std::optional<c10::intrusive_ptr<vecdb::Index>>)>(CODEGEN_FN(self->add));
     },
     ""},
    {"named_one(str name, *, int k=1) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(std::string, int64_t)>(CODEGEN_FN(self->named));
     },
     ""},
    {"scale(Tensor query, float by) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(at::Tensor, double)>(CODEGEN_FN(self->scale));
     },
     ""},
    {"scale_Tensor_Tensor(Tensor query, Tensor by) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.run<at::Tensor(at::Tensor, at::Tensor)>(CODEGEN_FN(self->scale));
     },
     ""},
    {"__obj_flatten__() -> (((str, int), (str, Tensor), (str, str), (str, int[])) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Index>();
       call.flatten(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<at::Tensor>("data", self->data()),
           codegen::item<std::string>("metric", self->metric()),
           codegen::item<std::vector<int64_t>>("shape", self->shape()));
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
     ""},
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
};

constexpr codegen::ClassMethod kInvertedMethods[] = {
    {"same(Tensor query) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted>();
       call.run<at::Tensor(at::Tensor)>(CODEGEN_FN(self->same));
     },
     ""},
    {"__obj_flatten__() -> (((str, int), (str, Tensor), (str, str), (str, int[])) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<vecdb::Inverted>();
       call.flatten(
           codegen::item<int64_t>("dim", self->dim()),
           codegen::item<at::Tensor>("data", self->data()),
           codegen::item<std::string>("metric", self->metric()),
           codegen::item<std::vector<int64_t>>("shape", self->shape()));
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
