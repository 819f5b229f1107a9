// Generated from specs/tensor_cache.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>

#include "lru_cache.h"

namespace tensor_cache {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=378d625b234370b4;";

constexpr codegen::ClassMethod kLRUCacheMethods[] = {
    {"__init__(int capacity) -> NoneType _0",
     [](codegen::Call& call) {
       call.construct<tensor_cache::LRUCache>(call.take<int64_t>(1));
     },
     "Args:\n    capacity: how many bytes the storages of the tensors may have together; a ValueError\n        unless positive",
     codegen::Kind::kOwn},
    {"get(str key) -> Tensor? value",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::optional<at::Tensor>>(self->get(call.take<std::string>(1)));
     },
     "The tensor of `key`, or None; counts as a hit or a miss, and as a use."},
    {"get_many(str[] keys) -> Tensor?[] values",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::vector<std::optional<at::Tensor>>>(self->get_many(
           call.take<std::vector<std::string>>(1)));
     },
     "What `get` returns for each of `keys`, with no other thread in between."},
    {"put(str key, Tensor value) -> bool stored",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<bool>(self->put(call.take<std::string>(1), call.take<at::Tensor>(2)));
     },
     "Store `value` in place of what `key` has, and evict what was used longest ago as far as\nthere is no room.\n\nFalse if `value` alone is larger than the capacity: then nothing is evicted, and `key`\nhas no tensor.\n\nArgs:\n    value: any tensor with a storage, so not a sparse one; kept as it is, so clone what\n        will be written to"},
    {"update(Dict(str, Tensor) items) -> int stored",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<int64_t>(self->update(call.take<c10::Dict<std::string, at::Tensor>>(1)));
     },
     "Put each of `items` in their order, with no other thread in between; returns how many\nwere stored."},
    {"pop(str key) -> Tensor? value",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::optional<at::Tensor>>(self->pop(call.take<std::string>(1)));
     },
     "Remove `key` and return its tensor, or None; counts neither as a hit nor as a miss."},
    {"clear() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       self->clear();
     },
     "Remove everything; the statistics stay."},
    {"resize(int capacity) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       self->resize(call.take<int64_t>(1));
     },
     "Change the capacity, and evict what was used longest ago as far as there is no room.\n\nArgs:\n    capacity: in bytes; a ValueError unless positive"},
    {"keys() -> str[]",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::vector<std::string>>(self->keys());
     },
     "All keys, the most recently used first."},
    {"statistics() -> ((int, int, int) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::tuple<int64_t, int64_t, int64_t>>(self->statistics());
     },
     "Counts since the cache was made; an eviction is a tensor that had to make room, not one\nreplaced or removed."},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<int64_t>(self->size());
     },
     "The number of tensors."},
    {"__contains__(str key) -> bool",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<bool>(self->contains(call.take<std::string>(1)));
     },
     "Whether `key` has a tensor; counts neither as a hit or a miss nor as a use."},
    {"__getitem__(str key) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<at::Tensor>(self->at(call.take<std::string>(1)));
     },
     "As `get`, but an IndexError in place of None."},
    {"__setitem__(str key, Tensor value) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       self->assign(call.take<std::string>(1), call.take<at::Tensor>(2));
     },
     "As `put`, but a ValueError in place of False."},
    {"__delitem__(str key) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       self->erase(call.take<std::string>(1));
     },
     "As `pop`, but an IndexError in place of None."},
    {"__getstate__() -> ((int, (str, Tensor)[]) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<std::tuple<int64_t, std::vector<std::tuple<std::string, at::Tensor>>>>(self->get_state());
     },
     "",
     codegen::Kind::kOwn},
    {"__setstate__((int, (str, Tensor)[]) _1) -> NoneType _0",
     [](codegen::Call& call) {
       call.adopt<tensor_cache::LRUCache>(tensor_cache::LRUCache::set_state(
           call.take<std::tuple<int64_t, std::vector<std::tuple<std::string, at::Tensor>>>>(1)));
     },
     "",
     codegen::Kind::kOwn},
};

constexpr codegen::Property kLRUCacheProperties[] = {
    {"capacity",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<int64_t>(self->capacity());
     },
     nullptr,
     "The budget in bytes."},
    {"nbytes",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.give<int64_t>(self->nbytes());
     },
     nullptr,
     "The bytes in use, never more than the capacity."},
};

const codegen::RegisteredClasses kRegistered(
    "tensor_cache",
    {},
    {
        codegen::describe<tensor_cache::LRUCache>(
            "LRUCache",
            "Tensors by name, in at most `capacity` bytes: what was used longest ago makes room for\nwhat is new.\n\nIt keeps tensors without copying them, detached from autograd; a view counts with all of\nits storage.\nAll methods may be called from several threads at once; each happens as a whole.",
            "",
            kLRUCacheMethods,
            kLRUCacheProperties),
    });

}  // namespace
}  // namespace tensor_cache
