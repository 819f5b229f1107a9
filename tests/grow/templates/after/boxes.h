#pragma once

#include <torch/custom_class.h>

#include <cstdint>
#include <string>

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

  void clear() {
    C10_THROW_ERROR(NotImplementedError, "boxes::Box<std::string>::clear is not implemented");
  }
};

class Shelf : public torch::CustomClassHolder {
 public:
  template <typename T, class = std::enable_if_t<(sizeof(T) > 1)>>
  T count(T x) {
    return x;
  }
  bool operator<(const c10::intrusive_ptr<Shelf>&) const { return '{' < '}'; }
  std::map<int64_t, std::vector<int64_t>> by_size_{{1, {2}}};
  template <auto>
  int64_t find(int64_t x);

  int64_t operator[](int64_t x) {
    C10_THROW_ERROR(NotImplementedError, "boxes::Shelf::operator[] is not implemented");
  }
};

template <>
inline int64_t Shelf::find<4>(int64_t x) {
  C10_THROW_ERROR(NotImplementedError, "boxes::Shelf::find<4> is not implemented");
}

}  // namespace boxes
