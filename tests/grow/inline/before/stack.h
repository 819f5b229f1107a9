#pragma once

#include <torch/custom_class.h>

namespace stack {

class Stack : public torch::CustomClassHolder {
 public:
  void push(int64_t x) { values_.push_back(x); }

 private:
  std::vector<int64_t> values_;
};

class Empty : public torch::CustomClassHolder {};

}  // namespace stack
