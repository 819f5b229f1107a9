#pragma once

#include <torch/custom_class.h>

#include <cstdint>

namespace blank {

class Lamp : public torch::CustomClassHolder {
 public:
  Lamp(int64_t watts);

  /// Whether it is on.
  bool light();
};

}  // namespace blank
