#pragma once

#include <torch/custom_class.h>

#include "first.h"

namespace two {

class Third;

class Second : public First {
 public:
  explicit Second(int64_t x) {}
  c10::intrusive_ptr<two::Third> more();
  // more() comes later
};

class Third : public two::First {
 public:
  Third();
};

inline Third::Third() {
  C10_THROW_ERROR(NotImplementedError, "two::Third::Third is not implemented");
}

inline c10::intrusive_ptr<two::Second> First::second() {
  C10_THROW_ERROR(NotImplementedError, "two::First::second is not implemented");
}

inline bool First::has(std::optional<c10::intrusive_ptr<two::Second>> other) {
  C10_THROW_ERROR(NotImplementedError, "two::First::has is not implemented");
}

inline c10::intrusive_ptr<two::Third> Second::more() {
  C10_THROW_ERROR(NotImplementedError, "two::Second::more is not implemented");
}

}  // namespace two
