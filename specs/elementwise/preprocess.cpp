// From a method's graph to a program. The graph is a copy, inlined; what the module holds becomes
// constants.

#include <torch/csrc/jit/backends/backend_exception.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "delegate.h"
#include "program.h"

namespace elementwise {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::SourceRange;
namespace prim = c10::prim;

/// What could not be lowered, over all methods: a user wants to see all of it at once.
using Refusals = std::vector<std::string>;

/// Code that was saved and loaded stands in a generated file; this finds what it was generated
/// from.
SourceRange original(const SourceRange& range) {
  auto generated_from = range.findSourceRangeThatGenerated();
  return generated_from ? *generated_from : range;
}

/// "model.py:12", or nothing for a graph that was built without source.
std::string place(const SourceRange& range) {
  const auto position = range.file_line_col();
  return position ? c10::str(std::get<0>(*position), ":", std::get<1>(*position)) : "";
}

/// The line that the user wrote: the innermost call that does not stand in torch's own Python, such
/// as nn.functional.
SourceRange range_of(const Node* node) {
  std::vector<SourceRange> frames{original(node->sourceRange())};
  if (const auto callstack = node->callstack()) {
    const auto entries = (*callstack)->vec();
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      frames.push_back(original(std::get<SourceRange>(*entry)));
    }
  }
  const auto found = std::find_if(frames.begin(), frames.end(), [](const SourceRange& frame) {
    const std::string file = place(frame);
    return file.find("/torch/nn/") == std::string::npos &&
           file.find("/torch/functional.py") == std::string::npos;
  });
  return found == frames.end() ? frames.front() : *found;
}

/// The text of the line, without its indentation.
std::string line_text(const SourceRange& range) {
  const auto& source = range.source();
  if (!source) return "";
  const std::string line = source->get_line(source->lineno_for_offset(range.start())).str();
  const auto begin = line.find_first_not_of(" \t");
  const auto end = line.find_last_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
}

std::string refusal(const Node* node, const std::string& problem) {
  const SourceRange range = range_of(node);
  const std::string own = place(original(node->sourceRange()));
  std::string text = place(range);
  text += (text.empty() ? "" : ": ") + problem;
  if (own != place(range)) text += " (in " + own + ")";
  const std::string line = line_text(range);
  return line.empty() ? text : text + "\n    " + line;
}

bool is_number(const c10::TypePtr& type) {
  return type->isSubtypeOf(*c10::NumberType::get()) || type->kind() == c10::TypeKind::BoolType;
}

bool is_tensor(const c10::TypePtr& type) { return type->isSubtypeOf(*c10::TensorType::get()); }

/// TorchScript compiles `2 * x` by inlining a function of its own, mul(int a, Tensor b), and leaves
/// no trace of the call: such nodes point into "<string>". This gives them a place in the model, so
/// that refusals and debug handles lead there: that of their number, which is written at the call,
/// else of who takes their result, else of the node before them.
class BuiltinRelocation {
 public:
  void run(Block* block) {
    for (Node* node : block->nodes()) {
      for (Block* inner : node->blocks()) run(inner);
      if (node->kind() == prim::Constant || node->kind() == prim::GetAttr) continue;
      if (is_anonymous(node)) relocate(node);
      if (!is_anonymous(node)) last_[callstack(node)] = node;
    }
  }

 private:
  static const void* callstack(const Node* node) {
    return node->callstack() ? node->callstack()->get() : nullptr;
  }

  static size_t line(const Node* node) {
    return std::get<1>(*original(node->sourceRange()).file_line_col());
  }

  static bool is_anonymous(const Node* node) {
    const auto position = original(node->sourceRange()).file_line_col();
    return !position || std::get<0>(*position) == "<string>";
  }

  void relocate(Node* node) const {
    const Node* place = number(node);
    // -x + a and reciprocal(x) * a, for a - x and a / x: the number is the next node's.
    const Node* user = only_user(node);
    if (place == nullptr && user != nullptr && is_anonymous(user)) place = number(user);
    while (place == nullptr && user != nullptr) {
      if (is_in_order(node, user)) place = user;
      user = only_user(user);
    }
    const auto last = last_.find(callstack(node));
    if (place == nullptr && last != last_.end()) place = last->second;
    if (place != nullptr) node->setSourceRange(place->sourceRange());
  }

  /// The node that made the number among the operands.
  const Node* number(const Node* node) const {
    for (const auto* input : node->inputs()) {
      if (is_number(input->type()) && is_in_order(node, input->node())) return input->node();
    }
    return nullptr;
  }

  static const Node* only_user(const Node* node) {
    const bool has_one = node->outputs().size() == 1 && node->output()->uses().size() == 1;
    return has_one ? node->output()->uses()[0].user : nullptr;
  }

  /// Equal constants are pooled and keep the first one's place, which may be far above: the order
  /// of nodes tells.
  bool is_in_order(const Node* node, const Node* place) const {
    if (is_anonymous(place) || callstack(place) != callstack(node)) return false;
    const auto last = last_.find(callstack(node));
    return last == last_.end() || line(place) >= line(last->second);
  }

  std::unordered_map<const void*, const Node*> last_;  // by call: the last node with a place
};

/// Replaces the attributes of the module by constants, as torch.jit.freeze does: then flags such as
/// `training` fold away below. Tensors are copied: later changes to the module do not reach the
/// program.
class AttributeFolding {
 public:
  AttributeFolding(const torch::jit::Module& module, Graph& graph) : graph_(graph) {
    objects_.emplace(graph.inputs().at(0), module._ivalue());
  }

  void run() { fold(graph_.block()); }

 private:
  void fold(Block* block) {
    for (Node* node : block->nodes()) {
      for (Block* inner : node->blocks()) fold(inner);
      if (node->kind() == prim::GetAttr) fold(node);
    }
  }

  void fold(Node* node) {
    const auto owner = objects_.find(node->input());
    if (owner == objects_.end() || !node->hasUses()) return;
    const c10::IValue attribute = owner->second.toObjectRef().getAttr(node->s(c10::attr::name));
    if (attribute.isModule()) {
      objects_.emplace(node->output(), attribute);
      return;
    }
    const torch::jit::WithInsertPoint guard(node);
    const auto value = attribute.isTensor() && attribute.toTensor().defined()
                           ? copy(attribute.toTensor())
                           : attribute;
    const auto constant = torch::jit::tryInsertConstant(graph_, value, node->sourceRange());
    if (!constant) return;
    (*constant)->node()->copyMetadata(node);
    node->output()->replaceAllUsesWith(*constant);
  }

  c10::IValue copy(const at::Tensor& tensor) {
    at::Tensor& snapshot = copies_[tensor.unsafeGetTensorImpl()];
    if (!snapshot.defined()) snapshot = tensor.detach().clone();
    return snapshot;
  }

  Graph& graph_;
  std::unordered_map<const torch::jit::Value*, c10::IValue> objects_;
  std::unordered_map<const void*, at::Tensor> copies_;
};

std::shared_ptr<Graph> simplified_graph(const torch::jit::Module& module,
                                        const torch::jit::Method& method) {
  auto graph = method.graph()->copy();
  torch::jit::Inline(*graph);
  BuiltinRelocation().run(graph->block());
  AttributeFolding(module, *graph).run();
  // Folds what is left of torch.nn's Python: `if inplace`, `if self.training`, arithmetic on
  // constants.
  torch::jit::ConstantPropagation(graph);
  torch::jit::LowerSimpleTuples(graph);
  torch::jit::EliminateDeadCode(graph);
  return graph;
}

/// How an operator of torch is written as one of ours.
struct Pattern {
  const char* name;
  Op op;
  bool swapped = false;
};

constexpr Pattern kPatterns[] = {
    {"aten::add", Op::kAdd},
    {"aten::sub", Op::kSub},
    {"aten::rsub", Op::kSub, /*swapped=*/true},  // how TorchScript spells 1 - x
    {"aten::mul", Op::kMul},
    {"aten::div", Op::kDiv},
    {"aten::true_divide", Op::kDiv},
    {"aten::neg", Op::kNeg},
    {"aten::reciprocal", Op::kReciprocal},  // how TorchScript spells 1 / x, times 1
    {"aten::relu", Op::kRelu},
    {"aten::sigmoid", Op::kSigmoid},
};

const Pattern* find_pattern(const Node* node) {
  const std::string_view name = node->kind().toQualString();
  const auto* found = std::find_if(std::begin(kPatterns), std::end(kPatterns),
                                   [&](const Pattern& pattern) { return name == pattern.name; });
  // The same names stand for arithmetic on numbers and for concatenation of lists.
  const bool matches = found != std::end(kPatterns) && node->outputs().size() == 1 &&
                       is_tensor(node->output()->type());
  return matches ? found : nullptr;
}

/// The lowering of one method.
class Lowering {
 public:
  Lowering(std::string method, std::shared_ptr<Graph> graph, Refusals& refusals)
      : method_(std::move(method)), graph_(std::move(graph)), refusals_(refusals) {}

  /// The debug handles are asked for only if nothing was refused: each is recorded and saved with
  /// the module.
  std::optional<Program> run(
      const torch::jit::BackendDebugHandleGenerator& generate_debug_handles) && {
    const size_t before = refusals_.size();
    for (const Node* node : graph_->nodes()) check(node);
    const auto outputs = find_outputs();
    if (refusals_.size() != before) return std::nullopt;
    handles_ = generate_debug_handles(graph_);
    add_inputs();
    add_constants(outputs);
    for (Node* node : graph_->nodes()) add_instruction(node);
    for (const auto* output : outputs) program_.outputs.push_back(ids_.at(output));
    return std::move(program_);
  }

 private:
  void refuse(const Node* node, const std::string& problem) {
    refusals_.push_back(refusal(node, problem));
  }

  void check(const Node* node) {
    const std::string name = node->kind().toQualString();
    // Containers mean nothing by themselves: whoever takes them is refused, or is the return.
    const bool container = node->kind() == prim::ListConstruct ||
                           node->kind() == prim::TupleConstruct ||
                           node->kind() == prim::DictConstruct;
    if (node->kind() == prim::Constant || container) return;
    if (node->kind() == prim::GetAttr) {
      refuse(node, c10::str("attribute '", node->s(c10::attr::name), "' of type ",
                            node->output()->type()->repr_str(), " is not supported"));
    } else if (!node->blocks().empty()) {
      refuse(node, name + " is not supported: control flow that depends on an input");
    } else if (find_pattern(node) == nullptr) {
      refuse(node, name + " is not supported");
    } else {
      check_arguments(node, name);
    }
  }

  void check_arguments(const Node* node, const std::string& name) {
    const auto& arguments = node->schema().arguments();
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto* value = node->input(i);
      if (arguments[i].name() == "rounding_mode") {
        const auto mode = torch::jit::toIValue(value);
        if (mode && mode->isNone()) continue;
        const std::string which = mode && mode->isString() ? "='" + mode->toStringRef() + "'" : "";
        refuse(node, c10::str(name, " with rounding_mode", which, " is not supported"));
      } else if (!is_tensor(value->type()) && !is_number(value->type())) {
        refuse(node, c10::str(name, " on ", value->type()->repr_str(), " is not supported"));
      } else if (const auto constant = torch::jit::toIValue(value)) {
        check_constant(node, name, *constant);
      }
    }
  }

  void check_constant(const Node* node, const std::string& name, const c10::IValue& constant) {
    const std::string reason = constant.isTensor() ? unsupported(constant.toTensor()) : "";
    if (!reason.empty()) refuse(node, c10::str(name, " takes a constant ", reason));
    if (constant.isComplexDouble())
      refuse(node, name + " with a complex constant is not supported");
  }

  /// The tensors that the method returns: one, or those of a tuple.
  std::vector<const torch::jit::Value*> find_outputs() {
    const auto* returned = graph_->outputs().at(0);
    std::vector<const torch::jit::Value*> outputs;
    if (returned->node()->kind() == prim::TupleConstruct) {
      const auto inputs = returned->node()->inputs();
      outputs.assign(inputs.begin(), inputs.end());
    } else {
      outputs.push_back(returned);
    }
    for (const auto* output : outputs) {
      const auto constant = torch::jit::toIValue(output);
      const bool valid = is_tensor(output->type()) && (!constant || constant->isTensor());
      if (!valid || outputs.empty()) {
        refusals_.push_back(c10::str(method_, " returns ", returned->type()->repr_str(),
                                     ", not a tensor or a tuple of tensors"));
        break;
      }
    }
    return outputs;
  }

  void add_inputs() {
    for (const auto* input : graph_->inputs().slice(1)) {
      const std::string name = input->hasDebugName() ? input->debugNameBase() : input->debugName();
      add(input);
      program_.inputs.push_back(name);
    }
  }

  void add_constants(const std::vector<const torch::jit::Value*>& outputs) {
    for (const Node* node : graph_->nodes()) {
      const Pattern* pattern = find_pattern(node);
      if (pattern == nullptr) continue;
      for (const auto* operand : operands(node, *pattern)) add_constant(operand);
    }
    for (const auto* output : outputs) add_constant(output);
  }

  void add_constant(const torch::jit::Value* value) {
    const auto constant = torch::jit::toIValue(value);
    if (!constant || ids_.contains(value)) return;
    add(value);
    if (constant->isTensor()) {
      program_.constants.emplace_back(constant->toTensor());
    } else {
      program_.constants.emplace_back(constant->toScalar());
    }
  }

  void add_instruction(Node* node) {
    const Pattern* pattern = find_pattern(node);
    if (pattern == nullptr) return;
    Instruction instruction{pattern->op, {}, DEBUG_HANDLE_UNKNOWN, place(range_of(node))};
    for (const auto* operand : operands(node, *pattern))
      instruction.operands.push_back(ids_.at(operand));
    if (const auto handle = handles_.find(node); handle != handles_.end())
      instruction.debug_handle = handle->second;
    add(node->output());
    program_.instructions.push_back(std::move(instruction));
  }

  /// self, other and alpha; an alpha of 1 is left out.
  static std::vector<const torch::jit::Value*> operands(const Node* node, const Pattern& pattern) {
    std::vector<const torch::jit::Value*> result;
    const auto& arguments = node->schema().arguments();
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i].name() == "rounding_mode") continue;
      const auto constant = torch::jit::toIValue(node->input(i));
      const bool is_one = constant && constant->isInt() && constant->toInt() == 1;
      if (arguments[i].name() == "alpha" && is_one) continue;
      result.push_back(node->input(i));
    }
    if (pattern.swapped) std::swap(result.at(0), result.at(1));
    return result;
  }

  void add(const torch::jit::Value* value) {
    ids_.emplace(value, static_cast<ValueId>(ids_.size()));
  }

  std::string method_;
  std::shared_ptr<Graph> graph_;
  Refusals& refusals_;
  torch::jit::NodeToDebugHandle handles_;
  std::unordered_map<const torch::jit::Value*, ValueId> ids_;
  Program program_;
};

}  // namespace

c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& generate_debug_handles) {
  Refusals refusals;
  c10::impl::GenericDict programs(c10::StringType::get(), c10::AnyType::get());
  for (const auto& entry : method_compile_spec) {
    const std::string& name = entry.key().toStringRef();
    const auto method = module.get_method(name);
    const auto program =
        Lowering(name, simplified_graph(module, method), refusals).run(generate_debug_handles);
    if (program) programs.insert(entry.key(), pack(*program));
  }
  std::ostringstream all;
  for (const std::string& refusal : refusals) all << "\n  " << refusal;
  TORCH_CHECK_VALUE(refusals.empty(), "elementwise cannot lower this module:", all.str(),
                    "\nIt computes ", op_names(), " on tensors and numbers.");
  return programs;
}

}  // namespace elementwise
