#include "infer.h"

#include <ATen/native/TypeProperties.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/backends/backend_exception.h>

#include <algorithm>

namespace elementwise {
namespace {

at::ScalarType default_dtype() { return c10::typeMetaToScalarType(c10::get_default_dtype()); }

Value from_number(const at::Scalar& number) {
  Value value;
  value.is_number = true;
  value.number = number;
  value.dtype = number.type();
  return value;
}

Value from_tensor(const at::Tensor& tensor) {
  Value value;
  // A negative bit (the imaginary part of a conjugate) means that memory holds the opposite of the
  // value, and a zero tensor has no memory.
  value.tensor = tensor._is_zerotensor() ? tensor.clone() : tensor.resolve_neg();
  value.dtype = tensor.scalar_type();
  value.sizes = tensor.sizes();
  return value;
}

/// Infers the instructions one after the other; `values` grows by one for each.
class Inference {
 public:
  Inference(const Program& program, const std::vector<c10::IValue>& arguments)
      : program_(program), arguments_(arguments), values_(program.first_result()) {
    values_.reserve(program.size());
    for (size_t i = 0; i < program.constants.size(); ++i) {
      const Constant& constant = program.constants[i];
      const auto* number = std::get_if<at::Scalar>(&constant);
      values_[program.first_constant() + i] =
          number != nullptr ? from_number(*number) : from_tensor(std::get<at::Tensor>(constant));
    }
    read_.assign(program.inputs.size(), false);
  }

  std::vector<Value> run() && {
    for (const Instruction& instruction : program_.instructions) {
      for (const ValueId operand : instruction.operands) read_input(operand, instruction);
      values_.push_back(result(instruction));
    }
    return std::move(values_);
  }

 private:
  /// An input is checked where it is first used: that is the line to blame. One that nobody uses
  /// may be anything.
  void read_input(ValueId id, const Instruction& user) {
    if (id >= program_.first_constant() || read_[id]) return;
    read_[id] = true;
    const c10::IValue& argument = arguments_[id];
    const auto refuse = [&](const std::string& problem) {
      fail(user, c10::str("input '", program_.inputs[id], "' ", problem));
    };
    if (argument.isDouble() || argument.isInt() || argument.isBool()) {
      values_[id] = from_number(argument.toScalar());
      return;
    }
    if (!argument.isTensor())
      refuse(c10::str("is a ", argument.tagKind(), ", neither a tensor nor a number"));
    const at::Tensor& tensor = argument.toTensor();
    const std::string reason = unsupported(tensor);
    if (!reason.empty()) refuse("is " + reason);
    if (tensor.requires_grad() && c10::GradMode::is_enabled()) {
      refuse(
          "requires grad, and there is no autograd through this backend: use torch.no_grad() or "
          "detach()");
    }
    values_[id] = from_tensor(tensor);
  }

  Value result(const Instruction& instruction) const {
    const OpTraits& op = traits(instruction.op);
    const Value& first = values_[instruction.operands[0]];
    Value result;
    at::native::ResultTypeState state;
    promote(first, state);
    result.sizes = first.sizes;
    bool numbers_only = first.is_number;
    if (op.operands == 2) {
      const Value& second = values_[instruction.operands[1]];
      promote(second, state);
      broadcast(instruction, second.sizes, result.sizes);
      numbers_only = numbers_only && second.is_number;
    }
    if (numbers_only) fail(instruction, "no operand is a tensor");

    result.dtype = at::native::result_type(state);
    if (op.floating && c10::isIntegralType(result.dtype, /*includeBool=*/true))
      result.dtype = default_dtype();
    check_bool(instruction, result.dtype);
    check_computed(instruction, result.dtype);
    if (instruction.operands.size() == 3) check_alpha(instruction, result.dtype);
    return result;
  }

  /// What update_result_type_state does with a tensor or a wrapped number, for values that have no
  /// tensor yet.
  static void promote(const Value& value, at::native::ResultTypeState& state) {
    at::ScalarType dtype = value.dtype;
    if (value.is_number && c10::isFloatingType(dtype)) dtype = default_dtype();
    auto& category = !value.sizes.empty() ? state.dimResult
                     : value.is_number    ? state.wrappedResult
                                          : state.zeroResult;
    category = category == at::ScalarType::Undefined ? dtype : c10::promoteTypes(category, dtype);
  }

  static void broadcast(const Instruction& instruction, c10::IntArrayRef from,
                        c10::DimVector& into) {
    if (from == c10::IntArrayRef(into)) return;
    const c10::DimVector before = into;
    if (from.size() > into.size()) into.insert(into.begin(), from.size() - into.size(), 1);
    const size_t shift = into.size() - from.size();
    for (size_t i = 0; i < from.size(); ++i) {
      int64_t& size = into[i + shift];
      if (size == 1) size = from[i];
      if (size != from[i] && from[i] != 1) {
        fail(instruction,
             c10::str("shapes ", c10::IntArrayRef(before), " and ", from, " do not broadcast"));
      }
    }
  }

  /// Torch's own operators refuse these; subtraction does even if only one side is Bool.
  void check_bool(const Instruction& instruction, at::ScalarType dtype) const {
    const bool unary = instruction.op == Op::kNeg || instruction.op == Op::kRelu;
    const bool subtracts =
        instruction.op == Op::kSub && (values_[instruction.operands[0]].dtype == at::kBool ||
                                       values_[instruction.operands[1]].dtype == at::kBool);
    if ((unary && dtype == at::kBool) || subtracts) fail(instruction, "not defined for Bool");
  }

  /// A default dtype of bfloat16, say, makes results that no input had.
  static void check_computed(const Instruction& instruction, at::ScalarType dtype) {
    if (c10::isFloatingType(dtype) && dtype != at::kFloat && dtype != at::kDouble) {
      fail(instruction, c10::str("its result would be of dtype ", dtype,
                                 ", which this backend does not compute"));
    }
  }

  /// alpha_check of BinaryOps.
  void check_alpha(const Instruction& instruction, at::ScalarType dtype) const {
    const Value& alpha = values_[instruction.operands[2]];
    if (!alpha.is_number) fail(instruction, "alpha is not a number");
    const at::Scalar& number = alpha.number;
    if (number.isBoolean() && dtype != at::kBool)
      fail(instruction, "a bool alpha is only for Bool results");
    if (number.isFloatingPoint() && !c10::isFloatingType(dtype)) {
      fail(instruction,
           c10::str("a float alpha is not for integer results, and this one is ", dtype));
    }
  }

  const Program& program_;
  const std::vector<c10::IValue>& arguments_;
  std::vector<Value> values_;
  std::vector<bool> read_;
};

}  // namespace

std::vector<Value> infer(const Program& program, const std::vector<c10::IValue>& arguments) {
  return Inference(program, arguments).run();
}

void fail(const Instruction& at, const std::string& problem) {
  const std::string place = at.source.empty() ? "" : " (" + at.source + ")";
  TORCH_DELEGATED_BACKEND_THROW(
      false, c10::str("elementwise: ", traits(at.op).name, ": ", problem, place), at.debug_handle);
  std::abort();  // not reached: the macro hides its throw behind a condition
}

}  // namespace elementwise
