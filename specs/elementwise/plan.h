/// One pass over the outputs of one shape: what to read, the steps to run on each block, and where
/// to write.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/DimVector.h>
#include <c10/util/SmallVector.h>

#include <deque>
#include <vector>

#include "infer.h"
#include "kernels.h"
#include "program.h"

namespace elementwise {

using Slot = uint32_t;
constexpr uint32_t kNoRegister = UINT32_MAX;

/// An operand that is read block by block, over the plan's dimensions.
struct Load {
  const std::byte* data;
  int64_t element;
  Slot slot;
  c10::DimVector strides;  // in elements, broadcast dimensions 0
};

/// An output; its memory is dense in the order of iteration.
struct Store {
  std::byte* data;
  int64_t element;
  Slot slot;
};

struct Plan {
  int64_t numel = 0;
  c10::DimVector sizes;  // order of iteration, outermost first; coalesced over all loads
  std::vector<Load> loads;
  std::vector<Step> steps;
  std::vector<Store> stores;
  std::vector<uint32_t>
      registers;  // by slot: the block of scratch memory it lives in; kNoRegister: a uniform
  uint32_t register_count = 0;
  std::vector<void*>
      uniforms;            // by slot: the cell of a value that is the same everywhere, else null
  std::deque<Cell> cells;  // a deque: `uniforms` points into it
};

/// Plans the outputs `ids`, all of one shape, which are results of instructions; allocates
/// `tensors` for them.
Plan make_plan(const Program& program, const std::vector<Value>& values,
               const std::vector<ValueId>& ids, std::vector<at::Tensor>& tensors);

}  // namespace elementwise
