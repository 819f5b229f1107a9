/// The cache that `specs/tensor_cache.yaml` registers.
#pragma once

#include <ATen/core/Dict.h>
#include <ATen/core/Tensor.h>
#include <torch/custom_class.h>

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace tensor_cache {

/// Tensors by name, in at most `capacity` bytes: what was used longest ago makes room for what is
/// new.
class LRUCache : public torch::CustomClassHolder {
 public:
  /// The capacity, and the entries from the least recently used to the most.
  using State = std::tuple<int64_t, std::vector<std::tuple<std::string, at::Tensor>>>;

  explicit LRUCache(int64_t capacity);

  std::optional<at::Tensor> get(const std::string& key);
  std::vector<std::optional<at::Tensor>> get_many(const std::vector<std::string>& keys);
  bool put(const std::string& key, const at::Tensor& value);
  int64_t update(const c10::Dict<std::string, at::Tensor>& items);
  std::optional<at::Tensor> pop(const std::string& key);
  void clear();
  void resize(int64_t capacity);

  std::vector<std::string> keys() const;
  std::tuple<int64_t, int64_t, int64_t> statistics() const;
  int64_t capacity() const;
  int64_t nbytes() const;

  int64_t size() const;
  bool contains(const std::string& key) const;
  at::Tensor at(const std::string& key);
  void assign(const std::string& key, const at::Tensor& value);
  void erase(const std::string& key);

  State get_state() const;
  static c10::intrusive_ptr<LRUCache> set_state(const State& state);

 private:
  struct Node {
    Node(const std::string& key, const at::Tensor& value);

    std::string key;
    int64_t nbytes;  // at the time of storing: who else has the storage may resize it
    at::Tensor value;
  };
  /// Nodes move between lists without being copied or freed, and `index_` refers to their keys.
  using Nodes = std::list<Node>;

  // With the mutex held. What leaves the cache goes to `dropped`, for the caller to free after the
  // mutex: to free a tensor takes time, and it may wait for Python's lock, whose holder may wait
  // for the mutex.
  std::optional<at::Tensor> look_up(const std::string& key);
  bool store(Nodes& fresh, Nodes::iterator node, Nodes& dropped);
  bool remove(const std::string& key, Nodes& dropped);
  void make_room(int64_t nbytes, Nodes& dropped);

  mutable std::mutex mutex_;
  int64_t capacity_;
  int64_t nbytes_ = 0;
  int64_t hits_ = 0;
  int64_t misses_ = 0;
  int64_t evictions_ = 0;
  Nodes nodes_;  // the most recently used first
  std::unordered_map<std::string_view, Nodes::iterator> index_;
};

}  // namespace tensor_cache
