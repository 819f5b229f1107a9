#include "program.h"

#include <ATen/core/Formatting.h>
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>

namespace elementwise {
namespace {

constexpr int64_t kFormat = 1;

constexpr std::array<OpTraits, 8> kOps = {{
    {Op::kAdd, "add", 2, false},
    {Op::kSub, "sub", 2, false},
    {Op::kMul, "mul", 2, false},
    {Op::kDiv, "div", 2, true},
    {Op::kNeg, "neg", 1, false},
    {Op::kReciprocal, "reciprocal", 1, true},
    {Op::kRelu, "relu", 1, false},
    {Op::kSigmoid, "sigmoid", 1, true},
}};

/// Reads one packed program; every accessor says what it expected and where.
class Unpacker {
 public:
  explicit Unpacker(const std::string& method) : method_(method) {}

  Program program(const c10::IValue& packed) {
    const auto fields = tuple(packed, 5, "the program");
    const auto format = integer(fields[0], "the format");
    require(format == kFormat, "format ", format, " is not ", kFormat,
            ", the one this library reads");

    for (const c10::IValue& name : list(fields[1], "the inputs")) {
      program_.inputs.push_back(string(name, "an input"));
    }
    require(fields[2].isTuple(), "the constants are not a tuple");
    for (const c10::IValue& value : fields[2].toTupleRef().elements()) {
      program_.constants.push_back(constant(value));
    }
    for (const c10::IValue& packed_instruction : list(fields[3], "the instructions")) {
      program_.instructions.push_back(instruction(packed_instruction));
    }
    for (const c10::IValue& id : list(fields[4], "the outputs")) {
      const ValueId output = value_id(id, program_.size(), "an output");
      require(!is_number(output), "output ", output, " is a number, not a tensor");
      program_.outputs.push_back(output);
    }
    require(!program_.outputs.empty(), "it has no outputs");
    return std::move(program_);
  }

 private:
  template <class... Parts>
  void require(bool condition, const Parts&... parts) const {
    TORCH_CHECK_VALUE(condition, "elementwise: malformed program for method '", method_,
                      "': ", parts...);
  }

  std::vector<c10::IValue> tuple(const c10::IValue& value, size_t size, const char* what) const {
    require(value.isTuple() && value.toTupleRef().elements().size() == size, what,
            " is not a tuple of ", size, " elements");
    return value.toTupleRef().elements().vec();
  }

  c10::List<c10::IValue> list(const c10::IValue& value, const char* what) const {
    require(value.isList(), what, " are not a list");
    return value.toList();
  }

  std::string string(const c10::IValue& value, const char* what) const {
    require(value.isString(), what, " is not a string");
    return value.toStringRef();
  }

  int64_t integer(const c10::IValue& value, const char* what) const {
    require(value.isInt(), what, " is not an int");
    return value.toInt();
  }

  /// An id below `end`: operands can then only refer to what was computed before, so no program can
  /// loop.
  ValueId value_id(const c10::IValue& value, ValueId end, const char* what) const {
    const int64_t id = integer(value, what);
    require(id >= 0 && id < end, what, " refers to value ", id, ", but only ", end,
            " values come before it");
    return static_cast<ValueId>(id);
  }

  Constant constant(const c10::IValue& value) const {
    if (value.isTensor()) {
      const std::string reason = unsupported(value.toTensor());
      require(reason.empty(), "a constant is ", reason);
      return value.toTensor();
    }
    require(value.isDouble() || value.isInt() || value.isBool(),
            "a constant is neither a tensor nor a number");
    return value.toScalar();
  }

  bool is_number(ValueId id) const {
    return id >= program_.first_constant() && id < program_.first_result() &&
           std::holds_alternative<at::Scalar>(program_.constants[id - program_.first_constant()]);
  }

  Instruction instruction(const c10::IValue& packed) {
    const auto fields = tuple(packed, 4, "an instruction");
    const std::string name = string(fields[0], "an operation");
    const OpTraits* op = find_op(name);
    require(op != nullptr, "'", name, "' is not an operation; those are ", op_names());

    Instruction result{
        op->op, {}, integer(fields[2], "a debug handle"), string(fields[3], "a source")};
    for (const c10::IValue& id : list(fields[1], "the operands")) {
      result.operands.push_back(value_id(id, program_.size(), "an operand"));
    }
    const size_t count = result.operands.size();
    const bool scaled = count == 3 && (op->op == Op::kAdd || op->op == Op::kSub);
    require(count == op->operands || scaled, "'", name, "' has ", count, " operands");
    return result;
  }

  const std::string& method_;
  Program program_;
};

std::string describe(const Constant& constant) {
  std::ostringstream out;
  if (const auto* number = std::get_if<at::Scalar>(&constant)) {
    out << *number;
  } else {
    const auto& tensor = std::get<at::Tensor>(constant);
    out << tensor.scalar_type() << tensor.sizes();
  }
  return out.str();
}

}  // namespace

const OpTraits& traits(Op op) { return kOps[static_cast<size_t>(op)]; }

const OpTraits* find_op(std::string_view name) {
  const auto* found =
      std::find_if(kOps.begin(), kOps.end(), [&](const OpTraits& row) { return row.name == name; });
  return found == kOps.end() ? nullptr : found;
}

std::string op_names() {
  std::string names;
  for (const OpTraits& row : kOps) {
    if (!names.empty()) names += ", ";
    names += row.name;
  }
  return names;
}

c10::IValue pack(const Program& program) {
  std::vector<c10::IValue> constants;
  for (const Constant& constant : program.constants) {
    constants.push_back(std::visit([](const auto& value) { return c10::IValue(value); }, constant));
  }
  using PackedInstruction = std::tuple<std::string, std::vector<int64_t>, int64_t, std::string>;
  std::vector<PackedInstruction> instructions;
  for (const Instruction& instruction : program.instructions) {
    instructions.emplace_back(
        std::string(traits(instruction.op).name),
        std::vector<int64_t>(instruction.operands.begin(), instruction.operands.end()),
        instruction.debug_handle, instruction.source);
  }
  return c10::ivalue::Tuple::create(
      {kFormat, program.inputs, c10::ivalue::Tuple::create(std::move(constants)), instructions,
       std::vector<int64_t>(program.outputs.begin(), program.outputs.end())});
}

Program unpack(const c10::IValue& packed, const std::string& method) {
  return Unpacker(method).program(packed);
}

std::string disassemble(const Program& program) {
  std::ostringstream out;
  ValueId id = 0;
  for (const std::string& input : program.inputs)
    out << "%" << id++ << " = input " << input << "\n";
  for (const Constant& constant : program.constants)
    out << "%" << id++ << " = constant " << describe(constant) << "\n";
  for (const Instruction& instruction : program.instructions) {
    out << "%" << id++ << " = " << traits(instruction.op).name;
    const char* separator = " ";
    for (const ValueId operand : instruction.operands) {
      out << separator << "%" << operand;
      separator = ", ";
    }
    out << "\n";
  }
  const char* separator = "return ";
  for (const ValueId output : program.outputs) {
    out << separator << "%" << output;
    separator = ", ";
  }
  out << "\n";
  return out.str();
}

std::string unsupported(const at::Tensor& tensor) {
  if (!tensor.defined()) return "None, not a tensor";
  if (!tensor.device().is_cpu()) return c10::str("on device ", tensor.device(), ", not on cpu");
  if (tensor.layout() != at::kStrided)
    return c10::str("of layout ", tensor.layout(), ", not strided");
  // A fake tensor says cpu and keeps its storage on meta: there is nothing to read.
  if (!tensor.key_set().has_backend(c10::BackendComponent::CPUBit) || !tensor.has_storage()) {
    return "without data";
  }
  switch (tensor.scalar_type()) {
    case at::kBool:
    case at::kByte:
    case at::kChar:
    case at::kShort:
    case at::kInt:
    case at::kLong:
    case at::kFloat:
    case at::kDouble:
      return {};
    default:
      return c10::str("of dtype ", tensor.scalar_type(),
                      ", not one of Bool, Byte, Char, Short, Int, Long, Float, Double");
  }
}

}  // namespace elementwise
