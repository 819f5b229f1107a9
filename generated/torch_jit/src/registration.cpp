// Generated from specs/torch_jit.yaml by torch-backend-codegen. Do not edit.
#include <torch_jit/backend.h>

#include "test_backend.h"

namespace torch_jit {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=0294be0b539aac01;";

const torch_jit::backend<torch_jit::TestBackend> registered_torch_jit_test(
    "torch_jit_test",
    "Adds or subtracts, as torch's own `test_backend` does.");
const codegen::RegisteredPreprocess preprocess_torch_jit_test(
    "torch_jit_test",
    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {
      return torch_jit::preprocess(module, method_compile_spec, debug_handles);
    });

const torch_jit::backend<torch_jit::UnavailableBackend> registered_torch_jit_unavailable(
    "torch_jit_unavailable",
    "The same on a machine that lacks what it needs.");
const codegen::RegisteredPreprocess preprocess_torch_jit_unavailable(
    "torch_jit_unavailable",
    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {
      return torch_jit::preprocess(module, method_compile_spec, debug_handles);
    });

}  // namespace
}  // namespace torch_jit
