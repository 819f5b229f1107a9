#pragma once

#include <torch/custom_class.h>

namespace two {

class First : public torch::CustomClassHolder {
 public:
  int64_t one() { return 1; }
};

}  // namespace two
