#pragma once

#include <torch/custom_class.h>

namespace boxes {

template <class T>
class Box : public torch::CustomClassHolder {
 public:
  T get() const { return value_; }

 private:
  T value_{};
};

template <>
class Box<std::string> : public torch::CustomClassHolder {
 public:
  std::string get() const { return R"(})"; }
};

class Shelf : public torch::CustomClassHolder {
 public:
  template <typename T, class = std::enable_if_t<(sizeof(T) > 1)>>
  T count(T x) {
    return x;
  }
  bool operator<(const c10::intrusive_ptr<Shelf>&) const { return '{' < '}'; }
  std::map<int64_t, std::vector<int64_t>> by_size_{{1, {2}}};
};

}  // namespace boxes
