/* class Hard { in a comment */
#pragma once

#include <torch/custom_class.h>

#include <cstdint>
#if defined(__GNUC__)
#include <cstdlib>
#endif

#define HARD_NO_COPY(T) \
  T(const T&) = delete; \
  T& operator=(const T&) = delete;
#define HARD_GETTER(name, type) \
 public:                        \
  type name() const { return type(); }
#define HARD_API __attribute__((visibility("default")))

namespace hard {

#if 0
class Hard { it isn't
#endif

class HARD_API Hard final : public torch::CustomClassHolder {
  HARD_NO_COPY(Hard)
  HARD_GETTER(five, int64_t)

 public:
  explicit Hard(int64_t x) noexcept : x_{x}, y_(1'000) {}
  [[nodiscard]] HARD_API int64_t one() const { return x_; }

  int64_t three() {
    C10_THROW_ERROR(NotImplementedError, "hard::Hard::three is not implemented");
  }

  int64_t four() {
    C10_THROW_ERROR(NotImplementedError, "hard::Hard::four is not implemented");
  }
#ifdef HARD_TWO
  int64_t two() const { return 2; }
#else
  int64_t two() const { return '"' + 0; }
#endif
  /* three: later */

 private:
  int64_t x_, y_;
  const char* text_ = R"x(
 public:
  int64_t three(); })x";
} __attribute__((unused));

class Sections : public torch::CustomClassHolder {
#ifndef HARD_PRIVATE
 public:
#endif
  int64_t one() { return 1; }

 public:
  int64_t two() {
    C10_THROW_ERROR(NotImplementedError, "hard::Sections::two is not implemented");
  }
};

struct Line : torch::CustomClassHolder { int64_t zero() { return 0; }

  int64_t one() {
    C10_THROW_ERROR(NotImplementedError, "hard::Line::one is not implemented");
  }
 };

}  // namespace hard
