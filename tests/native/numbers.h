#pragma once

#include <torch/custom_class.h>

#include <array>
#include <atomic>
#include <complex>
#include <concepts>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace counting {

struct Meters {
  Meters(int64_t value) : value(value) {}  // NOLINT: implicit on purpose.
  int64_t value;
};

enum Color { kRed,
             kBlue };

/// Members whose C++ types are others than those that the schema spells.
class Numbers : public torch::CustomClassHolder {
 public:
  explicit Numbers(int size) : size_(size) {}

  int whole(int n) const { return n; }
  int64_t byte(const uint8_t& n) const { return n; }
  std::string unsigned_size(size_t n) const { return std::to_string(n); }
  long long long_long(long long n) const { return n; }
  double single(float x) const { return x; }
  double half(at::Half x) const { return x; }
  size_t gives_size() const { return SIZE_MAX; }
  long double gives_long() const { return 1e4000L; }
  int64_t maybe(std::optional<int> n) const { return n.value_or(-1); }
  int64_t maybe_by_reference(const std::optional<short>& n) const { return n.value_or(-1); }
  std::tuple<int, float> both(std::tuple<int, float> value) const { return value; }
  std::pair<int, std::string> pair(std::pair<short, std::string> value) const { return value; }
  std::complex<float> complex(c10::complex<float> x) const { return {x.real(), x.imag()}; }

  // Overloads and templates are chosen as C++ chooses them.
  std::string over(int n) const { return "int " + std::to_string(n); }
  std::string over(double) const { return "double"; }
  std::string widths(int64_t) const { return "int64_t"; }
  std::string widths(int) const { return "int"; }
  std::string scalars(int) const { return "int"; }
  std::string scalars(const at::Scalar&) const { return "Scalar"; }
  template <class T>
  std::string any_type(T) const {
    return typeid(T) == typeid(int64_t) ? "int64_t" : "another";
  }
  template <std::integral T>
  std::string integral(T, int n) const {
    return (typeid(T) == typeid(int64_t) ? "int64_t " : "another ") + std::to_string(n);
  }

  // Classes that are made of numbers.
  int64_t meters(const Meters& value) const { return value.value; }
  std::string scalar(const at::Scalar& a, int n) const { return c10::str(a, " ", n); }
  c10::SymInt symbolic(c10::SymInt n) const { return n; }
  bool anything(const c10::IValue& value) const { return value.isInt(); }
  short any_short() const { return 3; }
  size_t any_size() const { return 4; }
  float number() const { return 1.5; }
  Color color() const { return kBlue; }

  // Lists and texts.
  std::vector<int> ints(const std::vector<int>& values) const { return values; }
  std::vector<uint64_t> sizes() const { return {1, SIZE_MAX}; }
  std::array<int64_t, 2> two(std::array<int64_t, 2> values) const { return values; }
  at::IntArrayRef view(at::IntArrayRef values) const { return values; }
  at::OptionalIntArrayRef maybe_view(at::OptionalIntArrayRef values) const { return values; }
  std::string_view text(std::string_view value) const { return value; }
  std::optional<std::string_view> maybe_text(std::optional<std::string_view> value) const {
    return value;
  }
  std::vector<std::string_view> texts(const std::vector<std::string_view>& values) const {
    return values;
  }
  std::vector<c10::IValue> values(const std::vector<c10::IValue>& values) const { return values; }
  c10::List<int64_t> list(const c10::List<int64_t>& values) const { return values; }
  c10::List<at::Tensor> tensors(at::TensorList values) const { return c10::List<at::Tensor>(values); }
  std::vector<bool> flags(const std::vector<bool>& values) const { return values; }
  std::list<double> reals(const std::list<double>& values) const { return values; }
  size_t span(std::span<const int64_t> values) const { return values.size(); }

  static int shared(int8_t n) { return n; }

  short size() const { return static_cast<short>(size_); }
  void set_size(short size) { size_ = size; }
  std::tuple<int, float> state() const { return {size_, ratio_}; }
  static c10::intrusive_ptr<Numbers> from_state(std::tuple<short, float> state) {
    auto made = c10::make_intrusive<Numbers>(std::get<0>(state));
    made->ratio_ = std::get<1>(state);
    return made;
  }

  uint16_t count_ = 0;
  float ratio_ = 0;
  std::atomic<int> hits_ = 0;
  std::optional<int> limit_;
  std::array<int, 3> dims_{};
  uint64_t huge_ = SIZE_MAX;

 private:
  int size_;
};

class Made : public torch::CustomClassHolder {
 public:
  static c10::intrusive_ptr<Made> make(uint8_t n) {
    auto made = c10::make_intrusive<Made>();
    made->n_ = n;
    return made;
  }
  uint8_t n_ = 0;
};

inline int plus(const c10::intrusive_ptr<Numbers>& self, int8_t n) { return self->size() + n; }

}  // namespace counting
