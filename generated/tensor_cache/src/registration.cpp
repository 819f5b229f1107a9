// Generated from specs/tensor_cache.yaml by torch-backend-codegen. Do not edit.
#include <codegen/registration.h>

#include "lru_cache.h"

namespace tensor_cache {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=0daa3c87c5eeeb39;";

constexpr codegen::ClassMethod kLRUCacheMethods[] = {
    {"__init__(int capacity) -> NoneType _0",
     [](codegen::Call& call) {
       call.construct<tensor_cache::LRUCache, int64_t>();
     },
     "Args:\n    capacity: how many bytes the storages of the tensors may have together; a ValueError\n        unless positive",
     codegen::Kind::kOwn},
    {"get(str key) -> Tensor? value",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::optional<at::Tensor>(std::string)>(CODEGEN_FN(self->get));
     },
     "The tensor of `key`, or None; counts as a hit or a miss, and as a use."},
    {"get_many(str[] keys) -> Tensor?[] values",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::vector<std::optional<at::Tensor>>(
           std::vector<std::string>)>(CODEGEN_FN(self->get_many));
     },
     "What `get` returns for each of `keys`, with no other thread in between."},
    {"put(str key, Tensor value) -> bool stored",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<bool(std::string, at::Tensor)>(CODEGEN_FN(self->put));
     },
     "Store `value` in place of what `key` has, and evict what was used longest ago as far as\nthere is no room.\n\nFalse if `value` alone is larger than the capacity: then nothing is evicted, and `key`\nhas no tensor.\n\nArgs:\n    value: any tensor with a storage, so not a sparse one; kept as it is, so clone what\n        will be written to"},
    {"update(Dict(str, Tensor) items) -> int stored",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<int64_t(c10::Dict<std::string, at::Tensor>)>(CODEGEN_FN(self->update));
     },
     "Put each of `items` in their order, with no other thread in between; returns how many\nwere stored."},
    {"pop(str key) -> Tensor? value",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::optional<at::Tensor>(std::string)>(CODEGEN_FN(self->pop));
     },
     "Remove `key` and return its tensor, or None; counts neither as a hit nor as a miss."},
    {"clear() -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<void()>(CODEGEN_FN(self->clear));
     },
     "Remove everything; the statistics stay."},
    {"resize(int capacity) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<void(int64_t)>(CODEGEN_FN(self->resize));
     },
     "Change the capacity, and evict what was used longest ago as far as there is no room.\n\nArgs:\n    capacity: in bytes; a ValueError unless positive"},
    {"keys() -> str[]",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::vector<std::string>()>(CODEGEN_FN(self->keys));
     },
     "All keys, the most recently used first."},
    {"statistics() -> ((int, int, int) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::tuple<int64_t, int64_t, int64_t>()>(CODEGEN_FN(self->statistics));
     },
     "Counts since the cache was made; an eviction is a tensor that had to make room, not one\nreplaced or removed."},
    {"__len__() -> int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<int64_t()>(CODEGEN_FN(self->size));
     },
     "The number of tensors."},
    {"__contains__(str key) -> bool",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<bool(std::string)>(CODEGEN_FN(self->contains));
     },
     "Whether `key` has a tensor; counts neither as a hit or a miss nor as a use."},
    {"__getitem__(str key) -> Tensor",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<at::Tensor(std::string)>(CODEGEN_FN(self->at));
     },
     "As `get`, but an IndexError in place of None."},
    {"__setitem__(str key, Tensor value) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<void(std::string, at::Tensor)>(CODEGEN_FN(self->assign));
     },
     "As `put`, but a ValueError in place of False."},
    {"__delitem__(str key) -> NoneType _0",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<void(std::string)>(CODEGEN_FN(self->erase));
     },
     "As `pop`, but an IndexError in place of None."},
    {"__getstate__() -> ((int, (str, Tensor)[]) _0)",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<std::tuple<int64_t, std::vector<std::tuple<std::string, at::Tensor>>>()>(CODEGEN_FN(self->get_state));
     },
     "",
     codegen::Kind::kOwn},
    {"__setstate__((int, (str, Tensor)[]) _1) -> NoneType _0",
     [](codegen::Call& call) {
       call.run<codegen::Made<tensor_cache::LRUCache>(
           std::tuple<int64_t, std::vector<std::tuple<std::string, at::Tensor>>>)>(CODEGEN_FN(tensor_cache::LRUCache::set_state));
     },
     "",
     codegen::Kind::kOwn},
};

constexpr codegen::Property kLRUCacheProperties[] = {
    {"capacity",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<int64_t()>(CODEGEN_FN(self->capacity));
     },
     nullptr,
     "The budget in bytes."},
    {"nbytes",
     "int",
     [](codegen::Call& call) {
       auto* self = call.self<tensor_cache::LRUCache>();
       call.run<int64_t()>(CODEGEN_FN(self->nbytes));
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
