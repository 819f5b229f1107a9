#pragma once

#include <torch/custom_class.h>

#include <cstdint>

namespace stack {

class Item;

class Stack : public torch::CustomClassHolder {
 public:
  void push(int64_t x) { values_.push_back(x); }

  /// The last one.
  int64_t pop() {
    C10_THROW_ERROR(NotImplementedError, "stack::Stack::pop is not implemented");
  }

  void swap(c10::intrusive_ptr<stack::Stack> other) {
    C10_THROW_ERROR(NotImplementedError, "stack::Stack::swap is not implemented");
  }
  c10::intrusive_ptr<stack::Item> top();

  bool deep_{};

 private:
  std::vector<int64_t> values_;
};

class Empty : public torch::CustomClassHolder {
 public:
  void nothing() {
    C10_THROW_ERROR(NotImplementedError, "stack::Empty::nothing is not implemented");
  }
};

class Item : public torch::CustomClassHolder {
};

inline c10::intrusive_ptr<stack::Item> Stack::top() {
  C10_THROW_ERROR(NotImplementedError, "stack::Stack::top is not implemented");
}

}  // namespace stack
