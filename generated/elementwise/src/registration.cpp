// Generated from specs/elementwise.yaml by torch-backend-codegen. Do not edit.
#include <elementwise/backend.h>

#include "delegate.h"

namespace elementwise {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=6a9246cacceb4caa;";

const elementwise::backend<elementwise::Delegate> registered_elementwise(
    "elementwise",
    "Lowers methods made of add, sub, mul, div, neg, reciprocal, relu and sigmoid. The value\nof a method in the compile spec is not read: write `{\"forward\": ()}`.");
const codegen::RegisteredPreprocess preprocess_elementwise(
    "elementwise",
    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {
      return elementwise::preprocess(module, method_compile_spec, debug_handles);
    });

}  // namespace
}  // namespace elementwise
