#include "lru_cache.h"

#include <c10/util/Exception.h>

#include <utility>

namespace tensor_cache {
namespace {

int64_t checked_capacity(int64_t capacity) {
  TORCH_CHECK_VALUE(capacity > 0, "tensor_cache: the capacity in bytes must be positive, but is ",
                    capacity);
  return capacity;
}

/// Not those of the elements: a view keeps all of its storage alive.
int64_t storage_nbytes(const std::string& key, const at::Tensor& value) {
  TORCH_CHECK_VALUE(value.defined() && value.has_storage(), "tensor_cache: the tensor for '", key,
                    "' has no storage, so its bytes cannot be counted");
  return static_cast<int64_t>(value.storage().nbytes());
}

}  // namespace

// Detached: a graph would keep alive all that the tensor was computed from.
LRUCache::Node::Node(const std::string& key, const at::Tensor& value)
    : key(key), nbytes(storage_nbytes(key, value)), value(value.detach()) {}

LRUCache::LRUCache(int64_t capacity) : capacity_(checked_capacity(capacity)) {}

std::optional<at::Tensor> LRUCache::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return look_up(key);
}

std::vector<std::optional<at::Tensor>> LRUCache::get_many(const std::vector<std::string>& keys) {
  std::vector<std::optional<at::Tensor>> result;
  result.reserve(keys.size());
  const std::lock_guard lock(mutex_);
  for (const std::string& key : keys) result.push_back(look_up(key));
  return result;
}

bool LRUCache::put(const std::string& key, const at::Tensor& value) {
  Nodes fresh, dropped;
  fresh.emplace_back(key, value);
  const std::lock_guard lock(mutex_);
  return store(fresh, fresh.begin(), dropped);
}

int64_t LRUCache::update(const c10::Dict<std::string, at::Tensor>& items) {
  Nodes fresh, dropped;
  for (const auto& item : items) fresh.emplace_back(item.key(), item.value());
  int64_t stored = 0;
  const std::lock_guard lock(mutex_);
  for (auto next = fresh.begin(); next != fresh.end();) {
    const auto node = next++;
    if (store(fresh, node, dropped)) ++stored;
  }
  return stored;
}

std::optional<at::Tensor> LRUCache::pop(const std::string& key) {
  Nodes dropped;
  const std::lock_guard lock(mutex_);
  if (!remove(key, dropped)) return std::nullopt;
  return std::move(dropped.front().value);
}

void LRUCache::clear() {
  Nodes dropped;
  const std::lock_guard lock(mutex_);
  index_.clear();
  dropped.swap(nodes_);
  nbytes_ = 0;
}

void LRUCache::resize(int64_t capacity) {
  Nodes dropped;
  const std::lock_guard lock(mutex_);
  capacity_ = checked_capacity(capacity);
  make_room(0, dropped);
}

std::vector<std::string> LRUCache::keys() const {
  std::vector<std::string> result;
  const std::lock_guard lock(mutex_);
  result.reserve(nodes_.size());
  for (const Node& node : nodes_) result.push_back(node.key);
  return result;
}

std::tuple<int64_t, int64_t, int64_t> LRUCache::statistics() const {
  const std::lock_guard lock(mutex_);
  return {hits_, misses_, evictions_};
}

int64_t LRUCache::capacity() const {
  const std::lock_guard lock(mutex_);
  return capacity_;
}

int64_t LRUCache::nbytes() const {
  const std::lock_guard lock(mutex_);
  return nbytes_;
}

int64_t LRUCache::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(index_.size());
}

bool LRUCache::contains(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return index_.contains(key);
}

at::Tensor LRUCache::at(const std::string& key) {
  const auto value = get(key);
  TORCH_CHECK_INDEX(value.has_value(), "tensor_cache: there is no tensor for '", key, "'");
  return *value;
}

void LRUCache::assign(const std::string& key, const at::Tensor& value) {
  const bool stored = put(key, value);
  TORCH_CHECK_VALUE(stored, "tensor_cache: the tensor for '", key, "' has ",
                    value.storage().nbytes(), " bytes, more than the capacity");
}

void LRUCache::erase(const std::string& key) {
  const bool removed = pop(key).has_value();
  TORCH_CHECK_INDEX(removed, "tensor_cache: there is no tensor for '", key, "'");
}

LRUCache::State LRUCache::get_state() const {
  State state;
  auto& [capacity, entries] = state;
  const std::lock_guard lock(mutex_);
  capacity = capacity_;
  entries.reserve(nodes_.size());
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    entries.emplace_back(node->key, node->value);
  }
  return state;
}

c10::intrusive_ptr<LRUCache> LRUCache::set_state(const State& state) {
  const auto& [capacity, entries] = state;
  auto cache = c10::make_intrusive<LRUCache>(capacity);
  for (const auto& [key, value] : entries) cache->put(key, value);
  return cache;
}

std::optional<at::Tensor> LRUCache::look_up(const std::string& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) {
    ++misses_;
    return std::nullopt;
  }
  ++hits_;
  nodes_.splice(nodes_.begin(), nodes_, found->second);
  return found->second->value;
}

bool LRUCache::store(Nodes& fresh, Nodes::iterator node, Nodes& dropped) {
  if (node->nbytes > capacity_) {
    remove(node->key, dropped);  // a stale tensor would be worse than none
    return false;
  }
  // First what may throw: then the cache is as it was.
  const auto [entry, is_new] = index_.try_emplace(node->key, node);
  const Nodes::iterator own = entry->second;
  if (is_new) {
    make_room(node->nbytes, dropped);
    nodes_.splice(nodes_.begin(), fresh, node);
  } else {
    // The key in the index is that of its node, so the node stays and gets a new value.
    nbytes_ -= own->nbytes;
    nodes_.splice(nodes_.begin(), nodes_, own);
    std::swap(own->value, node->value);
    std::swap(own->nbytes, node->nbytes);
    make_room(own->nbytes, dropped);
  }
  nbytes_ += own->nbytes;
  return true;
}

bool LRUCache::remove(const std::string& key, Nodes& dropped) {
  const auto found = index_.find(key);
  if (found == index_.end()) return false;
  const auto node = found->second;
  index_.erase(found);
  nbytes_ -= node->nbytes;
  dropped.splice(dropped.end(), nodes_, node);
  return true;
}

/// Never reaches a node whose bytes are not in `nbytes_` yet: with all others gone, `nbytes_` is 0.
void LRUCache::make_room(int64_t nbytes, Nodes& dropped) {
  while (nbytes_ > capacity_ - nbytes) {
    remove(nodes_.back().key, dropped);
    ++evictions_;
  }
}

}  // namespace tensor_cache
