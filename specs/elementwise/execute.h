/// Runs a program on the arguments of one call.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <vector>

#include "program.h"

namespace elementwise {

std::vector<at::Tensor> execute(const Program& program, const std::vector<c10::IValue>& arguments);

}  // namespace elementwise
