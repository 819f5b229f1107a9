#include "plan.h"

#include <ATen/core/Formatting.h>
#include <ATen/ops/empty_strided.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace elementwise {
namespace {

Type type_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kBool:
      return Type::kBool;
    case at::kByte:
      return Type::kByte;
    case at::kChar:
      return Type::kChar;
    case at::kShort:
      return Type::kShort;
    case at::kInt:
      return Type::kInt;
    case at::kLong:
      return Type::kLong;
    case at::kFloat:
      return Type::kFloat;
    case at::kDouble:
      return Type::kDouble;
    default:
      TORCH_INTERNAL_ASSERT(false, "dtype ", dtype, " passed the checks of infer");
  }
}

template <class T>
Cell cell(T value) {
  Cell result;
  std::memcpy(result.bytes.data(), &value, sizeof(T));
  return result;
}

/// A number as the element it becomes beside tensors. Integers wrap, as they do in TensorIterator's
/// cast.
Cell encode(const at::Scalar& number, Type type) {
  switch (type) {
    case Type::kFloat:
      return cell(static_cast<float>(number.toDouble()));
    case Type::kDouble:
      return cell(number.toDouble());
    case Type::kBool:
      return cell(static_cast<uint8_t>(number.toBool()));
    default:
      // The low bytes of a two's complement integer are the narrower integer; little endian puts
      // them first.
      static_assert(std::endian::native == std::endian::little);
      return cell(number.toLong());
  }
}

/// Runs one step on uniform operands: its result is the same everywhere, so it is computed here
/// once.
Cell evaluate(Step step, const Cell* a, const Cell* b) {
  alignas(64) std::byte memory[3][kLane * sizeof(Cell)];
  const auto fill = [&](const Cell& value, std::byte* into, int64_t element) {
    for (int64_t i = 0; i < kLane; ++i)
      std::memcpy(into + i * element, value.bytes.data(), element);
  };
  const Type read = step.code == Code::kCast ? step.from : step.type;
  fill(*a, memory[1], size_of(read));
  if (b != nullptr) fill(*b, memory[2], size_of(read));
  step.form = Form::kBlocks;
  step.out = 0;
  step.a = 1;
  step.b = 2;
  void* const slots[] = {memory[0], memory[1], memory[2]};
  run_steps({&step, 1}, slots, kLane);
  Cell result;
  std::memcpy(result.bytes.data(), memory[0], size_of(step.type));
  return result;
}

bool is_uniform(const at::Tensor& tensor) {
  if (tensor.numel() == 1) return true;
  for (int64_t d = 0; d < tensor.dim(); ++d) {
    if (tensor.size(d) != 1 && tensor.stride(d) != 0) return false;
  }
  return true;
}

class Planner {
 public:
  Planner(const Program& program, const std::vector<Value>& values, const std::vector<ValueId>& ids)
      : program_(program), values_(values), ids_(ids), slots_(program.size()) {}

  Plan run(std::vector<at::Tensor>& tensors) && {
    const auto needed = find_needed();
    allocate(needed, tensors);
    if (plan_.numel == 0) return std::move(plan_);
    for (ValueId id = 0; id < program_.first_result(); ++id) {
      if (needed[id] && !values_[id].is_number) add_leaf(id);
    }
    for (ValueId id = program_.first_result(); id < program_.size(); ++id) {
      if (needed[id]) add_instruction(id);
    }
    for (size_t i = 0; i < ids_.size(); ++i) {
      auto* data = static_cast<std::byte*>(tensors[i].mutable_data_ptr());
      plan_.stores.push_back({data, tensors[i].element_size(), slots_[ids_[i]].front().slot});
    }
    coalesce();
    assign_registers();
    return std::move(plan_);
  }

 private:
  struct Typed {
    Type type;
    Slot slot;
  };

  std::vector<bool> find_needed() const {
    std::vector<bool> needed(program_.size(), false);
    for (const ValueId id : ids_) needed[id] = true;
    for (ValueId id = program_.size(); id-- > program_.first_result();) {
      if (!needed[id]) continue;
      for (const ValueId operand : instruction(id).operands) needed[operand] = true;
    }
    return needed;
  }

  const Instruction& instruction(ValueId id) const {
    return program_.instructions[id - program_.first_result()];
  }

  /// The iteration follows the memory of the first operand of the outputs' shape, and the outputs
  /// are laid out in that order, as TensorIterator does: channels-last in, channels-last out, all
  /// of it consecutive.
  void allocate(const std::vector<bool>& needed, std::vector<at::Tensor>& tensors) {
    const c10::IntArrayRef sizes = values_[ids_.front()].sizes;
    rank_ = static_cast<int64_t>(sizes.size());
    for (int64_t d = 0; d < rank_; ++d) {
      if (sizes[d] != 1)
        order_.push_back(d);  // of size 1 it is never stepped along, whatever its stride
    }
    const at::Tensor* model = nullptr;
    for (ValueId id = 0; id < program_.first_result() && model == nullptr; ++id) {
      if (needed[id] && is_model(values_[id].tensor, sizes)) model = &values_[id].tensor;
    }
    if (model != nullptr) {
      std::stable_sort(order_.begin(), order_.end(),
                       [&](int64_t a, int64_t b) { return model->stride(a) > model->stride(b); });
    }
    const bool dense = model != nullptr && model->is_non_overlapping_and_dense();
    const c10::DimVector strides = dense ? c10::DimVector(model->strides()) : dense_strides(sizes);
    for (const ValueId id : ids_) {
      const auto options = at::TensorOptions().dtype(values_[id].dtype).device(at::kCPU);
      tensors.push_back(at::empty_strided(sizes, strides, options));
    }
    plan_.numel = tensors.front().numel();
    for (const int64_t d : order_) plan_.sizes.push_back(sizes[d]);
  }

  static bool is_model(const at::Tensor& tensor, c10::IntArrayRef sizes) {
    if (!tensor.defined() || tensor.sizes() != sizes) return false;
    for (size_t d = 0; d < sizes.size(); ++d) {
      if (sizes[d] != 1 && tensor.stride(static_cast<int64_t>(d)) == 0) return false;
    }
    return true;
  }

  c10::DimVector dense_strides(c10::IntArrayRef sizes) const {
    c10::DimVector strides(sizes.size(), 1);
    int64_t stride = 1;
    for (auto d = order_.rbegin(); d != order_.rend(); ++d) {
      strides[*d] = stride;
      stride *= std::max<int64_t>(sizes[*d], 1);
    }
    return strides;
  }

  void add_leaf(ValueId id) {
    const at::Tensor& tensor = values_[id].tensor;
    const Type type = type_of(tensor.scalar_type());
    const auto* data = static_cast<const std::byte*>(tensor.const_data_ptr());
    if (is_uniform(tensor)) {
      Cell value;
      std::memcpy(value.bytes.data(), data, size_of(type));
      slots_[id].push_back({type, add_uniform(value)});
      return;
    }
    Load load{data, size_of(type), add_slot(), {}};
    const int64_t shift = rank_ - tensor.dim();
    for (const int64_t d : order_) {
      const bool walked = d >= shift && tensor.size(d - shift) != 1;
      load.strides.push_back(walked ? tensor.stride(d - shift) : 0);
    }
    plan_.loads.push_back(std::move(load));
    slots_[id].push_back({type, plan_.loads.back().slot});
  }

  void add_instruction(ValueId id) {
    const Instruction& source = instruction(id);
    const Type type = type_of(values_[id].dtype);
    Step step{code(source.op), type, type, Form::kBlocks, 0, slot(source.operands[0], type), 0, {}};
    const bool binary = traits(source.op).operands == 2;
    if (binary) step.b = slot(source.operands[1], type);
    if (source.operands.size() == 3) {
      step.code = Code::kAddScaled;
      step.alpha = alpha(source, type);
    }
    slots_[id].push_back({type, add_step(step, binary)});
  }

  static Code code(Op op) {
    switch (op) {
      case Op::kAdd:
        return Code::kAdd;
      case Op::kSub:
        return Code::kSub;
      case Op::kMul:
        return Code::kMul;
      case Op::kDiv:
        return Code::kDiv;
      case Op::kNeg:
        return Code::kNeg;
      case Op::kReciprocal:
        return Code::kReciprocal;
      case Op::kRelu:
        return Code::kRelu;
      case Op::kSigmoid:
        return Code::kSigmoid;
    }
    TORCH_INTERNAL_ASSERT(false, "unknown operation");
  }

  /// a - alpha * b is computed as a + (-alpha) * b, and what is multiplied must fit the dtype: both
  /// as torch does.
  Cell alpha(const Instruction& source, Type type) const {
    at::Scalar number = values_[source.operands[2]].number;
    if (source.op == Op::kSub) number = negated(number);
    try {
      check_fits(number, type);
    } catch (const c10::Error&) {
      fail(source, c10::str("alpha ", values_[source.operands[2]].number,
                            " does not fit the dtype of the result"));
    }
    return encode(number, type);
  }

  static at::Scalar negated(const at::Scalar& number) {
    if (number.isFloatingPoint()) return -number.toDouble();
    return static_cast<int64_t>(
        0 - static_cast<uint64_t>(number.toLong()));  // defined for the least integer too
  }

  static void check_fits(const at::Scalar& number, Type type) {
    switch (type) {
      case Type::kByte:
        return void(number.toByte());
      case Type::kChar:
        return void(number.toChar());
      case Type::kShort:
        return void(number.toShort());
      case Type::kInt:
        return void(number.toInt());
      case Type::kFloat:
        return void(number.toFloat());
      default:
        return;
    }
  }

  /// The slot that holds a value in a type, cast at its first use in that type.
  Slot slot(ValueId id, Type type) {
    for (const Typed& typed : slots_[id]) {
      if (typed.type == type) return typed.slot;
    }
    const Value& value = values_[id];
    Slot result = 0;
    if (value.is_number) {
      result = add_uniform(encode(value.number, type));
    } else {
      const Typed& original = slots_[id].front();
      result = add_step({Code::kCast, type, original.type, Form::kBlocks, 0, original.slot, 0, {}},
                        false);
    }
    slots_[id].push_back({type, result});
    return result;
  }

  /// Adds a step, or does it at once if all it reads is uniform.
  Slot add_step(Step step, bool binary) {
    if (!binary) step.b = step.a;
    const auto* a = static_cast<const Cell*>(plan_.uniforms[step.a]);
    const auto* b = binary ? static_cast<const Cell*>(plan_.uniforms[step.b]) : nullptr;
    if (a != nullptr && (!binary || b != nullptr)) return add_uniform(evaluate(step, a, b));
    if (a != nullptr) step.form = Form::kUniformFirst;
    if (b != nullptr) step.form = Form::kUniformSecond;
    step.out = add_slot();
    plan_.steps.push_back(step);
    return step.out;
  }

  Slot add_slot() {
    plan_.uniforms.push_back(nullptr);
    return static_cast<Slot>(plan_.uniforms.size() - 1);
  }

  Slot add_uniform(const Cell& value) {
    plan_.cells.push_back(value);
    plan_.uniforms.push_back(&plan_.cells.back());
    return static_cast<Slot>(plan_.uniforms.size() - 1);
  }

  /// Joins neighbouring dimensions that every load walks as one; mostly a single dimension is left.
  void coalesce() {
    size_t kept = 0;
    c10::DimVector& sizes = plan_.sizes;
    for (size_t d = 0; d < sizes.size(); ++d) {
      const bool joins =
          kept > 0 && std::all_of(plan_.loads.begin(), plan_.loads.end(), [&](const Load& load) {
            return load.strides[kept - 1] == sizes[d] * load.strides[d];
          });
      const size_t into = joins ? kept - 1 : kept++;
      sizes[into] = joins ? sizes[into] * sizes[d] : sizes[d];
      for (Load& load : plan_.loads) load.strides[into] = load.strides[d];
    }
    sizes.resize(kept);
    for (Load& load : plan_.loads) load.strides.resize(kept);
  }

  /// Loads and outputs keep a register of their own, for the blocks that cannot be read or written
  /// in place; results in between share, each until its last use. A step never writes what it
  /// reads.
  void assign_registers() {
    plan_.registers.assign(plan_.uniforms.size(), kNoRegister);
    for (const Load& load : plan_.loads) plan_.registers[load.slot] = plan_.register_count++;
    for (const Store& store : plan_.stores) {
      if (plan_.uniforms[store.slot] == nullptr)
        plan_.registers[store.slot] = plan_.register_count++;
    }
    std::vector<size_t> last_use(plan_.uniforms.size(), 0);
    for (size_t i = 0; i < plan_.steps.size(); ++i) {
      for (const Slot read : reads(plan_.steps[i])) last_use[read] = i;
    }
    std::vector<bool> shared(plan_.uniforms.size(), false);
    std::vector<uint32_t> free;
    for (size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      if (plan_.registers[step.out] == kNoRegister) {
        if (free.empty()) free.push_back(plan_.register_count++);
        plan_.registers[step.out] = free.back();
        free.pop_back();
        shared[step.out] = true;
      }
      for (const Slot read : reads(step)) {
        if (!shared[read] || last_use[read] != i) continue;
        free.push_back(plan_.registers[read]);
        shared[read] = false;
      }
    }
  }

  static std::array<Slot, 2> reads(const Step& step) { return {step.a, step.b}; }

  const Program& program_;
  const std::vector<Value>& values_;
  const std::vector<ValueId>& ids_;
  std::vector<c10::SmallVector<Typed, 2>> slots_;  // by value: its own type first, then casts
  int64_t rank_ = 0;
  c10::DimVector order_;  // dimensions of the result, outermost first, without those of size 1
  Plan plan_;
};

}  // namespace

Plan make_plan(const Program& program, const std::vector<Value>& values,
               const std::vector<ValueId>& ids, std::vector<at::Tensor>& tensors) {
  return Planner(program, values, ids).run(tensors);
}

}  // namespace elementwise
