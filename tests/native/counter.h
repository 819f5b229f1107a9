#pragma once

#include <ATen/ops/mul.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "counter/shop.h"

namespace counting {

class Counter : public torch::CustomClassHolder {
 public:
  Counter(int64_t n, std::string name) : n_(n), name_(std::move(name)) {}

  int64_t get() const { return n_; }
  int64_t add(int64_t n) { return n_ += n; }
  int64_t mixed(std::optional<int64_t> limit, const at::Tensor& query, bool flag) const {
    return limit.value_or(-1) + query.numel() + (flag ? 100 : 0);
  }
  at::Tensor scale(const at::Tensor& x, double k) const { return at::mul(x, at::Scalar(k)); }
  std::string text(std::string value) const { return value; }
  bool flag(bool value) const { return value; }
  c10::complex<double> complex_number(c10::complex<double> value) const { return value; }
  at::Scalar number(at::Scalar value) const { return value; }
  at::ScalarType dtype(at::ScalarType value) const { return value; }
  at::Device device(at::Device value) const { return value; }
  std::tuple<std::vector<double>, std::vector<int64_t>> reals(std::vector<double> values,
                                                              std::vector<int64_t> shape) const {
    return {values, shape};
  }
  std::optional<std::vector<int64_t>> shape(std::optional<std::vector<int64_t>> value) const {
    return value;
  }
  using Table = c10::Dict<std::string, std::vector<std::tuple<int64_t, std::optional<at::Tensor>>>>;
  Table table(Table value) const { return value; }
  c10::Dict<int64_t, bool> by_int(c10::Dict<int64_t, bool> value) const { return value; }
  c10::IValue anything(c10::IValue value) const { return value; }
  /// A capsule, in tuples.
  c10::IValue pointer(int64_t depth) const {
    auto value = c10::IValue::make_capsule(c10::make_intrusive<torch::CustomClassHolder>());
    for (; depth > 0; --depth) {
      value = c10::ivalue::Tuple::create({value, 1});
    }
    return value;
  }
  c10::intrusive_ptr<Counter> other(c10::intrusive_ptr<Counter> other) const { return other; }
  std::optional<c10::intrusive_ptr<Counter>> maybe(
      std::optional<c10::intrusive_ptr<Counter>> other) const {
    return other;
  }
  c10::Dict<std::string, std::vector<c10::intrusive_ptr<Counter>>> several(
      std::vector<c10::intrusive_ptr<Counter>> others) const {
    c10::Dict<std::string, std::vector<c10::intrusive_ptr<Counter>>> result;
    result.insert("all", std::move(others));
    return result;
  }
  bool meet(int64_t milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    ++inside_;
    bool met = false;
    while (!met && std::chrono::steady_clock::now() < end) {
      met = inside_ == 2;
      std::this_thread::yield();
    }
    // The other one is to see it too.
    while (met && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    --inside_;
    return met;
  }
  static void failAsTheStandardLibrary(const std::string& how) {
    if (how == "vector::at") {
      std::vector<int>().at(1);
    }
    if (how == "stoi") {
      std::stoi("a");
    }
    if (how == "stoi of much") {
      std::stoi("9999999999");
    }
    if (how == "length") {
      throw std::length_error("length");
    }
    if (how == "domain") {
      throw std::domain_error("domain");
    }
    if (how == "range") {
      throw std::range_error("range");
    }
    if (how == "overflow") {
      throw std::overflow_error("caf\xe9");
    }
    if (how == "memory") {
      throw std::bad_alloc();
    }
  }
  void fail(const std::string& how) const {
    TORCH_CHECK(how != "check", "checked");
    TORCH_CHECK_VALUE(how != "value", "a value");
    TORCH_CHECK_TYPE(how != "type", "a type");
    TORCH_CHECK_INDEX(how != "index", "an index");
    TORCH_CHECK_NOT_IMPLEMENTED(how != "not implemented", "not yet");
    TORCH_CHECK_VALUE(how != "undecodable value", "caf\xe9");
    if (how == "linear algebra") {
      TORCH_CHECK_LINALG(false, "singular");
    }
    if (how == "standard") {
      throw std::runtime_error("standard");
    }
    failAsTheStandardLibrary(how);
    if (how == "undecodable") {
      throw std::runtime_error("caf\xe9");
    }
    if (how == "integer") {
      throw 42;
    }
  }
  std::string pick(int64_t) const { return "int"; }
  std::string pick_float(double) const { return "float"; }
  std::string pick_tensor(const at::Tensor&) const { return "Tensor"; }
  static int64_t shared(int64_t by) { return by; }
  c10::intrusive_ptr<Counter> plus(const c10::intrusive_ptr<Counter>& other) const {
    return c10::make_intrusive<Counter>(n_ + other->n_, name_);
  }
  int64_t at(int64_t index) const {
    TORCH_CHECK_INDEX(index < n_, "no ", index);
    return index;
  }

  std::string name() const { return name_; }
  std::optional<at::Tensor> weight() const { return weight_; }
  void set_weight(std::optional<at::Tensor> weight) { weight_ = std::move(weight); }
  std::tuple<int64_t, std::string> state() const { return {n_, name_}; }
  static c10::intrusive_ptr<Counter> from_state(std::tuple<int64_t, std::string> state) {
    return c10::make_intrusive<Counter>(std::get<0>(state), std::get<1>(state));
  }

  int64_t n_;

 private:
  std::string name_;
  std::optional<at::Tensor> weight_;
  std::atomic<int> inside_ = 0;
};

class Derived : public Counter {
 public:
  Derived() : Counter(7, "derived") {}
  int64_t own() const { return n_; }
};

class Link : public torch::CustomClassHolder {
 public:
  explicit Link(std::string name) : name_(std::move(name)) {}
  void join(const c10::intrusive_ptr<Link>& other) {
    children_.push_back(other);
    other->parent_ = this;
  }
  const std::string& name() const { return name_; }
  std::optional<c10::intrusive_ptr<Link>> parent() const {
    ++reads_;
    return parent_ == nullptr ? c10::intrusive_ptr<Link>()
                              : c10::intrusive_ptr<Link>::reclaim_copy(parent_);
  }
  std::vector<c10::intrusive_ptr<Link>> children() const { return ++reads_, children_; }
  std::vector<int64_t> items() const { return ++reads_, std::vector<int64_t>(1'000'000, 7); }
  c10::IValue anything() const { return ++reads_; }
  double broken() const { TORCH_CHECK(false, "not yet"); }
  int64_t ninth() const { return ++reads_; }

  mutable int64_t reads_ = 0;
  std::optional<at::ScalarType> dtype_ = at::kFloat;

 private:
  std::string name_;
  Link* parent_ = nullptr;
  std::vector<c10::intrusive_ptr<Link>> children_;
};

class Bare : public torch::CustomClassHolder {
 public:
  explicit Bare(std::optional<at::Tensor> value) : value_(std::move(value)) {}
  bool has() const { return value_.has_value(); }

 private:
  std::optional<at::Tensor> value_;
};

class Corner : public counter::ShopInterface {
 public:
  int64_t stock(at::Tensor query, int64_t k) override { return query.numel() * k; }
  c10::intrusive_ptr<Counter> counter() override { return c10::make_intrusive<Counter>(5, "shop"); }
};

}  // namespace counting
