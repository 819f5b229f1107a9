#pragma once

#include <torch/custom_class.h>

namespace needy {

struct Needy : torch::CustomClassHolder {
  void take(const c10::IValue& thing) {}
};

}  // namespace needy
