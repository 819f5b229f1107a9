#pragma once

#include <torch/custom_class.h>

#include "first.h"

namespace two {

class Second : public First {
 public:
  explicit Second(int64_t x) {}
  // more() comes later
};

}  // namespace two
