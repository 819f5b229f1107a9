#include "execute.h"

#include <ATen/Parallel.h>
#include <ATen/ops/clone.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "infer.h"
#include "kernels.h"
#include "plan.h"

namespace elementwise {
namespace {

/// Elements of a block: a few registers of doubles fit the first-level cache, and the cost of
/// choosing a loop is spread thin.
constexpr int64_t kBlock = 1024;
/// Bytes from one register to the next. Not a multiple of 4096: equal low address bits would make a
/// load wait for an unrelated store and put all registers in the same cache sets.
constexpr size_t kRegister = kBlock * sizeof(Cell) + 192;
constexpr std::align_val_t kAlignment{64};
/// Elements times steps that are worth waking a thread for; TensorIterator's number.
constexpr int64_t kGrain = 32768;

struct Release {
  void operator()(std::byte* memory) const { operator delete[](memory, kAlignment); }
};
using Scratch = std::unique_ptr<std::byte[], Release>;

template <class T>
void copy_row(const std::byte* from, int64_t stride, int64_t count, std::byte* to) {
  const T* source = reinterpret_cast<const T*>(from);
  T* target = reinterpret_cast<T*>(to);
  if (stride == 0) {
    std::fill_n(target, count, *source);
  } else if (stride == 1) {
    std::memcpy(target, source, count * sizeof(T));
  } else {
    for (int64_t i = 0; i < count; ++i) target[i] = source[i * stride];
  }
}

void copy_row(int64_t element, const std::byte* from, int64_t stride, int64_t count,
              std::byte* to) {
  switch (element) {
    case 1:
      return copy_row<uint8_t>(from, stride, count, to);
    case 2:
      return copy_row<uint16_t>(from, stride, count, to);
    case 4:
      return copy_row<uint32_t>(from, stride, count, to);
    default:
      return copy_row<uint64_t>(from, stride, count, to);
  }
}

/// The evaluator of one thread: goes through blocks of a plan with scratch memory of its own.
class Worker {
 public:
  explicit Worker(const Plan& plan)
      : plan_(plan),
        slots_(plan.uniforms),
        scratch_(new (kAlignment) std::byte[plan.register_count * kRegister]()),
        index_(plan.sizes.size()) {
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
      if (plan.registers[slot] != kNoRegister) slots_[slot] = home(slot);
    }
  }

  void run(int64_t block) {
    const int64_t start = block * kBlock;
    const int64_t count = std::min(kBlock, plan_.numel - start);
    for (const Load& load : plan_.loads) slots_[load.slot] = read(load, start, count);
    for (const Store& store : plan_.stores) {
      slots_[store.slot] = count == kBlock ? store.data + start * store.element : home(store.slot);
    }
    run_steps(plan_.steps, slots_.data(), (count + kLane - 1) / kLane * kLane);
    if (count == kBlock) return;
    for (const Store& store : plan_.stores) {
      std::memcpy(store.data + start * store.element, home(store.slot), count * store.element);
    }
  }

 private:
  std::byte* home(Slot slot) const { return scratch_.get() + plan_.registers[slot] * kRegister; }

  /// Where the block's elements stand: in the tensor itself if they are consecutive, else copied to
  /// scratch row by row.
  void* read(const Load& load, int64_t start, int64_t count) {
    const size_t rank = plan_.sizes.size();
    const int64_t row = plan_.sizes[rank - 1];
    const int64_t inner = load.strides[rank - 1];
    std::vector<int64_t>& index = index_;
    int64_t rest = start;
    int64_t offset = 0;
    for (size_t d = rank; d-- > 0;) {
      index[d] = rest % plan_.sizes[d];
      rest /= plan_.sizes[d];
      offset += index[d] * load.strides[d];
    }
    const auto at = [&] { return load.data + offset * load.element; };
    // Steps only read their operands, so const ends here.
    if (inner == 1 && count == kBlock && row - index[rank - 1] >= count)
      return const_cast<std::byte*>(at());

    std::byte* to = home(load.slot);
    for (int64_t left = count;;) {
      const int64_t length = std::min(left, row - index[rank - 1]);
      copy_row(load.element, at(), inner, length, to);
      left -= length;
      if (left == 0) return home(load.slot);
      to += length * load.element;
      offset -= index[rank - 1] * inner;
      index[rank - 1] = 0;
      for (size_t d = rank - 1; d-- > 0;) {
        offset += load.strides[d];
        if (++index[d] < plan_.sizes[d]) break;
        offset -= index[d] * load.strides[d];
        index[d] = 0;
      }
    }
  }

  const Plan& plan_;
  std::vector<void*> slots_;
  Scratch scratch_;
  std::vector<int64_t> index_;  // of read(), kept for its memory
};

void run(const Plan& plan) {
  if (plan.numel == 0) return;
  for (const Store& store : plan.stores) {
    const void* uniform = plan.uniforms[store.slot];
    if (uniform != nullptr)
      copy_row(store.element, static_cast<const std::byte*>(uniform), 0, plan.numel, store.data);
  }
  if (plan.steps.empty()) return;
  const int64_t blocks = (plan.numel + kBlock - 1) / kBlock;
  const int64_t grain =
      std::max<int64_t>(1, kGrain / kBlock / static_cast<int64_t>(plan.steps.size()));
  at::parallel_for(0, blocks, grain, [&](int64_t begin, int64_t end) {
    Worker worker(plan);
    for (int64_t block = begin; block < end; ++block) worker.run(block);
  });
}

/// An output that no instruction computes: eager hands out the argument itself. A constant is
/// copied, so that nobody writes into the program.
at::Tensor pass_through(const Program& program, const std::vector<c10::IValue>& arguments,
                        ValueId id) {
  if (id >= program.first_constant()) {
    return std::get<at::Tensor>(program.constants[id - program.first_constant()]).clone();
  }
  TORCH_CHECK_VALUE(arguments[id].isTensor(), "elementwise: input '", program.inputs[id],
                    "' is returned, but is not a tensor");
  return arguments[id].toTensor();
}

}  // namespace

std::vector<at::Tensor> execute(const Program& program, const std::vector<c10::IValue>& arguments) {
  TORCH_CHECK_VALUE(arguments.size() == program.inputs.size(), "elementwise: the method takes ",
                    program.inputs.size(), " inputs, but got ", arguments.size());
  const std::vector<Value> values = infer(program, arguments);
  std::vector<at::Tensor> results(program.size());
  for (const ValueId id : program.outputs) {
    if (results[id].defined()) continue;
    if (id < program.first_result()) {
      results[id] = pass_through(program, arguments, id);
      continue;
    }
    // All outputs of this shape are computed in one pass.
    std::vector<ValueId> ids;
    for (const ValueId other : program.outputs) {
      const bool first = std::find(ids.begin(), ids.end(), other) == ids.end();
      if (other >= program.first_result() && first && values[other].sizes == values[id].sizes)
        ids.push_back(other);
    }
    std::vector<at::Tensor> tensors;
    run(make_plan(program, values, ids, tensors));
    for (size_t i = 0; i < ids.size(); ++i) results[ids[i]] = tensors[i];
  }
  std::vector<at::Tensor> outputs;
  for (const ValueId id : program.outputs) outputs.push_back(results[id]);
  return outputs;
}

}  // namespace elementwise
