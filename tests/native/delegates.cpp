#include "delegates.h"

#include <native/tokenizer.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/backends/backend_exception.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <sstream>

#include "tokenizers.h"

namespace native {
namespace {

/// A registration that no spec knows of.
class Hand : public Characters {};
const tokenizer<Hand> by_constructor("by_constructor");

c10::impl::GenericDict any_dict() {
  return c10::impl::GenericDict(c10::StringType::get(), c10::AnyType::get());
}

/// Tells the process that compiles from another one.
std::string where() {
  const char* place = std::getenv("NATIVE_PLACE");
  return place == nullptr ? "" : std::string(" in ") + place;
}

}  // namespace

c10::impl::GenericDict Echo::compile(c10::IValue processed,
                                     c10::impl::GenericDict method_compile_spec) {
  auto handles = any_dict();
  for (const auto& entry : method_compile_spec) {
    std::ostringstream text;
    text << processed.toStringRef() << where() << ": " << entry.value().type()->repr_str() << " = "
         << entry.value();
    handles.insert(entry.key(), text.str());
  }
  return handles;
}

c10::impl::GenericList Echo::execute(c10::IValue handle, c10::impl::GenericList /*inputs*/) {
  ++runs_;
  c10::impl::GenericList outputs(c10::AnyType::get());
  outputs.push_back(handle);
  return outputs;
}

c10::impl::GenericDict Opaque::compile(c10::IValue /*processed*/,
                                       c10::impl::GenericDict method_compile_spec) {
  return Echo::compile("opaque", std::move(method_compile_spec));
}

c10::impl::GenericDict Debug::compile(c10::IValue processed,
                                      c10::impl::GenericDict /*method_compile_spec*/) {
  return processed.toGenericDict();
}

c10::impl::GenericList Debug::execute(c10::IValue handle, c10::impl::GenericList /*inputs*/) {
  ++runs_;
  TORCH_DELEGATED_BACKEND_THROW(false, "the delegate gave up", handle.toInt());
}

c10::IValue preprocess(const torch::jit::Module& /*module*/,
                       const c10::Dict<c10::IValue, c10::IValue>& /*method_compile_spec*/,
                       const torch::jit::BackendDebugHandleGenerator& /*generate_debug_handles*/) {
  return "by the spec";
}

c10::IValue preprocess_opaque(
    const torch::jit::Module& /*module*/,
    const c10::Dict<c10::IValue, c10::IValue>& /*method_compile_spec*/,
    const torch::jit::BackendDebugHandleGenerator& /*generate_debug_handles*/) {
  return c10::make_intrusive<Hand>();
}

c10::IValue preprocess_debug(
    const torch::jit::Module& module,
    const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
    const torch::jit::BackendDebugHandleGenerator& generate_debug_handles) {
  auto result = any_dict();
  for (const auto& entry : method_compile_spec) {
    auto graph = module.get_method(entry.key().toStringRef()).graph()->copy();
    torch::jit::Inline(*graph);
    const auto handles = generate_debug_handles(graph);
    for (const auto* node : graph->nodes()) {
      if (node->kind().toQualString() == entry.value().toStringRef()) {
        result.insert(entry.key(), handles.at(const_cast<torch::jit::Node*>(node)));
        break;
      }
    }
  }
  return result;
}

}  // namespace native
