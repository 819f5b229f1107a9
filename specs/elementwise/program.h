/// The program of one lowered method: what `preprocess` writes, what is saved with the module, and
/// what `compile` checks before anything runs it.
#pragma once

#include <ATen/core/ivalue.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace elementwise {

enum class Op : uint8_t { kAdd,
                          kSub,
                          kMul,
                          kDiv,
                          kNeg,
                          kReciprocal,
                          kRelu,
                          kSigmoid };

struct OpTraits {
  Op op;
  std::string_view name;  // as written in a saved program
  uint8_t operands;       // required; kAdd and kSub take an optional third, alpha
  bool floating;          // integers are computed in the default dtype, as torch's unary float ops do
};

const OpTraits& traits(Op op);
/// nullptr for a name that is not an operation of ours.
const OpTraits* find_op(std::string_view name);
/// "add, sub, ...", for messages.
std::string op_names();

/// The index of a value: inputs come first, then constants, then one value for each instruction.
using ValueId = uint32_t;

struct Instruction {
  Op op;
  std::vector<ValueId> operands;  // each smaller than the id of this instruction's own value
  int64_t debug_handle;           // given by torch's generator; the lite interpreter maps it to source
  std::string source;             // file:line of the model; the full interpreter never sees debug handles
};

using Constant = std::variant<at::Tensor, at::Scalar>;

struct Program {
  std::vector<std::string> inputs;
  std::vector<Constant> constants;
  std::vector<Instruction> instructions;
  std::vector<ValueId> outputs;

  ValueId first_constant() const { return static_cast<ValueId>(inputs.size()); }
  ValueId first_result() const { return first_constant() + static_cast<ValueId>(constants.size()); }
  ValueId size() const { return first_result() + static_cast<ValueId>(instructions.size()); }
};

/// The form that is pickled with the lowered module:
/// (format, [input], (constant, ...), [(op, [operand], debug handle, source)], [output]).
c10::IValue pack(const Program& program);

/// Checks all of it: a saved module is a file from anywhere. Throws ValueError naming the method
/// and the flaw.
Program unpack(const c10::IValue& packed, const std::string& method);

/// One line for each input, constant, instruction and output.
std::string disassemble(const Program& program);

/// Why a tensor cannot be read by the evaluator; empty if it can.
std::string unsupported(const at::Tensor& tensor);

}  // namespace elementwise
