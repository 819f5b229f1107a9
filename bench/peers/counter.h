// The class that each contender of bench/calls.py binds. Nothing in it takes time, so that what is
// measured is the binding.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros_like.h>
#include <torch/custom_class.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Of CPython, and in the process by the time that it is called.
extern "C" int PyGILState_Check(void);

namespace peers {

class Counter : public torch::CustomClassHolder {
 public:
  int64_t get() const { return value_; }
  int64_t add(int64_t n) const { return value_ + n; }
  int64_t search(std::optional<int64_t> limit, const at::Tensor& query, bool exact) const {
    return limit.value_or(0) + query.dim() + (exact ? value_ : 0);
  }
  /// Of all factors, only zero shows.
  at::Tensor scale(const at::Tensor& x, double k) const { return k == 0 ? at::zeros_like(x) : x; }
  std::string echo(const std::string& text) const { return text; }
  std::vector<int64_t> same(const std::vector<int64_t>& items) const { return items; }
  int64_t value() const { return value_; }

  bool holds_gil() const { return PyGILState_Check() != 0; }

 private:
  int64_t value_ = 3;
};

}  // namespace peers
