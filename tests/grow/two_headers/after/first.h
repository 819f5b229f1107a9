#pragma once

#include <torch/custom_class.h>

#include <optional>

namespace two {

class Second;

class First : public torch::CustomClassHolder {
 public:
  int64_t one() { return 1; }
  c10::intrusive_ptr<two::Second> second();
  bool has(std::optional<c10::intrusive_ptr<two::Second>> other);
};

}  // namespace two
