/// What each value of a program is in one call: dtype and shape, by torch's rules for promotion and
/// broadcasting.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>
#include <c10/util/DimVector.h>

#include <string>
#include <vector>

#include "program.h"

namespace elementwise {

/// An input, constant or result. Only inputs and constants have data: `number` for a number, else
/// `tensor`.
struct Value {
  bool is_number = false;
  at::Scalar number;
  at::Tensor tensor;
  at::ScalarType dtype = at::kFloat;
  c10::DimVector sizes;
};

/// Throws for the first instruction that has no meaning for these arguments, with its debug handle.
std::vector<Value> infer(const Program& program, const std::vector<c10::IValue>& arguments);

/// Throws BackendRuntimeException: the lite interpreter turns the debug handle into the model's
/// source.
[[noreturn]] void fail(const Instruction& at, const std::string& problem);

}  // namespace elementwise
